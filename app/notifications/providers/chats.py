"""Telegram, Discord and Slack: one request each, to hosts that the operator names.

Decided: plain requests rather than a library for a hundred services, because a member's test button
says what the vendor answered, a 429 says when to come back, and some refusals end the channel.
"""

import json

from typing_extensions import override

from app.notifications.models import Message
from app.notifications.posting import NoAnswer, Post, Reply
from app.notifications.protocol import Answer, Outcome, Secret, Sender
from app.notifications.providers.answers import later, refused, said

_TOO_MANY = 429
_SERVER = 500


class Telegram(Sender):
    """By a bot of the member's: its token, and the chat it writes to."""

    def __init__(self, post: Post, base_url: str) -> None:
        self._post = post
        self._base = base_url.rstrip("/")

    @override
    async def send(self, secret: Secret, message: Message) -> Answer:
        body = {
            "chat_id": secret["chat"],
            "text": _lines(message),
            "link_preview_options": {"is_disabled": True},
        }
        url = f"{self._base}/bot{secret['token']}/sendMessage"
        return await _post(self._post, url, body, _heard_of_telegram(secret))


class Discord(Sender):
    """By a web-hook of a channel there; nobody can be pinged by what is said."""

    def __init__(self, post: Post, base_url: str) -> None:
        self._post = post
        self._base = base_url.rstrip("/")

    @override
    async def send(self, secret: Secret, message: Message) -> Answer:
        body = {"content": _lines(message)[:2000], "allowed_mentions": {"parse": []}}
        url = f"{self._base}/{secret['path']}"
        return await _post(self._post, url, body, _Heard("Discord", secret, "message", (401, 404)))


class Slack(Sender):
    """By an incoming web-hook of a workspace."""

    def __init__(self, post: Post, base_url: str) -> None:
        self._post = post
        self._base = base_url.rstrip("/")

    @override
    async def send(self, secret: Secret, message: Message) -> Answer:
        text = _lines(message).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        url = f"{self._base}/{secret['path']}"
        heard = _Heard("Slack", secret, "", (403, 404, 410))
        return await _post(self._post, url, {"text": text, "unfurl_links": False}, heard)


class _Heard:
    """How a vendor's replies are understood: `gone` statuses end the channel."""

    def __init__(self, vendor: str, secret: Secret, field: str, gone: tuple[int, ...]) -> None:
        self.vendor = vendor
        self._secret = secret
        self._field = field
        self._gone = gone

    def answer(self, reply: Reply) -> Answer:
        text = said(self.vendor, reply, self._secret, field=self._field)
        if reply.is_fine:
            return Answer(Outcome.SENT, text)
        if reply.status == _TOO_MANY or reply.status >= _SERVER:
            return later(text, reply.retry_after_seconds or _pause(reply.text))
        if reply.status in self._gone or "chat not found" in reply.text:
            return Answer(Outcome.GONE, text)
        return refused(text)


def _heard_of_telegram(secret: Secret) -> _Heard:
    # 401: the token was revoked; 403: the bot was blocked; 404: there is no such bot
    return _Heard("Telegram", secret, "description", (401, 403, 404))


async def _post(post: Post, url: str, body: object, heard: _Heard) -> Answer:
    content = json.dumps(body, ensure_ascii=False).encode()
    try:
        reply = await post.send(url, content, {"Content-Type": "application/json"})
    except NoAnswer as error:
        return later(f"{heard.vendor}: {error.message}.")
    return heard.answer(reply)


def _pause(text: str) -> float | None:
    """How long to wait where the body says it: Telegram's and Discord's way."""
    try:
        content = json.loads(text)
        found = content.get("retry_after") or content["parameters"]["retry_after"]
        return max(0.0, float(found))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _lines(message: Message) -> str:
    return "\n".join(each for each in (message.title, message.text, message.link) if each)
