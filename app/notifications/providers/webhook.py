"""A signed web-hook: JSON to an address of the member's, provable and safe to be sent twice.

The headers and the signature are those of Standard Webhooks, which receivers have libraries for:
`webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
"""

import base64
import hmac
import json
import secrets

from typing_extensions import override

from app.core.clock import Clock
from app.notifications.models import Message
from app.notifications.posting import NoAnswer, NotAllowed, Post, Reply
from app.notifications.protocol import Answer, Outcome, Secret, Sender
from app.notifications.providers.answers import later, refused, status_line

PREFIX = "whsec_"
_GONE = 410


def new_signing_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(signing_secret: str, key: str, timestamp: str, body: bytes) -> str:
    """The value of `webhook-signature`."""
    secret = base64.b64decode(signing_secret.removeprefix(PREFIX))
    digest = hmac.digest(secret, f"{key}.{timestamp}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"


class WebHook(Sender):
    """`webhook-id` is the same in every attempt: a receiver that has seen it may drop the rest."""

    def __init__(self, post: Post, clock: Clock) -> None:
        self._post = post
        self._clock = clock

    @override
    async def send(self, secret: Secret, message: Message) -> Answer:
        body, key = _body(message), str(message.id)
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature(secret["signing_secret"], key, timestamp, body),
        }
        try:
            return _answer(await self._post.send(secret["url"], body, headers))
        except NoAnswer as error:
            return later(f"The web-hook: {error.message}.")
        except NotAllowed as error:
            return refused(error.message)


def _body(message: Message) -> bytes:
    content = {
        "type": f"coach.{message.kind}",
        "timestamp": message.created_at.isoformat(),
        "data": {
            "title": message.title,
            "text": message.text,
            "link": message.link,
            "notes": [str(each) for each in message.notes],
        },
    }
    return json.dumps(content, ensure_ascii=False).encode()


def _answer(reply: Reply) -> Answer:
    line = f"The web-hook answered {status_line(reply.status)}."
    if reply.is_fine:
        return Answer(Outcome.SENT, line)
    if reply.status == _GONE:
        return Answer(Outcome.GONE, f"{line} It does not want to be called any more.")
    if 300 <= reply.status < 400:
        return refused(f"{line} Redirects are not followed; give the address it points to.")
    return later(line, reply.retry_after_seconds)
