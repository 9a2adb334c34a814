"""The window of a question: which days must be read to answer it."""

from datetime import datetime

import numpy as np

from app.core.errors import InvalidInput
from app.core.timeframes import Timeframe
from app.market.calendar import FIRST_DAY, LAST_DAY, session_table
from app.market.resample import period_numbers


def require_aware(*moments: datetime) -> None:
    """`InvalidInput` unless every moment has a time zone and lies within the calendars' reach."""
    for moment in moments:
        if moment.tzinfo is None:
            raise InvalidInput("A moment needs a time zone.")
        if not FIRST_DAY.year <= moment.year <= LAST_DAY.year:
            raise InvalidInput("No prices can be asked for beyond the calendars known here.")


def covering_days(
    timeframe: Timeframe, start: datetime, end: datetime, as_of: datetime, calendar: str
) -> range:
    """Positions in the session table of the days that daily or longer bars starting in
    `[start, end)` are made of, up to the last that had begun before `as_of`.
    """
    table = session_table(calendar)
    first = int(np.searchsorted(table.opens, start.timestamp(), side="left"))
    stop = int(np.searchsorted(table.opens, end.timestamp(), side="left"))
    begun = int(np.searchsorted(table.opens, as_of.timestamp(), side="left"))
    if timeframe is not Timeframe.D1 and stop > first:
        periods = period_numbers(table.ordinals, timeframe)
        first = int(np.searchsorted(periods, periods[first], side="left"))
        stop = int(np.searchsorted(periods, periods[stop - 1], side="right"))
    return range(first, max(first, min(stop, begun)))
