"""What the clock tells of each row: hours of the session, time of day, day of the week.

The same for a whole panel and for one row more, so that live rows go on from the panel's last one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from app.formula.panel import Panel, local_times, regular_hours, session_days
from app.formula.tracks import Rows
from app.market.calendar import session_table
from app.market.models import Ints


@dataclass(slots=True)
class Clock:
    """Knows the last row it has told of. Widths are those of the rows it is given."""

    calendar: str
    is_intraday: bool
    first_day: Ints | None = None
    last_day: Ints | None = None
    last_regular: Ints | None = None

    def tell(self, time: Ints, is_there: Rows | None, names: Iterable[str]) -> dict[str, Rows]:
        """Rows of the sources `names` for bars that begin at `time` (rows × 1, or × columns), where
        `is_there`."""
        wanted = list(names)
        found: dict[str, Rows] = {}
        if any(name in ("fresh", "opening", "regular") for name in wanted):
            found |= self._hours(time, is_there)
        for name in wanted:
            what, _, zone = name.partition(" ")
            if what in ("seconds", "weekday"):
                seconds, weekday = local_times(time, zone)
                rows = weekday if what == "weekday" else seconds
                is_known = what == "weekday" or self.is_intraday
                found[name] = rows.astype(np.float64) if is_known else np.full(time.shape, np.nan)
        return found

    def _hours(self, time: Ints, is_there: Rows | None) -> dict[str, Rows]:
        there: Rows = np.ones(time.shape, dtype=np.bool_) if is_there is None else is_there
        if not self.is_intraday or not len(time):
            return dict.fromkeys(("fresh", "opening", "regular"), there)
        day = session_days(time, self.calendar)
        regular = regular_hours(time, day, self.calendar) & there
        if self.first_day is None or self.last_day is None or self.last_regular is None:
            nothing: Ints = np.full(time.shape[1:], -1, dtype=np.int64)
            self.first_day, self.last_day, self.last_regular = nothing, nothing, nothing
        days = _running(np.where(there, day, -1), self.last_day)
        regulars = _running(np.where(regular, day, -1), self.last_regular)
        begun = np.where(self.first_day >= 0, self.first_day, _first(np.where(there, day, -1)))
        is_whole = (day != begun) | (time == session_table(self.calendar).opens[day])
        found = {
            "fresh": there & (day > days[:-1]),
            "opening": regular & (day > regulars[:-1]) & is_whole,
            "regular": regular,
        }
        self.first_day, self.last_day, self.last_regular = begun, days[-1], regulars[-1]
        return found


def _running(day: Ints, before: Ints) -> Ints:
    """The latest day up to each row, with that before the first row in front."""
    running: Ints = np.maximum.accumulate(np.concatenate((before[None], day)), axis=0)
    return running


def _first(day: Ints) -> Ints:
    """The first day of each column, -1 if there is none."""
    place = (day >= 0).argmax(axis=0)
    first: Ints = np.take_along_axis(day, place[None], axis=0)[0]
    return first


def clock_of(panel: Panel) -> Clock:
    return Clock(panel.calendar, panel.timeframe.is_intraday)
