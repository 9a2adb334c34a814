"""Clicks on cards of saved scans: a draft confirmed, a saved scan scheduled, stopped, deleted or
shared, a shared one used.

Decided: these clicks are no turns. They do what the card shows, and the stored card says what came of it.
"""

from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from chainlit.session import WebsocketSession
from pydantic import BaseModel, ConfigDict, Field

from app.chat.payloads import parse
from app.chat.room import room
from app.scanner.draft_clicks import (
    RowChange,
    change_listed,
    confirm_shown,
    share_listed,
    use_listed,
)
from app.users.models import Member
from app.users.plans import plan_of


class DraftClick(BaseModel):
    """A draft, by its `card_id`."""

    model_config = ConfigDict(extra="forbid")

    card_id: str


class ListClick(DraftClick):
    """What is wanted of one scan of a list; without `every_minutes` it runs only when asked."""

    scan_id: UUID
    change: Literal["schedule", "delete"]
    every_minutes: int | None = Field(default=None, ge=5, le=7 * 24 * 60)


async def confirm_scan(
    session: WebsocketSession, member: Member, payload: Mapping[str, Any]
) -> None:
    """Do what a draft card shows: the only way from the chat's words to a saved scan."""
    card, plan = parse(DraftClick, payload).card_id, plan_of(member)
    async with room().database.member(member.id) as transaction:
        await confirm_shown(
            transaction,
            card,
            allowed=(plan.scans, plan.scan_every),
            thread_id=UUID(session.thread_id),
            now=room().wall.now(),
        )


async def change_scan(_: WebsocketSession, member: Member, payload: Mapping[str, Any]) -> None:
    """Change one row of a list of saved scans."""
    asked, plan = parse(ListClick, payload), plan_of(member)
    every = timedelta(minutes=asked.every_minutes) if asked.every_minutes else None
    async with room().database.member(member.id) as transaction:
        await change_listed(
            transaction,
            asked.card_id,
            RowChange(scan_id=asked.scan_id, wanted=asked.change, every=every),
            allowed=(plan.scans, plan.scan_every),
            now=room().wall.now(),
        )


class ShareClick(DraftClick):
    """A scan of a list that is shared; `with_list` takes its symbols along."""

    scan_id: UUID
    with_list: bool = False


class UseClick(DraftClick):
    """A shared scan of a list."""

    shared_id: UUID


async def share_scan(_: WebsocketSession, member: Member, payload: Mapping[str, Any]) -> None:
    """Share what a scan looks for with the members of this server: the only way from the chat."""
    asked, now = parse(ShareClick, payload), room().wall.now()
    async with room().database.member(member.id) as transaction:
        await share_listed(
            transaction, asked.card_id, asked.scan_id, with_list=asked.with_list, now=now
        )


async def use_scan(_: WebsocketSession, member: Member, payload: Mapping[str, Any]) -> None:
    """Make a shared scan one's own."""
    asked, now = parse(UseClick, payload), room().wall.now()
    async with room().database.member(member.id) as transaction:
        await use_listed(transaction, asked.card_id, asked.shared_id, now=now)


Action = Callable[[WebsocketSession, Member, Mapping[str, Any]], Coroutine[Any, Any, None]]
ACTIONS: Mapping[str, Action] = {
    "confirm_scan": confirm_scan,
    "change_scan": change_scan,
    "share_scan": share_scan,
    "use_scan": use_scan,
}
