"""Crypto exchanges: bars and last prices of spot markets, by ccxt, without a key.

Decided: each exchange's prices are in its own dollar, and say so. Coinbase and Kraken trade dollars;
on the others a dollar is a tether (USDT), whose price is not quite one, so their provider's name
carries it: `Binance, in USDT`. Markets are loaded once.

What their bars are: a minute without a trade has none on most of them, and it stays a hole. Kraken
gives the newest 720 bars of a timeframe and nothing older, the others go back further, page by page.
"""

import difflib
import math
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from typing_extensions import override

from app.core.clock import Clock
from app.core.errors import NotFound, ProviderUnavailable
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.market.calendar import ROUND_THE_CLOCK
from app.market.chains import OptionChain
from app.market.models import Bars, Instrument, Provider, decimal_of
from app.market.providers.exchanges_client import EXCHANGES, Desk, in_our_words
from app.market.providers.exchanges_stream import ExchangeStream
from app.market.resample import empty_bars
from app.market.vendor import Allowance, NotCovered, Snapshot, Split, Vendor, next_page

__all__ = ["EXCHANGES", "Exchange", "ExchangeStream"]

_SECONDS = {each: each.minutes * 60 for each in Timeframe if each.is_intraday} | {
    Timeframe.D1: 86_400
}
_TIMEOUT_SECONDS = 10.0
_NEAR = 3

Row = Sequence[float]


class Exchange(Vendor):
    """One exchange. Nothing is asked, or even imported, before the first question."""

    def __init__(
        self,
        name: str,
        *,
        base_url: str | None,
        clock: Clock,
        timeout_seconds: float = _TIMEOUT_SECONDS,
    ) -> None:
        self._desk = Desk(name, "ccxt.async_support", base_url=base_url)
        self._desk.set(
            timeout=int(timeout_seconds * 1000),
            milliseconds=lambda: int(clock.now().timestamp() * 1000),
        )
        self._house = self._desk.house
        self._clock = clock
        in_tethers = self._house.dollar != "USD"
        self._plain = Provider(name=self._house.name)
        self._provider = (
            Provider(name=f"{self._house.name}, in {self._house.dollar}")
            if in_tethers
            else self._plain
        )

    @property
    @override
    def provider(self) -> Provider:
        return self._provider

    @property
    @override
    def allowance(self) -> Allowance:
        return self._house.allowance

    @override
    def covers(self, instrument: Instrument) -> bool:
        return instrument.asset_class is AssetClass.CRYPTO

    @override
    def timeframes(self, instrument: Instrument) -> frozenset[Timeframe]:
        return self._house.timeframes

    @override
    def reaches(self, timeframe: Timeframe, start: datetime) -> bool:
        if not self._house.has_one_page:
            return True
        oldest = self._clock.now().timestamp() - self._house.page * _SECONDS[timeframe]
        return start.timestamp() >= oldest

    @override
    async def describe(self, symbol: Symbol) -> Instrument:
        exchange = await self._desk.opened()
        try:
            market = exchange.markets[self._desk.market(exchange, symbol)]
        except NotFound as error:
            raise NotFound(error.message, suggestions=self._near(exchange, symbol)) from error
        base, _, quote = symbol.partition("/")
        return Instrument(
            symbol=symbol,
            name=base,
            asset_class=AssetClass.CRYPTO,
            calendar=ROUND_THE_CLOCK,
            decimals=_decimals(market["precision"]["price"]),
            currency=quote,
        )

    @override
    async def bars(
        self, instrument: Instrument, timeframe: Timeframe, *, start: datetime, end: datetime
    ) -> Bars:
        if timeframe not in self._house.timeframes:
            raise NotCovered(f"{self._house.name} has no {timeframe} bars.")
        exchange = await self._desk.opened()
        pair = self._desk.market(exchange, instrument.symbol)
        found: dict[int, Row] = {}
        for number, since in enumerate(self._pages(timeframe, start, end)):
            if number:
                await next_page()
            with in_our_words(self._house.name):
                page = await exchange.fetch_ohlcv(
                    pair, str(timeframe), since=since * 1000, limit=self._house.page
                )
                found |= {int(row[0]) // 1000: _whole(row) for row in page}
        bars = _bars(instrument.symbol, timeframe, found, self._spoken(instrument.symbol))
        return bars.between(start, end)

    @override
    async def snapshot(self, instrument: Instrument) -> Snapshot:
        exchange = await self._desk.opened()
        pair = self._desk.market(exchange, instrument.symbol)
        with in_our_words(self._house.name):
            price, at = await self._last(exchange, pair)
        if price is None or at is None:
            raise ProviderUnavailable(
                f"{self._house.name} has no last price of {instrument.symbol}."
            )
        return Snapshot(
            symbol=instrument.symbol,
            last=decimal_of(price),
            at=datetime.fromtimestamp(at / 1000, UTC),
            provider=self._spoken(instrument.symbol),
        )

    @override
    async def splits(self, instrument: Instrument, *, since: date) -> Sequence[Split]:
        return ()

    @override
    async def chain(self, instrument: Instrument, *, expiry: date | None = None) -> OptionChain:
        raise NotCovered(f"{self._house.name} is asked for coins, not for options.")

    @override
    async def close(self) -> None:
        await self._desk.close()

    def _spoken(self, symbol: Symbol) -> Provider:
        """The provider to stand with a price: in tethers only if a dollar was asked for."""
        return self._provider if symbol.endswith("/USD") else self._plain

    def _pages(self, timeframe: Timeframe, start: datetime, end: datetime) -> range:
        """Unix seconds at which pages begin, up to the present; one where there are no pages.

        Each overlaps the one before by a bar, since exchanges differ on whether ends belong.
        """
        step = _SECONDS[timeframe]
        first = math.ceil(start.timestamp() / step) * step - step
        stop = math.ceil(min(end, self._clock.now()).timestamp())
        if self._house.has_one_page:
            return range(first, stop)[:1]
        return range(first, stop, step * (self._house.page - 1))

    async def _last(self, exchange: Any, pair: str) -> tuple[float | None, int | None]:
        """Price and milliseconds of the last trade, as nearly as the exchange tells it."""
        if not self._house.has_no_time:
            ticker = await exchange.fetch_ticker(pair)
            return ticker["last"], ticker["timestamp"]
        trades = await exchange.fetch_trades(pair, limit=1)
        return (trades[-1]["price"], trades[-1]["timestamp"]) if trades else (None, None)

    def _near(self, exchange: Any, symbol: Symbol) -> tuple[Symbol, ...]:
        known = {self._desk.symbol(pair) for pair, each in exchange.markets.items() if each["spot"]}
        return tuple(Symbol(each) for each in difflib.get_close_matches(symbol, known, _NEAR))


def _whole(row: Sequence[Any]) -> Row:
    """A row of numbers; ValueError for one that lacks a price."""
    values = [float(each) for each in row]
    if len(values) < 6 or not all(np.isfinite(values)):
        raise ValueError("a bar with a gap in it")
    return values


def _bars(symbol: Symbol, timeframe: Timeframe, found: dict[int, Row], provider: Provider) -> Bars:
    if not found:
        return empty_bars(symbol, timeframe, provider)
    times = sorted(found)
    columns = np.array([found[at] for at in times], dtype=np.float64).T
    return Bars(
        symbol=symbol,
        timeframe=timeframe,
        time=np.array(times, dtype=np.int64),
        open=columns[1],
        high=columns[2],
        low=columns[3],
        close=columns[4],
        volume=columns[5],
        provider=provider,
    )


def _decimals(tick: float | None) -> int:
    """How many decimals a price has, by the smallest step it moves: 0.01 has two."""
    if not tick:
        return 2
    exponent = Decimal(str(tick)).normalize().as_tuple().exponent
    return max(0, -int(exponent))
