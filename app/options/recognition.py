"""What traders call a set of legs, and which loose legs belong together.

Decided: legs are first reduced to their smallest proportion, stock counted in lots of the options'
multiplier; then a name is a question about signs, strikes and ends, asked by the number of options.
What has no name stays `CUSTOM`: a wrong name is worse than none.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import combinations
from math import gcd, lcm

from app.options.legs import Leg, LegKind, ends


class StructureName(StrEnum):
    STOCK = "stock"
    SHORT_STOCK = "short stock"
    LONG_CALL = "long call"
    SHORT_CALL = "short call"
    LONG_PUT = "long put"
    SHORT_PUT = "short put"
    COVERED_CALL = "covered call"
    COVERED_PUT = "covered put"
    PROTECTIVE_PUT = "protective put"
    PROTECTIVE_CALL = "protective call"
    COLLAR = "collar"
    COVERED_STRANGLE = "covered strangle"
    BULL_CALL = "bull call spread"
    BEAR_CALL = "bear call spread"
    BULL_PUT = "bull put spread"
    BEAR_PUT = "bear put spread"
    CALL_RATIO = "call ratio spread"
    PUT_RATIO = "put ratio spread"
    CALL_BACKSPREAD = "call backspread"
    PUT_BACKSPREAD = "put backspread"
    LONG_STRADDLE = "long straddle"
    SHORT_STRADDLE = "short straddle"
    LONG_STRANGLE = "long strangle"
    SHORT_STRANGLE = "short strangle"
    SYNTHETIC_LONG = "synthetic long stock"
    SYNTHETIC_SHORT = "synthetic short stock"
    RISK_REVERSAL = "risk reversal"
    CALENDAR = "calendar spread"
    SHORT_CALENDAR = "short calendar spread"
    DIAGONAL = "diagonal spread"
    SHORT_DIAGONAL = "short diagonal spread"
    LONG_BUTTERFLY = "long butterfly"
    SHORT_BUTTERFLY = "short butterfly"
    BROKEN_WING = "broken-wing butterfly"
    JADE_LIZARD = "jade lizard"
    IRON_CONDOR = "iron condor"
    LONG_IRON_CONDOR = "long iron condor"
    IRON_BUTTERFLY = "iron butterfly"
    LONG_IRON_BUTTERFLY = "long iron butterfly"
    LONG_CONDOR = "long condor"
    SHORT_CONDOR = "short condor"
    BOX = "box spread"
    CUSTOM = "custom structure"


@dataclass(frozen=True, slots=True)
class _Line:
    """All of one contract, in the smallest proportion to the others."""

    is_call: bool
    strike: Decimal
    end: datetime | None
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    name: StructureName
    legs: tuple[Leg, ...]


def recognised(legs: Sequence[Leg]) -> StructureName:
    """The name of all legs together, whatever their order and however often."""
    stock, lines = _reduced(legs)
    if not lines:
        return _of_stock(stock)
    if stock:
        return _with_stock(stock, lines)
    named = _BY_COUNT.get(len(lines))
    return StructureName.CUSTOM if named is None else named(lines)


def grouped(legs: Sequence[Leg]) -> tuple[Group, ...]:
    """Loose legs of one underlying, sorted into structures; every share ends up in one group.

    Structures of more legs go first, so that an iron condor is not read as two spreads, then those
    whose strikes lie closest. A leg may be split, as 300 shares over two covered calls.
    """
    rest = list(legs)
    groups = []
    while found := _next_group(rest):
        groups.append(found)
        rest = _without(rest, found.legs)
    groups += [Group(name=recognised([leg]), legs=(leg,)) for leg in rest]
    return tuple(groups)


def _reduced(legs: Sequence[Leg]) -> tuple[int, list[_Line]]:
    """Lots of stock and option lines by end, strike and kind, divided by what they share."""
    sizes: dict[tuple[bool, Decimal, datetime | None], Decimal] = {}
    shares = Decimal(0)
    lot = next((leg.multiplier for leg in legs if leg.is_option), Decimal(1))
    for leg in legs:
        if leg.strike is None:
            shares += leg.shares
            continue
        key = (leg.kind is LegKind.CALL, leg.strike, leg.expires_at)
        sizes[key] = sizes.get(key, Decimal(0)) + leg.shares
    every = [shares / lot, *(size / lot for size in sizes.values())]
    scale = lcm(*(each.as_integer_ratio()[1] for each in every))
    whole = [int(each * scale) for each in every]
    shared = gcd(*whole) or 1
    lines = [
        _Line(is_call, strike, end, size // shared)
        for (is_call, strike, end), size in zip(sizes, whole[1:], strict=True)
        if size
    ]
    lines.sort(key=lambda line: (_moment(line.end), line.strike, line.is_call))
    return whole[0] // shared, lines


def _of_stock(stock: int) -> StructureName:
    if not stock:
        return StructureName.CUSTOM
    return StructureName.STOCK if stock > 0 else StructureName.SHORT_STOCK


def _with_stock(stock: int, lines: list[_Line]) -> StructureName:
    made = {(line.is_call, line.size) for line in lines}
    if abs(stock) != 1 or len({line.end for line in lines}) > 1:
        return StructureName.CUSTOM
    if len(lines) == 1:
        return _STOCK_AND_ONE.get((stock, *made.pop()), StructureName.CUSTOM)
    if len(lines) != 2 or lines[0].is_call or stock < 0:
        return StructureName.CUSTOM
    if made == {(False, 1), (True, -1)}:
        return StructureName.COLLAR
    if made == {(False, -1), (True, -1)}:
        return StructureName.COVERED_STRANGLE
    return StructureName.CUSTOM


_STOCK_AND_ONE = {
    (1, True, -1): StructureName.COVERED_CALL,
    (1, False, 1): StructureName.PROTECTIVE_PUT,
    (-1, False, -1): StructureName.COVERED_PUT,
    (-1, True, 1): StructureName.PROTECTIVE_CALL,
}


def _one(lines: list[_Line]) -> StructureName:
    line = lines[0]
    if line.is_call:
        return StructureName.LONG_CALL if line.size > 0 else StructureName.SHORT_CALL
    return StructureName.LONG_PUT if line.size > 0 else StructureName.SHORT_PUT


def _two(lines: list[_Line]) -> StructureName:
    low, high = lines
    if low.end != high.end:
        return _over_time(low, high)
    if low.is_call == high.is_call:
        return _spread(low, high)
    return _call_and_put(low, high)


def _over_time(near: _Line, far: _Line) -> StructureName:
    if near.is_call != far.is_call or near.size != -far.size:
        return StructureName.CUSTOM
    is_long = far.size > 0
    if near.strike == far.strike:
        return StructureName.CALENDAR if is_long else StructureName.SHORT_CALENDAR
    return StructureName.DIAGONAL if is_long else StructureName.SHORT_DIAGONAL


def _spread(low: _Line, high: _Line) -> StructureName:
    if low.size * high.size > 0:
        return StructureName.CUSTOM
    if low.size == -high.size:
        return _VERTICALS[low.is_call, low.size > 0]
    near, far = (low, high) if low.is_call else (high, low)
    is_backspread = abs(far.size) > abs(near.size) and far.size > 0
    is_ratio = abs(far.size) > abs(near.size) and far.size < 0
    if is_backspread:
        return StructureName.CALL_BACKSPREAD if low.is_call else StructureName.PUT_BACKSPREAD
    if is_ratio:
        return StructureName.CALL_RATIO if low.is_call else StructureName.PUT_RATIO
    return StructureName.CUSTOM


_VERTICALS = {
    (True, True): StructureName.BULL_CALL,
    (True, False): StructureName.BEAR_CALL,
    (False, True): StructureName.BULL_PUT,
    (False, False): StructureName.BEAR_PUT,
}
"""By whether they are calls and whether the lower strike is bought."""


def _call_and_put(low: _Line, high: _Line) -> StructureName:
    put, call = (high, low) if low.is_call else (low, high)
    if abs(call.size) != 1 or abs(put.size) != 1 or put.strike > call.strike:
        return StructureName.CUSTOM
    if call.size == put.size:
        is_straddle = call.strike == put.strike
        return _BOTH_SIDES[is_straddle, call.size > 0]
    if call.strike == put.strike:
        return StructureName.SYNTHETIC_LONG if call.size > 0 else StructureName.SYNTHETIC_SHORT
    return StructureName.RISK_REVERSAL


_BOTH_SIDES = {
    (True, True): StructureName.LONG_STRADDLE,
    (True, False): StructureName.SHORT_STRADDLE,
    (False, True): StructureName.LONG_STRANGLE,
    (False, False): StructureName.SHORT_STRANGLE,
}


def _three(lines: list[_Line]) -> StructureName:
    if len({line.end for line in lines}) > 1:
        return StructureName.CUSTOM
    sizes = [line.size for line in lines]
    kinds = [line.is_call for line in lines]
    if kinds == [False, True, True] and sizes == [-1, -1, 1]:
        return StructureName.JADE_LIZARD
    if len(set(kinds)) > 1 or sizes not in ([1, -2, 1], [-1, 2, -1]):
        return StructureName.CUSTOM
    low, middle, high = (line.strike for line in lines)
    if middle - low != high - middle:
        return StructureName.BROKEN_WING
    return StructureName.LONG_BUTTERFLY if sizes[0] > 0 else StructureName.SHORT_BUTTERFLY


def _four(lines: list[_Line]) -> StructureName:
    if len({line.end for line in lines}) > 1:
        return StructureName.CUSTOM
    sizes = tuple(line.size for line in lines)
    kinds = tuple(line.is_call for line in lines)
    first, second, third, fourth = (line.strike for line in lines)
    if first == second and third == fourth:
        is_box = sizes in ((-1, 1, 1, -1), (1, -1, -1, 1))
        return StructureName.BOX if is_box else StructureName.CUSTOM
    if len(set(kinds)) == 1:
        return _CONDORS.get(sizes, StructureName.CUSTOM)
    if kinds != (False, False, True, True):
        return StructureName.CUSTOM
    return _IRONS.get((sizes, second == third), StructureName.CUSTOM)


_CONDORS: dict[tuple[int, ...], StructureName] = {
    (1, -1, -1, 1): StructureName.LONG_CONDOR,
    (-1, 1, 1, -1): StructureName.SHORT_CONDOR,
}
_IRONS: dict[tuple[tuple[int, ...], bool], StructureName] = {
    ((1, -1, -1, 1), False): StructureName.IRON_CONDOR,
    ((-1, 1, 1, -1), False): StructureName.LONG_IRON_CONDOR,
    ((1, -1, -1, 1), True): StructureName.IRON_BUTTERFLY,
    ((-1, 1, 1, -1), True): StructureName.LONG_IRON_BUTTERFLY,
}
_BY_COUNT: dict[int, Callable[[list[_Line]], StructureName]] = {
    1: _one,
    2: _two,
    3: _three,
    4: _four,
}
_NOT_TO_BE_GUESSED = frozenset(
    {
        StructureName.CUSTOM,
        StructureName.CALL_RATIO,
        StructureName.PUT_RATIO,
        StructureName.CALL_BACKSPREAD,
        StructureName.PUT_BACKSPREAD,
        StructureName.RISK_REVERSAL,
        StructureName.SYNTHETIC_LONG,
        StructureName.SYNTHETIC_SHORT,
        StructureName.SHORT_DIAGONAL,
    }
)
"""Loose legs that could be these are more often two things."""


def _next_group(legs: Sequence[Leg]) -> Group | None:
    for count in (4, 3, 2):
        found = [
            Group(name=name, legs=pieces)
            for chosen in _combinations(legs, count)
            for pieces in _proportions(chosen)
            if (name := recognised(pieces)) not in _NOT_TO_BE_GUESSED
        ]
        if found:
            return min(found, key=_distance)
    return None


def _combinations(legs: Sequence[Leg], count: int) -> Iterator[tuple[Leg, ...]]:
    """Two of any, more only of those that end together, as all named structures of three and four do."""
    if count == 2:
        yield from combinations(legs, count)
        return
    for end in ends(legs):
        together = [leg for leg in legs if not leg.is_option or leg.expires_at == end]
        yield from combinations(together, count)


def _proportions(legs: tuple[Leg, ...]) -> Iterator[tuple[Leg, ...]]:
    """As they stand, and with all cut to the smallest."""
    yield legs
    options = [leg for leg in legs if leg.is_option]
    lot = options[0].multiplier if options else Decimal(1)
    least = min(abs(leg.shares) // lot for leg in legs)
    if least and any(abs(leg.shares) != least * lot for leg in legs):
        yield tuple(_cut(leg, least * lot) for leg in legs)


def _cut(leg: Leg, shares: Decimal) -> Leg:
    sign = 1 if leg.quantity > 0 else -1
    return replace(leg, quantity=sign * (shares / leg.multiplier if leg.is_option else shares))


def _distance(group: Group) -> tuple[bool, Decimal]:
    """Stock finds its cover first; then the nearest strikes belong together."""
    known = [leg.strike for leg in group.legs if leg.strike is not None]
    has_stock = any(not leg.is_option for leg in group.legs)
    return not has_stock, max(known) - min(known)


def _without(legs: Sequence[Leg], taken: Sequence[Leg]) -> list[Leg]:
    left = []
    used = list(taken)
    for leg in legs:
        piece = next((each for each in used if _is_same(each, leg)), None)
        if piece is None:
            left.append(leg)
            continue
        used.remove(piece)
        if piece.quantity != leg.quantity:
            left.append(replace(leg, quantity=leg.quantity - piece.quantity))
    return left


def _is_same(one: Leg, other: Leg) -> bool:
    """The same contract at the same price, bought or sold alike."""
    is_one_side = one.quantity * other.quantity > 0
    return is_one_side and replace(one, quantity=other.quantity) == other


def _moment(end: datetime | None) -> float:
    return end.timestamp() if end else 0.0
