"""What the coach remembers of a thread, and how a turn is kept.

Decided: figures are stored with their calls, so that an answer of tomorrow can point at one of
today. The newest messages go to the model whole; of older ones the tools' figures are left out, and
what is longer than `MEMORY_CHARACTERS` is forgotten, oldest first. Numbers of earlier answers go
back to the model as the references they were.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.agents.calling import text_for_model
from app.agents.events import NumberPart, TextPart, TurnDone
from app.agents.model import CoachMessage, MemberMessage, Message, ToolAnswer, ToolCall
from app.alerts.protocol import NothingWatched, Watched
from app.conversations.models import Role, StoredCall, StoredCard, StoredMessage
from app.core.figures import Figure, Unit
from app.core.ids import new_id
from app.grounding.claims import numbers_said
from app.grounding.ledger import Ledger
from app.positions.protocol import Holdings, NoHoldings
from app.scanner.protocol import Finds, NoFinds

MEMORY_CHARACTERS = 60_000
WHOLE_MESSAGES = 6
"""So many of the newest messages keep the figures of their calls in the text for the model."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Earlier messages for the model, oldest first, and the figures they may still refer to.

    `holdings`, `finds` and `alerts` are those of the member who asks.
    """

    messages: tuple[Message, ...] = ()
    ledger: Ledger = field(default_factory=Ledger)
    holdings: Holdings = field(default_factory=NoHoldings)
    finds: Finds = field(default_factory=NoFinds)
    alerts: Watched = field(default_factory=NothingWatched)


def recall(messages: Sequence[StoredMessage], letters: int) -> Memory:
    """The memory of a thread; `letters` is its count of figure books."""
    ledger = Ledger()
    figures = (_figures(call) for message in messages for call in message.calls)
    ledger.restore((figure for group in figures for figure in group), opened=letters)
    for message in messages:
        if message.role is Role.MEMBER:
            ledger.said |= numbers_said(message.content)
    kept: list[list[Message]] = []
    room = MEMORY_CHARACTERS
    for age, message in enumerate(reversed(messages)):
        told = _told(message, is_whole=age < WHOLE_MESSAGES)
        room -= sum(len(each.text) for each in told)
        if room < 0:
            break
        kept.append(told)
    return Memory(tuple(each for told in reversed(kept) for each in told), ledger)


def stored_message(
    done: TurnDone, *, message_id: UUID, thread_id: UUID, now: datetime
) -> StoredMessage:
    """The coach's message of a turn that is done, ready for the table."""
    return StoredMessage(
        id=message_id,
        thread_id=thread_id,
        role=Role.COACH,
        content=done.answer,
        created_at=now,
        model=done.model,
        parts=tuple(_stored_part(part) for part in done.parts),
        grounding={
            "numbers": done.grounding.numbers,
            "bound": done.grounding.bound,
            "unbound": list(done.grounding.unbound),
            "sources": [figure.id for figure in done.grounding.sources],
        },
        usage={
            "prompt_tokens": done.usage.prompt_tokens,
            "completion_tokens": done.usage.completion_tokens,
            **done.extra,
        },
        calls=tuple(
            StoredCall(
                id=UUID(call.call_id),
                name=call.name,
                arguments=call.arguments,
                ok=call.ok,
                result={
                    "sentence": call.sentence,
                    "figures": [figure_values(figure) for figure in call.figures],
                },
                started_at=call.started_at or now,
                finished_at=call.finished_at or now,
            )
            for call in done.calls
        ),
        cards=tuple(
            StoredCard(id=new_id(), element=card.element, props=card.props(), display=card.display)
            for card in done.cards
        ),
    )


def figure_values(figure: Figure) -> dict[str, Any]:
    """A figure in JSON-ready values, exact."""
    return {
        "id": figure.id,
        "path": figure.path,
        "value": format(figure.value, "f"),
        "unit": str(figure.unit),
        "label": figure.label,
        "entity": figure.entity,
        "as_of": figure.as_of.isoformat(),
        "decimals": figure.decimals,
        "signed": figure.signed,
        "grouped": figure.grouped,
        "provider": figure.provider,
        "is_simulated": figure.is_simulated,
        "delay_minutes": figure.delay_minutes,
    }


def restored_figure(values: Mapping[str, Any], *, call_id: str, tool: str) -> Figure:
    """The figure that `figure_values` wrote down."""
    return Figure(
        **{
            **values,
            "value": Decimal(values["value"]),
            "unit": Unit(values["unit"]),
            "as_of": datetime.fromisoformat(values["as_of"]),
        },
        call_id=call_id,
        tool=tool,
    )


def restored_parts(message: StoredMessage) -> tuple[TextPart | NumberPart, ...]:
    """The parts a stored answer was made of; its whole content if none were stored."""
    if not message.parts:
        return (TextPart(message.content),)
    return tuple(
        NumberPart(part["text"], tuple(part["figures"]), part.get("label", ""))
        if "figures" in part
        else TextPart(part["text"])
        for part in message.parts
    )


def _stored_part(part: TextPart | NumberPart) -> dict[str, Any]:
    if isinstance(part, TextPart):
        return {"text": part.text}
    return {"text": part.text, "figures": list(part.figures), "label": part.label}


def _figures(call: StoredCall) -> list[Figure]:
    rows: Iterable[Mapping[str, Any]] = call.result.get("figures", ())
    return [restored_figure(row, call_id=str(call.id), tool=call.name) for row in rows]


def _told(message: StoredMessage, *, is_whole: bool) -> list[Message]:
    if message.role is Role.MEMBER:
        return [MemberMessage(message.content)]
    told: list[Message] = []
    if message.calls:
        calls = tuple(ToolCall(str(call.id), call.name, call.arguments) for call in message.calls)
        told.append(CoachMessage("", calls))
        told += [_answer(call, is_whole=is_whole) for call in message.calls]
    told.append(CoachMessage("".join(_pointing(part) for part in restored_parts(message))))
    return told


def _answer(call: StoredCall, *, is_whole: bool) -> ToolAnswer:
    figures = _figures(call)
    sentence = str(call.result.get("sentence", ""))
    return ToolAnswer(
        call_id=str(call.id),
        name=call.name,
        text=text_for_model(sentence, (), figures if is_whole else ()),
        sentence=sentence,
        ok=call.ok,
        figures={figure.path: figure.id for figure in figures},
    )


def _pointing(part: TextPart | NumberPart) -> str:
    if isinstance(part, NumberPart) and len(part.figures) == 1:
        return "{" + part.figures[0] + "}"
    return part.text
