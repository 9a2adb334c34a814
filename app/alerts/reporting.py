"""Companies a member holds that are still to report in the week that is on, or in the one to come.

Decided: a report counts until it is out, because whoever asks wants to know before it. A week is Monday
to Friday on the exchange's wall, and from Saturday morning on it is the coming one's turn. In the night
between two weeks nothing counts, so that an alert told every time is told once for each of them. Dates
are the source's: where it has none, its reason is what there is to say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Self

from app.core.symbols import Symbol
from app.formula.formula import parse
from app.macro.source import Earnings, MacroSource, Timing
from app.market.calendar import market_date, session_on, timezone_of
from app.positions.models import AssetKind, Position

REPORTS = "reports_this_week"
"""The word of the language."""
TURN = time(8)
"""From here on, on Saturday, the coming week counts."""
_SATURDAY = 5
_WEEK = timedelta(days=7)
_FRIDAY = timedelta(days=4)
_REPORTING = (AssetKind.STOCK, AssetKind.OPTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Reports still to come as of a moment, the soonest first and one a company; `monday` begins the
    week, and is None in the night between two."""

    monday: date | None
    reports: tuple[Earnings, ...] = ()
    as_of: datetime

    def at(self, moment: datetime) -> Self:
        """What of it is still to come at another moment of the same week."""
        ahead = tuple(each for each in self.reports if _is_ahead(each, moment))
        return replace(self, reports=ahead, as_of=moment)


def asks_reports(terms: Mapping[str, Any]) -> bool:
    """Whether these terms of an alert are about reports."""
    needs = parse(terms["condition"]).needs.outside
    return any(need.name == REPORTS for need in needs)


def monday_of(at: datetime) -> date | None:
    """The Monday of the week that counts at that moment."""
    day, wall = market_date(at), at.astimezone(timezone_of()).time()
    if day.weekday() == _SATURDAY and wall < TURN:
        return None
    monday = day - timedelta(days=day.weekday())
    return monday + _WEEK if day.weekday() >= _SATURDAY else monday


async def read_week(source: MacroSource, positions: Iterable[Position], at: datetime) -> Week:
    """Of these positions; `NotCovered` where the source has no dates, whatever is held."""
    monday = monday_of(at)
    if monday is None:
        return Week(monday=None, as_of=at)
    found = await source.earnings(monday, monday + _FRIDAY)
    held = {Symbol(each.asset.symbol) for each in positions if each.asset.kind in _REPORTING}
    by_company: dict[Symbol, Earnings] = {}
    for each in sorted(found, key=lambda report: report.on):
        if each.symbol in held and _is_ahead(each, at):
            by_company.setdefault(each.symbol, each)
    return Week(monday=monday, reports=tuple(by_company.values()), as_of=at)


def _is_ahead(report: Earnings, at: datetime) -> bool:
    """Until its moment; where only the day is known, until the end of it."""
    session = session_on(report.on)
    if report.at is not None:
        return at < report.at
    if report.timing is Timing.BEFORE_OPEN and session is not None:
        return at < session.open
    return market_date(at) <= report.on
