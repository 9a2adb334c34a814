"""Massive.com: stocks, indices, option chains and crypto with one key.

Decided: `massive`'s client is used for its connections, its certificates and its signing of
requests; the answers are read as JSON here, because its own models cost more than the network, lose
the status of a refusal, and follow a next page to wherever the answer says. Prices are asked for adjusted for splits.

Its spelling is mapped here and nowhere else: `SPX` is `I:SPX`, `BTC/USD` is `X:BTCUSD`, `BRK.B` is
as we write it. A plan with a delay says so in each answer, and so does each answer of ours.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from typing_extensions import override

from app.core.clock import Clock
from app.core.errors import NotFound, ProviderUnavailable
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.market.calendar import ROUND_THE_CLOCK, US, session_table
from app.market.chains import OptionChain
from app.market.models import Bars, Instrument, Ints, Provider
from app.market.providers.massive_chain import quotes_of
from app.market.providers.massive_client import DELAY_MINUTES, Client, is_delayed
from app.market.resample import empty_bars
from app.market.vendor import Allowance, NotCovered, Snapshot, Split, Vendor

Row = Mapping[str, Any]

NAME = "Massive"
_NEW_YORK = ZoneInfo("America/New_York")
_SPELLED = {
    Timeframe.M1: "1/minute",
    Timeframe.M5: "5/minute",
    Timeframe.M15: "15/minute",
    Timeframe.H1: "1/hour",
    Timeframe.D1: "1/day",
}
_OF_STOCKS = frozenset({Timeframe.M1, Timeframe.M5, Timeframe.M15, Timeframe.D1})
_OF_CRYPTO = frozenset(_SPELLED)
_FUNDS = ("ETF", "ETV", "ETN", "ETS")
_MARKETS = {"indices": AssetClass.INDEX, "crypto": AssetClass.CRYPTO, "stocks": AssetClass.STOCK}
_BURST = 20
_THREADS = 8
_DAY_FIELDS = ("open", "high", "low")


def ticker_of(instrument: Instrument) -> str:
    """Massive's name of an instrument."""
    if instrument.asset_class is AssetClass.INDEX:
        return f"I:{instrument.symbol}"
    if instrument.asset_class is AssetClass.CRYPTO:
        return f"X:{instrument.symbol.replace('/', '')}"
    return str(instrument.symbol)


def allowance_of(requests_per_minute: int) -> Allowance:
    """What a plan allows a key, whatever it is asked."""
    return Allowance(requests_per_minute, 60, min(_BURST, requests_per_minute))


class Massive(Vendor):
    """Massive.com's market data with one key."""

    def __init__(
        self, api_key: str, *, base_url: str, requests_per_minute: int, clock: Clock
    ) -> None:
        self._client = Client(api_key, base_url, threads=_THREADS)
        self._allowance = allowance_of(requests_per_minute)
        self._clock = clock

    @property
    @override
    def provider(self) -> Provider:
        return Provider(name=NAME)

    @property
    @override
    def allowance(self) -> Allowance:
        return self._allowance

    @override
    def covers(self, instrument: Instrument) -> bool:
        return True

    @override
    def timeframes(self, instrument: Instrument) -> frozenset[Timeframe]:
        return _OF_CRYPTO if instrument.asset_class is AssetClass.CRYPTO else _OF_STOCKS

    @override
    async def describe(self, symbol: Symbol) -> Instrument:
        ticker = f"X:{symbol.replace('/', '')}" if "/" in symbol else str(symbol)
        answer = await self._client.page(f"/v3/reference/tickers/{ticker}")
        found = answer.get("results")
        if not isinstance(found, Mapping):
            raise NotFound(f"Massive does not know {symbol}.")
        kind = _MARKETS.get(str(found.get("market")))
        if kind is None:
            raise NotCovered(f"{symbol} is not a stock, an index or a pair at Massive.")
        if kind is AssetClass.STOCK and found.get("type") in _FUNDS:
            kind = AssetClass.ETF
        return Instrument(
            symbol=symbol,
            name=str(found.get("name") or symbol),
            asset_class=kind,
            calendar=ROUND_THE_CLOCK if kind is AssetClass.CRYPTO else US,
        )

    @override
    async def bars(
        self, instrument: Instrument, timeframe: Timeframe, *, start: datetime, end: datetime
    ) -> Bars:
        if end <= start:
            return empty_bars(instrument.symbol, timeframe, self.provider)
        first = start if timeframe.is_intraday else _midnight(start, instrument)
        # The vendor's window is closed at both ends, in milliseconds.
        window = f"{int(first.timestamp() * 1000)}/{int(end.timestamp() * 1000) - 1}"
        path = f"/v2/aggs/ticker/{ticker_of(instrument)}/range/{_SPELLED[timeframe]}/{window}"
        asked = {"adjusted": "true", "sort": "asc", "limit": "50000"}
        pages = await self._client.pages(path, asked)
        rows = [row for page in pages for row in page.get("results") or ()]
        return self._bars(instrument, timeframe, rows, _provider(pages)).between(start, end)

    @override
    async def snapshot(self, instrument: Instrument) -> Snapshot:
        if instrument.asset_class is AssetClass.INDEX:
            return await self._index_snapshot(instrument)
        is_crypto = instrument.asset_class is AssetClass.CRYPTO
        market = "global/markets/crypto" if is_crypto else "us/markets/stocks"
        path = f"/v2/snapshot/locale/{market}/tickers/{ticker_of(instrument)}"
        answer = await self._client.page(path)
        found = answer.get("ticker") or {}
        price, at = _last(found, is_crypto=is_crypto)
        if price is None or at is None:
            raise NotFound(f"Massive has no price of {instrument.symbol}.")
        day = {} if is_crypto else _day(found.get("day") or {}, "ohl")
        volume = (found.get("day") or {}).get("v") if day else None
        return Snapshot(
            symbol=instrument.symbol,
            last=price,
            at=at,
            provider=_provider([answer]),
            volume=_decimal(volume),
            **day,
        )

    @override
    async def splits(self, instrument: Instrument, *, since: date) -> Sequence[Split]:
        if instrument.asset_class not in (AssetClass.STOCK, AssetClass.ETF):
            return ()
        asked = {
            "ticker": ticker_of(instrument),
            "execution_date.gte": since.isoformat(),
            "limit": "1000",
        }
        pages = await self._client.pages("/v3/reference/splits", asked)
        found = [
            Split(
                date.fromisoformat(row["execution_date"]),
                Decimal(str(row["split_to"])) / Decimal(str(row["split_from"])),
            )
            for page in pages
            for row in page.get("results") or ()
        ]
        return sorted(found, key=lambda split: split.on)

    @override
    async def chain(self, instrument: Instrument, *, expiry: date | None = None) -> OptionChain:
        asked = {"limit": "250"}
        if expiry is not None:
            asked["expiration_date"] = expiry.isoformat()
        path = f"/v3/snapshot/options/{ticker_of(instrument)}"
        pages = await self._client.pages(path, asked)
        rows = [row for page in pages for row in page.get("results") or ()]
        quotes = quotes_of(instrument.symbol, rows)
        if not quotes:
            on = "" if expiry is None else f" that expire on {expiry}"
            raise NotFound(f"Massive lists no options on {instrument.symbol}{on}.")
        under = rows[0].get("underlying_asset") or {}
        return OptionChain(
            underlying=instrument.symbol,
            quotes=quotes,
            provider=_provider([*pages, *rows]),
            as_of=self._clock.now(),
            spot=_decimal(under.get("price") or under.get("value")),
        )

    @override
    async def is_open(self) -> bool | None:
        answer = await self._client.page("/v1/marketstatus/now")
        market = answer.get("market")
        return market == "open" if isinstance(market, str) else None

    @override
    async def close(self) -> None:
        self._client.close()

    async def _index_snapshot(self, instrument: Instrument) -> Snapshot:
        ticker = ticker_of(instrument)
        asked = {"ticker.any_of": ticker}
        answer = await self._client.page("/v3/snapshot/indices", asked)
        rows = answer.get("results") or [{}]
        found = next(
            (row for row in rows if row.get("ticker") in (ticker, str(instrument.symbol))), rows[0]
        )
        if found.get("error") == "NOT_ENTITLED":
            raise NotCovered(f"The plan of the Massive key does not include {instrument.symbol}.")
        price = _decimal(found.get("value"))
        if price is None:
            raise NotFound(f"Massive has no value of {instrument.symbol}.")
        session = found.get("session") or {}
        updated = found.get("last_updated")
        return Snapshot(
            symbol=instrument.symbol,
            last=price,
            at=self._clock.now() if updated is None else _nanoseconds(updated),
            provider=_provider([answer, found]),
            previous_close=_decimal(session.get("previous_close")),
            **_day(session, _DAY_FIELDS),
        )

    def _bars(
        self, instrument: Instrument, timeframe: Timeframe, rows: Sequence[Row], provider: Provider
    ) -> Bars:
        if not rows:
            return empty_bars(instrument.symbol, timeframe, provider)
        try:
            time_ = np.array([row["t"] for row in rows], dtype=np.int64) // 1000
            prices = np.array([[row[name] for row in rows] for name in "ohlc"], dtype=np.float64)
            volume = np.array([row.get("v", 0) for row in rows], dtype=np.float64)
        except (KeyError, ValueError, TypeError) as error:
            raise ProviderUnavailable("Massive's answer is not what it should be.") from error
        if timeframe is Timeframe.D1:
            time_ = _session_opens(time_, instrument)
        time_, kept = np.unique(time_, return_index=True)
        kept, time_ = kept[time_ > 0], time_[time_ > 0]
        opened, high, low, close = prices[:, kept]
        return Bars(
            symbol=instrument.symbol,
            timeframe=timeframe,
            time=time_,
            open=opened,
            high=high,
            low=low,
            close=close,
            volume=volume[kept] if instrument.has_volume else np.zeros(len(kept)),
            provider=provider,
        )


def _provider(answers: Sequence[Row]) -> Provider:
    late = any(is_delayed(answer) for answer in answers)
    return Provider(name=NAME, delay_minutes=DELAY_MINUTES if late else 0)


def _last(found: Row, *, is_crypto: bool) -> tuple[Decimal | None, datetime | None]:
    """The last trade; where the plan has none, the close of the last minute."""
    trade = found.get("lastTrade") or {}
    if trade.get("p") and trade.get("t"):
        stamp = trade["t"]
        at = _milliseconds(stamp) if is_crypto else _nanoseconds(stamp)
        return _decimal(trade["p"]), at
    minute = found.get("min") or {}
    if minute.get("c") and found.get("updated"):
        return _decimal(minute["c"]), _nanoseconds(found["updated"])
    return None, None


def _day(values: Row, names: Sequence[str]) -> dict[str, Decimal | None]:
    """Open, high and low if they can be true together; before the first trade they are zeros."""
    opened, high, low = (_decimal(values.get(name)) for name in names)
    if opened is None or high is None or low is None or not 0 < low <= opened <= high:
        return {}
    return dict(zip(_DAY_FIELDS, (opened, high, low), strict=True))


def _session_opens(midnights: Ints, instrument: Instrument) -> Ints:
    """The session each New York (crypto: UTC) midnight stands for, by its open; 0 for none."""
    table = session_table(instrument.calendar)
    place = np.searchsorted(table.opens, midnights, side="left")
    opens = table.opens[np.minimum(place, len(table) - 1)]
    return np.where(opens - midnights < 24 * 3600, opens, 0)


def _midnight(at: datetime, instrument: Instrument) -> datetime:
    """The midnight that the day of `at` is named by."""
    zone = UTC if instrument.is_round_the_clock else _NEW_YORK
    return datetime.combine(at.astimezone(zone).date(), time(), zone)


def _nanoseconds(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp / 1_000_000_000, UTC)


def _milliseconds(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp / 1000, UTC)


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
