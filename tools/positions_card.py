"""Figures and rows of the positions' cards."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from app.core.figures import Figure, Unit
from app.grounding.ledger import Book
from app.market.models import Provider
from app.positions.drafts import plain
from app.positions.marks import BookLine
from app.positions.models import Asset, AssetKind
from app.positions.risk import ExpiryRisk, Exposure, UnderlyingRisk
from app.positions.structures import Structure
from tools.wording import joined_provider, shown
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


def structure_row(book: HoldingsBook, found: Structure, place: int) -> StructureRow:
    name, entity = f"structure{place}", f"{found.symbol} {found.name}"
    cost, greeks = found.cost, found.greeks

    def money(path: str, value: Decimal | None, label: str) -> CardNumber | None:
        return shown(book.money(f"{name}.{path}", value, label, entity=entity))

    def greek(path: str, value: float, unit: Unit = Unit.USD) -> CardNumber:
        return CardNumber.of(book.number(f"{name}.{path}", value, unit, path, entity=entity))

    return StructureRow(
        symbol=str(found.symbol),
        name=found.name.value,
        legs=tuple(_leg(line) for line in found.lines),
        is_opened_together=found.is_opened_together,
        is_credit=cost is not None and cost < 0,
        cost=money("cost", None if cost is None else abs(cost), "net cost"),
        day=money("day", found.day_result, "profit or loss today"),
        result=money("open", found.open_result, "profit or loss since it was opened"),
        delta=greek("delta", greeks.delta, Unit.SHARES) if greeks else None,
        theta=greek("theta", greeks.theta) if greeks else None,
        vega=greek("vega", greeks.vega) if greeks else None,
    )


def _leg(line: BookLine) -> str:
    position = line.position
    sign = "+" if position.quantity > 0 else "\N{MINUS SIGN}"
    size, asset = f"{sign}{plain(abs(position.quantity))}", position.asset
    if asset.strike is None or asset.expiry is None:
        return f"{size} {asset.unit}"
    return f"{size} {plain(asset.strike)} {asset.right}, {asset.expiry.day} {asset.expiry:%b %Y}"


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
