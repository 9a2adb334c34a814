"""Calling tools for a model: all calls of a round at once, their answers in the order of the calls.

Whatever a tool does, the model reads a message: what to change, a fact, or that the tool broke.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from app.agents.events import ToolFinished
from app.agents.model import ToolAnswer, ToolCall
from app.alerts.protocol import NothingWatched, Watched
from app.core.clock import Clock
from app.core.errors import CoachError, InvalidInput, NotFound
from app.core.figures import Figure
from app.core.ids import new_id
from app.grounding.ledger import Book, Ledger
from app.grounding.references import fill
from app.macro.source import MacroSource, NoSource
from app.market.protocol import MarketData
from app.options.records import NoRecords, VolatilityRecords
from app.positions.protocol import Holdings, NoHoldings
from app.scanner.protocol import Finds, NoFinds
from tools.base import Toolbox, ToolContext, ToolResult
from widgets.base import BaseCard

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One call, told three ways: to the model, to whoever watches, and as cards."""

    answer: ToolAnswer
    finished: ToolFinished
    cards: tuple[BaseCard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Runs calls against a market at a present moment; figures go to `ledger`."""

    toolbox: Toolbox
    market: MarketData
    clock: Clock
    ledger: Ledger
    tool_seconds: float
    macro: MacroSource = field(default_factory=NoSource)
    holdings: Holdings = field(default_factory=NoHoldings)
    finds: Finds = field(default_factory=NoFinds)
    alerts: Watched = field(default_factory=NothingWatched)
    records: VolatilityRecords = field(default_factory=NoRecords)

    async def call_all(self, calls: Sequence[ToolCall]) -> list[Outcome]:
        """Books are opened in the order of the calls, so figure ids do not depend on who is faster."""
        provider = self.market.provider
        books = [
            self.ledger.open(
                call_id=call.id,
                tool=call.name,
                provider=provider.name,
                is_simulated=provider.is_simulated,
            )
            for call in calls
        ]
        return list(
            await asyncio.gather(
                *(self._call(call, book) for call, book in zip(calls, books, strict=True))
            )
        )

    async def _call(self, call: ToolCall, book: Book) -> Outcome:
        started_at = self.clock.now()
        result, failure = await self._result(call, book)
        sentence = result.sentence if result else failure
        finished = ToolFinished(
            call_id=call.id,
            name=call.name,
            arguments=call.arguments or {},
            ok=result is not None,
            sentence=fill(sentence, self.ledger),
            figures=tuple(book.figures),
            started_at=started_at,
            finished_at=self.clock.now(),
        )
        facts = result.facts if result else ()
        answer = ToolAnswer(
            call_id=call.id,
            name=call.name,
            text=text_for_model(sentence, facts, book.figures),
            sentence=sentence,
            ok=result is not None,
            figures={figure.path: figure.id for figure in book.figures},
        )
        return Outcome(answer, finished, result.cards if result else ())

    async def _result(self, call: ToolCall, book: Book) -> tuple[ToolResult | None, str]:
        context = ToolContext(
            market=self.market,
            macro=self.macro,
            holdings=self.holdings,
            finds=self.finds,
            alerts=self.alerts,
            records=self.records,
            clock=self.clock,
            book=book,
            ledger=self.ledger,
        )
        try:
            if call.arguments is None:
                raise InvalidInput("The arguments are not a JSON object. Call again with one.")
            async with asyncio.timeout(self.tool_seconds):
                return await self.toolbox.get(call.name).call(call.arguments, context), ""
        except TimeoutError:
            return None, f"`{call.name}` did not answer in time. Say that this is missing."
        except CoachError as error:
            return None, message_of(error)
        except Exception:  # noqa: BLE001 - an edge: one broken tool must not end the turn
            fault = new_id()
            _log.exception("tool_broke", tool=call.name, fault=str(fault))
            return None, f"`{call.name}` broke (fault {fault}). Say that this is missing."


def message_of(error: CoachError) -> str:
    """The error's message, with near names where it has any."""
    if isinstance(error, NotFound) and error.suggestions:
        return f"{error.message} Near names: {', '.join(error.suggestions[:5])}."
    return error.message


def text_for_model(sentence: str, facts: Sequence[str], figures: Sequence[Figure]) -> str:
    """What a model reads of a call: the sentence with its references, facts, then the figures."""
    lines = [sentence, *facts]
    if figures:
        lines += [
            "figures:",
            *(f"{each.id} {_described(each)} = {each.text()}" for each in figures),
        ]
    return "\n".join(lines)


def _described(figure: Figure) -> str:
    return f"{figure.path} ({figure.entity})" if figure.entity else figure.path
