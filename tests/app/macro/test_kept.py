"""What a vendor said is kept, guarded, and told again with its age while it is silent."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from typing_extensions import override

from app.core.clock import Clock
from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.infra.settings import MassiveSettings, Settings
from app.macro.source import MacroSource, NoSource, Tenor
from app.macro.sources.chosen import ChosenSource
from app.macro.sources.files import FilesSource
from app.macro.sources.kept import KeptSource
from app.macro.sources.massive import MassiveMacro
from app.market.providers.massive import allowance_of
from app.market.providers.simulated import SimulatedMarket
from app.market.standins.massive import KEY, MassiveStandIn, massive_stand_in
from app.market.vendor import NotCovered
from app.market.vendors.cache import Cache
from app.market.vendors.guarded import Guards
from app.wiring import build_macro

FIRST, LAST = date(2026, 11, 5), date(2026, 11, 19)
YIELDS, EARNINGS = "/fed/v1/treasury-yields", "/benzinga/v1/earnings"


@dataclass
class Watch(Clock):
    """A clock that is set by hand."""

    at: datetime = datetime(2026, 11, 19, 16, 30, tzinfo=UTC)

    @override
    def now(self) -> datetime:
        return self.at


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def stand_in(watch: Watch) -> AsyncIterator[MassiveStandIn]:
    async with massive_stand_in(SimulatedMarket(seed=7), watch) as running:
        running.dated = {
            YIELDS: [{"date": "2026-11-18", "yield_2_year": 3.52, "yield_10_year": 4.13}],
            EARNINGS: [{"ticker": "NVDA", "date": "2026-11-18", "estimated_eps": 1.4}],
        }
        yield running


@pytest.fixture
async def kept(stand_in: MassiveStandIn, watch: Watch) -> AsyncIterator[MacroSource]:
    source = KeptSource(
        MassiveMacro(KEY, base_url=stand_in.base_url),
        allowance_of(300),
        watch,
        guards=Guards(),
        cache=Cache(),
    )
    yield source
    await source.close()


async def test_an_answer_is_told_again_for_an_hour(
    kept: MacroSource, stand_in: MassiveStandIn, watch: Watch
) -> None:
    first = await kept.earnings(FIRST, LAST, Symbol("NVDA"))
    watch.at += timedelta(minutes=59)
    again = await kept.earnings(FIRST, LAST, Symbol("NVDA"))

    assert again == first
    assert isinstance(again[0].symbol, Symbol)
    assert len(stand_in.log.requests) == 1
    watch.at += timedelta(minutes=2)
    await kept.earnings(FIRST, LAST, Symbol("NVDA"))
    assert len(stand_in.log.requests) == 2


async def test_dividends_are_asked_for_once_and_told_again(
    kept: MacroSource, stand_in: MassiveStandIn
) -> None:
    row = {"ticker": "AMD", "ex_dividend_date": "2026-12-11", "cash_amount": 0.25}
    stand_in.recorded["/v3/reference/dividends"] = {"status": "OK", "results": [row]}

    first = await kept.dividends(FIRST, LAST, Symbol("AMD"))
    assert first[0].amount == Decimal("0.25")
    assert await kept.dividends(FIRST, LAST, Symbol("AMD")) == first
    assert len(stand_in.log.requests) == 1


async def test_a_silent_vendor_is_quoted_with_what_it_said_and_since_when(
    kept: MacroSource, stand_in: MassiveStandIn, watch: Watch
) -> None:
    await kept.yields(FIRST, LAST)
    said_at, watch.at = watch.at, watch.at + timedelta(hours=2)
    stand_in.faults.status = 500

    [day] = await kept.yields(FIRST, LAST)

    assert day.points[Tenor.Y10] == Decimal("4.13")
    assert day.provider.stale_since == said_at


async def test_an_empty_calendar_is_not_told_while_the_vendor_is_silent(
    kept: MacroSource, stand_in: MassiveStandIn, watch: Watch
) -> None:
    assert await kept.earnings(FIRST, LAST, Symbol("AMD")) == ()
    watch.at += timedelta(hours=2)
    stand_in.faults.status = 500

    with pytest.raises(ProviderUnavailable):
        await kept.earnings(FIRST, LAST, Symbol("AMD"))


async def test_a_vendor_that_never_answered_is_a_failure(
    kept: MacroSource, stand_in: MassiveStandIn
) -> None:
    stand_in.faults.status = 500

    with pytest.raises(ProviderUnavailable) as raised:
        await kept.yields(FIRST, LAST)
    assert not isinstance(raised.value, NotCovered)


async def test_a_plan_without_it_is_asked_again_after_ten_minutes(
    kept: MacroSource, stand_in: MassiveStandIn, watch: Watch
) -> None:
    stand_in.not_entitled.add(EARNINGS)
    for _ in range(3):
        with pytest.raises(NotCovered, match="plan"):
            await kept.earnings(FIRST, LAST)
    assert len(stand_in.log.requests) == 1

    stand_in.not_entitled.clear()
    watch.at += timedelta(minutes=11)
    assert await kept.earnings(FIRST, LAST)


async def test_ones_own_files_are_asked_first_and_the_vendor_for_the_rest(
    kept: MacroSource, tmp_path: Path
) -> None:

    (tmp_path / "earnings.csv").write_text("symbol,date\nAMD,2026-11-18\n")
    source = ChosenSource([FilesSource(tmp_path), kept])

    assert [each.symbol for each in await source.earnings(FIRST, LAST)] == ["AMD"]
    assert [day.provider.name for day in await source.yields(FIRST, LAST)] == ["Massive"]


async def test_who_should_have_answered_is_named(kept: MacroSource, tmp_path: Path) -> None:

    (tmp_path / "yields.csv").write_text("date,2y\nsoon,3\n")
    files = FilesSource(tmp_path)

    [day] = await ChosenSource([files, kept]).yields(FIRST, LAST)

    assert day.provider.instead_of == (files.name,)


async def test_when_nobody_has_it_each_says_what_would_add_it(
    kept: MacroSource, tmp_path: Path
) -> None:
    source = ChosenSource([FilesSource(tmp_path), kept])

    with pytest.raises(NotCovered) as raised:
        await source.releases(FIRST, LAST)
    assert "no releases.csv" in raised.value.message
    assert "Massive has no calendar" in raised.value.message


async def test_a_simulated_market_has_no_earnings_even_with_a_key(watch: Watch) -> None:
    settings = Settings(market="simulated", massive=MassiveSettings(api_key="key"))

    source = build_macro(settings, watch)

    assert isinstance(source, NoSource)
    with pytest.raises(NotCovered, match="never simulated"):
        await source.earnings(FIRST, LAST)


async def test_a_key_and_the_real_market_bring_massives_dates(
    stand_in: MassiveStandIn, watch: Watch
) -> None:
    massive = MassiveSettings(api_key=KEY, base_url=stand_in.base_url)

    source = build_macro(Settings(market="live", massive=massive), watch)

    assert [each.symbol for each in await source.earnings(FIRST, LAST)] == ["NVDA"]
    await source.close()
