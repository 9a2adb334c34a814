"""The words of a notification: plain and short, as they stand in the conversation.

Figures are said as the message says them; nothing is computed here.
"""

import re
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from app.core.visible import visible
from app.notifications.models import ChannelKind, Told

TITLE_LENGTH = 120
TEXT_LENGTH = 600
CHANNEL_NAMES: Mapping[ChannelKind, str] = {
    ChannelKind.WEB_PUSH: "push in the browser",
    ChannelKind.EMAIL: "e-mail",
    ChannelKind.WEBHOOK: "web-hook",
    ChannelKind.TELEGRAM: "Telegram",
    ChannelKind.DISCORD: "Discord",
    ChannelKind.SLACK: "Slack",
}
LISTED = 10
"""So many notes of a digest are named; the others are counted."""

_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_MARKS = re.compile(r"\*\*|__|~~|`|(?m:^ {0,3}(?:#{1,6} |> ?|[-*+] ))")


def plain(markdown: str, length: int) -> str:
    """`markdown` as plain text, cut between words at `length`."""
    text = _MARKS.sub("", _LINK.sub(r"\1", visible(markdown)))
    lines = (" ".join(line.split()) for line in text.splitlines())
    whole = "\n".join(line for line in lines if line)
    if len(whole) <= length:
        return whole
    return whole[: length - 1].rsplit(None, 1)[0] + "…"


def one_line(markdown: str, length: int = TITLE_LENGTH) -> str:
    return plain(" ".join(markdown.split()), length)


def compose(told: Sequence[Told], zone: ZoneInfo) -> tuple[str, str]:
    """Title and text of one note, or of a digest of several, oldest first, by the clock of `zone`."""
    if len(told) == 1:
        return told[0].title, told[0].text
    named = [f"{each.created_at.astimezone(zone):%H:%M %Z} {each.title}" for each in told[:LISTED]]
    left = len(told) - len(named)
    more = [f"and {left} more in the coach"] if left else []
    return f"{len(told)} messages from your coach", "\n".join([*named, *more])
