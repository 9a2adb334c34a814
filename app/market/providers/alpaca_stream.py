"""Alpaca's live trades and minutes: stocks and crypto are two addresses, so up to two connections,
the most Alpaca allows a key."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from typing_extensions import override

from app.core.errors import ProviderUnavailable
from app.core.symbols import AssetClass, Symbol
from app.market.models import Instrument, Provider
from app.market.providers.alpaca import DELAYS, FEEDS
from app.market.providers.sockets import Dialect, Message, SocketStream
from app.market.vendor import Minute, NotCovered, StreamEvent, StreamLost, Throttled, Trade

MARKETS = {"stocks": "v2/{feed}", "crypto": "v1beta3/crypto/us"}
CHANNELS = ("trades", "bars", "updatedBars")
_CONNECTION_LIMIT = 406
_SYMBOL_LIMIT = 405
_NOT_IN_PLAN = 409
_REFUSED = (401, 402, 404)


class AlpacaStream(SocketStream):
    """Trades of one of Alpaca's `MARKETS` as they happen, minutes when they are over and again when
    they are corrected."""

    def __init__(self, keys: tuple[str, str], market: str, *, feed: str, stream_url: str) -> None:
        super().__init__(
            Provider(name=FEEDS[feed], delay_minutes=DELAYS.get(feed, 0)),
            f"{stream_url.rstrip('/')}/{MARKETS[market].format(feed=feed)}",
            _Alpaca(dict(zip(("key", "secret"), keys, strict=True))),
            lambda instrument: _market(instrument) == market,
        )


def _market(instrument: Instrument) -> str | None:
    if instrument.asset_class is AssetClass.INDEX:
        return None
    return "crypto" if instrument.asset_class is AssetClass.CRYPTO else "stocks"


class _Alpaca(Dialect):
    """https://docs.alpaca.markets/docs/streaming-market-data, in JSON."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = keys

    @property
    @override
    def name(self) -> str:
        return "Alpaca"

    @override
    def sign_in(self) -> Message:
        return {"action": "auth", **self._keys}

    @override
    def check(self, messages: Iterable[Message]) -> None:
        for message in messages:
            if message.get("T") == "error":
                raise _refusal(message)

    @override
    def subscription(self, action: str, symbols: Collection[Symbol]) -> Message:
        return {"action": action, **{channel: list(symbols) for channel in CHANNELS}}

    @override
    def events(self, messages: Iterable[Message]) -> Iterator[StreamEvent]:
        for message in messages:
            kind = message.get("T")
            if kind == "t":
                yield Trade(
                    Symbol(message["S"]),
                    _seconds(message["t"]),
                    float(message["p"]),
                    float(message["s"]),
                )
            elif kind in ("b", "u"):
                yield _minute(message)
            elif kind == "error":
                raise _refusal(message)


def _minute(message: Message) -> Minute:
    opened, high, low, close, volume = (float(message[name]) for name in "ohlcv")
    return Minute(
        Symbol(message["S"]),
        int(_seconds(message["t"])),
        opened,
        high,
        low,
        close,
        volume,
        is_final=True,
    )


def _refusal(message: Message) -> ProviderUnavailable:
    code, told = message.get("code"), str(message.get("msg", ""))[:200]
    if code in _REFUSED:
        return ProviderUnavailable(
            "Alpaca's stream refuses the key: check COACH_ALPACA__API_KEY and "
            "COACH_ALPACA__API_SECRET."
        )
    if code in (_NOT_IN_PLAN, _SYMBOL_LIMIT):
        return NotCovered(f"The plan of the Alpaca key does not include this stream: {told}.")
    if code == _CONNECTION_LIMIT:
        return Throttled("Another program uses the one stream that the Alpaca key allows.")
    return StreamLost(f"Alpaca's stream says: {told}.")


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
