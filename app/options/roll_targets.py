"""Which contracts an option may be rolled into: later, at the same strike or delta, or up or down.

Decided: how far "up" is follows the option: half a standard deviation of its underlying over the time
that is won, at least one listed strike. Only contracts that have a price are offered.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import numpy as np

from app.core.errors import NotFound
from app.market.chains import OptionKind
from app.options.chains import Series
from app.options.models import DAYS_A_YEAR
from app.options.service import Listed, Reading, reading
from app.options.smile import nearest_delta, smile

LATER = 30
"""Days an option is rolled out by, unless it has long to go."""
LATER_FROM = 180.0
MUCH_LATER = 365
_STEP = 0.5
_USUAL_VOLATILITY = 0.3


class Way(StrEnum):
    SAME_STRIKE = "same strike, later"
    NEAREST_STRIKE = "nearest strike, later"
    TO_STRIKE = "to the strike you named"
    SAME_DELTA = "same delta, later"
    UP = "up and out"
    DOWN = "down and out"
    FOR_A_CREDIT = "furthest away without a debit"
    LATER_STILL = "same strike, later still"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The option that is rolled; `row` is that of the chain."""

    listed: Listed
    row: int
    is_long: bool

    @property
    def reading(self) -> Reading:
        return reading(self.listed, self.row)

    @property
    def strike(self) -> float:
        return float(self.listed.measured.contracts.strike[self.row])

    @property
    def kind(self) -> OptionKind:
        return self.listed.measured.quotes[self.row].contract.kind

    @property
    def series(self) -> Series:
        return self.listed.measured.series[int(self.listed.measured.place[self.row])]


@dataclass(frozen=True, slots=True)
class Target:
    way: Way
    row: int


def usual_later(held: Held) -> int:
    """A month; a year for what has half a year to go."""
    return MUCH_LATER if held.series.years * DAYS_A_YEAR > LATER_FROM else LATER


def targets(
    held: Held, *, later: int, way: Way | None = None, strike: float | None = None
) -> tuple[Target, ...]:
    """What was asked for first; `NotFound` where nothing later is listed."""
    series = _series_after(held, later)
    further = _series_after(held, 2 * later)
    found = [
        *_to_strike(held, series, strike),
        *_same_strike(held, series),
        *_same_delta(held, series),
        *_moved(held, series),
        *_for_a_credit(held, series),
        *(_same_strike(held, further, Way.LATER_STILL) if further is not series else ()),
    ]
    if not found:
        raise NotFound(f"Nothing later on {held.listed.instrument.symbol} has a price now.")
    first = way if strike is None else Way.TO_STRIKE
    kept: dict[int, Target] = {}
    for each in sorted(found, key=lambda each: each.way is not first):
        kept.setdefault(each.row, each)
    return tuple(kept.values())


def _series_after(held: Held, later: int) -> Series:
    """The one that ends nearest to so many days after what is held; of two on a day, the last."""
    own = held.series
    wanted = own.expiry + timedelta(days=later)
    after = [each for each in held.listed.measured.series if each.expiry > own.expiry]
    if not after:
        raise NotFound(
            f"No options on {held.listed.instrument.symbol} that end later are listed here."
        )
    return min(after, key=lambda each: (abs(each.expiry - wanted), -each.years))


def _rows(held: Held, series: Series) -> list[int]:
    """Of its kind with a price, by strike."""
    chain = held.listed.measured
    is_kind = chain.contracts.is_call == (held.kind is OptionKind.CALL)
    rows = np.flatnonzero(chain.on(series) & is_kind & (chain.price > 0.0))
    return sorted(rows.tolist(), key=lambda row: float(chain.contracts.strike[row]))


def _nearest(
    held: Held, series: Series, strike: float, allows: Callable[[float], bool] = lambda _: True
) -> int | None:
    strikes = held.listed.measured.contracts.strike
    rows = [row for row in _rows(held, series) if allows(float(strikes[row]))]
    return min(rows, key=lambda row: abs(float(strikes[row]) - strike), default=None)


def _same_strike(held: Held, series: Series, way: Way = Way.SAME_STRIKE) -> list[Target]:
    row = _nearest(held, series, held.strike)
    if row is None:
        return []
    is_same = math.isclose(float(held.listed.measured.contracts.strike[row]), held.strike)
    return [Target(way if is_same else Way.NEAREST_STRIKE, row)]


def _to_strike(held: Held, series: Series, strike: float | None) -> list[Target]:
    row = None if strike is None else _nearest(held, series, strike)
    return [] if row is None else [Target(Way.TO_STRIKE, row)]


def _same_delta(held: Held, series: Series) -> list[Target]:
    delta = held.reading.delta
    if delta is None:
        return []
    row = nearest_delta(held.listed.measured, series, held.kind, delta)
    if row is None or not held.listed.measured.price[row] > 0.0:
        return []
    return [Target(Way.SAME_DELTA, row)]


def _moved(held: Held, series: Series) -> list[Target]:
    chain = held.listed.measured
    volatility = smile(chain, series).at_the_money() or _USUAL_VOLATILITY
    won = max(series.years - held.series.years, 1.0 / DAYS_A_YEAR)
    step = _STEP * chain.spot * volatility * math.sqrt(won)
    up = _nearest(held, series, held.strike + step, lambda strike: strike > held.strike)
    down = _nearest(held, series, held.strike - step, lambda strike: strike < held.strike)
    found = ((Way.UP, up), (Way.DOWN, down))
    return [Target(way, row) for way, row in found if row is not None]


def _for_a_credit(held: Held, series: Series) -> list[Target]:
    """Of what is sold: the strike furthest from the price that costs nothing to go to."""
    chain, paid = held.listed.measured, held.reading.price
    if held.is_long or paid is None:
        return []
    rows = [row for row in _rows(held, series) if float(chain.price[row]) >= paid]
    strikes = chain.contracts.strike
    if held.kind is OptionKind.CALL:
        rows = [row for row in rows if float(strikes[row]) > held.strike]
        return [Target(Way.FOR_A_CREDIT, rows[-1])] if rows else []
    rows = [row for row in rows if float(strikes[row]) < held.strike]
    return [Target(Way.FOR_A_CREDIT, rows[0])] if rows else []
