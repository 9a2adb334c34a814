"""Indicators on arrays, by TA-Lib.

Decided: TA-Lib computes, nobody here does; it is loaded at the first call, because it pulls pandas
in. A value without enough history is NaN, never a guess.

Moving averages that feed on themselves (EMA, RSI, ATR, MACD, ADX) forget their start slowly: give
them `WARM_UP` bars more than they need and TA-Lib, TradingView and every other seeding agree to far
more digits than are shown. TA-Lib's first true range is the second bar's, TradingView's the first
bar's; after 100 bars that is 2e-5 of the ATR.
"""

from datetime import timedelta
from types import ModuleType

from app.market.models import Bars, Floats

WARM_UP = 250
"""Bars of history worth asking for in front of a recursive indicator."""

LONG_WARM_UP = timedelta(days=31 * 280)
"""The same for bars of weeks and months, whose averages of 200 still remember their start after
`WARM_UP`: all that map, read or draw them begin as early as this, so that each has one value."""

Lines = tuple[Floats, ...]


def sma(values: Floats, length: int) -> Floats:
    """Simple moving average; NaN for the first `length - 1` bars."""
    found: Floats = _talib().SMA(values, length)
    return found


def ema(values: Floats, length: int) -> Floats:
    """Exponential moving average, seeded with the mean of the first `length`."""
    found: Floats = _talib().EMA(values, length)
    return found


def rsi(values: Floats, length: int) -> Floats:
    """Wilder's relative strength index, 0 to 100."""
    found: Floats = _talib().RSI(values, length)
    return found


def atr(high: Floats, low: Floats, close: Floats, length: int = 14) -> Floats:
    """Wilder's average true range, in price; the first value needs `length + 1` bars."""
    found: Floats = _talib().ATR(high, low, close, length)
    return found


def macd(values: Floats, fast: int, slow: int, signal: int) -> Lines:
    """MACD line, signal line and histogram."""
    found: Lines = _talib().MACD(values, fast, slow, signal)
    return found


def bollinger(values: Floats, length: int, width: float) -> Lines:
    """Upper, middle and lower band: mean ± `width` population standard deviations."""
    found: Lines = _talib().BBANDS(values, length, width, width)
    return found


def stochastic(bars: Bars, length: int, smooth: int, signal: int) -> Lines:
    """Slow %K and %D, 0 to 100."""
    found: Lines = _talib().STOCH(bars.high, bars.low, bars.close, length, smooth, 0, signal, 0)
    return found


def adx(bars: Bars, length: int) -> Lines:
    """Wilder's average directional index with +DI and −DI, 0 to 100."""
    talib = _talib()
    columns = (bars.high, bars.low, bars.close, length)
    return talib.ADX(*columns), talib.PLUS_DI(*columns), talib.MINUS_DI(*columns)


def cci(bars: Bars, length: int) -> Floats:
    """Commodity channel index of typical prices."""
    found: Floats = _talib().CCI(bars.high, bars.low, bars.close, length)
    return found


def williams_r(bars: Bars, length: int) -> Floats:
    """Williams %R, −100 to 0."""
    found: Floats = _talib().WILLR(bars.high, bars.low, bars.close, length)
    return found


def mfi(bars: Bars, length: int) -> Floats:
    """Money flow index, 0 to 100."""
    found: Floats = _talib().MFI(bars.high, bars.low, bars.close, bars.volume, length)
    return found


def roc(values: Floats, length: int) -> Floats:
    """Rate of change over `length` bars, in percent."""
    found: Floats = _talib().ROC(values, length)
    return found


def obv(bars: Bars) -> Floats:
    """On-balance volume, counted from the first bar: only its changes mean anything."""
    found: Floats = _talib().OBV(bars.close, bars.volume)
    return found


def _talib() -> ModuleType:
    import talib

    return talib
