"""Volatility thirty days out, remembered a record a session, and ranked once there is enough of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from typing_extensions import override

from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.market.calendar import session_on
from app.market.chains import OptionChain
from app.market.models import Provider
from app.market.providers.simulated import SimulatedMarket
from app.options.chains import Series
from app.options.history import constant_maturity
from app.options.past import NEEDED, remember, volatility_history
from app.options.records import NoRecords, StoredRecords, VolatilityDay
from app.options.smile import TermPoint

SPY = Symbol("SPY")
TOLD = Provider(name="Told")
FRIDAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)
CLOSE = datetime(2026, 11, 20, 21, tzinfo=UTC)
RATE = 0.04


class ToldMarket(SimulatedMarket):
    """The simulated market as a provider that is real."""

    @property
    @override
    def provider(self) -> Provider:
        return TOLD

    @override
    async def option_chain(
        self, symbol: Symbol, *, expiry: date | None = None, as_of: datetime
    ) -> OptionChain:
        chain = await super().option_chain(symbol, expiry=expiry, as_of=as_of)
        return replace(chain, provider=TOLD)


def point(days: float, volatility: float | None) -> TermPoint:
    end = NOON + timedelta(days=days)
    series = Series(root="SPY", expiry=end.date(), expires_at=end, years=days / 365.0)
    return TermPoint(series=series, forward=600.0, volatility=volatility, straddle=None)


def day_of(at: datetime, volatility: float | None = 0.2) -> VolatilityDay:
    return VolatilityDay(
        symbol=SPY, day=at.date(), at=at, provider="Told", at_the_money=volatility, realised=0.15
    )


async def filled(records: StoredRecords, count: int) -> list[float]:
    """So many sessions before Friday, each with a little more volatility than the one before."""
    volatilities: list[float] = []
    day = FRIDAY
    while len(volatilities) < count:
        day -= timedelta(days=1)
        session = session_on(day)
        if session is not None:
            volatilities.append(0.10 + 0.001 * len(volatilities))
            found = day_of(session.close, volatilities[-1])
            assert await records.keep(replace(found, day=day), close=session.close)
    return volatilities


def test_between_two_expiries_total_variance_grows_evenly() -> None:
    found = constant_maturity([point(23, 0.20), point(37, 0.30)])

    at_30 = (0.20**2 * 23 + 0.30**2 * 37) / 2
    assert found == pytest.approx(np.sqrt(at_30 / 30))


def test_an_expiry_of_that_very_day_is_all_there_is_to_it() -> None:
    assert constant_maturity([point(30, 0.2), point(20, 0.9), point(60, 0.9)]) == pytest.approx(0.2)


def test_the_last_week_before_an_expiry_does_not_count() -> None:
    assert constant_maturity([point(3, 0.9), point(33, 0.2)]) == 0.2


@pytest.mark.parametrize(
    "points",
    [[], [point(30, None)], [point(45, 0.2), point(60, 0.2)], [point(10, 0.2), point(20, 0.2)]],
    ids=["none", "without one", "all later", "all sooner"],
)
def test_without_expiries_around_a_month_there_is_none(points: list[TermPoint]) -> None:
    assert constant_maturity(points) is None


async def test_a_record_comes_back_as_it_was(database: Database) -> None:
    records = StoredRecords(database)
    found = replace(day_of(NOON), call_open_interest=3_000_000_000, put_open_interest=5)

    assert await records.keep(found, close=CLOSE)
    assert await records.between(SPY, FRIDAY, FRIDAY) == [found]
    assert await records.between(Symbol("QQQ"), FRIDAY, FRIDAY) == []


async def test_a_session_is_kept_once_and_once_more_after_its_close(database: Database) -> None:
    records = StoredRecords(database)
    told = [
        await records.keep(day_of(at, volatility), close=CLOSE)
        for at, volatility in (
            (NOON, 0.20),
            (NOON + timedelta(hours=1), 0.21),
            (CLOSE + timedelta(minutes=20), 0.22),
            (CLOSE + timedelta(minutes=80), 0.23),
        )
    ]
    [kept] = await records.between(SPY, FRIDAY, FRIDAY)

    assert told == [True, False, True, False]
    assert kept.at_the_money == 0.22
    assert kept.at == CLOSE + timedelta(minutes=20)


@pytest.mark.parametrize(
    ("at", "volatility"),
    [
        (datetime(2026, 11, 20, 13, tzinfo=UTC), 0.2),
        (datetime(2026, 11, 21, 17, tzinfo=UTC), 0.2),
        (datetime(2026, 11, 26, 17, tzinfo=UTC), 0.2),
        (NOON, None),
    ],
    ids=["before the open", "Saturday", "Thanksgiving", "no volatility"],
)
async def test_what_says_nothing_is_not_kept(
    at: datetime, volatility: float | None, database: Database
) -> None:
    records = StoredRecords(database)

    assert not await remember(records, day_of(at, volatility))
    assert await records.between(SPY, at.date(), at.date()) == []


async def test_without_enough_history_it_says_how_much_there_is(database: Database) -> None:
    records = StoredRecords(database)
    await filled(records, NEEDED - 1)
    found = await volatility_history(
        ToldMarket(seed=7), SPY, records=records, as_of=NOON, rate=RATE
    )

    assert found.rank is None
    assert found.percentile is None
    assert found.absence == f"it needs {NEEDED} days of history; there are {NEEDED - 1}"
    assert not found.is_simulated


async def test_rank_and_percentile_are_today_among_the_days_before(database: Database) -> None:
    records = StoredRecords(database)
    past = await filled(records, 100)
    found = await volatility_history(
        ToldMarket(seed=7), SPY, records=records, as_of=NOON, rate=RATE
    )
    now = found.today.at_the_money

    assert now is not None
    assert min(past) < now < max(past)
    assert found.rank == pytest.approx((now - min(past)) / (max(past) - min(past)))
    assert found.percentile == sum(each < now for each in past) / 100
    assert found.absence == ""
    assert len(found.days) == 100
    assert found.days[0].day < found.days[-1].day < FRIDAY


async def test_what_is_older_than_a_year_is_left_out(database: Database) -> None:
    records = StoredRecords(database)
    old = datetime(2025, 11, 19, 21, tzinfo=UTC)
    await records.keep(day_of(old), close=old)
    found = await volatility_history(
        ToldMarket(seed=7), SPY, records=records, as_of=NOON, rate=RATE
    )

    assert found.days == ()


async def test_reading_it_remembers_the_session_once(database: Database) -> None:
    records, market = StoredRecords(database), ToldMarket(seed=7)
    for minutes in (0, 5):
        at = NOON + timedelta(minutes=minutes)
        await volatility_history(market, SPY, records=records, as_of=at, rate=RATE)
    [kept] = await records.between(SPY, FRIDAY, FRIDAY)

    assert kept.at == NOON
    assert kept.provider == "Told"
    assert kept.at_the_money is not None
    assert 0.05 < kept.at_the_money < 0.6
    assert kept.realised is not None
    assert kept.put_call_ratio is not None
    assert kept.call_open_interest is not None
    assert kept.call_open_interest > 0


async def test_the_simulated_past_is_asked_for_and_never_kept(database: Database) -> None:
    records, market = StoredRecords(database), SimulatedMarket(seed=7)
    found = await volatility_history(market, SPY, records=records, as_of=NOON, rate=RATE)
    again = await volatility_history(market, SPY, records=NoRecords(), as_of=NOON, rate=RATE)

    assert found.is_simulated
    assert found.rank is not None
    assert found.percentile is not None
    assert len(found.days) == 52
    assert all(each.at_the_money is not None for each in found.days)
    assert found == again
    assert await records.between(SPY, date(2020, 1, 1), FRIDAY) == []


async def test_the_simulated_past_is_what_its_whole_chain_said_then() -> None:
    """Two expiries tell of that day what all of them told on it."""
    market, at = SimulatedMarket(seed=7), datetime(2026, 11, 13, 20, 59, tzinfo=UTC)
    then = await volatility_history(market, SPY, records=NoRecords(), as_of=at, rate=RATE)
    later = await volatility_history(market, SPY, records=NoRecords(), as_of=CLOSE, rate=RATE)

    [told] = [each for each in later.days if each.day == at.date()]
    assert told.at_the_money == pytest.approx(then.today.at_the_money, rel=0.02)
