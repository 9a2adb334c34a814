"""The port to whoever carries a message out of the house."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.notifications.models import Message

Secret = Mapping[str, str]
"""What a channel needs to be reached, as it is sealed: an address, a token, keys."""


class Outcome(StrEnum):
    """`LATER` is worth another try, `REFUSED` is not; with `GONE` the whole channel is of no use."""

    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt; `text` is what the receiver answered, without secrets."""

    outcome: Outcome
    text: str
    retry_after_seconds: float | None = None


class Sender(Protocol):
    """Sends to channels of one kind. Whatever goes wrong outside is an answer, not an exception."""

    async def send(self, secret: Secret, message: Message) -> Answer: ...
