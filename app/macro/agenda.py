"""Reports and releases as events among the others, and which of them are worth a row.

Decided: a result belongs to an event only from its moment on; where only the day is known, from the
end of that day. So a question about a past moment learns nothing that came after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from app.core.errors import ProviderUnavailable
from app.macro.schedule import NEW_YORK, Amount, Event, EventKind
from app.macro.source import Earnings, Importance, Measure, Release

_SAME = (
    ("cpi", "consumer price"),
    ("ppi", "producer price"),
    ("pce", "personal consumption", "personal income"),
    ("payroll", "nfp", "employment situation", "jobs report"),
    ("gdp", "gross domestic"),
    ("jobless claims", "initial claims", "unemployment claims"),
    ("pmi", "ism", "purchasing managers"),
)
"""Words that name the same release."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is ahead, and for kinds whose source has none or does not answer, why."""

    events: tuple[Event, ...]
    absent: dict[EventKind, ProviderUnavailable]


def of_earnings(report: Earnings, as_of: datetime) -> Event:
    amounts = _amounts(
        ("EPS reported", report.eps_actual if _is_out(report.on, report.at, as_of) else None),
        ("EPS estimate", report.eps_estimate),
        measure=None,
    )
    return Event(
        on=report.on,
        kind=EventKind.EARNINGS,
        title=f"{report.symbol} earnings",
        at=report.at,
        timing=report.timing,
        is_confirmed=report.is_confirmed,
        detail=", ".join(part for part in (report.company, report.period) if part),
        importance=report.importance or Importance.MEDIUM,
        amounts=amounts,
        provider=report.provider,
    )


def of_release(release: Release, as_of: datetime) -> Event:
    on = release.at.astimezone(NEW_YORK).date()
    amounts = _amounts(
        ("actual", release.actual if _is_out(on, release.at, as_of) else None),
        ("forecast", release.forecast),
        ("previous", release.previous),
        measure=release.measure,
    )
    return Event(
        on=on,
        kind=EventKind.RELEASE,
        title=release.name,
        at=release.at,
        detail=release.period,
        importance=release.importance or Importance.MEDIUM,
        amounts=amounts,
        provider=release.provider,
    )


def is_named(name: str, asked: str) -> bool:
    """Whether a release's name is what was asked for: "cpi" is the Consumer Price Index too."""
    low, wanted = name.lower(), asked.lower().strip()
    group = next((words for words in _SAME if any(word in wanted for word in words)), (wanted,))
    return any(word in low for word in group)


def most_watched(events: Sequence[Event], limit: int) -> tuple[Event, ...]:
    """At most `limit` of them, the most important and among those the soonest, by day."""
    kept = sorted(events, key=lambda event: (-event.importance, event.on))[:limit]
    return by_day(kept)


def by_day(events: Sequence[Event]) -> tuple[Event, ...]:
    late = datetime.max.replace(tzinfo=UTC)
    return tuple(sorted(events, key=lambda event: (event.on, event.at or late, event.title)))


def _is_out(on: date, at: datetime | None, as_of: datetime) -> bool:
    midnight = datetime.combine(on + timedelta(days=1), time(), NEW_YORK)
    return (at or midnight) <= as_of


def _amounts(*parts: tuple[str, Decimal | None], measure: Measure | None) -> tuple[Amount, ...]:
    return tuple(Amount(label, value, measure) for label, value in parts if value is not None)
