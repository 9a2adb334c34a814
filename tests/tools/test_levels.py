"""`get_key_levels` on the simulated market: the sentence, the figures and the ladder."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.core.clock import FrozenClock
from app.core.errors import InvalidInput, NotFound
from app.grounding.ledger import Ledger
from app.grounding.references import fill
from app.market.providers.simulated import SimulatedMarket
from tools.base import ToolContext, ToolResult
from tools.levels import get_key_levels
from widgets.levels import LevelsCard

MARKET = SimulatedMarket(seed=7)
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


async def ask(arguments: dict[str, Any], at: datetime = NOON) -> tuple[ToolResult, str, Ledger]:
    """The result, its sentence with its numbers filled in, and the figures."""
    ledger = Ledger()
    book = ledger.open(call_id="call", tool="get_key_levels")
    context = ToolContext(market=MARKET, clock=FrozenClock(at), book=book, ledger=ledger)
    result = await get_key_levels.call(arguments, context)
    return result, fill(result.sentence, ledger), ledger


def card_of(result: ToolResult) -> LevelsCard:
    [card] = result.cards
    assert isinstance(card, LevelsCard)
    return card


def text_of(ledger: Ledger, path: str) -> str:
    return next(figure.text() for figure in ledger if figure.path == path)


async def test_a_level_asked_for_is_answered_first() -> None:
    result, sentence, ledger = await ask({"symbol": "SPX", "names": ["PDH"]})
    assert sentence.startswith(
        f"PDH of SPX is {text_of(ledger, 'PDH')} (Thursday 19 November's high), "
    )
    assert f"the last price {text_of(ledger, 'last')}" in sentence
    assert text_of(ledger, "PDH.distance_atr").lstrip("+−") in sentence
    highlighted = [rung.name for rung in card_of(result).rungs if rung.is_highlighted]
    assert highlighted == ["PDH"]


@pytest.mark.parametrize("example", get_key_levels.examples, ids=lambda example: example.question)
async def test_every_example_is_answered_without_a_hole(example: Any) -> None:
    result, sentence, _ = await ask(dict(example.arguments))
    assert "{" not in sentence
    assert "⚠" not in sentence
    assert card_of(result).symbol == example.arguments["symbol"]


async def test_the_whole_map_says_what_the_price_stands_between() -> None:
    result, sentence, _ = await ask({"symbol": "MSFT"})
    rungs = card_of(result).rungs
    above = [rung for rung in rungs if rung.side == "above"][-1]
    below = next(rung for rung in rungs if rung.side == "below")
    assert f"between {above.name} at {above.price.text} " in sentence
    assert f" and {below.name} at {below.price.text} " in sentence


async def test_the_ladder_runs_from_high_to_low_and_every_number_has_its_figure() -> None:
    result, _, ledger = await ask({"symbol": "AMD"})
    card = card_of(result)
    prices = [float(rung.price.value) for rung in card.rungs]
    assert prices == sorted(prices, reverse=True)
    assert len(card.rungs) >= 30
    for rung in card.rungs:
        for number in (
            rung.price,
            rung.distance,
            rung.distance_pct,
            rung.distance_atr,
            rung.tested,
        ):
            if number is None:
                assert (rung.kind, rung.tested) == ("profile", None)
                continue
            figure = ledger.find(number.figure)
            assert figure is not None
            assert figure.text(with_unit=False) == number.text.removesuffix("%").removesuffix(
                " ATR"
            )
    assert [rung.is_nearest for rung in card.rungs].count(True) == 1
    assert card.freshness.is_simulated
    assert not card.freshness.is_frozen


async def test_an_index_has_no_premarket_and_its_fund_is_named() -> None:
    _, sentence, _ = await ask({"symbol": "SPX", "names": ["PMH", "PML"]})
    assert "SPX has no premarket" in sentence
    assert "SPY, the fund that follows it, has one." in sentence


async def test_a_pair_of_extremes_is_told_as_a_range() -> None:
    _, sentence, ledger = await ask({"symbol": "AMZN", "names": ["PMH", "PML"]})
    low, high = text_of(ledger, "PML"), text_of(ledger, "PMH")
    assert sentence.startswith(f"The premarket range of AMZN is {low} to {high} (")


async def test_vwap_is_answered_with_over_or_under() -> None:
    _, sentence, ledger = await ask({"symbol": "NFLX", "names": ["vwap"]})
    distance = next(figure.value for figure in ledger if figure.path == "VWAP.distance")
    assert (
        f"{'above' if distance < 0 else 'below'} its VWAP of {text_of(ledger, 'VWAP')}" in sentence
    )


async def test_a_price_is_placed_between_its_levels() -> None:
    _, sentence, ledger = await ask({"symbol": "MSFT", "price": "412.50"})
    assert sentence.startswith("412.50 on MSFT ")
    assert text_of(ledger, "last") in sentence
    last = next(figure.value for figure in ledger if figure.path == "last")
    exact = await ask({"symbol": "MSFT", "price": str(last)})
    assert "That is the last price." in exact[1]


async def test_pivots_name_their_method() -> None:
    result, sentence, _ = await ask({"symbol": "QQQ", "names": ["S1", "S2"], "pivot": "fibonacci"})
    assert "fibonacci pivots: S1 at " in sentence
    assert card_of(result).pivot_method == "fibonacci"
    _, absent, _ = await ask({"symbol": "QQQ", "names": ["R5"], "pivot": "fibonacci"})
    assert absent == "Fibonacci pivots have no R5."


async def test_a_past_moment_is_dated_and_the_card_stands_still() -> None:
    result, sentence, _ = await ask({"symbol": "SPX", "as_of": "2026-11-17T15:45:00Z"})
    assert sentence.startswith("On Tuesday 17 November 2026, 10:45 ET: SPX is at ")
    assert card_of(result).freshness.is_frozen


async def test_a_half_day_is_looked_at_as_of_its_early_close() -> None:
    result, sentence, _ = await ask({"symbol": "SPY", "date": "2025-11-28"})
    assert sentence.startswith("On Friday 28 November 2025, 13:00 ET: ")
    assert "Friday 28 November is a half day: it closes at 13:00 ET." in card_of(result).notes


async def test_a_day_too_far_ahead_says_when_it_is_known() -> None:
    with pytest.raises(InvalidInput, match="known once that has closed at 16:00 ET"):
        await ask({"symbol": "SPY", "date": "2026-11-27"})


async def test_a_name_of_another_period_brings_its_map() -> None:
    result, sentence, _ = await ask({"symbol": "IWM", "names": ["last week's high"]})
    assert sentence.startswith("PWH of IWM is ")
    assert card_of(result).title.startswith("levels of the week")


async def test_names_of_different_maps_are_not_mixed() -> None:
    with pytest.raises(InvalidInput, match="different maps"):
        await ask({"symbol": "IWM", "names": ["PWH", "PMoH"]})


async def test_an_unknown_level_lists_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match="PDH, PDL, PDC"):
        await ask({"symbol": "SPY", "names": ["golden pocket"]})


async def test_an_unknown_symbol_has_suggestions() -> None:
    with pytest.raises(NotFound) as caught:
        await ask({"symbol": "APPL"})
    assert "AAPL" in caught.value.suggestions


async def test_the_atr_may_be_asked_for_among_levels() -> None:
    _, sentence, ledger = await ask({"symbol": "NVDA", "names": ["ATR"]})
    assert sentence.startswith(f"The ATR(14) of NVDA is {text_of(ledger, 'atr')}, ")


async def test_periods_and_methods_are_understood_as_they_are_said() -> None:
    result, _, _ = await ask({"symbol": "IWM", "period": "weekly", "pivot": "fib"})
    assert card_of(result).title.startswith("levels of the week")
    assert card_of(result).pivot_method == "fibonacci"


async def test_a_volume_profile_says_where_most_traded_and_where_the_price_stands() -> None:
    result, sentence, ledger = await ask(
        {"symbol": "NVDA", "names": ["profile"], "profile": "month"}
    )
    assert sentence.startswith(
        f"Volume profile of NVDA, the month so far: most traded at POC {text_of(ledger, 'POC')}; "
        f"the value area is between VAL {text_of(ledger, 'VAL')} and VAH {text_of(ledger, 'VAH')} ("
    )
    assert f"{text_of(ledger, 'profile.share')} of the volume" in sentence
    assert f"The last price {text_of(ledger, 'last')} is " in sentence
    card = card_of(result)
    assert card.profile == "month"
    assert any(
        note.startswith("Volume profile of the month so far, in rows of ") for note in card.notes
    )
    assert {rung.name for rung in card.rungs if rung.kind == "profile"} == {"POC", "VAH", "VAL"}


async def test_the_point_of_control_alone_is_a_level_like_others() -> None:
    _, sentence, ledger = await ask({"symbol": "SPY", "names": ["POC"]})
    assert sentence.startswith(
        f"POC of SPY is {text_of(ledger, 'POC')} (point of control of the session so far), "
    )


async def test_an_index_has_no_profile_and_its_fund_is_named() -> None:
    _, sentence, _ = await ask({"symbol": "SPX", "names": ["POC"]})
    assert sentence == (
        "SPX has no volume, so it has no volume profile. SPY, the fund that follows it, has one."
    )


@pytest.mark.parametrize("period", ["week", "month"])
async def test_maps_of_weeks_and_months_are_named_with_their_long_averages(period: str) -> None:
    _, sentence, ledger = await ask({"symbol": "QQQ", "period": period})
    last = text_of(ledger, "last")
    assert sentence.startswith(f"QQQ is at {last} on the {period}ly map, between ")
    assert "Averages of weeks: EMA" in sentence
    for name in ("EMA50W", "EMA200W"):
        assert sentence.count(f"{name} at {text_of(ledger, name)} (") == 1


async def test_an_average_of_weeks_brings_the_weeks_map_unless_the_months_was_asked_for() -> None:
    result, sentence, ledger = await ask({"symbol": "IWM", "names": ["200 week ema"]})
    assert f"its EMA200W of {text_of(ledger, 'EMA200W')}" in sentence
    assert card_of(result).title.startswith("levels of the week")
    result, _, _ = await ask({"symbol": "IWM", "names": ["EMA200W"], "period": "month"})
    assert card_of(result).title == "levels of November 2026"


async def test_an_unknown_window_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidInput, match="day, previous, week, month, 3m, 1y"):
        await ask({"symbol": "SPY", "profile": "fortnight"})


async def test_the_card_shows_when_its_price_was_made_and_what_it_answers_for() -> None:
    saturday = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
    result, _, _ = await ask({"symbol": "SPX"}, saturday)
    shown = card_of(result).freshness
    assert shown.as_of == datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
    assert (shown.asked_at, shown.session) == (saturday, "closed")
