"""What is seen in a picture: words in places, and the positions they are read as.

Decided: a field is what was read, never what was worked out. One that cannot be read is absent;
what arithmetic says about it stands in the row's doubts, in words. The one exception is the year of
an expiry, whose evidence then is `DERIVED`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright picture."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def centre(self) -> float:
        """Of its width."""
        return (self.left + self.right) / 2

    @property
    def middle(self) -> float:
        """Of its height."""
        return (self.top + self.bottom) / 2

    def around(self, other: "Box") -> "Box":
        """The smallest box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def shared_width(self, other: "Box") -> int:
        """By how many pixels they stand above each other; negative is the gap between them."""
        return min(self.right, other.right) - max(self.left, other.left)


@dataclass(frozen=True, slots=True)
class Word:
    """A word as a reader saw it; `score` is how sure it was of its worst letter."""

    text: str
    box: Box
    score: float


class Broker(StrEnum):
    """Whose screen it is, as far as its words tell."""

    THINKORSWIM = "thinkorswim"
    TASTYTRADE = "tastytrade"
    INTERACTIVE_BROKERS = "Interactive Brokers"
    ROBINHOOD = "Robinhood"
    WEBULL = "Webull"
    UNKNOWN = "unknown"


class Shows(StrEnum):
    """What a picture is, in the words that the member reads."""

    POSITIONS = "positions"
    ORDERS = "a list of orders"
    TICKET = "an order ticket or a plan"
    CHAIN = "an option chain"
    DIAGRAM = "a diagram"
    GREEKS = "a table without quantities"
    TEXT = "text without a table of positions"
    NOTHING = "nothing that can be read"


class FieldName(StrEnum):
    UNDERLYING = "underlying"
    KIND = "kind"
    QUANTITY = "quantity"
    RIGHT = "right"
    STRIKE = "strike"
    EXPIRY = "expiry"
    MARK = "mark"
    ENTRY_PRICE = "entry_price"
    MARKET_VALUE = "market_value"
    COST = "cost"
    PNL_OPEN = "pnl_open"
    PNL_DAY = "pnl_day"


class Kind(StrEnum):
    STOCK = "stock"
    OPTION = "option"
    FUTURE = "future"
    CRYPTO = "crypto"


class Evidence(StrEnum):
    """Why a field is believed; each has the confidence that was measured for it."""

    CHECKED = "checked"
    """Arithmetic over other fields of the row agrees."""
    AGREED = "agreed"
    """Two readers saw the same."""
    CLEAR = "clear"
    FAINT = "faint"
    DERIVED = "derived"
    """A part of it is not printed beside it, but follows by a rule that a doubt names."""
    DOUBTED = "doubted"
    """Arithmetic, or the other reader, says something else."""


Value = str | Decimal | date


@dataclass(frozen=True, slots=True)
class Seen:
    """A field: its value, the letters it was read from and where they stand."""

    value: Value
    text: str
    box: Box
    score: float
    evidence: Evidence = Evidence.CLEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRow:
    """One position: what was seen of it, and what is doubtful about it.

    `group` names the line that several positions come from, a strangle in one row for example.
    """

    box: Box
    fields: Mapping[FieldName, Seen]
    doubts: tuple[str, ...] = ()
    group: str = ""

    def value(self, name: FieldName) -> Value | None:
        seen = self.fields.get(name)
        return None if seen is None else seen.value

    def number(self, name: FieldName) -> Decimal | None:
        value = self.value(name)
        return value if isinstance(value, Decimal) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a picture says: the rows of positions in it, and what it is if there are none. `market` is
    a sentence on whether the rows were held against the market."""

    shows: Shows
    broker: Broker = Broker.UNKNOWN
    rows: tuple[PositionRow, ...] = ()
    doubts: tuple[str, ...] = ()
    readers: tuple[str, ...] = field(default=())
    market: str = ""
