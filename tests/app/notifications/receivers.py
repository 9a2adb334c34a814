"""Receivers on loopback: whatever takes a POST, a push service with its browser, a mail server."""

import asyncio
import base64
import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.market.standins.serving import served


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Receiver:
    """Takes POSTs. `replies` are given first, one each, then 200; while `waits` is clear it is slow."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    replies: list[Response] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        self.heard.append(Heard(scope["path"], dict(request.headers), body))
        self.arrived.set()
        await self.may_answer.wait()
        reply = self.replies.pop(0) if self.replies else Response("ok")
        await reply(scope, receive, send)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    receiver.may_answer.set()
    async with served(receiver) as place:
        receiver.url = f"http://{place}"
        yield receiver
        receiver.may_answer.set()


class Browser:
    """A browser's side of web push: makes a subscription, checks who sends, reads the payload."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = b"sixteen bytes of"

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": _text(_point(self._key.public_key())), "auth": _text(self._auth)}

    def read(self, heard: Heard) -> dict[str, Any]:
        """The payload, by RFC 8188 and RFC 8291."""
        salt, (_, length) = heard.body[:16], struct.unpack("!IB", heard.body[16:21])
        sender, sealed = heard.body[21 : 21 + length], heard.body[21 + length :]
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self._key.exchange(ec.ECDH(), theirs)
        both = b"WebPush: info\x00" + _point(self._key.public_key()) + sender
        first = _derive(shared, self._auth, both, 32)
        key = _derive(first, salt, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _derive(first, salt, b"Content-Encoding: nonce\x00", 12)
        content = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert content.endswith(b"\x02")
        found: dict[str, Any] = json.loads(content[:-1])
        return found


def sender_of(heard: Heard, audience: str) -> tuple[str, dict[str, Any]]:
    """The public key and the claims of whoever sent a push; raises if they do not hold."""
    scheme, _, rest = heard.headers["authorization"].partition(" ")
    assert scheme == "vapid"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    raw = base64.urlsafe_b64decode(parts["k"] + "==")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    claims = jwt.decode(
        parts["t"], key, ["ES256"], audience=audience, options={"verify_exp": False}
    )
    return parts["k"], claims


@dataclass(slots=True)
class MailHost:
    """A mail server that knows as much of RFC 5321 as a letter needs. `refuses` answers `RCPT`."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    refuses: bytes = b""


@asynccontextmanager
async def mail_host() -> AsyncIterator[MailHost]:
    host = MailHost()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 post\r\n")
        while line := (await reader.readline()).strip():
            if line.upper() == b"DATA":
                writer.write(b"354 go on\r\n")
                letter = (await reader.readuntil(b"\r\n.\r\n"))[:-3]
                host.letters.append(message_from_bytes(letter, policy=policy.default))
                writer.write(b"250 taken\r\n")
            elif line.upper().startswith(b"RCPT") and host.refuses:
                writer.write(host.refuses)
            elif line.upper() == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 fine\r\n")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    host.port = server.sockets[0].getsockname()[1]
    async with server:
        yield host


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length=length, salt=salt, info=info).derive(secret)
