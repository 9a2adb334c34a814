"""Web push's encryption against the example that RFC 8291 works out, and its proof of who sends."""

import json
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app.core.errors import InvalidInput
from app.notifications.providers.push_crypto import (
    Vapid,
    b64url,
    encrypt,
    from_b64url,
    read_public,
)

# RFC 8291, section 5 and appendix A
PLAINTEXT = b"When I grow up, I want to be a watermelon"
OURS = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
THEIRS = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAm"
    "S6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_"
    "Qulcy4a-fN"
)


def test_the_example_of_the_standard_comes_out_as_printed() -> None:
    key = ec.derive_private_key(int.from_bytes(from_b64url(OURS)), ec.SECP256R1())
    sealed = encrypt(PLAINTEXT, p256dh=THEIRS, auth=AUTH, salt=from_b64url(SALT), key=key)
    assert b64url(sealed) == BODY


def test_the_same_payload_is_never_the_same_bytes() -> None:
    assert encrypt(b"x", p256dh=THEIRS, auth=AUTH) != encrypt(b"x", p256dh=THEIRS, auth=AUTH)


def test_the_house_proves_who_it_is_to_this_push_service_alone() -> None:
    now = datetime.now(UTC)  # noqa: TID251 - pyjwt checks against the system's time
    vapid = Vapid(OURS, "mailto:ada@example.com")
    header = vapid.authorization("https://push.example/send/abc?x=1", now)
    scheme, _, rest = header.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))

    claims = jwt.decode(
        parts["t"], read_public(parts["k"]), algorithms=["ES256"], audience="https://push.example"
    )
    assert scheme == "vapid"
    assert parts["k"] == vapid.public_key
    assert claims["sub"] == "mailto:ada@example.com"
    assert 0 < claims["exp"] - now.timestamp() <= 24 * 3600


def test_an_identity_stays_the_same_for_the_same_key() -> None:
    assert Vapid(OURS, "mailto:a@b.c").public_key == Vapid(OURS, "mailto:x@y.z").public_key
    assert Vapid(SALT * 2, "mailto:a@b.c").public_key != Vapid(OURS, "mailto:a@b.c").public_key


@pytest.mark.parametrize("wrong", ["", "AAAA", THEIRS[:-4], "not base64 €", json.dumps({})])
def test_a_subscription_without_a_valid_key_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidInput):
        read_public(wrong)
