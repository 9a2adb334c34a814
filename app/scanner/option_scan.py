"""Scan options: whole chains of a few underlyings, judged by the rules of `option_setups`.

Decided: chains are large and vendors count requests, so a scan reads at most `LARGEST` of them: those
named, else the stocks and funds that traded most dollars lately. The simulated market has to make its
past anew for every rank, so fewer are read there then. What has no chain is left out by name; what a
rule would need and nobody tells is told, never assumed.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from time import monotonic

from app.core.errors import CoachError, InvalidInput, NotFound, ProviderUnavailable
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.macro.schedule import NEW_YORK
from app.macro.source import Earnings, MacroSource, Timing
from app.market.calendar import market_date, session_on
from app.market.models import Instrument, Provider
from app.market.protocol import MarketData
from app.options.past import VolatilityHistory, volatility_history
from app.options.records import VolatilityRecords
from app.options.service import Listed, listed_options, nearest_series
from app.scanner.in_time import answered, finished
from app.scanner.option_setups import (
    LEAST_RANK,
    SPREADS,
    Fact,
    NotKnown,
    OptionSetup,
    Report,
    Terms,
    post_earnings_crush,
    rich_volatility,
    spread,
    unusual_options,
)

LARGEST = 30
"""Underlyings of one scan."""
_LARGEST_WITH_MADE_PAST = 8
_AT_ONCE = 4
_TURNOVER_SESSIONS = 20
_TURNOVER_DAYS = timedelta(days=35)
_LAST_REPORT = timedelta(days=100)
"""A company reports each quarter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionSearch:
    """What is looked for; without setups all of them. `min_rank` is a fraction. `is_after_earnings`
    wants companies whose report is out and whose next one comes later than the spread expires, or than
    `terms.days` where no spread is wanted."""

    setups: tuple[OptionSetup, ...] = ()
    symbols: tuple[Symbol, ...] = ()
    terms: Terms = field(default_factory=Terms)
    min_rank: float = LEAST_RANK
    is_after_earnings: bool = False

    @property
    def wanted(self) -> tuple[OptionSetup, ...]:
        return self.setups or tuple(OptionSetup)

    @property
    def needs_past(self) -> bool:
        return OptionSetup.RANK in self.wanted or OptionSetup.CRUSH in self.wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionFind:
    instrument: Instrument
    setup: OptionSetup
    fact: Fact
    provider: Provider
    at: datetime
    """When the chain was quoted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionScan:
    """`found` by setup, of each the strongest first. `left_out` says why a symbol was not read,
    `unknown` why a rule could not be judged, by symbol and setup."""

    as_of: datetime
    provider: Provider
    scanned: tuple[Symbol, ...]
    found: tuple[OptionFind, ...]
    left_out: Mapping[Symbol, str]
    unknown: Mapping[tuple[Symbol, OptionSetup], str]
    without_reports: str = ""
    """Why no dates of reports are known at all."""
    cut: tuple[Symbol, ...] = ()
    """What was not read, because the bounds of the run were reached."""
    is_unanswered: bool = False
    """No chain was read, and at least one because its provider did not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one run may take: chains, and seconds from its begin. Of more underlyings each `turn`
    reads the next ones, so that all have theirs."""

    most: int = LARGEST
    seconds: float | None = None
    turn: int = 0

    def chosen(
        self, listed: Sequence[Instrument]
    ) -> tuple[Sequence[Instrument], tuple[Symbol, ...]]:
        """Those to read, and the symbols of the rest."""
        if len(listed) <= self.most:
            return listed, ()
        first = self.turn * self.most % len(listed)
        turned = [*listed[first:], *listed[:first]]
        return turned[: self.most], tuple(each.symbol for each in turned[self.most :])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """Of one company: its last report before a moment, and whether another comes soon. `absence`
    where nothing is known of them; `is_exempt` of what never reports."""

    last: Report | None = None
    is_next_soon: bool = False
    absence: str = ""
    is_exempt: bool = False


@dataclass(frozen=True, slots=True)
class Ports:
    """Who is asked, at which moment; `rate` is the short one."""

    market: MarketData
    macro: MacroSource
    records: VolatilityRecords
    as_of: datetime
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What one underlying shows."""

    found: tuple[OptionFind, ...]
    unknown: Mapping[OptionSetup, str]
    provider: Provider
    absence: str


async def run_option_scan(
    search: OptionSearch,
    *,
    market: MarketData,
    macro: MacroSource,
    records: VolatilityRecords,
    as_of: datetime,
    rate: float,
) -> OptionScan:
    """What stands at `as_of`; `InvalidInput` or `NotFound` if nothing can be scanned."""
    return await scan_chains(search, Ports(market, macro, records, as_of, rate), Bounds())


async def scan_chains(search: OptionSearch, ports: Ports, bounds: Bounds) -> OptionScan:
    """The same within `bounds`."""
    began = monotonic()
    listed, left_out = await answered(_universe(search, ports), bounds.seconds)
    instruments, cut = bounds.chosen(listed)
    turns = asyncio.Semaphore(_AT_ONCE)

    async def judge(instrument: Instrument) -> Judged | CoachError:
        async with turns:
            try:
                return await _judged(search, instrument, ports)
            except (NotFound, ProviderUnavailable, InvalidInput) as error:
                return error

    rest = None if bounds.seconds is None else max(0.0, bounds.seconds - (monotonic() - began))
    answers = await finished({each.symbol: judge(each) for each in instruments}, rest)
    judged = {key: each for key, each in answers.items() if isinstance(each, Judged)}
    failed = {key: each for key, each in answers.items() if isinstance(each, CoachError)}
    found = [find for each in judged.values() for find in each.found]
    first = next(iter(judged.values()), None)
    absences = [each.absence for each in judged.values() if each.absence]
    return OptionScan(
        as_of=ports.as_of,
        provider=first.provider if first else ports.market.provider,
        scanned=tuple(judged),
        found=tuple(_ranked(found, search.wanted)),
        left_out=left_out | {symbol: error.message for symbol, error in failed.items()},
        unknown={
            (symbol, setup): why
            for symbol, each in judged.items()
            for setup, why in each.unknown.items()
        },
        without_reports=absences[0] if absences else "",
        cut=(*(each.symbol for each in instruments if each.symbol not in answers), *cut),
        is_unanswered=not judged
        and any(isinstance(each, ProviderUnavailable) for each in failed.values()),
    )


def report_of(found: Earnings) -> Report:
    """Between midnights where only its day is known."""
    if found.at is not None:
        return Report(on=found.on, before=found.at, after=found.at)
    session = session_on(found.on)
    if session is not None and found.timing is Timing.BEFORE_OPEN:
        return Report(on=found.on, before=session.open, after=session.open)
    if session is not None and found.timing is Timing.AFTER_CLOSE:
        return Report(on=found.on, before=session.close, after=session.close)
    if session is not None and found.timing is Timing.IN_SESSION:
        return Report(on=found.on, before=session.open, after=session.close)
    day = datetime.combine(found.on, time(), NEW_YORK)
    next_day = datetime.combine(found.on + timedelta(days=1), time(), NEW_YORK)
    return Report(on=found.on, before=day, after=next_day)


async def _judged(search: OptionSearch, instrument: Instrument, ports: Ports) -> Judged:
    listed = await listed_options(
        ports.market, instrument.symbol, as_of=ports.as_of, rate=ports.rate
    )
    reports = await _reports(search, listed, ports)
    if search.is_after_earnings and not _is_after(reports):
        return Judged(found=(), unknown={}, provider=listed.chain.provider, absence="")
    history = None
    if search.needs_past:
        history = await volatility_history(
            ports.market,
            instrument.symbol,
            records=ports.records,
            as_of=ports.as_of,
            rate=ports.rate,
            chain=listed.chain,
        )
    return await asyncio.to_thread(judge_chain, search, listed, history, reports)


def _is_after(reports: Reports) -> bool:
    """Where nothing is known of reports, nothing is passed over: that is told instead."""
    if reports.absence or reports.is_exempt:
        return True
    return reports.last is not None and not reports.is_next_soon


def judge_chain(
    search: OptionSearch,
    listed: Listed,
    history: VolatilityHistory | None,
    reports: Reports,
) -> Judged:
    """All wanted rules over one underlying."""
    found: list[OptionFind] = []
    unknown: dict[OptionSetup, str] = {}
    for setup in search.wanted:
        try:
            fact = _fact(setup, search, listed, history, reports)
        except NotKnown as missing:
            unknown[setup] = str(missing)
            continue
        if fact is not None:
            find = OptionFind(
                instrument=listed.instrument,
                setup=setup,
                fact=fact,
                provider=listed.chain.provider,
                at=listed.chain.as_of,
            )
            found.append(find)
    return Judged(
        found=tuple(found),
        unknown=unknown,
        provider=listed.chain.provider,
        absence=reports.absence,
    )


def _fact(
    setup: OptionSetup,
    search: OptionSearch,
    listed: Listed,
    history: VolatilityHistory | None,
    reports: Reports,
) -> Fact | None:
    if setup in SPREADS:
        return spread(listed, setup, search.terms)
    if setup is OptionSetup.UNUSUAL:
        return unusual_options(listed)
    if history is None:
        raise NotKnown("its past was not read")
    if setup is OptionSetup.RANK:
        return rich_volatility(history, search.min_rank)
    if reports.absence:
        raise NotKnown(reports.absence)
    return None if reports.last is None else post_earnings_crush(history, reports.last)


async def _reports(search: OptionSearch, listed: Listed, ports: Ports) -> Reports:
    """Asked for only where something depends on them."""
    if not (search.is_after_earnings or OptionSetup.CRUSH in search.wanted):
        return Reports(is_exempt=True)
    if listed.instrument.asset_class is not AssetClass.STOCK:
        return Reports(is_exempt=True)
    if listed.chain.provider.is_simulated:
        return Reports(absence="Companies of the simulated market do not report.")
    today, until = market_date(ports.as_of), _held_until(search, listed, ports)
    symbol = listed.instrument.symbol
    try:
        told = await ports.macro.earnings(today - _LAST_REPORT, until, symbol)
    except ProviderUnavailable as error:
        return Reports(absence=error.message)
    reports = sorted(map(report_of, told), key=lambda each: each.after)
    past = [each for each in reports if each.after <= ports.as_of]
    return Reports(
        last=past[-1] if past else None,
        is_next_soon=len(past) < len(reports),
    )


def _held_until(search: OptionSearch, listed: Listed, ports: Ports) -> date:
    """The expiry that a spread would have; without spreads the days that are asked for."""
    if not set(SPREADS) & set(search.wanted):
        return market_date(ports.as_of) + timedelta(days=search.terms.days)
    return nearest_series(listed, days=search.terms.days).expiry


def _ranked(found: Iterable[OptionFind], wanted: Sequence[OptionSetup]) -> list[OptionFind]:
    places = {setup: place for place, setup in enumerate(wanted)}
    return sorted(
        found,
        key=lambda each: (places[each.setup], -each.fact.strength, each.instrument.symbol),
    )


async def _universe(
    search: OptionSearch, ports: Ports
) -> tuple[list[Instrument], dict[Symbol, str]]:
    if not search.symbols:
        return await _most_traded(search, ports), {}
    named = tuple(dict.fromkeys(search.symbols))
    if len(named) > LARGEST:
        raise InvalidInput(f"A scan of options takes up to {LARGEST} symbols; split the list.")
    found: dict[Symbol, Instrument] = {}
    left_out: dict[Symbol, str] = {}
    missing: NotFound | None = None
    for symbol in named:
        try:
            instrument = await ports.market.instrument(symbol)
        except NotFound as error:
            left_out[symbol], missing = error.message, missing or error
        else:
            found[instrument.symbol] = instrument
    if missing is not None and not found:
        raise missing
    return list(found.values()), left_out


async def _most_traded(search: OptionSearch, ports: Ports) -> list[Instrument]:
    """Dollars a session, the median of the last ones that are known at that moment."""
    turns = asyncio.Semaphore(2 * _AT_ONCE)
    as_of = ports.as_of

    async def turnover(instrument: Instrument) -> float:
        async with turns:
            try:
                bars = await ports.market.bars(
                    instrument.symbol,
                    Timeframe.D1,
                    start=as_of - _TURNOVER_DAYS,
                    end=as_of,
                    as_of=as_of,
                )
            except (NotFound, ProviderUnavailable):
                return 0.0
        dollars = sorted((bars.close * bars.volume)[-_TURNOVER_SESSIONS:].tolist())
        return float(dollars[len(dollars) // 2]) if dollars else 0.0

    listed = [
        each
        for each in await ports.market.instruments()
        if each.asset_class in (AssetClass.STOCK, AssetClass.ETF)
    ]
    sizes = await asyncio.gather(*map(turnover, listed))
    ordered = sorted(zip(sizes, listed, strict=True), key=lambda pair: (-pair[0], pair[1].symbol))
    is_made = search.needs_past and ports.market.provider.is_simulated
    count = _LARGEST_WITH_MADE_PAST if is_made else LARGEST
    return [each for size, each in ordered if size > 0.0][:count]
