"""The languages of seven crypto exchanges: what is asked, and how the answer is spelled.

Each dialect only translates. A question in an exchange's spelling becomes a `Candles`, a `Last` or
`MARKETS`; bars, prices and live events become its JSON. Limits of a page are the exchange's own.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from typing_extensions import override

from app.core.timeframes import Timeframe
from app.market.standins.exchanges_dollars import Coinbase, Kraken, KuCoin
from app.market.standins.exchanges_words import (
    MARKETS,
    NAMES,
    Candles,
    Coin,
    Dialect,
    Following,
    Known,
    Last,
    Query,
    Question,
    Row,
    Traded,
    bitget_answer,
    by_arguments,
    bybit_answer,
    okx_answer,
    places_of,
    spot_of,
    texts_of,
)


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
            [row[0] * 1000, *texts_of(row), row[0] * 1000 + 59_999, "0", 1, "0", "0", "0"]
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
        opened, high, low, close, volume = texts_of(row)
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
        zip(("1min", "5min", "15min", "1h", "4h", "1Dutc"), NAMES, strict=True)
    )

    @override
    def question(self, path: str, asked: Query) -> Question | None:
        if path == "/api/v2/spot/public/symbols":
            return MARKETS
        if path == "/api/v2/margin/currencies":
            return Known(bitget_answer([]))
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
        return bitget_answer(
            [
                {
                    "symbol": self.market(coin.base),
                    "baseCoin": coin.base,
                    "quoteCoin": self.dollar,
                    "pricePrecision": str(places_of(coin.tick)),
                    "quantityPrecision": "6",
                    "status": "online",
                }
                for coin in coins
            ]
        )

    @override
    def candles(self, market: str, rows: Sequence[Row]) -> Any:
        return bitget_answer([[str(row[0] * 1000), *texts_of(row), "0", "0"] for row in rows])

    @override
    def last(self, market: str, price: str, at: int) -> Any:
        day = {"open": "1", "high24h": "9999999", "low24h": "1", "baseVolume": "1"}
        return bitget_answer([{"symbol": market, "lastPr": price, "ts": str(at), **day}])

    @override
    def heard(self, message: Mapping[str, Any]) -> Following:
        return by_arguments(message, "trade")

    @override
    def trade(self, trade: Traded) -> Any:
        told = {"ts": str(trade.at), "price": trade.price, "size": trade.size, "side": "buy"}
        data = [{**told, "tradeId": str(trade.number)}]
        return {"action": "update", "arg": spot_of("trade", trade.market), "data": data}

    @override
    def minute(self, market: str, row: Row, *, is_final: bool) -> Any:
        data = [[str(row[0] * 1000), *texts_of(row), "0", "0"]]
        return {"action": "update", "arg": spot_of("candle1m", market), "data": data}


class Bybit(Dialect):
    """https://api.bybit.com/v5 and its public spot stream."""

    _most = 10
    _timeframes: ClassVar[Mapping[str, str]] = dict(
        zip(("1", "5", "15", "60", "240", "D"), NAMES, strict=True)
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
        return bybit_answer(
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
        return bybit_answer([[str(row[0] * 1000), *texts_of(row), "0"] for row in reversed(rows)])

    @override
    def last(self, market: str, price: str, at: int) -> Any:
        told = {"execId": "1", "symbol": market, "price": price, "size": "0.1"}
        return bybit_answer([{**told, "side": "Buy", "time": str(at), "isBlockTrade": False}])

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
        data = [{**told, **dict(zip(names, texts_of(row), strict=True))}]
        return {"topic": f"kline.1.{market}", "type": "snapshot", "data": data}


class Okx(Dialect):
    """https://www.okx.com/api/v5 and its public and business streams."""

    _timeframes: ClassVar[Mapping[str, str]] = dict(
        zip(("1m", "5m", "15m", "1H", "4H", "1Dutc"), NAMES, strict=True)
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
        return okx_answer(
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
        return okx_answer(
            [[str(row[0] * 1000), *texts_of(row), "0", "0", "1"] for row in reversed(rows)]
        )

    @override
    def last(self, market: str, price: str, at: int) -> Any:
        told = {"instType": "SPOT", "instId": market, "last": price, "ts": str(at)}
        return okx_answer(
            [{**told, "open24h": "1", "high24h": "9999999", "low24h": "1", "vol24h": "1"}]
        )

    @override
    def heard(self, message: Mapping[str, Any]) -> Following:
        return by_arguments(message, "trades")

    @override
    def trade(self, trade: Traded) -> Any:
        told = {"instId": trade.market, "tradeId": str(trade.number), "px": trade.price}
        data = [{**told, "sz": trade.size, "side": "buy", "ts": str(trade.at)}]
        return {"arg": {"channel": "trades", "instId": trade.market}, "data": data}

    @override
    def minute(self, market: str, row: Row, *, is_final: bool) -> Any:
        data = [[str(row[0] * 1000), *texts_of(row), "0", "0", "1" if is_final else "0"]]
        return {"arg": {"channel": "candle1m", "instId": market}, "data": data}


DIALECTS: Mapping[str, Dialect] = {
    "binance": Binance(),
    "bitget": Bitget(),
    "bybit": Bybit(),
    "okx": Okx(),
    "coinbase": Coinbase(),
    "kraken": Kraken(),
    "kucoin": KuCoin(),
}
