"""What is not a price against a fixed level: levels that move, and formulas.

Decided: it is asked for beside the stream, which never waits for it: levels with every new minute, a
formula that looks at finished bars likewise, one that looks at the price at most once a second, a book
every few seconds. Answers are taken when they are there, in the order of the bars they are about.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from uuid import UUID

from app.alerts.drafts import asked_of, fixed_level
from app.alerts.models import Watch
from app.alerts.monitor_path import moment
from app.alerts.values import Asked, Book, Verdict, truths_since, value_of
from app.core.errors import CoachError
from app.infra.telemetry import get_logger
from app.market.protocol import MarketData

PRICE_SECONDS = 1.0
BOOK_SECONDS = 15.0
LEVELS_SECONDS = 5.0
"""So long the present waits for the levels of its day."""
ASIDE_SECONDS = 900.0
"""So long a question rests that broke instead of being answered."""
_AT_ONCE = 8
_MINUTE = 60
T = TypeVar("T")
_Answer = Callable[[Asked, Sequence[UUID]], Awaitable[T]]
_log = get_logger(__name__)


class Books(Protocol):
    """Whose book is whose."""

    def of(self, member_id: UUID) -> Book: ...


@dataclass(frozen=True, slots=True)
class Found:
    """What was asked for as of `at`: levels, None where they are not known, and verdicts."""

    at: float
    levels: Mapping[UUID, float | None] = field(default_factory=dict)
    verdicts: Mapping[UUID, Sequence[Verdict]] = field(default_factory=dict)


class Judge:
    """Asks for the watches of one symbol, or of one member's book. `aside` outlives it: what broke,
    and until when it rests, by the loop's clock."""

    def __init__(
        self,
        market: MarketData,
        books: Books,
        wake: Callable[[], None],
        aside: dict[UUID, float] | None = None,
    ) -> None:
        self._market = market
        self._books = books
        self._wake = wake
        self._aside = {} if aside is None else aside
        self._broken: list[UUID] = []
        self._levels: dict[UUID, Asked] = {}
        self._formulas: dict[UUID, Asked] = {}
        self._asking: asyncio.Task[Found] | None = None
        self._minute = 0.0
        self._asked_at = 0.0
        self._asked_of = 0.0

    @property
    def levelled(self) -> Collection[UUID]:
        """Whose levels move."""
        return self._levels.keys()

    @property
    def formulas(self) -> Collection[UUID]:
        return self._formulas.keys()

    def is_live(self, alert: UUID) -> bool:
        """Whether a forming bar counts too."""
        asked = self._formulas.get(alert)
        return asked is not None and (asked.symbol is None or asked.formula.watches_price)

    def put(self, watch: Watch) -> None:
        """Ask for what this watch needs; one with a typed level needs nothing."""
        terms = watch.terms
        try:
            if terms["kind"] == "threshold" and fixed_level(terms) is not None:
                return
            asked = asked_of(terms, self._market, self._books.of(watch.member_id))
        except CoachError as error:
            _log.error("an alert cannot be read", alert=str(watch.alert_id), reason=error.message)
            return
        chosen = self._levels if terms["kind"] == "threshold" else self._formulas
        chosen[watch.alert_id] = asked
        self._minute = 0.0

    def remove(self, alert: UUID) -> None:
        self._levels.pop(alert, None)
        self._formulas.pop(alert, None)
        self._aside.pop(alert, None)

    def owes(self, at: float | None) -> bool:
        """Whether a formula is still to be asked of that moment, though nothing else may come."""
        is_new = at is not None and at > self._asked_of
        return is_new and any(map(self.is_live, self._asked(self._formulas)))

    def ask(self, at: float, since: Callable[[UUID], float]) -> None:
        """Begin to ask for what is due at the market's time `at`, unless that goes on already."""
        if self._asking is not None or not (self._levels or self._formulas):
            return
        now, minute = asyncio.get_running_loop().time(), at // _MINUTE
        is_new = minute != self._minute
        formulas = {
            alert: asked
            for alert, asked in self._asked(self._formulas).items()
            if is_new or self.is_live(alert)
        }
        if not is_new and (not formulas or now - self._asked_at < PRICE_SECONDS):
            return
        levels = self._asked(self._levels) if is_new else {}
        self._minute, self._asked_at, self._asked_of = minute, now, at
        moments = {alert: since(alert) for alert in formulas}
        self._asking = asyncio.create_task(self._find(at, levels, formulas, moments))
        self._asking.add_done_callback(lambda _: self._wake())

    def take(self) -> Found | None:
        """What has come since; None where nothing did."""
        if self._asking is None or not self._asking.done():
            return None
        asking, self._asking = self._asking, None
        return None if asking.cancelled() else asking.result()

    def take_broken(self) -> list[UUID]:
        """What was set aside since."""
        broken, self._broken = self._broken, []
        return broken

    async def levels_at(self, at: float) -> Found:
        """All levels as of that moment, waited for; none where they do not come in time."""
        try:
            async with asyncio.timeout(LEVELS_SECONDS):
                return await self._find(at, self._asked(self._levels), {}, {})
        except TimeoutError:
            _log.warning("levels do not come in time")
            return Found(at)

    def close(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    async def _find(
        self,
        at: float,
        levels: Mapping[UUID, Asked],
        formulas: Mapping[UUID, Asked],
        since: Mapping[UUID, float],
    ) -> Found:
        async def level(asked: Asked, _: Sequence[UUID]) -> float | None:
            return await value_of(asked, moment(at))

        async def truths(asked: Asked, alerts: Sequence[UUID]) -> Sequence[Verdict]:
            return await truths_since(asked, min(since[each] for each in alerts), moment(at))

        found, judged = await asyncio.gather(
            self._answers(levels, level), self._answers(formulas, truths)
        )
        return Found(at, found, {each: _after(since[each], judged[each]) for each in judged})

    async def _answers(self, asked: Mapping[UUID, Asked], answer: _Answer[T]) -> dict[UUID, T]:
        """What can be had; the same question is asked once for all, several at a time."""
        alike: dict[tuple[str, int], list[UUID]] = {}
        for alert, each in asked.items():
            alike.setdefault(_question(each), []).append(alert)
        room = asyncio.Semaphore(_AT_ONCE)

        async def ask(alerts: Sequence[UUID]) -> T:
            async with room:
                return await answer(asked[alerts[0]], alerts)

        answers = await asyncio.gather(*map(ask, alike.values()), return_exceptions=True)
        found: dict[UUID, T] = {}
        for ((text, _), alerts), told in zip(alike.items(), answers, strict=True):
            if isinstance(told, CoachError):
                _log.warning("a question has no answer", question=text, reason=told.message)
            elif isinstance(told, BaseException):
                self._set_aside(text, alerts, told)
            else:
                found |= dict.fromkeys(alerts, told)
        return found

    def _set_aside(self, text: str, alerts: Sequence[UUID], fault: BaseException) -> None:
        """A question that breaks must not break those beside it: it rests, then is asked again."""
        _log.error("a question is set aside", question=text, alerts=len(alerts), exc_info=fault)
        until = asyncio.get_running_loop().time() + ASIDE_SECONDS
        self._aside |= dict.fromkeys(alerts, until)
        self._broken += alerts

    def _asked(self, chosen: Mapping[UUID, Asked]) -> dict[UUID, Asked]:
        """But for what is set aside."""
        now = asyncio.get_running_loop().time()
        return {alert: chosen[alert] for alert in chosen if self._aside.get(alert, 0.0) <= now}


def _question(asked: Asked) -> tuple[str, int]:
    """What is asked, and of whose book: only what is of no book has one answer for all members."""
    book = id(asked.book) if asked.formula.needs.outside else 0
    return f"{asked.formula} {asked.formula.base}", book


def _after(since: float, verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
    return [each for each in verdicts if each.at > since] or verdicts[-1:]
