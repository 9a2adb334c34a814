"""Channels are kept sealed, named by a hint, confirmed where they must be, and a member's own."""

from dataclasses import replace
from datetime import datetime, time
from uuid import UUID

import psycopg
import pytest

from app.core.errors import InvalidInput, NotFound
from app.infra.embedded.postgres import DatabaseUrls
from app.notifications import channels
from app.notifications.channels import MOST, Added, Wanted
from app.notifications.models import ChannelKind, Kind, Preferences, QuietHours
from app.notifications.protocol import Answer, Outcome
from app.notifications.repository import list_channels
from app.notifications.sealing import Unreadable, Vault
from tests.app.notifications.conftest import Desk
from tests.app.notifications.receivers import Browser

TOKEN = "123456789:AAExampleTokenOfABotThatIsNotReal"


async def _add(desk: Desk, kind: ChannelKind, **given: str) -> Added:
    async with desk.database.member(desk.member) as session:
        return await channels.add(session, Wanted(kind, given), desk.courier, now=desk.wall.now())


@pytest.mark.parametrize(
    ("kind", "given", "hint"),
    [
        (ChannelKind.EMAIL, {"address": "ada@example.com"}, "a…@example.com"),
        (ChannelKind.WEBHOOK, {"url": "https://hooks.example/in?key=s3cret"}, "hooks.example/…"),
        (ChannelKind.TELEGRAM, {"token": TOKEN, "chat": "-100777"}, "bot 123456789, chat …777"),
        (
            ChannelKind.DISCORD,
            {"url": "https://discordapp.com/api/v10/webhooks/42/abcd-EFGH"},
            "…EFGH",
        ),
        (ChannelKind.SLACK, {"url": "https://hooks.slack.com/services/T/B/abcdWXYZ"}, "…WXYZ"),
    ],
)
async def test_a_channel_shows_a_hint_and_keeps_the_rest_sealed(
    desk: Desk,
    empty_postgres: DatabaseUrls,
    kind: ChannelKind,
    given: dict[str, str],
    hint: str,
) -> None:
    added = await _add(desk, kind, **given)
    assert added.channel.hint == hint

    superuser = empty_postgres.owner.replace("coach_owner", "postgres", 1)
    with psycopg.connect(superuser.replace("+psycopg", "", 1)) as connection:
        stored = str(connection.execute("SELECT * FROM notification_channels").fetchall())
    for secret in ("ada@example.com", "s3cret", TOKEN.partition(":")[2], "abcd"):
        assert secret not in stored


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (ChannelKind.EMAIL, {"address": "ada"}),
        (ChannelKind.EMAIL, {"address": "ada@example.com\nBcc: bob@example.com"}),
        (ChannelKind.EMAIL, {"address": "a@b.c,d@e.f"}),
        (ChannelKind.WEBHOOK, {"url": "ftp://example.com/"}),
        (ChannelKind.WEBHOOK, {"url": "https://user:pass@example.com/"}),
        (ChannelKind.WEBHOOK, {"url": "https:///nohost"}),
        (ChannelKind.WEBHOOK, {"url": "https://example.com/" + "x" * 2000}),
        (ChannelKind.WEBHOOK, {"url": "https://[::1"}),
        (ChannelKind.WEBHOOK, {"url": "https://example.com:99999/"}),
        (ChannelKind.WEBHOOK, {}),
        (ChannelKind.TELEGRAM, {"token": "12/../x", "chat": "1"}),
        (ChannelKind.TELEGRAM, {"token": TOKEN, "chat": "me"}),
        (ChannelKind.DISCORD, {"url": "https://discord.com.evil.example/api/webhooks/1/x"}),
        (ChannelKind.DISCORD, {"url": "https://discord.com/api/webhooks/1/../../x"}),
        (ChannelKind.SLACK, {"url": "http://hooks.slack.com/services/T/B/x"}),
        (ChannelKind.SLACK, {"url": "https://hooks.slack.com/services/../x"}),
        (ChannelKind.WEB_PUSH, {"endpoint": "https://push.example/", "p256dh": "x", "auth": "y"}),
    ],
)
async def test_what_cannot_be_reached_is_refused(
    desk: Desk, kind: ChannelKind, given: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput):
        await _add(desk, kind, **given)


async def test_an_address_without_encryption_needs_the_operators_leave(desk: Desk) -> None:
    closed = replace(desk, courier=replace(desk.courier, is_open=False))
    with pytest.raises(InvalidInput, match="https://"):
        await _add(closed, ChannelKind.WEBHOOK, url="http://example.com/")


async def test_a_web_hook_tells_its_signing_secret_once(desk: Desk) -> None:
    added = await _add(desk, ChannelKind.WEBHOOK, url="https://example.com/")
    assert (added.signing_secret or "").startswith("whsec_")
    assert not hasattr(added.channel, "signing_secret")
    other = await _add(desk, ChannelKind.SLACK, url="https://hooks.slack.com/services/a/b/c")
    assert other.signing_secret is None


async def test_an_address_must_confirm_before_it_is_told_anything(desk: Desk) -> None:
    added = await _add(desk, ChannelKind.EMAIL, address="ada@example.com")
    key = added.channel.id
    assert not added.channel.is_on
    async with desk.database.member(desk.member) as session:
        with pytest.raises(InvalidInput, match="not the code"):
            await channels.confirm(session, key, "000000x", desk.courier, now=desk.wall.now())
        code = desk.courier.vault.code(key)
        confirmed = await channels.confirm(session, key, code, desk.courier, now=desk.wall.now())
    assert confirmed.is_on
    assert code in channels.confirmation(desk.courier, key, now=desk.wall.now()).text


async def test_the_same_channel_is_there_once_and_a_browser_takes_its_own_place(
    desk: Desk,
) -> None:
    await _add(desk, ChannelKind.WEBHOOK, url="https://example.com/")
    with pytest.raises(InvalidInput, match="already"):
        await _add(desk, ChannelKind.WEBHOOK, url="https://example.com/")
    for browser in (Browser(), Browser()):
        await _add(desk, ChannelKind.WEB_PUSH, endpoint="https://push.example/1", **browser.keys)
    async with desk.database.member(desk.member) as session:
        kinds = [channel.kind for channel in await list_channels(session)]
    assert kinds == [ChannelKind.WEBHOOK, ChannelKind.WEB_PUSH]


async def test_there_is_an_end_to_channels(desk: Desk) -> None:
    for n in range(MOST):
        await _add(desk, ChannelKind.WEBHOOK, url=f"https://example.com/{n}")
    with pytest.raises(InvalidInput, match="Take one away"):
        await _add(desk, ChannelKind.WEBHOOK, url="https://example.com/more")


async def test_anothers_channel_is_not_there(desk: Desk, bob: UUID, now: datetime) -> None:
    key = (await _add(desk, ChannelKind.WEBHOOK, url="https://example.com/")).channel.id
    async with desk.database.member(bob) as session:
        with pytest.raises(NotFound):
            await channels.get(session, key)
        with pytest.raises(NotFound):
            await channels.remove(session, key)
        with pytest.raises(NotFound):
            await channels.confirm(session, key, "1", desk.courier, now=now)
        chosen = Preferences(channels={Kind.ALERT: frozenset({key})})
        with pytest.raises(NotFound):
            await channels.save_preferences(session, chosen, now=now)


async def test_a_test_switches_a_channel_on_again_or_off(desk: Desk) -> None:
    channel = (await _add(desk, ChannelKind.WEBHOOK, url="https://example.com/")).channel
    now = desk.wall.now()
    for answer, is_on in (
        (Answer(Outcome.GONE, "gone"), False),
        (Answer(Outcome.LATER, "slow"), False),
        (Answer(Outcome.SENT, "ok"), True),
    ):
        async with desk.database.member(desk.member) as session:
            await channels.note_test(session, channel.id, answer, now=now)
        assert (await desk.channel(channel)).is_on is is_on


async def test_quiet_hours_without_length_are_refused(desk: Desk) -> None:
    quiet = Preferences(quiet=QuietHours(time(7), time(7)))
    async with desk.database.member(desk.member) as session:
        with pytest.raises(InvalidInput):
            await channels.save_preferences(session, quiet, now=desk.wall.now())


def test_what_is_sealed_opens_with_its_key_alone() -> None:
    sealed = Vault("one secret of a house").seal({"token": "abc"})
    assert b"abc" not in sealed
    assert Vault("one secret of a house").open(sealed) == {"token": "abc"}
    with pytest.raises(Unreadable):
        Vault("another secret of a house").open(sealed)
