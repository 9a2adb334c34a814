"""What indicators say, in a trader's words; numbers by reference.

Decided: thresholds are the textbook's (RSI 70 and 30, stochastics 80 and 20, ADX 25) and are
descriptions, never advice.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from app.core.figures import Figure
from app.core.timeframes import Timeframe
from app.indicators.names import Indicator, IndicatorKind
from app.indicators.readings import Reading
from app.market.models import Bars, Instrument

_BARS = {
    Timeframe.M1: "1-minute",
    Timeframe.M5: "5-minute",
    Timeframe.M15: "15-minute",
    Timeframe.H1: "hourly",
    Timeframe.H4: "4-hour",
    Timeframe.D1: "daily",
    Timeframe.W1: "weekly",
    Timeframe.MO1: "monthly",
}
_UNITS = {Timeframe.D1: "day", Timeframe.W1: "week", Timeframe.MO1: "month"}
_RUNNING = {Timeframe.W1: " with this week", Timeframe.MO1: " with this month"}
"""Said where the bar that runs is read too: levels are of finished ones."""
_LINES = (IndicatorKind.SMA, IndicatorKind.EMA, IndicatorKind.VWAP)
_EXTREMES: Mapping[IndicatorKind, tuple[int, int]] = {
    IndicatorKind.RSI: (30, 70),
    IndicatorKind.STOCH: (20, 80),
    IndicatorKind.MFI: (20, 80),
    IndicatorKind.WILLR: (-80, -20),
    IndicatorKind.CCI: (-100, 100),
}
_TRENDING = 25


def say_readings(
    instrument: Instrument,
    bars: Bars,
    readings: Sequence[Reading],
    figures: Mapping[str, Figure],
) -> str:
    """One sentence for one reading, a list for several; empty if all are absent."""
    running = _RUNNING.get(bars.timeframe, "") if bars.is_forming else ""
    present = [reading for reading in readings if reading.value is not None]
    if not present:
        return ""
    on_bars = f"on {_BARS[bars.timeframe]} bars{running}"
    if len(present) > 1:
        listed = "; ".join(_said(reading, figures) for reading in present)
        return f"{instrument.symbol} at {figures['last'].ref}, {on_bars}: {listed}."
    [reading] = present
    if reading.indicator.kind in _LINES:
        return _against_line(
            instrument, reading, figures, _spoken(reading.indicator, bars.timeframe) + running
        )
    name = reading.indicator.name.upper()
    return f"{name} of {instrument.symbol} {on_bars} is {_said(reading, figures, is_named=False)}."


def remark(reading: Reading, figures: Mapping[str, Figure]) -> str:
    """What the reading means in plain words; empty where a number says all."""
    if reading.value is None:
        return ""
    kind, value, last = reading.indicator.kind, reading.value, figures["last"].value
    if kind in _LINES:
        return f"price {_side(last, value)}"
    if kind in _EXTREMES:
        return _extreme(reading, value)
    says = _SAYS.get(kind)
    return says(reading, value, last) if says else ""


def _against_line(
    instrument: Instrument, reading: Reading, figures: Mapping[str, Figure], name: str
) -> str:
    last, line = figures["last"], figures[reading.indicator.name]
    side = _side(last.value, line.value)
    if side == "at":
        return f"{instrument.symbol} at {last.ref} is exactly at its {name}."
    gap = f"{{abs({last.id}-{line.id})}}"
    percent = f"{{abs({last.id}-{line.id})/{line.id} : %, 2}}"
    return (
        f"{instrument.symbol} at {last.ref} is {gap} ({percent}) {side} its {name} of {line.ref}."
    )


def _said(reading: Reading, figures: Mapping[str, Figure], *, is_named: bool = True) -> str:
    from_path = "atr" if reading.indicator.name == "atr(14)" else reading.indicator.name
    text = figures[from_path].ref
    if reading.parts:
        parts = [f"{part} {figures[f'{from_path}.{part}'].ref}" for part in reading.parts]
        text += f" ({', '.join(parts)})"
    words = remark(reading, figures)
    named = f"{reading.indicator.name.upper()} {text}" if is_named else text
    return f"{named}, {words}" if words else named


def _spoken(indicator: Indicator, timeframe: Timeframe) -> str:
    """`50-day average`, `9-bar exponential average on 5-minute bars`."""
    if indicator.kind is IndicatorKind.VWAP:
        return "VWAP"
    length = f"{indicator.settings[0]:g}"
    exponential = "exponential " if indicator.kind is IndicatorKind.EMA else ""
    if timeframe in _UNITS:
        return f"{length}-{_UNITS[timeframe]} {exponential}average"
    return f"{length}-bar {exponential}average on {_BARS[timeframe]} bars"


def _side(price: Decimal, line: Decimal) -> str:
    if price == line:
        return "at"
    return "above" if price > line else "below"


def _extreme(reading: Reading, value: Decimal) -> str:
    low, high = _EXTREMES[reading.indicator.kind]
    if value >= high:
        return "overbought"
    if value <= low:
        return "oversold"
    return "neither overbought nor oversold"


def _macd(reading: Reading, value: Decimal, last: Decimal) -> str:
    return f"line {_side(value, reading.parts['signal'])} its signal"


def _bands(reading: Reading, value: Decimal, last: Decimal) -> str:
    if last > reading.parts["upper"]:
        return "price above the upper band"
    if last < reading.parts["lower"]:
        return "price below the lower band"
    return f"price inside, {_side(last, value)} the middle"


def _trend(reading: Reading, value: Decimal, last: Decimal) -> str:
    way = "up" if reading.parts["+di"] > reading.parts["-di"] else "down"
    return f"trending {way}" if value >= _TRENDING else "no strong trend"


def _slope(reading: Reading, value: Decimal, last: Decimal) -> str:
    if reading.before is None or reading.before == value:
        return "unchanged"
    return "rising" if value > reading.before else "falling"


_SAYS: Mapping[IndicatorKind, Callable[[Reading, Decimal, Decimal], str]] = {
    IndicatorKind.MACD: _macd,
    IndicatorKind.BB: _bands,
    IndicatorKind.ADX: _trend,
    IndicatorKind.OBV: _slope,
}
