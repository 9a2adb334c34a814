"""When a listed option ends, to the minute, and how long that is.

Decided: years are calendar time of 365 days, as the kernels' theta is per calendar day; only the two
ends come from the exchange's calendar. An option settled in the morning ends at the opening of its
expiry day, all others at its close, which is early on half days. An expiry without a session (the
Saturdays of before 2015, a holiday) ends with the session before it.
"""

from datetime import date, datetime, timedelta

from app.core.errors import InvalidInput
from app.market.calendar import US, session_on
from app.market.chains import OptionContract
from app.market.models import Session
from app.options.models import DAYS_A_YEAR

_OSI_TAIL = 15
_SETTLED_IN_THE_MORNING = frozenset({"SPX", "NDX", "RUT", "DJX", "VIX", "VIXW"})
"""Roots of index options whose settlement value is made of opening prices; SPXW, NDXP, RUTW, XSP and
options on stocks and funds settle on closing prices."""
_LONGEST_BREAK = 7


def root_of(ticker: str) -> str:
    """`SPXW261218C06000000` → `SPXW`."""
    return ticker[:-_OSI_TAIL]


def is_settled_in_the_morning(contract: OptionContract) -> bool:
    return root_of(contract.ticker) in _SETTLED_IN_THE_MORNING


def expires_at(contract: OptionContract, calendar: str = US) -> datetime:
    """The moment its settlement price is made."""
    session = _last_session(contract.expiry, calendar)
    is_its_day = session.date == contract.expiry
    if is_settled_in_the_morning(contract) and is_its_day:
        return session.open
    return session.close


def years_until(moment: datetime, at: datetime) -> float:
    """Negative once it is over."""
    return (moment - at) / timedelta(days=DAYS_A_YEAR)


def _last_session(day: date, calendar: str) -> Session:
    for back in range(_LONGEST_BREAK):
        session = session_on(day - timedelta(days=back), calendar)
        if session is not None:
            return session
    raise InvalidInput(f"No session of {calendar} comes within a week before {day.isoformat()}.")
