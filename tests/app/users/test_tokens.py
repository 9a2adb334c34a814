"""Tokens: one for both doors; forged, old and strange ones are refused."""

import json
import os
import subprocess
import sys
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from app.core.clock import WallClock
from app.core.errors import NotSignedIn
from app.core.ids import new_id
from app.users.models import Member
from app.users.tokens import LIFETIME, issue_token, read_token

SECRET = "a secret of at least thirty-two bytes"


@pytest.fixture
def member(now: datetime) -> Member:
    return Member(id=new_id(), identifier="demo", name="Demo member", created_at=now, is_demo=True)


def test_a_token_names_its_member_until_it_expires(member: Member, now: datetime) -> None:
    token = issue_token(member, secret=SECRET, now=now)
    last = now + LIFETIME - timedelta(seconds=1)

    claims = read_token(token, secret=SECRET, now=last)
    assert (claims.identifier, claims.name) == ("demo", "Demo member")
    assert claims.expires_at == now + LIFETIME
    with pytest.raises(NotSignedIn, match="expired"):
        read_token(token, secret=SECRET, now=now + LIFETIME)


def test_a_token_of_the_future_is_refused(member: Member, now: datetime) -> None:
    token = issue_token(member, secret=SECRET, now=now + timedelta(hours=1))
    with pytest.raises(NotSignedIn):
        read_token(token, secret=SECRET, now=now)


def test_a_token_signed_by_somebody_else_is_refused(member: Member, now: datetime) -> None:
    token = issue_token(member, secret=SECRET[::-1], now=now)
    with pytest.raises(NotSignedIn):
        read_token(token, secret=SECRET, now=now)


def test_a_changed_token_is_refused(member: Member, now: datetime) -> None:
    head, _, signature = issue_token(member, secret=SECRET, now=now).split(".")
    claims = {"identifier": "admin", "iat": now.timestamp(), "exp": now.timestamp() + 60}
    body = urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    with pytest.raises(NotSignedIn):
        read_token(f"{head}.{body}.{signature}", secret=SECRET, now=now)


def test_an_unsigned_token_is_refused(now: datetime) -> None:
    claims = {"identifier": "admin", "iat": now, "exp": now + LIFETIME}
    with pytest.raises(NotSignedIn):
        read_token(jwt.encode(claims, "", algorithm="none"), secret=SECRET, now=now)


@pytest.mark.parametrize(
    "change",
    [
        {"identifier": None},
        {"identifier": ""},
        {"identifier": 7},
        {"identifier": ["demo"]},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 1e40},
        {"iat": None},
        {"iat": []},
    ],
)
def test_claims_that_make_no_sense_are_refused(change: dict[str, Any], now: datetime) -> None:
    claims = {"identifier": "demo", "iat": now.timestamp(), "exp": now.timestamp() + 60}
    token = jwt.encode(claims | change, SECRET, algorithm="HS256")
    with pytest.raises(NotSignedIn):
        read_token(token, secret=SECRET, now=now)


@pytest.mark.parametrize("token", ["", "a.b.c", "…", "x" * 10_000])
def test_what_is_no_token_is_refused(token: str, now: datetime) -> None:
    with pytest.raises(NotSignedIn):
        read_token(token, secret=SECRET, now=now)


_CHAT = """
import json, sys
from chainlit.auth.jwt import create_jwt, decode_jwt
from chainlit.user import User
user = decode_jwt(sys.argv[1])
theirs = create_jwt(User(identifier="demo", display_name="Demo member", metadata={}))
print(json.dumps([user.identifier, user.display_name, user.metadata, theirs]))
"""


def test_the_chat_and_we_read_each_others_tokens(member: Member, tmp_path: Path) -> None:
    now = WallClock().now()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _CHAT, issue_token(member, secret=SECRET, now=now)],
        check=True,
        capture_output=True,
        text=True,
        env={
            "PATH": os.defpath,
            "HOME": str(tmp_path),
            "CHAINLIT_APP_ROOT": str(tmp_path),
            "CHAINLIT_AUTH_SECRET": SECRET,
        },
    )
    identifier, name, metadata, theirs = json.loads(done.stdout.splitlines()[-1])

    assert (identifier, name, metadata) == ("demo", "Demo member", {"is_demo": True})
    assert read_token(theirs, secret=SECRET, now=now + timedelta(minutes=1)).identifier == "demo"
