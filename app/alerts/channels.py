"""The channels that an alert names: in its terms, in words, and as they can be reached now.

Decided: an alert names kinds ("Telegram"), not addresses, so a channel that is replaced goes on being
told; what it names goes before the member's choice by kind of message. The conversation is told always.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from app.notifications.models import Channel, ChannelKind
from app.notifications.wording import CHANNEL_NAMES

INSTEAD = "Until then it goes out as your notifications are set for alerts."


def written(kinds: Collection[ChannelKind] | None) -> list[str] | None:
    """As terms hold them, each once in one order; None is the member's choice."""
    return None if kinds is None else [each.value for each in ChannelKind if each in kinds]


def channels_of(terms: Mapping[str, Any]) -> tuple[ChannelKind, ...] | None:
    """Those that an alert names; none of them is the conversation alone, None the member's choice."""
    named = terms.get("channels")
    return None if named is None else tuple(map(ChannelKind, named))


def where_told(terms: Mapping[str, Any]) -> str:
    """`here and by Telegram`."""
    named = channels_of(terms)
    if named is None:
        return "here and as your notifications are set"
    if not named:
        return "here only"
    return f"here and by {_listed([CHANNEL_NAMES[each] for each in named])} only"


def unreached(terms: Mapping[str, Any], channels: Sequence[Channel]) -> tuple[str, ...]:
    """A sentence for each named kind of which no channel can be told now; and where it is told
    instead, if that is all of them."""
    named = channels_of(terms) or ()
    off = tuple(
        _why(kind, [each for each in channels if each.kind is kind])
        for kind in named
        if not any(each.kind is kind and each.is_on for each in channels)
    )
    return (*off, INSTEAD) if off and len(off) == len(named) else off


def _why(kind: ChannelKind, channels: Sequence[Channel]) -> str:
    name = CHANNEL_NAMES[kind]
    subject = name[:1].upper() + name[1:]
    if not channels:
        return f"{subject} is not set up, so nothing goes out there: add it under notifications."
    if any(each.confirmed_at is None for each in channels):
        return f"{subject} waits for the code that was sent, so nothing goes out there yet."
    return f"{subject} is switched off, so nothing goes out there: notifications say why."


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
