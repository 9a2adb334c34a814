"""Where answers of vendors are kept: in this process, and in Valkey for all of them.

Decided: every entry knows when it was fetched and until when it is fresh, and lives on after that,
so that a vendor's silence can be answered with what it said before. Entries are bytes with a JSON
head; what cannot be read is dropped, never trusted. Without Valkey, or while it does not answer,
each process keeps its own.
"""

import asyncio
import json
import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

from app.infra.queue import client_url
from app.infra.telemetry import get_logger

LOCAL_BYTES = 96 * 1024 * 1024
LOCAL_ENTRIES = 20_000
LOCK_SECONDS = 12
CONNECTIONS = 16

_PREFIX = "market.cache:"
_ASIDE_SECONDS = 10.0
_PATIENCE_SECONDS = 5
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer: when it was `fetched`, until when it is fresh (both Unix seconds), and what it is.

    `head` is JSON, `body` whatever its owner made of the answer.
    """

    fetched: float
    fresh_until: float
    head: Mapping[str, Any]
    body: bytes = b""

    def packed(self) -> bytes:
        head = json.dumps([self.fetched, self.fresh_until, dict(self.head)]).encode()
        return len(head).to_bytes(4, "big") + head + zlib.compress(self.body, 1)

    @classmethod
    def unpacked(cls, data: bytes) -> "Entry | None":
        """None if `data` is no entry."""
        size = int.from_bytes(data[:4], "big")
        try:
            fetched, fresh_until, head = json.loads(data[4 : 4 + size])
            return cls(fetched, fresh_until, dict(head), zlib.decompress(data[4 + size :]))
        except (ValueError, TypeError, zlib.error):
            return None


class Cache:
    """Entries by key. `url` is Valkey's; None: this process alone."""

    def __init__(self, url: str | None = None) -> None:
        self._client: Redis | None = None
        if url is not None:
            # A hundred at once wait for one another rather than being told that there is no room.
            pool = BlockingConnectionPool.from_url(
                client_url(url),
                max_connections=CONNECTIONS,
                timeout=_PATIENCE_SECONDS,
                socket_timeout=2,
                socket_connect_timeout=2,
            )
            self._client = Redis.from_pool(pool)
        self._aside_until = 0.0
        self._local: OrderedDict[str, Entry] = OrderedDict()
        self._bytes = 0

    async def find(self, keys: Sequence[str], *, now: float) -> list[Entry | None]:
        """The entries of `keys`, stale ones included; fresh ones of this process cost nothing."""
        found = [self._recalled(key) for key in keys]
        wanted = [at for at, entry in enumerate(found) if entry is None or entry.fresh_until <= now]
        client = self._reachable()
        if not wanted or client is None:
            return found
        try:
            packed = await client.mget([_PREFIX + keys[at] for at in wanted])
        except RedisError as error:
            self._set_aside(error)
            return found
        for at, data in zip(wanted, packed, strict=True):
            entry = Entry.unpacked(data) if isinstance(data, bytes) else None
            if entry is not None:
                self._remember(keys[at], entry)
                found[at] = entry
        return found

    async def keep(self, entries: Mapping[str, Entry], *, seconds: float) -> None:
        """Keep `entries` for so long, which should be well past their freshness."""
        for key, entry in entries.items():
            self._remember(key, entry)
        client = self._reachable()
        if client is None or not entries:
            return
        try:
            async with client.pipeline(transaction=False) as pipe:
                for key, entry in entries.items():
                    pipe.set(_PREFIX + key, entry.packed(), px=max(1, int(seconds * 1000)))
                await pipe.execute()
        except RedisError as error:
            self._set_aside(error)

    async def lock(self, key: str) -> bool:
        """Whether it is ours to ask for `key`; true as well when nobody could tell."""
        client = self._reachable()
        if client is None:
            return True
        try:
            return bool(await client.set(f"{_PREFIX}lock:{key}", 1, nx=True, ex=LOCK_SECONDS))
        except RedisError as error:
            self._set_aside(error)
            return True

    async def unlock(self, key: str) -> None:
        client = self._reachable()
        if client is None:
            return
        try:
            await client.delete(f"{_PREFIX}lock:{key}")
        except RedisError as error:
            self._set_aside(error)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    def _recalled(self, key: str) -> Entry | None:
        """An entry of this process; asked for lately, it goes last."""
        entry = self._local.get(key)
        if entry is not None:
            self._local.move_to_end(key)
        return entry

    def _remember(self, key: str, entry: Entry) -> None:
        known = self._local.pop(key, None)
        self._bytes += _weight(entry) - (_weight(known) if known else 0)
        self._local[key] = entry
        while self._is_full() and len(self._local) > 1:
            _, oldest = self._local.popitem(last=False)
            self._bytes -= _weight(oldest)

    def _is_full(self) -> bool:
        return self._bytes > LOCAL_BYTES or len(self._local) > LOCAL_ENTRIES

    def _reachable(self) -> Redis | None:
        if self._client is None or asyncio.get_running_loop().time() < self._aside_until:
            return None
        return self._client

    def _set_aside(self, error: Exception) -> None:
        _log.warning("cache is not shared", reason=type(error).__name__)
        self._aside_until = asyncio.get_running_loop().time() + _ASIDE_SECONDS


_FACT_BYTES = 120
"""What a value of a head takes as an object, roughly."""


def _weight(entry: Entry) -> int:
    return len(entry.body) + _FACT_BYTES * _facts(entry.head)


def _facts(value: Any) -> int:
    """How many values there are in a head, roughly: rows of a list are taken to be alike."""
    match value:
        case Mapping():
            return sum(map(_facts, value.values()))
        case list() | tuple() if value:
            return len(value) * _facts(value[0])
        case _:
            return 1
