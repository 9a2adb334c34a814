"""Tools: what a model may call, and what it gets back.

Decided: a tool answers twice, with one sentence for whoever reads and typed cards for whoever
looks; both draw on the figures it recorded. It reads; it never acts. Its docstring is its
description, its examples serve the offline coach, the starters, the README and the evaluation.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from inspect import cleandoc
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from app.alerts.protocol import NothingWatched, Watched
from app.core.clock import Clock
from app.core.errors import InvalidInput, NotFound
from app.grounding.ledger import Book, Ledger
from app.macro.source import MacroSource, NoSource
from app.market.protocol import MarketData
from app.options.records import NoRecords, VolatilityRecords
from app.positions.protocol import Holdings, NoHoldings
from app.scanner.protocol import Finds, NoFinds
from widgets.base import BaseCard


class ToolArgs(BaseModel):
    """Arguments of a tool, checked before it runs; unknown ones are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Example:
    """A question this tool answers, and the arguments it means."""

    question: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolContext:
    """What a call runs against. None of it can come from the model's arguments.

    `clock` tells the member's present: the market's own, or the moment a question was asked for.
    `macro` knows companies' and the economy's dates, and rates; nothing unless it is set up.
    `holdings` is what the member who asks holds, `finds` what was found for them, to be read.
    `alerts` is what they want to be told of. `records` is what is remembered of volatility.
    `book` takes the figures of this call; `ledger` holds those of the whole thread, to be read.
    """

    market: MarketData
    clock: Clock
    book: Book
    ledger: Ledger
    macro: MacroSource = field(default_factory=NoSource)
    holdings: Holdings = field(default_factory=NoHoldings)
    finds: Finds = field(default_factory=NoFinds)
    alerts: Watched = field(default_factory=NothingWatched)
    records: VolatilityRecords = field(default_factory=NoRecords)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def moment(self, as_of: datetime | None) -> datetime:
        """The moment a call is about; later than the member's present is `InvalidInput`.

        A question asked as of a past moment must not see beyond it through a tool's argument.
        """
        now = self.now
        if as_of is not None and as_of > now:
            raise InvalidInput(
                f"`as_of` lies in the future; the present is {now:%Y-%m-%dT%H:%M:%SZ}."
            )
        return as_of or now


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a call gives back.

    `sentence` answers in one to three sentences in which every number is a reference (`{a3}`) or an
    expression over references (`{(a1-a3)/a7 : ATR, 2}`). `facts` are further lines of that kind for
    a model that wants more than the sentence.
    """

    sentence: str
    cards: tuple[BaseCard, ...] = ()
    facts: tuple[str, ...] = ()


A = TypeVar("A", bound=ToolArgs)
Run = Callable[[A, ToolContext], Awaitable[ToolResult]]


@dataclass(frozen=True, slots=True)
class Tool(Generic[A]):
    """A named function of the toolbox."""

    name: str
    description: str
    args: type[A]
    run: Run[A]
    examples: tuple[Example, ...]

    def schema(self) -> dict[str, Any]:
        """The tool as OpenAI's chat completions take it; to be read, not changed."""
        return {
            "type": "function",
            "function": {
                "name": self.name,
                "description": self.description,
                "parameters": _parameters(self.args),
            },
        }

    async def call(self, arguments: Mapping[str, Any], context: ToolContext) -> ToolResult:
        """Check `arguments` and run."""
        return await self.run(self.read(arguments), context)

    def read(self, arguments: Mapping[str, Any]) -> A:
        """`arguments` checked; `InvalidInput` says which of them to change."""
        try:
            return self.args.model_validate(dict(arguments))
        except ValidationError as error:
            raise InvalidInput(_readable(self.name, error)) from error


def tool(args: type[A], *, examples: Sequence[Example]) -> Callable[[Run[A]], Tool[A]]:
    """Make a tool of an async function: its name and docstring are what the model reads."""

    def make(run: Run[A]) -> Tool[A]:
        return Tool(
            name=getattr(run, "__name__", ""),
            description=cleandoc(run.__doc__ or ""),
            args=args,
            run=run,
            examples=tuple(examples),
        )

    return make


@dataclass(frozen=True, slots=True)
class Toolbox:
    """The list of tools, in the order they are shown."""

    tools: tuple[Tool[Any], ...]

    def __iter__(self) -> Iterator[Tool[Any]]:
        return iter(self.tools)

    def get(self, name: str) -> Tool[Any]:
        """The tool of that name; `NotFound` names those there are."""
        for each in self.tools:
            if each.name == name:
                return each
        raise NotFound(
            f"There is no tool `{name[:60]}`.", suggestions=[each.name for each in self.tools]
        )

    def schemas(self) -> list[dict[str, Any]]:
        return [each.schema() for each in self.tools]


@cache
def _parameters(args: type[ToolArgs]) -> dict[str, Any]:
    """Kept, since making them takes milliseconds and every round of a model asks for them all."""
    parameters = args.model_json_schema()
    parameters.pop("title", None)
    return parameters


def _readable(name: str, error: ValidationError) -> str:
    faults = "; ".join(
        f"`{'.'.join(str(part) for part in fault['loc']) or 'arguments'}`: {fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors(include_url=False)
    )
    return f"`{name}` cannot be called like that: {faults}"
