"""What headings of columns mean, in the words of the five brokers and in general.

A heading is matched whole, longest first: "P/L Open" is not "P/L". One that is not known becomes a
column nevertheless, so that the numbers under it are taken for nothing else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from itertools import pairwise

from app.screenshots.grid import Line, around
from app.screenshots.models import Box, Word


class Column(StrEnum):
    INSTRUMENT = auto()
    QUANTITY = auto()
    RIGHT = auto()
    STRIKE = auto()
    EXPIRY = auto()
    MARK = auto()
    ENTRY = auto()
    VALUE = auto()
    COST = auto()
    PNL_OPEN = auto()
    PNL_DAY = auto()
    ORDER = auto()
    """Only lists of orders have it."""
    OTHER = auto()


_PHRASES: dict[Column, str] = {
    Column.INSTRUMENT: "symbol|instrument|financial instrument|name|position name|ticker|symbol name|"
    "contract|description|underlying|name symbol|symbol/name|symbol & name|product|name/symbol",
    Column.QUANTITY: "qty|quantity|pos|position|shares|contracts|# shares|pos qty|position qty|size|holdings",
    Column.RIGHT: "r|c/p|call/put|right|put/call|type|p/c|opt type",
    Column.STRIKE: "strike|strike price|strk",
    Column.EXPIRY: "exp|expiry|expiration|exp date|expiration date|expires|exp.",
    Column.MARK: "mark|last|mktprice|mkt price|market price|last price|price|mrk|mkt px|last px|current price|"
    "mark price|cur price|mkt prc",
    Column.ENTRY: "trade price|avg px|avgprice|avg price|average price|avg cost|average cost|trd prc|cost basis/share|"
    "avg trade price|trade prc|entry price|entry|open price|avg. price|avg. cost|unit cost|cost/share|avg open price",
    Column.VALUE: "value|mkt val|mkt value|market value|mktval|net liq|netliq|equity|mkt. value|position value|mv",
    Column.COST: "cost|cost basis|total cost|book value",
    Column.PNL_OPEN: "unrealized p&l|unrlzd p&l|p/l open|p&l open|open p&l|open p/l|unrealized|unrealized p/l|"
    "unrealized pnl|total return|gain/loss|total p&l|unrealized gain|open pnl|unrealized gain/loss|unrl p&l",
    Column.PNL_DAY: "p/l day|dly|dly ...|p&l day|day p&l|daily p&l|dly p&l|today's return|day's p&l|today p&l|day p/l|day's gain|"
    "days gain|today's p&l|p/l today|daily pnl",
    Column.ORDER: "status|side|action|actn|tif|time placed|order type|limit price|lmt price|filled|time filled|exec time|"
    "exec date|aux. px|fill px|order|order id|spread|pos effect|filled qty|avg fill price|details|date|time",
    Column.OTHER: "bid|ask|chng|chg|change|% chg|%chg|days|dte|delta|gamma|theta|vega|rho|mrk chng|mark chng|bp effect|"
    "p&l %|p&l%|p/l %|weight|itm?|iv|ivol|iv rank|beta|notional|notional position|vol|volume|margin|"
    "ext|extrinsic|change %|day chg %|open p&l %|pnl %|% of net liq|net liq %|cur shares|net shares|target value|"
    "target share qty|cur net contracts|net contracts|% p&l|p/l",
}
_STOREYS: dict[str, tuple[Column, ...]] = {
    "mkt value/qty": (Column.VALUE, Column.QUANTITY),
    "market value/qty": (Column.VALUE, Column.QUANTITY),
    "mkt val/qty": (Column.VALUE, Column.QUANTITY),
    "market value/quantity": (Column.VALUE, Column.QUANTITY),
    "last/cost": (Column.MARK, Column.ENTRY),
    "price/cost": (Column.MARK, Column.ENTRY),
    "last price/avg cost": (Column.MARK, Column.ENTRY),
    "last/avg cost": (Column.MARK, Column.ENTRY),
    "open p&l/%": (Column.PNL_OPEN, Column.OTHER),
}
MEANINGS: dict[str, tuple[Column, ...]] = {
    phrase.replace(" ", ""): (column,)
    for column, phrases in _PHRASES.items()
    for phrase in phrases.split("|")
} | {phrase.replace(" ", ""): columns for phrase, columns in _STOREYS.items()}

_LONGEST = 4
_ABOVE = 1.4
"""Of a heading's height: how far above it its first line may stand."""

_MONEY = {Column.MARK, Column.ENTRY, Column.VALUE, Column.COST, Column.PNL_OPEN}


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading; `means` has one column per storey of its rows."""

    means: tuple[Column, ...]
    box: Box
    text: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """A line of headings that something is listed under."""

    headings: tuple[Heading, ...]
    box: Box

    @property
    def columns(self) -> frozenset[Column]:
        return frozenset(column for heading in self.headings for column in heading.means)

    @property
    def lists_positions(self) -> bool:
        return Column.QUANTITY in self.columns and bool(self.columns & _MONEY)

    @property
    def lists_orders(self) -> bool:
        orders = sum(heading.means == (Column.ORDER,) for heading in self.headings)
        return orders >= 2

    @property
    def storeys(self) -> int:
        return max((len(heading.means) for heading in self.headings), default=1)


def find_header(line: Line, above: Line | None = None) -> Header | None:
    """The headings in `line`, if at least two of them are known; `above` may begin some of them."""
    headings: list[Heading] = []
    words = list(line.words)
    while words:
        count, means = _longest(words)
        box = around(words[:count])
        text = " ".join(word.text for word in words[:count])
        headings.append(_with_first_line(Heading(means, box, text), above))
        words = words[count:]
    known = [each for each in headings if each.means != (Column.OTHER,)]
    if len(known) < 2:
        return None
    return Header(tuple(headings), line.box)


def is_heading(line: Line) -> bool:
    """Whether `line` begins another table: words of headings, most of it, and no number."""
    known, words = 0, list(line.words)
    if any(word.text.strip("$-+.,%").isdigit() for word in words):
        return False
    while words:
        count, _ = _longest(words)
        known += meaning(" ".join(word.text for word in words[:count])) is not None
        words = words[count:]
    return known >= 2


def _longest(words: Sequence[Word]) -> tuple[int, tuple[Column, ...]]:
    for count in range(min(_LONGEST, len(words)), 0, -1):
        if not _near(words[:count]):
            continue
        means = meaning(" ".join(word.text for word in words[:count]))
        if means is not None:
            return count, means
    return 1, (Column.OTHER,)


def _near(words: Sequence[Word]) -> bool:
    """No gap wider than two letters: headings of neighbours stand further apart."""
    return all(
        right.box.left - left.box.right < 1.2 * left.box.height for left, right in pairwise(words)
    )


def meaning(phrase: str) -> tuple[Column, ...] | None:
    """What a heading means, spaces left aside: recognition loses some of them."""
    return MEANINGS.get(re.sub(r"\s+", "", phrase.lower().replace("’", "'")).strip("↑↓:*^"))


def _with_first_line(heading: Heading, above: Line | None) -> Heading:
    if above is None or not 0 < heading.box.middle - above.box.middle < _ABOVE * heading.box.height:
        return heading
    first = [word for word in above.words if word.box.shared_width(heading.box) > 0]
    if not first:
        return heading
    means = meaning(" ".join([*(word.text for word in first), heading.text]))
    return heading if means is None else Heading(means, heading.box, heading.text)
