"""Several vendors as one market: asked in order, by kind of instrument.

Decided: first everyone is asked for a fresh answer; only when nobody has one is an answer kept from
earlier taken, labelled with its age; then it fails, and says why for each. Who does not carry a
symbol is passed over silently, who should have answered and did not is named on the answer. Who is
silent is waited for only a moment, so that the next one still answers in time; what it was asked goes
on, and its breaker learns from it. Hedging, asking the next one early and taking whoever is first, is
off by default: it costs requests of two allowances. Nothing is simulated unless `simulated` was put into the list.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from typing_extensions import override

from app.core.clock import Clock
from app.core.errors import CoachError, NotFound, ProviderUnavailable
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.infra.faults import CannotStart
from app.infra.telemetry import get_logger
from app.market.chains import OptionChain
from app.market.directory import INSTRUMENTS, find_instrument, unknown
from app.market.history.store import History
from app.market.models import Bars, Instrument, Provider, Quote
from app.market.protocol import ExchangeSign, Health, MarketData
from app.market.vendor import NotCovered, Split, Vendor
from app.market.vendors.cache import Cache
from app.market.vendors.cached import Cached
from app.market.vendors.flights import Flights
from app.market.vendors.guarded import Guarded, Guards
from app.market.vendors.market import VendorMarket
from app.market.vendors.racing import leave, winner_of
from app.market.vendors.stored import Stored

T = TypeVar("T")
Answer = TypeVar("Answer", Bars, Quote, OptionChain)

PASS_ON_SECONDS = 4.0
"""How long a vendor is waited for while others, or a kept answer, may still come."""

_PROBE_SECONDS = 2.0
_log = get_logger(__name__)


class Kind(StrEnum):
    """What a list of providers is for."""

    STOCKS = "stocks"
    INDICES = "indices"
    CRYPTO = "crypto"
    OPTIONS = "options"


_KINDS = {
    AssetClass.STOCK: Kind.STOCKS,
    AssetClass.ETF: Kind.STOCKS,
    AssetClass.INDEX: Kind.INDICES,
    AssetClass.CRYPTO: Kind.CRYPTO,
}

_EXAMPLES = {
    Kind.STOCKS: "SPY",
    Kind.INDICES: "SPX",
    Kind.CRYPTO: "BTC/USD",
    Kind.OPTIONS: "SPY",
}

_ADDED_BY = {
    Kind.STOCKS: "COACH_MASSIVE__API_KEY or COACH_ALPACA__API_KEY",
    Kind.INDICES: "COACH_MASSIVE__API_KEY",
    Kind.CRYPTO: "COACH_CRYPTO__EXCHANGES",
    Kind.OPTIONS: "COACH_MASSIVE__API_KEY or COACH_ALPACA__API_KEY",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A vendor twice: answering only what is fresh, and also what it said before."""

    fresh: VendorMarket
    kept: VendorMarket
    guard: Guarded | None = None
    stored: Stored | None = None

    @property
    def name(self) -> str:
        return self.fresh.provider.name


def routed(
    vendors: Mapping[str, Vendor],
    orders: Mapping[str, Sequence[str]],
    clock: Clock,
    *,
    queue_url: str | None = None,
    history: History | None = None,
    hedge_seconds: float = 0,
) -> "RoutedMarket":
    """One market of all vendors, each with its limits and its memory, which all processes share
    through `queue_url`, and its `history`. Whoever has not answered after `hedge_seconds` is raced
    by the next one; 0: never.

    Who is asked for what. Without an order of its own a kind is asked of every vendor that
    carries it, in the order of `vendors`; for crypto exchanges come first.

    `CannotStart` for a name that is not set up.
    """
    guards, cache = Guards(queue_url), Cache(queue_url)
    sources = {
        name: _source(vendor, clock, guards, cache, history) for name, vendor in vendors.items()
    }
    found: dict[Kind, list[Source]] = {}
    for kind in Kind:
        names = orders.get(kind, ()) or _usual(kind, vendors)
        for name in names:
            if name not in sources:
                raise CannotStart(
                    f"COACH_PROVIDERS__{kind.upper()} names `{name}`, which is not set up; "
                    f"set up: {', '.join(sources)}."
                )
        found[kind] = [sources[name] for name in names]
    return RoutedMarket(found, shared=(guards, cache), history=history, hedge_seconds=hedge_seconds)


def _usual(kind: Kind, vendors: Mapping[str, Vendor]) -> list[str]:
    example = _instrument(_EXAMPLES[kind])
    names = [
        name for name, vendor in vendors.items() if name != "simulated" and vendor.covers(example)
    ]
    # An exchange's own prices of a pair come before a stock vendor's.
    is_general = {name: vendors[name].covers(_instrument("SPY")) for name in names}
    return sorted(names, key=lambda name: kind is Kind.CRYPTO and is_general[name])


def _instrument(symbol: str) -> Instrument:
    found = find_instrument(symbol)
    if found is None:
        raise unknown(symbol)
    return found


def _source(
    vendor: Vendor, clock: Clock, guards: Guards, cache: Cache, history: History | None
) -> Source:
    guarded, flights = Guarded(vendor, guards), Flights()
    splits = Cached(guarded, cache, clock, flights=flights)

    def stored(*, accept_stale: bool) -> Stored | None:
        if history is None or not vendor.is_remote:
            return None
        return Stored(guarded, history, clock, splits=splits, accept_stale=accept_stale)

    def market(*, accept_stale: bool) -> VendorMarket:
        inner = stored(accept_stale=accept_stale) or guarded
        cached = Cached(inner, cache, clock, accept_stale=accept_stale, flights=flights)
        return VendorMarket(cached, clock, accept_stale=accept_stale)

    return Source(
        fresh=market(accept_stale=False),
        kept=market(accept_stale=True),
        guard=guarded,
        stored=stored(accept_stale=False),
    )


class RoutedMarket(MarketData):
    """The sources of each kind, best first."""

    def __init__(
        self,
        routes: Mapping[Kind, Sequence[Source]],
        *,
        shared: Sequence[Guards | Cache] = (),
        history: History | None = None,
        hedge_seconds: float = 0,
    ) -> None:
        self.history = history
        self._hedge_seconds = hedge_seconds
        self._routes = routes
        self._shared = shared
        self._probes = Flights()

    @property
    @override
    def provider(self) -> Provider:
        """All of them, as the market's headline; answers name the one that gave them."""
        providers = [source.fresh.provider for source in self.sources]
        return Provider(
            name=", ".join(each.name for each in providers),
            is_simulated=bool(providers) and all(each.is_simulated for each in providers),
        )

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every source once."""
        return tuple({id(each): each for route in self._routes.values() for each in route}.values())

    def stored_for(self, instrument: Instrument) -> Stored | None:
        """The history of the first that carries an instrument; None where none is kept."""
        for source in self._routes.get(_KINDS[instrument.asset_class], ()):
            if source.fresh.covers(instrument):
                return source.stored
        return None

    @override
    async def instrument(self, symbol: Symbol) -> Instrument:
        listed = find_instrument(symbol)
        if listed is not None:
            self._route(_KINDS[listed.asset_class])
            return listed
        found, _ = await self._first(
            self._route(Kind.CRYPTO if "/" in symbol else Kind.STOCKS),
            lambda market: market.instrument(symbol),
        )
        return found

    @override
    async def instruments(self) -> Sequence[Instrument]:
        return [each for each in INSTRUMENTS if self._routes.get(_KINDS[each.asset_class])]

    @override
    async def bars(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        *,
        start: datetime,
        end: datetime,
        as_of: datetime,
        extended: bool = False,
    ) -> Bars:
        def ask(market: VendorMarket) -> Awaitable[Bars]:
            return market.bars(
                symbol, timeframe, start=start, end=end, as_of=as_of, extended=extended
            )

        instrument = await self.instrument(symbol)
        route = self._route(_KINDS[instrument.asset_class])
        # Who has only a part of it would give that part: who has it all is asked first.
        ordered = sorted(
            route, key=lambda each: not each.fresh.reaches(instrument, timeframe, start)
        )
        return await self._answer(ordered, ask)

    @override
    async def quote(self, symbol: Symbol, *, as_of: datetime) -> Quote:
        def ask(market: VendorMarket) -> Awaitable[Quote]:
            return market.quote(symbol, as_of=as_of)

        return await self._answer(await self._route_of(symbol), ask)

    @override
    async def option_chain(
        self, symbol: Symbol, *, expiry: date | None = None, as_of: datetime
    ) -> OptionChain:
        def ask(market: VendorMarket) -> Awaitable[OptionChain]:
            return market.option_chain(symbol, expiry=expiry, as_of=as_of)

        return await self._answer(self._route(Kind.OPTIONS), ask)

    @override
    async def splits(self, symbol: Symbol, *, since: date) -> Sequence[Split]:
        found, _ = await self._first(
            await self._route_of(symbol), lambda market: market.splits(symbol, since=since)
        )
        return found

    @override
    async def exchange_sign(self) -> ExchangeSign | None:
        for source in self._routes.get(Kind.STOCKS, ()):
            try:
                found = await source.fresh.exchange_sign()
            except (NotFound, ProviderUnavailable) as error:
                _log.info("no sign of the exchanges", provider=source.name, reason=error.message)
                continue
            if found is not None:
                return found
        return None

    @override
    def notes(self, symbol: Symbol) -> tuple[str, ...]:
        views = (view for source in self.sources for view in (source.fresh, source.kept))
        return tuple(dict.fromkeys(note for view in views for note in view.notes(symbol)))

    @override
    async def health(self) -> Sequence[Health]:
        """Each that has limits of its own, at most once in a while by a request."""
        guarded = [(each.name, each.guard) for each in self.sources if each.guard is not None]
        found = await asyncio.gather(*(self._probed(name, guard) for name, guard in guarded))
        return [Health(name, failure) for (name, _), failure in zip(guarded, found, strict=True)]

    async def _probed(self, name: str, guard: Guarded) -> str | None:
        instrument = next(
            each for each in map(_instrument, _EXAMPLES.values()) if guard.covers(each)
        )
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                return await self._probes.join(name, lambda: guard.probe(instrument))
        except TimeoutError:
            return f"{name} did not answer in time."

    @override
    async def close(self) -> None:
        await self._probes.close()
        for source in self.sources:
            await source.fresh.close()
        for each in self._shared:
            await each.close()

    async def _route_of(self, symbol: Symbol) -> Sequence[Source]:
        return self._route(_KINDS[(await self.instrument(symbol)).asset_class])

    def _route(self, kind: Kind) -> Sequence[Source]:
        route = self._routes.get(kind, ())
        if not route:
            what = "option chains" if kind is Kind.OPTIONS else str(kind)
            raise NotCovered(
                f"No provider that is set up gives {what}. {_ADDED_BY[kind]} adds one."
            )
        return route

    async def _answer(
        self, route: Sequence[Source], ask: Callable[[VendorMarket], Awaitable[Answer]]
    ) -> Answer:
        found, instead_of = await self._first(route, ask)
        return _labelled(found, instead_of)

    async def _first(
        self, route: Sequence[Source], ask: Callable[[VendorMarket], Awaitable[T]]
    ) -> tuple[T, tuple[str, ...]]:
        """The first answer, and who failed before it; `NotFound` if that is what all said, else what
        kept each from it."""
        failures: dict[str, CoachError] = {}
        racing: dict[asyncio.Task[T], str] = {}
        try:
            for at, (name, view, seconds) in enumerate(_views(route)):
                is_hedged = self._hedge_seconds > 0 and at + 1 < len(route)
                racing[asyncio.ensure_future(ask(view))] = name
                pause = self._hedge_seconds if is_hedged else seconds
                winner = await winner_of(racing, failures, pause)
                if winner is not None:
                    return winner.result(), _passed_over(failures, before=racing[winner])
                if not is_hedged:
                    for late in racing.values():
                        silent = ProviderUnavailable(f"{late} did not answer in time.")
                        failures.setdefault(late, silent)
                    await leave(racing)
        finally:
            await leave(racing)
        raise _unanswered(failures)


def _views(route: Sequence[Source]) -> Iterator[tuple[str, VendorMarket, float | None]]:
    """Who is asked, one after the other, and how long; the last view of each has all its time."""
    kept = [each for each in route if each.kept is not each.fresh]
    for at, each in enumerate(route):
        is_last = not kept and at == len(route) - 1
        yield each.name, each.fresh, None if is_last else PASS_ON_SECONDS
    for each in kept:
        yield each.name, each.kept, None


def _passed_over(failures: Mapping[str, CoachError], before: str = "") -> tuple[str, ...]:
    """Those that should have answered and did not."""
    return tuple(
        name
        for name, error in failures.items()
        if name != before and not isinstance(error, NotFound | NotCovered)
    )


def _labelled(found: Answer, instead_of: tuple[str, ...]) -> Answer:
    if not instead_of:
        return found
    _log.warning("passed over", providers=instead_of, answered=found.provider.name)
    return replace(found, provider=replace(found.provider, instead_of=instead_of))


def _unanswered(failures: Mapping[str, CoachError]) -> CoachError:
    missing = [each for each in failures.values() if isinstance(each, NotFound)]
    failed = _passed_over(failures)
    if missing and not failed:
        return missing[0]
    told = " ".join(dict.fromkeys(error.message for error in failures.values()))
    return ProviderUnavailable(told) if failed else NotCovered(told)
