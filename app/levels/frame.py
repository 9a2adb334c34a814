"""Which session a map is for, and what it may look back on.

Decided: a session's map holds from the end of the previous session's after hours (20:00 New York,
17:00 on a half day) to the end of its own. So before the open it is the coming session's, and in
after hours it is still the one that just closed, until the day is over. A round-the-clock day is
simply the UTC day.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from datetime import date as Date  # noqa: N812 - `date` is an argument's name here

from app.core.errors import InvalidInput
from app.indicators.formulas import LONG_WARM_UP
from app.levels.models import Period
from app.market.calendar import (
    FIRST_DAY,
    ROUND_THE_CLOCK,
    current_session,
    holiday_name,
    month_of,
    next_open,
    previous_session,
    session_on,
    timezone_of,
    week_of,
)
from app.market.models import Session

_HISTORY = {
    Period.DAY: timedelta(days=730),
    Period.WEEK: LONG_WARM_UP,
    Period.MONTH: LONG_WARM_UP,
}
"""Enough for a 200-bar average, 52 weeks, and 250 bars of warm-up for recursive ones; of weeks and
months as much as indicators and charts take, so that an average has one value everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A map's place in time.

    `sessions` are those of the running day, week or month up to the map's own, which is the last;
    `before` are those of the period before it.
    """

    as_of: datetime
    period: Period
    sessions: tuple[Session, ...]
    before: tuple[Session, ...]

    @property
    def session(self) -> Session:
        return self.sessions[-1]

    @property
    def calendar(self) -> str:
        return self.session.calendar

    @property
    def is_round_the_clock(self) -> bool:
        return self.calendar == ROUND_THE_CLOCK

    @property
    def open(self) -> datetime:
        """The first regular open of the running period: where VWAP is anchored."""
        return self.sessions[0].open

    @property
    def history_start(self) -> datetime:
        first = max(self.session.date - _HISTORY[self.period], FIRST_DAY)
        return datetime.combine(first, time(), UTC)

    @property
    def minutes_start(self) -> datetime:
        """The regular open of the session before the period."""
        return self.before[-1].open


def choose_frame(as_of: datetime, calendar: str, *, period: Period, on: Date | None) -> Frame:
    """The frame of the session running at `as_of`, or of the session dated `on`.

    A past session is seen as of its close. A coming one has levels once the session before it has
    closed; `InvalidInput` otherwise, and for a date without a session.
    """
    session = current_session(as_of, calendar)
    as_of = as_of.astimezone(UTC)
    if on is not None and on != session.date:
        session = _session_dated(on, calendar)
        as_of = _moment_for(session, as_of)
    sessions = tuple(each for each in _around(session, period) if each.date <= session.date)
    return Frame(
        as_of=as_of,
        period=period,
        sessions=sessions,
        before=_around(previous_session(sessions[0]), period),
    )


def spoken_date(day: Date) -> str:
    """`Friday 20 November`."""
    return f"{day:%A} {day.day} {day:%B}"


def wall_clock(at: datetime, calendar: str) -> str:
    """`16:00 ET`, or UTC for a round-the-clock market."""
    zone = timezone_of(calendar)
    name = {"America/New_York": "ET", "UTC": "UTC"}.get(str(zone), str(zone))
    return f"{at.astimezone(zone):%H:%M} {name}"


def _around(session: Session, period: Period) -> tuple[Session, ...]:
    if period is Period.DAY:
        return (session,)
    if period is Period.WEEK:
        return week_of(session.date, session.calendar)
    return month_of(session.date, session.calendar)


def _session_dated(day: Date, calendar: str) -> Session:
    session = session_on(day, calendar)
    if session is not None:
        return session
    reason = holiday_name(day, calendar) or "a weekend"
    after = next_open(datetime.combine(day, time(), UTC), calendar)
    raise InvalidInput(
        f"{spoken_date(day)} {day.year} has no session ({reason}); "
        f"the next one is {spoken_date(after.astimezone(timezone_of(calendar)).date())}."
    )


def _moment_for(session: Session, as_of: datetime) -> datetime:
    """When to look at a session that is not the running one."""
    if session.close <= as_of:
        return session.close
    before = previous_session(session)
    if before.close <= as_of:
        return as_of
    raise InvalidInput(
        f"Levels for {spoken_date(session.date)} {session.date.year} come from the session before "
        f"it, {spoken_date(before.date)}, and are known once that has closed at "
        f"{wall_clock(before.close, session.calendar)}."
    )
