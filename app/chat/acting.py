"""For whom the chat acts right now.

Chainlit's data layer is asked about threads without being told who asks. The door knows; what it
sets here reaches every task that a request or a socket starts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from app.core.errors import NotSignedIn
from app.users.models import Member

_member: ContextVar[Member | None] = ContextVar("acting member", default=None)


@contextmanager
def acting(member: Member | None) -> Iterator[None]:
    """Within this block, and in tasks started there, the chat acts for `member`."""
    token = _member.set(member)
    try:
        yield
    finally:
        _member.reset(token)


def current_member() -> Member:
    """The member the chat acts for; `NotSignedIn` if there is none."""
    member = _member.get()
    if member is None:
        raise NotSignedIn("Sign in first.")
    return member
