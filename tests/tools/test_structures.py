"""What is told of a structure beside its payoff: its scenarios, who may be assigned, and early exercise."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.grounding.answer import Writer
from app.macro.sources.files import FilesSource
from app.market.providers.simulated import SimulatedMarket
from tools.structures import analyze_structure

NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
LAST_HOURS = datetime(2026, 12, 18, 18, 0, tzinfo=UTC)
DECEMBER = "2026-12-18"


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(seed=7)


@pytest.fixture
def said(ask: Any, market: SimulatedMarket) -> Any:
    async def call(arguments: dict[str, Any], **more: Any) -> Any:
        found = await ask(analyze_structure, arguments, **{"at": NOW, "market": market} | more)
        writer = Writer(found.ledger, now=more.get("at", NOW))
        writer.feed(found.result.sentence)
        writer.close()
        assert writer.report.unbound == ()
        return found

    return call


def sold(kind: str, strike: float, symbol: str = "AMD") -> dict[str, Any]:
    return {
        "symbol": symbol,
        "expiry": DECEMBER,
        "legs": [{"kind": kind, "side": "sell", "strike": strike}],
    }


async def strikes(
    market: SimulatedMarket, symbol: str, at: datetime = NOW
) -> tuple[float, list[float]]:
    chain = await market.option_chain(Symbol(symbol), expiry=date(2026, 12, 18), as_of=at)
    return float(chain.spot or 0), sorted({float(each.contract.strike) for each in chain.quotes})


async def deep_call(market: SimulatedMarket) -> float:
    """A strike a fifth below AMD's price."""
    spot, listed = await strikes(market, "AMD")
    return min(listed, key=lambda strike: abs(strike - 0.8 * spot))


async def test_the_grid_is_the_line_of_the_end_and_nothing_now(said: Any) -> None:
    legs = [{"kind": "call", "side": "buy", "strike": 120}]
    found = await said({"symbol": "AMD", "expiry": DECEMBER, "legs": legs})

    [card] = found.result.cards
    assert card.grid.moves[3] == "0%"
    assert [shift.words for shift in card.grid.shifts] == ["−5", "0", "+5"]
    calm, usual, wild = (shift.rows for shift in card.grid.shifts)
    assert [row.words for row in usual] == ["now", "29 Nov", "9 Dec", "18 Dec, end"]
    end = [Decimal(each.value) for each in usual[-1].results]
    spot, paid = Decimal(card.spot.value), Decimal(card.cost.value)
    moves = [Decimal(move.rstrip("%").replace("−", "-")) for move in card.grid.moves]
    for move, result in zip(moves, end, strict=True):
        line = 100 * max(spot * (1 + move / 100) - 120, Decimal(0)) - paid
        assert abs(result - line) < 1
    assert abs(Decimal(usual[0].results[3].value)) < 5
    for place in range(7):
        lowest, middle, highest = (
            Decimal(rows[0].results[place].value) for rows in (calm, usual, wild)
        )
        assert lowest < middle < highest


async def test_without_a_price_there_is_no_grid(said: Any) -> None:
    legs = [{"kind": "put", "side": "sell", "strike": 90, "price": 2.10}]
    [card] = (await said({"legs": legs})).result.cards
    assert card.grid is None


async def test_a_sold_call_in_the_money_says_that_dividends_are_not_known(
    said: Any, market: SimulatedMarket
) -> None:
    found = await said(sold("call", await deep_call(market)))

    assert "Whether AMD pays a dividend before then is not known here" in found.sentence
    [card] = found.result.cards
    assert [row.label for row in card.assignments] == [""]


async def test_a_dividend_above_the_time_value_is_told_with_both(
    said: Any, market: SimulatedMarket, tmp_path: Path
) -> None:
    (tmp_path / "dividends.csv").write_text("symbol,ex_date,amount\nAMD,2026-12-04,3.50\n")
    found = await said(sold("call", await deep_call(market)), macro=FilesSource(tmp_path))

    assert "ex-dividend on Friday 4 December 2026" in found.sentence
    [row] = found.result.cards[0].assignments
    assert row.gained.text == "3.50"
    assert Decimal(row.time_value.value) < Decimal("3.50")
    assert f"{row.time_value.text} is less than the dividend of 3.50" in found.sentence


async def test_no_dividend_before_its_end_leaves_nothing_to_say(
    said: Any, market: SimulatedMarket, tmp_path: Path
) -> None:
    (tmp_path / "dividends.csv").write_text("symbol,ex_date,amount\nAMD,2027-02-04,3.50\n")
    found = await said(sold("call", await deep_call(market)), macro=FilesSource(tmp_path))

    assert found.result.cards[0].assignments == ()
    assert "dividend" not in found.sentence


async def test_at_its_strike_on_the_last_day_it_may_go_either_way(
    said: Any, market: SimulatedMarket
) -> None:
    spot, listed = await strikes(market, "SPY", LAST_HOURS)
    near = min(listed, key=lambda strike: abs(strike - spot))
    found = await said(sold("put", near, "SPY"), at=LAST_HOURS)

    assert "known only after the close" in found.sentence


async def test_an_index_option_is_never_assigned(said: Any, market: SimulatedMarket) -> None:
    spot, listed = await strikes(market, "SPX", LAST_HOURS)
    for kind in ("put", "call"):
        near = min(listed, key=lambda strike: abs(strike - spot))
        found = await said(sold(kind, near, "SPX"), at=LAST_HOURS)
        assert found.result.cards[0].assignments == ()
        assert "assigned" not in found.sentence


async def test_early_exercise_is_valued_on_the_leg_where_it_counts(
    said: Any, market: SimulatedMarket
) -> None:
    spot, listed = await strikes(market, "AMD")
    deep = min(listed, key=lambda strike: abs(strike - 1.25 * spot))
    legs = [
        {"kind": "put", "side": "buy", "strike": deep},
        {"kind": "call", "side": "buy", "strike": deep},
    ]
    found = await said({"symbol": "AMD", "expiry": DECEMBER, "legs": legs})

    put, call = found.result.cards[0].legs
    assert Decimal(put.early.value) > Decimal("0.01")
    assert call.early is None
    assert f"The right to exercise early is worth {put.early.text} a share" in found.sentence


async def test_of_an_index_no_early_exercise_is_told(said: Any, market: SimulatedMarket) -> None:
    spot, listed = await strikes(market, "SPX")
    deep = min(listed, key=lambda strike: abs(strike - 1.1 * spot))
    found = await said(sold("put", deep, "SPX"))

    assert found.result.cards[0].legs[0].early is None
    assert "early" not in found.sentence


@pytest.mark.parametrize(
    ("named", "taken"),
    [("2026-11-26", "Wednesday 25 November 2026"), ("2026-11-28", "Friday 27 November 2026")],
)
async def test_a_what_if_on_a_closed_day_takes_the_session_before_and_says_so(
    said: Any, named: str, taken: str
) -> None:
    call = [{"kind": "call", "side": "buy", "strike": 120}]
    asked = {"symbol": "AMD", "expiry": DECEMBER, "legs": call, "if_move": -1}

    found = await said(asked | {"if_date": named})

    assert f"on {taken}, because" in found.result.sentence
    day_before = "2026-11-25" if named == "2026-11-26" else "2026-11-27"
    same = await said(asked | {"if_date": day_before})
    assert found.figures["what_if"] == same.figures["what_if"]


async def test_a_closed_day_with_no_session_left_before_it_takes_the_next(said: Any) -> None:
    call = [{"kind": "call", "side": "buy", "strike": 120}]
    asked = {"symbol": "AMD", "expiry": DECEMBER, "legs": call, "if_date": "2026-11-21"}

    found = await said(asked, at=datetime(2026, 11, 21, 15, 0, tzinfo=UTC))

    assert "on Monday 23 November 2026, because" in found.result.sentence


@pytest.mark.parametrize(("kind", "strike", "price"), [("put", 100, 300), ("call", 120, 500)])
async def test_a_price_that_no_option_can_have_is_asked_back(
    said: Any, kind: str, strike: float, price: float
) -> None:
    leg = {"kind": kind, "side": "buy", "strike": strike, "price": price}
    with pytest.raises(InvalidInput, match=f"a {kind} is never worth more .* Is it per share"):
        await said({"symbol": "AMD", "expiry": DECEMBER, "legs": [leg]})


async def test_a_put_at_just_its_strike_is_a_price(said: Any) -> None:
    leg = {"kind": "put", "side": "sell", "strike": 100, "price": 100}
    [card] = (await said({"legs": [leg]})).result.cards
    assert card.title == "short put"
