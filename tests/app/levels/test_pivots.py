"""Pivot formulas: the reference cases, TradingView's own example, and what must always hold."""

import json
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.levels.pivots import PivotMethod, Prices, pivots, traditional_pivots

METHODS = {
    "classic/floor": PivotMethod.TRADITIONAL,
    "fibonacci": PivotMethod.FIBONACCI,
    "camarilla": PivotMethod.CAMARILLA,
    "woodie": PivotMethod.WOODIE,
    "demark": PivotMethod.DEMARK,
}
cents = st.decimals(min_value="0.01", max_value="100000", places=2)


@st.composite
def days(draw: st.DrawFn) -> Prices[Decimal]:
    low, high = sorted((draw(cents), draw(cents)))
    inside = st.decimals(min_value=low, max_value=high, places=2)
    return Prices(draw(inside), high, low, draw(inside))


def decimals(case: dict[str, Any]) -> dict[str, Decimal]:
    return {name: Decimal(str(value)) for name, value in case.items()}


@pytest.mark.shared_data
def test_every_reference_case_is_met_to_its_printed_digits(shared_data: Path) -> None:
    cases = json.loads((shared_data / "levels/pivot_cases.json").read_text())
    assert len(cases) >= 60
    for case in cases:
        given_prices = decimals(case["input"])
        last = Prices(*(given_prices[letter] for letter in "OHLC"))
        found = pivots(METHODS[case["type"]], last, given_prices.get("current_open"))
        for name, expected in decimals(case["expected"]).items():
            assert abs(found[name] - expected) <= Decimal("0.0000005"), (case, name, found[name])


def test_tradingviews_worked_example_comes_out() -> None:
    # AAPL, 18 June 2019, from TradingView's page on "Pivot Points Standard".
    found = traditional_pivots(
        Prices(Decimal("196.05"), Decimal("200.29"), Decimal("195.21"), Decimal("198.45"))
    )
    printed = {
        "PP": "197.983333333", "R1": "200.756666666", "S1": "195.676666666",
        "R2": "203.063333333", "S2": "192.903333333", "R3": "205.836666666",
        "S3": "190.596666666", "R4": "208.609999999", "S4": "188.289999999",
        "R5": "211.383333332", "S5": "185.983333332",
    }  # fmt: skip
    assert found.keys() == printed.keys()
    for name, value in printed.items():
        assert abs(found[name] - Decimal(value)) < Decimal("0.000000002")


def test_camarilla_by_hand() -> None:
    # range 10: 1.1 · 10 / 12, 6, 4, 2 around the close; R5 = 110 / 100 · 104
    found = pivots(PivotMethod.CAMARILLA, Prices(*map(Decimal, (101, 110, 100, 104))))
    assert found["R4"] == Decimal("109.5")
    assert found["S4"] == Decimal("98.5")
    assert found["R3"] == Decimal("106.75")
    assert found["R5"] == Decimal("114.4")
    assert found["S5"] == Decimal("93.6")


def test_woodies_pivots_wait_for_the_open() -> None:
    last = Prices(*map(Decimal, (100, 110, 100, 104)))
    assert pivots(PivotMethod.WOODIE, last) == {}
    assert pivots(PivotMethod.WOODIE, last, Decimal(106))["PP"] == Decimal("105.5")


@pytest.mark.parametrize(
    ("open_", "close", "pivot"),
    [("104", "104", "104.5"), ("101", "104", "106"), ("108", "104", "103.5")],
)
def test_demark_weighs_by_how_the_day_closed(open_: str, close: str, pivot: str) -> None:
    last = Prices(Decimal(open_), Decimal(110), Decimal(100), Decimal(close))
    assert pivots(PivotMethod.DEMARK, last)["PP"] == Decimal(pivot)


@given(days(), st.sampled_from(PivotMethod), cents)
def test_supports_lie_below_resistances_in_order(
    last: Prices[Decimal], method: PivotMethod, current_open: Decimal
) -> None:
    found = pivots(method, last, current_open)
    if method is PivotMethod.WOODIE:
        # An open far outside the previous range may carry PP beyond R1; the ladder keeps its order
        # only from the pivot outwards by range.
        assert found["S2"] <= found["PP"] <= found["R2"]
        return
    above = [found[name] for name in ("PP", "R1", "R2", "R3", "R4") if name in found]
    below = [found[name] for name in ("PP", "S1", "S2", "S3", "S4") if name in found]
    slack = Decimal("1e-18")
    assert all(nearer <= farther + slack for nearer, farther in pairwise(above))
    assert all(nearer >= farther - slack for nearer, farther in pairwise(below))


@given(days(), st.sampled_from([m for m in PivotMethod if m is not PivotMethod.WOODIE]))
def test_ten_times_the_price_is_ten_times_the_pivot(
    last: Prices[Decimal], method: PivotMethod
) -> None:
    tenfold = Prices(10 * last.open, 10 * last.high, 10 * last.low, 10 * last.close)
    once, tenfold_found = pivots(method, last), pivots(method, tenfold)
    assert all(abs(tenfold_found[n] - 10 * once[n]) < Decimal("1e-15") for n in once)


def test_arrays_and_decimals_agree() -> None:
    last = Prices(Decimal("212.61"), Decimal("217.02"), Decimal("211.52"), Decimal("214.96"))
    arrays = Prices(*(np.array([float(p)]) for p in (last.open, last.high, last.low, last.close)))
    exact, fast = traditional_pivots(last), traditional_pivots(arrays)
    for name, value in exact.items():
        assert abs(float(value) - float(fast[name][0])) < 1e-9
