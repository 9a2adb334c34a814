from datetime import UTC, datetime
from typing import Any

import pytest

from app.core.errors import InvalidInput, NotFound
from app.market.providers.simulated import SimulatedMarket
from tools.quotes import get_quote
from widgets.quotes import QuoteCard

SATURDAY = datetime(2026, 11, 21, 17, tzinfo=UTC)


async def test_a_quote_is_the_price_its_change_and_the_range_so_far(ask: Any) -> None:
    said = await ask(get_quote, {"symbol": "acme"})
    assert said.sentence == (
        "ACME is at 104.00, +4.00 (+4.00%) from the previous close, at 10:31 ET on Friday 20 November"
        " 2026. The day's range: 100.00 to 105.00."
    )


async def test_a_gap_is_measured_from_the_close_before_to_the_open(ask: Any) -> None:
    said = await ask(get_quote, {"symbol": "ACME"})
    assert said.figures["gap"] == "+1.00"
    assert said.figures["gap_pct"] == "+1.00%"


async def test_volume_counts_regular_hours_only(ask: Any) -> None:
    said = await ask(get_quote, {"symbol": "ACME"})
    assert said.figures["volume"] == "5,000"


async def test_a_finished_session_is_told_by_its_close(ask: Any) -> None:
    said = await ask(get_quote, {"symbol": "ACME", "date": "2026-11-19"})
    assert said.sentence.startswith("ACME closed at 100.00 on Thursday 19 November 2026")
    assert said.figures["high"] == "104.00"


async def test_the_running_session_asked_by_its_date_has_not_closed(ask: Any) -> None:
    said = await ask(get_quote, {"symbol": "ACME", "date": "2026-11-20"})
    assert said.sentence.startswith("ACME is at 104.00")


async def test_a_day_without_a_session_names_the_one_before(ask: Any) -> None:
    with pytest.raises(NotFound, match=r"Thanksgiving.*Wednesday 25 November 2026"):
        await ask(get_quote, {"symbol": "ACME", "date": "2026-11-26"})


async def test_a_day_to_come_has_no_price(ask: Any) -> None:
    with pytest.raises(InvalidInput, match="has not traded yet"):
        await ask(get_quote, {"symbol": "ACME", "date": "2026-11-23"})


async def test_what_short_history_cannot_tell_is_a_dash_with_its_reason(ask: Any) -> None:
    said = await ask(get_quote, {"symbol": "ACME"})
    [card] = said.result.cards
    assert isinstance(card, QuoteCard)
    absent = {each.label: each.absent_because for each in card.statistics if each.number is None}
    assert absent == dict.fromkeys(
        ("Average volume", "52-week high", "52-week low"), "not enough history"
    )


async def test_the_card_shows_the_figures_of_the_sentence(ask: Any) -> None:
    said = await ask(get_quote, {"symbol": "ACME"})
    [card] = said.result.cards
    assert card.last.text == "104.00"
    assert card.last.figure == "a1"
    assert card.change_pct.text == "+4.00%"


async def test_an_index_has_points_and_no_volume(ask: Any) -> None:
    said = await ask(get_quote, {"symbol": "^SPX"}, market=SimulatedMarket())
    [card] = said.result.cards
    assert card.last.unit == "points"
    assert not any("olume" in each.label for each in card.statistics)


async def test_simulated_prices_say_so_on_the_card(ask: Any) -> None:
    said = await ask(get_quote, {"symbol": "bitcoin"}, at=SATURDAY, market=SimulatedMarket())
    [card] = said.result.cards
    assert card.symbol == "BTC/USD"
    assert card.freshness.is_simulated


async def test_a_typing_error_is_answered_with_what_is_near(ask: Any) -> None:
    with pytest.raises(NotFound) as refused:
        await ask(get_quote, {"symbol": "APPL"}, market=SimulatedMarket())
    assert refused.value.suggestions[0] == "AAPL"


async def test_arguments_that_make_no_sense_are_named(ask: Any) -> None:
    with pytest.raises(InvalidInput, match="`symbol`"):
        await ask(get_quote, {"symbol": "not a ticker at all"})
    with pytest.raises(InvalidInput, match="`colour`"):
        await ask(get_quote, {"symbol": "ACME", "colour": "red"})


@pytest.mark.parametrize("as_of", ["2026-11-20T10:31", "2026-11-20T15:31:00Z"])
async def test_a_moment_without_an_offset_is_new_yorks(ask: Any, as_of: str) -> None:
    said = await ask(get_quote, {"symbol": "ACME", "as_of": as_of})
    assert said.sentence.startswith("ACME was at 104.00")
    before = await ask(get_quote, {"symbol": "ACME", "as_of": "2026-11-20 10:00"})
    assert before.sentence.startswith("ACME was at 102.00")


async def test_rows_that_were_left_out_are_said_on_the_card(
    ask: Any, files: Any, tmp_path: Any
) -> None:
    with (tmp_path / "ACME" / "1m" / "bars.csv").open("a", encoding="utf-8") as rows:
        rows.write("2026-11-20T10:31:00-05:00,104,90,110,104,10\n")
    said = await ask(get_quote, {"symbol": "ACME"})
    assert said.figures["last"] == "104.00"
    assert "line 7" in said.result.cards[0].notes[0]
