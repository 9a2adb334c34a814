"""What counts as a test of a level."""

import numpy as np
import pytest

from app.levels.touches import count_touches

ATR = 1.0


def counted(
    bars: list[tuple[float, float]],
    *,
    level: float = 100.0,
    start: int = 0,
    atr: float | None = ATR,
) -> int:
    low, high = (np.array(column, dtype=float) for column in zip(*bars, strict=True))
    rows = np.full((1, len(bars)), level)
    return int(count_touches(rows, high, low, start=np.array([start]), atr=atr)[0])


FAR = (98.0, 99.0)
AT = (99.5, 100.1)
NEAR = (99.0, 99.98)
HOVERING = (99.0, 99.95)


def test_a_price_that_never_comes_near_tests_nothing() -> None:
    assert counted([FAR, FAR, (101.0, 102.0)]) == 0


def test_minutes_spent_at_a_level_are_one_test() -> None:
    assert counted([FAR, AT, AT, AT, FAR]) == 1


def test_coming_back_after_leaving_is_another_test() -> None:
    assert counted([FAR, AT, FAR, AT, FAR, NEAR]) == 3


def test_two_hundredths_of_an_atr_is_near_enough_and_more_is_not() -> None:
    assert counted([FAR, NEAR]) == 1
    assert counted([FAR, (99.0, 99.97)]) == 0


def test_hovering_within_a_tenth_of_an_atr_is_not_leaving() -> None:
    assert counted([FAR, AT, HOVERING, AT, HOVERING, AT]) == 1


def test_a_level_may_be_tested_from_both_sides() -> None:
    assert counted([FAR, AT, (101.0, 102.0), (100.0, 101.0)]) == 2


def test_a_gap_across_the_level_does_not_test_it() -> None:
    assert counted([FAR, (101.0, 102.0), FAR]) == 0


def test_a_first_bar_at_a_standing_level_is_a_test() -> None:
    assert counted([AT, FAR]) == 1


def test_a_level_that_price_has_just_made_must_be_left_first() -> None:
    assert counted([AT, AT, AT, FAR, AT], start=1) == 1
    assert counted([AT, AT, AT], start=1) == 0


def test_bars_before_the_level_was_made_do_not_count() -> None:
    assert counted([AT, FAR, AT, FAR], start=3) == 0


def test_without_an_atr_only_a_trade_at_the_level_counts() -> None:
    assert counted([FAR, NEAR, FAR, AT], atr=None) == 1


def test_a_moving_level_is_met_where_it_stood_at_each_bar() -> None:
    low, high = np.array([99.0, 99.0, 99.0]), np.array([99.5, 99.5, 99.5])
    moving = np.array([[100.0, 99.2, 105.0]])
    assert count_touches(moving, high, low, start=np.array([0]), atr=ATR)[0] == 1


@pytest.mark.parametrize("scale", [0.01, 1000.0])
def test_the_count_does_not_depend_on_the_price_scale(scale: float) -> None:
    bars = [FAR, AT, HOVERING, FAR, NEAR, FAR, AT]
    scaled = [(low * scale, high * scale) for low, high in bars]
    assert counted(scaled, level=100.0 * scale, atr=ATR * scale) == counted(bars) == 3
