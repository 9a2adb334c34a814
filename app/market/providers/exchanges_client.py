"""What the seven exchanges are like, and one ccxt object per exchange behind our words for errors.

Decided: ccxt knows the exchanges' languages, nothing else: its throttle and its retries are off, and
only its spot markets are loaded, once. It takes seconds to import, so that happens at the first
question, in a thread. Its own errors hide the status of an answer, so ours are raised from inside it.
"""

import asyncio
import importlib
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import CoachError, InvalidInput, NotFound, ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.vendor import Allowance, NotCovered, Throttled

TIMEFRAMES = frozenset(
    {Timeframe.M1, Timeframe.M5, Timeframe.M15, Timeframe.H1, Timeframe.H4, Timeframe.D1}
)
"""All seven begin them at multiples of their length after 00:00 UTC, as we do."""

BROKEN = (ValueError, KeyError, TypeError, IndexError, AttributeError)
"""What ccxt stumbles with over an answer that is not what it expects."""

_SPOT = {"fetchMarkets": {"types": ["spot"]}, "defaultType": "spot"}
_TOO_MANY = (418, 429)
_REFUSED = (403, 451)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One exchange's ways.

    `dollar` is what its prices are in. A page of bars has `page` of them; one that `has_one_page`
    gives its newest only. A ticker that `has_no_time` is replaced by the last trade. A message sent on a
    stream names at most `stream_batch` symbols and comes `stream_pause_ms` after the one before.
    """

    name: str
    dollar: str
    page: int
    allowance: Allowance
    timeframes: frozenset[Timeframe] = TIMEFRAMES
    has_one_page: bool = False
    has_no_time: bool = False
    stream_batch: int = 50
    stream_pause_ms: int = 100
    options: Mapping[str, Any] = field(default_factory=lambda: _SPOT)


HOUSES: Mapping[str, House] = {
    "binance": House(
        name="Binance",
        dollar="USDT",
        page=1000,
        allowance=Allowance(20, 1.0, 20),
        options={
            **_SPOT,
            # one connection for everything followed, instead of one for each list of symbols
            "streamLimits": {"spot": 1},
            "subscriptionLimitByStream": {"spot": 100_000},
            "ws": {"cost": 1},
        },
    ),
    "bitget": House(name="Bitget", dollar="USDT", page=200, allowance=Allowance(20, 1.0, 10)),
    "bybit": House(
        name="Bybit",
        dollar="USDT",
        page=1000,
        allowance=Allowance(50, 1.0, 20),
        has_no_time=True,
        stream_batch=10,
    ),
    "okx": House(name="OKX", dollar="USDT", page=300, allowance=Allowance(10, 1.0, 10)),
    "coinbase": House(
        name="Coinbase",
        dollar="USD",
        page=300,
        allowance=Allowance(10, 1.0, 10),
        timeframes=TIMEFRAMES - {Timeframe.H4},
        options={},
    ),
    "kraken": House(
        name="Kraken",
        dollar="USD",
        page=720,
        allowance=Allowance(1, 1.0, 3),
        has_one_page=True,
        has_no_time=True,
        options={},
    ),
    "kucoin": House(
        name="KuCoin",
        dollar="USDT",
        page=1500,
        allowance=Allowance(20, 1.0, 10),
        options={"fetchMarkets": {"types": ["spot"], "fetchTickersFees": False}},
    ),
}

EXCHANGES: tuple[str, ...] = tuple(HOUSES)


def house(name: str) -> House:
    """The exchange of that name; `InvalidInput` with all names if there is none."""
    try:
        return HOUSES[name]
    except KeyError as error:
        raise InvalidInput(
            f"`{name[:20]}` is not an exchange we know. There are {', '.join(EXCHANGES)}."
        ) from error


class Desk:
    """One exchange, opened at the first question and kept: its ccxt object, its markets."""

    def __init__(
        self, name: str, module: str, *, base_url: str | None, manners: tuple[type, ...] = ()
    ) -> None:
        self.house = house(name)
        self._id = name
        self._module = module
        self._base_url = base_url
        self._manners = (*manners, _Manners)
        self._settings: Mapping[str, Any] = {}
        self._opening = asyncio.Lock()
        self._exchange: Any = None

    def set(self, **settings: Any) -> None:
        """Attributes the ccxt object gets when it is opened."""
        self._settings = {**self._settings, **settings}

    async def opened(self) -> Any:
        """The ccxt object with its markets."""
        async with self._opening:
            if self._exchange is None:
                await asyncio.to_thread(importlib.import_module, self._module)
                self._exchange = self._made()
        with in_our_words(self.house.name):
            await self._exchange.load_markets()
        return self._exchange

    async def close(self) -> None:
        async with self._opening:
            if self._exchange is not None:
                await self._exchange.close()
                self._exchange = None

    def market(self, exchange: Any, symbol: Symbol) -> str:
        """What the exchange calls `symbol`; `NotFound` if it has no such market."""
        pair = self.pair(symbol)
        market = exchange.markets.get(pair)
        if market is None or not market["spot"] or market["active"] is False:
            raise NotFound(f"{self.house.name} has no market for {symbol} ({pair}).")
        return pair

    def pair(self, symbol: Symbol) -> str:
        """`BTC/USD` in the exchange's dollar, anything else as it is."""
        base, _, quote = symbol.partition("/")
        return f"{base}/{self.house.dollar}" if quote == "USD" else str(symbol)

    def symbol(self, pair: str) -> Symbol:
        """What we call a market: `BTC/USDT` is `BTC/USD` where tethers are the dollar."""
        base, _, quote = pair.partition("/")
        return Symbol(f"{base}/USD") if quote == self.house.dollar else Symbol(pair)

    def _made(self) -> Any:
        known = getattr(sys.modules[self._module], self._id)
        kind = type(self._id, (*self._manners, known), {"told": self.house.name})
        made = kind(
            {
                "enableRateLimit": False,
                "has": {"fetchCurrencies": False},
                "options": {**self.house.options, "maxRetriesOnFailure": 0},
                **self._settings,
            }
        )
        if self._base_url is not None:
            if self._base_url.startswith("http:"):
                made.timeout_on_exit = 0  # it waits for TLS connections to say goodbye
            made.urls["api"] = moved(made.urls["api"], self._base_url.rstrip("/"))
        return made


class _Manners:
    """Put before ccxt's class: says what is wrong with an answer before ccxt guesses."""

    told: str

    def open(self) -> None:
        with warnings.catch_warnings():  # it passes aiohttp an option newer Pythons do not need
            warnings.simplefilter("ignore", DeprecationWarning)
            super().open()  # type: ignore[misc]

    def handle_errors(self, *answer: Any) -> Any:
        status, _reason, _url, _method, headers, _body, content = answer[:7]
        refuse(self.told, int(status), headers, is_broken=content is None)
        return super().handle_errors(*answer)  # type: ignore[misc]


def refuse(name: str, status: int, headers: Mapping[str, str], *, is_broken: bool) -> None:
    """Raises what an answer's status says, and that it cannot be read; ccxt judges the rest."""
    if status in _TOO_MANY:
        raise Throttled(
            f"{name} wants fewer requests.",
            retry_after_seconds=_seconds(headers.get("Retry-After")),
        )
    if status in _REFUSED:
        raise NotCovered(
            f"{name} does not serve this place: choose another exchange in COACH_CRYPTO__EXCHANGES."
        )
    if status >= 500:
        raise ProviderUnavailable(f"{name} answers with an error.")
    if is_broken and status < 400:
        raise ProviderUnavailable(f"{name} gives an answer that cannot be read.")


@contextmanager
def in_our_words(name: str) -> Iterator[None]:
    """ccxt's errors as ours. It has been imported by then."""
    from ccxt.base import errors

    try:
        yield
    except CoachError:
        raise
    except (errors.RateLimitExceeded, errors.DDoSProtection) as error:
        raise Throttled(f"{name} wants fewer requests.") from error
    except errors.BadSymbol as error:
        raise NotFound(f"{name} has no such market.") from error
    except errors.PermissionDenied as error:
        raise NotCovered(
            f"{name} refuses: choose another exchange in COACH_CRYPTO__EXCHANGES."
        ) from error
    except errors.BaseError as error:
        raise ProviderUnavailable(f"{name} does not answer ({type(error).__name__}).") from error
    except BROKEN as error:
        raise ProviderUnavailable(f"{name} gives an answer that cannot be read.") from error


def moved(urls: Any, base_url: str) -> Any:
    """The addresses of an exchange at another host, streams included; paths stay."""
    if isinstance(urls, dict):
        return {key: moved(value, base_url) for key, value in urls.items()}
    is_stream = str(urls).startswith("ws")
    base = re.sub(r"^http", "ws", base_url) if is_stream else base_url
    return re.sub(r"^(https?|wss?)://[^/]+", base, str(urls))


def _seconds(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
