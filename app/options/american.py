"""American exercise: what the right to exercise early is worth, and all that follows from it.

Decided: an American price is the European one, in closed form, and a premium by `app.options.engines`.
Greeks are the closed formula's and differences of the premium alone, which is small and smooth, so
that they are exact where exercise earns nothing and nowhere noisy. It takes a few tenths of a
millisecond a price, thousands of times what the European kernel takes: it is for a contract or a few.
Whole chains are measured as European, and rows that are shown are read by `app.options.contract_values`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike

from app.market.models import Floats
from app.options.engines import CashDividend, One, american_price
from app.options.models import (
    DAYS_A_YEAR,
    POINT,
    Contracts,
    Flags,
    Greeks,
    ImpliedVolatility,
    NoVolatility,
)
from app.options.pricing import greeks as european_greeks
from app.options.pricing import implied_volatility as european_volatility
from app.options.pricing import may_be_exercised_early
from app.options.pricing import prices as european_prices

_NOTHING = 1e-6
"""Of the strike: less time value than this is none."""
_TRUE_TO = 1e-4
"""Of the premium: three times what the engine was seen to be off by at volatilities of 6 % and more."""
_CALM_TRUE_TO = 4e-6
"""Of the strike: what finite differences miss where interest outweighs volatility."""
_ROUNDING = 1e-14
"""Of the price."""
_VOLATILITY_TRUE_TO = 1e-3
"""An implied volatility is right to this part of itself, or absent."""

_LEAST_VOLATILITY = 1e-4
"""Below it a price is what exercise on the best day brings."""
_LEAST_WITH_GREEKS = 0.01

_SPOT_MOVE = 0.1
"""Part of a standard deviation until the end, but at most `_LARGEST_MOVE` of the price."""
_CALM_SPOT_MOVE = 0.04
"""Where interest outweighs volatility, exercise lies nearer than a deviation."""
_LARGEST_MOVE = 0.02
_TIME_MOVE = 1.0 / DAYS_A_YEAR
_VOLATILITY_MOVE = 0.005
_RATE_MOVE = 1e-4

_NO_PREMIUM = 1e-12
"""Of the strike."""
_LEAST_PAID = 1e-9
"""Below this part of the most it can cost, a price is lost in the engine's own error."""
_HIGHEST = 20.0
_ROUNDS = 80
_SETTLED = 1e-9
_FIRST_STEP = 0.97


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyExercise:
    """`premium` is what the right to exercise early adds to the European price. `is_best_now` where
    nothing is won by waiting: the option is worth what exercise brings at once."""

    premium: Floats
    is_best_now: Flags


def american_prices(
    contracts: Contracts, volatility: ArrayLike, dividends: Sequence[CashDividend] = ()
) -> Floats:
    """What they are worth when they may be exercised at any time; never less than at once.

    `dividends` in cash come on top of a dividend yield; a price is then right to a few tenths of a
    cent a hundred dollars. NaN where the engine has no answer.
    """
    sigma = _stretched(volatility, contracts)
    worth = european_prices(contracts, sigma)
    to_price = contracts.years > 0.0 if dividends else may_be_exercised_early(contracts)
    if not dividends:
        worth = np.where(to_price, np.maximum(worth, _at_the_best_moment(contracts)), worth)
        to_price = to_price & (sigma >= _LEAST_VOLATILITY)
    for row in np.flatnonzero(to_price & (sigma >= 0.0)):
        found = american_price(_one(contracts, sigma, int(row)), dividends)
        worth[row] = found if dividends else np.maximum(found, worth[row])
    at_once: Floats = np.maximum(worth, _at_once(contracts))
    return at_once


def early_exercise(contracts: Contracts, volatility: ArrayLike) -> EarlyExercise:
    sigma = _stretched(volatility, contracts)
    worth = american_prices(contracts, sigma)
    return EarlyExercise(
        premium=worth - european_prices(contracts, sigma),
        is_best_now=_is_best_now(contracts, worth),
    )


def american_greeks(contracts: Contracts, volatility: ArrayLike) -> Greeks:
    """Delta, gamma, theta, vega and rho; those of stock bought or sold where exercise is best now.

    NaN below a volatility of one percent that interest outweighs: differences are lost in the engine's.
    """
    sigma = _stretched(volatility, contracts)
    found = european_greeks(contracts, sigma)
    early = np.flatnonzero(may_be_exercised_early(contracts) & (sigma > 0.0))
    if not len(early):
        return found
    part, at = contracts.rows(early), sigma[early]
    added, is_best_now = _premium_greeks(part, at)
    is_lost = _is_calm(part, at) & (at < _LEAST_WITH_GREEKS)
    side = np.where(part.is_call, 1.0, -1.0)
    columns = {}
    for each in fields(Greeks):
        column = getattr(found, each.name).copy()
        exercised = side if each.name == "delta" else 0.0
        kept = column[early] + getattr(added, each.name)
        column[early] = np.where(is_best_now, exercised, np.where(is_lost, np.nan, kept))
        columns[each.name] = column
    return Greeks(**columns)


def american_volatility(
    contracts: Contracts, price: ArrayLike, dividends: Sequence[CashDividend] = ()
) -> ImpliedVolatility:
    """The volatility at which each is worth its price, right to a thousandth of itself, or absent.

    There is none at what exercise brings at once: every low volatility has that price.
    """
    paid = _stretched(price, contracts)
    found = european_volatility(contracts, paid)
    value, absence = found.value.copy(), found.absence.copy()
    to_solve = contracts.years > 0.0 if dividends else may_be_exercised_early(contracts)
    is_lost = found.absence == NoVolatility.UNRESOLVED
    for row in np.flatnonzero(to_solve & ~np.isnan(paid)):
        one = contracts.rows(slice(row, row + 1))
        value[row], absence[row] = _implied(one, float(paid[row]), float(value[row]), dividends)
        if is_lost[row] and _adds_nothing(one, float(value[row]), dividends):
            value[row], absence[row] = np.nan, NoVolatility.UNRESOLVED
    return ImpliedVolatility(value=value, absence=absence)


def _implied(
    contracts: Contracts, paid: float, start: float, dividends: Sequence[CashDividend]
) -> tuple[float, NoVolatility]:
    """`start` is the European volatility, NaN where there is none; without dividends in cash the
    American one lies below it."""

    def missed(sigma: float) -> float:
        return float(american_prices(contracts, sigma, dividends)[0]) - paid

    nan = float("nan")
    most = float(contracts.spot[0] if contracts.is_call[0] else contracts.strike[0])
    if paid >= most:
        return nan, NoVolatility.ABOVE_MAXIMUM
    if paid <= float(_at_once(contracts)[0]) * (1.0 + 1e-12) or missed(0.0) >= 0.0:
        return nan, NoVolatility.NO_TIME_VALUE
    if paid < _LEAST_PAID * most:
        return nan, NoVolatility.UNRESOLVED
    high = start * (1.0 + 1e-9) if start > 0.0 else 0.5
    while missed(high) < 0.0:
        high *= 2.0
        if high > _HIGHEST:
            return nan, NoVolatility.UNRESOLVED
    sigma = _zero(missed, high)
    move = 0.001 * sigma
    slope = (missed(sigma + move) - missed(sigma - move)) / (2.0 * move)
    if not _error(contracts, sigma, paid) <= _VOLATILITY_TRUE_TO * sigma * slope:
        return nan, NoVolatility.UNRESOLVED
    return sigma, NoVolatility.HAS_ONE


def _is_calm(contracts: Contracts, sigma: Floats) -> Flags:
    return np.array([_one(contracts, sigma, row).is_calm for row in range(len(contracts))])


def _adds_nothing(contracts: Contracts, sigma: float, dividends: Sequence[CashDividend]) -> bool:
    """The right to exercise early: then a volatility lost in the European price stays lost."""
    if dividends or not sigma > 0.0:
        return False
    return bool(early_exercise(contracts, sigma).premium[0] <= _NO_PREMIUM * contracts.strike[0])


def _error(contracts: Contracts, sigma: float, paid: float) -> float:
    """In dollars, of an American price at this volatility."""
    error = _TRUE_TO * float(early_exercise(contracts, sigma).premium[0]) + _ROUNDING * paid
    if _is_calm(contracts, np.array([sigma]))[0]:
        error += _CALM_TRUE_TO * float(contracts.strike[0])
    return error


def _zero(missed: Callable[[float], float], high: float) -> float:
    """Secants from `high`, where it misses above, down to zero, where it misses below; bisections
    where they leave what is between, and now and then, so that none creeps."""
    low, before, missed_before = 0.0, high, missed(high)
    at = _FIRST_STEP * high
    for step in range(_ROUNDS):
        miss = missed(at)
        low, high = (at, high) if miss < 0.0 else (low, at)
        slope = (miss - missed_before) / (at - before)
        before, missed_before = at, miss
        following = at - miss / slope if slope > 0.0 else low
        if abs(following - at) < _SETTLED * at:
            return at
        at = following if low < following < high and step % 6 != 5 else 0.5 * (low + high)
    return at


def _premium_greeks(contracts: Contracts, sigma: Floats) -> tuple[Greeks, Flags]:
    """Central differences of the premium, and where exercise is best now."""

    def premium(moved: Contracts, at: Floats) -> Floats:
        return american_prices(moved, at) - european_prices(moved, at)

    spot, years = contracts.spot, contracts.years
    part = np.where(_is_calm(contracts, sigma), _CALM_SPOT_MOVE, _SPOT_MOVE)
    step = spot * np.minimum(part * sigma * np.sqrt(years), _LARGEST_MOVE)
    up = premium(replace(contracts, spot=spot + step), sigma)
    down = premium(replace(contracts, spot=spot - step), sigma)
    worth = american_prices(contracts, sigma)
    here = worth - european_prices(contracts, sigma)
    time = np.minimum(_TIME_MOVE, 0.25 * years)
    later = premium(replace(contracts, years=years - time), sigma)
    sooner = premium(replace(contracts, years=years + time), sigma)
    points = np.minimum(_VOLATILITY_MOVE, 0.1 * sigma)
    wilder, calmer = premium(contracts, sigma + points), premium(contracts, sigma - points)
    dearer = contracts.rate + _RATE_MOVE
    cheaper = np.maximum(contracts.rate - _RATE_MOVE, np.minimum(contracts.rate, 0.0))
    by_rate = premium(_at_rate(contracts, dearer), sigma) - premium(
        _at_rate(contracts, cheaper), sigma
    )
    return Greeks(
        delta=(up - down) / (2.0 * step),
        gamma=(up - 2.0 * here + down) / (step * step),
        theta=(later - sooner) / (2.0 * time * DAYS_A_YEAR),
        vega=(wilder - calmer) / (2.0 * points) * POINT,
        rho=by_rate / (dearer - cheaper) * POINT,
    ), _is_best_now(contracts, worth)


def _at_rate(contracts: Contracts, rate: Floats) -> Contracts:
    """On a forward, which stays what it is, the rate only discounts."""
    if contracts.is_on_forward:
        return replace(contracts, rate=rate, dividend_yield=rate)
    return replace(contracts, rate=rate)


def _is_best_now(contracts: Contracts, worth: Floats) -> Flags:
    at_once = _at_once(contracts)
    best: Flags = worth <= at_once + _NOTHING * contracts.strike
    return best & (at_once > 0.0) & may_be_exercised_early(contracts)


def _at_the_best_moment(contracts: Contracts) -> Floats:
    """Without volatility: what exercise brings on the best day of all, which an American price is at
    least."""
    side = np.where(contracts.is_call, 1.0, -1.0)
    rate, paid = contracts.rate, contracts.dividend_yield
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        turn = np.log(rate * contracts.strike / (paid * contracts.spot)) / (rate - paid)
    most = np.zeros(len(contracts))
    for moment in (np.zeros(len(contracts)), np.nan_to_num(turn, posinf=0.0), contracts.years):
        at = np.clip(moment, 0.0, np.maximum(contracts.years, 0.0))
        stock, money = contracts.spot * np.exp(-paid * at), contracts.strike * np.exp(-rate * at)
        most = np.maximum(most, side * (stock - money))
    return most


def _at_once(contracts: Contracts) -> Floats:
    side = np.where(contracts.is_call, 1.0, -1.0)
    intrinsic: Floats = np.maximum(side * (contracts.spot - contracts.strike), 0.0)
    return intrinsic


def _one(contracts: Contracts, sigma: Floats, row: int) -> One:
    return One(
        is_call=bool(contracts.is_call[row]),
        spot=float(contracts.spot[row]),
        strike=float(contracts.strike[row]),
        years=float(contracts.years[row]),
        rate=float(contracts.rate[row]),
        dividend_yield=float(contracts.dividend_yield[row]),
        volatility=float(sigma[row]),
    )


def _stretched(column: ArrayLike, contracts: Contracts) -> Floats:
    return np.broadcast_to(np.asarray(column, dtype=np.float64), len(contracts))
