"""A split is said beside the prices that are adjusted for it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from typing_extensions import override

from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.levels.service import map_levels
from app.market.adjustments import split_notes
from app.market.directory import find_instrument
from app.market.providers.simulated import SimulatedMarket
from app.market.vendor import Split

NOW = datetime(2026, 11, 19, 16, 30, tzinfo=UTC)


class Splitting(SimulatedMarket):
    """A market that tells splits, or cannot."""

    told: Sequence[Split] = ()
    failure: Exception | None = None

    @override
    async def splits(self, symbol: Symbol, *, since: date) -> Sequence[Split]:
        if self.failure is not None:
            raise self.failure
        return [each for each in self.told if each.on >= since]


@pytest.fixture
def market() -> Splitting:
    return Splitting(seed=7)


async def _notes(market: Splitting, symbol: str = "NVDA") -> tuple[str, ...]:
    instrument = find_instrument(symbol)
    assert instrument is not None
    return await split_notes(market, instrument, NOW)


@pytest.mark.parametrize(
    ("ratio", "words"), [("10", "10-for-1"), ("1.5", "3-for-2"), ("0.05", "1-for-20")]
)
async def test_a_split_is_said_as_traders_say_it(market: Splitting, ratio: str, words: str) -> None:
    market.told = [Split(date(2026, 6, 10), Decimal(ratio))]

    assert await _notes(market) == (f"Split {words} on 10 Jun 2026: earlier prices are adjusted.",)


async def test_the_latest_comes_first_and_those_ahead_or_long_ago_not_at_all(
    market: Splitting,
) -> None:
    days = (date(2025, 11, 18), date(2026, 2, 2), date(2026, 9, 1), date(2026, 11, 20))
    market.told = [Split(day, Decimal(2)) for day in days]

    assert [note.split(" on ")[1].split(":")[0] for note in await _notes(market)] == [
        "1 Sep 2026",
        "2 Feb 2026",
    ]


async def test_an_index_is_never_split(market: Splitting) -> None:
    market.failure = AssertionError("asked")

    assert await _notes(market, "SPX") == ()


async def test_who_cannot_tell_splits_still_gives_levels(market: Splitting) -> None:
    market.failure = ProviderUnavailable("gone")

    assert (await map_levels("NVDA", market=market, as_of=NOW)).notes == ()


async def test_a_map_of_levels_says_it(market: Splitting) -> None:
    market.told = [Split(date(2026, 11, 2), Decimal(4))]

    [note] = (await map_levels("NVDA", market=market, as_of=NOW)).notes
    assert "4-for-1" in note
