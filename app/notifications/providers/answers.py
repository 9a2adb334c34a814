"""What receivers answer, said shortly and without anything secret."""

import json
from http import HTTPStatus

from app.notifications.posting import Reply
from app.notifications.protocol import Answer, Outcome, Secret

_LONGEST = 160
_SHORTEST_SECRET = 6


def status_line(status: int) -> str:
    """`410 Gone`."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def later(text: str, seconds: float | None = None) -> Answer:
    return Answer(Outcome.LATER, text, seconds)


def refused(text: str) -> Answer:
    return Answer(Outcome.REFUSED, text)


def said(vendor: str, reply: Reply, secret: Secret, *, field: str = "") -> str:
    """`Telegram answered 403 Forbidden: bot was blocked by the user.`, without the channel's secret."""
    text = _field(reply.text, field) if field else reply.text
    text = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    for value in sorted(secret.values(), key=len, reverse=True):
        for part in (value, *value.split("/")):
            if len(part) >= _SHORTEST_SECRET:
                text = text.replace(part, "…")
    words = text[:_LONGEST].rstrip(". ")
    return f"{vendor} answered {status_line(reply.status)}{f': {words}' if words else ''}."


def _field(text: str, name: str) -> str:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return str(content.get(name) or "") if isinstance(content, dict) else ""
