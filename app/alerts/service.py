"""Alerts as a member changes them: drafted, armed, snoozed, armed again, dropped.

Decided: a draft watches nothing. What is armed is exactly what was shown: whoever arms names the hash
of it, once, while the draft is fresh. A session speaks for one member; nothing is committed here.
`now` is real time, by which drafts age.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts import repository
from app.alerts.models import Alert, Status, Told, Watch, fingerprint_of, symbol_of_book
from app.alerts.triggers import Phase, State, Tape
from app.core.errors import Conflict, InvalidInput, NotEntitled, NotFound
from app.core.ids import new_id
from app.core.symbols import Symbol
from app.users.plans import Plan

VALID_FOR = timedelta(minutes=15)
"""From the moment a draft is shown."""
LONGEST_SNOOZE = timedelta(days=30)
SHOWN = (Status.ARMED, Status.FIRED, Status.EXPIRED)
LISTED = 500
"""Alerts that a list holds at most, the newest."""
_WATCHED = ("kind", "symbol", "condition", "timeframe", "trigger", "level")
"""Of the terms: what the monitor, and so the house, has to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a symbol is as an alert is armed: the watch begins there."""

    state: State
    tape: Tape


@dataclass(frozen=True, slots=True)
class Armed:
    """`is_repeated`: it was armed before by the same click."""

    alert: Alert
    is_repeated: bool = False


async def store_draft(
    session: AsyncSession,
    member_id: UUID,
    terms: Mapping[str, Any],
    *,
    key: str,
    thread_id: UUID | None,
    now: datetime,
) -> Alert:
    """Keep what was shown. The same `key` again gives what is kept; `Conflict` if it was used for
    something else."""
    alert = Alert(
        id=new_id(),
        member_id=member_id,
        symbol=terms["symbol"],
        terms=terms,
        fingerprint=fingerprint_of(terms),
        status=Status.DRAFT,
        thread_id=thread_id,
        fired=0,
        fired_at=None,
        armed_at=None,
        snoozed_until=None,
        expires_at=_moment(terms["expires_at"]),
        created_at=now,
    )
    if await repository.insert_alert(session, alert, key=key):
        return alert
    found = await repository.find_by_key(session, key)
    if found is None or found.fingerprint != alert.fingerprint:
        raise Conflict("This key was used for something else; take another one.")
    return found


async def arm(
    session: AsyncSession,
    alert_id: UUID,
    fingerprint: str,
    standing: Standing,
    *,
    plan: Plan,
    now: datetime,
) -> Armed:
    """Watch for what the draft shows. Armed once more by the same hash, it is as it was.

    `Conflict` for a draft that is too old or is not what was shown, `NotEntitled` beyond the plan.
    """
    alert = await _locked(session, alert_id)
    if alert.fingerprint != fingerprint:
        raise Conflict("This is not what was shown: look at the draft again before arming it.")
    if alert.status is not Status.DRAFT:
        return Armed(alert, is_repeated=True)
    if now - alert.created_at > VALID_FOR:
        raise Conflict("This draft is too old: prices have moved. Ask for it again.")
    return Armed(await _watch(session, alert, standing, plan=plan, now=now))


async def rearm(
    session: AsyncSession, alert_id: UUID, standing: Standing, *, plan: Plan, now: datetime
) -> Alert:
    """Watch again, for the next time it becomes true; `Conflict` for a draft, a dropped one, and one
    whose end is past."""
    alert = await _again(session, alert_id, standing)
    resumed = replace(alert, snoozed_until=None)
    return await _watch(session, resumed, _anew(standing, alert), plan=plan, now=now)


async def snooze(
    session: AsyncSession,
    alert_id: UUID,
    until: datetime,
    standing: Standing,
    *,
    plan: Plan,
    now: datetime,
) -> Alert:
    """Tell nothing of it before `until`; one that rests after firing is armed again for then."""
    alert = await _again(session, alert_id, standing)
    if alert.status is Status.ARMED:
        await repository.snooze_watch(session, alert_id, until)
        await repository.set_alert(session, alert_id, now=now, snoozed_until=until)
        return replace(alert, snoozed_until=until)
    snoozed = replace(alert, snoozed_until=until)
    return await _watch(session, snoozed, _anew(standing, alert), plan=plan, now=now)


async def drop(session: AsyncSession, alert_id: UUID, *, now: datetime) -> Alert:
    """Watch no more; what it told stays. Dropping it twice changes nothing."""
    alert = await _locked(session, alert_id)
    if alert.status is not Status.DROPPED:
        await repository.end_watch(session, alert_id)
        await repository.set_alert(session, alert_id, now=now, status=Status.DROPPED.value)
    return replace(alert, status=Status.DROPPED)


async def delete_old_drafts(session: AsyncSession, *, before: datetime) -> int:
    """Delete the member's drafts from before then, which nobody armed; how many there were."""
    return await repository.delete_drafts(session, before=before)


async def get_alert(session: AsyncSession, alert_id: UUID) -> Alert:
    """`NotFound` also for an alert of somebody else."""
    found = await repository.find_alert(session, alert_id)
    if found is None:
        raise NotFound("There is no such alert.")
    return found


async def list_alerts(session: AsyncSession) -> tuple[Alert, ...]:
    """What is watched, and what has fired or ended, the newest first."""
    return await repository.list_alerts(session, SHOWN, limit=LISTED)


async def list_firings(
    session: AsyncSession, alert_id: UUID, *, limit: int = 100
) -> tuple[Told, ...]:
    """What an alert has told, the last first."""
    await get_alert(session, alert_id)
    return await repository.list_firings(session, alert_id, limit=limit)


def snoozed_until(now: datetime, length: timedelta) -> datetime:
    """The end of a snooze; `InvalidInput` for one that is none or too long."""
    if not timedelta() < length <= LONGEST_SNOOZE:
        raise InvalidInput(f"Snooze it for a minute or longer, {LONGEST_SNOOZE.days} days at most.")
    return now + length


async def _watch(
    session: AsyncSession, alert: Alert, standing: Standing, *, plan: Plan, now: datetime
) -> Alert:
    if alert.status is not Status.ARMED:
        await repository.take_turns(session, alert.member_id)
        _check_room(plan, await repository.count_armed(session))
    watch = Watch(
        alert_id=alert.id,
        member_id=alert.member_id,
        symbol=Symbol(alert.symbol) if alert.symbol else symbol_of_book(alert.member_id),
        terms={name: alert.terms[name] for name in _WATCHED},
        state=standing.state,
        seen=standing.tape,
        snoozed_until=alert.snoozed_until,
        expires_at=alert.expires_at,
        version=0,
        armed=0,
        is_live=True,
    )
    await repository.put_watch(session, watch)
    await repository.set_alert(
        session,
        alert.id,
        now=now,
        status=Status.ARMED.value,
        armed_at=now,
        snoozed_until=alert.snoozed_until,
    )
    return replace(alert, status=Status.ARMED, armed_at=now)


def _check_room(plan: Plan, armed: int) -> None:
    """`NotEntitled` where `armed` alerts are all that the plan allows."""
    if plan.alerts is None or armed < plan.alerts:
        return
    if not plan.alerts:
        raise NotEntitled(f"The {plan.name} plan watches no alerts.")
    alerts = "one alert" if plan.alerts == 1 else f"{plan.alerts} alerts"
    raise NotEntitled(
        f"The {plan.name} plan watches {alerts} at once, and all are in use. Drop one first, or change "
        "the plan."
    )


async def _again(session: AsyncSession, alert_id: UUID, standing: Standing) -> Alert:
    alert = await _locked(session, alert_id)
    if alert.status in (Status.DRAFT, Status.DROPPED):
        raise Conflict("This alert was dropped or never armed: draft it again.")
    ends = alert.expires_at
    if alert.status is Status.EXPIRED or (ends and ends.timestamp() <= standing.tape.at):
        raise Conflict("This alert has expired: draft it again with a later end.")
    return alert


def _anew(standing: Standing, alert: Alert) -> Standing:
    """The next time it becomes true: what is true already does not fire."""
    state = replace(standing.state, phase=Phase.WAITING, sequence=alert.fired)
    return replace(standing, state=state)


async def _locked(session: AsyncSession, alert_id: UUID) -> Alert:
    found = await repository.find_alert(session, alert_id, lock=True)
    if found is None:
        raise NotFound("There is no such alert.")
    return found


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
