"""Whether volatility is rich or cheap, against its own past and against what the price did."""

import numpy as np

from app.market.models import Floats

SESSIONS_A_YEAR = 252


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
