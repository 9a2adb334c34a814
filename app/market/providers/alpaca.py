"""Alpaca: stocks and ETFs of one feed, crypto, option chains.

Decided: alpaca-py's clients build the requests and turn the pages, with their retries switched off
and a time limit put on, because both are the business of what stands around a vendor. Prices are asked for adjusted for splits.

What Alpaca's numbers are: the `iex` feed knows one exchange's trades only, so its volume is a few
percent of the market's, and its highs and lows may be narrower. Crypto days there do not begin at
00:00 UTC, so ours are made of hours. Option quotes of the free plan are `indicative`, which is to
say estimated and 15 minutes late.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from typing_extensions import override

from app.core.clock import Clock
from app.core.errors import NotFound, ProviderUnavailable
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.market.calendar import ROUND_THE_CLOCK, session_table
from app.market.chains import OptionChain
from app.market.models import Bars, Instrument, Ints, Provider
from app.market.providers.alpaca_chain import quotes_of
from app.market.providers.alpaca_client import Clients
from app.market.resample import empty_bars, resample_daily
from app.market.vendor import Allowance, NotCovered, Snapshot, Split, Vendor

Row = Mapping[str, Any]

_STOCKS = (AssetClass.STOCK, AssetClass.ETF)
FEEDS = {"iex": "Alpaca (IEX)", "sip": "Alpaca", "delayed_sip": "Alpaca"}
DELAYS = {"delayed_sip": 15}
_OPTIONS = Provider(name="Alpaca (indicative)", delay_minutes=15, is_estimated=True)
_NEW_YORK = ZoneInfo("America/New_York")
_SPELLED = {
    Timeframe.M1: "1Min",
    Timeframe.M5: "5Min",
    Timeframe.M15: "15Min",
    Timeframe.H1: "1Hour",
    Timeframe.D1: "1Day",
}
_OF_STOCKS = frozenset({Timeframe.M1, Timeframe.M5, Timeframe.M15, Timeframe.D1})
_OF_CRYPTO = frozenset(_SPELLED)
_BURST = 10
_THREADS = 6


class Alpaca(Vendor):
    """Alpaca's market data with one key and its secret. `feed` is `iex`, `sip` or `delayed_sip`."""

    def __init__(
        self,
        api_key: str,
        api_secret: str,
        *,
        feed: str,
        base_url: str,
        requests_per_minute: int,
        clock: Clock,
    ) -> None:
        self._clients = Clients(api_key, api_secret, base_url, threads=_THREADS)
        self._feed = feed
        self._provider = Provider(name=FEEDS[feed], delay_minutes=DELAYS.get(feed, 0))
        # The free plan refuses a question that reaches into the last quarter hour, whole.
        self._behind = timedelta(minutes=DELAYS.get(feed, 0))
        self._allowance = Allowance(requests_per_minute, 60, min(_BURST, requests_per_minute))
        self._clock = clock

    @property
    @override
    def provider(self) -> Provider:
        return self._provider

    @property
    @override
    def allowance(self) -> Allowance:
        return self._allowance

    @override
    def covers(self, instrument: Instrument) -> bool:
        return instrument.asset_class is not AssetClass.INDEX

    @override
    def timeframes(self, instrument: Instrument) -> frozenset[Timeframe]:
        return _OF_STOCKS if instrument.asset_class in _STOCKS else _OF_CRYPTO

    @override
    async def describe(self, symbol: Symbol) -> Instrument:
        """Its market data know no names: a symbol that has a price is called by its ticker."""
        is_pair = "/" in symbol
        found = Instrument(
            symbol=symbol,
            name=str(symbol),
            asset_class=AssetClass.CRYPTO if is_pair else AssetClass.STOCK,
            calendar=ROUND_THE_CLOCK if is_pair else "XNYS",
        )
        await self.snapshot(found)
        return found

    @override
    async def bars(
        self, instrument: Instrument, timeframe: Timeframe, *, start: datetime, end: datetime
    ) -> Bars:
        self._require(instrument)
        is_crypto = instrument.asset_class is AssetClass.CRYPTO
        asked = Timeframe.H1 if is_crypto and timeframe is Timeframe.D1 else timeframe
        first = start if asked.is_intraday else _midnight(start)
        last = min(end, self._clock.now() - self._behind) if not is_crypto else end
        if last <= start:
            return empty_bars(instrument.symbol, timeframe, self._provider)
        rows = await self._clients.bars(
            instrument.symbol, _SPELLED[asked], first, last, is_crypto=is_crypto, feed=self._feed
        )
        found = self._bars(instrument, asked, rows)
        if asked is not timeframe:
            now = self._clock.now()
            found = resample_daily(found, calendar=ROUND_THE_CLOCK, as_of=now)
        return found.between(start, end)

    @override
    async def snapshot(self, instrument: Instrument) -> Snapshot:
        self._require(instrument)
        is_crypto = instrument.asset_class is AssetClass.CRYPTO
        symbol = instrument.symbol
        row = await self._clients.snapshot(symbol, is_crypto=is_crypto, feed=self._feed)
        trade = row.get("latestTrade")
        if trade is None:
            raise NotFound(f"Alpaca has no price of {symbol}.")
        at = _moment(trade["t"])
        day = {} if is_crypto else _same_day(row.get("dailyBar"), at)
        return Snapshot(
            symbol=symbol,
            last=_decimal(trade["p"]),
            at=at,
            provider=self._provider,
            open=_decimal_or_none(day.get("o")),
            high=_decimal_or_none(day.get("h")),
            low=_decimal_or_none(day.get("l")),
            volume=_decimal_or_none(day.get("v")),
        )

    @override
    async def splits(self, instrument: Instrument, *, since: date) -> Sequence[Split]:
        if instrument.asset_class not in _STOCKS:
            return ()
        today = self._clock.now().astimezone(_NEW_YORK).date()
        rows = await self._clients.splits(instrument.symbol, since, today)
        found = [
            Split(
                date.fromisoformat(row["ex_date"]),
                _decimal(row["new_rate"]) / _decimal(row["old_rate"]),
            )
            for row in rows
        ]
        return sorted(found, key=lambda split: split.on)

    @override
    async def chain(self, instrument: Instrument, *, expiry: date | None = None) -> OptionChain:
        if instrument.asset_class not in _STOCKS:
            raise NotCovered(f"Alpaca has no options on {instrument.symbol}.")
        rows = await self._clients.chain(instrument.symbol, expiry)
        quotes = quotes_of(instrument.symbol, rows)
        if not quotes:
            on = "" if expiry is None else f" that expire on {expiry}"
            raise NotFound(f"Alpaca lists no options on {instrument.symbol}{on}.")
        return OptionChain(
            underlying=instrument.symbol,
            quotes=quotes,
            provider=_OPTIONS,
            as_of=self._clock.now(),
        )

    @override
    async def close(self) -> None:
        self._clients.close()

    def _require(self, instrument: Instrument) -> None:
        if not self.covers(instrument):
            raise NotCovered("Alpaca has no indices.")

    def _bars(self, instrument: Instrument, timeframe: Timeframe, rows: Sequence[Row]) -> Bars:
        if not rows:
            return empty_bars(instrument.symbol, timeframe, self._provider)
        try:
            stamps = [row["t"].removesuffix("Z") for row in rows]
            time_ = np.array(stamps, dtype="datetime64[s]").astype(np.int64)
            columns = np.array([[row[name] for row in rows] for name in "ohlcv"], dtype=np.float64)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise ProviderUnavailable("Alpaca's answer is not what it should be.") from error
        if timeframe is Timeframe.D1:
            time_ = _session_opens(time_, instrument)
        time_, kept = np.unique(time_, return_index=True)
        kept = kept[time_ > 0]
        opened, high, low, close, volume = columns[:, kept]
        return Bars(
            symbol=instrument.symbol,
            timeframe=timeframe,
            time=time_[time_ > 0],
            open=opened,
            high=high,
            low=low,
            close=close,
            volume=volume,
            provider=self._provider,
        )


def _session_opens(midnights: Ints, instrument: Instrument) -> Ints:
    """The session each New York midnight stands for, by its open; 0 for a day without one."""
    table = session_table(instrument.calendar)
    place = np.searchsorted(table.opens, midnights, side="left")
    opens = table.opens[np.minimum(place, len(table) - 1)]
    return np.where(opens - midnights < 24 * 3600, opens, 0)


def _midnight(at: datetime) -> datetime:
    """The New York midnight before `at`: days there are named by it."""
    return datetime.combine(at.astimezone(_NEW_YORK).date(), time(), _NEW_YORK).astimezone(UTC)


def _same_day(bar: Row | None, at: datetime) -> Row:
    """The day's bar if the last trade is of its regular hours or later; before the open it is the
    day before's."""
    if bar is None:
        return {}
    begun = _moment(bar["t"])
    opened = begun + timedelta(hours=9, minutes=30)
    return bar if opened <= at < begun + timedelta(hours=24) else {}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))


def _decimal_or_none(value: float | None) -> Decimal | None:
    return None if value is None else _decimal(value)
