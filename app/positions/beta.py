"""Beta: how much of a move of the market a symbol has made, out of daily closes.

Decided: the slope of the symbol's daily returns on SPY's over the last 252 sessions both have, from
close to close; fewer than 60 of them are no beta. A day still running is left out. A coin's day ends at
midnight UTC, so its returns overlap SPY's by all but a few hours.
"""

import numpy as np

from app.core.symbols import Symbol
from app.market.models import Bars, Floats, Ints

BENCHMARK = Symbol("SPY")
SESSIONS = 252
FEWEST = 60
_DAY = 86_400


def beta(bars: Bars, benchmark: Bars) -> float | None:
    """Of finished daily bars; None where they share too few days or the benchmark never moved."""
    days, closes = _finished(bars)
    others, market = _finished(benchmark)
    _, here, there = np.intersect1d(days, others, assume_unique=True, return_indices=True)
    own = np.diff(np.log(closes[here][-SESSIONS - 1 :]))
    its = np.diff(np.log(market[there][-SESSIONS - 1 :]))
    if len(own) < FEWEST:
        return None
    spread = float(np.var(its))
    if not spread > 0.0:
        return None
    return float(np.mean((own - own.mean()) * (its - its.mean())) / spread)


def _finished(bars: Bars) -> tuple[Ints, Floats]:
    whole = bars.slice(0, -1) if bars.is_forming else bars
    return whole.time // _DAY, whole.close
