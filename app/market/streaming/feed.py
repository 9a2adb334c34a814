"""The feed: what its listeners want, asked of the vendors' streams once, told to all.

Decided: one task a stream; news of all symbols leave together, twenty times a second, so that a
burst of trades is one message a symbol. What a stream missed is asked of its own vendor before
anything new is told, and again until it answers; another vendor's minutes are never told under this
one's name. A stream that cannot be had hands its symbols to the next one that carries them, a symbol
it refuses alone goes alone. Who takes over goes on from what was told last.
"""

import asyncio
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from redis.exceptions import RedisError

from app.core.clock import Clock
from app.core.errors import CoachError, NotFound, ProviderUnavailable
from app.core.symbols import Symbol
from app.infra.running import side_by_side
from app.infra.telemetry import get_logger
from app.market.models import Instrument
from app.market.protocol import MarketData
from app.market.streaming.bars import MINUTE, BarBuilder, Update
from app.market.streaming.bus import Bus
from app.market.streaming.gaps import LONGEST_SECONDS, Asking, Gap, minute_of
from app.market.streaming.messages import Live, Pulse, recent_of
from app.market.vendor import Minute, NotCovered, Refused, StreamEvent, VendorStream

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
_LOOK_SECONDS = 0.5
_CLOCK_SLACK_SECONDS = 60
_WENT_BACK = timedelta(minutes=1)
_log = get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Source:
    """A stream, what it follows, and until when it is passed over."""

    stream: VendorStream
    followed: dict[Symbol, Instrument] = field(default_factory=dict)
    failures: int = 0
    unable_until: float = 0.0
    reason: str = ""
    is_heard: bool = False
    refused: dict[Symbol, Refused] = field(default_factory=dict)
    refused_until: dict[Symbol, float] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Feed:
    """One leader's work, in one `epoch`. `streams` are in the order they are preferred; `histories`
    are asked for what those of the same provider missed, `market` for any other's."""

    def __init__(
        self,
        streams: Sequence[VendorStream],
        market: MarketData,
        bus: Bus,
        clock: Clock,
        *,
        epoch: int = 1,
        histories: Mapping[str, MarketData] | None = None,
    ) -> None:
        self._sources = [_Source(stream) for stream in streams]
        self._market = market
        self._bus = bus
        self._clock = clock
        self._epoch = epoch
        self._asking = Asking(market, histories or {})
        self._gaps: dict[Symbol, Gap] = {}
        self._left: set[Symbol] = set()
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
            await side_by_side(
                self._heed_wishes(),
                self._tell(),
                self._give_signs(),
                *(self._hear(source) for source in self._sources),
                *(self._fill_gaps(source) for source in self._sources),
            )
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
        await self._meet([each for each in self._wanted_at if each not in self._builders])
        shares: dict[int, dict[Symbol, Instrument]] = {id(each): {} for each in self._sources}
        for symbol in self._wanted_at:
            instrument = await self._instrument(symbol)
            source = instrument and self._source_of(instrument, now)
            if instrument and source:
                shares[id(source)][symbol] = instrument
        for source in self._sources:
            share = shares[id(source)]
            if share.keys() != source.followed.keys():
                new = share.keys() - source.followed.keys()
                source.followed = share
                self._miss(source, new)
                await source.stream.follow(list(share.values()))
                source.changed.set()

    async def _meet(self, symbols: Sequence[Symbol]) -> None:
        """Go on from what was said last of symbols that are new to this leader; what nobody wanted
        meanwhile begins anew."""
        said = await self._bus.last(symbols)
        latest = self._clock.now().timestamp() + _CLOCK_SLACK_SECONDS
        for symbol in symbols:
            builder, live = BarBuilder(symbol), said.get(symbol)
            if live is not None and live.at <= latest and symbol not in self._left:
                builder.go_on(live.price, live.at, live.forming, live.recent)
            self._builders.setdefault(symbol, builder)

    def _start_anew_if_time_went_back(self) -> None:
        """A replayed session begins again at its open: what was known is the future then."""
        present = self._clock.now()
        if present < self._present - _WENT_BACK:
            _log.info("time went back", to=present)
            self._builders.clear()
            self._gaps.clear()
            self._ended.clear()
        self._present = present

    def _forget(self, now: float) -> None:
        for symbol, at in list(self._wanted_at.items()):
            if now - at > LINGER_SECONDS:
                del self._wanted_at[symbol]
                self._builders.pop(symbol, None)
                self._gaps.pop(symbol, None)
                self._left.add(symbol)
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
        carrying = [
            each
            for each in self._sources
            if each.stream.covers(instrument)
            and each.refused_until.get(instrument.symbol, 0.0) <= now
        ]
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
            if not first.done() or first.exception() is None:
                await self._fill(source, source.followed)
            self._heard(source, await first)
            async for event in events:
                self._heard(source, event)
        except StopAsyncIteration:
            return
        finally:
            first.cancel()
            source.is_heard = False
            self._miss(source, source.followed)

    def _present_of(self, source: _Source) -> float:
        """The moment that its prices are of."""
        return self._clock.now().timestamp() - source.stream.provider.delay_minutes * MINUTE

    def _miss(self, source: _Source, symbols: Collection[Symbol]) -> None:
        """From here on minutes of `symbols` are missed, until the source is heard."""
        present = minute_of(self._present_of(source))
        for symbol in symbols:
            builder = self._builders.get(symbol)
            since = (builder and builder.whole_until) or present
            since = min(present, max(since, present - LONGEST_SECONDS))
            self._gaps.setdefault(symbol, Gap(since)).reopen(since)
        if source.is_heard:
            self._end_gaps(source, symbols)

    def _end_gaps(self, source: _Source, symbols: Collection[Symbol]) -> None:
        for symbol in symbols:
            if (gap := self._gaps.get(symbol)) is not None and gap.until is None:
                gap.end(self._present_of(source))

    async def _fill_gaps(self, source: _Source) -> None:
        """Ask again and again for what is still missing."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await self._fill(source, self._due(source))

    def _due(self, source: _Source) -> list[Symbol]:
        present, now = self._present_of(source), _now()
        gaps = [(symbol, self._gaps.get(symbol)) for symbol in source.followed]
        return [symbol for symbol, gap in gaps if gap is not None and gap.is_due(present, now)]

    async def _fill(self, source: _Source, symbols: Collection[Symbol]) -> None:
        """Ask for the gaps of `symbols`."""
        room = asyncio.Semaphore(_CATCH_UP_AT_ONCE)

        async def fill(symbol: Symbol, gap: Gap) -> None:
            async with room:
                await self._fill_gap(source, symbol, gap)

        gaps = [(symbol, self._gaps.get(symbol)) for symbol in symbols]
        await asyncio.gather(*(fill(symbol, gap) for symbol, gap in gaps if gap is not None))

    async def _fill_gap(self, source: _Source, symbol: Symbol, gap: Gap) -> None:
        present = self._present_of(source)
        if minute_of(present) <= gap.since:
            return
        try:
            minutes = await self._asking.minutes(
                symbol, gap, source.stream.provider.name, self._clock.now()
            )
        except (NotCovered, NotFound) as error:
            _log.warning("a gap stays open", symbol=symbol, reason=error.message)
            self._gaps.pop(symbol, None)
            return
        except ProviderUnavailable as error:
            if not gap.failures:
                _log.warning("a gap is open", symbol=symbol, reason=error.message)
            gap.failed(_now() + _pause(gap.failures + 1))
            return
        if symbol not in source.followed or self._gaps.get(symbol) is not gap:
            return
        for minute in minutes:
            self._take(source, minute, self._builder(symbol).fill(minute))
        gap.asked(present)
        self._close(symbol, gap)

    def _close(self, symbol: Symbol, gap: Gap) -> None:
        if gap.is_over:
            del self._gaps[symbol]

    def _heard(self, source: _Source, event: StreamEvent | Refused) -> None:
        if isinstance(event, Refused):
            _log.warning("a stream refuses a symbol", symbol=event.symbol, reason=event.reason)
            source.refused[event.symbol] = event
            source.refused_until[event.symbol] = _now() + _NOT_COVERED_SECONDS
            return
        if not source.is_heard:
            source.failures, source.unable_until, source.reason = 0, 0.0, ""
            source.is_heard = True
            self._end_gaps(source, source.followed)
        if event.symbol not in source.followed:
            return
        source.refused.pop(event.symbol, None)
        gap = self._gaps.get(event.symbol)
        if gap is not None and isinstance(event, Minute) and event.is_final:
            gap.told(event.time)
            self._close(event.symbol, gap)
        self._take(source, event, self._builder(event.symbol).take(event))

    def _builder(self, symbol: Symbol) -> BarBuilder:
        return self._builders.setdefault(symbol, BarBuilder(symbol))

    def _take(self, source: _Source, event: StreamEvent, update: Update | None) -> None:
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
                for live in news:
                    untold = {each.time: each for each in live.recent}
                    self._ended[live.symbol] = untold | self._ended.get(live.symbol, {})
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
            slow_because=self._why_slow(symbol, source),
        )

    def _why_slow(self, symbol: Symbol, teller: _Source) -> str:
        """Why a stream that is preferred to the teller's does not tell `symbol`."""
        instrument = self._instruments.get(symbol)
        before = self._sources[: self._sources.index(teller)]
        reasons = (
            each.refused[symbol].reason if symbol in each.refused else each.reason
            for each in before
            if instrument and each.stream.covers(instrument)
        )
        return next(filter(None, reasons), "")

    async def _give_signs(self) -> None:
        while True:
            try:
                await self._bus.pulse(Pulse(self._epoch, self._clock.now().timestamp()))
            except RedisError as error:
                _log.warning("no sign can be given", reason=type(error).__name__)
            await asyncio.sleep(PULSE_SECONDS)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _pause(failures: int) -> float:
    """Growing with the failures, half of it by chance."""
    longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(failures - 1, 10))
    return longest * (0.5 + random.random() / 2)  # noqa: S311 - spreads reconnects, no secret
