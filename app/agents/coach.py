"""The coach: a model, the tools and a market behind one question."""

import re
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from datetime import datetime

from app.agents.calling import Caller
from app.agents.events import TurnEvent
from app.agents.history import Memory
from app.agents.limits import Limits
from app.agents.loop import Turn
from app.agents.model import ChatModel, MemberMessage, SystemMessage
from app.core.clock import Clock, FrozenClock, WallClock, latest
from app.core.errors import InvalidInput
from app.grounding.answer import Writer
from app.grounding.claims import numbers_said
from app.grounding.mentions import Symbols
from app.macro.source import MacroSource, NoSource
from app.market.models import Instrument
from app.market.protocol import MarketData
from app.options.records import NoRecords, VolatilityRecords
from prompts import load
from tools.base import Toolbox

LONGEST_QUESTION = 4_000

_FORM = re.compile(
    r",?\s+(?:Inc|Corp|Corporation|Company|Co|Ltd|Limited|plc|PLC|Group|Holdings?|Trust|N\.V|SE|SA|AG|Class [ABC]"
    r"|Incorporated|Platforms|Index|ETF|Common Stock|& Co)\.?$|\.com$"
)
_TRADE_WORDS = frozenset({"target", "gap", "block", "match", "open", "bill", "unity", "range"})
"""Names of companies that are words of the trade; only their tickers name them in an answer."""


class Coach:
    """Answers questions. One coach serves all members: what differs comes in as `Memory`."""

    def __init__(  # noqa: PLR0913 - all that a coach stands on
        self,
        model: ChatModel,
        toolbox: Toolbox,
        market: MarketData,
        clock: Clock,
        *,
        limits: Limits | None = None,
        wall: Clock | None = None,
        macro: MacroSource | None = None,
        records: VolatilityRecords | None = None,
    ) -> None:
        """`clock` is the market's present, unless a question is asked as of a past moment.

        A moment after both it and the real present (`wall`) is the future and refused; between
        the two, a market whose data has ended shows its end.
        """
        self.model = model
        self._toolbox = toolbox
        self._market = market
        self._macro = macro or NoSource()
        self._records = records or NoRecords()
        self._clock = clock
        self._wall = wall or WallClock()
        self._limits = limits or Limits()
        self._symbols: Symbols | None = None

    async def answer(
        self, question: str, memory: Memory | None = None, *, as_of: datetime | None = None
    ) -> AsyncGenerator[TurnEvent, None]:
        """The events of one turn, `TurnDone` last.

        `memory`'s ledger takes the new figures. `InvalidInput` for an empty or too long question
        and for an `as_of` that is not an aware past moment, before the first event.
        """
        clock = self.check(question, as_of)
        memory = memory or Memory()
        memory.ledger.said |= numbers_said(question)
        provider = self._market.provider
        system = load("coach/system").substitute(
            now=f"{clock.now():%A %d %B %Y, %H:%M} UTC",
            market=f"{provider.name}{' (simulated)' if provider.is_simulated else ''}",
        )
        turn = Turn(
            model=self.model,
            caller=Caller(
                toolbox=self._toolbox,
                market=self._market,
                macro=self._macro,
                holdings=memory.holdings,
                finds=memory.finds,
                alerts=memory.alerts,
                records=self._records,
                clock=clock,
                ledger=memory.ledger,
                tool_seconds=self._limits.tool_seconds,
            ),
            writer=Writer(
                memory.ledger,
                now=clock.now(),
                symbols=await self._all_symbols(),
                question=question,
            ),
            messages=[SystemMessage(system), *memory.messages, MemberMessage(question)],
            limits=self._limits,
        )
        async with aclosing(turn.run()) as events:
            async for event in events:
                yield event

    def check(self, question: str, as_of: datetime | None = None) -> Clock:
        """The clock of a question that can be asked, else `InvalidInput` says what to change."""
        if not question.strip():
            raise InvalidInput("Ask something.")
        if len(question) > LONGEST_QUESTION:
            raise InvalidInput(
                f"A question has at most {LONGEST_QUESTION:,} characters;"
                f" this one has {len(question):,}."
            )
        if as_of is None:
            return self._clock
        if as_of.tzinfo is None:
            raise InvalidInput("`as_of` needs an offset, such as 2026-11-20T10:45:00-05:00.")
        if as_of > latest(self._clock, self._wall):
            raise InvalidInput("`as_of` lies in the future.")
        return FrozenClock(as_of)

    async def _all_symbols(self) -> Symbols:
        if self._symbols is None:
            self._symbols = Symbols(symbol_names(await self._market.instruments()))
        return self._symbols


def symbol_names(instruments: Iterable[Instrument]) -> dict[str, str]:
    """What an answer may call a symbol: `AAPL`, `Apple Inc.`, `Apple`; `BTC` for `BTC/USD`."""
    names: dict[str, str] = {}
    for instrument in instruments:
        symbol = str(instrument.symbol)
        short = _FORM.sub("", _FORM.sub("", instrument.name)).strip()
        for name in (symbol, symbol.partition("/")[0], instrument.name, short):
            if name.casefold() not in _TRADE_WORDS:
                names.setdefault(name, symbol)
    return names
