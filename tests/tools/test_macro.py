from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from app.macro.rotation import SECTORS
from app.market.providers.simulated import SimulatedMarket
from tools.macro import get_sector_rotation
from widgets.macro import SectorRotationCard

NOW = datetime(2026, 11, 19, 18, tzinfo=UTC)


async def test_the_strongest_and_the_weakest_are_named_and_all_are_shown(ask: Any) -> None:
    said = await ask(get_sector_rotation, {"window": "3m"}, at=NOW, market=SimulatedMarket())

    [card] = said.result.cards
    assert isinstance(card, SectorRotationCard)
    assert {row.symbol for row in card.rows} == set(SECTORS)
    excesses = [Decimal(row.excess.value) for row in card.rows]
    assert excesses == sorted(excesses, reverse=True)
    assert said.sentence.startswith("Over the last three months SPY has moved ")
    assert f"Strongest against it: {card.rows[0].sector} ({card.rows[0].symbol})" in said.sentence
    assert f"Weakest: {card.rows[-1].sector} ({card.rows[-1].symbol})" in said.sentence
    assert card.freshness.is_simulated


async def test_a_sector_is_not_called_strong_and_weak_in_one_answer(ask: Any) -> None:
    for window in ("1d", "1w", "1m", "3m", "6m", "1y", "ytd"):
        said = await ask(get_sector_rotation, {"window": window}, at=NOW, market=SimulatedMarket())
        strongest = {row.sector for row in said.result.cards[0].rows[:3]}
        gaining = said.sentence.partition("but gaining: ")[2]
        assert not any(sector in gaining for sector in strongest)


async def test_a_sector_that_is_named_is_told_first_with_its_distance_to_the_market(
    ask: Any,
) -> None:
    said = await ask(get_sector_rotation, {"sector": "tech"}, at=NOW, market=SimulatedMarket())

    side = "ahead of" if said.figures["XLK.excess"].startswith("+") else "behind"
    assert said.sentence.startswith(
        f"Technology (XLK) is {side} SPY over the last month, {said.figures['XLK.excess']}"
    )


async def test_what_is_no_sector_is_said(ask: Any) -> None:
    said = await ask(get_sector_rotation, {"sector": "llamas"}, at=NOW, market=SimulatedMarket())

    assert said.sentence.startswith("There is no sector fund by the name of llamas here.")
