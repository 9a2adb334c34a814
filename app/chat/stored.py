"""Stored messages as the page draws them: the same steps and cards as while their turns ran."""

from collections.abc import Iterable, Mapping, Sequence
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
