"""Setups on options on the simulated market: what is said, drawn and asked by a click."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.chat.option_actions import asked
from app.grounding.answer import Writer
from app.market.providers.simulated import SimulatedMarket
from app.scanner.option_setups import OptionSetup
from tools import TOOLBOX
from tools.option_scans import scan_options
from tools.option_scans_card import TITLES
from tools.structures import analyze_structure
from widgets.option_scans import OptionScanCard, OptionScanRow

NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(seed=7)


def fact(row: OptionScanRow, label: str) -> str:
    return next(each.number.value for each in row.facts if each.label == label)


async def test_a_spread_comes_with_its_figures_and_its_analysis_says_the_same(
    ask: Any, market: SimulatedMarket
) -> None:
    said = await ask(scan_options, {"setups": ["iron_condor"], "symbols": ["AMD"], "min_probability": 0}, at=NOW, market=market)  # fmt: skip

    [card] = said.result.cards
    assert isinstance(card, OptionScanCard)
    [row] = card.rows
    call = asked({"tool": row.tool, "arguments": row.arguments}, TOOLBOX)
    assert call.tool == "analyze_structure"
    analysis = await ask(analyze_structure, call.arguments, at=NOW, market=market)
    [structure] = analysis.result.cards
    assert structure.odds.value == fact(row, "Chance of profit")
    assert structure.worst.value == fact(row, "Most it loses")
    assert structure.best.value == fact(row, "Most it makes")
    assert said.sentence.startswith("The market is simulated. ")
    assert any("computed" in note and "no forecast" in note for note in card.notes)


@pytest.mark.parametrize(
    "arguments",
    [
        {"symbols": ["AMD", "SPY"], "min_iv_rank": 0, "min_probability": 0},
        {"symbols": ["AMD"], "setups": ["iv_rank_high"], "earnings_behind": True, "min_iv_rank": 0},
        {"symbols": ["AMD"], "setups": ["post_earnings_crush"]},
        {"symbols": ["AMD"], "setups": ["unusual_options"]},
    ],
    ids=["all", "rank", "crush", "unusual"],
)
async def test_every_number_of_a_sentence_is_bound(
    ask: Any, market: SimulatedMarket, arguments: dict[str, Any]
) -> None:
    said = await ask(scan_options, arguments, at=NOW, market=market)
    writer = Writer(said.ledger, now=NOW)
    writer.feed(said.result.sentence)
    writer.close()
    assert writer.report.unbound == ()
    assert writer.report.numbers > 0


async def test_what_the_simulated_market_cannot_tell_is_said(
    ask: Any, market: SimulatedMarket
) -> None:
    crush = await ask(scan_options, {"symbols": ["AMD"], "setups": ["post_earnings_crush"]}, at=NOW, market=market)  # fmt: skip
    behind = await ask(scan_options, {"symbols": ["AMD"], "setups": ["bull_put"], "earnings_behind": True}, at=NOW, market=market)  # fmt: skip
    assert "This cannot be judged" in crush.sentence
    assert any("do not report" in note for note in crush.result.cards[0].notes)
    assert "Whether reports are behind them is not known here" in behind.sentence


async def test_a_past_scan_sees_nothing_later(ask: Any, market: SimulatedMarket) -> None:
    then = datetime(2026, 9, 15, 18, 0, tzinfo=UTC)
    arguments = {"symbols": ["AMD"], "min_iv_rank": 0, "min_probability": 0}
    past = await ask(scan_options, {**arguments, "as_of": then.isoformat()}, at=NOW, market=market)
    lived = await ask(scan_options, arguments, at=then, market=market)

    assert past.sentence == lived.sentence
    assert past.result.cards[0].freshness.is_frozen
    assert all("as_of" in row.arguments for row in past.result.cards[0].rows)


async def test_least_chance_and_limit_are_kept(ask: Any, market: SimulatedMarket) -> None:
    symbols = ["AMD", "SPY", "QQQ", "NVDA"]
    said = await ask(scan_options, {"symbols": symbols, "setups": ["bear_call"], "min_probability": 80, "limit": 2}, at=NOW, market=market)  # fmt: skip
    rows = said.result.cards[0].rows
    assert len(rows) <= 2
    assert all(Decimal(fact(row, "Chance of profit")) >= 80 for row in rows)


def test_every_setup_has_its_words() -> None:
    assert set(TITLES) == set(OptionSetup)
