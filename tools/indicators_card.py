"""Readings of indicators as figures, and the lines of the card drawn from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.core.figures import Figure, Unit
from app.grounding.ledger import Book
from app.indicators.names import Indicator, IndicatorKind
from app.indicators.readings import Reading
from app.market.models import Bars, Instrument, decimal_of
from tools.indicators_words import remark
from tools.wording import PriceBook, price_unit, volume_unit
from widgets.base import CardNumber
from widgets.indicators import Reading as ReadingLine

_PRICES = (
    IndicatorKind.SMA,
    IndicatorKind.EMA,
    IndicatorKind.BB,
    IndicatorKind.VWAP,
    IndicatorKind.ATR,
)
_SIGNED = (IndicatorKind.MACD, IndicatorKind.ROC, IndicatorKind.CCI, IndicatorKind.WILLR)
_MAIN_LINES = {IndicatorKind.MACD: "line", IndicatorKind.BB: "middle", IndicatorKind.STOCH: "k"}
"""What the first line is called where an indicator has several."""


@dataclass(frozen=True, slots=True)
class _Shown:
    unit: Unit
    decimals: int
    is_signed: bool


def figure_path(indicator: Indicator) -> str:
    """The stable name of its figure: `sma50`, `rsi(14)`; the usual ATR is just `atr`."""
    return "atr" if indicator.name == "atr(14)" else indicator.name


def record_readings(
    book: Book, instrument: Instrument, bars: Bars, readings: Sequence[Reading], as_of: datetime
) -> Mapping[str, Figure]:
    """The last price and every line of every reading, by path."""
    last = decimal_of(bars.close[-1])
    figures = {
        "last": PriceBook(book, instrument, as_of, bars.provider).price("last", last, "last")
    }
    for reading in readings:
        if reading.value is None:
            continue
        indicator = reading.indicator
        shown = _shown(indicator.kind, instrument)
        lines: dict[str, Decimal] = {"": reading.value, **reading.parts}
        for part, value in lines.items():
            path = figure_path(indicator) + (f".{part}" if part else "")
            figures[path] = book.record(
                path,
                value,
                shown.unit,
                label=f"{indicator.name.upper()} {part}".strip(),
                entity=str(instrument.symbol),
                as_of=as_of,
                decimals=shown.decimals,
                signed=shown.is_signed,
            )
    return figures


def draw_readings(
    readings: Sequence[Reading], figures: Mapping[str, Figure], absent: Mapping[str, str]
) -> tuple[ReadingLine, ...]:
    """A line a reading, in the order asked; an absent one says why."""
    return tuple(_draw(reading, figures, absent) for reading in readings)


def _draw(
    reading: Reading, figures: Mapping[str, Figure], absent: Mapping[str, str]
) -> ReadingLine:
    indicator = reading.indicator
    name = indicator.name.upper()
    if reading.value is None:
        return ReadingLine(name=name, number=None, remark=absent[indicator.name])
    path = figure_path(indicator)
    parts = tuple(
        (part, CardNumber.of(figures[f"{path}.{part}"], with_unit=True)) for part in reading.parts
    )
    main = CardNumber.of(figures[path], with_unit=True)
    if not parts:
        return ReadingLine(name=name, number=main, remark=remark(reading, figures))
    named = ((_MAIN_LINES.get(indicator.kind, str(indicator.kind)), main), *parts)
    return ReadingLine(name=name, number=None, parts=named, remark=remark(reading, figures))


def _shown(kind: IndicatorKind, instrument: Instrument) -> _Shown:
    if kind in _PRICES:
        return _Shown(price_unit(instrument), instrument.decimals, is_signed=False)
    if kind is IndicatorKind.OBV:
        return _Shown(volume_unit(instrument), 0, is_signed=True)
    if kind is IndicatorKind.MACD:
        return _Shown(Unit.INDEX, instrument.decimals, is_signed=True)
    if kind is IndicatorKind.ROC:
        return _Shown(Unit.PERCENT, 2, is_signed=True)
    return _Shown(Unit.INDEX, 2, is_signed=kind in _SIGNED)
