"""Builds the running coach from settings: the only module that names adapters.

Decided: wiring is done once a process, by hand, in one readable function; everything else is given
what it needs.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from app.agents.coach import Coach
from app.agents.limits import Limits
from app.agents.model import ChatModel
from app.core.clock import Clock, WallClock
from app.core.errors import InvalidInput
from app.infra.db.database import Database
from app.infra.faults import CannotStart
from app.infra.llm.endpoint import Endpoint
from app.infra.llm.extraction import Extractor
from app.infra.settings import (
    AlpacaSettings,
    HistorySettings,
    LlmSettings,
    MassiveSettings,
    Settings,
)
from app.macro.source import MacroSource, NoSource
from app.market.history.partitions import Retention
from app.market.history.store import History
from app.market.protocol import MarketData
from app.market.streaming.bus import Bus
from app.market.streaming.feed import Feed
from app.market.vendor import Vendor, VendorStream
from app.options.records import StoredRecords
from app.screenshots.readers.local import LocalRecogniser
from app.screenshots.readers.vision import VisionReader
from app.screenshots.service import PictureReader
from tools import TOOLBOX
from tools.base import Toolbox

OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Runtime:
    """A running coach. `database` is None for commands that keep nothing."""

    settings: Settings
    market: MarketData
    macro: MacroSource
    clock: Clock
    toolbox: Toolbox
    model: ChatModel
    coach: Coach
    database: Database | None


def build_runtime(settings: Settings, *, with_database: bool = True) -> Runtime:
    """The coach as `settings` describe it; nothing is connected to yet."""
    database = build_database(settings) if with_database else None
    market, clock = build_market(settings, database)
    macro = build_macro(settings, clock)
    model = build_model(settings)
    return Runtime(
        settings=settings,
        market=market,
        macro=macro,
        clock=clock,
        toolbox=TOOLBOX,
        model=model,
        coach=Coach(
            model,
            TOOLBOX,
            market,
            clock,
            limits=build_limits(settings),
            macro=macro,
            records=None if database is None else StoredRecords(database),
        ),
        database=database,
    )


def build_market(settings: Settings, database: Database | None = None) -> tuple[MarketData, Clock]:
    """The market and its present: real providers, which keep their history in `database`,
    `simulated`, or `files:DIR`."""
    if settings.is_live:
        wall = WallClock()
        return _live_market(settings, wall, database), wall
    name, _, place = settings.market.partition(":")
    if name in ("auto", "simulated") and not place:
        from app.market.providers.simulated import SimulatedClock, SimulatedMarket

        clock = SimulatedClock(WallClock())
        return SimulatedMarket(seed=settings.market_seed), clock
    if name == "files" and place:
        from app.market.providers.files import FilesClock, FilesMarket

        files = FilesMarket(Path(place).expanduser())
        return files, FilesClock(files)
    raise InvalidInput(
        f"There is no market `{settings.market}`. Write `simulated`, `live`, or `files:DIR` with a "
        "folder of bars."
    )


def _live_market(settings: Settings, clock: Clock, database: Database | None) -> MarketData:
    from app.market.vendors.routed import routed

    return routed(
        build_vendors(settings, clock),
        settings.providers.orders,
        clock,
        queue_url=_plain(settings.queue.url),
        history=None if database is None else build_history(settings.history, database),
        hedge_seconds=settings.providers.hedge_seconds,
    )


def build_history(settings: HistorySettings, database: Database) -> History:
    """What is kept in `database`, and for how long."""

    def days(count: int) -> timedelta | None:
        return timedelta(days=count) if count else None

    retention = Retention(
        minutes=days(settings.minutes_days),
        five_minutes=days(settings.five_minutes_days),
        snapshots=days(settings.snapshots_days),
    )
    return History(database, retention)


def build_vendors(settings: Settings, clock: Clock) -> dict[str, Vendor]:
    """Every provider that is set up, by its name in the lists of providers.

    `CannotStart` for settings that contradict each other.
    """
    vendors: dict[str, Vendor] = {}
    if settings.massive.api_key is not None:
        vendors["massive"] = _massive(settings.massive, clock)
    if settings.alpaca.api_key is not None:
        vendors["alpaca"] = _alpaca(settings.alpaca, clock)
    if settings.crypto.names:
        from app.market.providers.exchanges import Exchange

        addresses = settings.crypto.addresses
        for name in settings.crypto.names:
            vendors[name] = Exchange(name, base_url=addresses.get(name), clock=clock)
    if any("simulated" in names for names in settings.providers.orders.values()):
        from app.market.providers.simulated import SimulatedMarket
        from app.market.providers.simulated_vendor import SimulatedVendor

        vendors["simulated"] = SimulatedVendor(SimulatedMarket(seed=settings.market_seed), clock)
    if any("files" in names for names in settings.providers.orders.values()):
        vendors["files"] = _files(settings.providers.files, clock)
    if not vendors:
        raise CannotStart(
            "COACH_MARKET=live needs a provider: set COACH_MASSIVE__API_KEY, "
            "COACH_ALPACA__API_KEY with its secret, or COACH_CRYPTO__EXCHANGES."
        )
    return vendors


def _files(folder: Path | None, clock: Clock) -> Vendor:
    from app.market.providers.files_vendor import FilesVendor

    if folder is None:
        raise CannotStart(
            "A list of providers names `files`: set COACH_PROVIDERS__FILES to a folder."
        )
    return FilesVendor(folder.expanduser(), clock)


def _massive(massive: MassiveSettings, clock: Clock) -> Vendor:
    from app.market.providers.massive import Massive

    return Massive(
        _plain(massive.api_key) or "",
        base_url=massive.base_url,
        requests_per_minute=massive.requests_per_minute,
        clock=clock,
    )


def _alpaca(alpaca: AlpacaSettings, clock: Clock) -> Vendor:
    from app.market.providers.alpaca import Alpaca

    secret = _plain(alpaca.api_secret)
    if secret is None:
        raise CannotStart("COACH_ALPACA__API_KEY needs COACH_ALPACA__API_SECRET beside it.")
    return Alpaca(
        _plain(alpaca.api_key) or "",
        secret,
        feed=alpaca.feed,
        base_url=alpaca.base_url,
        requests_per_minute=alpaca.requests_per_minute,
        clock=clock,
    )


def build_macro(settings: Settings, clock: Clock) -> MacroSource:
    """Dates and rates: one's own files, then Massive where its prices are used. Never simulated."""
    sources: list[MacroSource] = []
    if settings.macro.folder is not None:
        from app.macro.sources.files import FilesSource

        sources.append(FilesSource(settings.macro.folder))
    if settings.is_live and settings.massive.api_key is not None:
        sources.append(_massive_macro(settings, clock))
    if not sources:
        return NoSource()
    from app.macro.sources.chosen import ChosenSource

    return ChosenSource(sources)


def _massive_macro(settings: Settings, clock: Clock) -> MacroSource:
    from app.macro.sources.kept import KeptSource
    from app.macro.sources.massive import MassiveMacro
    from app.market.providers.massive import allowance_of
    from app.market.vendors.cache import Cache
    from app.market.vendors.guarded import Guards

    massive, queue_url = settings.massive, _plain(settings.queue.url)
    source = MassiveMacro(_plain(massive.api_key) or "", base_url=massive.base_url)
    return KeptSource(
        source,
        allowance_of(massive.requests_per_minute),
        clock,
        guards=Guards(queue_url),
        cache=Cache(queue_url),
    )


POLLED_SECONDS = 15.0
"""How often a provider without a stream is asked for a price that somebody watches."""


def build_streams(settings: Settings, market: MarketData, clock: Clock) -> list[VendorStream]:
    """Live prices, best first: the providers' own streams, then asking again and again."""
    from app.market.streaming.polled import PolledStream
    from app.market.vendors.routed import RoutedMarket

    if not isinstance(market, RoutedMarket):
        return [PolledStream(market, clock)]
    polled = [
        PolledStream(each.fresh, clock, beat=POLLED_SECONDS, covers=each.fresh.covers)
        for each in market.sources
    ]
    return [*_vendor_streams(settings, clock), *polled]


def build_feed(
    settings: Settings, market: MarketData, bus: Bus, clock: Clock, *, epoch: int = 1
) -> Feed:
    """Live prices, and of whom to ask what their streams missed."""
    from app.market.vendors.routed import RoutedMarket

    histories: dict[str, MarketData] = (
        {each.name: each.fresh for each in market.sources}
        if isinstance(market, RoutedMarket)
        else {market.provider.name: market}
    )
    streams = build_streams(settings, market, clock)
    return Feed(streams, market, bus, clock, epoch=epoch, histories=histories)


def _vendor_streams(settings: Settings, clock: Clock) -> list[VendorStream]:
    streams: dict[str, list[VendorStream]] = {}
    for name in settings.crypto.names:
        from app.market.providers.exchanges import ExchangeStream

        address = settings.crypto.addresses.get(name)
        streams[name] = [ExchangeStream(name, base_url=address, clock=clock)]
    if settings.massive.api_key is not None:
        from app.market.providers import massive_stream

        key, url = _plain(settings.massive.api_key) or "", settings.massive.stream_url
        streams["massive"] = [
            massive_stream.MassiveStream(key, market, stream_url=url)
            for market in massive_stream.MARKETS
        ]
    if settings.alpaca.api_key is not None:
        from app.market.providers import alpaca_stream

        alpaca = settings.alpaca
        keys = _plain(alpaca.api_key) or "", _plain(alpaca.api_secret) or ""
        streams["alpaca"] = [
            alpaca_stream.AlpacaStream(keys, market, feed=alpaca.feed, stream_url=alpaca.stream_url)
            for market in alpaca_stream.MARKETS
        ]
    preferred = [name for names in settings.providers.orders.values() for name in names]
    order = {name: at for at, name in enumerate(dict.fromkeys(preferred))}
    names = sorted(streams, key=lambda each: order.get(each, len(order)))
    return [stream for name in names for stream in streams[name]]


def build_picture_reader(settings: Settings) -> PictureReader:
    """Recognition in a child process, which starts with the first picture; and the model as a second
    reader where it may see pictures."""
    llm = settings.llm
    if not (llm.is_on and llm.reads_pictures):
        return PictureReader(LocalRecogniser())
    return PictureReader(LocalRecogniser(), VisionReader(Extractor(_endpoint(llm))))


def build_bus(settings: Settings) -> Bus:
    """Between the feed and its listeners; without a queue inside of this process alone."""
    from app.market.streaming.bus import MemoryBus, ValkeyBus

    url = _plain(settings.queue.url)
    return MemoryBus() if url is None else ValkeyBus(url)


def build_model(settings: Settings) -> ChatModel:
    """The configured endpoint, or the offline coach where there is none."""
    if settings.llm.is_on:
        from app.agents.endpoint import OpenAIChatModel

        return OpenAIChatModel(_endpoint(settings.llm))
    from app.agents.offline.model import OfflineCoach

    return OfflineCoach(TOOLBOX, vectors=settings.home / "vectors")


def build_limits(settings: Settings) -> Limits:
    """The offline coach's answers are bound by construction: it has nothing to put right."""
    return Limits() if settings.llm.is_on else Limits(corrections=0)


def _endpoint(llm: LlmSettings) -> Endpoint:
    return Endpoint(
        base_url=llm.base_url or OPENAI,
        api_key=_plain(llm.api_key),
        model=llm.model,
        timeout_seconds=llm.timeout_seconds,
        retries=llm.retries,
    )


def build_database(settings: Settings) -> Database:
    return Database.of(
        owner_url=_plain(settings.database.url), app_url=_plain(settings.database.app_url)
    )


def _plain(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
