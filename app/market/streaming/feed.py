"""The feed: what its listeners want, asked of the vendors' streams once, told to all.

Decided: one task a stream; news of all symbols leave together, twenty times a second, so that a
burst of trades is one message a symbol. After a stream was lost, what it missed is asked of the
market before anything new is told. A stream that cannot be had hands its symbols to the next one
that carries them.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from redis.exceptions import RedisError

from app.core.clock import Clock
from app.core.errors import CoachError, ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.infra.telemetry import get_logger
from app.market.models import Instrument
from app.market.protocol import MarketData
from app.market.streaming.bars import MINUTE, BarBuilder, minutes_of
from app.market.streaming.bus import Bus
from app.market.streaming.messages import Live, Pulse, recent_of
from app.market.vendor import Minute, NotCovered, StreamEvent, VendorStream

FLUSH_SECONDS = 0.05
PULSE_SECONDS = 1.0
LINGER_SECONDS = 20.0
"""How long a symbol is still followed that nobody wants any more."""

_CONNECT_SECONDS = 1.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 15.0
_FAILURES_TO_HAND_ON = 3
_HANDED_ON_SECONDS = 30.0
_NOT_COVERED_SECONDS = 600.0
_CATCH_UP_AT_ONCE = 8
_WENT_BACK = timedelta(minutes=1)
_log = get_logger(__name__)


@dataclass(slots=True)
class _Source:
    """A stream, what it follows, and until when it is passed over."""

    stream: VendorStream
    followed: dict[Symbol, Instrument] = field(default_factory=dict)
    failures: int = 0
    unable_until: float = 0.0
    reason: str = ""
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Feed:
    """One leader's work, in one `epoch`. `streams` are in the order they are preferred."""

    def __init__(
        self,
        streams: Sequence[VendorStream],
        market: MarketData,
        bus: Bus,
        clock: Clock,
        *,
        epoch: int = 1,
    ) -> None:
        self._sources = [_Source(stream) for stream in streams]
        self._market = market
        self._bus = bus
        self._clock = clock
        self._epoch = epoch
        self._builders: dict[Symbol, BarBuilder] = {}
        self._numbers: dict[Symbol, int] = {}
        self._teller: dict[Symbol, _Source] = {}
        self._present = clock.now()
        self._dirty: set[Symbol] = set()
        self._ended: dict[Symbol, dict[int, Minute]] = {}
        self._wanted_at: dict[Symbol, float] = {}
        self._instruments: dict[Symbol, Instrument | None] = {}

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._heed_wishes())
                tasks.create_task(self._tell())
                tasks.create_task(self._give_signs())
                for source in self._sources:
                    tasks.create_task(self._hear(source))
        finally:
            for source in self._sources:
                await source.stream.close()

    async def _heed_wishes(self) -> None:
        while True:
            try:
                await self._assign(await self._bus.wanted())
                await self._bus.wish_changed(1.0)
            except RedisError as error:
                _log.warning("wishes cannot be read", reason=type(error).__name__)
                await asyncio.sleep(1.0)

    async def _assign(self, wanted: frozenset[Symbol]) -> None:
        """Give each wanted symbol to the first stream that can have it."""
        now = _now()
        self._start_anew_if_time_went_back()
        self._wanted_at |= dict.fromkeys(wanted, now)
        self._forget(now)
        shares: dict[int, dict[Symbol, Instrument]] = {id(each): {} for each in self._sources}
        for symbol in self._wanted_at:
            instrument = await self._instrument(symbol)
            source = instrument and self._source_of(instrument, now)
            if instrument and source:
                shares[id(source)][symbol] = instrument
        for source in self._sources:
            share = shares[id(source)]
            if share.keys() != source.followed.keys():
                source.followed = share
                await source.stream.follow(list(share.values()))
                source.changed.set()

    def _start_anew_if_time_went_back(self) -> None:
        """A replayed session begins again at its open: what was known is the future then."""
        present = self._clock.now()
        if present < self._present - _WENT_BACK:
            _log.info("time went back", to=present)
            self._builders.clear()
            self._ended.clear()
        self._present = present

    def _forget(self, now: float) -> None:
        for symbol, at in list(self._wanted_at.items()):
            if now - at > LINGER_SECONDS:
                del self._wanted_at[symbol]
                self._builders.pop(symbol, None)
                self._dirty.discard(symbol)
                self._ended.pop(symbol, None)

    async def _instrument(self, symbol: Symbol) -> Instrument | None:
        """None for what nobody knows; asked again when the market could not say."""
        if symbol not in self._instruments:
            try:
                self._instruments[symbol] = await self._market.instrument(symbol)
            except ProviderUnavailable:
                return None
            except CoachError:
                self._instruments[symbol] = None
        return self._instruments[symbol]

    def _source_of(self, instrument: Instrument, now: float) -> _Source | None:
        carrying = [each for each in self._sources if each.stream.covers(instrument)]
        able = [each for each in carrying if each.unable_until <= now]
        return next(iter(able or carrying), None)

    async def _hear(self, source: _Source) -> None:
        while True:
            source.changed.clear()
            if not source.followed:
                await source.changed.wait()
                continue
            try:
                await self._listen(source)
            except NotCovered as error:
                self._hand_on(source, error, _NOT_COVERED_SECONDS)
                await asyncio.sleep(_LONGEST_PAUSE)
            except ProviderUnavailable as error:
                source.failures += 1
                if source.failures >= _FAILURES_TO_HAND_ON:
                    self._hand_on(source, error, _HANDED_ON_SECONDS)
                await asyncio.sleep(_pause(source.failures))

    def _hand_on(self, source: _Source, error: CoachError, seconds: float) -> None:
        name = source.stream.provider.name
        _log.warning("stream is passed over", provider=name, reason=error.message)
        source.unable_until, source.reason = _now() + seconds, error.message

    async def _listen(self, source: _Source) -> None:
        """Connect, catch up with what was missed, then tell what comes."""
        events = source.stream.events().__aiter__()
        first = asyncio.ensure_future(anext(events))
        try:
            await asyncio.wait({first}, timeout=_CONNECT_SECONDS)
            await self._catch_up(source)
            self._heard(source, await first)
            source.failures, source.unable_until, source.reason = 0, 0.0, ""
            async for event in events:
                self._heard(source, event)
        except StopAsyncIteration:
            return
        finally:
            first.cancel()

    async def _catch_up(self, source: _Source) -> None:
        """Ask the market for the minutes since the last that was told, of every symbol."""
        room = asyncio.Semaphore(_CATCH_UP_AT_ONCE)
        behind = [
            builder
            for symbol, builder in self._builders.items()
            if symbol in source.followed and builder.last_finished
        ]

        async def fill(builder: BarBuilder) -> None:
            async with room:
                for minute in await self._missed(builder):
                    self._heard(source, minute)

        await asyncio.gather(*(fill(each) for each in behind))

    async def _missed(self, builder: BarBuilder) -> list[Minute]:
        now = self._clock.now()
        start = datetime.fromtimestamp(builder.last_finished + MINUTE, UTC)
        try:
            found = await self._market.bars(
                builder.symbol, Timeframe.M1, start=start, end=now, as_of=now, extended=True
            )
        except CoachError as error:
            _log.warning("a gap stays open", symbol=builder.symbol, reason=error.message)
            return []
        return [each for each in minutes_of(found) if each.is_final]

    def _heard(self, source: _Source, event: StreamEvent) -> None:
        if event.symbol not in source.followed:
            return
        builder = self._builders.setdefault(event.symbol, BarBuilder(event.symbol))
        update = builder.take(event)
        if update is not None:
            ended = self._ended.setdefault(event.symbol, {})
            ended |= {each.time: each for each in update.finished}
            self._teller[event.symbol] = source
            self._dirty.add(event.symbol)

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            told, self._dirty = self._dirty, set()
            news = [live for symbol in told if (live := self._live(symbol))]
            if not news:
                continue
            try:
                await self._bus.say(news)
            except RedisError as error:
                _log.warning("news cannot be told", reason=type(error).__name__)
                self._dirty |= told
                await asyncio.sleep(PULSE_SECONDS)

    def _live(self, symbol: Symbol) -> Live | None:
        builder, source = self._builders.get(symbol), self._teller.get(symbol)
        if builder is None or source is None or builder.price is None:
            return None
        self._numbers[symbol] = self._numbers.get(symbol, 0) + 1
        provider = source.stream.provider
        return Live(
            symbol=symbol,
            epoch=self._epoch,
            number=self._numbers[symbol],
            price=builder.price,
            at=builder.at,
            forming=builder.forming,
            recent=recent_of(builder.finished.values(), self._ended.pop(symbol, {}).values()),
            provider=provider.name,
            delay_minutes=provider.delay_minutes,
            is_simulated=provider.is_simulated,
        )

    async def _give_signs(self) -> None:
        while True:
            lost = tuple(
                (each.stream.provider.name, each.reason) for each in self._sources if each.reason
            )
            try:
                await self._bus.pulse(Pulse(self._epoch, self._clock.now().timestamp(), lost))
            except RedisError as error:
                _log.warning("no sign can be given", reason=type(error).__name__)
            await asyncio.sleep(PULSE_SECONDS)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _pause(failures: int) -> float:
    """Growing with the failures, half of it by chance."""
    longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(failures - 1, 10))
    return longest * (0.5 + random.random() / 2)  # noqa: S311 - spreads reconnects, no secret
