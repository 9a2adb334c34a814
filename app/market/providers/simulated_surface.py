"""Volatility by strike and time in the simulated market, free of arbitrage by construction.

Decided: SSVI (Gatheral and Jacquier, "Arbitrage-free SVI volatility surfaces", 2014), where the total
variance at log-moneyness k = ln(K/F) is

    w(k, θ) = θ/2 · (1 + ρφk + √((φk + ρ)² + 1 − ρ²)),  φ(θ) = η / √(θ(1 + θ))

with θ the total variance at the money. No butterfly and no calendar spread has a negative price if θ
rises with time and η(1 + |ρ|) ≤ 2. θ comes from a variance that returns to its mean at the rate κ:

    θ(T) = v·T + (v₀ − v)·(1 − e^(−κT))/κ
"""

import math
from dataclasses import dataclass

import numpy as np

from app.market.models import Floats

RATE = 0.04
_KAPPA = 5.0
"""A shock to volatility has half gone after seven weeks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """One underlying at one moment. Variances are yearly; `rate` and `dividend_yield` continuous."""

    spot: float
    variance: float
    long_variance: float
    skew: float
    """ρ: negative where puts are dearer."""
    curvature: float
    """η."""
    dividend_yield: float
    rate: float = RATE

    def forward(self, years: float) -> float:
        return self.spot * math.exp((self.rate - self.dividend_yield) * years)

    def at_the_money(self, years: float) -> float:
        """θ(T)."""
        returned = (1.0 - math.exp(-_KAPPA * years)) / _KAPPA
        return self.long_variance * years + (self.variance - self.long_variance) * returned

    def total_variance(self, log_moneyness: Floats, years: float) -> Floats:
        theta = self.at_the_money(years)
        scaled = log_moneyness * self.curvature / math.sqrt(theta * (1.0 + theta))
        root = np.sqrt((scaled + self.skew) ** 2 + 1.0 - self.skew**2)
        total: Floats = 0.5 * theta * (1.0 + self.skew * scaled + root)
        return total

    def prices(self, strike: Floats, years: float) -> tuple[Floats, Floats]:
        """European calls and puts, by Black's formula out of the money and by parity in it."""
        forward, discount = self.forward(years), math.exp(-self.rate * years)
        log_moneyness = np.log(strike / forward)
        total = np.sqrt(self.total_variance(log_moneyness, years))
        d1 = 0.5 * total - log_moneyness / total
        side = np.where(strike >= forward, 1.0, -1.0)
        held = forward * _normal(side * d1)
        paid = strike * _normal(side * (d1 - total))
        outside = discount * np.maximum(side * (held - paid), 0.0)
        apart = discount * (forward - strike)
        calls = np.where(side > 0, outside, outside + apart)
        return calls, calls - apart


def _normal(z: Floats) -> Floats:
    """N(z); the standard library's erfc keeps the tails' digits."""
    return 0.5 * np.array([math.erfc(each) for each in (z * -math.sqrt(0.5)).tolist()])
