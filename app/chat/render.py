"""Messages, tool calls and cards as Chainlit's page draws them.

Decided: one function per thing, used while a turn runs, when a thread is opened again, and when a
worker pushes into it. What a reload shows is therefore what was shown. Nothing here talks to
anybody: it maps values of `app.conversations` and `app.agents` to the page's dictionaries.

A turn is drawn as one run under the member's message: its tool calls folded, its answer, its cards.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from app.agents.events import GroundingReport, NumberPart, TextPart, ToolFinished, ToolStarted
from app.conversations.models import StoredCall
from app.grounding.parts import marked
from widgets.panel import PanelLink
from widgets.sources import Sources

COACH = "Trading Coach"
RUN = "run-"
Step = dict[str, Any]
Element = dict[str, Any]
Part = TextPart | NumberPart


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a turn is drawn: the run of the coach's `message_id` under the member's step."""

    thread_id: UUID
    message_id: UUID
    asked: str | None
    """The step of the member's message; None for what the coach says unasked."""

    @property
    def run_id(self) -> str:
        return RUN + str(self.message_id)


def member_step(thread_id: UUID, step_id: str, text: str, at: datetime) -> Step:
    return _step(thread_id, step_id, None, name="Member", type_="user_message", at=at) | {
        "output": text
    }


def run_step(turn: Turn, started: datetime, ended: datetime | None = None) -> Step:
    """The frame around a turn; without `ended` the page shows that the coach is at work."""
    step = _step(
        turn.thread_id, turn.run_id, turn.asked, name="on_message", type_="run", at=started
    )
    return step | {"end": _iso(ended)}


def started_call(turn: Turn, call: ToolStarted, at: datetime) -> Step:
    step = _call(turn, call.call_id, call.name, call.arguments, at)
    return step | {"end": None}


def finished_call(turn: Turn, call: ToolFinished, at: datetime) -> Step:
    """A call that is over; `at` stands in where the call does not tell its own times."""
    step = _call(turn, call.call_id, call.name, call.arguments, call.started_at or at)
    return step | {
        "output": call.sentence,
        "isError": not call.ok,
        "end": _iso(call.finished_at or at),
    }


def stored_call(turn: Turn, call: StoredCall) -> Step:
    step = _call(turn, str(call.id), call.name, call.arguments, call.started_at)
    return step | {
        "output": str(call.result.get("sentence", "")),
        "isError": not call.ok,
        "end": _iso(call.finished_at),
    }


def answer_step(turn: Turn, text: str, at: datetime, *, is_streaming: bool = False) -> Step:
    step = _step(
        turn.thread_id,
        str(turn.message_id),
        turn.run_id if turn.asked else None,
        name=COACH,
        type_="assistant_message",
        at=at,
    )
    return step | {"output": text, "streaming": is_streaming}


def error_step(turn: Turn, text: str, at: datetime) -> Step:
    """A failure told once, in the place of the answer."""
    return answer_step(turn, text, at) | {"isError": True}


def markdown(parts: Iterable[Part]) -> str:
    """The answer with each bound number linked to its figures, for the page to point at."""
    return "".join(linked(part) for part in parts)


def linked(part: Part) -> str:
    if isinstance(part, TextPart):
        return part.text
    return f"[{part.text}](#{','.join(part.figures)})" if part.is_bound else marked(part.text)


def card_elements(
    turn: Turn, name: str, props: Mapping[str, Any], display: str = "inline"
) -> list[Element]:
    """A card; and for one in the side panel the handle that opens it again."""
    card_id = str(props["card_id"])
    card = element(turn, card_key(turn, card_id), name, props, display)
    if display != "side":
        return [card]
    title = " ".join(("Open the", props.get("symbol", ""), props.get("timeframe", ""), "chart"))
    link = PanelLink(card_id=f"link-{card_id}", title=" ".join(title.split()), opens=card_id)
    return [card, element(turn, card_key(turn, link.card_id), link.element, link.props())]


def sources_element(turn: Turn, report: GroundingReport) -> Element | None:
    """ "14 numbers checked" under an answer; None if it claims none."""
    if report.numbers == 0:
        return None
    sources = Sources.of(
        report.sources, numbers=report.numbers, bound=report.bound, unbound=report.unbound
    ).model_copy(update={"card_id": f"sources-{turn.message_id.hex}"})
    return element(turn, card_key(turn, "sources"), "Sources", sources.props())


def card_key(turn: Turn, card_id: str) -> UUID:
    """The element's id on the page, the same while the turn runs and after a reload."""
    return uuid5(turn.message_id, card_id)


def element(
    turn: Turn,
    key: UUID,
    name: str,
    props: Mapping[str, Any],
    display: str = "inline",
) -> Element:
    return {
        "id": str(key),
        "threadId": str(turn.thread_id),
        "forId": str(turn.message_id),
        "type": "custom",
        "name": name,
        "display": display,
        "props": dict(props),
        "mime": "application/json",
        "url": None,
        "chainlitKey": None,
        "objectKey": None,
        "size": None,
        "page": None,
        "autoPlay": None,
        "playerConfig": None,
        "language": None,
    }


def large(card: Element) -> Element:
    """A card as the panel holds it: the page closes a panel whose element is none of its own."""
    if card["display"] == "side":
        return card
    return card | {"id": str(uuid5(UUID(card["id"]), "large")), "display": "side"}


def spoken(tool: str, arguments: Mapping[str, Any]) -> str:
    """A call as the folded line names it: `get_key_levels` of SPX is "key levels · SPX"."""
    verb, _, thing = tool.partition("_")
    noun = thing if verb in {"get", "show", "describe"} and thing else tool
    symbol = arguments.get("symbol")
    return f"{noun.replace('_', ' ')}{f' · {symbol}' if symbol else ''}"


def _call(turn: Turn, call_id: str, name: str, arguments: Mapping[str, Any], at: datetime) -> Step:
    step = _step(
        turn.thread_id,
        f"call-{turn.message_id}-{call_id}",
        turn.run_id,
        name=spoken(name, arguments),
        type_="tool",
        at=at,
    )
    # sorted, because the database keeps no order of keys
    written = json.dumps(arguments, ensure_ascii=False, default=str, indent=2, sort_keys=True)
    return step | {"input": written, "showInput": "json", "language": None}


def _step(
    thread_id: UUID, step_id: str, parent: str | None, *, name: str, type_: str, at: datetime
) -> Step:
    return {
        "id": step_id,
        "threadId": str(thread_id),
        "parentId": parent,
        "name": name,
        "type": type_,
        "input": "",
        "output": "",
        "createdAt": _iso(at),
        "start": _iso(at),
        "end": _iso(at),
        "streaming": False,
        "isError": False,
        "waitForAnswer": False,
        "defaultOpen": False,
        "autoCollapse": False,
        "metadata": {},
        "tags": None,
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def last_chart(elements: Sequence[Element]) -> Element | None:
    """The card that belongs in the side panel when a thread is opened again."""
    return next((each for each in reversed(elements) if each["display"] == "side"), None)
