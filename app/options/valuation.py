"""What a structure is worth before it ends: at any price, volatility and date.

Decided: European values throughout, so an early exercise is never counted in. Legs keep their own
volatility, as a smile gives it; a scenario moves all of them by the same points.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.core.errors import InvalidInput
from app.market.models import Floats
from app.options.legs import Leg, LegKind, check_legs
from app.options.models import DAYS_A_YEAR, POINT, Contracts
from app.options.odds import Outlook, probability_below
from app.options.pricing import greeks, prices
from app.options.settlement import years_until

_GRID = 2_001
_REACH = 6.0
_HALVINGS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What is assumed: `volatilities` is one fraction a leg, whatever of stock."""

    at: datetime
    spot: float
    volatilities: tuple[float, ...]
    rate: float = 0.0
    dividend_yield: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionGreeks:
    """Of the whole structure: delta in shares, gamma in shares a dollar, theta in dollars a calendar
    day, vega and rho in dollars a point."""

    delta: float
    gamma: float
    theta: float
    vega: float
    rho: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """Results on one day by the model. `best` and `worst` are those within six standard deviations,
    so neither is a bound."""

    at: datetime
    best: float
    worst: float
    breakevens: tuple[float, ...]
    probability_of_profit: float


def results(
    legs: Sequence[Leg],
    market: Market,
    *,
    spots: ArrayLike,
    days: ArrayLike = 0.0,
    points: ArrayLike = 0.0,
) -> Floats:
    """Profit or loss at each spot, so many days on, with volatility so many points higher.

    The three are stretched to one shape, which is that of the answer. An option that has ended is
    worth its intrinsic value at that spot.
    """
    _check(legs, market)
    spot, later, higher = np.broadcast_arrays(
        *(np.asarray(each, float) for each in (spots, days, points))
    )
    total = np.zeros(spot.shape)
    for leg, volatility in zip(legs, market.volatilities, strict=True):
        if leg.is_option:
            contracts = _contracts(leg, market, spot.ravel(), later.ravel())
            moved = np.maximum(volatility + POINT * higher.ravel(), 0.0)
            worth = prices(contracts, moved).reshape(spot.shape)
        else:
            worth = spot
        total += float(leg.shares) * (worth - float(leg.price))
    return total


def scenario_grid(
    legs: Sequence[Leg],
    market: Market,
    *,
    spots: Sequence[float],
    points: Sequence[float],
    days: Sequence[float],
) -> NDArray[np.float64]:
    """Results by day, points of volatility and spot: shape (days, points, spots)."""
    day, point, spot = np.meshgrid(days, points, spots, indexing="ij")
    return results(legs, market, spots=spot, days=day, points=point)


def position_greeks(legs: Sequence[Leg], market: Market, *, days: float = 0.0) -> PositionGreeks:
    """Now, or so many days on with nothing else moved."""
    _check(legs, market)
    total = np.zeros(5)
    for leg, volatility in zip(legs, market.volatilities, strict=True):
        held = float(leg.shares)
        if not leg.is_option:
            total[0] += held
            continue
        contracts = _contracts(leg, market, np.array([market.spot]), np.array([days]))
        found = greeks(contracts, volatility)
        each = (found.delta, found.gamma, found.theta, found.vega, found.rho)
        total += held * np.array(each).ravel()
    delta, gamma, theta, vega, rho = total.tolist()
    return PositionGreeks(delta=delta, gamma=gamma, theta=theta, vega=vega, rho=rho)


def projection(legs: Sequence[Leg], market: Market, at: datetime) -> Projection:
    """What the structure can win and lose on a day, such as the end of a calendar's near leg."""
    days = (at - market.at) / timedelta(days=1)
    outlook = _outlook(legs, market, days)
    middle, reach = np.log(outlook.forward), _REACH * max(outlook.total, 0.01)
    spots = np.exp(np.linspace(middle - reach, middle + reach, _GRID))
    found = results(legs, market, spots=spots, days=days)
    changes = np.flatnonzero(np.sign(found[:-1]) * np.sign(found[1:]) < 0)
    zeros = _zeros(legs, market, days, spots[changes], spots[changes + 1])
    edges = np.concatenate(([0.0], zeros, [np.inf]))
    below = probability_below(outlook, edges)
    insides = np.searchsorted(zeros, spots)
    wins = [bool(np.any(found[insides == piece] > 0)) for piece in range(len(edges) - 1)]
    return Projection(
        at=at,
        best=float(found.max()),
        worst=float(found.min()),
        breakevens=tuple(zeros.tolist()),
        probability_of_profit=float(np.diff(below)[wins].sum()),
    )


def _zeros(legs: Sequence[Leg], market: Market, days: float, low: Floats, high: Floats) -> Floats:
    """Bisection of all brackets at once."""
    sign = np.sign(results(legs, market, spots=low, days=days))
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        is_left = np.sign(results(legs, market, spots=middle, days=days)) == sign
        low, high = np.where(is_left, middle, low), np.where(is_left, high, middle)
    return 0.5 * (low + high)


def _outlook(legs: Sequence[Leg], market: Market, days: float) -> Outlook:
    """Where the underlying may be by then, by the mean volatility of the options."""
    _check(legs, market)
    known = [each for leg, each in zip(legs, market.volatilities, strict=True) if leg.is_option]
    if not known:
        raise InvalidInput("Without an option there is no volatility to project with.")
    return Outlook(
        spot=market.spot,
        years=days / DAYS_A_YEAR,
        volatility=float(np.mean(known)),
        rate=market.rate,
        dividend_yield=market.dividend_yield,
    )


def _contracts(leg: Leg, market: Market, spot: Floats, days: Floats) -> Contracts:
    if leg.strike is None or leg.expires_at is None:
        raise InvalidInput(f"A {leg.kind} is valued by its strike and the moment it ends.")
    return Contracts.of(
        is_call=leg.kind is LegKind.CALL,
        spot=spot,
        strike=float(leg.strike),
        years=years_until(leg.expires_at, market.at) - days / DAYS_A_YEAR,
        rate=market.rate,
        dividend_yield=market.dividend_yield,
    )


def _check(legs: Sequence[Leg], market: Market) -> None:
    check_legs(legs)
    if len(market.volatilities) != len(legs):
        raise InvalidInput("Each leg needs its volatility.")
