"""Channels over HTTP: given once, shown by a hint, tried by a button, and nobody else's."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import Response

from app.infra.embedded.postgres import DatabaseUrls
from tests.app.notifications.conftest import post_office, receiver  # noqa: F401 - fixtures
from tests.app.notifications.receivers import Browser, MailHost, Receiver

CHANNELS = "/api/v1/channels"
CHOICES = "/api/v1/notifications/preferences"
SECRET_PATH = "a-very-secret-path"


def _program(server: Any, token: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60)


@pytest.fixture
async def ada(server: Any, ada_token: str) -> AsyncIterator[httpx.AsyncClient]:
    async with _program(server, ada_token) as client:
        yield client


@pytest.fixture
async def bob(server: Any, bob_token: str) -> AsyncIterator[httpx.AsyncClient]:
    async with _program(server, bob_token) as client:
        yield client


@pytest.fixture
async def open_house(
    serve: Callable[..., AbstractContextManager[Any]],
    postgres: DatabaseUrls,
    receiver: Receiver,  # noqa: F811
    post_office: MailHost,  # noqa: F811
    tmp_path: Path,
) -> AsyncIterator[Any]:
    """A server whose operator allows private addresses and has a mail server; it logs all it can."""
    settings = {
        "COACH_LOG_LEVEL": "debug",
        "COACH_NOTIFICATIONS__ALLOW_PRIVATE": "true",
        "COACH_NOTIFICATIONS__SLACK_URL": receiver.url,
        "COACH_NOTIFICATIONS__TELEGRAM_URL": receiver.url,
        "COACH_SMTP__HOST": "127.0.0.1",
        "COACH_SMTP__PORT": str(post_office.port),
        "COACH_SMTP__SECURITY": "none",
        "COACH_SMTP__SENDER": "coach@example.com",
    }
    with serve(postgres, tmp_path / "open", settings=settings) as running:
        yield running


async def test_a_channel_is_tried_by_its_button_and_its_secret_never_comes_back(
    open_house: Any,
    ada_token: str,
    receiver: Receiver,  # noqa: F811
) -> None:
    async with _program(open_house, ada_token) as web:
        url = f"{receiver.url}/{SECRET_PATH}"
        added = await web.post(CHANNELS, json={"kind": "webhook", "url": url, "name": "desk"})
        assert added.status_code == 201
        signing_secret = added.json()["signing_secret"]
        channel = added.json()["channel"]
        assert (channel["state"], channel["name"], channel["hint"]) == ("on", "desk", "127.0.0.1/…")

        receiver.replies = [Response(status_code=503), Response(status_code=410), Response("ok")]
        button = f"{CHANNELS}/{channel['id']}/test"
        tried = [(await web.post(button)).json() for _ in range(3)]
        assert tried == [
            {"ok": False, "says": "The web-hook answered 503 Service Unavailable."},
            {
                "ok": False,
                "says": "The web-hook answered 410 Gone. It does not want to be called any more.",
            },
            {"ok": True, "says": "The web-hook answered 200 OK."},
        ]
        [shown] = (await web.get(CHANNELS)).json()["channels"]
        assert shown["state"] == "on"
        assert shown["last_sent_at"] is not None

        token = "987654321:BBTokenThatMustNotBeSeenAnywhere"
        await web.post(CHANNELS, json={"kind": "telegram", "token": token, "chat": "42"})
        listed = (await web.get(CHANNELS)).text
        bot = (await web.get(CHANNELS)).json()["channels"][1]
        assert (await web.post(f"{CHANNELS}/{bot['id']}/test")).json()["ok"]
        assert receiver.heard[-1].path == f"/bot{token}/sendMessage"
    for secret in (SECRET_PATH, signing_secret, token.partition(":")[2]):
        assert secret not in listed
        assert secret not in open_house.lines


async def test_an_address_is_asked_before_it_is_told_anything(
    open_house: Any,
    ada_token: str,
    post_office: MailHost,  # noqa: F811
) -> None:
    async with _program(open_house, ada_token) as web:
        new = {"kind": "email", "address": "ada@example.com"}
        added = (await web.post(CHANNELS, json=new)).json()
        assert added["channel"]["state"] == "unconfirmed"
        assert "code was sent" in added["says"]
        [letter] = post_office.letters
        code = re.search(r"code is (\d{6})", letter.get_content())
        assert code is not None
        door = f"{CHANNELS}/{added['channel']['id']}/confirm"
        wrong = "000000" if code[1] != "000000" else "111111"
        refused = await web.post(door, json={"code": wrong})
        assert refused.status_code == 422
        confirmed = await web.post(door, json={"code": code[1]})
        assert confirmed.json()["state"] == "on"
        guesses = [(await web.post(door, json={"code": wrong})).status_code for _ in range(5)]
        assert guesses[-1] == 429


async def test_a_house_without_a_mail_server_offers_no_e_mail(ada: httpx.AsyncClient) -> None:
    offered = (await ada.get(CHANNELS)).json()
    assert offered["kinds"] == ["web_push", "webhook", "telegram", "discord", "slack"]
    assert len(offered["push_key"]) == 87
    refused = await ada.post(CHANNELS, json={"kind": "email", "address": "ada@example.com"})
    assert refused.status_code == 422


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1:5432/", "https://localhost/", "https://169.254.169.254/latest"]
)
async def test_a_members_web_hook_does_not_lead_into_the_house(
    ada: httpx.AsyncClient, url: str
) -> None:
    channel = (await ada.post(CHANNELS, json={"kind": "webhook", "url": url})).json()["channel"]
    tried = (await ada.post(f"{CHANNELS}/{channel['id']}/test")).json()
    assert tried == {"ok": False, "says": "The address is not one of the public internet."}


async def test_nobody_sees_or_touches_anothers_channel(
    ada: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    subscription = {"endpoint": "https://push.example/1", "keys": Browser().keys}
    new = {"kind": "web_push", "subscription": subscription, "name": "phone"}
    channel = (await ada.post(CHANNELS, json=new)).json()["channel"]
    address = f"{CHANNELS}/{channel['id']}"

    assert (await bob.get(CHANNELS)).json()["channels"] == []
    assert (await bob.delete(address)).status_code == 404
    assert (await bob.post(f"{address}/test")).status_code == 404
    assert (await bob.post(f"{address}/confirm", json={"code": "1"})).status_code == 404
    choices = {"zone": "UTC", "quiet": None, "channels": {"alert": [channel["id"]]}}
    assert (await bob.put(CHOICES, json=choices)).status_code == 404
    assert (await ada.put(CHOICES, json=choices)).status_code == 200
    assert (await ada.delete(address)).status_code == 204
    assert (await ada.delete(address)).status_code == 404


async def test_choices_come_back_as_they_were_made(ada: httpx.AsyncClient) -> None:
    before = (await ada.get(CHOICES)).json()
    assert before["quiet"] is None
    assert set(before["channels"].values()) == {None}
    made = {
        "zone": "America/New_York",
        "quiet": {"start": "22:00", "end": "07:00"},
        "channels": {"alert": None, "opportunity": [], "position": None},
    }
    assert (await ada.put(CHOICES, json=made)).json() == made
    assert (await ada.get(CHOICES)).json() == made


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Mars/Olympus"},
        {"zone": "../../etc/passwd"},
        {"quiet": {"start": "22:00", "end": "22:00"}},
        {"quiet": {"start": "24:00", "end": "07:00"}},
        {"channels": {"gossip": None}},
    ],
)
async def test_choices_that_make_no_sense_are_refused(
    ada: httpx.AsyncClient, wrong: dict[str, Any]
) -> None:
    choices = {"zone": "UTC", "quiet": None, "channels": {}, **wrong}
    assert (await ada.put(CHOICES, json=choices)).status_code == 422


async def test_a_refused_secret_is_not_repeated(ada: httpx.AsyncClient) -> None:
    new = {"kind": "slack", "url": f"https://evil.example/{SECRET_PATH}"}
    for body in (new, new | {"url": SECRET_PATH * 200}):
        refused = await ada.post(CHANNELS, json=body)
        assert refused.status_code == 422
        assert SECRET_PATH not in refused.text
