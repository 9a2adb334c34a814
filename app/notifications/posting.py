"""HTTP to addresses that members give: public ones only, no redirects, little time, little said.

Decided: the guard stands where the connection is made, after the name was resolved, and connects to
the very address it looked at. So neither a name that resolves to this network nor one that changes
its mind between look and connect gets through. Proxies of the environment are not used, because
behind one nobody could look.
"""

import asyncio
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore
import httpx
from typing_extensions import override

from app.core.clock import Clock
from app.core.errors import CoachError

SECONDS = 10.0
"""An answer that takes longer is none."""

_READ_BYTES = 4096
_NAT64 = IPv6Network("64:ff9b::/96")
_PROTOCOLS = IPv4Network("192.0.0.0/24")
"""IANA's own: Python's `is_global` calls part of it public."""


class NoAnswer(CoachError):
    """Nobody answered in time; the next try may succeed."""

    code = "no_answer"


class NotAllowed(CoachError):
    """An address that members may not send this house to."""

    code = "address_not_allowed"
    status = 422


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    text: str
    retry_after_seconds: float | None

    @property
    def is_fine(self) -> bool:
        return 200 <= self.status < 300


class Post:
    """Sends requests. With `is_guarded` only to public addresses."""

    def __init__(self, clock: Clock, *, is_guarded: bool) -> None:
        self._clock = clock
        self._client = httpx.AsyncClient(
            transport=_Guarded() if is_guarded else httpx.AsyncHTTPTransport(trust_env=False),
            timeout=SECONDS,
            follow_redirects=False,
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # members share this
            headers={"User-Agent": "trading-coach", "Accept-Encoding": "identity"},
        )

    async def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """POST and hear the beginning of the answer. `NoAnswer`, `NotAllowed`."""
        try:
            async with asyncio.timeout(SECONDS):
                return await self._send(url, body, headers)
        except TimeoutError as error:
            raise NoAnswer("no answer in time") from error
        except httpx.TimeoutException as error:
            raise NoAnswer("no answer in time") from error
        except httpx.ConnectError as error:
            raise NoAnswer(_why(error)) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoAnswer("the connection broke") from error

    async def close(self) -> None:
        await self._client.aclose()

    async def _send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        sent = self._client.stream("POST", url, content=body, headers=dict(headers))
        async with sent as response:
            heard = bytearray()
            async for chunk in response.aiter_raw():  # packed bytes could be a bomb
                heard += chunk
                if len(heard) >= _READ_BYTES:
                    break
            text = bytes(heard[:_READ_BYTES]).decode("utf-8", "replace")
            return Reply(response.status_code, text, self._pause(response.headers))

    def _pause(self, headers: httpx.Headers) -> float | None:
        """`Retry-After` in seconds, also where it is a date."""
        said = headers.get("retry-after", "").strip()
        if not said:
            return None
        try:
            return max(0.0, float(said))
        except ValueError:
            pass
        try:
            return max(0.0, (parsedate_to_datetime(said) - self._clock.now()).total_seconds())
        except (ValueError, TypeError):
            return None


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, and no wrapping of another."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found.sixtofour is not None or found.teredo is not None or found.is_site_local:
            return False
        if found in _NAT64:
            return False
    elif found in _PROTOCOLS:
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


class _Guarded(httpx.AsyncHTTPTransport):
    """httpx's transport over connections that look first."""

    def __init__(self) -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=5.0,
            network_backend=_Looking(),
        )


class _Looking(httpcore.AsyncNetworkBackend):
    """Resolves, refuses what is not public, connects to what it looked at."""

    def __init__(self) -> None:
        self._inner = httpcore.AnyIOBackend()

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await _resolve(host, port)
        if not all(map(is_public, addresses)):
            raise NotAllowed("The address is not one of the public internet.")
        *others, last = addresses
        for address in others:
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except httpcore.ConnectError:
                continue
        return await self._inner.connect_tcp(last, port, timeout, local_address, socket_options)

    @override
    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise NotAllowed("The address is not one of the public internet.")

    @override
    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


async def _resolve(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError("the name is not known") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _why(error: httpx.ConnectError) -> str:
    said = str(error).lower()
    if "certificate" in said or "ssl" in said:
        return "its certificate is not valid"
    if "name is not known" in said or "name or service" in said:
        return "its name is not known"
    return "no connection"
