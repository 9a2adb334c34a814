"""Structures: known ones to the cent, any one against its own line, names, margin, exercise, rolls."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import InvalidInput
from app.options.exercise import Dividend, ExerciseReason, exercise_risk
from app.options.legs import Leg, LegKind, cost
from app.options.margin import estimated_margin
from app.options.models import Contracts
from app.options.odds import Outlook
from app.options.payoff import payoff, probability_of_profit, result_at_expiry
from app.options.pricing import greeks, prices
from app.options.recognition import StructureName, grouped, recognised
from app.options.rolls import aged, roll
from app.options.valuation import (
    Market,
    position_greeks,
    projection,
    results,
    scenario_grid,
)

NOW = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
NEAR = datetime(2026, 12, 18, 21, tzinfo=UTC)
FAR = datetime(2027, 3, 19, 20, tzinfo=UTC)


def leg(text: str, price: str = "1", end: datetime | None = NEAR) -> Leg:
    """`+2 call 100`, `-1 put 95`, `+100 stock`."""
    quantity, kind, *strike = text.split()
    is_stock = kind == "stock"
    return Leg(
        kind=LegKind(kind),
        quantity=Decimal(quantity),
        price=Decimal(price),
        strike=None if is_stock else Decimal(strike[0]),
        expires_at=None if is_stock else end,
    )


def legs(text: str) -> list[Leg]:
    """`+1 put 90, -1 put 95 far`, at a dollar each."""
    return [
        leg(part.removesuffix(" far"), end=FAR if part.endswith(" far") else NEAR)
        for part in text.split(", ")
    ]


BULL_PUT = [leg("-1 put 4450", "9.10"), leg("+1 put 4430", "4.00")]


def test_a_bull_put_spread_for_510() -> None:
    found = payoff(BULL_PUT)
    assert found.cost == Decimal("-510.00")
    assert (found.best, found.worst) == (Decimal("510.00"), Decimal("-1490.00"))
    assert found.breakevens == (Decimal("4444.90"),)
    assert found.profits == ((Decimal("4444.90"), None),)
    assert found.slope == 0


def test_unbounded_ends_are_none() -> None:
    long_call = payoff([leg("+1 call 100", "3.20")])
    assert (long_call.best, long_call.worst) == (None, Decimal(-320))
    assert long_call.breakevens == (Decimal("103.20"),)
    short_call = payoff([leg("-2 call 100", "3.20")])
    assert (short_call.best, short_call.worst) == (Decimal(640), None)
    assert short_call.profits == ((Decimal(0), Decimal("103.20")),)
    stock = payoff([leg("+100 stock", "50")])
    assert (stock.best, stock.worst, stock.breakevens) == (None, Decimal(-5000), (Decimal(50),))


def test_an_iron_condor_wins_between_two_breakevens() -> None:
    condor = [
        leg("+1 put 90", "0.50"),
        leg("-1 put 95", "1.50"),
        leg("-1 call 105", "1.40"),
        leg("+1 call 110", "0.40"),
    ]
    found = payoff(condor)
    assert found.breakevens == (Decimal("93.00"), Decimal("107.00"))
    assert (found.best, found.worst) == (Decimal(200), Decimal(-300))
    assert found.profits == ((Decimal(93), Decimal(107)),)


def test_a_stretch_that_breaks_even_has_both_its_ends() -> None:
    """A spread bought for its own width: nothing above, a loss below."""
    found = payoff([leg("+1 call 100", "7"), leg("-1 call 105", "2")])
    assert found.breakevens == (Decimal(105),)
    assert found.profits == ()
    condor = payoff(
        [
            leg("+1 call 90", "5"),
            leg("-1 call 95", "0"),
            leg("-1 call 105", "0"),
            leg("+1 call 110", "0"),
        ]
    )
    assert condor.breakevens == (Decimal(95), Decimal(105))


def test_a_covered_call_is_stock_without_its_upside() -> None:
    found = payoff([leg("+100 stock", "100"), leg("-1 call 105", "2")])
    assert (found.best, found.worst) == (Decimal(700), Decimal(-9800))
    assert found.breakevens == (Decimal(98),)


def test_legs_of_different_ends_have_no_line() -> None:
    with pytest.raises(InvalidInput, match="different times"):
        payoff(legs("-1 call 100, +1 call 100 far"))


@pytest.mark.parametrize(
    ("quantity", "kind", "strike"), [("0", "call", "100"), ("1", "put", None), ("1", "stock", "5")]
)
def test_impossible_legs_are_refused(quantity: str, kind: str, strike: str | None) -> None:
    with pytest.raises(InvalidInput):
        Leg(
            kind=LegKind(kind),
            quantity=Decimal(quantity),
            price=Decimal(1),
            strike=None if strike is None else Decimal(strike),
        )


def test_a_structure_has_at_most_eight_legs() -> None:
    with pytest.raises(InvalidInput, match="to 8 legs"):
        payoff([leg("+1 call 100")] * 9)


some_legs = st.lists(
    st.builds(
        lambda kind, quantity, strike, cents: Leg(
            kind=kind,
            quantity=Decimal(quantity) * (100 if kind is LegKind.STOCK else 1),
            price=Decimal(cents) / 100 + (80 if kind is LegKind.STOCK else 0),
            strike=None if kind is LegKind.STOCK else Decimal(strike),
            expires_at=None if kind is LegKind.STOCK else NEAR,
        ),
        kind=st.sampled_from(LegKind),
        quantity=st.sampled_from([-3, -2, -1, 1, 2, 3]),
        strike=st.integers(60, 100),
        cents=st.integers(0, 1500),
    ),
    min_size=1,
    max_size=8,
)


@given(some_legs)
def test_the_line_of_any_structure_is_its_legs(made: Sequence[Leg]) -> None:
    found = payoff(made)
    sampled = [Decimal(price) / 4 for price in range(1200)]
    line = {price: result_at_expiry(made, price) for price in sampled}
    if found.best is not None:
        assert max(line.values()) <= found.best
    if found.worst is not None:
        assert min(line.values()) >= found.worst
    for price in found.breakevens:
        assert abs(result_at_expiry(made, price)) < Decimal("1e-18")
    inside = {
        price
        for price in sampled
        if any(low < price and (high is None or price < high) for low, high in found.profits)
    }
    edges = {edge for bounds in found.profits for edge in bounds}
    assert {price for price in sampled[1:] if line[price] > 0} - edges == inside - {0}
    for low, high in pairwise(sampled):
        if line[low] * line[high] < 0:
            assert any(low < price < high for price in found.breakevens)


@given(some_legs)
def test_at_their_end_model_and_line_agree(made: Sequence[Leg]) -> None:
    market = Market(at=NEAR, spot=80, volatilities=(0.3,) * len(made), rate=0.04)
    spots = np.array([40.0, 75, 80, 99.5, 140])
    expected = [float(result_at_expiry(made, Decimal(str(spot)))) for spot in spots]
    np.testing.assert_allclose(results(made, market, spots=spots), expected, atol=1e-7)


def test_odds_of_profit_are_those_of_its_ranges() -> None:
    outlook = Outlook(spot=4500, years=30 / 365, volatility=0.15)
    found = probability_of_profit(payoff(BULL_PUT), outlook)
    deviates = np.random.default_rng(3).standard_normal(2_000_000)
    ended = outlook.forward * np.exp(outlook.total * deviates - 0.5 * outlook.total**2)
    assert found == pytest.approx((ended > 4444.90).mean(), abs=0.0015)
    assert probability_of_profit(payoff([leg("+1 call 100", "0")]), outlook) == pytest.approx(
        1.0, abs=1e-9
    )


def test_a_scenario_is_the_sum_of_its_legs() -> None:
    market = Market(at=NOW, spot=4500.0, volatilities=(0.16, 0.17), rate=0.04)
    grid = scenario_grid(
        BULL_PUT, market, spots=[4455.0, 4500.0], points=[0.0, 3.0], days=[0.0, 6.0, 40.0]
    )
    assert grid.shape == (3, 2, 2)
    years = (NEAR - NOW) / timedelta(days=365) - 6 / 365
    pair = Contracts.of(is_call=False, spot=4455, strike=[4450, 4430], years=years, rate=0.04)
    sold, bought = prices(pair, [0.19, 0.20])
    assert grid[1, 1, 0] == pytest.approx(100 * (-sold + 9.10 + bought - 4.00))
    assert grid[2, 0, 1] == grid[2, 1, 1] == pytest.approx(510)


def test_greeks_of_a_position_are_in_shares_and_dollars() -> None:
    covered = [leg("+100 stock", "100"), leg("-1 call 105", "2")]
    market = Market(at=NOW, spot=100.0, volatilities=(0.0, 0.3), rate=0.04)
    found = position_greeks(covered, market)
    call = greeks(
        Contracts.of(
            is_call=True, spot=100, strike=105, years=(NEAR - NOW) / timedelta(days=365), rate=0.04
        ),
        0.3,
    )
    assert found.delta == pytest.approx(100 - 100 * call.delta[0])
    assert found.gamma == pytest.approx(-100 * call.gamma[0])
    assert found.theta == pytest.approx(-100 * call.theta[0])
    assert found.vega == pytest.approx(-100 * call.vega[0])


def test_a_calendar_is_projected_to_its_near_end() -> None:
    calendar = [leg("-1 call 100", "2.00"), leg("+1 call 100", "4.50", FAR)]
    market = Market(at=NOW, spot=100.0, volatilities=(0.25, 0.25), rate=0.04)
    found = projection(calendar, market, NEAR)
    assert len(found.breakevens) == 2
    low, high = found.breakevens
    assert low < 100 < high
    np.testing.assert_allclose(
        results(calendar, market, spots=[low, high], days=(NEAR - NOW) / timedelta(days=1)),
        0,
        atol=1e-6,
    )
    assert found.worst >= -250 - 1e-6
    assert 0.3 < found.probability_of_profit < 0.9


def test_a_projection_of_one_end_is_the_payoff() -> None:
    market = Market(at=NOW, spot=4500.0, volatilities=(0.15, 0.15))
    found = projection(BULL_PUT, market, NEAR)
    np.testing.assert_allclose(found.breakevens, [4444.90])
    np.testing.assert_allclose([found.best, found.worst], [510, -1490])
    outlook = Outlook(spot=4500, years=(NEAR - NOW) / timedelta(days=365), volatility=0.15)
    exact = probability_of_profit(payoff(BULL_PUT), outlook)
    assert found.probability_of_profit == pytest.approx(exact)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("+100 stock", StructureName.STOCK),
        ("-3 call 100", StructureName.SHORT_CALL),
        ("+2 put 100", StructureName.LONG_PUT),
        ("+100 stock, -1 call 105", StructureName.COVERED_CALL),
        ("+300 stock, -3 call 105", StructureName.COVERED_CALL),
        ("+300 stock, -1 call 105", StructureName.CUSTOM),
        ("+100 stock, +1 put 95", StructureName.PROTECTIVE_PUT),
        ("-100 stock, -1 put 95", StructureName.COVERED_PUT),
        ("+100 stock, +1 put 95, -1 call 105", StructureName.COLLAR),
        ("+100 stock, -1 put 95, -1 call 105", StructureName.COVERED_STRANGLE),
        ("+1 call 100, -1 call 105", StructureName.BULL_CALL),
        ("-1 call 100, +1 call 105", StructureName.BEAR_CALL),
        ("-1 put 4450, +1 put 4430", StructureName.BULL_PUT),
        ("+5 put 100, -5 put 95", StructureName.BEAR_PUT),
        ("+1 call 100, -2 call 105", StructureName.CALL_RATIO),
        ("-1 put 100, +2 put 95", StructureName.PUT_BACKSPREAD),
        ("+1 call 100, +1 put 100", StructureName.LONG_STRADDLE),
        ("-2 call 105, -2 put 95", StructureName.SHORT_STRANGLE),
        ("+1 call 100, -1 put 100", StructureName.SYNTHETIC_LONG),
        ("+1 call 105, -1 put 95", StructureName.RISK_REVERSAL),
        ("-1 call 100, +1 call 100 far", StructureName.CALENDAR),
        ("-1 call 105, +1 call 90 far", StructureName.DIAGONAL),
        ("+1 put 95, -2 put 100, +1 put 105", StructureName.LONG_BUTTERFLY),
        ("+2 call 95, -4 call 100, +2 call 110", StructureName.BROKEN_WING),
        ("-1 put 95, -1 call 105, +1 call 110", StructureName.JADE_LIZARD),
        ("+1 put 90, -1 put 95, -1 call 105, +1 call 110", StructureName.IRON_CONDOR),
        ("-1 call 105, +1 call 110, +1 put 90, -1 put 95", StructureName.IRON_CONDOR),
        ("+1 put 95, -1 put 100, -1 call 100, +1 call 105", StructureName.IRON_BUTTERFLY),
        ("+1 call 90, -1 call 95, -1 call 100, +1 call 105", StructureName.LONG_CONDOR),
        ("+1 call 95, -1 put 95, -1 call 105, +1 put 105", StructureName.BOX),
        ("+1 call 95, +1 call 100, +1 call 105", StructureName.CUSTOM),
        ("+1 call 100, -1 call 100", StructureName.CUSTOM),
    ],
)
def test_structures_have_their_names(text: str, name: StructureName) -> None:
    assert recognised(legs(text)) == name


def test_a_lot_bought_in_two_pieces_is_one_line() -> None:
    assert recognised(legs("+1 put 90, +1 put 90, -2 put 95")) == StructureName.BULL_PUT


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "+300 stock, -2 call 105, +1 put 80 far",
            ["covered call", "protective put"],
        ),
        (
            "+1 put 90, -1 put 95, -1 call 105, +1 call 110, -1 call 150, +2 call 50 far",
            ["iron condor", "diagonal spread", "long call"],
        ),
        ("-1 put 95, +1 put 90, -1 put 75, +1 put 70", ["bull put spread", "bull put spread"]),
        ("+1 call 100", ["long call"]),
        ("+200 stock, -1 call 105, -1 call 110", ["covered call", "covered call"]),
    ],
)
def test_loose_legs_are_sorted_into_structures(text: str, names: list[str]) -> None:
    made = legs(text)
    found = grouped(made)
    assert sorted(group.name for group in found) == sorted(names)
    total = {kind: Decimal(0) for kind in LegKind}
    for group in found:
        for piece in group.legs:
            total[piece.kind] += piece.shares
    assert total == {
        kind: sum((each.shares for each in made if each.kind is kind), Decimal(0))
        for kind in LegKind
    }


def test_a_book_of_many_ends_is_sorted_by_end() -> None:
    days = [NEAR + timedelta(days=7 * week) for week in range(10)]
    condor = ("+1 put 90", "-1 put 95", "-1 call 105", "+1 call 110")
    book = [leg(text, end=day) for text in condor for day in days]
    found = grouped(book)
    assert [group.name for group in found] == [StructureName.IRON_CONDOR] * 10
    assert all(len({piece.expires_at for piece in group.legs}) == 1 for group in found)


@pytest.mark.parametrize(
    ("text", "price", "required", "is_defined"),
    [
        ("-1 put 95, +1 put 90", "1", "500", True),
        ("-1 put 95", "1", "1600", False),
        ("-1 put 60", "1", "700", False),
        ("-1 call 105", "1", "1600", False),
        ("-1 call 105, -1 put 95", "1", "1700", False),
        ("+100 stock, -1 call 105", "1", "0", True),
        ("+1 call 100, -2 call 105", "1", "1600", False),
        ("+1 call 100", "1", "100", True),
    ],
)
def test_margin_is_estimated_by_the_public_rules(
    text: str, price: str, required: str, is_defined: bool
) -> None:
    """100 × (1 of premium + 20 % of 100 − 5 out of the money), and so on by hand."""
    found = estimated_margin(legs(text), Decimal(100))
    assert (found.required, found.is_defined) == (Decimal(required), is_defined)


@pytest.mark.parametrize(
    ("text", "required", "is_defined"),
    [
        ("-100 stock", "15000", False),
        ("-100 stock, -1 put 95", "15000", False),
        ("-100 stock, -1 put 105", "15500", False),
        ("-100 stock, -1 call 105", "16600", False),
        ("-100 stock, -2 put 95", "16600", False),
        ("-200 stock, +1 call 105", "15600", False),
        ("-1 put 95, -2 call 105, +1 call 115", "2700", False),
    ],
)
def test_what_is_naked_is_asked_for_beside_the_worst_of_the_rest(
    text: str, required: str, is_defined: bool
) -> None:
    """Stock at 100: 150 % of it when short, a put beside it what it is in the money, the rest its
    worst, which of stock sold at 100 under a call at 105 for a dollar is 600."""
    stock_at_market = [
        replace(each, price=Decimal(1 if each.is_option else 100)) for each in legs(text)
    ]
    found = estimated_margin(stock_at_market, Decimal(100))
    assert (found.required, found.is_defined) == (Decimal(required), is_defined)


def test_stock_sold_short_under_a_call_is_asked_its_worst() -> None:
    found = estimated_margin([leg("-100 stock", "100"), leg("+1 call 105")], Decimal(100))
    assert (found.required, found.is_defined) == (Decimal(600), True)


def test_an_index_is_asked_less() -> None:
    found = estimated_margin([leg("-1 put 4450", "9.10")], Decimal(4500), is_index=True)
    assert found.required == 100 * (Decimal("9.10") + Decimal("0.15") * 4500 - 50)


def test_a_dividend_above_the_time_value_invites_exercise() -> None:
    sold = leg("-1 call 90", "8")
    dividend = Dividend(ex_date=date(2026, 12, 4), amount=Decimal("0.85"))
    at_risk = {"at": NOW, "spot": Decimal(100), "rate": Decimal("0.04")}
    found = exercise_risk(sold, mark=Decimal("10.40"), dividend=dividend, **at_risk)  # type: ignore[arg-type]
    assert found is not None
    assert (found.reason, found.time_value) == (ExerciseReason.DIVIDEND, Decimal("0.40"))
    for mark, paid in ((Decimal("11.00"), dividend), (Decimal("10.40"), None)):
        assert exercise_risk(sold, mark=mark, dividend=paid, **at_risk) is None  # type: ignore[arg-type]


def test_interest_may_invite_exercise_of_a_put_and_expiry_of_all() -> None:
    sold = leg("-1 put 150", "40", FAR)
    found = exercise_risk(
        sold, at=NOW, spot=Decimal(100), mark=Decimal("50.10"), rate=Decimal("0.04")
    )
    assert found is not None
    assert found.reason == ExerciseReason.INTEREST
    assert float(found.gained) == pytest.approx(150 * 0.04 * (FAR - NOW) / timedelta(days=365))
    last = exercise_risk(
        leg("-1 call 90"),
        at=NEAR - timedelta(hours=3),
        spot=Decimal("90.5"),
        mark=Decimal("0.70"),
        rate=Decimal("0.04"),
    )
    assert last is not None
    assert last.reason == ExerciseReason.EXPIRY
    bought = leg("+1 put 150", "40", FAR)
    assert (
        exercise_risk(bought, at=NOW, spot=Decimal(100), mark=Decimal(50), rate=Decimal(1)) is None
    )


@pytest.mark.parametrize("spot", ["99.6", "100.4"])
def test_near_its_strike_on_the_last_day_nobody_knows(spot: str) -> None:
    at_risk = {"spot": Decimal(spot), "mark": Decimal("0.60"), "rate": Decimal("0.04")}
    sold = leg("-1 call 100")
    found = exercise_risk(sold, at=NEAR - timedelta(hours=3), **at_risk)  # type: ignore[arg-type]
    assert found is not None
    assert found.reason == ExerciseReason.PIN
    assert exercise_risk(sold, at=NEAR - timedelta(days=3), **at_risk) is None  # type: ignore[arg-type]
    assert exercise_risk(sold, at=NEAR + timedelta(days=1), **at_risk) is None  # type: ignore[arg-type]


def test_next_to_no_time_value_is_given_up_for_nothing() -> None:
    at_risk = {"at": NOW, "spot": Decimal(100), "rate": Decimal(0)}
    found = exercise_risk(leg("-1 call 60"), mark=Decimal("40.04"), **at_risk)  # type: ignore[arg-type]
    assert found is not None
    assert found.reason == ExerciseReason.NOTHING_LEFT
    assert exercise_risk(leg("-1 call 60"), mark=Decimal("40.40"), **at_risk) is None  # type: ignore[arg-type]


def test_a_roll_says_what_comes_in_and_what_is_locked_in() -> None:
    held = [leg("-1 call 105", "2.00")]
    found = roll(held, [Decimal("3.10")], [leg("-1 call 110", "3.60", FAR)])
    assert found.credit == Decimal(50)
    assert found.locked_in == Decimal(-110)
    assert found.days_added == pytest.approx(91, abs=0.1)


def test_a_leaps_ages() -> None:
    leaps = [leg("+1 call 100", "15", datetime(2028, 1, 21, 21, tzinfo=UTC))]
    market = Market(at=NOW, spot=100.0, volatilities=(0.3,), rate=0.04)
    months = aged(leaps, market, [0, 30, 60, 90])
    assert [row.days for row in months] == [0, 30, 60, 90]
    assert all(late.result < early.result for early, late in pairwise(months))
    assert all(late.greeks.theta < early.greeks.theta for early, late in pairwise(months))
    assert all(late.greeks.vega < early.greeks.vega for early, late in pairwise(months))


def test_cost_is_signed() -> None:
    assert cost(BULL_PUT) == Decimal(-510)
