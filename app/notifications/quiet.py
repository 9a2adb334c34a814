"""Quiet hours: until when a member is left alone, by the clock on their wall.

Decided: each night is one stretch of time between two moments, not a comparison of clock readings.
So a night over midnight or over a change of the clock begins and ends once. An end that the clock
shows twice is the later one; an end that it skips is where the clock goes on.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.notifications.models import QuietHours


def quiet_until(hours: QuietHours | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the quiet that `now` lies in ends; None outside of quiet hours."""
    if hours is None:
        return None
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        start, end = _night(hours, zone, day)
        if start <= now < end:
            return end
    return None


def _night(hours: QuietHours, zone: ZoneInfo, day: date) -> tuple[datetime, datetime]:
    last = day if hours.start < hours.end else day + timedelta(days=1)
    end = max(_moment(last, hours.end, zone, fold) for fold in (0, 1))
    return _moment(day, hours.start, zone, 0), end


def _moment(day: date, at: time, zone: ZoneInfo, fold: int) -> datetime:
    return datetime.combine(day, at.replace(fold=fold), zone).astimezone(UTC)
