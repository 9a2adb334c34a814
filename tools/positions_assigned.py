"""Which sold options of the book may be assigned, underlying by underlying."""

from collections.abc import Sequence
from decimal import Decimal

from app.core.errors import NotFound
from app.core.symbols import Symbol
from app.macro.short_rate import short_rate
from app.options.legs import Leg
from app.positions.marks import BookLine
from app.positions.models import Asset, leg_of
from tools.assignment import Assignment, Setting, Sold, assignment
from tools.base import ToolContext
from tools.options_figures import OptionFigures


async def assigned_lines(context: ToolContext, lines: Sequence[BookLine]) -> Assignment:
    """Of lines with a price; those without one are silent here too."""
    sold: dict[Symbol, list[tuple[BookLine, Sold]]] = {}
    for line in lines:
        if (found := _sold(line)) is not None:
            sold.setdefault(line.position.asset.symbol, []).append((line, found))
    told = Assignment()
    for symbol, pairs in sold.items():
        told += await _of_underlying(context, symbol, pairs)
    return told


async def _of_underlying(
    context: ToolContext, symbol: Symbol, pairs: Sequence[tuple[BookLine, Sold]]
) -> Assignment:
    first, _ = pairs[0]
    try:
        instrument = await context.market.instrument(symbol)
    except NotFound:
        return Assignment()
    rate = await short_rate(context.macro, as_of=context.now)
    assert first.spot is not None and first.mark is not None  # noqa: S101, PT018 - as `_sold` asks
    book = OptionFigures(context.book, str(symbol), first.mark.as_of, first.mark.provider)
    setting = Setting(
        instrument=instrument,
        at=context.now,
        spot=first.spot,
        rate=Decimal(repr(rate.value)),
    )
    return await assignment(context, book, setting, [each for _, each in pairs])


def _sold(line: BookLine) -> Sold | None:
    leg: Leg | None = leg_of(line.position, line.expires_at)
    if leg is None or not leg.is_option or leg.quantity > 0:
        return None
    if line.mark is None or line.spot is None:
        return None
    asset = line.position.asset
    return Sold(label=spoken(asset), path=asset.key, leg=leg, mark=line.mark.price)


def spoken(asset: Asset) -> str:
    """`DIS 130 call of 16 April 2027`."""
    assert asset.strike is not None and asset.right is not None and asset.expiry is not None  # noqa: S101, PT018 - it is an option
    day = asset.expiry
    return (
        f"{asset.symbol} {asset.strike.normalize():f} {asset.right.value} of "
        f"{day.day} {day:%B} {day.year}"
    )
