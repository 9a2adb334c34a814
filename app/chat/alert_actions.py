"""Clicks on cards of alerts: a draft armed or thrown away, an alert snoozed, armed again or dropped.

Decided: these clicks are no turns. They do what the card shows, by the same service as the HTTP API, and
the stored card says what came of it. The market is asked outside of any transaction.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from chainlit.session import WebsocketSession
from pydantic import BaseModel, ConfigDict, Field

from app.alerts import clicks
from app.alerts.beginning import standing
from app.alerts.clicks import Change, Wanted
from app.alerts.monitor_book import MemberBook
from app.alerts.service import Standing, get_alert
from app.chat import tabs
from app.chat.payloads import parse
from app.chat.room import room
from app.users.models import Member
from app.users.plans import plan_of


class CardClick(BaseModel):
    """A card, by its `card_id`."""

    model_config = ConfigDict(extra="forbid")

    card_id: str


class Arming(CardClick):
    """`hash` is that of what was shown: nothing else is armed."""

    hash: str = Field(min_length=64, max_length=64)


class RowClick(CardClick):
    """What is wanted of one alert of a list."""

    alert_id: UUID
    change: Literal["snooze", "rearm", "drop"]
    minutes: int = Field(default=30, ge=1, le=30 * 24 * 60)


async def arm_alert(session: WebsocketSession, member: Member, payload: Mapping[str, Any]) -> None:
    """Watch for what a draft card shows: the only way from the chat to an armed alert."""
    asked = parse(Arming, payload)
    async with room().database.member(member.id) as transaction:
        terms = await clicks.terms_shown(transaction, asked.card_id)
    begins = await _standing(member, terms)
    async with room().database.member(member.id) as transaction:
        await clicks.arm_shown(
            transaction,
            asked.card_id,
            asked.hash,
            begins,
            plan=plan_of(member),
            place=(member.id, UUID(session.thread_id)),
            now=room().wall.now(),
        )


async def discard_alert(
    session: WebsocketSession, member: Member, payload: Mapping[str, Any]
) -> None:
    """End a draft: it can never be armed after this."""
    card = parse(CardClick, payload).card_id
    async with room().database.member(member.id) as transaction:
        place = (member.id, UUID(session.thread_id))
        await clicks.discard_shown(transaction, card, place=place, now=room().wall.now())


async def change_alert(
    session: WebsocketSession, member: Member, payload: Mapping[str, Any]
) -> None:
    """Snooze, arm again or drop one row of a list."""
    asked = parse(RowClick, payload)
    change = await _change(member, asked.change, asked.minutes, [asked.alert_id])
    async with room().database.member(member.id) as transaction:
        await clicks.change_row(transaction, asked.card_id, asked.alert_id, change)


async def confirm_alert_change(
    session: WebsocketSession, member: Member, payload: Mapping[str, Any]
) -> None:
    """Do what a card proposes, once."""
    card = parse(CardClick, payload).card_id
    async with room().database.member(member.id) as transaction:
        proposed = await clicks.change_shown(transaction, card)
    change = await _change(member, proposed.wanted, proposed.minutes, proposed.alerts)
    change = replace(change, ends=proposed.ends)
    async with room().database.member(member.id) as transaction:
        await clicks.confirm_change(transaction, card, member.id, change)


async def _change(member: Member, wanted: Wanted, minutes: int, alerts: list[UUID]) -> Change:
    """What is to be done, with where each alert's symbol stands now."""
    begins: dict[UUID, Standing] = {}
    if wanted != "drop":
        for alert_id in alerts:
            async with room().database.member(member.id) as transaction:
                alert = await get_alert(transaction, alert_id)
            begins[alert_id] = await _standing(member, alert.terms)
    return Change(
        wanted=wanted,
        length=timedelta(minutes=minutes),
        begins=begins,
        plan=plan_of(member),
        present=room().clock.now(),
        now=room().wall.now(),
    )


async def _standing(member: Member, terms: Mapping[str, Any]) -> Standing:
    market = room().market
    book = MemberBook(room().database, member.id, market, room().macro)
    return await standing(terms, market=market, book=book, at=room().clock.now())


Action = Callable[[WebsocketSession, Member, Mapping[str, Any]], Coroutine[Any, Any, None]]


def _telling(action: Action) -> Action:
    """The page of alerts looks again after it."""

    async def told(session: WebsocketSession, member: Member, payload: Mapping[str, Any]) -> None:
        await action(session, member, payload)
        await tabs.alerts_changed(member.id)

    return told


ACTIONS: Mapping[str, Action] = {
    "arm_alert": _telling(arm_alert),
    "discard_alert": discard_alert,
    "change_alert": _telling(change_alert),
    "confirm_alert_change": _telling(confirm_alert_change),
}
