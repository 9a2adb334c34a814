"""Member tokens: who somebody is, signed.

Decided: one token, in the claims that the chat's own sign-in writes, so that the cookie of the page
and the Bearer header of a program are the same thing and both doors check it here. It cannot be
revoked before it expires, and its holder can read it: it carries no secret and no rights.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from app.core.errors import NotSignedIn
from app.users.models import Member

COOKIE_NAME = "access_token"
LIFETIME = timedelta(days=15)

_ALGORITHM = "HS256"
_CLAIMS = ("identifier", "exp", "iat")
_LEEWAY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid token says. Whether the member still exists is for the database to say."""

    identifier: str
    name: str
    expires_at: datetime


def issue_token(
    member: Member, *, secret: str, now: datetime, lifetime: timedelta = LIFETIME
) -> str:
    """A signed token for `member`, valid from `now` for `lifetime`."""
    claims = {
        "identifier": member.identifier,
        "display_name": member.name,
        "metadata": {"is_demo": member.is_demo},
        "iat": now,
        "exp": now + lifetime,
    }
    return jwt.encode(claims, secret, algorithm=_ALGORITHM)


def read_token(token: str, *, secret: str, now: datetime) -> Claims:
    """Whom `token` names; `NotSignedIn` if it is forged, malformed, from the future or expired."""
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=[_ALGORITHM],
            options={"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False},
        )
        return _check(claims, now)
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise NotSignedIn("Sign in again: this sign-in is not valid.") from error


def _check(claims: dict[str, Any], now: datetime) -> Claims:
    issued_at = datetime.fromtimestamp(claims["iat"], tz=now.tzinfo)
    expires_at = datetime.fromtimestamp(claims["exp"], tz=now.tzinfo)
    if issued_at > now + _LEEWAY:
        raise NotSignedIn("Sign in again: this sign-in is not valid yet.")
    if expires_at <= now:
        raise NotSignedIn("Sign in again: this sign-in has expired.")
    identifier = claims["identifier"]
    if not isinstance(identifier, str) or not identifier:
        raise NotSignedIn("Sign in again: this sign-in names nobody.")
    return Claims(identifier, str(claims.get("display_name") or identifier), expires_at)
