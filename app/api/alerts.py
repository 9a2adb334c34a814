"""`/api/v1/alerts`: what a member wants to be told of.

Decided: a draft watches nothing and says how it stands now; arming names the hash of what was shown,
which is a person's act and none of a model's. Another member's id does not exist here.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from app.agents.offline.alert_sentences import draft_in
from app.alerts import service
from app.alerts.beginning import standing
from app.alerts.channels import channels_of, unreached
from app.alerts.drafts import Drafted, Wish, draft_alert
from app.alerts.models import Alert, Told
from app.alerts.monitor_book import MemberBook
from app.alerts.service import Standing
from app.alerts.silence import calendar_of, silent_until
from app.alerts.triggers import Trigger
from app.api.auth import signed_in
from app.api.responses import FAILURES, failures
from app.api.schemas import Body, Moment, Number, key_of
from app.api.state import Doors, doors
from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.notifications.models import ChannelKind
from app.notifications.repository import list_channels
from app.users.models import Member
from app.users.plans import plan_of
from tools.alerts import draft_alert as draft_alert_tool
from tools.alerts import wish_of

router = APIRouter(prefix="/api/v1", tags=["alerts"], responses={**FAILURES, **failures(402, 409)})

AtDoor = Annotated[Doors, Depends(doors)]
Asking = Annotated[Member, Depends(signed_in)]
AlertId = Annotated[str, Path(description="As `/api/v1/alerts` gives it.")]


class AlertRequest(Body):
    """A condition in the formula language, about a symbol or about what you hold; or in place of
    both a sentence, as one says it to the coach. Send one of the two."""

    symbol: str = Field("", max_length=20, examples=["SPX"])
    condition: str = Field(
        "", max_length=1000, examples=["price crosses above pdh", "net_delta > 200"]
    )
    text: str = Field(
        "",
        max_length=1000,
        description="A sentence in English, in place of `symbol` and `condition`, read by the offline "
        "coach's grammar whatever model is set up. It may also say hours, an end, how often and a "
        "note; what it says goes before the other fields. 422 says what to write.",
        examples=["alert me when SPX hits $5,930"],
    )
    timeframe: Timeframe = Field(
        Timeframe.M5, description="Of the bars for what names none, such as `rsi(14)`."
    )
    repeats: bool = Field(
        default=False, description="Told every time; otherwise once, until armed again."
    )
    next_only: bool = Field(
        default=False,
        description="What is true already is not told; only the next time it becomes so.",
    )
    expires_at: Moment | None = None
    title: str = Field("", max_length=200)
    channels: list[ChannelKind] | None = Field(
        None,
        max_length=6,
        description="Told on channels of these kinds and no others, beside the conversation; empty: in "
        "the conversation alone; null: as the member's notifications are set.",
        examples=[["telegram"]],
    )
    thread_id: UUID | None = Field(None, description="The conversation to tell it in.")
    key: str = Field(
        "", max_length=90, description="Of your choice: the same key again drafts nothing new."
    )


class OutlookBody(Body):
    """How it stands now. `is_true` null: it cannot be told, and `absence` says why. `awaits_bar`: it was
    true when the last bar ended, and fires if it is when the running one does."""

    as_of: datetime
    price: Number | None
    level: float | None
    is_true: bool | None
    fires_at_once: bool
    awaits_bar: bool
    absence: str


class AlertBody(Body):
    id: str
    symbol: str
    title: str
    condition: str
    words: str
    status: str
    repeats: bool
    fired: int
    fired_at: datetime | None
    armed_at: datetime | None
    snoozed_until: datetime | None
    expires_at: datetime | None
    created_at: datetime
    thread_id: str | None
    channels: list[ChannelKind] | None = Field(
        description="Kinds of channels that it names; null where the member's settings decide."
    )


class DraftBody(Body):
    """`hash` is what arming must name, until `valid_until`. `unreached` says of each named kind of
    channel that is not set up, or off, that nothing goes out there, and where it goes instead."""

    alert: AlertBody
    hash: str
    valid_until: datetime
    unreached: list[str]
    now: OutlookBody


class ArmRequest(Body):
    hash: str = Field(min_length=64, max_length=64, description="Of the draft that was shown.")


class ArmedBody(Body):
    alert: AlertBody
    repeated: bool


class SnoozeRequest(Body):
    """`minutes` or `until`, one of the two."""

    minutes: int | None = Field(None, ge=1, le=43_200)
    until: str = Field(
        "",
        max_length=60,
        description="When the silence ends, by the clock and the trading days of the alert's exchange: "
        "`tomorrow`, `monday`, `next week` (each with the open), `the open`, `the close`, `14:00`, "
        "`monday 14:00`, a date, or a moment, which without an offset is the exchange's.",
        examples=["the open", "2026-11-30T14:00"],
    )


class AlertsBody(Body):
    """`limit` null: as many as one likes."""

    alerts: list[AlertBody]
    plan: str
    limit: int | None


class FiringBody(Body):
    """`at` is the market's time of it; `late` was learnt from bars afterwards."""

    id: str
    sequence: int
    at: datetime
    told_at: datetime
    late: bool
    price: float
    level: float | None
    number_of_day: int
    thread_id: str
    message_id: str


class FiringsBody(Body):
    firings: list[FiringBody]


@router.post(
    "/alerts",
    status_code=201,
    summary="Draft an alert: what would fire, looked at now",
    responses=failures(429),
)
async def draft(at: AtDoor, member: Asking, asked: AlertRequest) -> DraftBody:
    at.turns.take(str(member.id))
    now = at.clock.now()
    wish = await asyncio.to_thread(_said, asked, now) if asked.text else _wish(asked)
    drafted = await draft_alert(wish, market=at.market, book=_book(at, member), at=now)
    wall = at.wall.now()
    async with at.database.member(member.id) as session:
        alert = await service.store_draft(
            session,
            member.id,
            drafted.terms,
            key=f"rest {asked.key or uuid4().hex}",
            thread_id=asked.thread_id,
            now=wall,
        )
        own = await list_channels(session)
    return DraftBody(
        alert=_alert(alert),
        hash=alert.fingerprint,
        valid_until=alert.created_at + service.VALID_FOR,
        unreached=list(unreached(alert.terms, own)),
        now=_outlook(drafted, now),
    )


@router.post("/alerts/{alert_id}/arm", summary="Watch for what a draft shows")
async def arm(at: AtDoor, member: Asking, alert_id: AlertId, asked: ArmRequest) -> ArmedBody:
    key, begins = key_of(alert_id, "alert"), await _standing(at, member, alert_id)
    async with at.database.member(member.id) as session:
        done = await service.arm(
            session, key, asked.hash, begins, plan=plan_of(member), now=at.wall.now()
        )
    return ArmedBody(alert=_alert(done.alert), repeated=done.is_repeated)


@router.get("/alerts", summary="What is watched, and what has fired or ended")
async def list_alerts(at: AtDoor, member: Asking) -> AlertsBody:
    async with at.database.member(member.id) as session:
        alerts = await service.list_alerts(session)
    plan = plan_of(member)
    return AlertsBody(alerts=[_alert(each) for each in alerts], plan=plan.name, limit=plan.alerts)


@router.get("/alerts/{alert_id}", summary="One alert")
async def read_alert(at: AtDoor, member: Asking, alert_id: AlertId) -> AlertBody:
    async with at.database.member(member.id) as session:
        return _alert(await service.get_alert(session, key_of(alert_id, "alert")))


@router.get("/alerts/{alert_id}/firings", summary="What an alert has told, the last first")
async def list_firings(
    at: AtDoor,
    member: Asking,
    alert_id: AlertId,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> FiringsBody:
    async with at.database.member(member.id) as session:
        found = await service.list_firings(session, key_of(alert_id, "alert"), limit=limit)
    return FiringsBody(firings=[_firing(each) for each in found])


@router.post("/alerts/{alert_id}/snooze", summary="Tell nothing of it for a while")
async def snooze(at: AtDoor, member: Asking, alert_id: AlertId, asked: SnoozeRequest) -> AlertBody:
    begins = await _standing(at, member, alert_id)
    async with at.database.member(member.id) as session:
        alert = await service.get_alert(session, key_of(alert_id, "alert"))
        until = _silent_until(asked, alert, at.clock.now())
        return _alert(
            await service.snooze(
                session,
                key_of(alert_id, "alert"),
                until,
                begins,
                plan=plan_of(member),
                now=at.wall.now(),
            )
        )


@router.post("/alerts/{alert_id}/rearm", summary="Watch again, for the next time")
async def rearm(at: AtDoor, member: Asking, alert_id: AlertId) -> AlertBody:
    begins = await _standing(at, member, alert_id)
    async with at.database.member(member.id) as session:
        return _alert(
            await service.rearm(
                session, key_of(alert_id, "alert"), begins, plan=plan_of(member), now=at.wall.now()
            )
        )


@router.delete("/alerts/{alert_id}", summary="Watch no more; what was told stays")
async def drop(at: AtDoor, member: Asking, alert_id: AlertId) -> AlertBody:
    async with at.database.member(member.id) as session:
        return _alert(await service.drop(session, key_of(alert_id, "alert"), now=at.wall.now()))


def _silent_until(asked: SnoozeRequest, alert: Alert, now: datetime) -> datetime:
    if (asked.minutes is None) is (asked.until == ""):
        raise InvalidInput("Send `minutes` or `until`: one of the two.")
    if asked.minutes is not None:
        return service.snoozed_until(now, timedelta(minutes=asked.minutes))
    end = silent_until(asked.until, now, calendar_of(alert.terms))
    return service.snoozed_until(now, end - now)


def _said(asked: AlertRequest, now: datetime) -> Wish:
    """The wish of a sentence; the other fields say what it leaves open. Reading loads names, which is
    for a thread."""
    if asked.symbol or asked.condition:
        raise InvalidInput("Send `text` alone, or `symbol` and `condition`: not both.")
    left_open = {
        "timeframe": asked.timeframe,
        "repeats": asked.repeats,
        "next_cross_only": asked.next_only,
        "expires_at": asked.expires_at,
        "note": asked.title,
        "channels": asked.channels,
    }
    return wish_of(draft_alert_tool.read({**left_open, **draft_in(asked.text, now)}))


def _wish(asked: AlertRequest) -> Wish:
    if not asked.condition:
        raise InvalidInput(
            "Say what to watch for: `condition`, such as `price crosses above pdh`, or `text`, such as "
            "“alert me when SPX loses VWAP”."
        )
    return Wish(
        symbol=Symbol.parse(asked.symbol) if asked.symbol else None,
        condition=asked.condition,
        timeframe=asked.timeframe,
        repeats=asked.repeats,
        next_only=asked.next_only,
        expires_at=asked.expires_at,
        title=asked.title,
        channels=None if asked.channels is None else tuple(asked.channels),
    )


def _book(at: Doors, member: Member) -> MemberBook:
    return MemberBook(at.database, member.id, at.market, at.macro)


async def _standing(at: Doors, member: Member, alert_id: str) -> Standing:
    """Where its symbol is now, which is where a watch begins; asked outside of any transaction."""
    async with at.database.member(member.id) as session:
        alert = await service.get_alert(session, key_of(alert_id, "alert"))
    now, book = at.clock.now(), _book(at, member)
    return await standing(alert.terms, market=at.market, book=book, at=now)


def _outlook(drafted: Drafted, now: datetime) -> OutlookBody:
    found = drafted.outlook
    return OutlookBody(
        as_of=now,
        price=found.price,
        level=found.level,
        is_true=found.is_true,
        fires_at_once=found.fires_at_once,
        awaits_bar=found.awaits_bar,
        absence=found.absence,
    )


def _alert(alert: Alert) -> AlertBody:
    return AlertBody(
        id=str(alert.id),
        symbol=alert.symbol,
        title=alert.title,
        condition=alert.terms["condition"],
        words=alert.terms["words"],
        status=alert.status.value,
        repeats=Trigger.of(alert.terms["trigger"]).repeats,
        fired=alert.fired,
        fired_at=alert.fired_at,
        armed_at=alert.armed_at,
        snoozed_until=alert.snoozed_until,
        expires_at=alert.expires_at,
        created_at=alert.created_at,
        thread_id=str(alert.thread_id) if alert.thread_id else None,
        channels=_channels(alert),
    )


def _channels(alert: Alert) -> list[ChannelKind] | None:
    named = channels_of(alert.terms)
    return None if named is None else list(named)


def _firing(told: Told) -> FiringBody:
    return FiringBody(
        id=str(told.id),
        sequence=told.sequence,
        at=told.at,
        told_at=told.told_at,
        late=told.is_late,
        price=told.body["price"],
        level=told.body["level"],
        number_of_day=told.body["number"],
        thread_id=str(told.thread_id),
        message_id=str(told.message_id),
    )
