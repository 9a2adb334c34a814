"""Live prices of an exchange by ccxt.pro: trades, and minutes where the exchange sends them.

Decided: ccxt.pro hands out only the newest symbol of those that moved and connects again by itself,
so it is used for the languages alone: what it has parsed is taken where it stores it, and a broken
connection ends `events()`. An exchange that does not say that a minute is over has it finished by
the next one. Symbols no longer followed are left where the exchange's ccxt knows how; from the
others they still arrive, and are dropped.
"""

import asyncio
import math
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import suppress
from functools import partial
from operator import itemgetter
from typing import Any

from typing_extensions import override

from app.core.clock import Clock
from app.core.errors import CoachError, ProviderUnavailable
from app.core.symbols import AssetClass, Symbol
from app.infra.running import end
from app.market.models import Instrument, Provider
from app.market.providers.exchanges_client import Desk, in_our_words
from app.market.vendor import Minute, Refused, StreamEvent, StreamLost, Trade, VendorStream

_MINUTE = "1m"
_SLACK_SECONDS = 5
"""How far an exchange's clock may be behind ours."""

_SETTLE_SECONDS = 0.2
_LEAVE_SECONDS = 5

Heard = asyncio.Queue[StreamEvent | Refused | CoachError]


class ExchangeStream(VendorStream):
    """One exchange's trades and minutes. Nothing is imported before `events()`."""

    def __init__(self, name: str, *, base_url: str | None, clock: Clock) -> None:
        self._desk = Desk(name, "ccxt.pro", base_url=base_url, manners=(_Listening,))
        # ccxt's throttle spaces what is sent on a connection
        self._desk.set(enableRateLimit=True, rateLimit=self._desk.house.stream_pause_ms)
        self._id = name
        self._clock = clock
        self._told = self._desk.house.name
        in_tethers = self._desk.house.dollar != "USD"
        self._provider = Provider(
            name=f"{self._told}, in {self._desk.house.dollar}" if in_tethers else self._told
        )
        self._wanted: set[Symbol] = set()
        self._followed: dict[Symbol, float] = {}
        self._subscribed: set[str] = set()
        self._minutes: dict[Symbol, Minute] = {}
        self._asking: set[asyncio.Task[None]] = set()
        self._leaving: set[asyncio.Task[None]] = set()
        self._heard: Heard = asyncio.Queue()
        self._exchange: Any = None

    @property
    @override
    def provider(self) -> Provider:
        return self._provider

    @override
    def covers(self, instrument: Instrument) -> bool:
        is_dollar = instrument.symbol.endswith("/USD")
        return instrument.asset_class is AssetClass.CRYPTO and is_dollar

    @override
    async def follow(self, instruments: Collection[Instrument]) -> None:
        self._wanted = {each.symbol for each in instruments if self.covers(each)}
        if self._exchange is not None:
            self._tell(self._exchange)

    @override
    async def events(self) -> AsyncGenerator[StreamEvent | Refused, None]:
        heard = self._heard = asyncio.Queue()
        try:
            exchange = await self._desk.opened()
        except CoachError as error:
            raise _as_lost(error) from error
        exchange.listen(self._took_trade, self._took_minute, self._broke, _CLOSED.get(self._id))
        self._exchange = exchange
        try:
            self._tell(exchange)
            while True:
                event = await heard.get()
                if isinstance(event, CoachError):
                    raise event
                yield event
        finally:
            self._exchange = None
            await self._leave(exchange)

    @override
    async def close(self) -> None:
        self._broke(StreamLost(f"The stream of {self._told} was closed."))
        await self._desk.close()

    def _tell(self, exchange: Any) -> None:
        """Subscribe to what is newly wanted, and leave what no longer is."""
        traded = {each for each in self._wanted if self._desk.pair(each) in exchange.markets}
        for symbol in sorted(self._wanted - traded):
            self._heard.put_nowait(Refused(symbol, f"{self._told} does not trade {symbol}."))
        new, gone = sorted(traded - self._followed.keys()), sorted(self._followed.keys() - traded)
        for symbol in gone:
            del self._followed[symbol]
            self._minutes.pop(symbol, None)
        self._followed |= dict.fromkeys(new, self._clock.now().timestamp() - _SLACK_SECONDS)
        self._subscribe(exchange, [self._desk.pair(each) for each in new])
        self._leave_symbols(exchange, [self._desk.pair(each) for each in gone])

    def _subscribe(self, exchange: Any, pairs: Collection[str]) -> None:
        """To those that this connection does not have yet, in messages the exchange accepts."""
        new = [each for each in pairs if each not in self._subscribed]
        self._subscribed.update(new)
        size = self._desk.house.stream_batch
        for first in range(0, len(new), size):
            batch = new[first : first + size]
            self._ask(exchange.watch_trades_for_symbols(batch), *_minutes(exchange, batch))

    def _leave_symbols(self, exchange: Any, pairs: list[str]) -> None:
        if pairs and exchange.has.get("unWatchTradesForSymbols"):
            self._subscribed.difference_update(pairs)
            self._leaving |= self._ask(exchange.un_watch_trades_for_symbols(pairs))
            if exchange.has.get("unWatchOHLCVForSymbols"):
                minutes = [[pair, _MINUTE] for pair in pairs]
                self._leaving |= self._ask(exchange.un_watch_ohlcv_for_symbols(minutes))

    def _ask(self, *questions: Any) -> set[asyncio.Task[None]]:
        """Ask, once what is being left is left: until then ccxt.pro takes it for subscribed."""
        before = frozenset(each for each in self._leaving if not each.done())
        asked = {asyncio.create_task(self._asked(each, before)) for each in questions}
        self._asking |= asked
        for task in asked:
            task.add_done_callback(self._asking.discard)
            task.add_done_callback(self._leaving.discard)
        return asked

    async def _asked(self, question: Any, before: frozenset[asyncio.Task[None]]) -> None:
        """ccxt.pro's answers are what was heard already; only its refusals are new."""
        from ccxt.base.errors import UnsubscribeError

        try:
            if before:
                await asyncio.wait(before, timeout=_LEAVE_SECONDS)
            with in_our_words(self._told), suppress(UnsubscribeError):
                await question
        except CoachError as error:
            self._broke(_as_lost(error))
        finally:
            question.close()

    async def _leave(self, exchange: Any) -> None:
        self._followed.clear()
        self._subscribed.clear()
        self._minutes.clear()
        await exchange.leave()
        if self._asking:  # they end with their connections
            await asyncio.wait(self._asking, timeout=_SETTLE_SECONDS)
        await end(list(self._asking))

    def _took_trade(self, trade: Mapping[str, Any]) -> None:
        symbol = self._desk.symbol(trade["symbol"])
        at = trade["timestamp"] / 1000
        if not self._is_news(symbol, at):
            return
        event = Trade(symbol, at, float(trade["price"]), float(trade["amount"] or 0))
        self._heard.put_nowait(event)

    def _took_minute(self, pair: str, row: Collection[Any], is_final: bool) -> None:  # noqa: FBT001 - from ccxt's side
        symbol = self._desk.symbol(pair)
        at, opened, high, low, close, volume = row
        if not self._is_news(symbol, int(at) / 1000 + 120):  # the one before may be final now
            return
        minute = Minute(
            symbol,
            int(at) // 1000,
            float(opened),
            float(high),
            float(low),
            float(close),
            float(volume),
            is_final=is_final,
        )
        before = self._minutes.get(symbol)
        if before is not None and before.time < minute.time and not before.is_final:
            self._heard.put_nowait(_over(before))
        self._minutes[symbol] = minute
        self._heard.put_nowait(minute)

    def _is_news(self, symbol: Symbol, at: float) -> bool:
        """Whether it is followed, and happened since: what exchanges greet with is history, which
        has to be asked for anyway."""
        return at >= self._followed.get(symbol, math.inf)

    def _broke(self, error: CoachError) -> None:
        self._heard.put_nowait(error)


class _Listening:
    """Put before ccxt.pro's class of an exchange: passes on what it parses and what breaks."""

    told: str
    trades: dict[str, Any]
    ohlcvs: dict[str, Any]

    def listen(
        self,
        took_trade: Callable[[Mapping[str, Any]], None],
        took_minute: Callable[[str, Collection[Any], bool], None],
        broke: Callable[[CoachError], None],
        is_closed: Callable[[Mapping[str, Any]], bool] | None,
    ) -> None:
        self._broke: Callable[[CoachError], None] = broke
        self._is_closed = is_closed or (lambda _message: False)
        self._is_over = False
        self.trades = _Kept(lambda _pair: _Tap(took_trade))

        def minutes(pair: str) -> _Kept:
            return _Kept(lambda _length: _Tap(lambda row: took_minute(pair, row, self._is_over)))

        self.ohlcvs = _Kept(minutes)

    async def leave(self) -> None:
        """Every connection closed; what is still heard of it is no news."""
        self._broke = lambda _error: None
        await self.close_ws_clients()  # type: ignore[attr-defined]

    def handle_trade(self, client: Any, message: Any) -> None:
        told = _oldest_first(message)
        if told.get("events") != []:
            super().handle_trade(client, told)  # type: ignore[misc]

    def handle_ohlcv(self, client: Any, message: Any) -> None:
        self._is_over = self._is_closed(message)
        super().handle_ohlcv(client, message)  # type: ignore[misc]

    def client(self, url: str) -> Any:
        is_new = url not in (getattr(self, "clients", None) or {})
        client = super().client(url)  # type: ignore[misc]
        if is_new:
            # it empties aiohttp's buffer behind aiohttp's back, which then stops reading for ever
            client.__class__ = type("Client", (type(client),), {"buffer": None})
            client.handle_message = partial(self._heard, client.handle_message)
            client.reject = partial(_reject, client, client.reject)
        return client

    def on_error(self, client: Any, error: Exception) -> None:
        self._broke(_lost(self.told, type(error).__name__))
        super().on_error(client, error)  # type: ignore[misc]

    def on_close(self, client: Any, code: Any) -> None:
        self._broke(_lost(self.told, f"closed with {code}"))
        super().on_close(client, code)  # type: ignore[misc]

    def _heard(self, handle: Callable[[Any], None], message: Any) -> None:
        """ccxt.pro goes deaf on a message it cannot read; that is a broken stream."""
        try:
            with in_our_words(self.told):
                handle(message)
        except CoachError as error:
            self._broke(StreamLost(error.message))


class _Tap(list[Any]):
    """Stands where ccxt.pro stores what it parsed, and passes it on; it stays empty."""

    def __init__(self, take: Callable[[Any], None]) -> None:
        super().__init__()
        self._take = take

    @override
    def append(self, parsed: Any) -> None:
        self._take(parsed)

    def getLimit(self, _symbol: str, _limit: int | None) -> int:  # noqa: N802 - ccxt's name
        return 0


class _Kept(dict[str, Any]):
    """Makes what is stored under a name when ccxt.pro looks for it."""

    def __init__(self, make: Callable[[str], Any]) -> None:
        super().__init__()
        self._make = make

    @override
    def __contains__(self, _key: object) -> bool:
        return True

    @override
    def __delitem__(self, key: str) -> None:
        self.pop(key, None)

    def __missing__(self, key: str) -> Any:
        made = self[key] = self._make(key)
        return made


def _minutes(exchange: Any, pairs: list[str]) -> list[Any]:
    """The questions for the minutes of these, as few as the exchange's ccxt can ask."""
    if exchange.id == "kraken":  # one message names them all, where ccxt knows one symbol
        extra = {"params": {"symbol": pairs, "snapshot": False}}
        return [exchange.watch_ohlcv(pairs[0], _MINUTE, params=extra)]
    if exchange.has.get("watchOHLCVForSymbols"):
        return [exchange.watch_ohlcv_for_symbols([[pair, _MINUTE] for pair in pairs])]
    if exchange.has.get("watchOHLCV"):
        return [exchange.watch_ohlcv(pair, _MINUTE) for pair in pairs]
    return []


def _over(minute: Minute) -> Minute:
    return Minute(
        minute.symbol,
        minute.time,
        minute.open,
        minute.high,
        minute.low,
        minute.close,
        minute.volume,
        is_final=True,
    )


def _oldest_first(message: Any) -> Any:
    """Coinbase sends the newest first, and a greeting of old trades that is left out."""
    if "events" not in message:
        return message
    news = [each for each in message["events"] if each["type"] == "update"]
    events = [{**each, "trades": sorted(each["trades"], key=itemgetter("time"))} for each in news]
    return {**message, "events": events}


def _reject(client: Any, reject: Callable[..., Any], *refusal: Any) -> Any:
    """Marks an error as seen where nobody waits: asyncio would complain of it."""
    for future in client.futures.values():
        future.add_done_callback(_seen)
    return reject(*refusal)


def _seen(future: "asyncio.Future[Any]") -> None:
    if not future.cancelled():
        future.exception()


def _as_lost(error: CoachError) -> CoachError:
    """No answer is a lost stream; what the exchange refuses stays what it is."""
    return StreamLost(error.message) if type(error) is ProviderUnavailable else error


def _lost(name: str, why: str) -> StreamLost:
    return StreamLost(f"The stream of {name} broke: {why}.")


def _binance_closed(message: Mapping[str, Any]) -> bool:
    return bool(message["k"]["x"])


def _bybit_closed(message: Mapping[str, Any]) -> bool:
    return bool(message["data"][-1]["confirm"])


def _okx_closed(message: Mapping[str, Any]) -> bool:
    return str(message["data"][-1][8]) == "1"


_CLOSED: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "binance": _binance_closed,
    "bybit": _bybit_closed,
    "okx": _okx_closed,
}
"""Where an exchange says that a minute is over; ccxt.pro does not pass it on."""
