"""A moving average as a line on a chart, of the chart's own bars or of longer ones.

Decided: the server computes it, with all the bars before the chart that it needs, so that its first
point is as right as its last. An average of longer bars (`sma200@1d` on minutes) is drawn as it was
known: while a day runs, the line is that of the day before; only at the present it is the forming
bar's.
"""

from datetime import UTC, datetime, time, timedelta

import numpy as np

from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.indicators.formulas import LONG_WARM_UP, WARM_UP
from app.indicators.names import parse_average, parse_indicator
from app.indicators.readings import bars_needed, series
from app.market.calendar import FIRST_DAY
from app.market.models import Bars
from app.market.protocol import MarketData

_SPACE = {Timeframe.D1: 1.5, Timeframe.W1: 7.0, Timeframe.MO1: 31.0}
"""Calendar days that hold a bar, with weekends and holidays."""


def parse_chart_average(text: str) -> str:
    """The one spelling: `sma50`, or `ema50@1w` for weeks whatever the chart shows."""
    name, at, frame = text.partition("@")
    average = parse_average(name)
    return f"{average}@{Timeframe.parse(frame)}" if at else average


async def average_points(  # noqa: PLR0913 - which line, and on which bars
    name: str,
    *,
    market: MarketData,
    symbol: Symbol,
    timeframe: Timeframe,
    start: datetime,
    as_of: datetime,
    extended: bool = False,
) -> list[tuple[int, float]]:
    """`(from, value)` pairs, oldest first: the Unix second from which each value holds.

    Those before `start` are left out, but for the one that holds at `start`.
    """
    spelled, _, frame = parse_chart_average(name).partition("@")
    own = Timeframe.parse(frame) if frame else timeframe
    if own.is_intraday and not timeframe.is_intraday:
        raise InvalidInput(f"An average of {own} bars cannot be drawn on {timeframe} bars.")
    indicator = parse_indicator(spelled)
    bars = await market.bars(
        symbol,
        own,
        start=_since(own, bars_needed(indicator) + WARM_UP, start, as_of),
        end=as_of,
        as_of=as_of,
        extended=extended and own.is_intraday,
    )
    points = _points(
        bars, next(iter(series(indicator, bars).values())), is_step=own is not timeframe, now=as_of
    )
    first = int(start.timestamp())
    before = sum(at <= first for at, _ in points)
    return points[max(0, before - 1) :]


def _points(
    bars: Bars,
    values: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    *,
    is_step: bool,
    now: datetime,
) -> list[tuple[int, float]]:
    times = bars.time.tolist()
    if is_step:
        # A bar's value is known when the next one begins; the forming bar's is the present's.
        times = [*times[1:], int(now.timestamp())]
        if bars.is_forming and len(times) > 1:
            times[-1] = max(times[-2], int(bars.time[-1]))
    pairs = zip(times, values.tolist(), strict=True)
    return [(int(at), value) for at, value in pairs if not np.isnan(value)]


def _since(timeframe: Timeframe, count: int, start: datetime, as_of: datetime) -> datetime:
    """Where the bars begin that an average needs to have its value at `start`."""
    since = start - _span(timeframe, count)
    if timeframe in (Timeframe.W1, Timeframe.MO1):
        since = min(since, as_of - LONG_WARM_UP)
    return max(since, datetime.combine(FIRST_DAY, time(), UTC))


def _span(timeframe: Timeframe, count: int) -> timedelta:
    """Calendar time that holds `count` bars even of a stock."""
    if timeframe.is_intraday:
        return timedelta(minutes=timeframe.minutes * count * 6, days=5)
    return timedelta(days=min(_SPACE[timeframe] * count, 40 * 365) + 7)
