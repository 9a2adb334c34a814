"""Simulated options: what is listed when, and that nobody can lock in money on them."""

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.clock import FrozenClock
from app.core.symbols import Symbol
from app.market.chains import ExerciseStyle, OptionChain, OptionKind, OptionQuote
from app.market.providers.simulated import SimulatedMarket
from app.market.providers.simulated_surface import Surface
from app.market.providers.simulated_vendor import SimulatedVendor
from app.market.vendor import NotCovered
from app.options.chains import measured
from app.options.settlement import expires_at

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 18, 12, 7, 33, tzinfo=NEW_YORK)

surfaces = st.builds(
    Surface,
    spot=st.just(100.0),
    variance=st.floats(0.001, 4.0),
    long_variance=st.floats(0.001, 4.0),
    skew=st.floats(-0.75, -0.15),
    curvature=st.floats(0.55, 0.9),
    dividend_yield=st.floats(0.0, 0.04),
)


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(seed=7)


async def chain(
    market: SimulatedMarket, symbol: str, at: datetime = NOON, expiry: date | None = None
) -> OptionChain:
    return await market.option_chain(Symbol(symbol), expiry=expiry, as_of=at)


@given(surface=surfaces, years=st.floats(1e-4, 5.0))
@settings(deadline=None)
def test_no_butterfly_has_a_negative_price(surface: Surface, years: float) -> None:
    reach = 6.0 * np.sqrt(surface.at_the_money(years))
    strike = surface.forward(years) * np.linspace(max(1.0 - reach, 0.05), 1.0 + reach, 201)
    calls, puts = surface.prices(strike, years)

    for prices in (calls, puts):
        assert np.all(np.diff(prices, 2) >= -1e-9)
    assert np.all(np.diff(calls) <= 1e-9)
    assert np.all(np.diff(puts) >= -1e-9)


@given(surface=surfaces, years=st.floats(1e-4, 4.0), longer=st.floats(1e-4, 1.0))
@settings(deadline=None)
def test_total_variance_rises_with_time_at_every_strike(
    surface: Surface, years: float, longer: float
) -> None:
    moneyness = np.linspace(-2.0, 2.0, 101)
    near = surface.total_variance(moneyness, years)
    far = surface.total_variance(moneyness, years + longer)

    assert np.all(far > near)


@given(surface=surfaces, years=st.floats(1e-4, 5.0))
@settings(deadline=None)
def test_calls_less_puts_are_worth_the_forward(surface: Surface, years: float) -> None:
    strike = np.linspace(50.0, 150.0, 41)
    calls, puts = surface.prices(strike, years)
    discount = np.exp(-surface.rate * years)

    np.testing.assert_allclose(calls - puts, discount * (surface.forward(years) - strike))


@pytest.mark.parametrize("symbol", ["SPX", "NDX", "SPY", "AAPL", "F", "GME"])
async def test_no_spread_bought_at_the_ask_and_sold_at_the_bid_is_free_money(
    market: SimulatedMarket, symbol: str
) -> None:
    found = await chain(market, symbol)

    for quotes in series(found.quotes):
        calls, puts = by_kind(quotes)
        for side, higher in ((calls, 1), (puts, -1)):
            for near, far in list(pairwise(side))[::5]:
                bought, sold = (near, far) if higher > 0 else (far, near)
                assert ask(bought) - bid(sold) >= 0
            for one, two, three in zip(side, side[1:], side[2:], strict=False):
                low, body, high = (float(each.contract.strike) for each in (one, two, three))
                weight = (high - body) / (high - low)
                assert weight * ask(one) + (1 - weight) * ask(three) - bid(two) >= -1e-9


@pytest.mark.parametrize("symbol", ["SPX", "SPY", "AMD"])
async def test_a_later_option_never_costs_less_than_an_earlier_one(
    market: SimulatedMarket, symbol: str
) -> None:
    found = await chain(market, symbol)
    nearest = found.quotes[0].contract.strike
    at_strike: dict[tuple[OptionKind, float], list[OptionQuote]] = {}
    for quote in found.quotes:
        if quote.contract.style is ExerciseStyle.AMERICAN or quote.contract.kind is OptionKind.CALL:
            key = quote.contract.kind, float(quote.contract.strike)
            at_strike.setdefault(key, []).append(quote)

    compared = 0
    for quotes in at_strike.values():
        ordered = sorted(quotes, key=lambda each: expires_at(each.contract))
        for near, far in pairwise(ordered):
            assert ask(far) >= bid(near), (near, far)
            compared += 1
    assert compared > 100, nearest


@pytest.mark.parametrize("symbol", ["SPX", "SPY", "NVDA", "F"])
async def test_puts_and_calls_agree_on_the_forward(market: SimulatedMarket, symbol: str) -> None:
    found = measured(await chain(market, symbol), rate=0.04)

    for each in found.series:
        if each.implied is not None and 0.01 < each.years < 0.3:
            assert each.implied.spread < 0.02 * found.spot
            assert abs(each.implied.dividend_yield(found.spot, each.years, 0.04)) < 0.2


async def test_every_quoted_option_near_the_money_has_a_volatility(market: SimulatedMarket) -> None:
    found = measured(await chain(market, "SPX"), rate=0.04)
    near = np.abs(np.log(found.contracts.strike / found.spot)) < 0.02

    assert not np.isnan(found.volatility.value[near & (found.contracts.years > 0.02)]).any()
    assert 0.05 < np.nanmedian(found.volatility.value[near]) < 0.6


async def test_an_index_expires_every_session_of_five_weeks_and_for_four_years(
    market: SimulatedMarket,
) -> None:
    found = await chain(market, "SPX")
    roots = {(q.contract.ticker[:-15], q.contract.expiry) for q in found.quotes}

    assert {("SPXW", date(2026, 11, 18)), ("SPXW", date(2026, 11, 19))} <= roots
    assert date(2026, 11, 26) not in found.expiries  # Thanksgiving
    assert {("SPX", date(2026, 11, 20)), ("SPXW", date(2026, 11, 20))} <= roots
    assert ("SPX", date(2030, 12, 20)) in roots
    assert 10_000 < len(found.quotes) < 40_000


async def test_a_stock_expires_on_fridays_and_third_fridays_and_in_january_two_years_on(
    market: SimulatedMarket,
) -> None:
    found = (await chain(market, "DIS")).expiries

    assert found[:2] == (date(2026, 11, 20), date(2026, 11, 27))
    assert date(2027, 4, 16) in found
    assert date(2028, 1, 21) in found
    assert date(2027, 6, 17) in found  # the third Friday is a holiday


async def test_morning_and_evening_settlement_are_those_of_the_options_domain(
    market: SimulatedMarket,
) -> None:
    friday = date(2026, 11, 20)
    before = datetime(2026, 11, 20, 9, 29, 59, tzinfo=NEW_YORK)
    after = datetime(2026, 11, 20, 9, 30, tzinfo=NEW_YORK)

    def roots(found: OptionChain) -> set[str]:
        assert all(expires_at(each.contract) > found.as_of for each in found.quotes)
        return {each.contract.ticker[:-15] for each in found.quotes}

    assert roots(await chain(market, "SPX", before, friday)) == {"SPX", "SPXW"}
    assert roots(await chain(market, "SPX", after, friday)) == {"SPXW"}
    closed = datetime(2026, 11, 20, 16, 0, tzinfo=NEW_YORK)
    assert not (await chain(market, "SPX", closed, friday)).quotes


async def test_outside_of_regular_hours_the_last_close_stands(market: SimulatedMarket) -> None:
    evening = await chain(market, "AAPL", datetime(2026, 11, 21, 13, tzinfo=NEW_YORK))
    close = datetime(2026, 11, 20, 16, tzinfo=NEW_YORK)

    assert evening.as_of == close
    assert evening.spot == (await market.quote(Symbol("AAPL"), as_of=close)).last


async def test_a_past_moment_is_answered_as_it_was_then(market: SimulatedMarket) -> None:
    past = datetime(2024, 3, 4, 11, 0, 12, tzinfo=NEW_YORK)
    found = await chain(market, "MSFT", past)

    assert found.as_of == past.replace(second=0)
    assert found.spot == (await market.quote(Symbol("MSFT"), as_of=found.as_of)).last
    assert found.expiries[0] == date(2024, 3, 8)


async def test_chains_are_the_same_in_another_market_of_the_same_seed(
    market: SimulatedMarket,
) -> None:
    again = await chain(SimulatedMarket(seed=7), "NVDA")
    other = await chain(SimulatedMarket(seed=8), "NVDA")

    assert again == await chain(market, "NVDA")
    assert again.quotes[:20] != other.quotes[:20]


async def test_one_expiry_is_the_same_as_in_the_whole_chain(market: SimulatedMarket) -> None:
    whole = await chain(market, "SPX")
    day = whole.expiries[5]
    alone = await chain(market, "SPX", expiry=day)

    assert list(alone.quotes) == [q for q in whole.quotes if q.contract.expiry == day]
    assert not (await chain(market, "SPX", expiry=date(2026, 11, 22))).quotes


async def test_quotes_are_sorted_and_each_contract_is_there_once(market: SimulatedMarket) -> None:
    found = (await chain(market, "SPX")).quotes
    places = [
        (q.contract.expiry, q.contract.strike, q.contract.kind is OptionKind.PUT) for q in found
    ]

    assert places == sorted(places)
    assert len({each.contract.ticker for each in found}) == len(found)


async def test_a_contract_stays_listed_until_it_ends(market: SimulatedMarket) -> None:
    expiry = date(2026, 12, 18)
    held = {
        q.contract.ticker
        for q in (await chain(market, "AMD", NOON, expiry)).quotes
        if abs(float(q.contract.strike) - 120) < 15
    }

    for days in (1, 7, 14, 26):
        later = await chain(market, "AMD", NOON + timedelta(days=days), expiry)
        assert held <= {q.contract.ticker for q in later.quotes}


async def test_volume_grows_through_the_day_and_open_interest_does_not(
    market: SimulatedMarket,
) -> None:
    morning = await chain(market, "SPY", NOON.replace(hour=10))
    evening = await chain(market, "SPY", NOON.replace(hour=15))

    assert volume(morning) < volume(evening)
    interest = {q.contract.ticker: q.open_interest for q in morning.quotes}
    far = [q for q in evening.quotes if q.contract.expiry > date(2026, 12, 1)]
    moved = [
        q
        for q in far
        if abs(float(q.open_interest or 0) - float(interest[q.contract.ticker] or 0))
        > 10 + 0.35 * float(interest[q.contract.ticker] or 0)
    ]
    assert len(moved) < len(far) / 50


@pytest.mark.parametrize("symbol", ["VIX", "BTC/USD", "COMP"])
async def test_what_has_no_listed_options_says_so(market: SimulatedMarket, symbol: str) -> None:
    with pytest.raises(NotCovered, match="lists no options"):
        await chain(market, symbol)


async def test_the_simulated_vendor_has_the_chain_of_its_present(market: SimulatedMarket) -> None:
    vendor = SimulatedVendor(market, FrozenClock(NOON.astimezone(UTC)))
    spy = await market.instrument(Symbol("SPY"))

    assert await vendor.chain(spy) == await chain(market, "SPY")


async def test_a_whole_index_is_made_in_less_than_a_second_and_kept_for_the_minute(
    market: SimulatedMarket,
) -> None:
    at = NOON.replace(minute=31)
    await chain(market, "SPX", at - timedelta(minutes=1))
    begun = time.perf_counter()
    first = await chain(market, "SPX", at)
    took = time.perf_counter() - begun

    assert took < 1.0
    assert await chain(market, "SPX", at.replace(second=59)) is first


def series(quotes: Sequence[OptionQuote]) -> list[list[OptionQuote]]:
    def key(quote: OptionQuote) -> tuple[str, date]:
        return quote.contract.ticker[:-15], quote.contract.expiry

    return [list(each) for _, each in groupby(sorted(quotes, key=key), key)]


def by_kind(quotes: Sequence[OptionQuote]) -> tuple[list[OptionQuote], list[OptionQuote]]:
    """Calls and puts by strike."""
    calls = [each for each in quotes if each.contract.kind is OptionKind.CALL]
    return calls, [each for each in quotes if each.contract.kind is OptionKind.PUT]


def bid(quote: OptionQuote) -> float:
    return float(quote.bid or 0)


def ask(quote: OptionQuote) -> float:
    assert quote.ask is not None
    return float(quote.ask)


def volume(found: OptionChain) -> float:
    return sum(float(each.volume or 0) for each in found.quotes)
