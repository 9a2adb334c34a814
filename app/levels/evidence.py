"""What a map rests on: bars, measured once, with what must be said about them.

Decided: the previous day's open and close are the daily bar's where there is one, because auctions
print there. Its high and low come from its minute bars when every regular minute is there and their
range holds that open and close: those are the bars that today's tests and ranges are counted on;
else they are the daily bar's too.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np

from app.core.errors import NotFound
from app.levels.arrays import MINUTE, SessionBounds, SessionTable, measure_sessions
from app.levels.frame import Frame, spoken_date
from app.levels.models import Period
from app.levels.periods import period_bars, period_numbers
from app.levels.pivots import Prices
from app.market.calendar import latest_session
from app.market.models import Bars, Floats, Instrument, Provider, decimal_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """The finished period before the running one: its prices and when they were made."""

    prices: Prices[Decimal]
    session: date
    high_at: datetime
    low_at: datetime
    close_at: datetime
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Bars of a frame. `table` has a row for the session before the period, then one per session.

    `days` are daily bars before the map's session, `finished` bars of the period before the running
    one, `regular` the period's regular minutes up to `as_of`.
    """

    instrument: Instrument
    frame: Frame
    minutes: Bars
    regular: Bars
    table: SessionTable
    days: Bars
    finished: Bars
    previous: Previous | None
    current_open: Decimal | None
    last: Decimal
    last_at: datetime
    missing_bars: int

    @property
    def provider(self) -> Provider:
        """Who gave the last price: the minutes', where there are any."""
        return self.minutes.provider if len(self.minutes) else self.days.provider


def gather_evidence(instrument: Instrument, frame: Frame, daily: Bars, minutes: Bars) -> Evidence:
    """Measure the bars; `NotFound` if there is none at all up to the frame's moment."""
    last, last_at = _last_price(instrument, frame, daily, minutes)
    days = daily.slice(0, _position(daily, frame.session.open))
    finished = period_bars(days.slice(0, _position(days, frame.open)), frame.period, frame.calendar)
    running = daily.slice(_position(daily, frame.open))
    table = measure_sessions(minutes, SessionBounds.of((frame.before[-1], *frame.sessions)))
    regular = _regular(minutes, frame)
    opened = regular if len(regular) else running
    return Evidence(
        instrument=instrument,
        frame=frame,
        minutes=minutes,
        regular=regular,
        table=table,
        days=days,
        finished=finished,
        previous=_previous(frame, days, finished, minutes, table),
        current_open=decimal_of(opened.open[0]) if len(opened) else None,
        last=last,
        last_at=last_at,
        missing_bars=_missing(minutes, frame),
    )


def first_bar_at(bars: Bars, column: Floats, price: float, otherwise: datetime) -> datetime:
    """The start of the first bar whose `column` (of `bars`) is `price`."""
    found = np.flatnonzero(column == price)
    return _moment(bars.time[found[0]]) if len(found) else otherwise


def _last_price(
    instrument: Instrument, frame: Frame, daily: Bars, minutes: Bars
) -> tuple[Decimal, datetime]:
    """The latest of minute and daily closes, and when it was."""
    seen: list[tuple[datetime, Decimal]] = []
    if len(daily):
        session = latest_session(_moment(daily.time[-1]), frame.calendar)
        seen.append((min(session.close, frame.as_of), decimal_of(daily.close[-1])))
    if len(minutes):
        end = _moment(minutes.time[-1]) + timedelta(seconds=MINUTE)
        seen.append((min(end, frame.as_of), decimal_of(minutes.close[-1])))
    if not seen:
        day = spoken_date(frame.session.date)
        raise NotFound(
            f"There are no prices of {instrument.symbol} up to {day} {frame.session.date.year}."
        )
    at, price = max(reversed(seen), key=lambda pair: pair[0])
    return price, at


def _regular(minutes: Bars, frame: Frame) -> Bars:
    """Regular minutes of the running period."""
    if len(frame.sessions) == 1:
        return minutes.between(frame.session.open, frame.session.close)
    bounds = SessionBounds.of(frame.sessions)
    at = np.searchsorted(bounds.opens, minutes.time, side="right") - 1
    inside = (at >= 0) & (minutes.time < bounds.closes[np.maximum(at, 0)])
    return Bars(
        symbol=minutes.symbol,
        timeframe=minutes.timeframe,
        time=minutes.time[inside],
        open=minutes.open[inside],
        high=minutes.high[inside],
        low=minutes.low[inside],
        close=minutes.close[inside],
        volume=minutes.volume[inside],
        provider=minutes.provider,
    )


def _missing(minutes: Bars, frame: Frame) -> int:
    """Finished regular minutes of the period without a bar.

    A minute still running is not missed, nor is one that a delayed provider has yet to tell.
    """
    bounds = SessionBounds.of(frame.sessions)
    told = frame.as_of - timedelta(minutes=minutes.provider.delay_minutes)
    seen = int(minutes.time[-1]) + MINUTE if len(minutes) else 0
    now = min(int(frame.as_of.timestamp()), max(int(told.timestamp()), seen))
    expected = np.maximum(np.minimum(bounds.closes, now) - bounds.opens, 0) // MINUTE
    first, stop = np.searchsorted(
        minutes.time, np.stack((bounds.opens, bounds.opens + expected * MINUTE))
    )
    return int((expected - (stop - first)).sum())


def _previous(
    frame: Frame, days: Bars, finished: Bars, minutes: Bars, table: SessionTable
) -> Previous | None:
    if frame.period is not Period.DAY:
        return _previous_period(frame, days, finished)
    session = frame.before[-1]
    opened = int(session.open.timestamp())
    has_daily = len(days) > 0 and int(days.time[-1]) >= opened
    expected = (int(session.close.timestamp()) - opened) // MINUTE
    traded = minutes.between(session.open, session.close)
    is_complete = int(table.bars[0]) == expected
    if not has_daily and len(traded) == 0:
        return _older_day(frame, days)
    official = days.slice(-1) if has_daily else traded
    is_whole = is_complete and _contains(traded, official)
    extremes = traded if is_whole or not has_daily else official
    high, low = float(extremes.high.max()), float(extremes.low.min())
    remarks = []
    if not has_daily and not is_complete:
        remarks.append(
            f"{spoken_date(session.date)} has {len(traded)} of {expected} minute bars and no daily "
            "bar: its range may be wider."
        )
    return Previous(
        prices=_prices(float(official.open[0]), high, low, float(official.close[-1])),
        session=session.date,
        high_at=first_bar_at(traded, traded.high, high, session.open),
        low_at=first_bar_at(traded, traded.low, low, session.open),
        close_at=session.close,
        remarks=tuple(remarks),
    )


def _contains(minutes: Bars, day: Bars) -> bool:
    """Whether the day opened and closed inside its minutes' range: they are of the same prices."""
    prints = (day.open[0], day.close[-1])
    return bool(minutes.low.min() <= min(prints) and max(prints) <= minutes.high.max())


def _older_day(frame: Frame, days: Bars) -> Previous | None:
    """The last day that has a bar, when the session before the map's has none."""
    if len(days) == 0:
        return None
    session = latest_session(_moment(days.time[-1]), frame.calendar)
    gap = spoken_date(frame.before[-1].date)
    bar = days.bar(len(days) - 1)
    return Previous(
        prices=Prices(bar.open, bar.high, bar.low, bar.close),
        session=session.date,
        high_at=session.open,
        low_at=session.open,
        close_at=session.close,
        remarks=(f"{gap} has no bars: the previous day here is {spoken_date(session.date)}.",),
    )


def _previous_period(frame: Frame, days: Bars, finished: Bars) -> Previous | None:
    if len(finished) == 0:
        return None
    inside = days.between(_moment(finished.time[-1]), frame.open)
    bar = finished.bar(len(finished) - 1)
    first, last = (latest_session(_moment(inside.time[i]), frame.calendar) for i in (0, -1))
    wanted, got = (
        period_numbers(np.array([day.toordinal()]), frame.period)[0]
        for day in (frame.before[-1].date, first.date)
    )
    remarks = []
    if wanted != got:
        remarks.append(
            f"The {frame.period} before has no bars: the last one with bars began on "
            f"{spoken_date(first.date)}."
        )
    elif len(inside) < len(frame.before):
        remarks.append(
            f"The previous {frame.period} has bars for {len(inside)} of {len(frame.before)} sessions."
        )
    return Previous(
        prices=Prices(bar.open, bar.high, bar.low, bar.close),
        session=last.date,
        high_at=first_bar_at(inside, inside.high, float(bar.high), first.open),
        low_at=first_bar_at(inside, inside.low, float(bar.low), first.open),
        close_at=last.close,
        remarks=tuple(remarks),
    )


def _prices(open_: float, high: float, low: float, close: float) -> Prices[Decimal]:
    return Prices(decimal_of(open_), decimal_of(high), decimal_of(low), decimal_of(close))


def _position(bars: Bars, at: datetime) -> int:
    return int(np.searchsorted(bars.time, int(at.timestamp())))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
