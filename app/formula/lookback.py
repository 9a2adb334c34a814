"""How far back a formula looks, per timeframe."""

from collections import defaultdict
from dataclasses import dataclass, field

from app.core.timeframes import Timeframe
from app.formula.spans import TooShort, bars_in, days_of, is_days
from app.formula.syntax import (
    Crossing,
    DayTime,
    Held,
    Moved,
    Node,
    Number,
    OnDays,
    Past,
    Reading,
    Span,
    Tested,
    Touch,
    children,
)
from app.formula.vocabulary import Role
from app.formula.writing import key_of
from app.indicators.formulas import WARM_UP

TESTS_WITHIN = 60
"""Bars of a day or longer in which tests of a level are counted; shorter ones count by the session."""
RECURSIVE = ("ema", "rsi", "atr", "macd", "adx")
_BY_SESSION = {"vwap": 1, "hod": 1, "lod": 1, "gap": 2}


@dataclass(slots=True)
class Lookback:
    """Bars by timeframe, sessions by timeframe, and bars before the last by key of a given value."""

    bars: dict[Timeframe | None, int] = field(default_factory=lambda: defaultdict(int))
    sessions: dict[Timeframe | None, int] = field(default_factory=lambda: defaultdict(int))
    past: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def lookback(tree: Node, base: Timeframe | None) -> Lookback:
    """What `tree` needs when asked on bars of `base`."""
    found = Lookback()
    _Looking(base, found).visit(tree, None, 1)
    return found


def own_length(reading: Reading) -> int:
    """Bars one value of it is made of, its warm-up included."""
    name = reading.word.name
    lengths = [int(each.value) for each in reading.settings if isinstance(each, Number)]
    if reading.word.role is not Role.INDICATOR or not lengths:
        return 1
    match name:
        case "macd":
            length = lengths[1] + lengths[2]
        case "adx":
            length = 2 * lengths[0]
        case "stoch":
            length = sum(lengths)
        case "bb":
            length = lengths[0]
        case "sma" | "wma" | "ema" | "stdev" | "highest" | "lowest":
            length = lengths[0]
        case _:
            length = lengths[0] + 1
    return length + (WARM_UP if name in RECURSIVE else 0)


class _Looking:
    def __init__(self, base: Timeframe | None, found: Lookback) -> None:
        self._base = base
        self._found = found

    def visit(self, node: Node, timeframe: Timeframe | None, bars: int) -> None:
        """`bars` of this node's values are wanted."""
        match node:
            case Reading():
                self._reading(node, node.timeframe or timeframe, bars)
                return
            case Touch():
                self._want(timeframe, bars + 1)
            case Tested():
                self._want(timeframe, bars)
                self._tested(node, timeframe)
            case DayTime() | OnDays():
                self._want(timeframe, bars)
            case _:
                bars += self._further(node, timeframe)
        for child in children(node):
            self.visit(child, timeframe, bars)

    def _further(self, node: Node, timeframe: Timeframe | None) -> int:
        """Bars before the last that a node also looks at."""
        match node:
            case Past(bars=ago):
                return ago
            case Crossing():
                return 1
            case Held(span=span):
                return self._bars_in(span, timeframe) - 1
            case Moved(span=span):
                return self._moved(span, timeframe)
            case _:
                return 0

    def _reading(self, node: Reading, timeframe: Timeframe | None, bars: int) -> None:
        if node.word.role in (Role.LEVEL, Role.OUTSIDE):
            key = key_of(node)
            self._found.past[key] = max(self._found.past[key], bars - 1)
            self._want(timeframe, bars)
            return
        if node.word.name == "change":
            bars += self._change(node, timeframe)
        else:
            bars += own_length(node) - 1
        self._want(timeframe, bars)
        sessions = _BY_SESSION.get(node.word.name, 0)
        self._found.sessions[timeframe] = max(self._found.sessions[timeframe], sessions)
        if node.of is not None:
            self.visit(node.of, timeframe, bars)

    def _change(self, node: Reading, timeframe: Timeframe | None) -> int:
        span = node.settings[0]
        return self._moved(span, timeframe) if isinstance(span, Span) else 0

    def _moved(self, span: Span, timeframe: Timeframe | None) -> int:
        base = timeframe or self._base
        if is_days(span) and (base is None or base.is_intraday):
            self._want(Timeframe.D1, days_of(span))
            return 0
        return self._bars_in(span, timeframe)

    def _tested(self, node: Tested, timeframe: Timeframe | None) -> None:
        base = timeframe or self._base
        if base is None or base.is_intraday:
            self._found.sessions[timeframe] = max(self._found.sessions[timeframe], 1)
        else:
            self._want(timeframe, TESTS_WITHIN)
        if node.band is None:
            self._want(Timeframe.D1, 15 + WARM_UP)

    def _bars_in(self, span: Span, timeframe: Timeframe | None) -> int:
        """Of unknown bars, minutes: more than enough of any others."""
        try:
            return bars_in(span, timeframe or self._base or Timeframe.M1)
        except TooShort:
            return 1

    def _want(self, timeframe: Timeframe | None, bars: int) -> None:
        own = None if timeframe is self._base else timeframe
        self._found.bars[own] = max(self._found.bars[own], bars)
