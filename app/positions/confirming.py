"""A member's click on a draft: the one way from a card to a position, or the end of it.

Decided: both clicks take the key under which the draft would be stored, so whichever is first is the
only one, whatever the card shows by then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations import service as conversations
from app.core.errors import Conflict, NotFound
from app.positions import service
from app.positions.drafts import VALID_FOR, line_of
from app.positions.models import Entry, Source, Stored

ELEMENT = "PositionDraftCard"
STORED = "stored"
DISCARDED = "discarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What was stored; `summary` is the draft in words."""

    summary: str
    symbol: str
    stored: Stored


async def confirm_draft(session: AsyncSession, card: str, *, now: datetime) -> Confirmed:
    """Store what a draft card of the member shows. `now` is real time, by which drafts age.

    `NotFound` also for the card of somebody else; `Conflict` for one that is too old or was
    overtaken. Confirmed once more, it gives what was stored.
    """
    found, shown_at = await conversations.find_drawn_card(session, ELEMENT, card)
    terms: Mapping[str, Any] = found.props["draft"]
    lines = tuple(line_of(each) for each in found.props.get("legs") or [terms])
    groups = (tuple(range(len(lines))),) if found.props.get("is_opening") else ()
    if found.props["outcome"] == DISCARDED:
        raise Conflict("This draft was discarded. Ask again.")
    if found.props["outcome"] != STORED and now - shown_at > VALID_FOR:
        raise Conflict("This draft is too old: prices and positions may have moved. Ask again.")
    entry = Entry(key=_key(card), source=Source.TYPED, lines=lines, groups=groups)
    stored = await service.store(session, entry, now=now)
    if not stored.is_repeated:
        await conversations.update_card(session, found.id, {**found.props, "outcome": STORED})
    if not stored.positions:
        raise NotFound("There is no such draft.")
    return Confirmed(summary=terms["summary"], symbol=terms["symbol"], stored=stored)


async def discard_draft(session: AsyncSession, card: str, *, now: datetime) -> str:
    """End a draft of the member, and say what it was; it can never be confirmed after this.

    `NotFound` also for the card of somebody else; `Conflict` for one that is stored.
    """
    found, _ = await conversations.find_drawn_card(session, ELEMENT, card)
    summary: str = found.props["draft"]["summary"]
    if found.props["outcome"] == STORED:
        raise Conflict("This draft is stored already: close or correct the position instead.")
    await service.forgo(session, _key(card), now=now)
    if found.props["outcome"] != DISCARDED:
        await conversations.update_card(session, found.id, {**found.props, "outcome": DISCARDED})
    return summary


def _key(card: str) -> str:
    return f"draft {card}"
