"""After the close: the session's volatility of what is watched, over a market that is real."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from typing_extensions import override

from app.core.clock import FrozenClock
from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.market.chains import OptionChain
from app.market.models import Provider
from app.market.providers.simulated import SimulatedMarket
from app.options.records import StoredRecords
from workers.runner import JobContext
from workers.volatility import record

SPY, QQQ = Symbol("SPY"), Symbol("QQQ")
FRIDAY = date(2026, 11, 20)
CLOSE = datetime(2026, 11, 20, 21, tzinfo=UTC)
EVENING = CLOSE + timedelta(minutes=20)
TOLD = Provider(name="Told")


class ToldMarket(SimulatedMarket):
    """The simulated market as a provider that is real, which counts what it is asked for."""

    def __init__(self, *failing: Symbol) -> None:
        super().__init__(seed=7)
        self.asked: list[Symbol] = []
        self._failing = failing

    @property
    @override
    def provider(self) -> Provider:
        return TOLD

    @override
    async def option_chain(
        self, symbol: Symbol, *, expiry: date | None = None, as_of: datetime
    ) -> OptionChain:
        self.asked.append(symbol)
        if symbol in self._failing:
            raise ProviderUnavailable("Told does not answer.")
        chain = await super().option_chain(symbol, expiry=expiry, as_of=as_of)
        return replace(chain, provider=TOLD, as_of=as_of)


def at_work(
    database: Database, market: SimulatedMarket, *watched: str, at: datetime = EVENING
) -> JobContext:
    return JobContext(database, FrozenClock(at), market, watched)


async def days_of(database: Database, symbol: Symbol) -> list[tuple[date, datetime]]:
    found = await StoredRecords(database).between(symbol, date(2026, 1, 1), date(2026, 12, 31))
    return [(each.day, each.at) for each in found]


async def test_after_the_close_each_watched_symbol_has_its_record(database: Database) -> None:
    market = ToldMarket()
    await record(at_work(database, market, "SPY", "QQQ"))

    assert await days_of(database, SPY) == [(FRIDAY, EVENING)]
    assert await days_of(database, QQQ) == [(FRIDAY, EVENING)]


async def test_an_hour_later_only_what_is_missing_is_asked_for(database: Database) -> None:
    await record(at_work(database, ToldMarket(QQQ), "QQQ", "SPY"))
    market = ToldMarket()
    await record(at_work(database, market, "QQQ", "SPY", at=EVENING + timedelta(hours=1)))

    assert market.asked == [QQQ]
    assert await days_of(database, SPY) == [(FRIDAY, EVENING)]
    assert await days_of(database, QQQ) == [(FRIDAY, EVENING + timedelta(hours=1))]


async def test_a_record_of_noon_gives_way_to_the_close(database: Database) -> None:
    market = ToldMarket()
    instrument = await market.instrument(SPY)
    from app.options.past import remember, volatility_day

    noon = CLOSE - timedelta(hours=4)
    chain = await market.option_chain(SPY, as_of=noon)
    found = await volatility_day(market, instrument, chain, rate=0.04)
    assert await remember(StoredRecords(database), found)
    await record(at_work(database, market, "SPY"))

    assert await days_of(database, SPY) == [(FRIDAY, EVENING)]


async def test_what_lists_no_options_keeps_no_other_from_its_record(database: Database) -> None:
    await record(at_work(database, ToldMarket(), "XQZW", "BTC/USD", "SPY"))

    assert await days_of(database, SPY) == [(FRIDAY, EVENING)]


@pytest.mark.parametrize(
    "at",
    [CLOSE - timedelta(minutes=40), CLOSE + timedelta(hours=7), CLOSE + timedelta(days=1)],
    ids=["open", "night", "Saturday"],
)
async def test_at_other_times_nothing_is_asked_for(database: Database, at: datetime) -> None:
    market = ToldMarket()
    await record(at_work(database, market, "SPY", at=at))

    assert market.asked == []


async def test_a_simulated_market_leaves_no_record(database: Database) -> None:
    await record(at_work(database, SimulatedMarket(seed=7), "SPY"))

    assert await days_of(database, SPY) == []
