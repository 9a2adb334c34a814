"""The languages of Coinbase, Kraken and KuCoin."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from typing_extensions import override

from app.core.timeframes import Timeframe
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
    kucoin_answer,
    kucoin_row,
    places_of,
    stamp_of,
    subject_of,
    texts_of,
)


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
            {"start": str(row[0]), **dict(zip(names, texts_of(row), strict=True))}
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
        return {"trades": [{**trade, "time": stamp_of(at)}], "best_bid": price, "best_ask": price}

    @override
    def heard(self, message: Mapping[str, Any]) -> Following:
        markets = frozenset(map(str, message.get("product_ids", ())))
        reply = {"channel": "subscriptions", "events": [{"subscriptions": {}}]}
        return Following(reply, markets, is_over=message.get("type") == "unsubscribe")

    @override
    def trade(self, trade: Traded) -> Any:
        told = {"trade_id": str(trade.number), "product_id": trade.market, "price": trade.price}
        trades = [{**told, "size": trade.size, "side": "BUY", "time": stamp_of(trade.at)}]
        return {"channel": "market_trades", "events": [{"type": "update", "trades": trades}]}

    @override
    def minute(self, market: str, row: Row, *, is_final: bool) -> Any:
        return None


class Kraken(Dialect):
    """https://api.kraken.com/0/public and its second stream."""

    dollar = "USD"
    _timeframes: ClassVar[Mapping[str, str]] = dict(
        zip(("1", "5", "15", "60", "240", "1440"), NAMES, strict=True)
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
                "pair_decimals": places_of(coin.tick),
                "lot_decimals": 8,
                "status": "online",
                "leverage_buy": [],
            }
            for coin in coins
        }
        return {"error": [], "result": result}

    @override
    def candles(self, market: str, rows: Sequence[Row]) -> Any:
        told = [[row[0], *texts_of(row)[:4], "0", texts_of(row)[4], 1] for row in rows]
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
        data = [{**told, **numbers, "timestamp": stamp_of(trade.at)}]
        return {"channel": "trade", "type": "update", "data": data}

    @override
    def minute(self, market: str, row: Row, *, is_final: bool) -> Any:
        names = ("open", "high", "low", "close", "volume")
        told = {"symbol": self._pair(market), "interval": 1, "trades": 1, "vwap": row[4]}
        at = stamp_of(row[0] * 1000)
        data = [{**told, **dict(zip(names, row[1:], strict=True)), "interval_begin": at}]
        return {"channel": "ohlc", "type": "update", "data": data}

    def _pair(self, market: str) -> str:
        known = {self.market(base): base for base in self._codes}
        return f"{known.get(market, market.removesuffix('USD'))}/USD"


class KuCoin(Dialect):
    """https://api.kucoin.com/api/v1 and the stream it names."""

    greeting: ClassVar[Any] = {"id": "1", "type": "welcome"}
    _timeframes: ClassVar[Mapping[str, str]] = dict(
        zip(("1min", "5min", "15min", "1hour", "4hour", "1day"), NAMES, strict=True)
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
            return Known(kucoin_answer({"token": "stand-in", "instanceServers": [server]}))
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
        return kucoin_answer(
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
        return kucoin_answer([kucoin_row(row) for row in reversed(rows)])

    @override
    def last(self, market: str, price: str, at: int) -> Any:
        day = {"high": "9999999", "low": "1", "vol": "1"}
        return kucoin_answer({"symbol": market, "last": price, "time": at, **day})

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
        return subject_of(topic, "trade.l3match", {**told, **more})

    @override
    def minute(self, market: str, row: Row, *, is_final: bool) -> Any:
        data = {"symbol": market, "candles": kucoin_row(row)}
        return subject_of(f"/market/candles:{market}_1min", "trade.candles.update", data)
