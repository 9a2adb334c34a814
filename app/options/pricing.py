"""Prices, implied volatility and Greeks of whole chains, by Black-Scholes-Merton or Black-76.

Formulas are Haug's, "The Complete Guide to Option Pricing Formulas" (2007), chapters 1 and 2.
American exercise is not in here: where it may pay (`may_be_exercised_early`) a price is a lower bound
and an implied volatility an upper one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from app.market.models import Floats
from app.options.black import normalised_price, normalised_vega, total_volatility
from app.options.blocks import blocks
from app.options.models import (
    DAYS_A_YEAR,
    POINT,
    Codes,
    Contracts,
    Flags,
    Greeks,
    ImpliedVolatility,
    NoVolatility,
    SecondGreeks,
)
from app.options.normal import cumulative, density

_PRECISION = 1e-9
"""An implied volatility is right to this part of itself, or absent."""
_ROUNDING = 1e-15
"""Of a price and a forward, four or five of a float's last digits."""
_LEAST_TOTAL = 2e-6
"""Of σ√T: below it the formula's own rounding would show. An at-the-money minute has a hundred times
as much."""
_AT_EXPIRY = 1e-300


def prices(contracts: Contracts, volatility: ArrayLike) -> Floats:
    """What they are worth; at expiry, and without volatility, the intrinsic value."""
    sigma = _stretched(volatility, contracts)
    worth = np.empty(len(contracts))
    with np.errstate(all="ignore"):
        for rows in blocks(len(contracts)):
            worth[rows] = _price(contracts.rows(rows), sigma[rows])
    return worth


def implied_volatility(contracts: Contracts, price: ArrayLike) -> ImpliedVolatility:
    """The volatility at which each is worth its price, right to 1e-9 of itself, or absent."""
    paid = _stretched(price, contracts)
    value = np.empty(len(contracts))
    absence = np.empty(len(contracts), dtype=np.int8)
    with np.errstate(all="ignore"):
        for rows in blocks(len(contracts)):
            part = contracts.rows(rows)
            value[rows], absence[rows] = _implied(part, _World.of(part), paid[rows])
    return ImpliedVolatility(value=value, absence=absence)


def implied_greeks(contracts: Contracts, price: ArrayLike) -> tuple[ImpliedVolatility, Greeks]:
    """Implied volatility and the Greeks at it, in one pass over the chain."""
    paid = _stretched(price, contracts)
    value = np.empty(len(contracts))
    absence = np.empty(len(contracts), dtype=np.int8)
    table = np.empty((5, len(contracts)))
    with np.errstate(all="ignore"):
        for rows in blocks(len(contracts)):
            part = contracts.rows(rows)
            world = _World.of(part)
            value[rows], absence[rows] = _implied(part, world, paid[rows])
            _greeks(part, world, value[rows], table[:, rows], price=paid[rows])
    return ImpliedVolatility(value=value, absence=absence), _as_greeks(table)


def greeks(contracts: Contracts, volatility: ArrayLike) -> Greeks:
    """Delta, gamma, theta, vega and rho. At expiry delta is 0, ±1, or ±½ at the strike, the rest 0.

    NaN where the volatility is.
    """
    sigma = _stretched(volatility, contracts)
    table = np.empty((5, len(contracts)))
    with np.errstate(all="ignore"):
        for rows in blocks(len(contracts)):
            part = contracts.rows(rows)
            _greeks(part, _World.of(part), sigma[rows], table[:, rows])
    return _as_greeks(table)


def second_greeks(contracts: Contracts, volatility: ArrayLike) -> SecondGreeks:
    """Vanna, charm and vomma; zero at expiry."""
    sigma = _stretched(volatility, contracts)
    table = np.empty((3, len(contracts)))
    with np.errstate(all="ignore"):
        for rows in blocks(len(contracts)):
            _second_greeks(contracts.rows(rows), sigma[rows], table[:, rows])
    vanna, charm, vomma = table
    return SecondGreeks(vanna=vanna, charm=charm, vomma=vomma)


def probability_itm(contracts: Contracts, volatility: ArrayLike) -> Floats:
    """Risk-neutral probability of expiring in the money: N(d₂) of a call, N(−d₂) of a put."""
    sigma = _stretched(volatility, contracts)
    odds = np.empty(len(contracts))
    with np.errstate(all="ignore"):
        for rows in blocks(len(contracts)):
            part = contracts.rows(rows)
            world = _World.of(part)
            _, d2 = world.distances(world.total(sigma[rows]))
            odds[rows] = cumulative(world.side * d2)
    return odds


def may_be_exercised_early(contracts: Contracts) -> Flags:
    """Where an American contract can be worth more than this European one: puts while money earns
    interest, calls while the underlying pays dividends; below zero, while it earns more than the other.
    """
    rate, paid = contracts.rate, contracts.dividend_yield
    of_call, of_put = np.maximum(paid, paid - rate), np.maximum(rate, rate - paid)
    early: Flags = (np.where(contracts.is_call, of_call, of_put) > 0.0) & (contracts.years > 0.0)
    return early


@dataclass(frozen=True, slots=True)
class _World:
    """What all formulas begin with; `side` is 1 for calls and −1 for puts."""

    side: Floats
    years: Floats
    discount: Floats
    carry: Floats
    forward: Floats
    log_moneyness: Floats

    @classmethod
    def of(cls, contracts: Contracts) -> "_World":
        years = contracts.years.clip(min=0.0)
        discount = np.exp(-contracts.rate * years)
        carry = np.exp(-contracts.dividend_yield * years)
        side = np.where(contracts.is_call, 1.0, -1.0)
        forward = contracts.spot * carry / discount
        return cls(side, years, discount, carry, forward, np.log(forward / contracts.strike))

    def total(self, sigma: Floats) -> Floats:
        """σ√T, never zero, so that distances from the money stay defined."""
        return np.maximum(sigma * np.sqrt(self.years), _AT_EXPIRY)

    def distances(self, total: Floats) -> tuple[Floats, Floats]:
        """d₁ and d₂."""
        d1 = self.log_moneyness / total
        d1 += 0.5 * total
        return d1, d1 - total


def _price(contracts: Contracts, sigma: Floats) -> Floats:
    """Intrinsic value and time value apart, so that small time values keep their digits."""
    world = _World.of(contracts)
    forward, strike = world.forward, contracts.strike
    time_value = normalised_price(np.abs(world.log_moneyness), world.total(sigma))
    time_value *= np.sqrt(forward * strike)
    time_value += np.maximum(world.side * (forward - strike), 0.0)
    time_value *= world.discount
    return time_value


def _implied(contracts: Contracts, world: _World, price: Floats) -> tuple[Floats, Codes]:
    """Volatilities and why there is none.

    `blur` is what rounding may have done to the time value: a few last digits of itself or, in the
    money, of the forward and the strike it was taken from.
    """
    forward, strike = world.forward, contracts.strike
    root = np.sqrt(forward * strike)
    intrinsic = np.maximum(world.side * (forward - strike), 0.0)
    time_value = price / world.discount
    time_value -= intrinsic
    time_value /= root
    m = np.abs(world.log_moneyness)
    total = total_volatility(m, time_value)
    blur = time_value + (intrinsic > 0.0) * np.exp(0.5 * m)
    blur *= _ROUNDING
    is_sure = _PRECISION * total * normalised_vega(m, total) >= blur
    is_sure &= (contracts.years > 0.0) & (total > _LEAST_TOTAL)
    total /= np.sqrt(world.years)
    absence = np.zeros(len(price), dtype=np.int8)
    rest = np.flatnonzero(~is_sure)
    if len(rest):
        total[rest] = np.nan
        absence[rest] = _why_not(contracts.rows(rest), price[rest], time_value[rest], m[rest])
    return total, absence


def _why_not(contracts: Contracts, price: Floats, time_value: Floats, m: Floats) -> Codes:
    reasons = {
        NoVolatility.NO_PRICE: np.isnan(price),
        NoVolatility.EXPIRED: ~(contracts.years > 0.0),
        NoVolatility.NO_TIME_VALUE: time_value <= 0.0,
        NoVolatility.ABOVE_MAXIMUM: time_value >= np.exp(-0.5 * m),
    }
    codes = np.select(list(reasons.values()), list(reasons), NoVolatility.UNRESOLVED)
    return codes.astype(np.int8)


def _greeks(
    contracts: Contracts,
    world: _World,
    sigma: Floats,
    into: Floats,
    *,
    price: Floats | None = None,
) -> None:
    """Rows of `into`: delta, gamma, theta, vega, rho.

    Price = S·delta − what is paid at exercise, so a known price spares the second of two integrals.
    """
    side, years, strike = world.side, world.years, contracts.strike
    total = world.total(sigma)
    d1, d2 = world.distances(total)
    held = world.carry * contracts.spot
    thickness = density(d1)
    root = np.sqrt(years)
    delta = world.carry * side * cumulative(side * d1, thickness)
    if price is None:
        exercised = side * world.discount * strike * cumulative(side * d2)
    else:
        exercised = contracts.spot * delta - price
    into[0] = delta
    np.divide(world.carry * thickness, contracts.spot * total, out=into[1])
    vega = held * thickness
    into[3] = POINT * vega * root
    decay = contracts.dividend_yield * contracts.spot * delta
    decay -= contracts.rate * exercised
    decay -= 0.5 * vega * sigma / np.maximum(root, _AT_EXPIRY)
    into[2] = decay / DAYS_A_YEAR
    if contracts.is_on_forward:
        exercised -= contracts.spot * delta
    into[4] = POINT * years * exercised
    has_expired = years <= 0.0
    if has_expired.any():
        into[1:, has_expired] = 0.0


def _as_greeks(table: Floats) -> Greeks:
    delta, gamma, theta, vega, rho = table
    return Greeks(delta=delta, gamma=gamma, theta=theta, vega=vega, rho=rho)


def _second_greeks(contracts: Contracts, sigma: Floats, into: Floats) -> None:
    world = _World.of(contracts)
    years = np.maximum(world.years, _AT_EXPIRY)
    total = world.total(sigma)
    d1, d2 = world.distances(total)
    discounted = world.carry * density(d1)
    yearly = 2.0 * (contracts.rate - contracts.dividend_yield) * years
    yearly -= d2 * total
    yearly /= 2.0 * years * total
    kept = contracts.dividend_yield * world.carry * world.side * cumulative(world.side * d1)
    into[0] = -POINT * discounted * d2 / sigma
    into[1] = (kept - discounted * yearly) / DAYS_A_YEAR
    into[2] = POINT**2 * contracts.spot * discounted * np.sqrt(years) * d1 * d2 / sigma
    into[:, contracts.years <= 0.0] = 0.0


def _stretched(column: ArrayLike, contracts: Contracts) -> Floats:
    return np.broadcast_to(np.asarray(column, dtype=np.float64), len(contracts))
