"""What a member holds, in numbers a formula can ask for: `position("SPX condor").pnl`, `net_delta`.

Decided: what is not known of one line is not known of the sum: an alert never goes off because a price
was missing. A book is valued at a calm pace and kept for a few seconds, for all that ask; dates of
reports change seldom and are kept for minutes.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from typing_extensions import override

from app.alerts.book_names import called
from app.alerts.reporting import REPORTS, Week, monday_of, read_week
from app.alerts.values import Book
from app.core.errors import CoachError
from app.formula.needs import OutsideNeed
from app.infra.db.database import Database
from app.infra.telemetry import get_logger
from app.macro.short_rate import short_rate
from app.macro.source import MacroSource
from app.market.protocol import MarketData
from app.positions.marks import BookLine
from app.positions.protocol import MemberHoldings
from app.positions.valuation import value_positions

KEPT = timedelta(seconds=15)
"""How long a valuation serves, and so how often a book is looked at."""
WEEK_KEPT = timedelta(minutes=5)
"""So long the reports of a week serve; what is out meanwhile no longer counts."""

_log = get_logger(__name__)


class MemberBook(Book):
    """The book of one member, valued by the market."""

    def __init__(
        self, database: Database, member_id: UUID, market: MarketData, macro: MacroSource
    ) -> None:
        self._holdings = MemberHoldings(database, member_id)
        self._market = market
        self._macro = macro
        self._valued_at: datetime | None = None
        self._lines: tuple[BookLine, ...] = ()
        self._week: Week | None = None

    @override
    async def numbers(self, needs: Collection[OutsideNeed], at: datetime) -> Mapping[str, float]:
        """Whatever is asked for beside reports is told without them; where they are all, the source
        says itself why it has none."""
        of_lines = [need for need in needs if need.name != REPORTS]
        of_week = [need.key for need in needs if need.name == REPORTS]
        lines = await self._valued(at) if of_lines else ()
        found = {need.key: number_of(need, lines) for need in of_lines}
        if of_week:
            found |= dict.fromkeys(of_week, await self._counted(at, is_alone=not of_lines))
        return {key: number for key, number in found.items() if number is not None}

    def week_at(self, at: datetime) -> Week | None:
        """The reports that were counted about that moment; None where they were not."""
        kept = self._week
        if kept is None or abs(at - kept.as_of) > 2 * WEEK_KEPT or kept.monday != monday_of(at):
            return None
        return kept.at(at)

    async def _counted(self, at: datetime, *, is_alone: bool) -> float | None:
        try:
            return float(len((await self._reports(at)).reports))
        except CoachError as error:
            if is_alone:
                raise
            _log.warning("reports are not known", reason=error.message)
            return None

    async def _reports(self, at: datetime) -> Week:
        kept = self._week
        is_kept = kept is not None and timedelta() <= at - kept.as_of < WEEK_KEPT
        if kept is None or not is_kept or kept.monday != monday_of(at):
            kept = await read_week(self._macro, await self._holdings.positions(), at)
            self._week = kept
        return kept.at(at)

    @override
    async def lines(self, needs: Collection[OutsideNeed]) -> Mapping[str, Sequence[str]]:
        named = [need for need in needs if need.settings]
        if not named:
            return {}
        assets = [each.asset for each in await self._holdings.positions() if each.is_open]
        return {
            need.key: [
                each.label
                for each in called(need.settings[0], assets)
                if need.name == "position" or each.is_option
            ]
            for need in named
        }

    async def _valued(self, at: datetime) -> tuple[BookLine, ...]:
        if self._valued_at is None or not timedelta() <= at - self._valued_at < KEPT:
            try:
                rate = await short_rate(self._macro, as_of=at)
                positions = await self._holdings.positions()
                self._lines = await value_positions(
                    positions, market=self._market, as_of=at, rate=rate.value
                )
            except CoachError as error:
                _log.warning("a book cannot be valued", reason=error.message)
                return ()
            self._valued_at = at
        return self._lines


class MemberBooks:
    """The books of all who ask, each once."""

    def __init__(self, database: Database, market: MarketData, macro: MacroSource) -> None:
        self._database, self._market, self._macro = database, market, macro
        self._books: dict[UUID, MemberBook] = {}

    def of(self, member_id: UUID) -> MemberBook:
        if member_id not in self._books:
            book = MemberBook(self._database, member_id, self._market, self._macro)
            self._books[member_id] = book
        return self._books[member_id]

    def week_at(self, member_id: UUID, at: datetime) -> Week | None:
        """The reports a member's alerts were judged by about that moment, without asking again."""
        book = self._books.get(member_id)
        return None if book is None else book.week_at(at)


def number_of(need: OutsideNeed, lines: Sequence[BookLine]) -> float | None:
    """None where it is not known, or where nothing of that name is held."""
    match need.name:
        case "position":
            return _of_position(need.part, held(lines, need.settings[0]))
        case "open_pnl":
            return _sum(lines, _result)
        case name if name.startswith("net_"):
            return _sum(lines, _greek(name.removeprefix("net_")))
        case name if need.settings:
            return _of_contract(name, held(lines, need.settings[0]))
        case _:
            return None


def held(lines: Sequence[BookLine], name: str) -> list[BookLine]:
    """The lines a member means by a name: `DIS`, `AMD 180c jan`, `SPX condor`."""
    meant = called(name, [line.position.asset for line in lines])
    return [line for line in lines if line.position.asset in meant]


def _of_position(part: str, lines: Sequence[BookLine]) -> float | None:
    match part:
        case "pnl":
            return _sum(lines, _result)
        case "pnl_pct":
            result, value = _sum(lines, _result), _sum(lines, _value)
            if result is None or value is None or value == result:
                return None
            return result / abs(value - result) * 100
        case "value":
            return _sum(lines, _value)
        case "days_to_expiry":
            ends = [line.expires_at for line in lines if line.expires_at]
            marks = [line.mark.as_of for line in lines if line.mark]
            return (min(ends) - max(marks)) / timedelta(days=1) if ends and marks else None
        case greek:
            return _sum(lines, _greek(greek))


def _of_contract(name: str, lines: Sequence[BookLine]) -> float | None:
    """Of one contract, whatever is held of it."""
    options = [line for line in lines if line.position.asset.is_option]
    if len(options) != 1:
        return None
    (line,) = options
    if name == "mark":
        return float(line.mark.price) if line.mark else None
    greek = _greek(name)(line)
    return None if greek is None else greek / float(line.position.exposure)


def _sum(lines: Sequence[BookLine], number: Callable[[BookLine], float | None]) -> float | None:
    found = [number(line) for line in lines]
    known = [each for each in found if each is not None]
    return sum(known) if lines and len(known) == len(found) else None


def _result(line: BookLine) -> float | None:
    return None if line.open_result is None else float(line.open_result)


def _value(line: BookLine) -> float | None:
    return None if line.value is None else float(line.value)


def _greek(name: str) -> Callable[[BookLine], float | None]:
    def of(line: BookLine) -> float | None:
        found = None if line.greeks is None else getattr(line.greeks, name, None)
        return None if found is None else float(found)

    return of
