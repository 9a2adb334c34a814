"""Fail-over: who is asked, who is passed over, and what is said about it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from typing_extensions import override

from app.core.clock import FrozenClock
from app.core.errors import CoachError, NotFound, ProviderUnavailable
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.market.models import Bars, Instrument, Provider
from app.market.providers.simulated import SimulatedMarket
from app.market.providers.simulated_vendor import SimulatedVendor
from app.market.vendor import NotCovered, Snapshot
from app.market.vendors.market import VendorMarket
from app.market.vendors.routed import Kind, RoutedMarket, Source

NOW = datetime(2026, 11, 19, 16, 30, 20, tzinfo=UTC)
CLOCK = FrozenClock(NOW)
MARKET = SimulatedMarket(seed=7)
AAPL = Symbol("AAPL")


class Named(SimulatedVendor):
    """A vendor of a name, that fails when it is told to."""

    def __init__(self, name: str, failure: CoachError | None = None, *, stocks_only: bool = False):
        super().__init__(MARKET, CLOCK)
        self.named = Provider(name=name)
        self.failure = failure
        self.stocks_only = stocks_only
        self.asked = 0
        self.seconds = 0.0

    @property
    @override
    def provider(self) -> Provider:
        return self.named

    @override
    def covers(self, instrument: Instrument) -> bool:
        return not self.stocks_only or instrument.asset_class is AssetClass.STOCK

    @override
    async def snapshot(self, instrument: Instrument) -> Snapshot:
        self._fail()
        await asyncio.sleep(self.seconds)
        found = await super().snapshot(instrument)
        return Snapshot(symbol=found.symbol, last=found.last, at=found.at, provider=self.named)

    @override
    async def bars(
        self, instrument: Instrument, timeframe: Timeframe, *, start: datetime, end: datetime
    ) -> Bars:
        self._fail()
        return await super().bars(instrument, timeframe, start=start, end=end)

    def _fail(self) -> None:
        self.asked += 1
        if self.failure is not None:
            raise self.failure


def _routed(*vendors: Named, kept: Sequence[Named] = (), hedge_seconds: float = 0) -> RoutedMarket:
    views = [VendorMarket(vendor, CLOCK) for vendor in vendors]
    second = [VendorMarket(vendor, CLOCK) for vendor in kept] or views
    sources = [Source(fresh, old) for fresh, old in zip(views, second, strict=True)]
    return RoutedMarket({Kind.STOCKS: sources}, hedge_seconds=hedge_seconds)


DEAD = ProviderUnavailable("Massive did not answer.")


async def test_the_first_that_answers_is_the_one_that_is_named() -> None:
    second = Named("Alpaca")

    quote = await _routed(Named("Massive"), second).quote(AAPL, as_of=NOW)

    assert (quote.provider.name, quote.provider.instead_of) == ("Massive", ())
    assert second.asked == 0


async def test_a_dead_vendor_is_passed_over_and_named() -> None:
    quote = await _routed(Named("Massive", DEAD), Named("Alpaca")).quote(AAPL, as_of=NOW)

    assert (quote.provider.name, quote.provider.instead_of) == ("Alpaca", ("Massive",))


async def test_who_does_not_carry_a_symbol_is_passed_over_in_silence() -> None:
    quote = await _routed(Named("Massive", NotCovered("not in the plan")), Named("Alpaca")).quote(
        AAPL, as_of=NOW
    )

    assert (quote.provider.name, quote.provider.instead_of) == ("Alpaca", ())


async def test_an_answer_kept_from_earlier_comes_only_when_nobody_has_a_fresh_one() -> None:
    market = _routed(
        Named("Massive", DEAD),
        Named("Alpaca", ProviderUnavailable("Alpaca did not answer.")),
        kept=(Named("Massive (kept)"), Named("Alpaca (kept)")),
    )

    quote = await market.quote(AAPL, as_of=NOW)

    assert quote.provider.name == "Massive (kept)"
    assert quote.provider.instead_of == ("Alpaca",)


async def test_when_nobody_answers_each_reason_is_told() -> None:
    market = _routed(
        Named("Massive", DEAD), Named("Alpaca", ProviderUnavailable("Alpaca did not answer."))
    )

    with pytest.raises(ProviderUnavailable) as told:
        await market.quote(AAPL, as_of=NOW)

    assert told.value.message == "Massive did not answer. Alpaca did not answer."


async def test_a_dead_vendor_does_not_make_a_symbol_unknown() -> None:
    market = _routed(Named("Massive", DEAD), Named("Alpaca", NotFound("no such symbol")))

    with pytest.raises(ProviderUnavailable):
        await market.quote(AAPL, as_of=NOW)


async def test_a_symbol_nobody_knows_is_not_found() -> None:
    market = _routed(Named("Massive", NotFound("unknown")), Named("Alpaca", NotFound("unknown")))

    with pytest.raises(NotFound):
        await market.quote(AAPL, as_of=NOW)


async def test_a_kind_nobody_serves_names_the_setting_that_adds_it() -> None:
    with pytest.raises(NotCovered) as told:
        await _routed(Named("Alpaca")).quote(Symbol("SPX"), as_of=NOW)

    assert "COACH_MASSIVE__API_KEY" in told.value.message


async def test_bars_are_labelled_like_quotes() -> None:
    bars = await _routed(Named("Massive", DEAD), Named("Alpaca")).bars(
        AAPL, Timeframe.M1, start=NOW - timedelta(hours=1), end=NOW, as_of=NOW
    )

    assert bars.provider.instead_of == ("Massive",)


async def test_the_headline_names_everyone_and_the_directory_shows_what_is_served() -> None:
    market = _routed(Named("Massive"), Named("Alpaca"))

    assert market.provider.name == "Massive, Alpaca"
    assert not market.provider.is_simulated
    assert {each.asset_class for each in await market.instruments()} == {
        AssetClass.STOCK,
        AssetClass.ETF,
    }


async def test_only_a_list_of_simulated_providers_is_simulated() -> None:
    source = VendorMarket(SimulatedVendor(MARKET, CLOCK), CLOCK)
    market = RoutedMarket({Kind.INDICES: [Source(source, source)]})

    assert market.provider.is_simulated
    assert (await market.quote(Symbol("SPX"), as_of=NOW)).provider.is_simulated


def _slow(name: str, seconds: float) -> Named:
    vendor = Named(name)
    vendor.seconds = seconds
    return vendor


async def test_without_hedging_the_first_is_waited_for_and_nobody_else_asked() -> None:
    second = Named("Alpaca")

    quote = await _routed(_slow("Massive", 0.3), second).quote(AAPL, as_of=NOW)

    assert (quote.provider.name, second.asked) == ("Massive", 0)


async def test_with_hedging_the_second_is_asked_early_and_the_faster_answers() -> None:
    market = _routed(_slow("Massive", 3), Named("Alpaca"), hedge_seconds=0.05)
    began = asyncio.get_running_loop().time()

    quote = await market.quote(AAPL, as_of=NOW)

    assert quote.provider == Provider(name="Alpaca")
    assert asyncio.get_running_loop().time() - began < 2


async def test_a_hedged_first_may_still_win() -> None:
    market = _routed(_slow("Massive", 0.2), _slow("Alpaca", 5), hedge_seconds=0.05)

    assert (await market.quote(AAPL, as_of=NOW)).provider.name == "Massive"


async def test_a_kept_answer_never_races_a_fresh_one() -> None:
    kept = [Named("Kept one"), Named("Kept two")]
    market = _routed(_slow("Massive", 0.3), _slow("Alpaca", 0.4), kept=kept, hedge_seconds=0.05)

    assert (await market.quote(AAPL, as_of=NOW)).provider.name == "Massive"
    assert [each.asked for each in kept] == [0, 0]


async def test_when_all_that_race_fail_each_says_why() -> None:
    market = _routed(
        Named("Massive", DEAD),
        Named("Alpaca", ProviderUnavailable("Alpaca did not answer.")),
        hedge_seconds=0.05,
    )

    with pytest.raises(
        ProviderUnavailable, match=r"Massive did not answer\. Alpaca did not answer\."
    ):
        await market.quote(AAPL, as_of=NOW)


class Short(Named):
    """A vendor that gives its newest few bars only."""

    @override
    def reaches(self, timeframe: Timeframe, start: datetime) -> bool:
        return start >= NOW - timedelta(hours=12)


@pytest.mark.parametrize(("hours", "name"), [(6, "Kraken"), (20, "Coinbase")])
async def test_who_has_all_of_what_is_asked_comes_before_who_has_a_part(
    hours: int, name: str
) -> None:
    kraken, coinbase = Short("Kraken"), Named("Coinbase")

    await _routed(kraken, coinbase).bars(
        AAPL, Timeframe.M1, start=NOW - timedelta(hours=hours), end=NOW, as_of=NOW
    )

    assert [each.named.name for each in (kraken, coinbase) if each.asked] == [name]


async def test_a_part_is_better_than_nothing() -> None:
    found = await _routed(Short("Kraken")).bars(
        AAPL, Timeframe.M1, start=NOW - timedelta(hours=20), end=NOW, as_of=NOW
    )

    assert len(found)
