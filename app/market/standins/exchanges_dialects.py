"""The languages of seven crypto exchanges: what is asked, and how the answer is spelled.

Each dialect only translates. A question in an exchange's spelling becomes a `Candles`, a `Last` or
`MARKETS`; bars, prices and live events become its JSON. Limits of a page are the exchange's own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar, Protocol

from typing_extensions import override

from app.core.timeframes import Timeframe

Query = Mapping[str, str]
Row = tuple[int, float, float, float, float, float]
"""Unix seconds, open, high, low, close, volume."""

_EVER = 1 << 40
_NAMES = ("1m", "5m", "15m", "1h", "4h", "1d")


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin that trades, with the smallest step of its price."""

    base: str
    tick: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candles:
    """Bars asked for: starts in `[start, end)`, the `oldest` so many of them or the `newest`."""

    market: str
    timeframe: Timeframe
    start: int
    end: int = _EVER
    oldest: int | None = None
    newest: int | None = None


@dataclass(frozen=True, slots=True)
class Last:
    """The last price asked for."""

    market: str


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that needs no market."""

    answer: Any


MARKETS = "markets"
Question = Candles | Last | Known | str


@dataclass(frozen=True, slots=True)
class Following:
    """What a socket asked for: markets whose trades or minutes it wants, or no longer."""

    reply: Any = None
    trades: frozenset[str] = frozenset()
    minutes: frozenset[str] = frozenset()
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Traded:
    """A trade to tell of; `at` in milliseconds, `number` counts."""

    market: str
    at: int
    price: str
    size: str
    number: int


class Dialect(Protocol):
    """One exchange's language."""

    dollar: str = "USDT"
    has_minutes: bool = True
    greeting: ClassVar[Any] = None

    def market(self, base: str) -> str:
        """What it calls a coin's market."""
        return base + self.dollar

    def question(self, path: str, asked: Query) -> Question | None: ...

    def markets(self, coins: Sequence[Coin]) -> Any: ...

    def candles(self, market: str, rows: Sequence[Row]) -> Any: ...

    def last(self, market: str, price: str, at: int) -> Any: ...

    def heard(self, message: Mapping[str, Any]) -> Following: ...

    def trade(self, trade: Traded) -> Any: ...

    def minute(self, market: str, row: Row, *, is_final: bool) -> Any: ...


class Binance(Dialect):
    """https://api.binance.com/api/v3 and its raw streams."""

    @override
    def question(self, path: str, asked: Query) -> Question | None:
        if path == "/api/v3/exchangeInfo":
            return MARKETS
        if path == "/api/v3/ticker/24hr":
            return Last(asked["symbol"])
        if path != "/api/v3/klines":
            return None
        return Candles(
            market=asked["symbol"],
            timeframe=Timeframe(asked["interval"]),
            start=int(asked["startTime"]) // 1000,
            oldest=min(int(asked["limit"]), 1000),
        )

    @override
    def markets(self, coins: Sequence[Coin]) -> Any:
        return {"timezone": "UTC", "symbols": [self._market(coin) for coin in coins]}

    @override
    def candles(self, market: str, rows: Sequence[Row]) -> Any:
        return [
            [row[0] * 1000, *_texts(row), row[0] * 1000 + 59_999, "0", 1, "0", "0", "0"]
            for row in rows
        ]

    @override
    def last(self, market: str, price: str, at: int) -> Any:
        day = {"openPrice": "1", "highPrice": "9999999", "lowPrice": "1", "volume": "8913.3"}
        return {"symbol": market, "lastPrice": price, "closeTime": at, **day}

    @override
    def heard(self, message: Mapping[str, Any]) -> Following:
        wanted = [str(each).upper().split("@") for each in message.get("params", ())]
        return Following(
            {"result": None, "id": message.get("id")},
            frozenset(market for market, channel in wanted if channel == "TRADE"),
            frozenset(market for market, channel in wanted if channel == "KLINE_1M"),
            is_over=message.get("method") == "UNSUBSCRIBE",
        )

    @override
    def trade(self, trade: Traded) -> Any:
        told = {"e": "trade", "E": trade.at, "s": trade.market, "t": trade.number, "m": False}
        return {**told, "p": trade.price, "q": trade.size, "T": trade.at, "M": True}

    @override
    def minute(self, market: str, row: Row, *, is_final: bool) -> Any:
        opened, high, low, close, volume = _texts(row)
        bar = {"o": opened, "h": high, "l": low, "c": close, "v": volume, "x": is_final}
        at = row[0] * 1000
        kline = {"t": at, "T": at + 59_999, "s": market, "i": "1m", **bar}
        return {"e": "kline", "E": at, "s": market, "k": kline}

    def _market(self, coin: Coin) -> Any:
        price = {
            "filterType": "PRICE_FILTER",
            "minPrice": "0",
            "maxPrice": "9",
            "tickSize": coin.tick,
        }
        return {
            "symbol": self.market(coin.base),
            "status": "TRADING",
            "baseAsset": coin.base,
            "quoteAsset": self.dollar,
            "baseAssetPrecision": 8,
            "quotePrecision": 8,
            "isSpotTradingAllowed": True,
            "permissions": [],
            "filters": [price],
        }


class Bitget(Dialect):
    """https://api.bitget.com/api/v2/spot and its public stream."""

    _timeframes: ClassVar[Mapping[str, str]] = dict(
        zip(("1min", "5min", "15min", "1h", "4h", "1Dutc"), _NAMES, strict=True)
    )

    @override
    def question(self, path: str, asked: Query) -> Question | None:
        if path == "/api/v2/spot/public/symbols":
            return MARKETS
        if path == "/api/v2/margin/currencies":
            return Known(_bitget([]))
        if path == "/api/v2/spot/market/tickers":
            return Last(asked["symbol"])
        if path not in ("/api/v2/spot/market/candles", "/api/v2/spot/market/history-candles"):
            return None
        return Candles(
            market=asked["symbol"],
            timeframe=Timeframe(self._timeframes[asked["granularity"]]),
            start=int(asked["startTime"]) // 1000,
            end=int(asked["endTime"]) // 1000,
            newest=min(int(asked["limit"]), 200 if "history" in path else 1000),
        )

    @override
    def markets(self, coins: Sequence[Coin]) -> Any:
        return _bitget(
            [
                {
                    "symbol": self.market(coin.base),
                    "baseCoin": coin.base,
                    "quoteCoin": self.dollar,
                    "pricePrecision": str(_places(coin.tick)),
                    "quantityPrecision": "6",
                    "status": "online",
                }
                for coin in coins
            ]
        )

    @override
    def candles(self, market: str, rows: Sequence[Row]) -> Any:
        return _bitget([[str(row[0] * 1000), *_texts(row), "0", "0"] for row in rows])

    @override
    def last(self, market: str, price: str, at: int) -> Any:
        day = {"open": "1", "high24h": "9999999", "low24h": "1", "baseVolume": "1"}
        return _bitget([{"symbol": market, "lastPr": price, "ts": str(at), **day}])

    @override
    def heard(self, message: Mapping[str, Any]) -> Following:
        return _by_arguments(message, "trade")

    @override
    def trade(self, trade: Traded) -> Any:
        told = {"ts": str(trade.at), "price": trade.price, "size": trade.size, "side": "buy"}
        data = [{**told, "tradeId": str(trade.number)}]
        return {"action": "update", "arg": _spot("trade", trade.market), "data": data}

    @override
    def minute(self, market: str, row: Row, *, is_final: bool) -> Any:
        data = [[str(row[0] * 1000), *_texts(row), "0", "0"]]
        return {"action": "update", "arg": _spot("candle1m", market), "data": data}


class Bybit(Dialect):
    """https://api.bybit.com/v5 and its public spot stream."""

    _most = 10
    _timeframes: ClassVar[Mapping[str, str]] = dict(
        zip(("1", "5", "15", "60", "240", "D"), _NAMES, strict=True)
    )

    @override
    def question(self, path: str, asked: Query) -> Question | None:
        if path == "/v5/market/instruments-info":
            return MARKETS
        if path == "/v5/market/recent-trade":
            return Last(asked["symbol"])
        if path != "/v5/market/kline":
            return None
        return Candles(
            market=asked["symbol"],
            timeframe=Timeframe(self._timeframes[asked["interval"]]),
            start=int(asked["start"]) // 1000,
            oldest=min(int(asked["limit"]), 1000),
        )

    @override
    def markets(self, coins: Sequence[Coin]) -> Any:
        return _bybit(
            [
                {
                    "symbol": self.market(coin.base),
                    "baseCoin": coin.base,
                    "quoteCoin": self.dollar,
                    "status": "Trading",
                    "lotSizeFilter": {"basePrecision": "0.000001"},
                    "priceFilter": {"tickSize": coin.tick},
                }
                for coin in coins
            ]
        )

    @override
    def candles(self, market: str, rows: Sequence[Row]) -> Any:
        return _bybit([[str(row[0] * 1000), *_texts(row), "0"] for row in reversed(rows)])

    @override
    def last(self, market: str, price: str, at: int) -> Any:
        told = {"execId": "1", "symbol": market, "price": price, "size": "0.1"}
        return _bybit([{**told, "side": "Buy", "time": str(at), "isBlockTrade": False}])

    @override
    def heard(self, message: Mapping[str, Any]) -> Following:
        if message.get("op") == "ping":
            return Following({"success": True, "ret_msg": "pong", "op": "ping"})
        wanted = [str(each).split(".") for each in message.get("args", ())]
        if len(wanted) > self._most:
            return Following({"success": False, "ret_msg": "args size >10", "op": message["op"]})
        return Following(
            {"success": True, "ret_msg": "subscribe", "op": message.get("op")},
            frozenset(each[-1] for each in wanted if each[0] == "publicTrade"),
            frozenset(each[-1] for each in wanted if each[:2] == ["kline", "1"]),
            is_over=message.get("op") == "unsubscribe",
        )

    @override
    def trade(self, trade: Traded) -> Any:
        told = {"T": trade.at, "s": trade.market, "S": "Buy", "v": trade.size, "p": trade.price}
        data = [{**told, "i": str(trade.number), "BT": False}]
        return {"topic": f"publicTrade.{trade.market}", "type": "snapshot", "data": data}

    @override
    def minute(self, market: str, row: Row, *, is_final: bool) -> Any:
        names = ("open", "high", "low", "close", "volume")
        told = {"start": row[0] * 1000, "interval": "1", "confirm": is_final}
        data = [{**told, **dict(zip(names, _texts(row), strict=True))}]
        return {"topic": f"kline.1.{market}", "type": "snapshot", "data": data}


class Okx(Dialect):
    """https://www.okx.com/api/v5 and its public and business streams."""

    _timeframes: ClassVar[Mapping[str, str]] = dict(
        zip(("1m", "5m", "15m", "1H", "4H", "1Dutc"), _NAMES, strict=True)
    )

    @override
    def market(self, base: str) -> str:
        return f"{base}-{self.dollar}"

    @override
    def question(self, path: str, asked: Query) -> Question | None:
        if path == "/api/v5/public/instruments":
            return MARKETS
        if path == "/api/v5/market/ticker":
            return Last(asked["instId"])
        if path not in ("/api/v5/market/candles", "/api/v5/market/history-candles"):
            return None
        return Candles(
            market=asked["instId"],
            timeframe=Timeframe(self._timeframes[asked["bar"]]),
            start=int(asked["before"]) // 1000 + 1,
            end=int(asked["after"]) // 1000,
            newest=min(int(asked["limit"]), 300),
        )

    @override
    def markets(self, coins: Sequence[Coin]) -> Any:
        return _okx(
            [
                {
                    "instType": "SPOT",
                    "instId": self.market(coin.base),
                    "baseCcy": coin.base,
                    "quoteCcy": self.dollar,
                    "state": "live",
                    "tickSz": coin.tick,
                    "lotSz": "0.000001",
                }
                for coin in coins
            ]
        )

    @override
    def candles(self, market: str, rows: Sequence[Row]) -> Any:
        return _okx([[str(row[0] * 1000), *_texts(row), "0", "0", "1"] for row in reversed(rows)])

    @override
    def last(self, market: str, price: str, at: int) -> Any:
        told = {"instType": "SPOT", "instId": market, "last": price, "ts": str(at)}
        return _okx([{**told, "open24h": "1", "high24h": "9999999", "low24h": "1", "vol24h": "1"}])

    @override
    def heard(self, message: Mapping[str, Any]) -> Following:
        return _by_arguments(message, "trades")

    @override
    def trade(self, trade: Traded) -> Any:
        told = {"instId": trade.market, "tradeId": str(trade.number), "px": trade.price}
        data = [{**told, "sz": trade.size, "side": "buy", "ts": str(trade.at)}]
        return {"arg": {"channel": "trades", "instId": trade.market}, "data": data}

    @override
    def minute(self, market: str, row: Row, *, is_final: bool) -> Any:
        data = [[str(row[0] * 1000), *_texts(row), "0", "0", "1" if is_final else "0"]]
        return {"arg": {"channel": "candle1m", "instId": market}, "data": data}


class Coinbase(Dialect):
    """https://api.coinbase.com/api/v3/brokerage/market and the advanced trade stream."""

    dollar = "USD"
    has_minutes = False
    _timeframes: ClassVar[Mapping[str, str]] = dict(
        zip(
            ("ONE_MINUTE", "FIVE_MINUTE", "FIFTEEN_MINUTE", "ONE_HOUR", "ONE_DAY"),
            ("1m", "5m", "15m", "1h", "1d"),
            strict=True,
        )
    )
    _products = "/api/v3/brokerage/market/products"

    @override
    def market(self, base: str) -> str:
        return f"{base}-{self.dollar}"

    @override
    def question(self, path: str, asked: Query) -> Question | None:
        if path == self._products:
            return Known({"products": []}) if asked.get("product_type") == "FUTURE" else MARKETS
        if not path.startswith(f"{self._products}/"):
            return None
        market, _, kind = path.removeprefix(f"{self._products}/").partition("/")
        if kind == "ticker":
            return Last(market)
        timeframe = Timeframe(self._timeframes[asked["granularity"]])
        return Candles(
            market=market,
            timeframe=timeframe,
            start=int(asked["start"]),
            end=int(asked["end"]) + 1,
            newest=350,
        )

    @override
    def markets(self, coins: Sequence[Coin]) -> Any:
        products = [
            {
                "product_id": self.market(coin.base),
                "base_currency_id": coin.base,
                "quote_currency_id": self.dollar,
                "product_type": "SPOT",
                "trading_disabled": False,
                "price_increment": coin.tick,
                "base_increment": "0.00000001",
                "alias_to": [],
            }
            for coin in coins
        ]
        return {"products": products, "num_products": len(products)}

    @override
    def candles(self, market: str, rows: Sequence[Row]) -> Any:
        names = ("open", "high", "low", "close", "volume")
        told = [
            {"start": str(row[0]), **dict(zip(names, _texts(row), strict=True))}
            for row in reversed(rows)
        ]
        return {"candles": told}

    @override
    def last(self, market: str, price: str, at: int) -> Any:
        trade = {
            "trade_id": "1",
            "product_id": market,
            "price": price,
            "size": "0.1",
            "side": "BUY",
        }
        return {"trades": [{**trade, "time": _stamp(at)}], "best_bid": price, "best_ask": price}

    @override
    def heard(self, message: Mapping[str, Any]) -> Following:
        markets = frozenset(map(str, message.get("product_ids", ())))
        reply = {"channel": "subscriptions", "events": [{"subscriptions": {}}]}
        return Following(reply, markets, is_over=message.get("type") == "unsubscribe")

    @override
    def trade(self, trade: Traded) -> Any:
        told = {"trade_id": str(trade.number), "product_id": trade.market, "price": trade.price}
        trades = [{**told, "size": trade.size, "side": "BUY", "time": _stamp(trade.at)}]
        return {"channel": "market_trades", "events": [{"type": "update", "trades": trades}]}

    @override
    def minute(self, market: str, row: Row, *, is_final: bool) -> Any:
        return None


class Kraken(Dialect):
    """https://api.kraken.com/0/public and its second stream."""

    dollar = "USD"
    _timeframes: ClassVar[Mapping[str, str]] = dict(
        zip(("1", "5", "15", "60", "240", "1440"), _NAMES, strict=True)
    )
    _codes: ClassVar[Mapping[str, str]] = {
        "BTC": "XXBT",
        "ETH": "XETH",
        "XRP": "XXRP",
        "LTC": "XLTC",
        "DOGE": "XXDG",
    }

    @override
    def market(self, base: str) -> str:
        if base == "DOGE":
            return "XDGUSD"
        return f"{self._codes[base]}ZUSD" if base in self._codes else f"{base}USD"

    @override
    def question(self, path: str, asked: Query) -> Question | None:
        if path == "/0/public/AssetPairs":
            return MARKETS
        if path == "/0/public/Trades":
            return Last(asked["pair"])
        if path != "/0/public/OHLC":
            return None
        return Candles(
            market=asked["pair"],
            timeframe=Timeframe(self._timeframes[asked["interval"]]),
            start=int(asked.get("since", 0)) + 1,
            newest=720,
        )

    @override
    def markets(self, coins: Sequence[Coin]) -> Any:
        result = {
            self.market(coin.base): {
                "altname": self.market(coin.base),
                "wsname": f"{coin.base}/USD",
                "base": self._codes.get(coin.base, coin.base),
                "quote": "ZUSD",
                "pair_decimals": _places(coin.tick),
                "lot_decimals": 8,
                "status": "online",
                "leverage_buy": [],
            }
            for coin in coins
        }
        return {"error": [], "result": result}

    @override
    def candles(self, market: str, rows: Sequence[Row]) -> Any:
        told = [[row[0], *_texts(row)[:4], "0", _texts(row)[4], 1] for row in rows]
        return {"error": [], "result": {market: told, "last": rows[-1][0] if rows else 0}}

    @override
    def last(self, market: str, price: str, at: int) -> Any:
        trade = [price, "0.1", at / 1000, "b", "m", "", 1]
        return {"error": [], "result": {market: [trade], "last": str(at * 1_000_000)}}

    @override
    def heard(self, message: Mapping[str, Any]) -> Following:
        if message.get("method") == "ping":
            return Following({"method": "pong", "req_id": message.get("req_id")})
        asked = message.get("params", {})
        markets = frozenset(self.market(str(each).split("/")[0]) for each in asked["symbol"])
        reply = {"method": message["method"], "success": True, "req_id": message.get("req_id")}
        is_trade = asked["channel"] == "trade"
        return Following(
            reply,
            markets if is_trade else frozenset(),
            frozenset() if is_trade else markets,
            is_over=message["method"] == "unsubscribe",
        )

    @override
    def trade(self, trade: Traded) -> Any:
        told = {"symbol": self._pair(trade.market), "side": "buy", "ord_type": "market"}
        numbers = {"price": float(trade.price), "qty": float(trade.size), "trade_id": trade.number}
        data = [{**told, **numbers, "timestamp": _stamp(trade.at)}]
        return {"channel": "trade", "type": "update", "data": data}

    @override
    def minute(self, market: str, row: Row, *, is_final: bool) -> Any:
        names = ("open", "high", "low", "close", "volume")
        told = {"symbol": self._pair(market), "interval": 1, "trades": 1, "vwap": row[4]}
        at = _stamp(row[0] * 1000)
        data = [{**told, **dict(zip(names, row[1:], strict=True)), "interval_begin": at}]
        return {"channel": "ohlc", "type": "update", "data": data}

    def _pair(self, market: str) -> str:
        known = {self.market(base): base for base in self._codes}
        return f"{known.get(market, market.removesuffix('USD'))}/USD"


class KuCoin(Dialect):
    """https://api.kucoin.com/api/v1 and the stream it names."""

    greeting: ClassVar[Any] = {"id": "1", "type": "welcome"}
    _timeframes: ClassVar[Mapping[str, str]] = dict(
        zip(("1min", "5min", "15min", "1hour", "4hour", "1day"), _NAMES, strict=True)
    )

    @override
    def market(self, base: str) -> str:
        return f"{base}-{self.dollar}"

    @override
    def question(self, path: str, asked: Query) -> Question | None:
        if path in ("/api/v1/symbols", "/api/v2/symbols"):
            return MARKETS
        if path == "/api/v1/market/stats":
            return Last(asked["symbol"])
        if path == "/api/v1/bullet-public":
            server = {"endpoint": asked["stream"], "pingInterval": 18_000, "pingTimeout": 10_000}
            return Known(_kucoin({"token": "stand-in", "instanceServers": [server]}))
        if path != "/api/v1/market/candles":
            return None
        return Candles(
            market=asked["symbol"],
            timeframe=Timeframe(self._timeframes[asked["type"]]),
            start=int(asked["startAt"]),
            end=int(asked["endAt"]),
            newest=1500,
        )

    @override
    def markets(self, coins: Sequence[Coin]) -> Any:
        return _kucoin(
            [
                {
                    "symbol": self.market(coin.base),
                    "baseCurrency": coin.base,
                    "quoteCurrency": self.dollar,
                    "enableTrading": True,
                    "priceIncrement": coin.tick,
                    "baseIncrement": "0.000001",
                }
                for coin in coins
            ]
        )

    @override
    def candles(self, market: str, rows: Sequence[Row]) -> Any:
        return _kucoin([_kucoin_row(row) for row in reversed(rows)])

    @override
    def last(self, market: str, price: str, at: int) -> Any:
        day = {"high": "9999999", "low": "1", "vol": "1"}
        return _kucoin({"symbol": market, "last": price, "time": at, **day})

    @override
    def heard(self, message: Mapping[str, Any]) -> Following:
        kind, topic = str(message.get("type")), str(message.get("topic", ""))
        if kind == "ping":
            return Following({"id": message["id"], "type": "pong"})
        channel, _, names = topic.partition(":")
        markets = frozenset(each.removesuffix("_1min") for each in names.split(","))
        is_trade = channel == "/market/match"
        return Following(
            {"id": message.get("id"), "type": "ack"},
            markets if is_trade else frozenset(),
            frozenset() if is_trade else markets,
            is_over=kind == "unsubscribe",
        )

    @override
    def trade(self, trade: Traded) -> Any:
        told = {"type": "match", "symbol": trade.market, "side": "buy", "price": trade.price}
        more = {"size": trade.size, "tradeId": str(trade.number), "time": str(trade.at * 1_000_000)}
        topic = f"/market/match:{trade.market}"
        return _subject(topic, "trade.l3match", {**told, **more})

    @override
    def minute(self, market: str, row: Row, *, is_final: bool) -> Any:
        data = {"symbol": market, "candles": _kucoin_row(row)}
        return _subject(f"/market/candles:{market}_1min", "trade.candles.update", data)


DIALECTS: Mapping[str, Dialect] = {
    "binance": Binance(),
    "bitget": Bitget(),
    "bybit": Bybit(),
    "okx": Okx(),
    "coinbase": Coinbase(),
    "kraken": Kraken(),
    "kucoin": KuCoin(),
}


def plain(value: float) -> str:
    """A number as exchanges write it: all its digits, never an exponent."""
    return f"{Decimal(repr(float(value))):f}"


def _texts(row: Row) -> list[str]:
    return [plain(each) for each in row[1:]]


def _kucoin_row(row: Row) -> list[str]:
    opened, high, low, close, volume = _texts(row)
    return [str(row[0]), opened, close, high, low, volume, "0"]


def _places(tick: str) -> int:
    return len(tick.partition(".")[2])


def _stamp(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _bitget(data: Any) -> Any:
    return {"code": "00000", "msg": "success", "requestTime": 1, "data": data}


def _bybit(found: Iterable[Any]) -> Any:
    return {"retCode": 0, "retMsg": "OK", "result": {"category": "spot", "list": list(found)}}


def _okx(data: Any) -> Any:
    return {"code": "0", "msg": "", "data": data}


def _kucoin(data: Any) -> Any:
    return {"code": "200000", "data": data}


def _subject(topic: str, subject: str, data: Any) -> Any:
    return {"type": "message", "topic": topic, "subject": subject, "data": data}


def _spot(channel: str, market: str) -> Any:
    return {"instType": "SPOT", "channel": channel, "instId": market}


def _by_arguments(message: Mapping[str, Any], trades: str) -> Following:
    """Subscriptions as OKX and Bitget spell them."""
    wanted = [(each["channel"], each["instId"]) for each in message.get("args", ())]
    reply: Mapping[str, Any] = {
        "event": message.get("op"),
        "arg": next(iter(message.get("args", ())), {}),
    }
    return Following(
        reply,
        frozenset(market for channel, market in wanted if channel == trades),
        frozenset(market for channel, market in wanted if channel == "candle1m"),
        is_over=message.get("op") == "unsubscribe",
    )
