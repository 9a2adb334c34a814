"""American exercise, by Leisen and Reimer's binomial tree ("Binomial models for option valuation",
1996): the strike lies in the middle of its end nodes, so that prices converge with the square of the
steps instead of swinging about.

Decided: all contracts walk back through one array, steps by rows, so that a list costs little more
than one. Where early exercise can earn nothing (`may_be_exercised_early`) the closed formula stands.
Greeks are differences of prices by small moves of spot, time, volatility and rate.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from app.market.models import Floats
from app.options.models import (
    DAYS_A_YEAR,
    POINT,
    Contracts,
    Greeks,
    ImpliedVolatility,
    NoVolatility,
)
from app.options.pricing import greeks as european_greeks
from app.options.pricing import implied_volatility as european_volatility
from app.options.pricing import may_be_exercised_early
from app.options.pricing import prices as european_prices

STEPS = 401
_ROWS = 64
_SPOT_MOVE = 0.01
_SMALL = 1e-4
_DAY = 1.0
_ROUNDS = 50
_LOWEST = 1e-3
_PRECISION = 1e-9


def american_prices(contracts: Contracts, volatility: ArrayLike) -> Floats:
    """What they are worth when they may be exercised at any time; never less than at once."""
    sigma = np.broadcast_to(np.asarray(volatility, dtype=np.float64), len(contracts))
    worth = european_prices(contracts, sigma)
    early = np.flatnonzero(may_be_exercised_early(contracts) & (sigma > 0.0))
    for start in range(0, len(early), _ROWS):
        rows = early[start : start + _ROWS]
        worth[rows] = np.maximum(_tree(contracts.rows(rows), sigma[rows]), worth[rows])
    side = np.where(contracts.is_call, 1.0, -1.0)
    at_once: Floats = np.maximum(worth, side * (contracts.spot - contracts.strike))
    return at_once


def american_greeks(contracts: Contracts, volatility: ArrayLike) -> Greeks:
    """Delta, gamma, theta, vega and rho; the closed formula's where exercise earns nothing."""
    sigma = np.broadcast_to(np.asarray(volatility, dtype=np.float64), len(contracts)).copy()
    found = european_greeks(contracts, sigma)
    early = np.flatnonzero(may_be_exercised_early(contracts) & (sigma > 0.0))
    if not len(early):
        return found
    own = _differences(contracts.rows(early), sigma[early])
    columns = {}
    for name in ("delta", "gamma", "theta", "vega", "rho"):
        column = getattr(found, name).copy()
        column[early] = getattr(own, name)
        columns[name] = column
    return Greeks(**columns)


def american_volatility(contracts: Contracts, price: ArrayLike) -> ImpliedVolatility:
    """The volatility at which each is worth its price, or absent; none where the price is no more than
    what exercise brings at once.

    The European one lies above it, since the right to exercise is worth something too.
    """
    paid = np.broadcast_to(np.asarray(price, dtype=np.float64), len(contracts))
    found = european_volatility(contracts, paid)
    value, absence = found.value.copy(), found.absence.copy()
    side = np.where(contracts.is_call, 1.0, -1.0)
    at_once = np.maximum(side * (contracts.spot - contracts.strike), 0.0)
    is_early = may_be_exercised_early(contracts)
    is_empty = is_early & (paid <= at_once * (1.0 + 1e-12))
    value[is_empty], absence[is_empty] = np.nan, NoVolatility.NO_TIME_VALUE
    rows = np.flatnonzero(is_early & ~np.isnan(value))
    if len(rows):
        value[rows] = _solved(contracts.rows(rows), paid[rows], value[rows])
        absence[rows[np.isnan(value[rows])]] = NoVolatility.UNRESOLVED
    return ImpliedVolatility(value=value, absence=absence)


def _solved(contracts: Contracts, paid: Floats, highest: Floats) -> Floats:
    """Secants kept between bounds, of all rows at once; NaN where nothing settles."""
    low, high = np.full_like(paid, _LOWEST), highest.copy()
    before, at = highest, highest * 0.98
    missed = american_prices(contracts, before) - paid
    for _ in range(_ROUNDS):
        misses = american_prices(contracts, at) - paid
        low, high = np.where(misses < 0.0, at, low), np.where(misses < 0.0, high, at)
        with np.errstate(divide="ignore", invalid="ignore"):
            following = at - misses * (at - before) / (misses - missed)
        is_inside = (following > low) & (following < high)
        following = np.where(is_inside, following, 0.5 * (low + high))
        following = np.where(np.abs(misses) < _PRECISION * paid, at, following)
        before, missed, at = at, misses, following
        if np.all(np.abs(at - before) < _PRECISION):
            break
    return np.where(np.abs(at - before) < 1e-4, at, np.nan)


def _differences(contracts: Contracts, sigma: Floats) -> Greeks:
    move = _SPOT_MOVE * contracts.spot
    here = american_prices(contracts, sigma)
    up = american_prices(replace(contracts, spot=contracts.spot + move), sigma)
    down = american_prices(replace(contracts, spot=contracts.spot - move), sigma)
    day = np.minimum(_DAY / DAYS_A_YEAR, 0.5 * contracts.years)
    later = american_prices(replace(contracts, years=contracts.years - day), sigma)
    vega = american_prices(contracts, sigma + POINT) - american_prices(
        contracts, np.maximum(sigma - POINT, _SMALL)
    )
    dearer = american_prices(replace(contracts, rate=contracts.rate + _SMALL), sigma)
    return Greeks(
        delta=(up - down) / (2.0 * move),
        gamma=(up - 2.0 * here + down) / (move * move),
        theta=(later - here) / (day * DAYS_A_YEAR),
        vega=vega * POINT / (POINT + np.minimum(sigma - _SMALL, POINT)),
        rho=(dearer - here) * POINT / _SMALL,
    )


@dataclass(frozen=True, slots=True)
class _Branches:
    """Of one step of the tree: factors up and down, and the discounted odds of both."""

    up: Floats
    down: Floats
    upward: Floats
    downward: Floats


def _tree(contracts: Contracts, sigma: Floats) -> Floats:
    step = contracts.years / STEPS
    branches = _branches(contracts, sigma, step)
    sign = np.where(contracts.is_call, 1.0, -1.0)[:, None]
    strike = contracts.strike[:, None]
    count = np.arange(STEPS + 1)
    with np.errstate(over="ignore", invalid="ignore"):
        powers = (
            np.log(contracts.spot)[:, None]
            + count * np.log(branches.up)[:, None]
            + (STEPS - count) * np.log(branches.down)[:, None]
        )
        spot = np.exp(powers)
        worth = np.maximum(sign * (spot - strike), 0.0)
        for _ in range(STEPS):
            spot = spot[:, 1:] / branches.up[:, None]
            held = (
                branches.upward[:, None] * worth[:, 1:] + branches.downward[:, None] * worth[:, :-1]
            )
            worth = np.maximum(held, sign * (spot - strike))
    found: Floats = worth[:, 0]
    return found


def _branches(contracts: Contracts, sigma: Floats, step: Floats) -> _Branches:
    total = sigma * np.sqrt(contracts.years)
    growth = np.exp((contracts.rate - contracts.dividend_yield) * step)
    drift = (contracts.rate - contracts.dividend_yield) * contracts.years
    d1 = (np.log(contracts.spot / contracts.strike) + drift) / total + 0.5 * total
    odds, held = _peizer_pratt(d1 - total), _peizer_pratt(d1)
    up = growth * held / odds
    down = (growth - odds * up) / (1.0 - odds)
    discount = np.exp(-contracts.rate * step)
    return _Branches(up, down, discount * odds, discount * (1.0 - odds))


def _peizer_pratt(z: Floats) -> Floats:
    """Their second inversion: the binomial odds whose distribution meets the normal one at z."""
    inner = z / (STEPS + 1.0 / 3.0 + 0.1 / (STEPS + 1.0))
    root = np.sqrt(0.25 - 0.25 * np.exp(-inner * inner * (STEPS + 1.0 / 6.0)))
    clipped: Floats = np.clip(0.5 + np.copysign(root, z), 1e-12, 1.0 - 1e-12)
    return clipped
