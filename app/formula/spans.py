"""How many bars a span of time is.

Decided: a span counts as the bars it takes, so an hour of minutes is sixty minutes of trading and
reaches back over the night. Only bars that exist are counted.
"""

from app.core.timeframes import Timeframe
from app.formula.syntax import Span

_DAYS = {"d": 1, "w": 5, "mo": 21}
"""Trading days; a round-the-clock market has more, and its weeks and months are counted like these."""
_DAYS_OF = {Timeframe.D1: 1, Timeframe.W1: 5, Timeframe.MO1: 21}


class TooShort(Exception):
    """The span is shorter than one bar."""


def bars_in(span: Span, timeframe: Timeframe) -> int:
    """Bars of `timeframe` that `span` takes, rounded up; `TooShort` if it is less than one."""
    if span.unit == "bars":
        return span.count
    minutes, days = span.minutes, span.count * _DAYS.get(span.unit, 0)
    if minutes is not None:
        if not timeframe.is_intraday or minutes < timeframe.minutes:
            raise TooShort
        return -(-minutes // timeframe.minutes)
    if timeframe.is_intraday:
        raise TooShort
    if days < _DAYS_OF[timeframe]:
        raise TooShort
    return -(-days // _DAYS_OF[timeframe])


def is_days(span: Span) -> bool:
    """Whether it is counted in days or longer."""
    return span.unit in _DAYS


def days_of(span: Span) -> int:
    return span.count * _DAYS[span.unit]
