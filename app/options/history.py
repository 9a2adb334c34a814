"""Whether volatility is rich or cheap, against its own past and against what the price did."""

from collections.abc import Sequence

import numpy as np

from app.market.models import Floats
from app.options.models import DAYS_A_YEAR
from app.options.smile import TermPoint

MONTH = 30

SESSIONS_A_YEAR = 252
_SHORTEST = 7.0
"""Days: the volatility of the last week before an expiry is one of its own."""
_NEAR = 7.0


def volatility_rank(past: Floats, now: float) -> float | None:
    """Where it lies between the past's lowest (0) and highest (1); None if the past never moved.

    Outside of the past it is below 0 or above 1.
    """
    known = past[~np.isnan(past)]
    if not len(known) or known.max() == known.min():
        return None
    return float((now - known.min()) / (known.max() - known.min()))


def volatility_percentile(past: Floats, now: float) -> float | None:
    """The share of past days on which it was lower."""
    known = past[~np.isnan(past)]
    return float((known < now).mean()) if len(known) else None


def realised_volatility(closes: Floats) -> float | None:
    """Yearly standard deviation of daily log returns around zero; None from fewer than two returns.

    Around zero, since a few weeks say nothing about the drift.
    """
    returns = np.diff(np.log(closes))
    if len(returns) < 2:
        return None
    return float(np.sqrt(np.mean(returns * returns) * SESSIONS_A_YEAR))


def constant_maturity(points: Sequence[TermPoint], days: float = MONTH) -> float | None:
    """At the money, so many days out: between the expiries around that day total variance is taken
    to grow evenly, as indices of volatility do.

    With expiries on one side alone it is the nearest one's, up to a week away; else None.
    """
    known = [
        (each.series.years * DAYS_A_YEAR, each.volatility)
        for each in points
        if each.volatility is not None and each.series.years * DAYS_A_YEAR >= _SHORTEST
    ]
    if not known:
        return None
    at, volatility = np.array(sorted(known)).T
    if at[0] <= days <= at[-1]:
        return float(np.sqrt(np.interp(days, at, volatility * volatility * at) / days))
    nearest = int(np.argmin(np.abs(at - days)))
    return float(volatility[nearest]) if abs(at[nearest] - days) <= _NEAR else None
