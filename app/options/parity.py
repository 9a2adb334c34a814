"""The forward that a chain trades at, by put-call parity: C − P = discount · (F − K).

Decided: the market's own forward, dividends and borrowing costs included, rather than a dividend
forecast. It comes from the strikes where call and put cost about the same, since those are quoted
most tightly, and is their median, so that one stale quote moves nothing. American options keep the
equation only nearly; close to the money that costs a few cents.
"""

from dataclasses import dataclass

import numpy as np

from app.market.models import Floats

_STRIKES = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """`spread` is how far apart the strikes used see it, in price; `strikes` how many they were."""

    value: float
    spread: float
    strikes: int

    def dividend_yield(self, spot: float, years: float, rate: float) -> float:
        """The continuous yield that explains it; borrowing costs count as one."""
        return rate - float(np.log(self.value / spot)) / years


def implied_forward(
    strike: Floats, call: Floats, put: Floats, *, years: float, rate: float
) -> Forward | None:
    """Of one expiry: prices of calls and puts by strike, NaN where there is none."""
    apart = call - put
    both = np.flatnonzero(~np.isnan(apart))
    if not len(both):
        return None
    nearest = both[np.argsort(np.abs(apart[both]), kind="stable")[:_STRIKES]]
    seen = strike[nearest] + apart[nearest] * np.exp(rate * years)
    return Forward(value=float(np.median(seen)), spread=float(np.ptp(seen)), strikes=len(seen))


def implied_discount(strike: Floats, call: Floats, put: Floats, *, years: float) -> float | None:
    """The continuous rate that a chain of European options lends at: the slope of C − P over strikes.

    Needs three strikes; each counts the less, the farther it is from the money.
    """
    apart = call - put
    both = ~np.isnan(apart)
    if both.sum() < 3:
        return None
    strike, apart = strike[both], apart[both]
    middle = strike[np.argmin(np.abs(apart))]
    weight = 1.0 / (1.0 + np.abs(strike / middle - 1.0) * 20.0)
    slope = np.polynomial.polynomial.polyfit(strike - middle, apart, 1, w=weight)[1]
    return float(-np.log(-slope)) / years if slope < 0.0 else None
