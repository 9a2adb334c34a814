"""Options tools on the simulated market: what they say, and what they refuse."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from app.core.errors import InvalidInput, NotFound
from app.core.symbols import Symbol
from app.grounding.answer import Writer
from app.macro.sources.files import FilesSource
from app.market.chains import OptionChain
from app.market.providers.simulated import SimulatedMarket
from app.market.vendor import NotCovered
from tools.base import Tool
from tools.options import get_greeks, get_option_chain, get_volatility
from tools.structures import analyze_structure

NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
BULL_PUT = [
    {"kind": "put", "side": "sell", "strike": 4450},
    {"kind": "put", "side": "buy", "strike": 4430},
]
TOOLS = (get_option_chain, get_greeks, get_volatility, analyze_structure)


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(seed=7)


@pytest.fixture
def said(ask: Any, market: SimulatedMarket) -> Any:
    """Ask on the simulated market at 11:00 in New York on Friday 20 November."""

    async def call(tool: Tool[Any], arguments: dict[str, Any], **more: Any) -> Any:
        return await ask(tool, arguments, **{"at": NOW, "market": market} | more)

    return call


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [(tool, example.arguments) for tool in TOOLS for example in tool.examples],
    ids=[example.question for tool in TOOLS for example in tool.examples],
)
async def test_every_example_is_answered_with_bound_numbers_only(
    said: Any, tool: Tool[Any], arguments: dict[str, Any]
) -> None:
    found = await said(tool, dict(arguments))

    writer = Writer(found.ledger, now=NOW)
    writer.feed(found.result.sentence)
    writer.close()
    assert writer.report.unbound == ()
    assert writer.report.numbers > 0
    assert len(found.result.cards) == 1


async def test_a_chain_lies_around_the_price_and_deltas_fall_with_the_strike(said: Any) -> None:
    found = await said(get_option_chain, {"symbol": "SPY", "days": 30, "strikes": 4})

    [card] = found.result.cards
    strikes = [Decimal(row.strike.value) for row in card.rows]
    assert len(strikes) == 8
    assert strikes[3] < Decimal(card.spot.value) < strikes[4]
    deltas = [Decimal(row.call.delta.value) for row in card.rows]
    assert deltas == sorted(deltas, reverse=True)
    assert [row.call.is_in_the_money for row in card.rows] == [True] * 4 + [False] * 4
    assert card.expiry == date(2026, 12, 21)
    assert card.freshness.is_simulated


async def test_a_chain_is_filtered_by_delta(said: Any) -> None:
    arguments = {"symbol": "AMD", "kind": "put", "days": 30, "min_delta": 0.2, "max_delta": 0.4}
    [card] = (await said(get_option_chain, arguments)).result.cards

    deltas = [abs(float(row.put.delta.value)) for row in card.rows]
    assert deltas
    assert all(0.2 <= each <= 0.4 for each in deltas)
    assert all(row.call is None for row in card.rows)


async def test_filters_that_nothing_passes_say_so(said: Any) -> None:
    with pytest.raises(NotFound, match="passes these filters"):
        await said(get_option_chain, {"symbol": "F", "min_open_interest": 9_000_000})


async def test_an_expiry_that_is_not_listed_names_near_ones(said: Any) -> None:
    with pytest.raises(NotFound, match="expire on Saturday 5 December") as refused:
        await said(get_option_chain, {"symbol": "AMD", "expiry": "2026-12-05"})
    assert "2026-12-04" in refused.value.suggestions


async def test_what_has_no_options_says_so(said: Any) -> None:
    with pytest.raises(NotCovered, match="no options"):
        await said(get_option_chain, {"symbol": "BTC/USD"})


async def test_a_contract_is_found_by_delta_and_days_and_its_units_are_named(said: Any) -> None:
    arguments = {"symbol": "SPY", "kind": "put", "delta": 0.30, "days": 45}
    found = await said(get_greeks, arguments)

    assert "The SPY 283 put of 8 January 2027" in found.sentence
    assert "theta \u22120.062 a calendar day" in found.sentence
    assert "a point of volatility, per share" in found.sentence
    [card] = found.result.cards
    rows = {row.name: row for row in card.greeks}
    assert list(rows) == ["delta", "gamma", "theta", "vega", "rho", "vanna", "charm", "vomma"]
    assert rows["theta"].words == "dollars per calendar day"
    assert Decimal(rows["theta"].contract.value) == pytest.approx(
        100 * Decimal(rows["theta"].share.value)
    )
    assert any("exercised early" in note for note in card.notes)


async def test_a_call_is_priced_of_numbers_alone(said: Any) -> None:
    arguments = {"spot": 62, "strike": 60, "days": 40, "volatility": 33, "rate": 4}
    found = await said(get_greeks, arguments)

    assert found.figures["price"] == "3.93"
    assert found.figures["delta"] == "+0.654"
    [card] = found.result.cards
    assert not card.freshness.is_simulated
    assert card.freshness.provider == "calculated from your numbers"
    assert {figure.provider for figure in found.ledger} == {"calculated from your numbers"}


async def test_an_american_put_of_numbers_is_worth_at_least_its_exercise(said: Any) -> None:
    put = {"kind": "put", "spot": 62, "strike": 80, "days": 365, "volatility": 20, "rate": 4}
    european = await said(get_greeks, put)
    american = await said(get_greeks, put | {"is_american": True})

    assert Decimal(american.figures["price"]) >= 18 > Decimal(european.figures["price"])


async def test_a_price_without_time_value_has_no_volatility_and_says_why(said: Any) -> None:
    found = await said(get_greeks, {"spot": 62, "strike": 50, "days": 40, "price": 11})

    assert "no implied volatility: its price is no more than its intrinsic value" in found.sentence
    assert "volatility" not in found.figures


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"strike": 60, "days": 40}, "Name the underlying"),
        ({"spot": 62, "days": 40, "volatility": 33}, "Name the strike"),
        ({"spot": 62, "strike": 60, "volatility": 33}, "how many `days`"),
        ({"spot": 62, "strike": 60, "days": 40}, "either the `volatility`"),
        ({"spot": 62, "strike": 60, "days": 40, "volatility": 0.33}, "write 33"),
    ],
)
async def test_what_is_missing_is_asked_for(
    said: Any, arguments: dict[str, Any], says: str
) -> None:
    with pytest.raises(InvalidInput, match=says):
        await said(get_greeks, arguments)


async def test_the_treasury_yield_is_used_where_it_is_known_and_named(
    said: Any, tmp_path: Path
) -> None:
    (tmp_path / "yields.csv").write_text("date,3m\n2026-11-19,3.87\n", encoding="utf-8")
    arguments = {"symbol": "SPX", "days": 30}
    assumed = await said(get_greeks, arguments)
    known = await said(get_greeks, arguments, macro=FilesSource(tmp_path))

    assert any("is taken to earn 4 %" in note for note in assumed.result.cards[0].notes)
    assert any("3.87 % a year" in note for note in known.result.cards[0].notes)


async def test_rich_is_told_against_what_was_realised(said: Any) -> None:
    found = await said(get_volatility, {"symbol": "NVDA"})

    assert "rich against" in found.sentence
    assert "IV rank" in found.sentence
    [card] = found.result.cards
    assert len(card.smile) > 10
    assert len(card.term) > 5
    assert all(fact.number is not None for fact in card.facts)


class _WithoutPast(SimulatedMarket):
    """Has chains of the present alone, as vendors do."""

    @override
    async def option_chain(
        self, symbol: Symbol, *, expiry: date | None = None, as_of: datetime
    ) -> OptionChain:
        if as_of < NOW:
            raise NotCovered("no chains of the past")
        return await super().option_chain(symbol, expiry=expiry, as_of=as_of)


async def test_without_a_past_there_is_no_rank_and_the_card_says_why(ask: Any) -> None:
    found = await ask(get_volatility, {"symbol": "AMD"}, at=NOW, market=_WithoutPast())

    assert "There is no IV rank yet" in found.sentence
    facts = {fact.label: fact for fact in found.result.cards[0].facts}
    assert facts["IV rank, a year"].number is None
    assert "of history" in facts["IV rank, a year"].absent_because
    assert facts["Realised, 21 sessions"].number is not None


async def test_a_bull_put_in_dollars_at_its_net_credit(said: Any) -> None:
    found = await said(analyze_structure, {"legs": BULL_PUT, "credit": 5.10})

    assert found.sentence.startswith(
        "The bull put spread is a credit of 510.00 dollars. At most it makes 510.00 and at most it "
        "loses 1,490.00. It breaks even at 4,444.90."
    )
    assert "I need the underlying or its price, the days to expiry and the volatility" in (
        found.sentence
    )
    [card] = found.result.cards
    assert all(leg.price is None for leg in card.legs)
    assert (card.odds, card.greeks) == (None, ())


async def test_stock_beside_a_net_price_costs_what_the_market_asks(said: Any) -> None:
    legs = [
        {"kind": "stock", "side": "buy", "quantity": 100},
        {"kind": "call", "side": "sell", "strike": 125},
    ]
    asked = {"symbol": "AMD", "spot": 120, "days": 30, "legs": legs, "credit": 3.10}
    found = await said(analyze_structure, asked)

    assert found.sentence.startswith(
        "The covered call in AMD is a debit of 11,690.00 dollars. At most it makes 810.00 and at most "
        "it loses 11,690.00. It breaks even at 116.90."
    )
    with pytest.raises(InvalidInput, match="price of the stock"):
        await said(analyze_structure, {"legs": legs, "credit": 3.10})


COVERED = [
    {"kind": "stock", "side": "buy", "quantity": 100},
    {"kind": "call", "side": "sell", "strike": 95},
]


@pytest.mark.parametrize(
    ("asked", "outcome"),
    [
        ({"legs": BULL_PUT, "credit": 21}, "never lose"),
        ({"legs": BULL_PUT, "debit": 3}, "never win"),
        ({"legs": [{"kind": "put", "side": "sell", "strike": 90}], "debit": 2}, "never win"),
        ({"legs": COVERED, "debit": 3, "spot": 100}, "never win"),
        ({"legs": COVERED, "credit": 120, "spot": 100}, "never lose"),
    ],
)
async def test_a_net_price_that_no_market_gives_is_refused(
    said: Any, asked: dict[str, Any], outcome: str
) -> None:
    with pytest.raises(InvalidInput, match=f"price cannot be: with it .* {outcome}"):
        await said(analyze_structure, asked)


async def test_stock_bought_long_ago_may_have_won_already(said: Any) -> None:
    legs = [
        {"kind": "stock", "side": "buy", "quantity": 100, "price": 50},
        {"kind": "put", "side": "buy", "strike": 90},
    ]
    found = await said(analyze_structure, {"legs": legs, "debit": 2, "spot": 100})

    assert "at most it loses 0.00" in found.sentence


async def test_a_box_is_a_loan_and_may_have_either_sign(said: Any) -> None:
    legs = [
        {"kind": kind, "side": side, "strike": strike}
        for kind, side, strike in (
            ("call", "sell", 90), ("call", "buy", 95), ("put", "buy", 90), ("put", "sell", 95)
        )
    ]  # fmt: skip
    found = await said(analyze_structure, {"legs": legs, "credit": 4.95})

    assert "at most it loses 5.00" in found.sentence


async def test_with_its_numbers_a_structure_has_odds_and_greeks(said: Any) -> None:
    numbers = {"spot": 4460, "days": 20, "volatility": 16, "rate": 4}
    found = await said(analyze_structure, {"legs": BULL_PUT, "credit": 5.10, **numbers})

    [card] = found.result.cards
    assert 50 < float(card.odds.value) < 62
    assert [row.name for row in card.greeks] == ["delta", "gamma", "theta", "vega", "rho"]
    assert any("estimate" in note for note in card.notes)


async def test_what_has_no_bound_says_so(said: Any) -> None:
    legs = [{"kind": "c", "side": "sold", "strike": 130}]
    found = await said(analyze_structure, {"symbol": "AMD", "legs": legs, "days": 30})

    assert "its loss has no limit" in found.sentence
    [card] = found.result.cards
    assert (card.title, card.worst) == ("short call", None)
    assert card.margin is not None


async def test_a_what_if_moves_price_volatility_and_day(said: Any) -> None:
    call = [{"kind": "call", "side": "buy", "strike": 120}]
    asked = {"symbol": "AMD", "days": 60, "legs": call}
    fall = await said(analyze_structure, asked | {"if_move": -1})
    fall_with_fear = await said(
        analyze_structure, asked | {"if_move": -1, "if_volatility": 3, "if_date": "2026-11-27"}
    )

    assert fall.figures["what_if"].startswith("\u2212")
    [card] = fall_with_fear.result.cards
    assert card.scenarios[0].words.endswith("volatility +3 points, Friday 27 November 2026")
    assert fall_with_fear.figures["what_if"] != fall.figures["what_if"]


async def test_a_day_that_has_passed_is_no_what_if(said: Any) -> None:
    call = [{"kind": "call", "side": "buy", "strike": 120}]
    with pytest.raises(InvalidInput, match="no trading day ahead"):
        await said(analyze_structure, {"symbol": "AMD", "legs": call, "if_date": "2026-11-02"})


async def test_a_calendar_is_a_models_and_says_so(said: Any) -> None:
    legs = [
        {"kind": "call", "side": "sell", "strike": 120, "days": 14},
        {"kind": "call", "side": "buy", "strike": 120, "days": 42},
    ]
    [card] = (await said(analyze_structure, {"symbol": "AMD", "legs": legs})).result.cards

    assert card.is_modelled
    assert card.title == "calendar spread"
    assert any("different times" in note for note in card.notes)


async def test_near_calls_sold_beyond_the_far_one_lose_without_limit(said: Any) -> None:
    legs = [
        {"kind": "call", "side": "sell", "strike": 120, "quantity": 2, "days": 14},
        {"kind": "call", "side": "buy", "strike": 120, "days": 42},
    ]
    sold = await said(analyze_structure, {"symbol": "AMD", "legs": legs})
    turned = [leg | {"side": "buy" if leg["side"] == "sell" else "sell"} for leg in legs]
    bought = await said(analyze_structure, {"symbol": "AMD", "legs": turned})

    assert "By the model at most it makes" in sold.sentence
    assert "its loss has no limit" in sold.sentence
    assert "By the model its profit has no limit and at most it loses" in bought.sentence
    assert (sold.result.cards[0].worst, bought.result.cards[0].best) == (None, None)


async def test_a_leaps_shows_what_waiting_costs(said: Any) -> None:
    call = [{"kind": "call", "side": "buy", "strike": 120}]
    [card] = (
        await said(analyze_structure, {"symbol": "AMD", "legs": call, "days": 700})
    ).result.cards

    results = [float(row.result.value) for row in card.aged]
    assert len(results) == 4
    assert results == sorted(results, reverse=True)


async def test_a_strike_without_a_price_must_be_listed(said: Any) -> None:
    legs = [{"kind": "call", "side": "buy", "strike": 121.3}]
    with pytest.raises(NotFound, match="has that strike"):
        await said(analyze_structure, {"symbol": "AMD", "legs": legs})


async def test_a_structure_of_an_expiry_that_is_not_listed_names_near_ones(said: Any) -> None:
    legs = [{"kind": "put", "side": "buy", "strike": 120}]
    asked = {"symbol": "AMD", "legs": legs, "expiry": "2026-12-08"}
    with pytest.raises(NotFound, match="expire on") as raised:
        await said(analyze_structure, asked)

    assert "2026-12-11" in raised.value.suggestions


async def test_a_volatility_of_ones_own_is_said_beside_market_prices(said: Any) -> None:
    legs = [{"kind": "put", "side": "buy", "strike": 120}]
    asked = {"symbol": "AMD", "legs": legs, "days": 30}
    [own] = (await said(analyze_structure, asked | {"volatility": 90})).result.cards
    [market] = (await said(analyze_structure, asked)).result.cards

    assert any("Your volatility of 90 %" in note for note in own.notes)
    assert not any("Your volatility" in note for note in market.notes)
    assert own.cost.value == market.cost.value
    assert own.greeks != market.greeks


async def test_credit_and_debit_together_are_refused(said: Any) -> None:
    with pytest.raises(InvalidInput, match="not both"):
        await said(analyze_structure, {"legs": BULL_PUT, "credit": 5, "debit": 5})


async def test_files_have_no_chains_and_say_so(ask: Any) -> None:
    with pytest.raises(NotCovered, match="no option chains"):
        await ask(get_option_chain, {"symbol": "ACME"})


async def test_a_chain_marks_where_early_exercise_counts(said: Any) -> None:
    """Of puts in the money it does, of calls on what hardly pays a dividend it does not."""
    found = await said(get_option_chain, {"symbol": "AMD", "days": 200, "strikes": 8})

    [card] = found.result.cards
    assert card.rows[-1].put.is_early
    assert not any(row.call.is_early for row in card.rows[-4:])
    marked = sum(side.is_early for row in card.rows for side in (row.call, row.put))
    assert f"counts in {marked} of them" in found.sentence
    assert any("early" in note for note in card.notes)


async def test_options_on_an_index_are_never_marked(said: Any) -> None:
    found = await said(get_option_chain, {"symbol": "SPX", "days": 200, "strikes": 8})

    assert not any(
        side.is_early for row in found.result.cards[0].rows for side in (row.call, row.put)
    )
    assert "early" not in found.sentence
