"""Rules over option chains that were made by hand, each at its border; the scan over a told market."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from typing_extensions import override

from app.core.errors import InvalidInput, NotFound
from app.core.symbols import AssetClass, Symbol
from app.macro.source import Earnings, MacroSource, NoSource, Timing
from app.macro.sources.files import FilesSource
from app.market.chains import ExerciseStyle, OptionChain, OptionContract, OptionKind, OptionQuote
from app.market.models import Instrument, Provider
from app.market.providers.simulated import SimulatedMarket
from app.market.vendor import NotCovered
from app.options.chains import measured
from app.options.models import Contracts
from app.options.odds import Outlook, probability_below
from app.options.past import VolatilityHistory
from app.options.pricing import prices
from app.options.records import NoRecords, VolatilityDay, VolatilityRecords
from app.options.service import Listed
from app.scanner.option_scan import (
    LARGEST,
    OptionScan,
    OptionSearch,
    report_of,
    run_option_scan,
)
from app.scanner.option_setups import (
    Crush,
    NotKnown,
    OptionSetup,
    Report,
    RichVolatility,
    Spread,
    Terms,
    post_earnings_crush,
    rich_volatility,
    spread,
    unusual_options,
)

NOW = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
EXPIRY = date(2026, 12, 18)
YEARS = 28.1875 / 365
TOLD = Provider(name="Told")
ACME = Instrument(symbol=Symbol("ACME"), name="Acme", asset_class=AssetClass.STOCK, calendar="XNYS")
Sizes = Mapping[tuple[OptionKind, int], tuple[str | None, str | None]]


def listed(
    sizes: Sizes | None = None, *, volatility: float = 0.25, strikes: range = range(70, 131)
) -> Listed:
    """Of a stock at 100; volume and open interest by kind and strike."""
    quotes = []
    for strike in strikes:
        for kind in OptionKind:
            contract = Contracts.of(
                is_call=kind is OptionKind.CALL, spot=100, strike=strike, years=YEARS, rate=0.04
            )
            worth = float(prices(contract, volatility)[0])
            volume, interest = (sizes or {}).get((kind, strike), (None, None))
            quotes.append(
                OptionQuote(
                    contract=OptionContract(
                        ticker=f"ACME{EXPIRY:%y%m%d}{kind[0].upper()}{strike * 1000:08d}",
                        underlying=ACME.symbol,
                        expiry=EXPIRY,
                        strike=Decimal(strike),
                        kind=kind,
                        style=ExerciseStyle.EUROPEAN,
                    ),
                    bid=Decimal(f"{worth * 0.999:.9f}"),
                    ask=Decimal(f"{worth * 1.001:.9f}"),
                    volume=None if volume is None else Decimal(volume),
                    open_interest=None if interest is None else Decimal(interest),
                )
            )
    chain = OptionChain(
        underlying=ACME.symbol, quotes=quotes, provider=TOLD, as_of=NOW, spot=Decimal(100)
    )
    return Listed(instrument=ACME, chain=chain, measured=measured(chain, rate=0.04), rate=0.04)


def day_of(at: datetime, volatility: float | None) -> VolatilityDay:
    return VolatilityDay(
        symbol=ACME.symbol, day=at.date(), at=at, provider="Told", at_the_money=volatility
    )


def history(
    now: float | None, *past: tuple[int, float | None], rank: float | None = None
) -> VolatilityHistory:
    """`past` are (days ago, volatility), oldest first."""
    return VolatilityHistory(
        today=day_of(NOW, now),
        days=tuple(day_of(NOW - timedelta(days=ago), value) for ago, value in past),
        needed=60,
        is_simulated=False,
        rank=rank,
        percentile=rank,
        absence="" if rank is not None else "it needs 60 days of history; there are 2",
    )


@pytest.mark.parametrize(("rank", "stands"), [(0.5, True), (0.4999, False), (1.2, True)])
def test_a_rank_is_high_from_the_middle_of_its_year(rank: float, stands: bool) -> None:
    assert (rich_volatility(history(0.3, rank=rank)) is not None) == stands


def test_a_rank_without_enough_past_is_not_known() -> None:
    with pytest.raises(NotKnown, match="it needs 60 days"):
        rich_volatility(history(0.3))


@pytest.mark.parametrize(
    ("volume", "interest", "stands"),
    [("500", "166", True), ("499", "100", False), ("501", "168", False), ("900", "99", False), ("300", "100", False)],
)  # fmt: skip
def test_volume_is_unusual_from_its_borders_on(volume: str, interest: str, *, stands: bool) -> None:
    found = unusual_options(listed({(OptionKind.CALL, 110): (volume, interest)}))
    assert (found is not None) == stands


def test_the_contract_that_stands_out_most_is_named_with_its_ratio() -> None:
    found = unusual_options(
        listed(
            {
                (OptionKind.CALL, 110): ("4000", "1000"),
                (OptionKind.PUT, 90): ("1500", "100"),
                (OptionKind.PUT, 95): ("90000", "80000"),
            }
        )
    )
    assert found is not None
    assert (found.contract.strike, found.contract.kind) == (Decimal(90), OptionKind.PUT)
    assert (found.volume, found.open_interest, found.others) == (1500, 100, 1)
    assert found.strength == 15


def test_where_nobody_tells_open_interest_nothing_is_unusual_or_usual() -> None:
    with pytest.raises(NotKnown):
        unusual_options(listed({(OptionKind.CALL, 110): ("4000", None)}))


REPORT = Report(
    on=date(2026, 11, 18),
    before=NOW - timedelta(days=2),
    after=NOW - timedelta(days=2),
)


@pytest.mark.parametrize(("now", "stands"), [(0.34, True), (0.3401, False), (0.5, False)])
def test_a_crush_is_a_fall_of_fifteen_percent_since_before_the_report(
    now: float, *, stands: bool
) -> None:
    found = post_earnings_crush(history(now, (5, 0.9), (3, 0.4), (1, 0.2)), REPORT)
    assert (found is not None) == stands
    if found is not None:
        assert (found.before, found.now) == (0.4, now)


def test_a_crush_needs_a_record_of_the_week_before_the_report() -> None:
    with pytest.raises(NotKnown, match="no volatility was kept"):
        post_earnings_crush(history(0.2, (10, 0.4), (1, 0.3)), REPORT)


def test_a_report_that_is_to_come_or_long_ago_crushes_nothing() -> None:
    found = history(0.2, (3, 0.4))
    ahead = replace(REPORT, before=NOW, after=NOW + timedelta(seconds=1))
    old = replace(REPORT, after=NOW - timedelta(days=10, seconds=1))
    assert post_earnings_crush(found, ahead) is None
    assert post_earnings_crush(found, old) is None


def test_a_report_splits_time_where_its_hour_is_told_and_a_whole_day_where_not() -> None:
    told = Earnings(symbol=ACME.symbol, company="Acme", on=date(2026, 11, 18), provider=TOLD)
    late = report_of(replace(told, timing=Timing.AFTER_CLOSE))
    whole = report_of(told)
    assert late.before == late.after == datetime(2026, 11, 18, 21, tzinfo=UTC)
    assert whole.before == datetime(2026, 11, 18, 5, tzinfo=UTC)
    assert whole.after == datetime(2026, 11, 19, 5, tzinfo=UTC)


def test_a_condor_sells_at_the_delta_and_counts_its_money_exactly() -> None:
    chain = listed()
    found = spread(chain, OptionSetup.CONDOR, Terms(days=28, min_probability=0.0))

    assert found is not None
    short_put, long_put, short_call, long_call = found.legs
    assert [each.leg.quantity for each in found.legs] == [-1, 1, -1, 1]
    for short in (short_put, short_call):
        assert abs(short.delta) == pytest.approx(0.16, abs=0.03)
    assert short_put.leg.strike - long_put.leg.strike == 2  # type: ignore[operator]
    assert long_call.leg.strike - short_call.leg.strike == 2  # type: ignore[operator]
    credit = sum(-each.leg.quantity * each.leg.price for each in found.legs)
    assert found.credit == credit
    assert (found.profit, found.loss) == (100 * credit, 100 * (2 - credit))
    assert found.breakevens == (short_put.leg.strike - credit, short_call.leg.strike + credit)  # type: ignore[operator]
    assert found.strength == pytest.approx(float(credit / (2 - credit)))


def test_the_chance_of_a_spread_is_the_lognormal_odds_between_its_breakevens() -> None:
    chain = listed()
    found = spread(chain, OptionSetup.CONDOR, Terms(days=28, min_probability=0.0))
    assert found is not None
    outlook = Outlook(spot=100, years=YEARS, volatility=0.25, rate=0.04)
    low, high = probability_below(outlook, np.array([float(each) for each in found.breakevens]))
    assert found.probability == pytest.approx(high - low, abs=1e-4)


def test_a_spread_that_is_just_likely_enough_stands_and_just_not_does_not() -> None:
    chain = listed()
    for setup in (OptionSetup.CONDOR, OptionSetup.BULL_PUT, OptionSetup.BEAR_CALL):
        found = spread(chain, setup, Terms(days=28, min_probability=0.0))
        assert found is not None
        chance = found.probability
        assert spread(chain, setup, Terms(days=28, min_probability=chance)) is not None
        assert spread(chain, setup, Terms(days=28, min_probability=chance + 1e-9)) is None


def test_without_strikes_near_the_delta_or_beyond_it_there_is_no_spread() -> None:
    near = listed(strikes=range(98, 103))
    assert spread(near, OptionSetup.BULL_PUT, Terms(days=28, min_probability=0.0)) is None
    wide = Terms(days=28, width=40.0, min_probability=0.0)
    assert spread(listed(), OptionSetup.BEAR_CALL, wide) is None


def test_a_leg_without_a_market_is_passed_over() -> None:
    chain = listed()
    whole = spread(chain, OptionSetup.BULL_PUT, Terms(days=28, min_probability=0.0))
    assert whole is not None
    bought = whole.legs[1].leg.strike
    quotes = [
        replace(each, bid=None, ask=None, last=Decimal("0.1"))
        if each.contract.strike == bought and each.contract.kind is OptionKind.PUT
        else each
        for each in chain.chain.quotes
    ]
    holed = replace(chain.chain, quotes=quotes)
    found = spread(
        replace(chain, chain=holed, measured=measured(holed, rate=0.04)),
        OptionSetup.BULL_PUT,
        Terms(days=28, min_probability=0.0),
    )
    assert found is not None
    assert found.legs[1].leg.strike == bought - 1  # type: ignore[operator]


class ToldMarket(SimulatedMarket):
    """The simulated market as a provider that is real and has no options on DIS."""

    @property
    @override
    def provider(self) -> Provider:
        return TOLD

    @override
    async def option_chain(
        self, symbol: Symbol, *, expiry: date | None = None, as_of: datetime
    ) -> OptionChain:
        if symbol == "DIS":
            raise NotCovered("no options on it")
        chain = await super().option_chain(symbol, expiry=expiry, as_of=as_of)
        return replace(chain, provider=TOLD)


class Kept(NoRecords):
    """A quarter of volatile days: a tenth until now, high in the week before."""

    def __init__(self, recent: float) -> None:
        self.recent = recent

    @override
    async def between(self, symbol: Symbol, first: date, last: date) -> Sequence[VolatilityDay]:
        days = [NOW - timedelta(days=ago) for ago in range(90, 0, -1)]
        return [
            day_of(each, 0.1 if each < NOW - timedelta(days=8) else self.recent)
            for each in days
            if first <= each.date() <= last
        ]


@pytest.fixture(scope="module")
def market() -> ToldMarket:
    return ToldMarket(seed=7)


async def scan(
    market: SimulatedMarket,
    search: OptionSearch,
    *,
    macro: MacroSource | None = None,
    records: VolatilityRecords | None = None,
) -> OptionScan:
    return await run_option_scan(
        search,
        market=market,
        macro=macro or NoSource(),
        records=records or NoRecords(),
        as_of=NOW,
        rate=0.04,
    )


def of(
    *symbols: str, setups: tuple[OptionSetup, ...] = (OptionSetup.RANK,), after: bool = False
) -> OptionSearch:
    named = tuple(map(Symbol, symbols))
    return OptionSearch(setups=setups, symbols=named, is_after_earnings=after)


async def test_what_has_no_chain_or_is_no_symbol_is_left_out_by_name(market: ToldMarket) -> None:
    search = of("AMD", "DIS", "ZZZZZ", setups=(OptionSetup.BULL_PUT,))
    found = await scan(market, search)
    assert found.scanned == ("AMD",)
    assert found.left_out[Symbol("DIS")] == "no options on it"
    assert "ZZZZZ" in found.left_out
    with pytest.raises(NotFound):
        await scan(market, of("ZZZZZ"))
    with pytest.raises(InvalidInput, match="split the list"):
        await scan(market, of(*(f"A{place}" for place in range(LARGEST + 1))))


async def test_a_rank_is_read_from_what_was_kept(market: ToldMarket) -> None:
    calm = await scan(market, of("AMD"), records=Kept(0.11))
    wild = await scan(market, of("AMD"), records=Kept(5.0))
    bare = await scan(market, of("AMD"))
    [rich] = calm.found
    assert isinstance(rich.fact, RichVolatility)
    assert rich.fact.rank > 1
    assert wild.found == ()
    assert not wild.unknown
    assert "days of history" in bare.unknown[Symbol("AMD"), OptionSetup.RANK]


async def test_a_crush_is_found_by_its_report_and_not_known_without_a_source(
    market: ToldMarket, tmp_path: Path
) -> None:
    (tmp_path / "earnings.csv").write_text(
        "symbol,date,time\nAMD,2026-11-18,after close\nNVDA,2026-11-20,after close\n",
        encoding="utf-8",
    )
    search = of("AMD", "NVDA", setups=(OptionSetup.CRUSH,))
    found = await scan(market, search, macro=FilesSource(tmp_path), records=Kept(2.0))
    without = await scan(market, search, records=Kept(2.0))

    [crush] = found.found
    assert crush.instrument.symbol == "AMD"
    assert isinstance(crush.fact, Crush)
    assert crush.fact.before == 2.0
    assert without.found == ()
    assert set(without.unknown) == {(Symbol(each), OptionSetup.CRUSH) for each in ("AMD", "NVDA")}
    assert without.without_reports


async def test_earnings_behind_them_keeps_who_reported_and_does_not_again_soon(
    market: ToldMarket, tmp_path: Path
) -> None:
    (tmp_path / "earnings.csv").write_text(
        "symbol,date,time\n"
        "AMD,2026-11-04,after close\n"
        "NVDA,2026-08-26,after close\nNVDA,2026-11-25,after close\n",
        encoding="utf-8",
    )
    search = of("AMD", "NVDA", "TSLA", "SPY", setups=(OptionSetup.BULL_PUT,), after=True)
    search = replace(search, terms=Terms(min_probability=0.0))
    found = await scan(market, search, macro=FilesSource(tmp_path))
    assert {each.instrument.symbol for each in found.found} == {"AMD", "SPY"}
    unchosen = await scan(market, search)
    assert {each.instrument.symbol for each in unchosen.found} == {"AMD", "NVDA", "TSLA", "SPY"}
    assert unchosen.without_reports


async def test_a_report_before_the_expiry_that_is_chosen_is_not_behind_them(
    market: ToldMarket, tmp_path: Path
) -> None:
    search = of("AMD", setups=(OptionSetup.BULL_PUT,), after=True)
    plain = replace(search, terms=Terms(min_probability=0.0), is_after_earnings=False)
    [found] = (await scan(market, plain)).found
    assert isinstance(found.fact, Spread)
    expiry, today = found.fact.expiry, NOW.date()
    held = (expiry - today).days
    for days, reported, kept in (
        (held - 1, expiry, 0),
        (held + 1, expiry + timedelta(days=1), 1),
    ):
        (tmp_path / "earnings.csv").write_text(
            f"symbol,date,time\nAMD,2026-11-04,after close\nAMD,{reported},after close\n",
            encoding="utf-8",
        )
        terms = Terms(min_probability=0.0, days=days)
        asked = replace(search, terms=terms)
        [same] = (await scan(market, replace(asked, is_after_earnings=False))).found
        assert isinstance(same.fact, Spread)
        assert same.fact.expiry == expiry
        found_after = await scan(market, asked, macro=FilesSource(tmp_path))
        assert len(found_after.found) == kept


async def test_without_symbols_the_most_traded_are_read_the_strongest_first(
    market: ToldMarket,
) -> None:
    found = await scan(market, OptionSearch(setups=(OptionSetup.BEAR_CALL,)))
    assert len(found.scanned) + len(found.left_out) == LARGEST
    assert "SPY" in found.scanned
    strengths = [each.fact.strength for each in found.found]
    assert strengths == sorted(strengths, reverse=True)
