"""Secrets of channels at rest: sealed with one key of the house, never shown again in full.

Decided: Fernet, with a key derived from the house's secret, so that any long text an operator sets
will do. Whoever has the database alone has nothing.
"""

import base64
import hmac
import json
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.errors import CoachError
from app.notifications.protocol import Secret

_DIGITS = 6


class Unreadable(CoachError):
    """What was sealed cannot be opened: the key is another one than it was."""

    code = "unreadable_channel"


class Vault:
    """Seals and opens what a channel needs; derives the codes that confirm one. What is sealed for one
    `purpose` opens for no other."""

    def __init__(self, secret: str, purpose: bytes = b"channels") -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(_derived(secret, purpose)))
        self._codes = _derived(secret, b"codes")

    def seal(self, secret: Secret) -> bytes:
        return self._fernet.encrypt(json.dumps(dict(secret)).encode())

    def open(self, sealed: bytes) -> dict[str, str]:
        """`Unreadable` if it was sealed with another key."""
        try:
            opened: dict[str, str] = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken as error:
            raise Unreadable(
                "This channel was stored under another key of the house. Add it again."
            ) from error
        return opened

    def code(self, channel: UUID) -> str:
        """The digits that prove that whoever has the channel wants it."""
        digest = hmac.digest(self._codes, channel.bytes, "sha256")
        return str(int.from_bytes(digest[:8]) % 10**_DIGITS).zfill(_DIGITS)


def _derived(secret: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())
