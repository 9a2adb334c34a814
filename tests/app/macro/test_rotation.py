"""Relative strength by hand."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from app.core.errors import NotFound
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.macro.rotation import SECTORS, Quarter, Standing, Window, first_of, standings
from app.macro.service import map_rotation
from app.market.models import Bars, Provider
from app.market.providers.simulated import SimulatedMarket

SPY, XLK, XLE = Symbol("SPY"), Symbol("XLK"), Symbol("XLE")
FIRST = int(datetime(2026, 1, 5, 14, 30, tzinfo=UTC).timestamp())


def days(symbol: Symbol, closes: list[float], *, skip: int = 0) -> Bars:
    prices = np.array(closes)
    return Bars(
        symbol=symbol,
        timeframe=Timeframe.D1,
        time=FIRST + 86_400 * np.arange(skip, skip + len(closes), dtype=np.int64),
        open=prices,
        high=prices,
        low=prices,
        close=prices,
        volume=np.zeros(len(closes)),
        provider=Provider(name="hand"),
    )


def test_excess_is_the_change_less_the_markets_best_first() -> None:
    market = days(SPY, [100, 100, 100, 100, 100, 110])
    sectors = {
        XLE: days(XLE, [50, 50, 50, 50, 50, 45]),
        XLK: days(XLK, [200, 200, 200, 200, 200, 230]),
    }

    found = standings(sectors, market, Window.WEEK)

    assert [each.symbol for each in found] == [XLK, XLE]
    assert [each.excess for each in found] == [pytest.approx(5), pytest.approx(-20)]
    assert found[0].change_pct == pytest.approx(15)
    assert found[0].quarter is None, "six sessions say nothing of strength"


def test_only_days_that_both_have_are_compared() -> None:
    market = days(SPY, [100.0] * 8)
    late = days(XLK, [10, 10, 10, 10, 10, 20], skip=2)

    [found] = standings({XLK: late}, market, Window.WEEK)

    assert found.change_pct == pytest.approx(100)


def test_a_sector_with_too_little_history_is_left_out() -> None:
    assert standings({XLK: days(XLK, [1, 2])}, days(SPY, [1.0] * 9), Window.WEEK) == []


def test_strength_and_momentum_are_against_their_own_means() -> None:
    """The ratio is 1 for 50 sessions, then 2 for 10: strength 200 over the mean of 50."""
    market, sector = days(SPY, [100.0] * 60), days(XLK, [100.0] * 50 + [200.0] * 10)

    [found] = standings({XLK: sector}, market, Window.WEEK)

    means = [(50 - twos + 2 * twos) / 50 for twos in range(1, 11)]
    strengths = [200 / mean for mean in means]
    assert found.strength == pytest.approx(strengths[-1])
    assert found.momentum == pytest.approx(100 * strengths[-1] / np.mean(strengths))
    assert found.quarter is Quarter.WEAKENING


@pytest.mark.parametrize(
    ("strength", "momentum", "quarter"),
    [
        (101.0, 100.0, Quarter.LEADING),
        (100.0, 99.9, Quarter.WEAKENING),
        (99.0, 99.0, Quarter.LAGGING),
        (99.9, 100.1, Quarter.IMPROVING),
    ],
)
def test_the_quarter_follows(strength: float, momentum: float, quarter: Quarter) -> None:
    standing = Standing(
        symbol=XLK,
        sector="technology",
        change_pct=0,
        excess=0,
        strength=strength,
        momentum=momentum,
    )

    assert standing.quarter is quarter


def test_the_year_to_date_starts_from_the_last_close_of_the_year_before() -> None:
    times = np.array(
        [
            int(datetime(year, month, day, 14, 30, tzinfo=UTC).timestamp())
            for year, month, day in ((2025, 12, 30), (2025, 12, 31), (2026, 1, 2), (2026, 1, 5))
        ]
    )

    assert first_of(times, Window.YEAR_TO_DATE) == 1
    assert first_of(times[2:], Window.YEAR_TO_DATE) is None
    assert first_of(times, Window.WEEK) is None


async def test_all_eleven_sectors_of_the_market_stand_in_order() -> None:
    now = datetime(2026, 11, 19, 18, tzinfo=UTC)

    found = await map_rotation(market=SimulatedMarket(), as_of=now, window=Window.MONTH)

    assert {each.symbol for each in found.standings} == set(SECTORS)
    excesses = [each.excess for each in found.standings]
    assert excesses == sorted(excesses, reverse=True)
    assert all(each.quarter for each in found.standings)


async def test_nothing_later_than_the_moment_counts() -> None:
    then, market = datetime(2026, 11, 2, 18, tzinfo=UTC), SimulatedMarket()

    one = await map_rotation(market=market, as_of=then, window=Window.MONTH)
    other = await map_rotation(market=market, as_of=then, window=Window.MONTH)

    assert one.standings == other.standings
    last = datetime.fromtimestamp(int(one.benchmark.time[-1]), UTC)
    assert last <= then < last + timedelta(days=3)


async def test_without_the_benchmark_it_is_not_found(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    from app.market.providers.files import FilesMarket

    folder = tmp_path_factory.mktemp("empty")
    (folder / "ACME" / "1d").mkdir(parents=True)
    (folder / "ACME" / "1d" / "bars.csv").write_text(
        "time,open,high,low,close,volume\n2026-11-18,1,1,1,1,1\n", encoding="utf-8"
    )

    with pytest.raises(NotFound):
        await map_rotation(
            market=FilesMarket(folder),
            as_of=datetime(2026, 11, 19, 18, tzinfo=UTC),
            window=Window.WEEK,
        )
