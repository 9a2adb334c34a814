"""All that is told of a structure: what it wins and loses, its odds, its Greeks, its margin.

Decided: when all legs end together the numbers are exact. When they do not, best, worst and breakevens
are a model's on the day the first of them ends, and say so; whether there is a bound above all strikes
is counted in shares, not looked up in the model. Without volatility or time there are no
odds and no Greeks, and none are made up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np

from app.market.models import Floats
from app.options.legs import Leg, cost, ends
from app.options.margin import Margin, estimated_margin
from app.options.models import DAYS_A_YEAR
from app.options.odds import Outlook, probability_of_touch
from app.options.payoff import (
    Payoff,
    net_shares_above,
    payoff,
    probability_of_profit,
    result_at_expiry,
)
from app.options.recognition import StructureName, recognised
from app.options.settlement import years_until
from app.options.valuation import (
    Market,
    PositionGreeks,
    Projection,
    position_greeks,
    projection,
    results,
)

_POINTS = 121
_LEAST_REACH = 0.08
_DEVIATIONS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """In dollars. `best` and `worst` are signed results, None where they have no bound.

    `projected` is set instead of `exact` where legs end at different times. `touch` is the odds that
    the price meets the nearest breakeven on the way. `margin` is None where legs do not end together.
    """

    name: StructureName
    cost: Decimal
    exact: Payoff | None
    projected: Projection | None
    best: Decimal | None
    worst: Decimal | None
    breakevens: tuple[Decimal, ...]
    probability_of_profit: float | None
    touch: float | None
    greeks: PositionGreeks | None
    margin: Margin | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Results by price of the underlying: when the first options end, and now (None without a
    model)."""

    prices: Floats
    at_end: Floats
    now: Floats | None


def analysed(
    legs: Sequence[Leg], market: Market | None, *, spot: Decimal | None, is_index: bool = False
) -> Analysis:
    """`market` is None where volatility or time is not known."""
    finals = ends(legs)
    is_exact = len(finals) <= 1
    exact = payoff(legs) if is_exact else None
    projected = None if exact or market is None else projection(legs, market, _first(finals))
    outlook = None if market is None else _outlook(legs, market)
    worst, best = (exact.worst, exact.best) if exact else _projected_bounds(legs, projected)
    breakevens = exact.breakevens if exact else _decimals(projected)
    odds = projected.probability_of_profit if projected else None
    if exact and outlook is not None:
        odds = probability_of_profit(exact, outlook)
    return Analysis(
        name=recognised(legs),
        cost=cost(legs),
        exact=exact,
        projected=projected,
        best=best,
        worst=worst,
        breakevens=breakevens,
        probability_of_profit=odds,
        touch=_touch(breakevens, outlook),
        greeks=None if market is None else position_greeks(legs, market),
        margin=estimated_margin(legs, spot, is_index=is_index) if exact and spot else None,
    )


def drawn(legs: Sequence[Leg], market: Market | None, *, spot: float, within: float) -> Curve:
    """A line to look at, from `within` (a part of the spot) below it to as much above, with every
    strike on it."""
    strikes = [float(leg.strike) for leg in legs if leg.strike is not None]
    reach = max(within, _LEAST_REACH, *(abs(each / spot - 1.0) * 1.3 for each in strikes or [0.0]))
    low, high = spot * max(1.0 - reach, 0.01), spot * (1.0 + reach)
    prices = np.unique(np.concatenate((np.linspace(low, high, _POINTS), strikes, [spot])))
    finals = ends(legs)
    if len(finals) <= 1:
        at_end = np.array(
            [float(result_at_expiry(legs, Decimal(repr(x)))) for x in prices.tolist()]
        )
    elif market is not None:
        days = years_until(_first(finals), market.at) * DAYS_A_YEAR
        at_end = results(legs, market, spots=prices, days=days)
    else:
        at_end = np.zeros(len(prices))
    now = None if market is None else results(legs, market, spots=prices)
    return Curve(prices=prices, at_end=at_end, now=now)


def usual_reach(legs: Sequence[Leg], market: Market | None) -> float:
    """Three standard deviations to the end, as a part of the spot."""
    outlook = None if market is None else _outlook(legs, market)
    return 0.0 if outlook is None else _DEVIATIONS * outlook.total


def _outlook(legs: Sequence[Leg], market: Market) -> Outlook | None:
    """Until the first options end, by the mean volatility of all."""
    known = [each for leg, each in zip(legs, market.volatilities, strict=True) if leg.is_option]
    finals = [end for end in ends(legs) if end is not None]
    if not known or not finals:
        return None
    return Outlook(
        spot=market.spot,
        years=max(years_until(finals[0], market.at), 0.0),
        volatility=float(np.mean(known)),
        rate=market.rate,
        dividend_yield=market.dividend_yield,
    )


def _touch(breakevens: Sequence[Decimal], outlook: Outlook | None) -> float | None:
    if outlook is None or not breakevens:
        return None
    nearest = min(breakevens, key=lambda each: abs(float(each) - outlook.spot))
    return float(probability_of_touch(outlook, np.array([float(nearest)]))[0])


def _projected_bounds(
    legs: Sequence[Leg], projected: Projection | None
) -> tuple[Decimal | None, Decimal | None]:
    """Worst and best. A model looks only so far: beyond it every call moves like its shares."""
    if projected is None:
        return None, None
    slope = net_shares_above(legs)
    worst = None if slope < 0 else _decimal(projected.worst)
    best = None if slope > 0 else _decimal(projected.best)
    return worst, best


def _first(finals: Sequence[datetime | None]) -> datetime:
    return next(each for each in finals if each is not None)


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(round(value, 4)))


def _decimals(projected: Projection | None) -> tuple[Decimal, ...]:
    if projected is None:
        return ()
    return tuple(Decimal(repr(round(each, 4))) for each in projected.breakevens)
