"""`/api/v1/channels` and `/api/v1/notifications`: where a member is told, of what, and when not.

Decided: a secret goes in and never comes out; a channel is shown by a hint. The test button sends at
once and waits, because whoever presses it wants to know what the vendor answered.
"""

from datetime import datetime, time
from functools import cache
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from fastapi import APIRouter, Depends, Path, Response
from pydantic import Field, SecretStr

from app.api.auth import signed_in
from app.api.responses import failures
from app.api.schemas import Body, key_of
from app.api.state import Doors, doors
from app.core.errors import InvalidInput, NotFound
from app.notifications import channels, repository
from app.notifications.courier import Courier
from app.notifications.models import Channel, ChannelKind, Kind, Preferences, QuietHours
from app.notifications.protocol import Answer, Outcome
from app.users.models import Member

router = APIRouter(
    prefix="/api/v1", tags=["notifications"], responses=failures(401, 404, 422, 429, 503)
)

AtDoor = Annotated[Doors, Depends(doors)]
Asking = Annotated[Member, Depends(signed_in)]
ChannelId = Annotated[str, Path(description="As given by `/api/v1/channels`.")]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["22:00"])]
Given = Annotated[SecretStr, Field(max_length=2000)]


class PushKeys(Body):
    p256dh: Given
    auth: Given


class Subscription(Body):
    """As a browser's `PushSubscription` says it in JSON."""

    endpoint: Given
    keys: PushKeys
    expirationTime: int | None = None  # noqa: N815 - the browsers' name


class _Named(Body):
    name: str = Field("", max_length=60, examples=["my phone"])


class NewPush(_Named):
    kind: Literal["web_push"]
    subscription: Subscription

    def given(self) -> dict[str, str]:
        keys = self.subscription.keys
        return {
            "endpoint": self.subscription.endpoint.get_secret_value(),
            "p256dh": keys.p256dh.get_secret_value(),
            "auth": keys.auth.get_secret_value(),
        }


class NewMail(_Named):
    kind: Literal["email"]
    address: Given

    def given(self) -> dict[str, str]:
        return {"address": self.address.get_secret_value()}


class NewHook(_Named):
    """A signed web-hook, or the incoming web-hook of a vendor."""

    kind: Literal["webhook", "discord", "slack"]
    url: Given

    def given(self) -> dict[str, str]:
        return {"url": self.url.get_secret_value()}


class NewTelegram(_Named):
    kind: Literal["telegram"]
    token: Given
    chat: str = Field(max_length=50, examples=["-1001234567890"])

    def given(self) -> dict[str, str]:
        return {"token": self.token.get_secret_value(), "chat": self.chat}


NewChannel = Annotated[NewPush | NewMail | NewHook | NewTelegram, Field(discriminator="kind")]


class ChannelBody(Body):
    """`hint` is as much of its address as is shown; `says` is why it is off, in a sentence."""

    id: str
    kind: ChannelKind
    name: str
    hint: str = Field(examples=["a…@example.com"])
    state: Literal["on", "unconfirmed", "off"]
    says: str
    created_at: datetime
    last_sent_at: datetime | None


class ChannelsBody(Body):
    """`kinds` are those this server can send to; `push_key` is what browsers subscribe with."""

    channels: list[ChannelBody]
    kinds: list[ChannelKind]
    push_key: str


class AddedBody(Body):
    """`signing_secret` of a web-hook is shown here and never again."""

    channel: ChannelBody
    signing_secret: str | None
    says: str


class TestBody(Body):
    """What the receiver answered to a test."""

    ok: bool
    says: str = Field(examples=["Slack answered 200 OK: ok."])


class Code(Body):
    code: str = Field(max_length=20, examples=["123456"])


class QuietBody(Body):
    """By the clock of `zone`; over midnight where `end` is earlier than `start`."""

    start: Clock
    end: Clock


class PreferencesBody(Body):
    """`channels` lists by kind where to tell; null tells everywhere, an empty list nowhere."""

    zone: str = Field(max_length=64, examples=["America/New_York"])
    quiet: QuietBody | None
    channels: dict[Kind, list[UUID] | None]


def _courier(at: AtDoor) -> Courier:
    if at.courier is None:
        raise NotFound("This server tells nobody outside of the chat.")
    return at.courier


ByCourier = Annotated[Courier, Depends(_courier)]


@router.get("/channels", summary="Where you are told")
async def list_channels(at: AtDoor, member: Asking, courier: ByCourier) -> ChannelsBody:
    async with at.database.member(member.id) as session:
        found = await repository.list_channels(session)
    return ChannelsBody(
        channels=[_channel(each) for each in found],
        kinds=[kind for kind in ChannelKind if courier.offers(kind)],
        push_key=courier.push_key,
    )


@router.post("/channels", summary="Be told somewhere else as well", status_code=201)
async def add_channel(at: AtDoor, member: Asking, courier: ByCourier, new: NewChannel) -> AddedBody:
    """An e-mail address is sent a code and is off until it is confirmed."""
    (at.letters if new.kind == "email" else at.messages).take(str(member.id))
    wanted = channels.Wanted(ChannelKind(new.kind), new.given(), new.name)
    async with at.database.member(member.id) as session:
        added = await channels.add(session, wanted, courier, now=at.wall.now())
    says = "Press Test to see whether it works."
    if added.channel.confirmed_at is None:
        says = await _ask_to_confirm(at, member, courier, added.channel)
    return AddedBody(
        channel=_channel(added.channel), signing_secret=added.signing_secret, says=says
    )


@router.post("/channels/{channel_id}/confirm", summary="Confirm by the code that was sent")
async def confirm_channel(
    at: AtDoor, member: Asking, courier: ByCourier, channel_id: ChannelId, given: Code
) -> ChannelBody:
    key = key_of(channel_id, "channel")
    at.codes.take(str(key))
    async with at.database.member(member.id) as session:
        return _channel(
            await channels.confirm(session, key, given.code, courier, now=at.wall.now())
        )


@router.post("/channels/{channel_id}/test", summary="Send a test and say what came of it")
async def test_channel(
    at: AtDoor, member: Asking, courier: ByCourier, channel_id: ChannelId
) -> TestBody:
    """A channel that was off is on again if the test arrives. One that waits to be confirmed is sent
    its code again instead."""
    at.messages.take(str(member.id))
    key, now = key_of(channel_id, "channel"), at.wall.now()
    async with at.database.member(member.id) as session:
        channel, sealed = await channels.get(session, key)
    if channel.confirmed_at is None:
        at.letters.take(str(member.id))
        return TestBody(ok=False, says=await _ask_to_confirm(at, member, courier, channel))
    answer = await courier.send(channel.kind, sealed, channels.trial(courier, now=now))
    async with at.database.member(member.id) as session:
        await channels.note_test(session, key, answer, now=now)
    return TestBody(ok=answer.outcome is Outcome.SENT, says=answer.text)


@router.delete("/channels/{channel_id}", status_code=204, summary="Be told there no more")
async def delete_channel(at: AtDoor, member: Asking, channel_id: ChannelId) -> Response:
    """What waited for it is not sent."""
    async with at.database.member(member.id) as session:
        await channels.remove(session, key_of(channel_id, "channel"))
    return Response(status_code=204)


@router.get("/notifications/preferences", summary="Of what you are told, where and when not")
async def read_preferences(at: AtDoor, member: Asking) -> PreferencesBody:
    async with at.database.member(member.id) as session:
        return _preferences(await repository.find_preferences(session))


@router.put("/notifications/preferences", summary="Choose of what you are told, where and when not")
async def write_preferences(at: AtDoor, member: Asking, wanted: PreferencesBody) -> PreferencesBody:
    if wanted.zone not in _zones():
        raise InvalidInput("There is no such time zone. Write it as America/New_York.")
    quiet = wanted.quiet
    preferences = Preferences(
        ZoneInfo(wanted.zone),
        None if quiet is None else _hours(quiet),
        {kind: frozenset(keys) for kind, keys in wanted.channels.items() if keys is not None},
    )
    async with at.database.member(member.id) as session:
        await channels.save_preferences(session, preferences, now=at.wall.now())
    return _preferences(preferences)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _hours(quiet: QuietBody) -> QuietHours:
    return QuietHours(time.fromisoformat(quiet.start), time.fromisoformat(quiet.end))


async def _ask_to_confirm(at: Doors, member: Member, courier: Courier, channel: Channel) -> str:
    """Send the code; what to tell the member."""
    async with at.database.member(member.id) as session:
        _, sealed = await channels.get(session, channel.id)
    letter = channels.confirmation(courier, channel.id, now=at.wall.now())
    answer: Answer = await courier.send(channel.kind, sealed, letter)
    if answer.outcome is Outcome.SENT:
        return "A code was sent there. Enter it to switch the channel on."
    return f"The code could not be sent. {answer.text}"


def _channel(channel: Channel) -> ChannelBody:
    unconfirmed = "" if channel.confirmed_at else "Enter the code that was sent there."
    state: Literal["on", "unconfirmed", "off"] = "on" if channel.is_on else "off"
    return ChannelBody(
        id=str(channel.id),
        kind=channel.kind,
        name=channel.name,
        hint=channel.hint,
        state="unconfirmed" if unconfirmed and not channel.disabled_because else state,
        says=channel.disabled_because or unconfirmed,
        created_at=channel.created_at,
        last_sent_at=channel.last_sent_at,
    )


def _preferences(found: Preferences) -> PreferencesBody:
    quiet = found.quiet
    return PreferencesBody(
        zone=found.zone.key,
        quiet=quiet and QuietBody(start=f"{quiet.start:%H:%M}", end=f"{quiet.end:%H:%M}"),
        channels={
            kind: sorted(found.channels[kind]) if kind in found.channels else None for kind in Kind
        },
    )
