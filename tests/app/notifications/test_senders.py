"""Each way out of the house, against a receiver that checks what arrives."""

import base64
import hmac
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from starlette.responses import JSONResponse, Response

from app.core.ids import new_id
from app.notifications.channels import Wanted, add, get
from app.notifications.courier import Courier
from app.notifications.equipping import equip
from app.notifications.models import ChannelKind, Message
from app.notifications.protocol import Answer, Outcome
from app.notifications.providers.push_crypto import MAX_PAYLOAD
from tests.app.notifications.conftest import Desk, MovingClock, equipment
from tests.app.notifications.receivers import Browser, MailHost, Receiver, sender_of

TOKEN = "123456789:AAExampleTokenOfABotThatIsNotReal"
DISCORD = {"url": "https://discord.com/api/webhooks/42/TheTokenOfThisWebHook"}
SLACK = {"url": "https://hooks.slack.com/services/T0/B0/TheTokenOfThisWebHook"}
TELEGRAM = {"token": TOKEN, "chat": "-1001234"}


@pytest.fixture
def message(now: datetime) -> Message:
    key = new_id()
    return Message(
        id=key,
        title="SPX at PDH",
        text="SPX 5,930.20 touched PDH & <b>more</b>.",
        link="https://coach.example/thread/1",
        kind="alert",
        notes=(key,),
        created_at=now,
    )


async def _send(desk: Desk, kind: ChannelKind, message: Message, **given: str) -> Answer:
    async with desk.database.member(desk.member) as session:
        added = await add(session, Wanted(kind, given), desk.courier, now=desk.wall.now())
        sealed = await _sealed(session, added.channel.id)
    return await desk.courier.send(kind, sealed, message)


async def _sealed(session: Any, channel: UUID) -> bytes:
    return (await get(session, channel))[1]


async def test_a_push_can_be_read_by_its_browser_alone_and_says_who_sends(
    desk: Desk, receiver: Receiver, courier: Courier, message: Message
) -> None:
    browser = Browser()
    endpoint = f"{receiver.url}/send/abc"
    answer = await _send(desk, ChannelKind.WEB_PUSH, message, endpoint=endpoint, **browser.keys)
    [heard] = receiver.heard
    key, claims = sender_of(heard, receiver.url)

    assert answer.outcome is Outcome.SENT
    assert browser.read(heard) == {
        "id": str(message.id),
        "title": message.title,
        "text": message.text,
        "link": message.link,
        "at": message.created_at.isoformat(),
    }
    assert key == courier.push_key
    assert claims["sub"] == "mailto:house@example.com"
    assert heard.headers["content-encoding"] == "aes128gcm"
    assert heard.headers["topic"] == message.id.hex
    assert int(heard.headers["ttl"]) > 0
    assert b"SPX" not in heard.body


async def test_a_long_push_gives_way_in_its_text(
    desk: Desk, receiver: Receiver, message: Message
) -> None:
    browser = Browser()
    long = replace(message, text="€" * 3000)
    await _send(desk, ChannelKind.WEB_PUSH, long, endpoint=f"{receiver.url}/x", **browser.keys)
    [heard] = receiver.heard

    assert len(heard.body) <= 4096
    assert len(heard.body) > MAX_PAYLOAD // 2
    assert browser.read(heard)["text"].endswith("€…")


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_ended_ends_the_channel(
    desk: Desk, receiver: Receiver, message: Message, status: int
) -> None:
    receiver.replies = [Response(status_code=status)]
    browser = Browser()
    answer = await _send(
        desk, ChannelKind.WEB_PUSH, message, endpoint=f"{receiver.url}/x", **browser.keys
    )
    assert answer.outcome is Outcome.GONE
    assert "Switch it on again" in answer.text


async def test_a_web_hook_is_signed_as_its_receiver_checks_it(
    desk: Desk, receiver: Receiver, message: Message
) -> None:
    async with desk.database.member(desk.member) as session:
        wanted = Wanted(ChannelKind.WEBHOOK, {"url": f"{receiver.url}/hook?who=ada"})
        added = await add(session, wanted, desk.courier, now=desk.wall.now())
        sealed = await _sealed(session, added.channel.id)
    answer = await desk.courier.send(ChannelKind.WEBHOOK, sealed, message)
    [heard] = receiver.heard
    assert added.signing_secret is not None
    secret = base64.b64decode(added.signing_secret.removeprefix("whsec_"))
    signed = f"{message.id}.{heard.headers['webhook-timestamp']}.".encode() + heard.body
    expected = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()

    assert answer == Answer(Outcome.SENT, "The web-hook answered 200 OK.")
    assert heard.headers["webhook-id"] == str(message.id)
    assert heard.headers["webhook-timestamp"] == str(int(desk.wall.now().timestamp()))
    assert heard.headers["webhook-signature"] == f"v1,{expected}"
    assert heard.json["type"] == "coach.alert"
    assert heard.json["data"]["text"] == message.text
    assert heard.json["data"]["link"] == message.link


async def test_a_redirect_of_a_web_hook_is_not_followed(
    desk: Desk, receiver: Receiver, message: Message
) -> None:
    elsewhere = {"location": f"{receiver.url}/elsewhere"}
    receiver.replies = [Response(status_code=307, headers=elsewhere)]
    answer = await _send(desk, ChannelKind.WEBHOOK, message, url=f"{receiver.url}/hook")

    assert answer.outcome is Outcome.REFUSED
    assert [heard.path for heard in receiver.heard] == ["/hook"]


async def test_telegram_gets_the_words_and_the_link(
    desk: Desk, receiver: Receiver, message: Message
) -> None:
    answer = await _send(desk, ChannelKind.TELEGRAM, message, **TELEGRAM)
    [heard] = receiver.heard

    assert answer.outcome is Outcome.SENT
    assert heard.path == f"/bot{TOKEN}/sendMessage"
    assert heard.json["chat_id"] == "-1001234"
    assert heard.json["text"].splitlines() == [message.title, message.text, message.link]


async def test_discord_pings_nobody(desk: Desk, receiver: Receiver, message: Message) -> None:
    answer = await _send(desk, ChannelKind.DISCORD, message, **DISCORD)
    [heard] = receiver.heard

    assert answer.outcome is Outcome.SENT
    assert heard.path == "/api/webhooks/42/TheTokenOfThisWebHook"
    assert heard.json["allowed_mentions"] == {"parse": []}


async def test_slack_reads_no_markup_in_the_words(
    desk: Desk, receiver: Receiver, message: Message
) -> None:
    answer = await _send(desk, ChannelKind.SLACK, message, **SLACK)
    [heard] = receiver.heard

    assert answer.outcome is Outcome.SENT
    assert heard.path == "/services/T0/B0/TheTokenOfThisWebHook"
    assert "&amp; &lt;b&gt;more&lt;/b&gt;" in heard.json["text"]


VENDORS = {
    ChannelKind.TELEGRAM: TELEGRAM,
    ChannelKind.DISCORD: DISCORD,
    ChannelKind.SLACK: SLACK,
}


@pytest.mark.parametrize(
    ("kind", "reply", "outcome", "words"),
    [
        (
            ChannelKind.TELEGRAM,
            JSONResponse({"description": "Forbidden: bot was blocked by the user"}, 403),
            Outcome.GONE,
            "Telegram answered 403 Forbidden: Forbidden: bot was blocked by the user.",
        ),
        (
            ChannelKind.TELEGRAM,
            JSONResponse({"description": "Bad Request: chat not found"}, 400),
            Outcome.GONE,
            "Telegram answered 400 Bad Request: Bad Request: chat not found.",
        ),
        (
            ChannelKind.DISCORD,
            JSONResponse({"message": "Unknown Webhook", "code": 10015}, 404),
            Outcome.GONE,
            "Discord answered 404 Not Found: Unknown Webhook.",
        ),
        (
            ChannelKind.SLACK,
            Response("invalid_payload", 400),
            Outcome.REFUSED,
            "Slack answered 400 Bad Request: invalid_payload.",
        ),
        (
            ChannelKind.SLACK,
            Response("no_service", 404),
            Outcome.GONE,
            "Slack answered 404 Not Found: no_service.",
        ),
        (
            ChannelKind.SLACK,
            Response("boom", 503),
            Outcome.LATER,
            "Slack answered 503 Service Unavailable: boom.",
        ),
        (
            ChannelKind.SLACK,
            Response("who is TheTokenOfThisWebHook?", 400),
            Outcome.REFUSED,
            "Slack answered 400 Bad Request: who is …?.",
        ),
    ],
)
async def test_what_a_vendor_answers_is_said_and_understood(
    desk: Desk,
    receiver: Receiver,
    message: Message,
    kind: ChannelKind,
    reply: Response,
    outcome: Outcome,
    words: str,
) -> None:
    receiver.replies = [reply]
    answer = await _send(desk, kind, message, **VENDORS[kind])
    assert answer == Answer(outcome, words)


@pytest.mark.parametrize(
    ("kind", "reply", "seconds"),
    [
        (ChannelKind.SLACK, Response("slow", 429, {"Retry-After": "30"}), 30),
        (ChannelKind.TELEGRAM, JSONResponse({"parameters": {"retry_after": 17}}, 429), 17),
        (ChannelKind.DISCORD, JSONResponse({"retry_after": 64.5}, 429), 64.5),
        (
            ChannelKind.DISCORD,
            Response("", 429, {"Retry-After": "Fri, 20 Nov 2026 16:31:30 GMT"}),
            90,
        ),
        (ChannelKind.SLACK, Response("slow", 429, {"Retry-After": "soon"}), None),
    ],
)
async def test_a_vendor_that_wants_peace_says_for_how_long(
    desk: Desk,
    receiver: Receiver,
    message: Message,
    kind: ChannelKind,
    reply: Response,
    seconds: float | None,
) -> None:
    receiver.replies = [reply]
    answer = await _send(desk, kind, message, **VENDORS[kind])
    assert (answer.outcome, answer.retry_after_seconds) == (Outcome.LATER, seconds)


async def test_a_letter_has_the_words_the_link_and_its_id(
    desk: Desk, post_office: MailHost, message: Message
) -> None:
    answer = await _send(desk, ChannelKind.EMAIL, message, address="ada@example.com")
    [letter] = post_office.letters

    assert answer == Answer(Outcome.SENT, "The mail server took it.")
    assert letter["to"] == "ada@example.com"
    assert letter["subject"] == message.title
    assert letter["message-id"] == f"<{message.id}@example.com>"
    assert letter.get_content().splitlines() == [message.text, "", message.link]


@pytest.mark.parametrize(
    ("refusal", "outcome"),
    [
        (b"550 no such user\r\n", Outcome.GONE),
        (b"554 policy\r\n", Outcome.REFUSED),
        (b"451 come back\r\n", Outcome.LATER),
    ],
)
async def test_a_refused_letter_is_told_by_its_code(
    desk: Desk, post_office: MailHost, message: Message, refusal: bytes, outcome: Outcome
) -> None:
    post_office.refuses = refusal
    answer = await _send(desk, ChannelKind.EMAIL, message, address="ada@example.com")
    assert answer.outcome is outcome
    assert refusal[4:].decode().strip() in answer.text


async def test_without_a_mail_server_it_is_tried_later(
    wall: MovingClock, receiver: Receiver, message: Message
) -> None:
    nobody = MailHost(port=9)
    courier = equip(equipment(receiver, nobody), wall)
    sealed = courier.vault.seal({"address": "ada@example.com"})
    answer = await courier.send(ChannelKind.EMAIL, sealed, message)
    await courier.close()
    assert answer.outcome is Outcome.LATER


async def test_nobody_there_is_tried_later(desk: Desk, message: Message) -> None:
    answer = await _send(desk, ChannelKind.WEBHOOK, message, url="http://127.0.0.1:9/hook")
    assert answer == Answer(Outcome.LATER, "The web-hook: no connection.")


async def test_a_channel_sealed_under_another_key_is_ended(desk: Desk, message: Message) -> None:
    answer = await desk.courier.send(ChannelKind.SLACK, b"gAAAA-not-ours", message)
    assert answer.outcome is Outcome.GONE
    assert "Add it again" in answer.text
