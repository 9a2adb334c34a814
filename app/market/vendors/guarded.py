"""Asking a vendor no more than it allows, and not while it is down.

Decided: limits and circuit breakers are shared by all processes of the installation through Valkey,
because a vendor counts the key's requests, not ours by process. The bucket is GCRA, a token bucket
that is exact to the microsecond. Without Valkey, or while it is away, each process guards itself.

What is said of a failure has no digits: a number in an answer is a figure, or is marked.

A request passes, in this order: the breaker of its vendor and endpoint (open after five failures in
a row, probed again after half a minute), a token, a deadline, and up to two more tries with growing,
jittered pauses, as far as its patience reaches. Each further page of an answer takes a token and has a
deadline of its own. Questions are not hedged: a second one to the same
vendor would only spend the allowance twice.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from purgatory import (
    AsyncCircuitBreakerFactory,
    AsyncInMemoryUnitOfWork,
    AsyncRedisUnitOfWork,
)
from purgatory.domain.model import OpenedState
from purgatory.service._async.repository import AsyncRedisRepository
from redis.asyncio import Redis
from redis.exceptions import RedisError
from tenacity import (
    AsyncRetrying,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)
from throttled.asyncio import (
    MemoryStore,
    Quota,
    RedisStore,
    RedisStoreBackend,
    Throttled,
    per_duration,
)
from throttled.exceptions import BaseThrottledError
from typing_extensions import override

from app.core.errors import CoachError, InvalidInput, NotFound, ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.infra.queue import client_url
from app.infra.telemetry import get_logger
from app.market import vendor as port
from app.market.chains import OptionChain
from app.market.models import Bars, Instrument, Provider
from app.market.vendor import Allowance, NotCovered, Snapshot, Split, Vendor

T = TypeVar("T")

TRIES = 3
PATIENCE_SECONDS = 12.0
"""All tries of one question together, waiting for tokens included."""
ANSWER_SECONDS = 8.0
FAILURES_TO_OPEN = 5
OPEN_SECONDS = 30.0
PROBE_SECONDS = 60.0
"""A vendor that was not asked for so long is asked whether it answers, if somebody wants to know."""

_OF_THE_ALLOWANCE = 20
"""One probe in the time of so many requests at most: a small plan is not spent on probes."""

_BROKEN = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError)
"""What an adapter runs into when an answer lacks a part or has it in another shape."""

_ASIDE_SECONDS = 10.0
"""How long a Valkey that did not answer is left alone."""
_NO_FAILURES = [NotFound, InvalidInput, NotCovered, port.Throttled]
_log = get_logger(__name__)


class Guards:
    """What all guarded vendors share. `url` is Valkey's; None: this process alone."""

    def __init__(self, url: str | None = None) -> None:
        self._url = None if url is None else client_url(url)
        self._local = _Set(MemoryStore(), AsyncInMemoryUnitOfWork(), None)
        self._shared: _Set | None = None
        self._aside_until = 0.0

    async def sets(self) -> "list[_Set]":
        """The set to use, and the one to use when that fails."""
        loop = asyncio.get_running_loop()
        if self._url is None or loop.time() < self._aside_until:
            return [self._local]
        if self._shared is None:
            client = Redis.from_url(self._url, socket_timeout=1, socket_connect_timeout=1)
            contexts = AsyncRedisUnitOfWork(self._url)
            if isinstance(contexts.contexts, AsyncRedisRepository):
                contexts.contexts.redis = client  # its own would never be closed
            self._shared = _Set(_Store(options={"client": client}), contexts, client)
        return [self._shared, self._local]

    def set_aside(self, error: Exception) -> None:
        """Valkey did not answer: guard alone for a while."""
        _log.warning("limits are not shared", reason=type(error).__name__)
        self._aside_until = asyncio.get_running_loop().time() + _ASIDE_SECONDS

    async def close(self) -> None:
        if self._shared is not None and self._shared.client is not None:
            await self._shared.client.aclose()


class _Backend(RedisStoreBackend):
    """throttled's, over the client it is given instead of pools of its own, which nobody closes."""

    def __init__(self, server: str | None = None, options: dict[str, Any] | None = None) -> None:
        self._given = (options or {})["client"]

    @override
    def get_client(self) -> Any:
        return self._given


class _Store(RedisStore):
    _BACKEND_CLASS = _Backend


class _Set:
    """One set of breakers, buckets and pauses: in Valkey (`client`), or in this process."""

    def __init__(
        self,
        store: RedisStore | MemoryStore,
        uow: AsyncRedisUnitOfWork | AsyncInMemoryUnitOfWork,
        client: Redis | None,
    ) -> None:
        self.client = client
        self._store = store
        self._breakers = AsyncCircuitBreakerFactory(
            FAILURES_TO_OPEN, OPEN_SECONDS, exclude=[*_NO_FAILURES], uow=uow
        )
        self._is_ready = False
        self._buckets: dict[str, Throttled] = {}
        self._paused_until: dict[str, float] = {}

    @asynccontextmanager
    async def breaker(self, name: str) -> AsyncGenerator[None, None]:
        """Raises `OpenedState` while the circuit is open; what fails inside counts."""
        if not self._is_ready:
            await self._breakers.initialize()
            self._is_ready = True
        async with await self._breakers.get_breaker(name):
            yield

    async def token(self, name: str, quota: Quota, patience: float) -> float:
        """Take one; returns 0, or after how many seconds one would be there when that is too long."""
        pause = await self._pause_left(name)
        if pause > patience:
            return pause
        await asyncio.sleep(pause)
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = Throttled(
                using="gcra", quota=quota, store=self._store, key_prefix="market.limits"
            )
            self._buckets[name] = bucket
        result = await bucket.limit(name, timeout=max(0.001, patience - pause))
        return max(0.001, result.state.retry_after) if result.limited else 0.0

    async def pause(self, name: str, seconds: float) -> None:
        """Nobody takes a token of `name` for so long: the vendor said so."""
        if self.client is not None:
            await self.client.set(f"market.pause:{name}", 1, px=max(1, int(seconds * 1000)))
        else:
            self._paused_until[name] = asyncio.get_running_loop().time() + seconds

    async def _pause_left(self, name: str) -> float:
        if self.client is not None:
            left = await self.client.pttl(f"market.pause:{name}")
            return max(0.0, float(left) / 1000)
        return max(0.0, self._paused_until.get(name, 0.0) - asyncio.get_running_loop().time())


class Guard:
    """Questions of any kind to one vendor, asked within its allowance."""

    def __init__(
        self,
        name: str,
        allowed: Allowance,
        guards: Guards,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._name = name
        self._guards = guards
        self._patience = patience_seconds
        self._answer = answer_seconds
        self._quota = per_duration(
            timedelta(seconds=allowed.per_seconds), allowed.requests, allowed.burst
        )

    async def ask(self, endpoint: str, question: Callable[[], Awaitable[T]]) -> T:
        for each in await self._guards.sets():
            try:
                return await self._through(each, endpoint, question)
            except (RedisError, BaseThrottledError) as error:
                self._guards.set_aside(error)
        raise ProviderUnavailable(f"{self._name} could not be asked; try again.")

    async def _through(self, guard: _Set, endpoint: str, question: Callable[[], Awaitable[T]]) -> T:
        name = self._name
        try:
            async with guard.breaker(f"{name}:{endpoint}"):
                return await self._tried(guard, question)
        except OpenedState as error:
            raise ProviderUnavailable(
                f"{name} failed several times in a row and is left alone for half a minute."
            ) from error

    async def _tried(self, guard: _Set, question: Callable[[], Awaitable[T]]) -> T:
        deadline = asyncio.get_running_loop().time() + self._patience
        async for attempt in AsyncRetrying(
            stop=stop_after_attempt(TRIES) | stop_after_delay(self._patience),
            wait=wait_random_exponential(multiplier=0.2, max=2),
            retry=retry_if_exception(_may_pass),
            reraise=True,
        ):
            with attempt:
                return await self._once(guard, question, deadline)
        raise ProviderUnavailable(f"{self._name} did not answer.")

    async def _once(self, guard: _Set, question: Callable[[], Awaitable[T]], deadline: float) -> T:
        await self._take(guard, deadline - asyncio.get_running_loop().time())
        try:
            async with asyncio.timeout(self._answer) as limit:
                with port.taking_turns(lambda: self._turn(guard, limit)):
                    return await question()
        except TimeoutError as error:
            raise ProviderUnavailable(f"{self._name} did not answer in time.") from error
        except _BROKEN as error:
            raise ProviderUnavailable(f"{self._name}'s answer is not what it should be.") from error
        except port.Throttled as error:
            if not isinstance(error, _Spent):
                await guard.pause(self._name, error.retry_after_seconds or 1.0)
            raise

    async def _turn(self, guard: _Set, limit: asyncio.Timeout) -> None:
        """A token, and time, for one more page."""
        limit.reschedule(None)
        await self._take(guard, self._patience)
        limit.reschedule(asyncio.get_running_loop().time() + self._answer)

    async def _take(self, guard: _Set, patience: float) -> None:
        wait = await guard.token(self._name, self._quota, max(0.001, patience))
        if wait:
            raise _Spent(
                f"{self._name} allows no more requests for the moment.",
                retry_after_seconds=wait,
            )


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How the last request went: when (on the loop's clock), and what kept it from an answer."""

    at: float
    failure: str | None


class Guarded(Vendor):
    """`inner`, asked within its allowance."""

    def __init__(
        self,
        inner: Vendor,
        guards: Guards,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._inner = inner
        allowed = inner.allowance
        self._guard = Guard(
            inner.provider.name,
            allowed,
            guards,
            patience_seconds=patience_seconds,
            answer_seconds=answer_seconds,
        )
        self._probe_seconds = max(
            PROBE_SECONDS, _OF_THE_ALLOWANCE * allowed.per_seconds / allowed.requests
        )
        self._last: _Outcome | None = None

    async def probe(self, instrument: Instrument) -> str | None:
        """What keeps the vendor from answering, None if it answers.

        By the last request of this process, if that was lately; else by asking for one price.
        """
        now = asyncio.get_running_loop().time()
        if self._last is None or now - self._last.at > self._probe_seconds:
            with suppress(CoachError):
                await self.snapshot(instrument)
        return None if self._last is None else self._last.failure

    @property
    @override
    def provider(self) -> Provider:
        return self._inner.provider

    @property
    @override
    def allowance(self) -> Allowance:
        return self._inner.allowance

    @override
    def covers(self, instrument: Instrument) -> bool:
        return self._inner.covers(instrument)

    @override
    def timeframes(self, instrument: Instrument) -> frozenset[Timeframe]:
        return self._inner.timeframes(instrument)

    @override
    def reaches(self, timeframe: Timeframe, start: datetime) -> bool:
        return self._inner.reaches(timeframe, start)

    @override
    async def describe(self, symbol: Symbol) -> Instrument:
        return await self._ask("describe", lambda: self._inner.describe(symbol))

    @override
    async def bars(
        self, instrument: Instrument, timeframe: Timeframe, *, start: datetime, end: datetime
    ) -> Bars:
        return await self._ask(
            "bars", lambda: self._inner.bars(instrument, timeframe, start=start, end=end)
        )

    @override
    async def snapshot(self, instrument: Instrument) -> Snapshot:
        return await self._ask("snapshot", lambda: self._inner.snapshot(instrument))

    @override
    async def splits(self, instrument: Instrument, *, since: date) -> Sequence[Split]:
        return await self._ask("splits", lambda: self._inner.splits(instrument, since=since))

    @override
    async def chain(self, instrument: Instrument, *, expiry: date | None = None) -> OptionChain:
        return await self._ask("chain", lambda: self._inner.chain(instrument, expiry=expiry))

    @override
    async def is_open(self) -> bool | None:
        return await self._ask("status", self._inner.is_open)

    @override
    async def close(self) -> None:
        await self._inner.close()

    async def _ask(self, endpoint: str, question: Callable[[], Awaitable[T]]) -> T:
        try:
            found = await self._guard.ask(endpoint, question)
        except CoachError as error:
            is_answer = isinstance(error, NotFound | InvalidInput | NotCovered)
            self._note(None if is_answer else error.message)
            raise
        self._note(None)
        return found

    def _note(self, failure: str | None) -> None:
        self._last = _Outcome(asyncio.get_running_loop().time(), failure)


class _Spent(port.Throttled):
    """Our own allowance is used up: waiting was not worth it, so trying again is not either."""


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, ProviderUnavailable) and not isinstance(error, NotCovered | _Spent)
