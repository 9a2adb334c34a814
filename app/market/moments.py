"""Moments as people type them: a bare time is New York's, a bare date is its session's close."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.core.errors import InvalidInput
from app.market.calendar import US, holiday_name, session_on

NEW_YORK = ZoneInfo("America/New_York")


def parse_moment(text: str, calendar: str = US) -> datetime:
    """ISO 8601 with an offset; without one it is New York time; a date alone is its session's close.

    `InvalidInput` for anything else, and for a date without a session.
    """
    day = parse_day(text)
    if day is None:
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError as error:
            raise InvalidInput(
                f"`{text[:40]}` is no moment. Write 2026-11-20T10:30 (New York time), "
                "2026-11-20T15:30Z, or 2026-11-20 for that day's close."
            ) from error
        return moment if moment.tzinfo else moment.replace(tzinfo=NEW_YORK)
    session = session_on(day, calendar)
    if session is None:
        reason = holiday_name(day, calendar) or "a weekend"
        raise InvalidInput(f"There was no session on {day.isoformat()}: {reason}.")
    return session.close


def parse_day(text: str) -> date | None:
    """The date, if `text` is one and nothing more."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
