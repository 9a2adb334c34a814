"""What is scheduled for all: Fed decisions, options expiries, holidays and half days.

Decided: only what is published long ahead or follows from a rule is here; earnings and economic
releases move, so they come from a source (`app.macro.source`), or are absent and said to be. The
Federal Reserve's meetings are those its Board published for 2025 and 2026; what it has not published
is not guessed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.macro.source import Importance, Measure, Timing
from app.market.calendar import session_on, session_table
from app.market.models import Provider

NEW_YORK = ZoneInfo("America/New_York")
FED_AT = time(14, 0)
"""When the statement of a decision comes out, in New York."""

FED_DECISIONS = (
    date(2025, 1, 29),
    date(2025, 3, 19),
    date(2025, 5, 7),
    date(2025, 6, 18),
    date(2025, 7, 30),
    date(2025, 9, 17),
    date(2025, 10, 29),
    date(2025, 12, 10),
    date(2026, 1, 28),
    date(2026, 3, 18),
    date(2026, 4, 29),
    date(2026, 6, 17),
    date(2026, 7, 29),
    date(2026, 9, 16),
    date(2026, 10, 28),
    date(2026, 12, 9),
)
"""The last day of each scheduled meeting of the Federal Open Market Committee."""

FED_KNOWN_UNTIL = date(2026, 12, 31)
_QUARTERLY = (3, 6, 9, 12)
_FRIDAY = 4


class EventKind(StrEnum):
    FED = "fed"
    EXPIRY = "expiry"
    HOLIDAY = "holiday"
    EARNINGS = "earnings"
    RELEASE = "release"


SOURCED = frozenset({EventKind.EARNINGS, EventKind.RELEASE})
"""Kinds that need a source."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that belongs to an event: `EPS estimate`, `forecast`."""

    label: str
    value: Decimal
    measure: Measure | None = None
    """None for dollars."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something scheduled; `at` is its moment, aware, in UTC, or None for the whole day.

    `detail` is what else is known in words; `provider` is None for published schedules.
    """

    on: date
    kind: EventKind
    title: str
    at: datetime | None = None
    timing: Timing | None = None
    is_confirmed: bool = True
    detail: str = ""
    importance: Importance = Importance.HIGH
    amounts: tuple[Amount, ...] = ()
    provider: Provider | None = None


def events_between(first: date, last: date, kinds: frozenset[EventKind]) -> tuple[Event, ...]:
    """Everything of these kinds from `first` to `last`, both included, by date; kinds that need a
    source are passed over."""
    makers = {
        EventKind.FED: _fed_decisions,
        EventKind.EXPIRY: _expiries,
        EventKind.HOLIDAY: _special_days,
    }
    found = [event for kind in kinds - SOURCED for event in makers[kind](first, last)]
    return tuple(sorted(found, key=lambda event: (event.on, event.kind)))


def expiry_of_month(year: int, month: int) -> date:
    """The day monthly options expire: the third Friday, or the session before if that is a holiday."""
    first = date(year, month, 1)
    day = first + timedelta(days=(_FRIDAY - first.weekday()) % 7 + 14)
    while session_on(day) is None:
        day -= timedelta(days=1)
    return day


def _fed_decisions(first: date, last: date) -> Iterator[Event]:
    for day in FED_DECISIONS:
        if first <= day <= last:
            at = datetime.combine(day, FED_AT, NEW_YORK).astimezone(UTC)
            yield Event(day, EventKind.FED, "Fed interest rate decision", at)


def _expiries(first: date, last: date) -> Iterator[Event]:
    month = date(first.year, first.month, 1)
    while month <= last:
        day = expiry_of_month(month.year, month.month)
        session = session_on(day)
        if first <= day <= last and session is not None:
            is_quarterly = month.month in _QUARTERLY
            title = (
                "quarterly options and futures expiry" if is_quarterly else "monthly options expiry"
            )
            yield Event(day, EventKind.EXPIRY, title, session.close)
        month = (month + timedelta(days=32)).replace(day=1)


def _special_days(first: date, last: date) -> Iterator[Event]:
    for day in session_table().special_days:
        if first <= day.date <= last:
            what = "half day" if day.is_half_day else "market closed"
            yield Event(day.date, EventKind.HOLIDAY, f"{day.name}, {what}", day.close)
