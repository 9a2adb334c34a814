"""The model's door to indicators. Read-only."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from app.core.errors import InvalidInput, NotFound
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.indicators.formulas import LONG_WARM_UP, WARM_UP
from app.indicators.names import Indicator, IndicatorKind, parse_indicator
from app.indicators.readings import Reading, bars_needed, read_indicator
from app.market import calendar
from app.market.models import Bars, Instrument
from tools.arguments import AsOf, SymbolArgument, TimeframeArgument
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.indicators_card import draw_readings, record_readings
from tools.indicators_words import say_readings
from tools.wording import freshness
from widgets.base import CardNumber
from widgets.indicators import IndicatorsCard

USUAL = ("sma20", "sma50", "sma200", "ema9", "ema21", "rsi", "macd", "atr")
"""What is shown when no indicator was named."""

_FEWEST_BARS_A_SESSION = {Timeframe.H4: 2, Timeframe.H1: 7}
_CALENDAR_DAYS = {Timeframe.D1: 1.6, Timeframe.W1: 7.0, Timeframe.MO1: 31.0}
"""Calendar days a bar of a day or more takes, holidays included."""


def _indicators(value: object) -> object:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple)):
        return value
    try:
        return tuple(dict.fromkeys(parse_indicator(str(each)).name for each in value))
    except InvalidInput as error:
        raise ValueError(error.message) from error


class IndicatorsArgs(ToolArgs):
    symbol: SymbolArgument
    timeframe: TimeframeArgument = Timeframe.D1
    indicators: Annotated[tuple[str, ...], BeforeValidator(_indicators)] = Field(
        (),
        description=(
            "Which: sma50, ema9, rsi, rsi(7), macd, macd(12,26,9), atr, bb, stoch, adx, cci, willr, "
            "mfi, roc, obv, vwap. Settings go in brackets; empty for the usual ones."
        ),
        max_length=12,
    )
    as_of: AsOf = None


@tool(
    IndicatorsArgs,
    examples=[
        Example("rsi on apple", {"symbol": "AAPL", "indicators": ["rsi"]}),
        Example("where's the 50 day on google", {"symbol": "GOOGL", "indicators": ["sma50"]}),
        Example("hourly macd for tesla", {
            "symbol": "TSLA", "timeframe": "1h", "indicators": ["macd"]}),
        Example("what's the atr of nvda", {"symbol": "NVDA", "indicators": ["atr"]}),
        Example("is amd overbought", {"symbol": "AMD", "indicators": ["rsi", "stoch"]}),
        Example("9 and 21 ema on spy 5 minute", {
            "symbol": "SPY", "timeframe": "5m", "indicators": ["ema9", "ema21"]}),
        Example("bollinger bands on coin", {"symbol": "COIN", "indicators": ["bb"]}),
        Example("weekly rsi for bitcoin", {
            "symbol": "BTC/USD", "timeframe": "1w", "indicators": ["rsi"]}),
        Example("2 period rsi on qqq", {"symbol": "QQQ", "indicators": ["rsi(2)"]}),
        Example("is xom trending, adx?", {"symbol": "XOM", "indicators": ["adx"]}),
        Example("indicators on meta", {"symbol": "META"}),
        Example("how far is jpm from its 200 day moving average", {
            "symbol": "JPM", "indicators": ["sma200"]}),
        Example("stochastics on iwm 15 min", {
            "symbol": "IWM", "timeframe": "15m", "indicators": ["stoch"]}),
        Example("is obv rising in pltr", {"symbol": "PLTR", "indicators": ["obv"]}),
    ],
)  # fmt: skip
async def get_indicators(args: IndicatorsArgs, context: ToolContext) -> ToolResult:
    """Technical indicators of one symbol on one timeframe: moving averages, RSI, MACD, ATR,
    Bollinger bands, stochastics, ADX, CCI, Williams %R, MFI, rate of change, OBV, VWAP.

    Readings are of the last bar, the forming one included, as on a chart; one without enough
    history is left out. For several symbols or timeframes call it once for each.
    """
    as_of = context.moment(args.as_of)
    instrument = await context.market.instrument(Symbol(args.symbol))
    wanted = [parse_indicator(name) for name in args.indicators or USUAL]
    bars = await _bars(context, instrument, args.timeframe, wanted, as_of)
    session = await _session_minutes(context, instrument, wanted, as_of)
    readings = [_read(indicator, instrument, bars, session) for indicator in wanted]
    last_at = _last_at(bars, instrument, as_of)
    figures = record_readings(context.book, instrument, bars, readings, last_at)
    absent = {
        reading.indicator.name: _why_absent(reading.indicator, instrument)
        for reading in readings
        if reading.value is None
    }
    notes = _notes(args.timeframe, wanted, bars)
    session_now = calendar.session_at(as_of, instrument.calendar)
    shown = freshness(bars.provider, instrument, last_at, session_now, asked_at=as_of)
    card = IndicatorsCard(
        symbol=instrument.symbol,
        name=instrument.name,
        timeframe=args.timeframe,
        last=CardNumber.of(figures["last"]),
        readings=draw_readings(readings, figures, absent),
        notes=notes,
        freshness=shown.model_copy(update={"is_frozen": args.as_of is not None}),
    )
    sentence = say_readings(instrument, bars, readings, figures)
    return ToolResult(" ".join((sentence, *absent.values())).strip(), (card,), facts=notes)


def _notes(timeframe: Timeframe, wanted: Sequence[Indicator], bars: Bars) -> tuple[str, ...]:
    """What a reader of the readings must know about their bars."""
    notes = []
    if bars.is_forming:
        notes.append(f"The last {timeframe} bar is still forming: its readings move until it ends.")
    if any(indicator.kind is IndicatorKind.VWAP for indicator in wanted):
        notes.append("VWAP is of the session's minutes from the open, whatever the timeframe.")
    return tuple(notes)


async def _bars(
    context: ToolContext,
    instrument: Instrument,
    timeframe: Timeframe,
    wanted: Sequence[Indicator],
    as_of: datetime,
) -> Bars:
    """Enough bars for the longest indicator and its warm-up; `NotFound` if there is none."""
    count = max(bars_needed(indicator) for indicator in wanted) + WARM_UP
    earliest = datetime.combine(calendar.FIRST_DAY, time(), UTC)
    span = _span(timeframe, count)
    if timeframe in (Timeframe.W1, Timeframe.MO1):
        span = max(span, LONG_WARM_UP)
    bars = await context.market.bars(
        instrument.symbol,
        timeframe,
        start=max(as_of - span, earliest),
        end=as_of,
        as_of=as_of,
    )
    if len(bars) == 0:
        raise NotFound(f"There are no {timeframe} bars of {instrument.symbol} at that time.")
    return bars


def _last_at(bars: Bars, instrument: Instrument, as_of: datetime) -> datetime:
    """When the last price was made, as far as its bar tells: a delayed provider is never at the
    present, a finished bar's price is of the bar's end."""
    told = as_of - timedelta(minutes=bars.provider.delay_minutes) if bars.is_forming else as_of
    session = calendar.latest_session(as_of, instrument.calendar)
    traded = told if bars.timeframe.is_intraday else min(told, session.close)
    return min(_end(bars, instrument), max(traded, _start(bars)))


def _end(bars: Bars, instrument: Instrument) -> datetime:
    """When regular trading in the last bar ends."""
    session = calendar.latest_session(_start(bars), instrument.calendar)
    if bars.timeframe.is_intraday:
        return _start(bars) + timedelta(minutes=bars.timeframe.minutes)
    if bars.timeframe is Timeframe.W1:
        return calendar.week_of(session.date, session.calendar)[-1].close
    if bars.timeframe is Timeframe.MO1:
        return calendar.month_of(session.date, session.calendar)[-1].close
    return session.close


def _start(bars: Bars) -> datetime:
    return datetime.fromtimestamp(int(bars.time[-1]), UTC)


def _span(timeframe: Timeframe, count: int) -> timedelta:
    """Calendar time that surely holds `count` regular bars."""
    if not timeframe.is_intraday:
        return timedelta(days=count * _CALENDAR_DAYS[timeframe] + 10)
    per_session = _FEWEST_BARS_A_SESSION.get(timeframe, 210 // timeframe.minutes)
    return timedelta(days=1.6 * count / per_session + 10)


async def _session_minutes(
    context: ToolContext, instrument: Instrument, wanted: Sequence[Indicator], as_of: datetime
) -> Bars | None:
    """Minutes of the last session that has opened, for VWAP on any timeframe."""
    if all(indicator.kind is not IndicatorKind.VWAP for indicator in wanted):
        return None
    session = calendar.latest_session(as_of, instrument.calendar)
    return await context.market.bars(
        instrument.symbol,
        Timeframe.M1,
        start=session.open,
        end=min(session.close, as_of),
        as_of=as_of,
    )


def _read(
    indicator: Indicator, instrument: Instrument, bars: Bars, session: Bars | None
) -> Reading:
    if indicator.needs_volume and not instrument.has_volume:
        return Reading(indicator, None, {})
    is_anchored = indicator.kind is IndicatorKind.VWAP and session is not None
    return read_indicator(indicator, session if is_anchored and session is not None else bars)


def _why_absent(indicator: Indicator, instrument: Instrument) -> str:
    name = indicator.name.upper()
    if indicator.needs_volume and not instrument.has_volume:
        return f"{name} needs volume, and {instrument.symbol} has none."
    return f"{name} needs {bars_needed(indicator)} bars; there are not that many yet."
