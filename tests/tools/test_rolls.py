"""Rolls on the simulated market: what is held decides, every figure is bound, and nothing is advice."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.core.clock import FrozenClock
from app.core.errors import InvalidInput, NotFound, NotSignedIn
from app.core.symbols import Symbol
from app.grounding.answer import Writer
from app.grounding.ledger import Ledger
from app.grounding.references import fill
from app.infra.db.database import Database
from app.macro.source import MacroSource, NoSource
from app.macro.sources.files import FilesSource
from app.market.chains import OptionKind
from app.market.providers.simulated import SimulatedMarket
from app.options.legs import Leg, LegKind
from app.options.payoff import payoff
from app.positions import service
from app.positions.models import Asset, AssetKind, Source
from app.positions.protocol import Holdings, MemberHoldings, NoHoldings
from app.positions.service import Opening
from tools.base import ToolContext
from tools.rolls import compare_rolls

NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
DECEMBER, LEAPS = date(2026, 12, 18), date(2028, 1, 21)
MARKET = SimulatedMarket(seed=7)


def held(
    kind: str,
    strike: str,
    quantity: int,
    *,
    expiry: date = DECEMBER,
    price: str | None = "9",
    symbol: str = "AMD",
) -> Opening:
    asset = Asset(
        kind=AssetKind.OPTION,
        symbol=Symbol(symbol),
        right=OptionKind(kind),
        strike=Decimal(strike),
        expiry=expiry,
        multiplier=Decimal(100),
    )
    return Opening(
        asset=asset,
        quantity=Decimal(quantity),
        price=None if price is None else Decimal(price),
    )


class Said:
    def __init__(self, sentence: str, cards: tuple[Any, ...], ledger: Ledger) -> None:
        self.sentence, self.cards, self.ledger = sentence, cards, ledger

    @property
    def card(self) -> Any:
        [card] = self.cards
        return card


Ask = Callable[..., Awaitable[Said]]


@pytest.fixture
def ask(database: Database, ada: UUID) -> Ask:
    """Opens what is held, then asks at NOW, as a member unless `holdings` says otherwise."""

    async def call(
        *held: Opening,
        holdings: Holdings | None = None,
        macro: MacroSource | None = None,
        **arguments: Any,
    ) -> Said:
        if held:
            async with database.member(ada) as session:
                await service.open_positions(
                    session, held, source=Source.TYPED, key="fixture", now=NOW - timedelta(days=20)
                )
        ledger = Ledger()
        context = ToolContext(
            market=MARKET,
            clock=FrozenClock(NOW),
            book=ledger.open(call_id="call", tool="compare_rolls", provider="Simulated market"),
            ledger=ledger,
            holdings=holdings or MemberHoldings(database, ada),
            macro=macro or NoSource(),
        )
        result = await compare_rolls.call(arguments, context)
        writer = Writer(ledger, now=NOW)
        writer.feed(result.sentence)
        writer.close()
        assert writer.report.unbound == ()
        assert writer.report.numbers > 3
        return Said(fill(result.sentence, ledger), result.cards, ledger)

    return call


def ways(card: Any) -> dict[str, Any]:
    return {row.way: row for row in card.rolls}


BOOK = (
    held("call", "120", 2, expiry=LEAPS, price="20"),
    held("put", "130", -1),
    held("call", "200", 1, symbol="NVDA"),
    held("put", "2900", -2, symbol="SPX"),
    held("put", "280", 1, symbol="SPY"),
    held("call", "110", -1, symbol="DIS"),
)


@pytest.mark.parametrize(
    "example", compare_rolls.examples, ids=[each.question for each in compare_rolls.examples]
)
async def test_every_example_is_answered_from_the_book(ask: Ask, example: Any) -> None:
    found = await ask(*BOOK, **dict(example.arguments))

    assert "advice" in found.sentence
    assert all(card.held.startswith(("held", "as typed")) for card in found.cards)


async def test_a_roll_costs_the_difference_of_both_prices(ask: Ask) -> None:
    found = await ask(held("call", "120", 2, expiry=LEAPS, price="20"))

    card, rows = found.card, ways(found.card)
    same = rows["same strike, later"]
    assert same.contract == "AMD 120 call of 19 January 2029"
    net = Decimal(card.price.value) - Decimal(same.price.value)
    assert Decimal(same.net.value) == net < 0
    assert Decimal(same.dollars.value) == net * 200
    assert Decimal(same.crossed.value) < net
    assert Decimal(same.breakeven.value) == 120 + 20 - net
    assert same.days.value == "364.0"
    assert f"costs a debit of {same.net.text[1:]} a share" in found.sentence
    assert f"theta goes from {card.theta.text} to {same.theta.text} dollars a day" in found.sentence


async def test_the_same_delta_is_the_nearest_that_is_listed_and_up_and_down_are_that(
    ask: Ask,
) -> None:
    found = await ask(held("call", "120", 1, expiry=LEAPS))

    card, rows = found.card, ways(found.card)
    assert abs(
        Decimal(rows["same delta, later"].delta.value) - Decimal(card.delta.value)
    ) < Decimal("0.03")
    up, down = (Decimal(rows[way].delta.value) for way in ("up and out", "down and out"))
    assert up < Decimal(card.delta.value) < down


async def test_down_and_out_is_told_first_where_it_is_asked_for(ask: Ask) -> None:
    found = await ask(*BOOK, symbol="AMD", kind="put", direction="down")

    assert found.card.held == "held, sold"
    assert found.card.rolls[0].way == "down and out"
    assert "(down and out)" in found.sentence
    free = ways(found.card)["furthest away without a debit"]
    assert Decimal(free.net.value) >= 0
    assert "You are short 1 of the AMD 130 put of 18 December 2026" in found.sentence


async def test_a_short_breakeven_counts_all_that_was_received(ask: Ask) -> None:
    found = await ask(held("put", "130", -1, price="9"), direction="same")

    [first, *_] = found.card.rolls
    received = Decimal(9) + Decimal(first.net.value)
    short = Leg(kind=LegKind.PUT, quantity=Decimal(-1), price=received, strike=Decimal(130))
    assert (Decimal(first.breakeven.value),) == payoff([short]).breakevens


async def test_where_nothing_is_known_of_what_was_paid_it_is_said(ask: Ask) -> None:
    found = await ask(held("put", "130", -1, price=None))

    assert found.card.paid is None
    assert any("not known: breakevens" in note for note in found.card.notes)


async def test_a_leaps_fades_and_its_rules_have_figures_and_days(ask: Ask) -> None:
    found = await ask(held("call", "120", 2, expiry=LEAPS, price="20"))

    fades, rules = found.card.fades, found.card.rules
    assert fades[0].words == "now"
    assert len(fades) == 7
    values = [Decimal(row.value.value) for row in fades]
    assert values == sorted(values, reverse=True)
    thetas = [Decimal(row.theta.value) for row in fades]
    assert thetas == sorted(thetas, reverse=True)
    assert [rule.words for rule in rules] == [
        "half a year left",
        "decay a day at twice today's",
        "a delta at which it moves like stock",
    ]
    half, decay, stock = rules
    assert (half.threshold.text, half.when) == ("180 days", "Friday 23 July 2027")
    assert Decimal(decay.threshold.value) == pytest.approx(
        2 * Decimal(decay.now.value), abs=Decimal("0.001")
    )
    assert (stock.when, stock.days) == ("not before its end", None)
    assert f"half a year left, on Friday 23 July 2027, in {half.days.text}" in found.sentence
    assert {each.provider for each in found.ledger if each.path.endswith(".at")} == {
        "rule of thumb"
    }
    assert any("keep price and volatility" in note for note in found.card.notes)


async def test_what_is_sold_is_watched_for_other_things(ask: Ask) -> None:
    found = await ask(held("put", "130", -1, price="9"))

    three_weeks, earned, strike = found.card.rules
    assert (three_weeks.threshold.text, earned.threshold.text) == ("21 days", "1.80")
    assert strike.when == "now"
    assert "met now: a delta of one half, its strike reached" in found.sentence


async def test_leaps_of_a_year_are_those_that_end_in_it(ask: Ask) -> None:
    near = held("call", "120", 1, expiry=date(2028, 1, 21))
    week = held("call", "120", 1, expiry=date(2026, 12, 4))
    found = await ask(near, week, is_leaps=True)
    assert [card.title for card in found.cards] == ["AMD 120 call of 21 January 2028"]

    with pytest.raises(NotFound, match="hold no such option"):
        await ask(year=2029)


async def test_what_is_not_held_is_taken_as_typed_and_says_so(ask: Ask) -> None:
    found = await ask(symbol="AMD", kind="call", strike=120, days_later=30)

    assert found.card.held == "as typed, bought"
    assert any("taken as you typed it" in note for note in found.card.notes)
    assert any("taken as bought" in note for note in found.card.notes)
    assert "You are" not in found.sentence

    signed_out = await ask(
        holdings=NoHoldings(), symbol="AMD", kind="call", strike=120, side="short"
    )
    assert signed_out.card.held == "as typed, sold"


async def test_what_cannot_be_told_is_asked_for(ask: Ask) -> None:
    with pytest.raises(NotSignedIn):
        await ask(holdings=NoHoldings())
    with pytest.raises(InvalidInput, match="call or a put"):
        await ask(symbol="AMD", strike=120)


async def test_a_sold_call_in_the_money_says_what_is_not_known_of_dividends(ask: Ask) -> None:
    found = await ask(held("call", "90", -1))

    assert "dividend before then is not known here" in found.sentence
    assert found.card.assignments


async def test_a_dividend_that_is_worth_more_than_the_time_value_is_told(
    ask: Ask, tmp_path: Path
) -> None:
    (tmp_path / "dividends.csv").write_text("symbol,ex_date,amount\nAMD,2026-12-04,3.50\n")
    found = await ask(held("call", "90", -1), macro=FilesSource(tmp_path))

    [risk] = found.card.assignments
    assert risk.label == "AMD 90 call of 18 December 2026"
    assert "The sold AMD 90 call of 18 December 2026 may be assigned before" in found.sentence
    assert f"{risk.time_value.text} is less than the dividend of 3.50" in found.sentence


async def test_an_index_option_has_no_assignment_and_no_early_exercise(ask: Ask) -> None:
    found = await ask(held("put", "2900", -1, symbol="SPX"))

    assert found.card.assignments == ()
    assert not any("exercise" in note for note in found.card.notes)


async def test_more_than_three_are_not_all_told(ask: Ask) -> None:
    many = [held("put", strike, -1) for strike in ("110", "115", "120", "125")]
    found = await ask(*many)

    assert len(found.cards) == 3
    assert "More of your options" in found.sentence


async def test_the_last_listed_expiry_has_nothing_later(ask: Ask) -> None:
    with pytest.raises(NotFound, match="end later"):
        await ask(held("call", "120", 1, expiry=date(2029, 1, 19)))


async def test_deep_in_the_money_the_volatility_of_the_strike_stands_in_and_says_so(
    ask: Ask,
) -> None:
    found = await ask(held("call", "25", 1, expiry=date(2027, 6, 17)))

    assert found.card.delta is not None
    assert any("stands in its Greeks" in note for note in found.card.notes)
