from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from app.macro.rotation import SECTORS
from app.market.providers.simulated import SimulatedMarket
from tools.macro import get_calendar, get_sector_rotation
from widgets.macro import CalendarCard, SectorRotationCard

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


async def test_the_next_event_is_told_with_its_days(ask: Any) -> None:
    said = await ask(get_calendar, {"kinds": ["fed", "expiry"], "days": 40}, at=NOW)

    [card] = said.result.cards
    assert isinstance(card, CalendarCard)
    assert [(row.kind, row.date.isoformat()) for row in card.rows] == [
        ("expiry", "2026-11-20"),
        ("fed", "2026-12-09"),
        ("expiry", "2026-12-18"),
    ]
    assert said.sentence == (
        "Next: monthly options expiry, Friday 20 November 2026, tomorrow. Then: Fed interest rate "
        "decision, Wednesday 9 December 2026 at 14:00 ET, in 20 days; quarterly options and "
        "futures expiry, Friday 18 December 2026, in 29 days."
    )
    assert "Earnings dates" in card.notes[0]


async def test_what_nobody_scheduled_is_said(ask: Any) -> None:
    said = await ask(get_calendar, {"kinds": ["fed"], "days": 5}, at=NOW)

    assert said.sentence.startswith("Nothing of that kind is scheduled in that time.")
    assert said.result.cards[0].rows == ()
