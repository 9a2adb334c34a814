"""A chain as figures, and the table drawn from it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.figures import Figure
from app.market import calendar
from app.market.chains import OptionKind
from app.options.chains import Series
from app.options.contract_values import EARLY_FROM
from app.options.service import Listed, Reading, early_premium, expected_move
from app.options.smile import smile
from tools.base import ToolContext
from tools.options_figures import OptionFigures, unit_of
from tools.wording import freshness, shown
from widgets.base import CardNumber, Freshness
from widgets.options import ChainRow, ChainSide, OptionChainCard

EXPIRIES_SHOWN = 40
COMPUTED = (
    "Volatility and Greeks are computed from the middle of bid and ask, on the forward that calls and "
    "puts imply; a dash where the price has no time value or no market."
)
EARLY_COUNTS = (
    "An e marks where the right to exercise early is worth a cent a share or more; volatility and Greeks "
    "count it in there. Without volatility and with a delta of one, it should be exercised."
)
VENDORS = "Volatility and Greeks are the provider's."


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainFigures:
    spot: Figure
    days: Figure
    volatility: Figure | None
    move: Figure | None
    early: Figure | None
    rows: tuple[ChainRow, ...]


def figures_for(context: ToolContext, listed: Listed) -> OptionFigures:
    return OptionFigures(
        context.book,
        str(listed.instrument.symbol),
        listed.chain.as_of,
        listed.chain.provider,
        unit=unit_of(listed.instrument),
    )


def record_chain(
    book: OptionFigures,
    listed: Listed,
    series: Series,
    readings: Sequence[Reading],
    *,
    early: Collection[str] = (),
) -> ChainFigures:
    """At most seven figures a contract. `early` are tickers whose early exercise counts."""
    spot = book.price("spot", listed.spot, "price of the underlying")
    assert spot is not None  # noqa: S101 - a listed chain has one
    volatility = smile(listed.measured, series).at_the_money()
    move = expected_move(listed, series)
    return ChainFigures(
        spot=spot,
        days=_left(book, listed, series),
        volatility=book.volatility("atm_volatility", volatility, "volatility at the money"),
        move=book.price("expected_move", move.by_straddle, "expected move by the straddle"),
        early=book.count("early", len(early), "contracts whose early exercise counts")
        if early
        else None,
        rows=_rows(book, listed, readings, early),
    )


def _left(book: OptionFigures, listed: Listed, series: Series) -> Figure:
    """Calendar days; of what ends today the time to its settlement."""
    if series.expiry > calendar.market_date(listed.chain.as_of):
        return book.days("days", series.expiry, "days to expiry")
    return book.left("days", series.years, "time to the settlement")


def _rows(
    book: OptionFigures, listed: Listed, readings: Sequence[Reading], early: Collection[str]
) -> tuple[ChainRow, ...]:
    sides: dict[Decimal, dict[OptionKind, Reading]] = {}
    for each in readings:
        sides.setdefault(each.quote.contract.strike, {})[each.quote.contract.kind] = each
    return tuple(
        ChainRow(
            strike=CardNumber.of(book.strike(_spelled(strike), strike)),
            call=_side(book, listed, found.get(OptionKind.CALL), early),
            put=_side(book, listed, found.get(OptionKind.PUT), early),
        )
        for strike, found in sorted(sides.items())
    )


def _side(
    book: OptionFigures, listed: Listed, each: Reading | None, early: Collection[str]
) -> ChainSide | None:
    if each is None:
        return None
    quote, contract = each.quote, each.quote.contract
    kind = contract.kind
    path = f"{_spelled(contract.strike)}{'C' if kind is OptionKind.CALL else 'P'}"
    below = contract.strike < listed.spot
    return ChainSide(
        contract=contract.ticker,
        bid=shown(
            book.premium(f"{path}.bid", quote.bid, f"bid of the {_spelled(contract.strike)} {kind}")
        ),
        ask=shown(
            book.premium(f"{path}.ask", quote.ask, f"ask of the {_spelled(contract.strike)} {kind}")
        ),
        volatility=shown(
            book.volatility(f"{path}.volatility", each.volatility, "implied volatility")
        ),
        delta=shown(book.greek(f"{path}.delta", "delta", each.delta, places=2)),
        open_interest=shown(
            book.count(f"{path}.open_interest", quote.open_interest, "open interest, contracts")
        ),
        is_in_the_money=below if kind is OptionKind.CALL else contract.strike > listed.spot,
        is_computed=not each.is_vendors,
        is_early=contract.ticker in early,
    )


def _spelled(strike: Decimal) -> str:
    return f"{strike.normalize():f}"


def chain_card(
    context: ToolContext, listed: Listed, series: Series, found: ChainFigures, notes: Sequence[str]
) -> OptionChainCard:
    return OptionChainCard(
        symbol=listed.instrument.symbol,
        name=listed.instrument.name,
        expiry=series.expiry,
        days=CardNumber.of(found.days, with_unit=True),
        spot=CardNumber.of(found.spot),
        volatility=shown(found.volatility, with_unit=True),
        move=shown(found.move),
        rows=found.rows,
        expiries=listed.chain.expiries[:EXPIRIES_SHOWN],
        notes=(*notes, *context.market.notes(listed.instrument.symbol)),
        freshness=chain_freshness(listed),
    )


def chain_freshness(listed: Listed, *, is_frozen: bool = False) -> Freshness:
    session = calendar.session_at(listed.chain.as_of, listed.instrument.calendar)
    found = freshness(listed.chain.provider, listed.instrument, listed.chain.as_of, session)
    return found.model_copy(update={"is_frozen": is_frozen})


def early_of(listed: Listed, readings: Sequence[Reading], rows: Sequence[int]) -> frozenset[str]:
    """Tickers of those whose right to exercise early makes a difference."""
    return frozenset(
        each.quote.contract.ticker
        for each, row in zip(readings, rows, strict=True)
        if each.is_american or early_premium(listed, row) >= EARLY_FROM
    )


def whose(readings: Sequence[Reading]) -> tuple[str, ...]:
    """Who volatility and Greeks are from, and what American exercise does to ours."""
    notes = []
    if any(not each.is_vendors for each in readings):
        notes.append(COMPUTED)
    if any(each.is_vendors for each in readings):
        notes.append(VENDORS)
    return tuple(notes)
