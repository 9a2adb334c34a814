"""Web push: to a browser, through the push service that the browser named."""

import json

from typing_extensions import override

from app.core.clock import Clock
from app.notifications.models import Message
from app.notifications.posting import NoAnswer, NotAllowed, Post, Reply
from app.notifications.protocol import Answer, Outcome, Secret, Sender
from app.notifications.providers.answers import later, refused, status_line
from app.notifications.providers.push_crypto import MAX_PAYLOAD, Vapid, encrypt

KEPT_SECONDS = 4 * 3600
"""How long the push service keeps it for a browser that is away: an older alert is of no use."""

_GONE = frozenset({404, 410})


class WebPush(Sender):
    """A message carries its id as topic and tag, so a double replaces the one before it."""

    def __init__(self, post: Post, vapid: Vapid, clock: Clock) -> None:
        self._post = post
        self._vapid = vapid
        self._clock = clock

    @override
    async def send(self, secret: Secret, message: Message) -> Answer:
        endpoint = secret["endpoint"]
        body = encrypt(payload(message), p256dh=secret["p256dh"], auth=secret["auth"])
        headers = {
            "Authorization": self._vapid.authorization(endpoint, self._clock.now()),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEPT_SECONDS),
            "Urgency": "high",
            "Topic": message.id.hex,
        }
        try:
            return _answer(await self._post.send(endpoint, body, headers))
        except NoAnswer as error:
            return later(f"The push service: {error.message}.")
        except NotAllowed as error:
            return refused(error.message)


def payload(message: Message) -> bytes:
    """What the service worker draws; the text gives way where it is too long to be carried."""
    text = message.text
    while True:
        body = json.dumps(
            {
                "id": str(message.id),
                "title": message.title,
                "text": text,
                "link": message.link,
                "at": message.created_at.isoformat(),
            },
            ensure_ascii=False,
        ).encode()
        if len(body) <= MAX_PAYLOAD:
            return body
        text = text[: len(text) * 3 // 4].rstrip("…") + "…"


def _answer(reply: Reply) -> Answer:
    said = f"The push service answered {status_line(reply.status)}."
    if reply.is_fine:
        return Answer(Outcome.SENT, said)
    if reply.status in _GONE:
        return Answer(
            Outcome.GONE, "This browser does not take messages any more. Switch it on again there."
        )
    if reply.status in {401, 403, 413} or 300 <= reply.status < 400:
        return refused(said)
    return later(said, reply.retry_after_seconds)
