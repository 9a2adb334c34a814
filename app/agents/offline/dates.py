"""Which date or moment a clause means, by the calendar and the direction it looks in.

Times without a zone are New York's.
"""

import re
from datetime import UTC, date, datetime, time

from app.agents.offline.clauses import Clause
from app.agents.offline.days import Day, Look
from app.agents.offline.mentions import Kind
from app.market import calendar

_BACK = re.compile(
    r"\b(?:did|was|were|had|been|finish(?:ed)?|closed|ended|settled|opened|last|went|traded|as of|ago|back on)\b"
)
_AHEAD = re.compile(r"\b(?:will|next|upcoming|coming|going to|are we|is the|open on|tomorrow)\b")


def look_of(clause: Clause, default: Look) -> Look:
    """Where the words look; the default when they do not say."""
    if _BACK.search(clause.plain):
        return Look.BACK
    if _AHEAD.search(clause.plain):
        return Look.AHEAD
    return default


def calendar_of(symbol: str) -> str:
    return calendar.ROUND_THE_CLOCK if "/" in symbol else calendar.US


def today_of(now: datetime, symbol: str = "") -> date:
    """The date on the exchange's wall; New York's for crypto too, as a member says "today"."""
    return calendar.market_date(now, calendar_of(symbol))


def plain_date(day: Day, now: datetime, look: Look) -> date | None:
    """The date as named, whether or not anything traded: what a question about hours wants."""
    return day.on(today_of(now), look)


def traded_date(day: Day, now: datetime, symbol: str, look: Look) -> date | None:
    """The session meant: "yesterday" and "tomorrow" step over days without one, other days
    stand."""
    exchange = calendar_of(symbol)
    found = day.on(today_of(now, symbol), look)
    if found is None or not day.offset or calendar.session_on(found, exchange) is not None:
        return found
    if day.offset > 0:
        return calendar.current_session(
            datetime.combine(found, time(12), tzinfo=UTC), exchange
        ).date
    before = calendar.finished_session(datetime.combine(found, time(23, 59), tzinfo=UTC), exchange)
    return before.date


def moment_of(clause: Clause, now: datetime, symbol: str) -> datetime | None:
    """The time of day that was named, on its day: today, or the last session if it is still to
    come. None if no time was named."""
    times = clause.of(Kind.TIME)
    if not times:
        return None
    hour, minute = (int(part) for part in times[0].values[0].split(":"))
    zone = calendar.timezone_of(calendar.US)
    days = clause.days
    if days and not days[0].is_today:
        found = traded_date(days[0], now, symbol, Look.BACK)
        return None if found is None else datetime.combine(found, time(hour, minute), tzinfo=zone)
    moment = datetime.combine(now.astimezone(zone).date(), time(hour, minute), tzinfo=zone)
    exchange = calendar_of(symbol)
    while moment > now or calendar.session_on(moment.date(), exchange) is None:
        previous = calendar.finished_session(
            datetime.combine(moment.date(), time(0), tzinfo=zone), exchange
        )
        moment = datetime.combine(previous.date, time(hour, minute), tzinfo=zone)
    return moment


def previous_session_date(now: datetime, symbol: str) -> date:
    """The session whose high is the PDH now."""
    current = calendar.latest_session(now, calendar_of(symbol))
    return calendar.previous_session(current).date
