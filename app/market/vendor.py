"""The port to a data vendor: what it says, in our words, and nothing more.

Decided: an adapter only translates. It asks the vendor once and gives what came back; it keeps
nothing, retries nothing, cuts nothing off and knows no member. Limits, retries, circuit breakers,
caches, fail-over and the rules of `MarketData` stand around it, once for all vendors
(`app.market.vendors`). So an adapter is a page long, and a new one needs only that page.

Contract, held by `tests/contracts/test_vendors.py` for every adapter against a local stub:

- Bars are sorted, without duplicates, adjusted for splits, start in `[start, end)`; the forming one
  is included if the vendor gives it. Minutes include premarket and after hours. No bars: empty.
- Daily bars are regular hours only and start at their session's open; 24/7 days at 00:00 UTC.
- A symbol the vendor does not know is `NotFound`; what the key's plan does not include, or the
  vendor does not carry, is `NotCovered`; no answer, a 5xx or a broken answer `ProviderUnavailable`;
  a 429 is `Throttled` with the seconds to wait, where the vendor says them.
- An answer of several pages awaits `next_page` before each but the first.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.chains import OptionChain
from app.market.models import Bars, Instrument, Provider


class NotCovered(ProviderUnavailable):
    """This provider does not give that: not its kind of symbol, or not in the plan of the key.

    Another provider may; the same question to this one will not be answered later either.
    """

    code = "not_covered"
    status = 404


class Throttled(ProviderUnavailable):
    """The vendor wants fewer requests; `retry_after_seconds` as it said, or None."""

    code = "throttled"

    def __init__(self, message: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a vendor allows: `requests` in every `per_seconds`, `burst` of them at once."""

    requests: int
    per_seconds: float
    burst: int


Turn = Callable[[], Awaitable[None]]
_turn: ContextVar[Turn | None] = ContextVar("turn", default=None)


@contextmanager
def taking_turns(turn: Turn) -> Iterator[None]:
    """While an adapter is asked in here, `turn` is awaited before every further page."""
    token = _turn.set(turn)
    try:
        yield
    finally:
        _turn.reset(token)


async def next_page() -> None:
    """What an adapter awaits before every page but the first: a page is a request like any other,
    and costs its share of the allowance."""
    turn = _turn.get()
    if turn is not None:
        await turn()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The last trade, and the day as the vendor gives it; None for what it does not.

    `at` is the trade's time, aware. `open`, `high`, `low`, `volume` are of the regular session,
    `previous_close` the regular close before it, adjusted for splits. `provider` is the vendor's,
    with the delay it stated in this answer.
    """

    symbol: Symbol
    last: Decimal
    at: datetime
    provider: Provider
    open: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    volume: Decimal | None = None
    previous_close: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """`ratio` new shares for each old one, from the open of `on`: 4 for a 4-for-1, 0.1 for a 1-for-10."""

    on: date
    ratio: Decimal


class Vendor(Protocol):
    """One vendor with one key."""

    @property
    def provider(self) -> Provider:
        """Its name, and the delay its plan has as far as is known."""
        ...

    @property
    def allowance(self) -> Allowance: ...

    @property
    def is_remote(self) -> bool:
        """Whether its answers are worth keeping: false for what is at hand here."""
        return True

    def covers(self, instrument: Instrument) -> bool:
        """Whether it carries this kind of instrument at all."""
        ...

    def timeframes(self, instrument: Instrument) -> frozenset[Timeframe]:
        """Those it can be asked for whose buckets are ours; always with `1m` and `1d`.

        For US stocks no vendor's hours are anchored at 9:30, so they are made of shorter bars.
        """
        ...

    def reaches(self, timeframe: Timeframe, start: datetime) -> bool:
        """Whether it still has bars from `start` on; false where it gives the newest few only."""
        return True

    async def describe(self, symbol: Symbol) -> Instrument:
        """What a symbol outside of our own directory is; `NotFound` if it does not know either."""
        ...

    async def bars(
        self, instrument: Instrument, timeframe: Timeframe, *, start: datetime, end: datetime
    ) -> Bars: ...

    async def snapshot(self, instrument: Instrument) -> Snapshot: ...

    async def splits(self, instrument: Instrument, *, since: date) -> Sequence[Split]:
        """Splits that took effect on `since` or later, oldest first."""
        ...

    async def chain(self, instrument: Instrument, *, expiry: date | None = None) -> OptionChain:
        """Listed options of an underlying, of one expiry or of all."""
        ...

    async def is_open(self) -> bool | None:
        """Whether US exchanges hold their regular session right now; None if it does not say."""
        return None

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Trade:
    """A price of a stream. `at` is the trade's time in Unix seconds, `size` in shares or coins,
    0 where the stream does not tell it."""

    symbol: Symbol
    at: float
    price: float
    size: float


@dataclass(frozen=True, slots=True)
class Minute:
    """A minute bar of a stream, `time` its start in Unix seconds.

    `is_final` says that the vendor will not send more of it; a later one for the same minute is a
    correction and replaces it.
    """

    symbol: Symbol
    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    is_final: bool


StreamEvent = Trade | Minute


@dataclass(frozen=True, slots=True)
class Refused:
    """A stream does not give `symbol`, though it covers its kind; its other symbols go on."""

    symbol: Symbol
    reason: str


class StreamLost(ProviderUnavailable):
    """The connection of a stream broke, was refused or fell silent."""

    code = "stream_lost"


class VendorStream(Protocol):
    """A vendor's live prices over one connection, or what the vendor has of one kind of symbols.

    Contract: `events()` connects, signs in, subscribes to what is followed, then yields as it comes;
    it raises `StreamLost` when the connection is gone and may be called again. It never reconnects
    by itself: who calls must first fill the gap. `NotCovered` says that the key has no such stream,
    `Refused` that it does not give one symbol.
    """

    @property
    def provider(self) -> Provider: ...

    def covers(self, instrument: Instrument) -> bool: ...

    async def follow(self, instruments: Collection[Instrument]) -> None:
        """From now on exactly these; on the open connection too, without a new one."""
        ...

    def events(self) -> AsyncIterator[StreamEvent | Refused]: ...

    async def close(self) -> None: ...
