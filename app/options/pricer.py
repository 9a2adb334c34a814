"""Single options by numbers, European and American in one list, answered in its order."""

from dataclasses import dataclass

import numpy as np

from app.market.models import Floats
from app.options.american import american_greeks, american_prices, american_volatility
from app.options.models import Contracts, Flags, Greeks, ImpliedVolatility
from app.options.pricing import greeks, implied_volatility, prices, probability_itm


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """Per share; NaN where there is none. `odds` are of ending in the money."""

    price: Floats
    volatility: ImpliedVolatility
    greeks: Greeks
    odds: Floats


def priced(
    contracts: Contracts, *, volatility: Floats, price: Floats, is_american: Flags
) -> Priced:
    """Each row is given a volatility or a price; the other is NaN."""
    value, absence = volatility.copy(), np.zeros(len(contracts), dtype=np.int8)
    paid = price.copy()
    table = np.full((5, len(contracts)), np.nan)
    for flags, solve, worth, differ in (
        (~is_american, implied_volatility, prices, greeks),
        (is_american, american_volatility, american_prices, american_greeks),
    ):
        rows = np.flatnonzero(flags)
        if not len(rows):
            continue
        part = contracts.rows(rows)
        asked = np.flatnonzero(~np.isnan(price[rows]))
        found = solve(part.rows(asked), price[rows[asked]])
        value[rows[asked]], absence[rows[asked]] = found.value, found.absence
        given = np.flatnonzero(np.isnan(price[rows]))
        paid[rows[given]] = worth(part.rows(given), volatility[rows[given]])
        own = differ(part, value[rows])
        table[:, rows] = (own.delta, own.gamma, own.theta, own.vega, own.rho)
    delta, gamma, theta, vega, rho = table
    return Priced(
        price=paid,
        volatility=ImpliedVolatility(value=value, absence=absence),
        greeks=Greeks(delta=delta, gamma=gamma, theta=theta, vega=vega, rho=rho),
        odds=probability_itm(contracts, value),
    )
