"""Whoever carries messages out: a sender for each kind of channel that this house can reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core.errors import InvalidInput
from app.notifications.models import ChannelKind, Message
from app.notifications.posting import Post
from app.notifications.protocol import Answer, Outcome, Sender
from app.notifications.sealing import Unreadable, Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """`address` is where members open the coach, `push_key` what their browsers subscribe with.

    `is_open` says that web-hooks may go to private addresses and without encryption.
    """

    vault: Vault
    senders: Mapping[ChannelKind, Sender]
    address: str
    push_key: str
    is_open: bool = False
    posts: Sequence[Post] = ()

    def offers(self, kind: ChannelKind) -> bool:
        return kind in self.senders

    def sender(self, kind: ChannelKind) -> Sender:
        if kind not in self.senders:
            raise InvalidInput("This coach cannot send there; its operator has not set it up.")
        return self.senders[kind]

    async def send(self, kind: ChannelKind, sealed: bytes, message: Message) -> Answer:
        """One attempt. A secret that cannot be opened ends the channel."""
        if not self.offers(kind):
            return Answer(Outcome.LATER, "The operator has switched this kind of channel off.")
        try:
            secret = self.vault.open(sealed)
        except Unreadable as error:
            return Answer(Outcome.GONE, error.message)
        return await self.senders[kind].send(secret, message)

    def link(self, thread: object) -> str:
        return f"{self.address}/thread/{thread}"

    async def close(self) -> None:
        for post in self.posts:
            await post.close()
