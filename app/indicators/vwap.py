"""The volume-weighted average price, anchored at the first bar given.

Decided: the price of a bar is its typical price (H+L+C)/3, and the deviation is the population's,
weighted by volume, as on TradingView. Moments are taken around one price of the day, so that the
squares of large prices do not cancel.
"""

import numpy as np

from app.market.models import Bars, Floats


def typical_prices(bars: Bars) -> Floats:
    """(H+L+C)/3 of each bar."""
    typical: Floats = bars.high + bars.low
    typical += bars.close
    typical /= 3
    return typical


def running_vwap(bars: Bars) -> tuple[Floats, Floats]:
    """VWAP and its deviation after each bar, anchored at the first; NaN until there is volume."""
    if len(bars) == 0:
        return np.empty(0), np.empty(0)
    anchor = float(bars.close[0])
    offset = typical_prices(bars) - anchor
    volume = np.cumsum(bars.volume)
    weight = np.where(volume > 0, volume, np.nan)
    mean = np.cumsum(offset * bars.volume) / weight
    square = np.cumsum(offset * offset * bars.volume) / weight
    return anchor + mean, np.sqrt(np.maximum(square - mean * mean, 0.0))
