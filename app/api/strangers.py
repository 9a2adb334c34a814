"""Who posts without proof, and how often.

Decided: whoever has failed too often is refused before the database is asked. What is counted is where
a post comes from: behind a proxy of ours what the proxy says of it, for all would share the proxy's
address. An address that was proven is counted by itself, so that nobody silences it by posting
elsewhere; that it is, no answer tells.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from ipaddress import ip_address

from starlette.requests import HTTPConnection

from app.infra.throttle import Throttle

_KNOWN = 10_000
"""Addresses that are remembered as proven; the one unused for longest is forgotten first."""


def origin_of(connection: HTTPConnection) -> str:
    """Where a request comes from. Of what is forwarded only the last is our own proxy's word, and
    only a neighbour can be our proxy."""
    peer = connection.client.host if connection.client else "-"
    forwarded = ",".join(connection.headers.getlist("x-forwarded-for")).rpartition(",")[2].strip()
    if not forwarded or not _is_near(peer):
        return peer
    try:
        return str(ip_address(forwarded))
    except ValueError:
        return peer


def _is_near(peer: str) -> bool:
    try:
        return ip_address(peer).is_private
    except ValueError:
        return False


@dataclass(slots=True)
class Strangers:
    """`admit` before a proof is looked at, then `refuse` or `trust`."""

    throttle: Throttle = field(default_factory=lambda: Throttle(30, 2, "posts without proof"))
    _proven: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def admit(self, origin: str, address: str) -> None:
        """`RateLimited` for whoever has failed too often."""
        self.throttle.check(_own(origin, address) if address in self._proven else origin)

    def refuse(self, origin: str, address: str) -> None:
        """Count a failure; `RateLimited` if it was one too many."""
        if address in self._proven:
            self.throttle.take(_own(origin, address))
        self.throttle.take(origin)

    def trust(self, address: str) -> None:
        self._proven[address] = None
        self._proven.move_to_end(address)
        if len(self._proven) > _KNOWN:
            self._proven.popitem(last=False)


def _own(origin: str, address: str) -> str:
    return f"{origin} {address}"
