from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.core.errors import InvalidInput, NotFound
from app.core.symbols import Symbol
from app.grounding.ledger import Ledger
from app.market.providers.simulated import SimulatedMarket
from app.scanner.models import Search
from app.scanner.service import run_scan
from app.scanner.setups import Setup
from tools.scanner import scan_market
from tools.scanner_card import TITLES, TOO_FEW, opportunities_card
from widgets.scanner import OpportunitiesCard, OpportunityRow

NOW = datetime(2026, 11, 19, 18, tzinfo=UTC)
FEW = ["AAPL", "AMD", "NVDA", "MSFT", "TSLA", "SPY", "QQQ", "META", "AMZN", "GOOGL", "DIS", "XOM"]


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket()


def number(row: OpportunityRow, name: str) -> Decimal:
    return Decimal(getattr(row, name).value)


async def test_setups_come_with_entry_stop_target_and_what_they_rest_on(
    ask: Any, market: SimulatedMarket
) -> None:
    said = await ask(scan_market, {"limit": 20}, at=NOW, market=market)

    [card] = said.result.cards
    assert isinstance(card, OpportunitiesCard)
    assert len(card.rows) == 20
    for row in card.rows:
        entry, stop, target = (number(row, name) for name in ("entry", "stop", "target"))
        assert (stop < entry < target) == (row.direction == "long")
        assert (stop > entry > target) == (row.direction == "short")
        ratio = abs(target - entry) / abs(entry - stop)
        assert number(row, "reward_to_risk") == pytest.approx(ratio)
        assert row.facts
    assert said.sentence.startswith(said.figures["found"])
    assert f"over {said.figures['scanned']} symbols" in said.sentence
    best = card.rows[0]
    assert (
        f"{best.symbol}, a {best.setup} ({best.direction}): entry {best.entry and best.entry.text}"
        in said.sentence
    )
    assert card.freshness.is_simulated


async def test_what_did_best_comes_first(ask: Any, market: SimulatedMarket) -> None:
    said = await ask(scan_market, {"limit": 20}, at=NOW, market=market)
    rows = said.result.cards[0].rows
    expected = [number(row, "expectation") for row in rows]
    assert expected == sorted(expected, reverse=True)
    assert expected[0] > 0
    assert "First by expectation: " in said.sentence


async def test_what_past_cases_came_to_is_shown(ask: Any, market: SimulatedMarket) -> None:
    said = await ask(scan_market, {"limit": 20}, at=NOW, market=market)
    for row in said.result.cards[0].rows:
        reached, stopped, counted = (
            number(row, name) for name in ("reached", "stopped", "counted")
        )
        assert 0 < reached + stopped <= counted
        assert abs(number(row, "chance") / 100 - reached / counted) < Decimal("0.5")
        assert -1 < number(row, "mean") < 1
        assert number(row, "days") >= 1
    best = said.result.cards[0].rows[0]
    assert (
        f"; {best.reached.text} of {best.counted.text} past cases reached theirs" in said.sentence
    )


async def test_few_past_cases_make_no_chance(ask: Any, market: SimulatedMarket) -> None:
    said = await ask(scan_market, {"symbols": ["TSM", "ZS"], "limit": 20}, at=NOW, market=market)
    card = said.result.cards[0]
    assert card.rows
    assert all(row.chance is None and row.expectation is None for row in card.rows)
    assert "None has past cases enough for a chance" in said.sentence
    assert "not enough cases for a chance: " in said.sentence
    assert TOO_FEW in card.notes


async def test_where_all_lost_in_the_past_none_is_put_forward(
    ask: Any, market: SimulatedMarket
) -> None:
    said = await ask(scan_market, {"setups": ["squeeze_up"]}, at=NOW, market=market)
    card = said.result.cards[0]
    assert len(card.rows) > 1
    assert all(number(row, "expectation") < 0 for row in card.rows)
    assert "every one of them lost on average, so none is put forward" in said.sentence
    assert "First" not in said.sentence


@pytest.mark.parametrize(
    ("arguments", "holds"),
    [
        ({"setups": ["breakout", "golden_cross"]}, lambda row: "breakout" in row.setup or "golden" in row.setup),
        ({"direction": "short"}, lambda row: row.direction == "short"),
        ({"symbols": FEW}, lambda row: row.symbol in FEW),
        ({"max_price": "50"}, lambda row: number(row, "entry") <= 50),
        ({"min_price": "300"}, lambda row: number(row, "entry") >= 300),
        ({"min_reward_to_risk": 2}, lambda row: number(row, "reward_to_risk") >= 2),
    ],
)  # fmt: skip
async def test_a_scan_keeps_to_what_was_asked(
    ask: Any, market: SimulatedMarket, arguments: dict[str, Any], holds: Any
) -> None:
    said = await ask(scan_market, {**arguments, "limit": 20}, at=NOW, market=market)
    assert all(holds(row) for row in said.result.cards[0].rows)


async def test_a_sector_is_scanned_alone(ask: Any, market: SimulatedMarket) -> None:
    said = await ask(scan_market, {"sector": "semiconductors"}, at=NOW, market=market)
    everything = await ask(scan_market, {}, at=NOW, market=market)
    assert 3 < int(said.figures["scanned"]) < int(everything.figures["scanned"]) / 4


async def test_nothing_found_is_said_and_drawn_as_nothing(
    ask: Any, market: SimulatedMarket
) -> None:
    said = await ask(
        scan_market, {"symbols": ["SPY"], "min_reward_to_risk": 99}, at=NOW, market=market
    )
    assert said.sentence == (
        "None of these setups stands now, over 1 symbol, with a reward to risk from 99."
    )
    assert said.result.cards[0].rows == ()


async def test_what_cannot_be_found_is_refused_with_a_reason(
    ask: Any, market: SimulatedMarket
) -> None:
    with pytest.raises(InvalidInput, match="`min_price` is above `max_price`"):
        await ask(scan_market, {"min_price": "9", "max_price": "8"}, at=NOW, market=market)
    with pytest.raises(InvalidInput, match="No listed stock belongs to a sector"):
        await ask(scan_market, {"sector": "llamas"}, at=NOW, market=market)
    with pytest.raises(NotFound):
        await ask(scan_market, {"symbols": ["ZZZZZ"]}, at=NOW, market=market)


async def test_a_symbol_that_does_not_exist_is_left_out_by_name(
    ask: Any, market: SimulatedMarket
) -> None:
    said = await ask(scan_market, {"symbols": ["AAPL", "ZZZZZ"]}, at=NOW, market=market)
    assert said.figures["scanned"] == "1"
    (note,) = [each for each in said.result.cards[0].notes if "ZZZZZ" in each]
    assert note.startswith("Left out: ZZZZZ: ")
    assert "no bars" not in note


async def test_a_past_scan_sees_no_later_bar(ask: Any, market: SimulatedMarket) -> None:
    then = datetime(2026, 9, 15, 20, 5, tzinfo=UTC)
    past = await ask(scan_market, {"as_of": then.isoformat()}, at=NOW, market=market)
    lived = await ask(scan_market, {}, at=then, market=market)

    assert past.sentence == lived.sentence
    assert past.result.cards[0].freshness.is_frozen


def test_every_setup_has_its_words() -> None:
    assert set(TITLES) == set(Setup)


async def test_a_condition_filters_and_names_who_meets_it(
    ask: Any, market: SimulatedMarket
) -> None:
    above = await ask(
        scan_market, {"symbols": FEW, "where": "close > sma(200)"}, at=NOW, market=market
    )
    below = await ask(
        scan_market, {"symbols": FEW, "where": "not close > sma(200)"}, at=NOW, market=market
    )

    counts = [int(said.figures["passing"]) for said in (above, below)]
    assert sum(counts) == len(FEW)
    assert 0 < counts[0] < len(FEW)
    assert f"{counts[0]} symbols meet the condition: " in above.sentence
    named = above.sentence.partition("condition: ")[2].partition(".")[0].split(", ")
    assert len(named) == counts[0]
    assert all(row.symbol in named for row in above.result.cards[0].rows)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("rsi(14 < 30", "parenthesis"),
        ("close", "compare it"),
        ("rsi(14, 5m) < 30", "A filter reads daily bars"),
        ("net_delta > 200", "not among them"),
        ("__import__('os')", "."),
    ],
)
async def test_a_condition_that_cannot_be_asked_is_refused(
    ask: Any, market: SimulatedMarket, where: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        await ask(scan_market, {"symbols": FEW, "where": where}, at=NOW, market=market)


async def test_a_card_says_of_how_many_the_market_cap_is_not_known(
    ask: Any, market: SimulatedMarket
) -> None:
    asked = {"symbols": [*FEW], "where": "market_cap >= $10B"}
    said = await ask(scan_market, asked, at=NOW, market=market)
    notes = said.result.cards[0].notes
    assert "2 of 12 have no market cap that is known here; they are left out." in notes
    assert any("has no dates" in note for note in notes)


async def test_the_bounds_of_a_scan_are_said_and_in_its_title(
    ask: Any, market: SimulatedMarket
) -> None:
    asked = {
        "min_price": "10",
        "max_price": "1500",
        "min_reward_to_risk": 2,
        "where": "rsi(14) < 60",
    }
    said = await ask(scan_market, {"symbols": FEW, **asked}, at=NOW, market=market)

    assert said.result.cards[0].title == (
        "all setups, price from 10, price up to 1,500, reward to risk from 2, RSI(14) is below 60"
    )
    bounds = "over 12 symbols, priced from 10 up to 1,500, with a reward to risk from 2"
    assert bounds in said.sentence


async def test_a_find_without_a_bar_of_the_last_session_says_so(market: SimulatedMarket) -> None:
    search = Search(symbols=(Symbol("TSM"), Symbol("ZS")))
    found = await run_scan(search, market=market, as_of=NOW)
    halted = found.found[0].instrument.symbol
    for late, is_noted in (((halted,), True), ((), False)):
        book = Ledger().open(call_id="call", tool="scan_market")
        card = await opportunities_card(
            book, replace(found, halted=late), found.found, title="", market=market
        )
        noted = f"Without a bar of the last session, so judged by the one before: {halted}."
        assert (noted in card.notes) is is_noted
