"""How one option fades while nothing moves, and when rules of thumb say to roll it.

Decided: the rules are those traders go by, each with its figure and the day it is reached if price and
volatility stay; none is a verdict. What is bought is watched for its decay and for a delta that leaves
nothing but stock, what is sold for its last weeks, for a premium that is earned and for its strike.
Days are searched by European values, one a day, since a day is all that is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from app.market.models import Floats
from app.options.american import american_greeks, american_prices
from app.options.models import DAYS_A_YEAR, Contracts, Flags
from app.options.pricing import greeks, prices

LONG_LIVED = 270.0
"""Days: what lived longer is a LEAPS, and its rule is that of one."""
_MONTHS = (1, 2, 3, 6, 9, 12, 18, 24)
_MONTH = 30.4375
_IN_WEEKS = 90.0
_WEEKS = (7, 14, 21, 28, 42, 56, 70)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fade:
    """So many days on, per share, bought; spot and volatility as now."""

    days: float
    value: float
    time_value: float
    delta: float
    gamma: float
    theta: float
    vega: float


class RuleName(StrEnum):
    HALF_A_YEAR = "half a year left"
    A_MONTH = "a month left"
    THREE_WEEKS = "three weeks left"
    DECAY = "decay a day at twice today's"
    LIKE_STOCK = "a delta at which it moves like stock"
    EARNED = "a fifth of its premium left"
    AT_ITS_STRIKE = "a delta of one half, its strike reached"


class Measure(StrEnum):
    DAYS = "days"
    THETA = "theta"
    DELTA = "delta"
    PRICE = "price"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`threshold` against `now`, without sign. `reached_in` days if nothing moves, zero where it is
    met, None where it is not before its end."""

    name: RuleName
    measure: Measure
    threshold: float
    now: float
    reached_in: float | None


_DAYS_LEFT = {RuleName.HALF_A_YEAR: 180.0, RuleName.A_MONTH: 30.0, RuleName.THREE_WEEKS: 21.0}
_LIKE_STOCK = 0.90
_AT_ITS_STRIKE = 0.50
_LEFT_OF_PREMIUM = 0.2


def months_ahead(contract: Contracts) -> tuple[float, ...]:
    """Days from now to look at: today, and months of growing distance before its end; weeks where
    few months are left."""
    left = float(contract.years[0]) * DAYS_A_YEAR
    later = [round(month * _MONTH) for month in _MONTHS] if left > _IN_WEEKS else list(_WEEKS)
    return (0.0, *(float(days) for days in later if days < left - 1.0))


def fading(
    contract: Contracts, volatility: float, days: Sequence[float], *, is_american: bool
) -> tuple[Fade, ...]:
    """Of one contract, at each of these days."""
    moved = _aged(contract, np.array(days))
    found = american_greeks(moved, volatility) if is_american else greeks(moved, volatility)
    worth = american_prices(moved, volatility) if is_american else prices(moved, volatility)
    side = np.where(moved.is_call, 1.0, -1.0)
    intrinsic = np.maximum(side * (moved.spot - moved.strike), 0.0)
    table = zip(
        days,
        worth.tolist(),
        (worth - intrinsic).tolist(),
        found.delta.tolist(),
        found.gamma.tolist(),
        found.theta.tolist(),
        found.vega.tolist(),
        strict=True,
    )
    return tuple(
        Fade(
            days=day, value=value, time_value=rest, delta=delta, gamma=gamma, theta=theta, vega=vega
        )
        for day, value, rest, delta, gamma, theta, vega in table
    )


def rules(
    contract: Contracts,
    volatility: float,
    *,
    is_long: bool,
    lived: float = 0.0,
    received: float | None = None,
) -> tuple[Rule, ...]:
    """What is watched. `lived` is how many days it was held already; `received` the premium of a
    sold one, per share."""
    left = float(contract.years[0]) * DAYS_A_YEAR
    path = np.arange(0.0, max(left, 1.0))
    moved = _aged(contract, path)
    found, worth = greeks(moved, volatility), prices(moved, volatility)
    theta, delta = np.abs(found.theta), np.abs(found.delta)
    if is_long:
        twice = 2.0 * float(theta[0])
        by_days = RuleName.HALF_A_YEAR if left + lived >= LONG_LIVED else RuleName.A_MONTH
        decays = twice > 0.0
        return (
            _by_days(by_days, left),
            *(
                (_when(RuleName.DECAY, Measure.THETA, theta, twice, theta >= twice),)
                if decays
                else ()
            ),
            _when(RuleName.LIKE_STOCK, Measure.DELTA, delta, _LIKE_STOCK, delta >= _LIKE_STOCK),
        )
    return (
        _by_days(RuleName.THREE_WEEKS, left),
        *_earned(worth, received),
        _when(
            RuleName.AT_ITS_STRIKE, Measure.DELTA, delta, _AT_ITS_STRIKE, delta >= _AT_ITS_STRIKE
        ),
    )


def _by_days(name: RuleName, left: float) -> Rule:
    threshold = _DAYS_LEFT[name]
    return Rule(
        name=name,
        measure=Measure.DAYS,
        threshold=threshold,
        now=left,
        reached_in=max(left - threshold, 0.0),
    )


def _earned(worth: Floats, received: float | None) -> tuple[Rule, ...]:
    """Only where it is known what was received."""
    if received is None or received <= 0.0:
        return ()
    threshold = _LEFT_OF_PREMIUM * received
    return (_when(RuleName.EARNED, Measure.PRICE, worth, threshold, worth <= threshold),)


def _when(name: RuleName, measure: Measure, path: Floats, threshold: float, is_met: Flags) -> Rule:
    """Reached on the first day on which it is met."""
    return Rule(
        name=name,
        measure=measure,
        threshold=threshold,
        now=float(path[0]),
        reached_in=float(np.argmax(is_met)) if is_met.any() else None,
    )


def _aged(contract: Contracts, days: Floats) -> Contracts:
    """One contract, so many days nearer to its end."""
    rows = contract.rows(np.zeros(len(days), dtype=np.int64))
    return replace(rows, years=rows.years - days / DAYS_A_YEAR)
