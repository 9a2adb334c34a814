"""What exchanges are asked and what they tell, in one spelling: what dialects translate to and from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar, Protocol

from app.core.timeframes import Timeframe

Query = Mapping[str, str]
Row = tuple[int, float, float, float, float, float]
"""Unix seconds, open, high, low, close, volume."""

EVER = 1 << 40
NAMES = ("1m", "5m", "15m", "1h", "4h", "1d")


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
    end: int = EVER
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


def plain(value: float) -> str:
    """A number as exchanges write it: all its digits, never an exponent."""
    return f"{Decimal(repr(float(value))):f}"


def texts_of(row: Row) -> list[str]:
    return [plain(each) for each in row[1:]]


def kucoin_row(row: Row) -> list[str]:
    opened, high, low, close, volume = texts_of(row)
    return [str(row[0]), opened, close, high, low, volume, "0"]


def places_of(tick: str) -> int:
    return len(tick.partition(".")[2])


def stamp_of(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def bitget_answer(data: Any) -> Any:
    return {"code": "00000", "msg": "success", "requestTime": 1, "data": data}


def bybit_answer(found: Iterable[Any]) -> Any:
    return {"retCode": 0, "retMsg": "OK", "result": {"category": "spot", "list": list(found)}}


def okx_answer(data: Any) -> Any:
    return {"code": "0", "msg": "", "data": data}


def kucoin_answer(data: Any) -> Any:
    return {"code": "200000", "data": data}


def subject_of(topic: str, subject: str, data: Any) -> Any:
    return {"type": "message", "topic": topic, "subject": subject, "data": data}


def spot_of(channel: str, market: str) -> Any:
    return {"instType": "SPOT", "channel": channel, "instId": market}


def by_arguments(message: Mapping[str, Any], trades: str) -> Following:
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
