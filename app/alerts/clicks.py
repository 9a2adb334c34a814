"""A member's clicks on cards of alerts: what a card shows is done, once, and the card says so.

Decided: what is armed is read from the stored card and never from the browser, which only names the
hash of what it showed. Arming and discarding take the key under which the draft is kept, so whichever
is first is the only one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts import repository, service
from app.alerts.models import Alert, Status
from app.alerts.service import VALID_FOR, Standing
from app.conversations import service as conversations
from app.core.errors import Conflict, NotFound
from app.users.plans import Plan

DRAFT, LIST, CHANGE = "AlertDraftCard", "AlertsCard", "AlertChangeCard"
ARMED, DISCARDED, DONE = "armed", "discarded", "done"

Wanted = Literal["snooze", "rearm", "drop"]
Place = tuple[UUID, UUID]
"""A member and the conversation in which an alert is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be done. `begins` holds where each alert's symbol stands; `present` is the market's
    time, from which a snooze counts, `now` the real one. `ends`: a snooze ends there, not after
    `length`."""

    wanted: Wanted
    length: timedelta
    plan: Plan
    present: datetime
    now: datetime
    begins: Mapping[UUID, Standing] = field(default_factory=dict)
    ends: Mapping[UUID, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a card of a change proposes."""

    wanted: Wanted
    minutes: int
    alerts: list[UUID]
    ends: Mapping[UUID, datetime] = field(default_factory=dict)


async def terms_shown(session: AsyncSession, card: str) -> Mapping[str, Any]:
    """What a draft card of the member would watch; `NotFound` also for somebody else's."""
    found, _ = await conversations.find_drawn_card(session, DRAFT, card)
    terms: Mapping[str, Any] = found.props["terms"]
    return terms


async def arm_shown(  # noqa: PLR0913 - what was shown, from where, by which rules, for whom, when
    session: AsyncSession,
    card: str,
    fingerprint: str,
    begins: Standing,
    *,
    plan: Plan,
    place: Place,
    now: datetime,
) -> Alert:
    """Watch for what a draft card shows. Armed once more, it is as it was.

    `Conflict` for a draft that is too old, thrown away, or not what was shown; `NotEntitled` beyond
    the plan.
    """
    draft, found = await _kept(session, card, place)
    done = await service.arm(session, draft.id, fingerprint, begins, plan=plan, now=now)
    if done.alert.status is Status.DROPPED:
        raise Conflict("This alert was thrown away. Ask again.")
    if not done.is_repeated:
        await conversations.update_card(session, found.id, {**found.props, "outcome": ARMED})
    return done.alert


async def discard_shown(session: AsyncSession, card: str, *, place: Place, now: datetime) -> None:
    """End a draft; `Conflict` for one that is armed."""
    draft, found = await _kept(session, card, place)
    if draft.status not in (Status.DRAFT, Status.DROPPED):
        raise Conflict("This alert is armed already: drop it instead.")
    await service.drop(session, draft.id, now=now)
    await conversations.update_card(session, found.id, {**found.props, "outcome": DISCARDED})


async def change_row(session: AsyncSession, card: str, alert_id: UUID, change: Change) -> None:
    """Change one alert of a list, whose row then says how it is."""
    found, _ = await conversations.find_drawn_card(session, LIST, card)
    rows = [dict(row) for row in found.props["rows"]]
    row = next((row for row in rows if row["id"] == str(alert_id)), None)
    if row is None:
        raise NotFound("There is no such alert on this card.")
    row |= {"outcome": change.wanted}
    await _changed(session, alert_id, change)
    await conversations.update_card(session, found.id, {**found.props, "rows": rows})


async def change_shown(session: AsyncSession, card: str) -> Proposed:
    """What a card proposes to change."""
    found, _ = await conversations.find_drawn_card(session, CHANGE, card)
    ids = [UUID(row["id"]) for row in found.props["rows"]]
    moments = map(datetime.fromisoformat, found.props.get("ends", ()))
    ends = dict(zip(ids, moments, strict=False))
    return Proposed(found.props["change"], found.props["minutes"], ids, ends)


async def confirm_change(session: AsyncSession, card: str, member_id: UUID, change: Change) -> None:
    """Do what a card proposes: all of it or nothing, once. `Conflict` for one that is too old."""
    await repository.take_turns(session, member_id)
    found, shown_at = await conversations.find_drawn_card(session, CHANGE, card)
    if found.props["outcome"] == DONE:
        return
    if change.now - shown_at > VALID_FOR:
        raise Conflict("This is too old: the alerts may have changed. Ask again.")
    for row in found.props["rows"]:
        await _changed(session, UUID(row["id"]), change)
    await conversations.update_card(session, found.id, {**found.props, "outcome": DONE})


async def _changed(session: AsyncSession, alert_id: UUID, change: Change) -> Alert:
    if change.wanted == "drop":
        return await service.drop(session, alert_id, now=change.now)
    begins, plan, now = change.begins[alert_id], change.plan, change.now
    if change.wanted == "rearm":
        return await service.rearm(session, alert_id, begins, plan=plan, now=now)
    until = _until(change, alert_id)
    return await service.snooze(session, alert_id, until, begins, plan=plan, now=now)


def _until(change: Change, alert_id: UUID) -> datetime:
    """When a snooze ends: at the moment that was shown, or after its length."""
    end = change.ends.get(alert_id)
    if end is None:
        return service.snoozed_until(change.present, change.length)
    if end <= change.present:
        raise Conflict("The moment until which it was to be silent has passed. Ask again.")
    return service.snoozed_until(change.present, end - change.present)


async def _kept(session: AsyncSession, card: str, place: Place) -> tuple[Alert, Any]:
    """The draft of a card, kept when it is first clicked, as old as what was shown."""
    found, shown_at = await conversations.find_drawn_card(session, DRAFT, card)
    member_id, thread_id = place
    draft = await service.store_draft(
        session,
        member_id,
        found.props["terms"],
        key=f"card {card}",
        thread_id=thread_id,
        now=shown_at,
    )
    return draft, found
