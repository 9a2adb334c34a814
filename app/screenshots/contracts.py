"""The contract a line names, in each broker's spelling.

`SPY Jun16'23 410 CALL`, `100 (Weeklys) 17 NOV 23 450 CALL`, `.SPY231117C450`, `SPY $450 Call`.
A contract is what remains when date, right and strike are taken out of the text one by one; what
then remains beside the symbol must be words that mean nothing. A year that is not printed stays
unknown: a picture may be years old.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.screenshots.models import Kind
from app.screenshots.outright import Future, coin_in, future_in, point_of

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTH = "(" + "|".join(_MONTHS) + ")[A-Z]{0,6}"
_TICKER = re.compile(r"[A-Z][A-Z0-9]{0,5}(?:[./-][A-Z]{1,2})?")
_OCC = re.compile(r"\.?([A-Z]{1,6}) *(\d{6})([CP])(\d{8}|\d{1,5}(?:\.\d{1,3})?)")
_DOLLAR = re.compile(r"(?<![A-Z0-9])S(?=\d)")
"""Recognition likes to see the sign as this letter."""
_RIGHT = re.compile(r"(?<![A-Z])(CALLS?|PUTS?|C|P)(?![A-Z.])")
_STRIKE = re.compile(
    r"(?<![\d.,/])\$?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,5}(?:\.\d{1,3})?)(?![\d.,/])"
)
_NOISE = re.compile(
    r"\((?:WEEKLYS?|W|MONTHLY|QUARTERLYS?|AM|PM)\)|\b(?:WEEKLYS?|BUYS?|SELLS?|AMERICAN|EUROPEAN)\b|[·•|$▼▸▾+]"
)
_COMBO = re.compile(
    r"(?:SHORT |LONG )?(?:STRANGLE|STRADDLE)|(?:BULL|BEAR) (?:PUT|CALL)(?: SPREAD)?|IRON CONDOR"
)
_MULTIPLIER = "100"
_FOUR_DIGITS = 1000
_FRIDAY = 4

NOT_TICKERS = frozenset(
    [
        "A",
        "ALL",
        "AND",
        "CALL",
        "CASH",
        "CLOSE",
        "DATE",
        "FUTURES",
        "I",
        "ITM",
        "MARK",
        "NET",
        "OPTION",
        "OPTIONS",
        "ORDER",
        "ORDERS",
        "OTM",
        "P",
        "L",
        "PL",
        "PUT",
        "QTY",
        "SHARE",
        "SHARES",
        "STOCK",
        "STOCKS",
        "SUM",
        "TOTAL",
        "TOTALS",
        "USD",
        "EUR",
        "VALUE",
        "OPEN",
    ]
)


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """An expiry as printed; without a year it is no date yet."""

    day: int
    month: int
    year: int | None
    text: str

    @property
    def date(self) -> date | None:
        return None if self.year is None else _valid(self.year, self.month, self.day)


@dataclass(frozen=True, slots=True)
class Contract:
    """What a line names. A stock and a coin have nothing but the underlying."""

    underlying: str | None
    right: str | None = None
    strike: Decimal | None = None
    expiry: PrintedDate | None = None
    future: Future | None = None
    is_coin: bool = False

    @property
    def is_option(self) -> bool:
        return self.kind is Kind.OPTION

    @property
    def kind(self) -> Kind:
        if self.future is not None:
            return Kind.FUTURE
        if self.is_coin:
            return Kind.CRYPTO
        is_option = (self.right, self.strike, self.expiry) != (None, None, None)
        return Kind.OPTION if is_option else Kind.STOCK


@dataclass(frozen=True, slots=True)
class Leg:
    """A contract of a combination; `direction` is +1 where it is held, -1 where it is written."""

    contract: Contract
    direction: int


def parse_contract(text: str) -> Contract | None:
    """The contract in `text`; None if it names none, or more than it should."""
    spelled = " ".join(text.upper().replace("’", "'").replace("`", "'").split())
    spelled = _DOLLAR.sub("$", spelled)
    occ = _OCC.fullmatch(spelled)
    if occ:
        return _of_occ(*occ.groups())
    outright = _outright(spelled)
    if outright is not None:
        return outright
    rest, expiry = take_date(spelled)
    rest, right = _take_right(_NOISE.sub(" ", rest))
    strike = None
    if right or expiry:
        rest, strike = _take_strike(rest)
        strike = None if _is_glued(expiry, strike) else strike
    left = rest.split()
    if len(left) > 1 or (left and not is_ticker(left[0])):
        return None
    name = left[0] if left else None
    if name and expiry and right is None and strike is None and point_of(name):
        return Contract(name, expiry=expiry, future=Future(name))
    found = Contract(name, right, strike, expiry)
    return found if found.is_option or found.underlying else None


def _outright(spelled: str) -> Contract | None:
    future, coin = future_in(spelled), coin_in(spelled)
    if future is not None:
        return Contract(future.root, future=future)
    return None if coin is None else Contract(coin, is_coin=True)


def _is_glued(expiry: PrintedDate | None, strike: Decimal | None) -> bool:
    """`02 Oct 26330`: a year that lost its space looks like the first digits of the strike."""
    if expiry is None or expiry.year is not None or strike is None:
        return False
    return expiry.text[0].isdigit() and strike >= _FOUR_DIGITS


def parse_combination(text: str) -> tuple[Leg, ...]:
    """The legs of a combination that a single line names; empty if its name is not known.

    `SPY May26 405/410 Short Strangle`: the put has the lower strike.
    """
    spelled = " ".join(text.upper().split())
    name = _COMBO.search(spelled)
    if name is None:
        return ()
    rest, expiry = take_date(spelled[: name.start()].strip())
    parts = rest.split()
    if len(parts) != 2 or not is_ticker(parts[0]):
        return ()
    strikes = [Decimal(each) for each in parts[1].split("/") if re.fullmatch(r"\d+(\.\d+)?", each)]
    legs = _LEGS.get(" ".join(name.group().replace("SPREAD", "").split()), _nothing)(
        sorted(strikes)
    )
    return tuple(Leg(Contract(parts[0], right, strike, expiry), way) for right, strike, way in legs)


def take_date(text: str) -> tuple[str, PrintedDate | None]:
    """`text` without the expiry in it, and the expiry."""
    for pattern, order in _DATES:
        found = pattern.search(text)
        if found is None:
            continue
        printed = _printed(dict(zip(order, found.groups(), strict=True)), found.group().strip())
        if printed is not None:
            return text[: found.start()] + " " + text[found.end() :], printed
    return text, None


def date_in_column(text: str) -> PrintedDate | None:
    """The expiry in a column of its own, where a number behind the day can only be the year."""
    spelled = " ".join(text.upper().replace("’", "'").split())
    lone = _LONE.fullmatch(spelled)
    if lone:
        return _printed(dict(zip("mdy", lone.groups(), strict=True)), spelled)
    return take_date(spelled)[1]


def is_ticker(text: str) -> bool:
    return bool(_TICKER.fullmatch(text)) and text not in NOT_TICKERS


def next_such_day(printed: PrintedDate, days: Collection[date]) -> date | None:
    """The first such day on or after those that the picture itself shows; None unless all of them
    lead to the same one, and options can expire on it."""
    found = {_next(printed, day) for day in days}
    only = found.pop() if len(found) == 1 else None
    return only if only is not None and only.weekday() <= _FRIDAY else None


def fuller(one: PrintedDate | None, other: PrintedDate | None) -> PrintedDate | None:
    """Of two dates in one row the one that names its year, if they name the same day."""
    if one is None or other is None or one.year is not None:
        return one or other
    return other if (one.day, one.month) == (other.day, other.month) else one


def _next(printed: PrintedDate, day: date) -> date | None:
    near = (_valid(year, printed.month, printed.day) for year in (day.year, day.year + 1))
    return next((each for each in near if each is not None and each >= day), None)


_DATES = [
    (re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b"), "ymd"),
    (re.compile(r"\b(20\d\d)(\d\d)(\d\d)\b"), "ymd"),
    (re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})\b"), "mdy"),
    (re.compile(rf"\b(\d{{1,2}})[ -]?{_MONTH}[ -]?'?(20\d\d|\d\d)\b"), "dmy"),
    (re.compile(rf"\b{_MONTH} ?(\d{{1,2}}),? ?'(\d\d)"), "mdy"),
    (re.compile(rf"\b{_MONTH} ?(\d{{1,2}}),? (20[2-4]\d)\b"), "mdy"),
    (re.compile(rf"\b{_MONTH}(\d\d)(\d\d)\b"), "mdy"),
    (re.compile(rf"\b{_MONTH} ?(\d{{1,2}})\b"), "md"),
    (re.compile(rf"\b(\d{{1,2}}) ?{_MONTH}\b"), "dm"),
    (re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?![\d/])"), "md"),
]


_LONE = re.compile(rf"{_MONTH} ?(\d{{1,2}}),? ?'?(\d\d)")


def _printed(parts: dict[str, str], text: str) -> PrintedDate | None:
    month = parts["m"]
    number = _MONTHS.index(month[:3]) + 1 if month[:3] in _MONTHS else int(month)
    year = int(parts["y"]) if "y" in parts else None
    if year is not None and year < 100:
        year += 2000
    day = int(parts["d"])
    if _valid(year or 2024, number, day) is None:  # a leap year: it has every day there can be
        return None
    return PrintedDate(day, number, year, text)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _of_occ(root: str, day: str, right: str, strike: str) -> Contract | None:
    when = _valid(2000 + int(day[:2]), int(day[2:4]), int(day[4:]))
    if when is None:
        return None
    padded = len(strike) == 8 and "." not in strike
    price = Decimal(strike) / 1000 if padded else Decimal(strike)
    printed = PrintedDate(when.day, when.month, when.year, day)
    return Contract(root, "call" if right == "C" else "put", price, printed)


def _take_right(text: str) -> tuple[str, str | None]:
    spaced = re.sub(r"(\d)(CALL|PUT|[CP])\b", r"\1 \2", text)
    found = list(_RIGHT.finditer(spaced))
    if len(found) != 1:
        return text, None
    match = found[0]
    if len(match.group()) == 1 and match.start() == 0:
        return text, None  # C is a ticker
    right = "call" if match.group().startswith("C") else "put"
    return spaced[: match.start()] + " " + spaced[match.end() :], right


def _take_strike(text: str) -> tuple[str, Decimal | None]:
    found = list(_STRIKE.finditer(text))
    if len(found) == 2 and found[0].group() == _MULTIPLIER:
        text = text.replace(_MULTIPLIER, " ", 1)
        found = list(_STRIKE.finditer(text))
    if len(found) != 1:
        return text, None
    match = found[0]
    price = Decimal(match.group(1).replace(",", ""))
    return text[: match.start()] + " " + text[match.end() :], price or None


_Parts = list[tuple[str, Decimal, int]]


def _nothing(_: list[Decimal]) -> _Parts:
    return []


def _two(first: tuple[str, int], second: tuple[str, int]) -> Callable[[list[Decimal]], _Parts]:
    def legs(strikes: list[Decimal]) -> _Parts:
        if len(strikes) != 2:
            return []
        return [(first[0], strikes[0], first[1]), (second[0], strikes[1], second[1])]

    return legs


def _straddle(direction: int) -> Callable[[list[Decimal]], _Parts]:
    def legs(strikes: list[Decimal]) -> _Parts:
        if len(strikes) != 1:
            return []
        return [("put", strikes[0], direction), ("call", strikes[0], direction)]

    return legs


_LEGS: dict[str, Callable[[list[Decimal]], _Parts]] = {
    "SHORT STRANGLE": _two(("put", -1), ("call", -1)),
    "LONG STRANGLE": _two(("put", 1), ("call", 1)),
    "SHORT STRADDLE": _straddle(-1),
    "LONG STRADDLE": _straddle(1),
    "BULL PUT": _two(("put", 1), ("put", -1)),
    "BEAR CALL": _two(("call", -1), ("call", 1)),
    "BULL CALL": _two(("call", 1), ("call", -1)),
    "BEAR PUT": _two(("put", -1), ("put", 1)),
}
