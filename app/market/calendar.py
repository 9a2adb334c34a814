"""Trading sessions, holidays and half days.

Decided: the rules are exchange_calendars', asked once per calendar and kept as integer arrays, so
that a look-up is a bisection and neither pandas nor the library is loaded before the first one.
Round-the-clock days are plain UTC days and need no library.

Three words for three questions that are easily confused, for a moment `at`:

- `session_at`      whose extended day (premarket to after hours) contains `at`, or None;
- `current_session` that one or, when all is closed, the next to trade;
- `latest_session`  the last one whose regular hours have begun.

Dates outside of 1990 to 2045 raise `InvalidInput`.
"""

import warnings
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from app.core.errors import InvalidInput
from app.market.models import Ints, Phase, Session

US = "XNYS"
ROUND_THE_CLOCK = "24/7"
FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2045, 12, 31)

_US_CALENDARS = ("XNYS", "XNAS", "XASE", "NYSE", "NASDAQ")
_PREMARKET_AT = 4 * 3600
_AFTER_HOURS_LAST = 4 * 3600
_DAY = 86_400

_SPOKEN = {
    "Dr. Martin Luther King Jr. Day": "Martin Luther King Jr. Day",
    "President's Day": "Presidents' Day",
    "Juneteenth National Independence Day": "Juneteenth",
    "July 4th": "Independence Day",
    "Christmas": "Christmas Day",
}
_FIXED = {
    "New Year's Day": (1, 1),
    "Juneteenth": (6, 19),
    "Independence Day": (7, 4),
    "Christmas Day": (12, 25),
}
_ONCE = {
    date(1994, 4, 27): "National day of mourning for President Nixon",
    date(2001, 9, 11): "September 11 attacks",
    date(2001, 9, 12): "September 11 attacks",
    date(2001, 9, 13): "September 11 attacks",
    date(2001, 9, 14): "September 11 attacks",
    date(2004, 6, 11): "National day of mourning for President Reagan",
    date(2007, 1, 2): "National day of mourning for President Ford",
    date(2012, 10, 29): "Hurricane Sandy",
    date(2012, 10, 30): "Hurricane Sandy",
    date(2018, 12, 5): "National day of mourning for President George H. W. Bush",
    date(2025, 1, 9): "National day of mourning for President Carter",
}
"""Closures no rule foresees; exchange_calendars knows the days but not the reasons."""


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A holiday (`close` is None) or a half day (`close` is its early close, aware, in UTC)."""

    date: date
    name: str
    close: datetime | None = None

    @property
    def is_half_day(self) -> bool:
        return self.close is not None


@dataclass(frozen=True, kw_only=True)
class SessionTable:
    """All sessions of one calendar as parallel arrays, oldest first.

    `ordinals` are `date.toordinal()`; the other four are Unix seconds. They serve arithmetic over
    many sessions at once; everybody else asks the functions below.
    """

    calendar: str
    timezone: ZoneInfo
    ordinals: Ints
    premarket_opens: Ints
    opens: Ints
    closes: Ints
    after_hours_closes: Ints
    half_days: frozenset[int]
    holidays: dict[date, str]

    @cached_property
    def ordinal_list(self) -> list[int]:
        return [int(each) for each in self.ordinals]

    @cached_property
    def open_list(self) -> list[int]:
        return [int(each) for each in self.opens]

    @cached_property
    def close_list(self) -> list[int]:
        return [int(each) for each in self.closes]

    @cached_property
    def end_list(self) -> list[int]:
        return [int(each) for each in self.after_hours_closes]

    def __len__(self) -> int:
        return len(self.ordinals)

    def session(self, index: int) -> Session:
        """The session at a position of the arrays."""
        if not 0 <= index < len(self):
            raise InvalidInput(_OUT_OF_REACH)
        return _session(self.calendar, index)

    @cached_property
    def special_days(self) -> tuple[SpecialDay, ...]:
        """Holidays and half days, by date."""
        days = [SpecialDay(day, name) for day, name in self.holidays.items()]
        for ordinal in self.half_days:
            day = date.fromordinal(ordinal)
            close = self.close_list[bisect_left(self.ordinal_list, ordinal)]
            days.append(SpecialDay(day, _half_day_name(day), _moment(close)))
        return tuple(sorted(days, key=lambda special: special.date))


_OUT_OF_REACH = "That day lies beyond the calendars known here."


def session_on(day: date, calendar: str = US) -> Session | None:
    """The session of that date, None on a weekend or a holiday."""
    index = _index_on(day, calendar)
    return None if index is None else _session(calendar, index)


def session_at(at: datetime, calendar: str = US) -> Session | None:
    """The session whose extended day contains `at`."""
    session = current_session(at, calendar)
    return session if session.premarket_open <= at else None


def current_session(at: datetime, calendar: str = US) -> Session:
    """The session being traded at `at`, premarket and after hours included, else the next one."""
    table = session_table(calendar)
    return table.session(bisect_right(table.end_list, _seconds(at)))


def latest_session(at: datetime, calendar: str = US) -> Session:
    """The last session whose regular hours had begun by `at`; it may still be running."""
    table = session_table(calendar)
    return table.session(bisect_right(table.open_list, _seconds(at)) - 1)


def finished_session(at: datetime, calendar: str = US) -> Session:
    """The last session whose regular hours had ended by `at`."""
    table = session_table(calendar)
    return table.session(bisect_right(table.close_list, _seconds(at)) - 1)


def next_session(session: Session) -> Session:
    """The one after it, in its own calendar."""
    return _neighbour(session, 1)


def previous_session(session: Session) -> Session:
    """The one before it, in its own calendar."""
    return _neighbour(session, -1)


def sessions_between(start: date, end: date, calendar: str = US) -> tuple[Session, ...]:
    """Sessions dated `start` to `end`, both included."""
    table = session_table(calendar)
    first = bisect_left(table.ordinal_list, _reachable(start))
    stop = bisect_right(table.ordinal_list, _reachable(end))
    return tuple(_session(calendar, index) for index in range(first, stop))


def sessions_overlapping(
    start: datetime, end: datetime, calendar: str = US, *, extended: bool = False
) -> range:
    """Positions in the `session_table` of the days that share a moment with `[start, end)`.

    A day is its regular hours or, if `extended`, premarket to after hours.
    """
    table = session_table(calendar)
    opens = table.premarket_opens if extended else table.opens
    closes = table.after_hours_closes if extended else table.closes
    first = int(np.searchsorted(closes, _seconds(start), side="right"))
    stop = int(np.searchsorted(opens, _seconds(end), side="left"))
    return range(first, max(first, stop))


def week_of(day: date, calendar: str = US) -> tuple[Session, ...]:
    """The sessions of the Monday-to-Sunday week that contains `day`."""
    monday = day - timedelta(days=day.weekday())
    return sessions_between(monday, monday + timedelta(days=6), calendar)


def month_of(day: date, calendar: str = US) -> tuple[Session, ...]:
    """The sessions of the calendar month that contains `day`."""
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return sessions_between(first, last, calendar)


def phase_at(at: datetime, calendar: str = US) -> Phase:
    """Whether the market is open at `at`, and how."""
    return current_session(at, calendar).phase(at)


def next_open(at: datetime, calendar: str = US) -> datetime:
    """The first regular open after `at`."""
    table = session_table(calendar)
    return table.session(bisect_right(table.open_list, _seconds(at))).open


def next_close(at: datetime, calendar: str = US) -> datetime:
    """The first regular close after `at`."""
    table = session_table(calendar)
    return table.session(bisect_right(table.close_list, _seconds(at))).close


def market_date(at: datetime, calendar: str = US) -> date:
    """The date on the exchange's wall at `at`; UTC for a round-the-clock calendar."""
    return at.astimezone(timezone_of(calendar)).date()


def timezone_of(calendar: str = US) -> ZoneInfo:
    """The exchange's time zone."""
    return session_table(calendar).timezone


def holiday_name(day: date, calendar: str = US) -> str | None:
    """Why there is no session on a weekday: `Good Friday`; None on any other day."""
    _reachable(day)
    return session_table(calendar).holidays.get(day)


def half_day_name(day: date, calendar: str = US) -> str | None:
    """Why a session closes early: `day after Thanksgiving`; None on any other day."""
    ordinal = _reachable(day)
    return _half_day_name(day) if ordinal in session_table(calendar).half_days else None


def upcoming_special_days(
    at: datetime, count: int = 5, calendar: str = US
) -> tuple[SpecialDay, ...]:
    """The next `count` holidays and half days, today included, soonest first."""
    days = session_table(calendar).special_days
    today = market_date(at, calendar)
    first = bisect_left(days, today, key=lambda special: special.date)
    return days[first : first + count]


@lru_cache(maxsize=16)
def session_table(calendar: str = US) -> SessionTable:
    """The arrays behind a calendar; `InvalidInput` if exchange_calendars does not know it.

    The first call for an exchange loads exchange_calendars and pandas, which takes about a second.
    """
    return _round_the_clock() if calendar == ROUND_THE_CLOCK else _exchange(calendar)


def _round_the_clock() -> SessionTable:
    ordinals = np.arange(FIRST_DAY.toordinal(), LAST_DAY.toordinal() + 1, dtype=np.int64)
    opens = (ordinals - date(1970, 1, 1).toordinal()) * _DAY
    return SessionTable(
        calendar=ROUND_THE_CLOCK,
        timezone=ZoneInfo("UTC"),
        ordinals=ordinals,
        premarket_opens=opens,
        opens=opens,
        closes=opens + _DAY,
        after_hours_closes=opens + _DAY,
        half_days=frozenset(),
        holidays={},
    )


_LOADING = Lock()


def _exchange(calendar: str) -> SessionTable:
    import exchange_calendars
    from exchange_calendars.errors import InvalidCalendarName

    try:
        # The library uses what pandas 3.1 deprecates; filters of warnings belong to all threads.
        with _LOADING, warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            rules = exchange_calendars.get_calendar(calendar, start=FIRST_DAY, end=LAST_DAY)
    except InvalidCalendarName as error:
        raise InvalidInput(f"There is no exchange calendar `{calendar[:40]}`.") from error
    opens = np.asarray(rules.opens_nanos, dtype=np.int64) // 1_000_000_000
    closes = np.asarray(rules.closes_nanos, dtype=np.int64) // 1_000_000_000
    is_us = calendar in _US_CALENDARS
    midnights = rules.sessions.tz_localize(rules.tz).tz_convert("UTC").tz_localize(None)
    midnight_seconds = midnights.to_numpy().astype("datetime64[s]").astype(np.int64)
    return SessionTable(
        calendar=calendar,
        timezone=ZoneInfo(str(rules.tz)),
        ordinals=np.array([day.toordinal() for day in rules.sessions], dtype=np.int64),
        premarket_opens=midnight_seconds + _PREMARKET_AT if is_us else opens,
        opens=opens,
        closes=closes,
        after_hours_closes=closes + _AFTER_HOURS_LAST if is_us else closes,
        half_days=frozenset(day.toordinal() for day in rules.early_closes),
        holidays=_holidays(rules),
    )


def _holidays(rules: Any) -> dict[date, str]:
    """Weekdays without a session, with their reasons, by date."""
    named = rules.regular_holidays.holidays(str(FIRST_DAY), str(LAST_DAY), return_name=True)
    reasons = {day.date(): str(name) for day, name in named.items()}
    reasons |= {day.date(): "" for day in rules.adhoc_holidays}
    if rules.name in _US_CALENDARS:
        reasons |= _ONCE
    traded = {day.date() for day in rules.sessions}
    return {
        day: _spoken(reasons[day], day)
        for day in sorted(reasons)
        if FIRST_DAY <= day <= LAST_DAY and day.weekday() < 5 and day not in traded
    }


def _spoken(name: str, day: date) -> str:
    """A holiday's name as people say it, `(observed)` when it is kept on another day."""
    spoken = _SPOKEN.get(name, name) or "exceptional closure"
    fixed = _FIXED.get(spoken)
    return spoken if fixed in (None, (day.month, day.day)) else f"{spoken} (observed)"


def _half_day_name(day: date) -> str:
    if day.month == 11:
        return "day after Thanksgiving"
    if (day.month, day.day) == (12, 24):
        return "Christmas Eve"
    if day.month == 7:
        return "day before Independence Day" if day.day < 4 else "day after Independence Day"
    return "early close"


def _neighbour(session: Session, step: int) -> Session:
    table = session_table(session.calendar)
    return table.session(bisect_left(table.ordinal_list, session.date.toordinal()) + step)


def _index_on(day: date, calendar: str) -> int | None:
    ordinal = _reachable(day)
    ordinals = session_table(calendar).ordinal_list
    index = bisect_left(ordinals, ordinal)
    return index if index < len(ordinals) and ordinals[index] == ordinal else None


@lru_cache(maxsize=16_384)
def _session(calendar: str, index: int) -> Session:
    table = session_table(calendar)
    return Session(
        date=date.fromordinal(table.ordinal_list[index]),
        open=_moment(table.open_list[index]),
        close=_moment(table.close_list[index]),
        premarket_open=_moment(table.premarket_opens[index]),
        after_hours_close=_moment(table.end_list[index]),
        is_half_day=table.ordinal_list[index] in table.half_days,
        calendar=calendar,
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _seconds(at: datetime) -> float:
    if at.tzinfo is None:
        raise InvalidInput("A moment needs a time zone.")
    if not FIRST_DAY.year <= at.year <= LAST_DAY.year:
        raise InvalidInput(_OUT_OF_REACH)
    return at.timestamp()


def _reachable(day: date) -> int:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise InvalidInput(_OUT_OF_REACH)
    return day.toordinal()
