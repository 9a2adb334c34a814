"""What the coach is going to do about a question: calls, and words around their answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.agents.offline.wishes import Wish


@dataclass(frozen=True, slots=True)
class Call:
    """A tool to call; `arguments` are JSON-ready."""

    name: str
    arguments: Mapping[str, Any]

    @property
    def symbol(self) -> str:
        return str(self.arguments.get("symbol", ""))

    def having(self, **changes: Any) -> "Call":
        """The same call with other arguments; None takes one away."""
        merged = {**self.arguments, **changes}
        return Call(self.name, {key: value for key, value in merged.items() if value is not None})


@dataclass(frozen=True, slots=True)
class Lead:
    """A sentence that figures decide: `kind` says which, over the answers of calls at `places`."""

    kind: str
    places: tuple[int, ...]
    paths: tuple[str, ...] = ()


@dataclass(slots=True)
class Asked:
    """What an option question comes to; `unsided` is a structure that waits for bought or sold."""

    calls: list[Call] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    unsided: Call | None = None

    def __bool__(self) -> bool:
        return bool(self.calls or self.said)


@dataclass(slots=True)
class Plan:
    """Calls in order, `said` before their sentences, and what waits: wishes for a symbol, a structure
    for its side."""

    calls: list[Call] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    waiting: list[Wish] = field(default_factory=list)
    unsided: Call | None = None

    def take(self, asked: Asked) -> None:
        """All of a question about options."""
        places = self.add(asked.calls)
        for text in asked.said:
            self.say(text)
        self.leads += [replace(lead, places=(places[lead.places[0]],)) for lead in asked.leads]
        self.unsided = asked.unsided

    def add(self, calls: list[Call]) -> tuple[int, ...]:
        """Take calls in, each once; where they stand."""
        for call in calls:
            if call not in self.calls:
                self.calls.append(call)
        return tuple(self.calls.index(call) for call in calls)

    def say(self, text: str) -> None:
        if text and text not in self.said:
            self.said.append(text)


@dataclass(frozen=True, slots=True)
class Frame:
    """What the thread is about: the calls of the last answer, wishes and a structure without its side
    that were asked back, and the chart that was drawn last, which stays open beside it."""

    calls: tuple[Call, ...] = ()
    waiting: tuple[Wish, ...] = ()
    chart: Call | None = None
    unsided: Call | None = None

    @property
    def shows_chart(self) -> bool:
        """Whether the chart is the last answer."""
        return bool(self.calls) and self.calls[-1] == self.chart

    def showing(self, chart: Call) -> "Frame":
        """The same thread with another chart."""
        return replace(self, calls=(chart,), chart=chart)

    @property
    def symbols(self) -> list[str]:
        """Symbols of the last calls, in order, each once."""
        return list(dict.fromkeys(call.symbol for call in self.calls if call.symbol))

    def last(self, *names: str) -> Call | None:
        """The last call of one of these tools."""
        return next((call for call in reversed(self.calls) if call.name in names), None)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
