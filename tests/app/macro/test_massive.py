"""Massive's earnings, yields and expected inflation over real HTTP, in the vendor's own fields."""

from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from massive.rest.models.benzinga import BenzingaEarning
from massive.rest.models.economy import FedInflationExpectations, TreasuryYield

from app.core.clock import FrozenClock
from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.macro.source import Importance, Tenor, Timing
from app.macro.sources.massive import BENZINGA, MassiveMacro
from app.market.providers.simulated import SimulatedMarket
from app.market.standins.massive import KEY, MassiveStandIn, massive_stand_in
from app.market.vendor import NotCovered

NOW = datetime(2026, 11, 19, 16, 30, tzinfo=UTC)
EARNINGS, YIELDS = "/benzinga/v1/earnings", "/fed/v1/treasury-yields"
EXPECTATIONS = "/fed/v1/inflation-expectations"
FIRST, LAST = date(2026, 11, 19), date(2026, 12, 31)

NVDA: dict[str, Any] = {
    "benzinga_id": "651bcd8d7e4d6000011f2232",
    "company_name": "NVIDIA <b>{a1}</b>",
    "currency": "USD",
    "date": "2026-11-25",
    "date_status": "confirmed",
    "eps_method": "adj",
    "estimated_eps": 1.4,
    "fiscal_period": "Q3",
    "fiscal_year": 2027,
    "importance": 5,
    "last_updated": "2026-11-01T10:19:50Z",
    "ticker": "NVDA",
    "time": "21:20:00",
}
ALSO: list[dict[str, Any]] = [
    {"ticker": "AMD", "date": "2026-11-24", "date_status": "projected", "time": "00:00:00"},
    {"ticker": "BMW.DE-X", "date": "2026-11-24", "date_status": "projected"},
    {"ticker": "TM", "date": "2026-11-26", "currency": "JPY", "estimated_eps": 250.1},
]
CURVE: list[dict[str, Any]] = [
    {"date": "2026-11-17", "yield_3_month": 3.88, "yield_2_year": 3.6, "yield_10_year": 4.1},
    {"date": "2026-11-18", "yield_3_month": 3.87, "yield_2_year": 3.52, "yield_10_year": 4.13},
    {"date": "2026-11-19"},
]


@pytest.fixture
async def stand_in() -> AsyncIterator[MassiveStandIn]:
    async with massive_stand_in(SimulatedMarket(seed=7), FrozenClock(NOW)) as running:
        running.dated = {
            EARNINGS: [*ALSO[:2], NVDA, ALSO[2]],
            YIELDS: CURVE,
            EXPECTATIONS: [{"date": "2026-11-18", "market_5_year": 2.31, "market_10_year": 2.28}],
        }
        yield running


@pytest.fixture
async def massive(stand_in: MassiveStandIn) -> AsyncIterator[MassiveMacro]:
    source = MassiveMacro(KEY, base_url=stand_in.base_url)
    yield source
    await source.close()


def test_the_rows_of_these_tests_have_the_vendors_fields() -> None:
    pairs: tuple[tuple[dict[str, Any], Any], ...] = (
        (NVDA, BenzingaEarning),
        (CURVE[0], TreasuryYield),
        ({"date": 0, "market_5_year": 0, "market_10_year": 0}, FedInflationExpectations),
    )
    for row, model in pairs:
        assert set(row) <= {each.name for each in fields(model)}


async def test_a_report_has_its_day_its_moment_and_its_estimate(massive: MassiveMacro) -> None:
    [found] = await massive.earnings(FIRST, LAST, Symbol("NVDA"))

    assert (found.symbol, found.on, found.is_confirmed) == ("NVDA", date(2026, 11, 25), True)
    assert found.at == datetime(2026, 11, 25, 21, 20, tzinfo=UTC)
    assert found.timing is Timing.AFTER_CLOSE
    assert (found.eps_estimate, found.eps_actual) == (Decimal("1.4"), None)
    assert (found.period, found.importance) == ("Q3 2027", Importance.HIGH)
    assert found.provider.name == BENZINGA


async def test_a_companys_name_is_words_only(massive: MassiveMacro) -> None:
    [found] = await massive.earnings(FIRST, LAST, Symbol("NVDA"))

    assert not set("<>{}") & set(found.company)


async def test_only_the_company_and_the_days_are_asked_for(
    massive: MassiveMacro, stand_in: MassiveStandIn
) -> None:
    await massive.earnings(FIRST, LAST, Symbol("NVDA"))

    [asked] = stand_in.log.requests
    assert "ticker=NVDA" in asked
    assert "date.gte=2026-11-19&date.lte=2026-12-31" in asked


async def test_all_pages_of_a_season_are_read(
    massive: MassiveMacro, stand_in: MassiveStandIn
) -> None:
    stand_in.page_size = 1

    found = await massive.earnings(FIRST, LAST)

    assert [each.symbol for each in found] == ["AMD", "NVDA", "TM"]
    assert len(stand_in.log.requests) == 4


async def test_an_unknown_hour_is_not_midnight(massive: MassiveMacro) -> None:
    [found] = await massive.earnings(FIRST, LAST, Symbol("AMD"))

    assert (found.at, found.timing, found.is_confirmed) == (None, None, False)


async def test_an_estimate_in_yen_is_not_told_in_dollars(massive: MassiveMacro) -> None:
    [found] = await massive.earnings(FIRST, LAST, Symbol("TM"))

    assert found.eps_estimate is None


async def test_yields_are_told_by_day_and_maturity(massive: MassiveMacro) -> None:
    found = await massive.yields(date(2026, 11, 10), date(2026, 11, 19))

    assert [day.on.day for day in found] == [17, 18]
    assert found[-1].points == {
        Tenor.M3: Decimal("3.87"),
        Tenor.Y2: Decimal("3.52"),
        Tenor.Y10: Decimal("4.13"),
    }


async def test_expected_inflation_is_what_the_market_prices(massive: MassiveMacro) -> None:
    [found] = await massive.inflation(date(2026, 11, 10), date(2026, 11, 19))

    assert (found.five_years, found.ten_years) == (Decimal("2.31"), Decimal("2.28"))


async def test_a_plan_without_earnings_says_so(
    massive: MassiveMacro, stand_in: MassiveStandIn
) -> None:
    stand_in.not_entitled.add(EARNINGS)

    with pytest.raises(NotCovered, match=r"does not include earnings.*earnings\.csv"):
        await massive.earnings(FIRST, LAST)
    assert await massive.yields(date(2026, 11, 10), date(2026, 11, 19))


async def test_what_massive_does_not_have_is_said_with_what_to_set(massive: MassiveMacro) -> None:
    with pytest.raises(NotCovered, match=r"releases\.csv"):
        await massive.releases(FIRST, LAST)
    with pytest.raises(NotCovered, match=r"expectations\.csv"):
        await massive.outcomes(FIRST, LAST)


@pytest.mark.parametrize("row", [{"ticker": "NVDA"}, {"ticker": "NVDA", "date": "soon"}, "NVDA"])
async def test_a_broken_answer_is_a_failure_and_no_empty_calendar(
    massive: MassiveMacro, stand_in: MassiveStandIn, row: Any
) -> None:
    stand_in.recorded[EARNINGS] = {"status": "OK", "results": [row]}

    with pytest.raises(ProviderUnavailable):
        await massive.earnings(FIRST, LAST)


async def test_dividends_are_those_that_are_paid_in_dollars(
    massive: MassiveMacro, stand_in: MassiveStandIn
) -> None:
    rows = [
        {"ticker": "AMD", "ex_dividend_date": "2026-12-11", "cash_amount": 0.25, "currency": "USD"},
        {"ticker": "AMD", "ex_dividend_date": "2026-12-12", "cash_amount": 0.2, "currency": "CAD"},
    ]
    stand_in.recorded["/v3/reference/dividends"] = {"status": "OK", "results": rows}

    [found] = await massive.dividends(FIRST, LAST, Symbol("AMD"))

    assert (found.ex_date, found.amount) == (date(2026, 12, 11), Decimal("0.25"))
