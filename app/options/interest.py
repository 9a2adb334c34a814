"""Where open interest lies: walls, put/call ratios, max pain."""

from dataclasses import dataclass

import numpy as np

from app.market.models import Floats
from app.options.models import Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """Of one expiry. Walls are the strikes with most open interest; max pain is the strike at which
    all holders together would be paid least. None where nothing is open."""

    call_wall: float | None
    put_wall: float | None
    max_pain: float | None
    put_call_ratio: float | None


def interest(is_call: Flags, strike: Floats, open_interest: Floats) -> Interest:
    """NaN counts as none."""
    listed, place = np.unique(strike, return_inverse=True)
    size = np.nan_to_num(open_interest)
    calls, puts = np.zeros(len(listed)), np.zeros(len(listed))
    np.add.at(calls, place[is_call], size[is_call])
    np.add.at(puts, place[~is_call], size[~is_call])
    return Interest(
        call_wall=_wall(listed, calls),
        put_wall=_wall(listed, puts),
        max_pain=_max_pain(listed, calls, puts),
        put_call_ratio=float(puts.sum() / calls.sum()) if calls.sum() else None,
    )


def _wall(strikes: Floats, size: Floats) -> float | None:
    return float(strikes[np.argmax(size)]) if size.any() else None


def _max_pain(strikes: Floats, calls: Floats, puts: Floats) -> float | None:
    """Payout is piecewise linear and convex in the price, so its minimum is at a strike."""
    if not (calls.any() or puts.any()):
        return None
    above = np.maximum(strikes[:, None] - strikes, 0.0)
    paid = above @ calls + above.T @ puts
    return float(strikes[np.argmin(paid)])
