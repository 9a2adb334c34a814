"""Values of a conversation: threads, messages, tool calls and cards, as they are stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Role(StrEnum):
    MEMBER = "member"
    COACH = "coach"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A conversation of one member. `letters` counts the figure books opened in it so far.

    `title` is empty until the first message gives it one; `updated_at` moves with each message.
    """

    id: UUID
    member_id: UUID
    title: str
    created_at: datetime
    updated_at: datetime
    letters: int = 0


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """Threads, latest first; `next_cursor` asks for those after them, None = there are no more."""

    threads: tuple[Thread, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCall:
    """One tool call of a message: arguments as called, `result` the sentence, figures, error."""

    id: UUID
    name: str
    arguments: Mapping[str, Any]
    ok: bool
    result: Mapping[str, Any]
    started_at: datetime
    finished_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCard:
    """A card as shown: the element that draws it and its properties."""

    id: UUID
    element: str
    props: Mapping[str, Any]
    display: str = "inline"


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the member thought of one of the coach's messages."""

    is_helpful: bool
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """One message. For the coach's: the parts it was made of, model, usage, grounding."""

    id: UUID
    thread_id: UUID
    role: Role
    content: str
    created_at: datetime
    model: str | None = None
    parts: tuple[Mapping[str, Any], ...] = ()
    grounding: Mapping[str, Any] | None = None
    usage: Mapping[str, Any] | None = None
    calls: tuple[StoredCall, ...] = ()
    cards: tuple[StoredCard, ...] = ()
    feedback: Feedback | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """A message that somebody else than its reader wrote: whoever has the thread open shows it."""

    id: int
    member_id: UUID
    thread_id: UUID
    message_id: UUID
