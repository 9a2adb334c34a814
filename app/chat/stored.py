"""Stored messages as the page draws them: the same steps and cards as while their turns ran."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.agents.events import NumberPart, TextPart
from app.chat import render
from app.conversations.models import Role, StoredMessage


def drawn(messages: Sequence[StoredMessage]) -> tuple[list[render.Step], list[render.Element]]:
    """Every step and every card of these messages, in the order they were told."""
    steps: list[render.Step] = []
    elements: list[render.Element] = []
    asked: str | None = None
    for message in messages:
        if message.role is Role.MEMBER:
            asked = str(message.id)
            steps.append(
                render.member_step(message.thread_id, asked, message.content, message.created_at)
            )
            continue
        turn = render.Turn(message.thread_id, message.id, asked)
        steps += _answer(turn, message)
        elements += _cards(turn, message)
        asked = None
    return steps, elements


def _answer(turn: render.Turn, message: StoredMessage) -> list[render.Step]:
    """The run, its calls, and the answer itself; what was said unasked has no run."""
    text = render.markdown(_part(each) for each in message.parts) or message.content
    step = render.answer_step(turn, text, message.created_at)
    if turn.asked is None:
        return [step]
    calls = [render.stored_call(turn, call) for call in message.calls]
    started = min((call.started_at for call in message.calls), default=message.created_at)
    run = render.run_step(turn, started, message.created_at)
    if message.feedback is not None:
        run["feedback"] = {
            "forId": run["id"],
            "id": str(message.id),
            "value": int(message.feedback.is_helpful),
            "comment": message.feedback.comment,
        }
    return [run, *calls, step]


def _cards(turn: render.Turn, message: StoredMessage) -> list[render.Element]:
    cards = [
        element
        for card in message.cards
        for element in render.card_elements(turn, card.element, card.props, card.display)
    ]
    sources = None
    return [*cards, sources] if sources else cards


def _part(stored: Mapping[str, Any]) -> TextPart | NumberPart:
    if "figures" not in stored:
        return TextPart(stored["text"])
    return NumberPart(stored["text"], tuple(stored["figures"]), stored.get("label", ""))
