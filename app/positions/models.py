"""Values of positions: what can be held, the lots of it, and the changes that lead there.

Decided: a position is all a member holds of one asset, and it is what its changes add up to. Changes
are only ever added (`lots.py` replays them), so a correction keeps what it corrects.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.market.calendar import FIRST_DAY, LAST_DAY
from app.market.chains import OptionKind
from app.options.legs import Leg, LegKind

KEY_LENGTH = 100
NOTE_LENGTH = 200
MOST_LINES = 100
"""Changes of one entry."""
_LARGEST = Decimal(10) ** 12
_PLACES = 8
_YEARS_AHEAD = 10
"""Beyond the longest of listed options."""


class AssetKind(StrEnum):
    STOCK = "stock"
    OPTION = "option"
    FUTURE = "future"
    CRYPTO = "crypto"


class Source(StrEnum):
    """Where an entry came from."""

    TYPED = "typed"
    IMPORTED = "imported"
    SCREENSHOT = "screenshot"


class ChangeKind(StrEnum):
    """A trade buys or sells; a correction says what is really held; a void takes all back."""

    TRADE = "trade"
    CORRECTION = "correction"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """Something that can be held. `symbol` is an option's underlying, and a future's root (`ES`).

    `multiplier` is what one dollar of its price is worth for one of it: 100 for an option, 50 for an
    E-mini. `root` is an option's own where it is not its underlying's, as `SPXW` (`roots.py`).
    """

    kind: AssetKind
    symbol: Symbol
    right: OptionKind | None = None
    strike: Decimal | None = None
    expiry: date | None = None
    root: str = ""
    multiplier: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        is_option = self.kind is AssetKind.OPTION
        if is_option is not (self.right is not None) or is_option is not (self.strike is not None):
            raise InvalidInput(
                "An option has a right (call or put) and a strike; nothing else has."
            )
        if self.kind in (AssetKind.OPTION, AssetKind.FUTURE) and self.expiry is None:
            raise InvalidInput(f"Of {_A[self.kind]} the expiry is needed.")
        if self.kind in (AssetKind.STOCK, AssetKind.CRYPTO) and self.expiry is not None:
            raise InvalidInput(f"{_A[self.kind].capitalize()} does not expire.")
        if self.strike is not None:
            checked(self.strike, "The strike", is_positive=True)
        checked(self.multiplier, "The multiplier", is_positive=True)

    @property
    def key(self) -> str:
        """One text an asset: `DIS`, `BTC/USD`, `ES 2026-12-18`, `DIS 2027-04-16 130 call`."""
        words = [self.root or str(self.symbol)]
        if self.expiry is not None:
            words.append(self.expiry.isoformat())
        if self.strike is not None and self.right is not None:
            words += [f"{self.strike.normalize():f}", self.right.value]
        if self.multiplier != _multiplier(self.kind, str(self.symbol), Decimal(1)):
            words.append(f"x{self.multiplier.normalize():f}")
        return " ".join(words)

    @property
    def is_option(self) -> bool:
        return self.kind is AssetKind.OPTION

    @property
    def label(self) -> str:
        """As a trader writes it: `DIS 130 call 16 Apr 2027`, `SPXW 6000 put 18 Dec 2026`."""
        words = [self.root or str(self.symbol)]
        if self.strike is not None and self.right is not None:
            words += [f"{self.strike.normalize():f}", self.right.value]
        if self.expiry is not None:
            words.append(f"{self.expiry.day} {self.expiry:%b %Y}")
        return " ".join(words)

    @property
    def unit(self) -> str:
        """What its quantity counts."""
        return _UNITS[self.kind]


_A = {
    AssetKind.STOCK: "a stock",
    AssetKind.OPTION: "an option",
    AssetKind.FUTURE: "a future",
    AssetKind.CRYPTO: "a coin",
}
_UNITS = {
    AssetKind.STOCK: "shares",
    AssetKind.OPTION: "contracts",
    AssetKind.FUTURE: "contracts",
    AssetKind.CRYPTO: "coins",
}
_FUTURES: dict[str, int | str] = {
    "ES": 50, "MES": 5, "NQ": 20, "MNQ": 2, "YM": 5, "MYM": "0.5", "RTY": 50, "M2K": 5,
    "CL": 1000, "MCL": 100, "NG": 10_000, "GC": 100, "MGC": 10, "SI": 5000, "HG": 25_000,
    "ZB": 1000, "ZN": 1000, "ZF": 1000, "ZT": 2000, "6E": 125_000, "6J": 12_500_000,
}  # fmt: skip
"""Dollars a point of the best known contracts, by CME Group's contract specifications."""


def usual_multiplier(kind: AssetKind, symbol: str) -> Decimal:
    """What a contract is worth a dollar of price, unless it was said otherwise; `InvalidInput` of a
    future that is not known here, for a guess would make its result wrong by as much."""
    found = _multiplier(kind, symbol, None)
    if found is None:
        raise InvalidInput(
            f"What is a point of {symbol} worth in dollars? Its contract is not known here: say its"
            " multiplier."
        )
    return found


def _multiplier(kind: AssetKind, symbol: str, unknown: Decimal | None) -> Decimal | None:
    if kind is AssetKind.FUTURE:
        return Decimal(_FUTURES[symbol]) if symbol in _FUTURES else unknown
    return Decimal(100 if kind is AssetKind.OPTION else 1)


def checked(value: Decimal, name: str, *, is_positive: bool = False) -> Decimal:
    """A number a table can hold and a trader can mean, else `InvalidInput`."""
    if not value.is_finite() or abs(value) > _LARGEST:
        raise InvalidInput(f"{name} is not a number that can be held.")
    if is_positive and value <= 0:
        raise InvalidInput(f"{name} must be above zero.")
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > _PLACES:
        raise InvalidInput(f"{name} has more than {_PLACES} decimals.")
    return value


def check_expiry(asset: Asset, today: date) -> None:
    """What is opened ends on a day that exchanges have a calendar for, else `InvalidInput`."""
    last = min(date(today.year + _YEARS_AHEAD, 12, 31), LAST_DAY)
    if asset.expiry is not None and not FIRST_DAY <= asset.expiry <= last:
        raise InvalidInput("An expiry lies between the start of the nineties and ten years ahead.")


def check_whole(asset: Asset, quantity: Decimal) -> None:
    """Contracts are held in whole numbers; shares and coins need not be."""
    if asset.unit == "contracts" and quantity != quantity.to_integral_value():
        raise InvalidInput(f"{asset.label} is held in whole contracts.")


def check_amount(asset: Asset, quantity: Decimal | None, price: Decimal | None) -> None:
    """So many at that price, as far as they are known; only futures were ever worth less than nothing."""
    if quantity is not None:
        check_whole(asset, quantity)
    if price is not None and price < 0 and asset.kind is not AssetKind.FUTURE:
        raise InvalidInput("A price is not below zero: that it was sold is told by the quantity.")
    worth = (quantity or Decimal(0)) * asset.multiplier * (Decimal(1) if price is None else price)
    if abs(worth) > _LARGEST:
        raise InvalidInput("Quantity times price comes to more than can be held.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Bought or sold in one go; `quantity` is negative where sold short. `price` is None where
    nobody knows what was paid. Unless it `is_dated` nobody knows when it was opened either, and
    `opened_at` is when it was first heard of."""

    quantity: Decimal
    price: Decimal | None
    opened_at: datetime
    is_dated: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What changes add up to. Lots are all long or all short, oldest first.

    `realised` is profit or loss in dollars of what was closed; `is_realised_whole` is False once
    something was closed whose price is not known.
    """

    lots: tuple[Lot, ...] = ()
    realised: Decimal = Decimal(0)
    is_realised_whole: bool = True

    @property
    def quantity(self) -> Decimal:
        return sum((lot.quantity for lot in self.lots), Decimal(0))

    @property
    def price(self) -> Decimal | None:
        """The average paid; None unless all lots have a price."""
        if not self.lots:
            return None
        total = Decimal(0)
        for lot in self.lots:
            if lot.price is None:
                return None
            total += lot.quantity * lot.price
        return total / self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of a position's log. A trade adds its signed `quantity`; a correction and a void put
    `lots` in the place of those there were."""

    kind: ChangeKind
    quantity: Decimal | None = None
    price: Decimal | None = None
    lots: tuple[Lot, ...] = ()
    at: datetime
    note: str = ""

    def __post_init__(self) -> None:
        is_trade = self.kind is ChangeKind.TRADE
        if is_trade is not bool(self.quantity):
            raise InvalidInput("A trade has a quantity: positive if bought, negative if sold.")
        for number, name in ((self.quantity, "The quantity"), (self.price, "The price")):
            if number is not None:
                checked(number, name)
        for lot in self.lots:
            checked(lot.quantity, "The quantity")
            if lot.price is not None:
                checked(lot.price, "The price")
        if len({lot.quantity > 0 for lot in self.lots if lot.quantity}) > 1:
            raise InvalidInput("Lots of one position are all long or all short.")
        if len(self.note) > NOTE_LENGTH:
            raise InvalidInput(f"A note has at most {NOTE_LENGTH} characters.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """All a member holds of one asset. `version` counts its changes; zero is not stored yet."""

    id: UUID
    asset: Asset
    holding: Holding
    version: int
    source: Source
    opened_at: datetime
    updated_at: datetime

    @property
    def quantity(self) -> Decimal:
        return self.holding.quantity

    @property
    def is_open(self) -> bool:
        return self.quantity != 0

    @property
    def exposure(self) -> Decimal:
        """What one dollar of the price is worth."""
        return self.quantity * self.asset.multiplier


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One change of an entry. `version` is the one it was made for: another in between wins."""

    asset: Asset
    change: Change
    version: int | None = None

    def __post_init__(self) -> None:
        change = self.change
        pairs = ((lot.quantity, lot.price) for lot in change.lots)
        for quantity, price in ((change.quantity, change.price), *pairs):
            check_amount(self.asset, quantity, price)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Changes that are stored together or not at all. The same `key` again stores nothing. `groups`
    are lines, by their place, that open one structure together."""

    key: str
    source: Source
    lines: tuple[Line, ...]
    groups: tuple[tuple[int, ...], ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.key) <= KEY_LENGTH:
            raise InvalidInput(f"The key has one to {KEY_LENGTH} characters.")
        if not 1 <= len(self.lines) <= MOST_LINES:
            raise InvalidInput(f"One to {MOST_LINES} changes go together, not {len(self.lines)}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What came of an entry; `is_repeated` where its key had been stored before. `remarks` say what
    was kept of positions that a list only showed in part."""

    positions: tuple[Position, ...]
    is_repeated: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedChange:
    """A change as it was stored: its place in the log, and when and from where it came."""

    number: int
    change: Change
    source: Source
    made_at: datetime


def leg_of(position: Position, expires_at: datetime | None) -> Leg | None:
    """The position as a leg of a structure; None for what makes none."""
    asset, price = position.asset, position.holding.price or Decimal(0)
    if asset.kind is AssetKind.STOCK:
        return Leg(kind=LegKind.STOCK, quantity=position.quantity, price=price)
    if not asset.is_option or asset.right is None:
        return None
    return Leg(
        kind=LegKind(asset.right.value),
        quantity=position.quantity,
        price=price,
        strike=asset.strike,
        expires_at=expires_at,
        multiplier=asset.multiplier,
    )
