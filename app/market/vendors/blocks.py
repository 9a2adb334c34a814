"""Blocks: the bars that are kept together.

Decided: a session's day of intraday bars, from its premarket to its after hours, or a calendar year
of days: few enough to be asked for at once, and final as a whole.
"""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from app.core.timeframes import Timeframe
from app.market.calendar import SessionTable, session_table
from app.market.models import Instrument, Ints


@dataclass(frozen=True, slots=True)
class Block:
    """Bars that are kept together: `[start, end)` in Unix seconds."""

    name: str
    start: int
    end: int


def blocks_of(
    instrument: Instrument, timeframe: Timeframe, start: datetime, end: datetime
) -> list[Block]:
    """The blocks that `[start, end)` touches."""
    table = session_table(instrument.calendar)
    if end <= start:
        return []
    if not timeframe.is_intraday:
        return _years(table, start, end)
    first = int(np.searchsorted(table.after_hours_closes, start.timestamp(), side="right"))
    stop = int(np.searchsorted(table.premarket_opens, end.timestamp(), side="left"))
    return [
        Block(
            str(date.fromordinal(int(table.ordinals[at]))),
            int(table.premarket_opens[at]),
            int(table.after_hours_closes[at]),
        )
        for at in range(first, stop)
    ]


def _years(table: SessionTable, start: datetime, end: datetime) -> list[Block]:
    opens: Ints = table.opens
    found = []
    for year in range(start.year, end.year + 1):
        inside = np.searchsorted(
            table.ordinals, [date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()]
        )
        first, stop = int(inside[0]), min(int(inside[1]), len(table) - 1)
        if first < stop and opens[first] < end.timestamp():
            found.append(Block(str(year), int(opens[first]), int(table.closes[stop - 1])))
    return found
