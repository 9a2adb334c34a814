"""When of its trading day something happens."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.macro.source import Timing
from app.market.calendar import session_on

_NEW_YORK = ZoneInfo("America/New_York")


def timing_of(at: datetime) -> Timing | None:
    """Before, during or after the regular session of its day in New York; None if there is none."""
    day = at.astimezone(_NEW_YORK).date()
    session = session_on(day)
    if session is None:
        return None
    if at < session.open:
        return Timing.BEFORE_OPEN
    return Timing.IN_SESSION if at < session.close else Timing.AFTER_CLOSE
