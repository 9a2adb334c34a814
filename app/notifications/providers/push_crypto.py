"""What web push asks of a sender: a payload only the browser can read, and a proof of who sends.

RFC 8291 (encryption), RFC 8188 (its coding) and RFC 8292 (VAPID). Written here because it is short
and the library for it speaks HTTP by itself, past our guard.
"""

import base64
import os
import struct
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.core.errors import InvalidInput
from app.infra.faults import CannotStart

MAX_PAYLOAD = 3900
"""Bytes; a push service need not carry more than 4096 of the whole."""

_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_RECORD = 4096
_PROOF_LASTS = timedelta(hours=12)
_LAST_RECORD = b"\x02"


def b64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def from_b64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encrypt(
    payload: bytes,
    *,
    p256dh: str,
    auth: str,
    salt: bytes | None = None,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """`payload` for the subscription with these keys. `salt` and `key` are fresh unless given."""
    theirs = read_public(p256dh)
    ours = key or ec.generate_private_key(_CURVE)
    salt = salt or os.urandom(16)
    both = b"WebPush: info\0" + _raw(theirs) + _raw(ours.public_key())
    secret = _hkdf(ours.exchange(ec.ECDH(), theirs), from_b64url(auth), both, 32)
    content_key = _hkdf(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(secret, salt, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(content_key).encrypt(nonce, payload + _LAST_RECORD, None)
    public = _raw(ours.public_key())
    return salt + struct.pack("!IB", _RECORD, len(public)) + public + sealed


def read_public(p256dh: str) -> ec.EllipticCurvePublicKey:
    """A subscription's key; `InvalidInput` if it is none."""
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, from_b64url(p256dh))
    except ValueError as error:
        raise InvalidInput("This browser's subscription has no valid key.") from error


class Vapid:
    """The house's identity towards push services.

    The key is 32 bytes in base64url, as push libraries make it; every 256-bit secret is one.
    """

    def __init__(self, key: str, contact: str) -> None:
        try:
            number = int.from_bytes(from_b64url(key))
        except ValueError as error:
            raise CannotStart("COACH_NOTIFICATIONS__VAPID_KEY is no base64url text.") from error
        self._key = ec.derive_private_key(number % (_ORDER - 1) or 1, _CURVE)
        self._contact = contact

    @property
    def public_key(self) -> str:
        """What a browser subscribes with."""
        return b64url(_raw(self._key.public_key()))

    def authorization(self, endpoint: str, now: datetime) -> str:
        """The header that proves to the push service of `endpoint` who sends."""
        service = urlsplit(endpoint)
        claims = {
            "aud": f"{service.scheme}://{service.netloc}",
            "exp": now + _PROOF_LASTS,
            "sub": self._contact,
        }
        return f"vapid t={jwt.encode(claims, self._key, algorithm='ES256')}, k={self.public_key}"


def _raw(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length=length, salt=salt, info=info).derive(secret)
