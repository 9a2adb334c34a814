"""`get_indicators` on the simulated market: readings in words and on the card."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.core.clock import FrozenClock
from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.grounding.ledger import Ledger
from app.grounding.references import fill
from app.indicators.formulas import sma
from app.market.providers.simulated import SimulatedMarket
from tools.base import ToolContext, ToolResult
from tools.indicators import USUAL, get_indicators
from widgets.indicators import IndicatorsCard

MARKET = SimulatedMarket(seed=7)
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


async def ask(arguments: dict[str, Any], at: datetime = NOON) -> tuple[ToolResult, str, Ledger]:
    ledger = Ledger()
    book = ledger.open(call_id="call", tool="get_indicators")
    context = ToolContext(market=MARKET, clock=FrozenClock(at), book=book, ledger=ledger)
    result = await get_indicators.call(arguments, context)
    return result, fill(result.sentence, ledger), ledger


def card_of(result: ToolResult) -> IndicatorsCard:
    [card] = result.cards
    assert isinstance(card, IndicatorsCard)
    return card


def value_of(ledger: Ledger, path: str) -> Decimal:
    return next(figure.value for figure in ledger if figure.path == path)


@pytest.mark.parametrize("example", get_indicators.examples, ids=lambda example: example.question)
async def test_every_example_is_answered_without_a_hole(example: Any) -> None:
    result, sentence, _ = await ask(dict(example.arguments))
    assert "{" not in sentence
    assert "⚠" not in sentence
    assert card_of(result).readings


async def test_an_average_says_how_far_the_price_is_from_it() -> None:
    _, sentence, ledger = await ask({"symbol": "GOOGL", "indicators": ["50 day"]})
    side = "above" if value_of(ledger, "last") > value_of(ledger, "sma50") else "below"
    assert f"{side} its 50-day average of " in sentence


async def test_the_forming_bar_counts_as_on_a_chart() -> None:
    result, _, ledger = await ask({"symbol": "AAPL", "indicators": ["sma20"]})
    bars = await MARKET.bars(
        Symbol("AAPL"),
        Timeframe.D1,
        start=datetime(2026, 9, 1, tzinfo=UTC),
        end=NOON,
        as_of=NOON,
    )
    assert bars.is_forming
    assert float(value_of(ledger, "sma20")) == pytest.approx(sma(bars.close, 20)[-1], abs=1e-9)
    assert any("still forming" in note for note in card_of(result).notes)


async def test_several_lines_are_named() -> None:
    result, sentence, ledger = await ask({"symbol": "BABA", "indicators": ["macd"]})
    [reading] = card_of(result).readings
    assert [name for name, _ in reading.parts] == ["line", "signal", "histogram"]
    assert value_of(ledger, "macd(12,26,9).signal")
    assert "its signal" in sentence


async def test_nothing_named_gives_the_usual_ones() -> None:
    result, _, _ = await ask({"symbol": "META"})
    assert len(card_of(result).readings) == len(USUAL)


async def test_what_has_not_enough_history_is_absent_and_says_so() -> None:
    result, sentence, ledger = await ask(
        {"symbol": "SPY", "timeframe": "1mo", "indicators": ["sma200"]}
    )
    [reading] = card_of(result).readings
    assert reading.number is None
    assert "SMA200 needs 200 bars; there are " in sentence
    assert [figure.path for figure in ledger] == ["last"]


async def test_an_index_has_no_volume_for_vwap() -> None:
    _, sentence, _ = await ask({"symbol": "SPX", "indicators": ["vwap"]})
    assert sentence == "VWAP needs volume, and SPX has none."


async def test_the_usual_atr_is_known_to_expressions() -> None:
    _, _, ledger = await ask({"symbol": "NVDA", "indicators": ["atr"]})
    assert value_of(ledger, "atr") > 0


async def test_an_unknown_indicator_lists_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match=r"rsi\(14\)"):
        await ask({"symbol": "SPY", "indicators": ["ichimoku"]})


async def test_an_average_of_weeks_says_that_it_counts_the_running_one() -> None:
    _, running, _ = await ask({"symbol": "SPY", "timeframe": "1w", "indicators": ["ema50"]})
    assert " its 50-week exponential average with this week of " in running
    saturday = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
    _, finished, _ = await ask(
        {"symbol": "SPY", "timeframe": "1w", "indicators": ["ema50"]}, saturday
    )
    assert " its 50-week exponential average of " in finished


@pytest.mark.parametrize("timeframe", ["5m", "1d", "1w"])
async def test_a_card_on_a_saturday_shows_when_its_price_was_made(timeframe: str) -> None:
    saturday = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
    result, _, _ = await ask({"symbol": "SPY", "timeframe": timeframe}, saturday)
    shown = card_of(result).freshness
    assert shown.as_of == datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
    assert (shown.asked_at, shown.session) == (saturday, "closed")
