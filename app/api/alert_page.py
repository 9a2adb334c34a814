"""`/api/v1/watching`: all that the page of alerts shows, in one answer.

Decided: one answer is one moment. What is watched, where it stands and what was told are read
together, so the page never puts a new firing beside an old state.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends

from app.alerts import repository, service
from app.alerts.channels import unreached
from app.alerts.glance import Glance, glance_at, next_change, opens_after
from app.alerts.models import Alert, Told
from app.api.auth import signed_in
from app.api.responses import FAILURES
from app.api.schemas import Body, Number
from app.api.state import Doors, doors
from app.notifications.models import Channel
from app.notifications.repository import list_channels
from app.users.models import Member
from app.users.plans import plan_of
from tools.alerts_words import note_of, row_told, status_of

TOLD = 60

router = APIRouter(prefix="/api/v1", tags=["alerts"], responses=FAILURES)

AtDoor = Annotated[Doors, Depends(doors)]
Asking = Annotated[Member, Depends(signed_in)]


class WatchedBody(Body):
    """An alert and where it stands. `level` is null where there is no one level; `opens_at` is the
    first open of its market on a later day. `symbol` is empty for what the member holds. `unreached`
    says of each channel it names that it cannot be told there, and where it is told instead."""

    id: str
    symbol: str
    words: str
    condition: str
    note: str
    status: Literal["armed", "snoozed", "fired", "expired"]
    told: str
    unreached: list[str]
    level: float | None
    level_name: str
    price: Number | None
    decimals: int
    fired: int
    fired_at: datetime | None
    snoozed_until: datetime | None
    expires_at: datetime | None
    opens_at: datetime


class ToldBody(Body):
    """What was told once, of an alert that may have been dropped since. `at` is the market's time of
    it; `late` was learnt from bars afterwards."""

    id: str
    symbol: str
    words: str
    at: datetime
    price: float | None
    level: float | None
    decimals: int
    late: bool
    thread_id: str
    message_id: str


class WatchingBody(Body):
    """`as_of` is the market's present, `now` the real one, by which scans are due; `changes_at` when a snooze or an alert ends next, `limit` null
    where as many may be watched as one likes. `alerts` are the newest 500; `firings` the last ones, the
    newest first."""

    as_of: datetime
    now: datetime
    simulated: bool
    plan: str
    limit: int | None
    used: int
    changes_at: datetime | None
    alerts: list[WatchedBody]
    firings: list[ToldBody]


@router.get("/watching", summary="Every alert with where it stands now, and what was told")
async def watching(at: AtDoor, member: Asking) -> WatchingBody:
    async with at.database.member(member.id) as session:
        alerts = await service.list_alerts(session)
        used = await repository.count_armed(session)
        own = await list_channels(session)
        told = await repository.list_firings(session, None, limit=TOLD)
        known = {each.id: each for each in alerts}
        for missing in {each.alert_id for each in told} - known.keys():
            known[missing] = await service.get_alert(session, missing)
    now, plan = at.clock.now(), plan_of(member)
    stands = await glance_at(alerts, market=at.market, at=now)
    return WatchingBody(
        as_of=now,
        now=at.wall.now(),
        simulated=at.market.provider.is_simulated,
        plan=plan.name,
        limit=plan.alerts,
        used=used,
        changes_at=next_change(alerts, now),
        alerts=[_watched(each, stands.get(each.id, Glance()), own, now) for each in alerts],
        firings=[_told(each, known[each.alert_id]) for each in told],
    )


def _watched(alert: Alert, stand: Glance, own: Sequence[Channel], now: datetime) -> WatchedBody:
    made_of = alert.terms["instrument"]
    return WatchedBody(
        id=str(alert.id),
        symbol=alert.symbol,
        words=str(alert.terms.get("words") or alert.title),
        condition=alert.terms["condition"],
        note=note_of(alert.terms, alert.symbol),
        status=status_of(alert, now),
        told=row_told(alert.terms),
        unreached=list(unreached(alert.terms, own)),
        level=stand.level,
        level_name=alert.terms["level_name"],
        price=stand.price,
        decimals=made_of["decimals"],
        fired=alert.fired,
        fired_at=alert.fired_at,
        snoozed_until=alert.snoozed_until,
        expires_at=alert.expires_at,
        opens_at=opens_after(now, made_of["calendar"]),
    )


def _told(told: Told, alert: Alert) -> ToldBody:
    is_priced = bool(alert.symbol)
    is_level = is_priced and alert.terms["kind"] == "threshold"
    return ToldBody(
        id=str(told.id),
        symbol=alert.symbol,
        words=str(alert.terms.get("words") or alert.title),
        at=told.at,
        price=told.body["price"] if is_priced else None,
        level=told.body["level"] if is_level else None,
        decimals=alert.terms["instrument"]["decimals"],
        late=told.is_late,
        thread_id=str(told.thread_id),
        message_id=str(told.message_id),
    )
