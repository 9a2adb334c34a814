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
