"""Figures and rows of the positions' cards."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from app.core.figures import Figure, Unit
from app.grounding.ledger import Book
from app.market.models import Provider
from app.options.legs import Leg
from app.positions.drafts import plain
from app.positions.marks import BookLine
from app.positions.models import Asset, AssetKind
from app.positions.risk import ExpiryRisk, Exposure, UnderlyingRisk
from app.positions.valuation import structures
from tools.wording import joined_provider
from widgets.base import CardNumber, Freshness
from widgets.positions import ExpiryRow, PositionRow, StructureRow, UnderlyingRow

BOOK = "portfolio"
_UNITS = {
    AssetKind.STOCK: Unit.SHARES,
    AssetKind.OPTION: Unit.CONTRACTS,
    AssetKind.FUTURE: Unit.CONTRACTS,
    AssetKind.CRYPTO: Unit.COINS,
}
_MOST_DECIMALS = 8
_CENTS = 2


def places(value: Decimal, least: int = 0) -> int:
    """As many decimals as the number has, within reason."""
    exponent = value.normalize().as_tuple().exponent
    return min(max(-exponent if isinstance(exponent, int) else 0, least), _MOST_DECIMALS)


class HoldingsBook:
    """Records figures of holdings: money in dollars, quantities in what they count."""

    def __init__(self, book: Book, as_of: datetime) -> None:
        self._book = book
        self._as_of = as_of

    def money(
        self,
        path: str,
        value: Decimal | None,
        label: str,
        *,
        entity: str = BOOK,
        signed: bool = True,
    ) -> Figure | None:
        """Dollars and cents; None stays None."""
        if value is None:
            return None
        return self._record(path, value, Unit.USD, label, entity, _CENTS, signed=signed)

    def price(self, path: str, value: Decimal | None, label: str, entity: str) -> Figure | None:
        if value is None:
            return None
        shown = round(value, 4)
        return self._record(path, shown, Unit.USD, label, entity, places(shown, _CENTS))

    def quantity(self, path: str, value: Decimal, label: str, asset: Asset) -> Figure:
        unit = _UNITS[asset.kind]
        return self._record(path, value, unit, label, asset.label, places(value))

    def number(  # noqa: PLR0913 - a figure has that many properties
        self,
        path: str,
        value: float,
        unit: Unit,
        label: str,
        *,
        entity: str = BOOK,
        decimals: int = 2,
        signed: bool = True,
    ) -> Figure:
        exact = Decimal(repr(round(value, 6)))
        return self._record(path, exact, unit, label, entity, decimals, signed=signed)

    def count(self, path: str, value: int, label: str) -> Figure:
        return self._record(path, Decimal(value), Unit.INDEX, label, BOOK, 0)

    def _record(  # noqa: PLR0913 - a figure has that many properties
        self,
        path: str,
        value: Decimal,
        unit: Unit,
        label: str,
        entity: str,
        decimals: int,
        *,
        signed: bool = False,
    ) -> Figure:
        return self._book.record(
            path,
            value,
            unit,
            label=label,
            entity=entity,
            as_of=self._as_of,
            decimals=decimals,
            signed=signed,
        )


def shown(figure: Figure | None) -> CardNumber | None:
    return None if figure is None else CardNumber.of(figure)


def position_row(book: HoldingsBook, line: BookLine) -> PositionRow:
    position, mark = line.position, line.mark
    asset, holding = position.asset, position.holding
    name = asset.key
    has_own_price = asset.kind in (AssetKind.STOCK, AssetKind.CRYPTO) and mark is not None
    day = book.money(f"{name}.day", line.day_result, "profit or loss today", entity=asset.label)
    result = book.money(
        f"{name}.open", line.open_result, "profit or loss since it was opened", entity=asset.label
    )
    return PositionRow(
        label=asset.label,
        symbol=str(asset.symbol) if has_own_price else "",
        multiplier=plain(asset.multiplier),
        quantity=CardNumber.of(book.quantity(f"{name}.held", position.quantity, "held", asset)),
        paid=shown(book.price(f"{name}.paid", holding.price, "average paid", asset.label)),
        price=shown(
            book.price(f"{name}.price", mark.price if mark else None, "price", asset.label)
        ),
        value=shown(
            book.money(f"{name}.value", line.value, "value", entity=asset.label, signed=False)
        ),
        day=shown(day),
        is_day_estimated=line.is_day_estimated,
        result=shown(result),
        absent_because=line.absence or _what_is_missing(line),
        source=position.source.value,
        as_of=mark and mark.as_of,
        stale_since=mark and mark.provider.stale_since,
    )


def _what_is_missing(line: BookLine) -> str:
    return "" if line.position.holding.price is not None else "what was paid is not known"


def structure_rows(lines: Sequence[BookLine]) -> tuple[StructureRow, ...]:
    """Only what is made of two legs or more."""
    return tuple(
        StructureRow(symbol=str(symbol), name=group.name.value, legs=tuple(map(_leg, group.legs)))
        for symbol, groups in structures(lines).items()
        for group in groups
        if len(group.legs) > 1
    )


def _leg(leg: Leg) -> str:
    sign = "+" if leg.quantity > 0 else "−"
    size = f"{sign}{plain(abs(leg.quantity))}"
    if leg.strike is None:
        return f"{size} shares"
    ends = f", {leg.expires_at.day} {leg.expires_at:%b %Y}" if leg.expires_at else ""
    return f"{size} {plain(leg.strike)} {leg.kind}{ends}"


def underlying_row(book: HoldingsBook, found: UnderlyingRisk) -> UnderlyingRow:
    symbol = str(found.symbol)
    weighted, beta = found.weighted_delta, found.beta
    greeks = _greeks(book, symbol, found.exposure, symbol)
    return UnderlyingRow(
        symbol=symbol,
        delta=CardNumber.of(
            book.number(
                f"{symbol}.delta", found.delta, Unit.SHARES, "delta", entity=symbol, decimals=1
            )
        ),
        beta=None
        if beta is None
        else CardNumber.of(
            book.number(
                f"{symbol}.beta", beta, Unit.RATIO, "beta to SPY", entity=symbol, signed=False
            )
        ),
        weighted=None
        if weighted is None
        else CardNumber.of(
            book.number(
                f"{symbol}.weighted",
                weighted,
                Unit.SHARES,
                "delta in shares of SPY",
                entity=symbol,
                decimals=1,
            )
        ),
        share=CardNumber.of(
            book.number(
                f"{symbol}.share",
                found.share * 100,
                Unit.PERCENT,
                "share of the exposure",
                entity=symbol,
                decimals=0,
                signed=False,
            ),
            with_unit=True,
        ),
        **greeks,
    )


def expiry_row(book: HoldingsBook, found: ExpiryRisk) -> ExpiryRow:
    day = found.expiry
    spoken = f"{day.day} {day:%b %Y}" if day else ""
    return ExpiryRow(
        expiry=spoken, **_greeks(book, f"{day or 'no expiry'}", found.exposure, spoken or BOOK)
    )


def _greeks(book: HoldingsBook, name: str, found: Exposure, entity: str) -> dict[str, CardNumber]:
    each = {
        "dollars": (found.dollar_delta, "delta in dollars", 0),
        "gamma": (found.gamma, "change of delta in dollars on one percent", 0),
        "theta": (found.theta, "theta a day", 2),
        "vega": (found.vega, "vega a point", 2),
    }
    return {
        field: CardNumber.of(
            book.number(f"{name}.{field}", value, Unit.USD, label, entity=entity, decimals=decimals)
        )
        for field, (value, label, decimals) in each.items()
    }


def book_freshness(
    lines: Iterable[BookLine], market: Provider, as_of: datetime, session: str
) -> Freshness:
    """Of all lines together: every provider's name, the oldest price, the longest delay."""
    marks = [line.mark for line in lines if line.mark is not None]
    providers = list({each.provider.name: each.provider for each in marks}.values()) or [market]
    joined = joined_provider(providers) or market
    return Freshness(
        provider=joined.name,
        as_of=min((each.as_of for each in marks), default=as_of),
        is_simulated=any(each.is_simulated for each in providers),
        delay_minutes=max(each.delay_minutes for each in providers),
        is_estimated=any(each.is_estimated for each in providers),
        stale_since=joined.stale_since,
        instead_of=joined.instead_of,
        session=session,
    )
