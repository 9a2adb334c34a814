"""A member's channels: added, confirmed, tried, taken away.

Decided: an e-mail address must say yes first, by a code that was sent there: the mail goes out in the
operator's name. Everything else proves itself, because only its owner has its secret.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import InvalidInput, NotFound
from app.core.ids import new_id
from app.notifications import repository
from app.notifications.courier import Courier
from app.notifications.models import Channel, ChannelKind, Message, Preferences
from app.notifications.protocol import Answer, Outcome, Secret
from app.notifications.providers.push_crypto import from_b64url, read_public
from app.notifications.providers.webhook import new_signing_secret
from app.notifications.sealing import Unreadable

MOST = 20
"""Channels of one member."""

_NAME_LENGTH = 60
_URL_LENGTH = 2000
_AUTH_BYTES = 16
_MAIL = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_TELEGRAM = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{20,100}")
_CHAT = re.compile(r"-?\d{1,20}|@[A-Za-z0-9_]{4,40}")
_DISCORD = re.compile(
    r"https://(?:canary\.|ptb\.)?discord(?:app)?\.com/(api/(?:v\d+/)?webhooks/\d+/[\w-]+)/?"
)
_SLACK = re.compile(r"https://hooks\.slack(?:-gov)?\.com/((?:services|workflows|triggers)/[\w/-]+)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A channel as the member gives it: what its kind needs, and a name for it."""

    kind: ChannelKind
    given: Secret
    name: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """`signing_secret` is shown this once, for the receiver of a web-hook."""

    channel: Channel
    signing_secret: str | None = None


@dataclass(frozen=True, slots=True)
class _Reach:
    """The secret to be sealed, and as much of it as is shown."""

    secret: dict[str, str]
    hint: str


async def add(session: AsyncSession, wanted: Wanted, courier: Courier, *, now: datetime) -> Added:
    """Store a channel. `InvalidInput` for what cannot be reached by its kind."""
    courier.sender(wanted.kind)
    reach = _REACHES[wanted.kind](wanted.given, courier)
    known = await repository.list_channels(session)
    of_kind = tuple(channel for channel in known if channel.kind is wanted.kind)
    await _make_room(session, of_kind, reach, courier)
    if len(known) >= MOST:
        raise InvalidInput(f"A member can have {MOST} channels. Take one away first.")
    channel = Channel(
        id=new_id(),
        kind=wanted.kind,
        name=" ".join(wanted.name.split())[:_NAME_LENGTH],
        hint=reach.hint,
        created_at=now,
        confirmed_at=None if wanted.kind is ChannelKind.EMAIL else now,
    )
    await repository.insert_channel(session, channel, courier.vault.seal(reach.secret))
    return Added(channel, reach.secret.get("signing_secret"))


async def get(session: AsyncSession, key: UUID) -> tuple[Channel, bytes]:
    """The member's channel and its sealed secret; `NotFound` for anybody else's."""
    found = await repository.find_channel(session, key)
    if found is None:
        raise NotFound("There is no such channel.")
    return found


async def remove(session: AsyncSession, key: UUID) -> None:
    """Take a channel away, with what waited for it."""
    if not await repository.delete_channel(session, key):
        raise NotFound("There is no such channel.")


async def confirm(
    session: AsyncSession, key: UUID, code: str, courier: Courier, *, now: datetime
) -> Channel:
    """Switch a channel on by the code that was sent to it."""
    channel, _ = await get(session, key)
    if not hmac.compare_digest(code.strip().encode(), courier.vault.code(key).encode()):
        raise InvalidInput("This is not the code that was sent there.")
    if channel.confirmed_at is None:
        await repository.set_channel(session, key, confirmed_at=now)
    return (await get(session, key))[0]


async def note_test(session: AsyncSession, key: UUID, answer: Answer, *, now: datetime) -> None:
    """A test that arrived switches a channel on again; one that ended it switches it off."""
    if answer.outcome is Outcome.SENT:
        await repository.set_channel(
            session, key, disabled_because="", not_before=None, last_sent_at=now
        )
    elif answer.outcome is Outcome.GONE:
        await repository.set_channel(session, key, disabled_because=answer.text)


async def save_preferences(
    session: AsyncSession, preferences: Preferences, *, now: datetime
) -> None:
    """Replace the member's choices; what was held back is looked at again. `InvalidInput` for quiet
    hours without length, `NotFound` for channels that are not the member's."""
    quiet = preferences.quiet
    if quiet is not None and quiet.start == quiet.end:
        raise InvalidInput("Quiet hours need a start and an end that differ.")
    own = {channel.id for channel in await repository.list_channels(session)}
    if not all(chosen <= own for chosen in preferences.channels.values()):
        raise NotFound("There is no such channel.")
    await repository.save_preferences(session, preferences)
    await repository.release_held(session, now=now)


def trial(courier: Courier, *, now: datetime) -> Message:
    """What the test button sends."""
    return _house_message(
        "Test from your trading coach", "This channel works.", courier.address, now
    )


def confirmation(courier: Courier, channel: UUID, *, now: datetime) -> Message:
    """What asks the owner of an address whether it may be used."""
    code = courier.vault.code(channel)
    text = (
        f"Your code is {code}. Enter it in the coach to be told here.\n"
        "If you did not ask for this, do nothing: nothing else will be sent."
    )
    return _house_message("Confirm this address for your trading coach", text, "", now)


def _house_message(title: str, text: str, link: str, now: datetime) -> Message:
    return Message(
        id=new_id(), title=title, text=text, link=link, kind="test", notes=(), created_at=now
    )


async def _make_room(
    session: AsyncSession, known: tuple[Channel, ...], reach: _Reach, courier: Courier
) -> None:
    """A browser that subscribes again takes the place of what it was; anything else is there once."""
    identity = {name: text for name, text in reach.secret.items() if name in _IDENTITY}
    for channel in known:
        found = await repository.find_channel(session, channel.id)
        if found is None or not identity.items() <= _opened(courier, found[1]).items():
            continue
        if channel.kind is not ChannelKind.WEB_PUSH:
            raise InvalidInput("You have this channel already. Take it away first.")
        await repository.delete_channel(session, channel.id)


def _opened(courier: Courier, sealed: bytes) -> dict[str, str]:
    try:
        return courier.vault.open(sealed)
    except Unreadable:
        return {}


_IDENTITY = frozenset({"endpoint", "address", "url", "token", "chat", "path"})


def _push(given: Secret, courier: Courier) -> _Reach:
    endpoint = _url(given.get("endpoint", ""), courier)
    p256dh, auth = given.get("p256dh", ""), given.get("auth", "")
    read_public(p256dh)
    try:
        is_whole = len(from_b64url(auth)) == _AUTH_BYTES
    except ValueError:
        is_whole = False
    if not is_whole:
        raise InvalidInput("This browser's subscription has no valid key.")
    return _Reach(
        {"endpoint": endpoint, "p256dh": p256dh, "auth": auth}, str(urlsplit(endpoint).hostname)
    )


def _mail(given: Secret, _: Courier) -> _Reach:
    address = given.get("address", "").strip()
    if not _MAIL.fullmatch(address) or not address.isascii():
        raise InvalidInput("This is no e-mail address.")
    domain = address.rpartition("@")[2]
    return _Reach({"address": address}, f"{address[:1]}…@{domain}")


def _webhook(given: Secret, courier: Courier) -> _Reach:
    url = _url(given.get("url", "").strip(), courier)
    return _Reach(
        {"url": url, "signing_secret": new_signing_secret()}, f"{urlsplit(url).hostname}/…"
    )


def _telegram(given: Secret, _: Courier) -> _Reach:
    token, chat = given.get("token", "").strip(), given.get("chat", "").strip()
    if not _TELEGRAM.fullmatch(token):
        raise InvalidInput("This is no bot's token. @BotFather gives one like 123456:ABC….")
    if not _CHAT.fullmatch(chat):
        raise InvalidInput("The chat is a number such as -100123, or a channel such as @mychannel.")
    return _Reach(
        {"token": token, "chat": chat}, f"bot {token.partition(':')[0]}, chat …{chat[-3:]}"
    )


def _discord(given: Secret, _: Courier) -> _Reach:
    return _vendor(_DISCORD, given, "Discord", "https://discord.com/api/webhooks/…")


def _slack(given: Secret, _: Courier) -> _Reach:
    return _vendor(_SLACK, given, "Slack", "https://hooks.slack.com/services/…")


def _vendor(shape: re.Pattern[str], given: Secret, vendor: str, example: str) -> _Reach:
    found = shape.fullmatch(given.get("url", "").strip())
    if found is None:
        raise InvalidInput(f"This is no web-hook of {vendor}. It looks like {example}")
    return _Reach({"path": found[1]}, f"…{found[1][-4:]}")


def _url(text: str, courier: Courier) -> str:
    """An address that a request may go to; whether its host is public is seen at each connection."""
    try:
        found = urlsplit(text)
        host, _ = found.hostname, found.port
    except ValueError as error:
        raise InvalidInput("This is no web address.") from error
    schemes = {"https", "http"} if courier.is_open else {"https"}
    if found.scheme not in schemes or not host or len(text) > _URL_LENGTH:
        raise InvalidInput("The address must begin with https:// and name a host.")
    if found.username is not None or found.password is not None:
        raise InvalidInput("The address may not carry a user and a password.")
    if not text.isprintable() or " " in text:
        raise InvalidInput("This is no web address.")
    return text


_REACHES = {
    ChannelKind.WEB_PUSH: _push,
    ChannelKind.EMAIL: _mail,
    ChannelKind.WEBHOOK: _webhook,
    ChannelKind.TELEGRAM: _telegram,
    ChannelKind.DISCORD: _discord,
    ChannelKind.SLACK: _slack,
}
