"""What indicators say about the last bar.

A reading without enough history is absent and says how many bars it needs; nothing is padded.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from app.indicators import formulas
from app.indicators.names import Indicator, IndicatorKind
from app.indicators.vwap import running_vwap
from app.market.models import Bars, Floats, decimal_of

Series = Mapping[str, Floats]
"""Named lines of one indicator, as long as its bars; the main line's name is empty."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An indicator at the last bar.

    `value` is its main line, None if there is not enough history; `parts` are its other lines by
    name (`signal`, `histogram`, `upper` …). `before` is the main line one bar earlier.
    """

    indicator: Indicator
    value: Decimal | None
    parts: Mapping[str, Decimal]
    before: Decimal | None = None


def read_indicator(indicator: Indicator, bars: Bars) -> Reading:
    """`indicator` at the last of `bars`. VWAP wants the bars of one session, from its open."""
    lines = series(indicator, bars)
    value = _at(lines[""], -1)
    parts = {name: _at(line, -1) for name, line in lines.items() if name}
    return Reading(
        indicator,
        value,
        {name: part for name, part in parts.items() if part is not None},
        _at(lines[""], -2),
    )


def series(indicator: Indicator, bars: Bars) -> Series:
    """Every line of `indicator` over `bars`, NaN where there is not enough history."""
    return _FORMULAS[indicator.kind](bars, indicator.settings)


def bars_needed(indicator: Indicator) -> int:
    """Bars to its first value."""
    first = [int(setting) for setting in indicator.settings]
    kind = indicator.kind
    if kind is IndicatorKind.MACD:
        return first[1] + first[2] - 1
    if kind is IndicatorKind.STOCH:
        return sum(first) - 2
    if kind is IndicatorKind.ADX:
        return 2 * first[0]
    if kind in _ONE_BAR_MORE:
        return first[0] + 1
    return first[0] if first else 1


_ONE_BAR_MORE = (IndicatorKind.RSI, IndicatorKind.ATR, IndicatorKind.MFI, IndicatorKind.ROC)
"""These begin with a change from one bar to the next."""

Settings = tuple[float, ...]


def _of_closes(formula: Callable[[Floats, int], Floats]) -> Callable[[Bars, Settings], Series]:
    return lambda bars, settings: {"": formula(bars.close, int(settings[0]))}


def _of_bars(formula: Callable[[Bars, int], Floats]) -> Callable[[Bars, Settings], Series]:
    return lambda bars, settings: {"": formula(bars, int(settings[0]))}


def _macd(bars: Bars, settings: Settings) -> Series:
    line, signal, histogram = formulas.macd(bars.close, *(int(each) for each in settings))
    return {"": line, "signal": signal, "histogram": histogram}


def _bollinger(bars: Bars, settings: Settings) -> Series:
    upper, middle, lower = formulas.bollinger(bars.close, int(settings[0]), settings[1])
    return {"": middle, "upper": upper, "lower": lower}


def _stochastic(bars: Bars, settings: Settings) -> Series:
    slow_k, slow_d = formulas.stochastic(bars, *(int(each) for each in settings))
    return {"": slow_k, "d": slow_d}


def _adx(bars: Bars, settings: Settings) -> Series:
    line, plus, minus = formulas.adx(bars, int(settings[0]))
    return {"": line, "+di": plus, "-di": minus}


def _vwap(bars: Bars, settings: Settings) -> Series:
    return {"": running_vwap(bars)[0]}


_FORMULAS: Mapping[IndicatorKind, Callable[[Bars, Settings], Series]] = {
    IndicatorKind.SMA: _of_closes(formulas.sma),
    IndicatorKind.EMA: _of_closes(formulas.ema),
    IndicatorKind.RSI: _of_closes(formulas.rsi),
    IndicatorKind.ROC: _of_closes(formulas.roc),
    IndicatorKind.CCI: _of_bars(formulas.cci),
    IndicatorKind.WILLR: _of_bars(formulas.williams_r),
    IndicatorKind.MFI: _of_bars(formulas.mfi),
    IndicatorKind.ATR: lambda bars, settings: {
        "": formulas.atr(bars.high, bars.low, bars.close, int(settings[0]))
    },
    IndicatorKind.OBV: lambda bars, settings: {"": formulas.obv(bars)},
    IndicatorKind.MACD: _macd,
    IndicatorKind.BB: _bollinger,
    IndicatorKind.STOCH: _stochastic,
    IndicatorKind.ADX: _adx,
    IndicatorKind.VWAP: _vwap,
}


def _at(line: Floats, position: int) -> Decimal | None:
    if len(line) < -position or np.isnan(line[position]):
        return None
    return decimal_of(line[position])
