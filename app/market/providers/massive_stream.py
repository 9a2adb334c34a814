"""Massive's live prices: one connection for stocks, one for indices, one for crypto, as it wants.

Stocks come as second bars, which every plan with streams has; each is told as a trade at its close
in the second that it began, so a high inside a second is known only when its minute is over. Index
values and crypto trades come as they are.
"""

from collections.abc import Collection, Iterable, Iterator

from typing_extensions import override

from app.core.errors import ProviderUnavailable
from app.core.symbols import AssetClass, Symbol
from app.market.models import Instrument, Provider
from app.market.providers.massive import NAME
from app.market.providers.massive_client import DELAY_MINUTES
from app.market.providers.sockets import Dialect, Message, SocketStream
from app.market.vendor import Minute, NotCovered, StreamEvent, StreamLost, Throttled, Trade

_CHANNELS = {"stocks": ("A", "AM"), "indices": ("V", "AM"), "crypto": ("XT", "XA")}
MARKETS = tuple(_CHANNELS)
_MARKETS = {AssetClass.INDEX: "indices", AssetClass.CRYPTO: "crypto"}


class MassiveStream(SocketStream):
    """The prices of one of Massive's `MARKETS`: by the second, minutes when they are over."""

    def __init__(self, api_key: str, market: str, *, stream_url: str) -> None:
        base = stream_url.rstrip("/")
        late = DELAY_MINUTES if "delayed." in base else 0
        super().__init__(
            Provider(name=NAME, delay_minutes=late),
            f"{base}/{market}",
            _Massive(api_key, market),
            lambda instrument: _market(instrument) == market,
        )


def _market(instrument: Instrument) -> str:
    return _MARKETS.get(instrument.asset_class, "stocks")


class _Massive(Dialect):
    """https://massive.com/docs/websocket, of one market."""

    def __init__(self, api_key: str, market: str) -> None:
        self._api_key = api_key
        self._market = market

    @property
    @override
    def name(self) -> str:
        return NAME

    @override
    def sign_in(self) -> Message:
        return {"action": "auth", "params": self._api_key}

    @override
    def check(self, messages: Iterable[Message]) -> None:
        for message in messages:
            _heed(message)

    @override
    def subscription(self, action: str, symbols: Collection[Symbol]) -> Message:
        names = [self._spelled(symbol) for symbol in symbols]
        wanted = [f"{channel}.{name}" for channel in _CHANNELS[self._market] for name in names]
        return {"action": action, "params": ",".join(wanted)}

    @override
    def events(self, messages: Iterable[Message]) -> Iterator[StreamEvent]:
        for message in messages:
            kind = message.get("ev")
            if kind == "status":
                _heed(message)
            elif kind == "A":
                # its end is the start of the next second, and of the next minute
                yield Trade(
                    Symbol(message["sym"]),
                    message["s"] / 1000,
                    _price(message, "c"),
                    _size(message, "v"),
                )
            elif kind == "V":
                yield Trade(_index(message["T"]), message["t"] / 1000, _price(message, "val"), 0.0)
            elif kind == "XT":
                yield Trade(
                    _pair(message["pair"]),
                    message["t"] / 1000,
                    _price(message, "p"),
                    _size(message, "s"),
                )
            elif kind in ("AM", "XA"):
                yield self._minute(message)

    def _spelled(self, symbol: Symbol) -> str:
        if self._market == "indices":
            return f"I:{symbol}"
        return symbol.replace("/", "-") if self._market == "crypto" else str(symbol)

    def _minute(self, message: Message) -> Minute:
        symbol = _pair(message["pair"]) if "pair" in message else _index(message["sym"])
        opened, high, low, close = (float(message[name]) for name in "ohlc")
        return Minute(
            symbol,
            int(message["s"]) // 1000,
            opened,
            high,
            low,
            close,
            _size(message, "v"),
            is_final=True,
        )


def _index(ticker: str) -> Symbol:
    return Symbol(str(ticker).removeprefix("I:"))


def _pair(name: str) -> Symbol:
    return Symbol(str(name).replace("-", "/"))


def _price(message: Message, name: str) -> float:
    return float(message[name])


def _size(message: Message, name: str) -> float:
    return float(message.get(name) or 0)


def _heed(message: Message) -> None:
    """Raise what a status message refuses."""
    status, told = message.get("status"), str(message.get("message", ""))[:200]
    if status == "auth_failed":
        raise ProviderUnavailable("Massive's stream refuses the key: check COACH_MASSIVE__API_KEY.")
    if status == "max_connections":
        raise Throttled("Another program uses the streams that the Massive key allows.")
    if status in ("not_authorized", "error") and "authorized" in told.lower():
        raise NotCovered(f"The plan of the Massive key does not include this stream: {told}.")
    if status in ("error", "slow_consumer", "force_disconnect"):
        raise StreamLost(f"Massive's stream says: {told or status}.")
