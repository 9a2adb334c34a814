"""Odds of where a price ends, and of what it touches on the way, by the lognormal model.

Risk-neutral: the drift is the forward's, the volatility is the options', so these are the odds that
option prices contain, not a forecast.
"""

from dataclasses import dataclass

import numpy as np

from app.market.models import Floats
from app.options.normal import cumulative

_STRADDLE_SHARE = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """One underlying until one moment. `rate` and `dividend_yield` are continuous fractions."""

    spot: float
    years: float
    volatility: float
    rate: float = 0.0
    dividend_yield: float = 0.0

    @property
    def forward(self) -> float:
        return self.spot * float(np.exp((self.rate - self.dividend_yield) * self.years))

    @property
    def total(self) -> float:
        """σ√T."""
        return self.volatility * float(np.sqrt(max(self.years, 0.0)))


def probability_below(outlook: Outlook, levels: Floats) -> Floats:
    """P(S_T < level); 0 for levels of zero and less, 1 for infinity."""
    with np.errstate(divide="ignore", invalid="ignore"):
        above = np.log(np.maximum(levels, 0.0) / outlook.forward)
        if outlook.total == 0.0:
            certain: Floats = 0.5 + 0.5 * np.sign(above)
            return certain
        distance = above / outlook.total + 0.5 * outlook.total
    edges = np.isinf(distance)
    odds = cumulative(np.where(edges, 0.0, distance))
    below: Floats = np.where(edges, distance > 0.0, odds)
    return below


def probability_of_touch(outlook: Outlook, levels: Floats) -> Floats:
    """P(the price meets the level before T), by reflection of Brownian motion with drift.

    With x = ln(level/S) and ν = r − q − σ²/2, for a level above

        N((−x + νT)/σ√T) + (level/S)^(2ν/σ²)·N((−x − νT)/σ√T)

    and mirrored for one below. Prices are watched all the time, nights included, so it is a bit high.
    """
    x = np.log(levels / outlook.spot)
    if outlook.total == 0.0:
        end = np.log(outlook.forward / outlook.spot)
        certain: Floats = np.where((x * end >= 0.0) & (np.abs(end) >= np.abs(x)), 1.0, 0.0)
        return certain
    side = np.where(x >= 0.0, 1.0, -1.0)
    variance = outlook.volatility**2
    drift = outlook.rate - outlook.dividend_yield - 0.5 * variance
    moved = side * drift * outlook.years / outlook.total
    away = np.abs(x) / outlook.total
    mirrored = np.exp(np.minimum(2.0 * drift / variance * x, 700.0)) * cumulative(-away - moved)
    return np.minimum(cumulative(moved - away) + mirrored, 1.0)


def standard_move(outlook: Outlook) -> float:
    """One standard deviation in price: S·σ·√T; the price stays inside about two times in three."""
    return outlook.spot * outlook.total


def straddle_move(call: float, put: float) -> float:
    """Traders' expected move: 85 % of what the at-the-money straddle costs."""
    return _STRADDLE_SHARE * (call + put)


def price_range(outlook: Outlook, deviations: float = 1.0) -> tuple[float, float]:
    """The median of S_T less and plus so many deviations, in logarithms."""
    middle = outlook.forward * np.exp(-0.5 * outlook.total**2)
    reach = np.exp(deviations * outlook.total)
    return float(middle / reach), float(middle * reach)
