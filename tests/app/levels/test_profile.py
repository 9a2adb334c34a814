"""Volume by price: worked by hand, held against plain Python, and true of any bars."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.levels.profile import ROWS_AT_MOST, VALUE_SHARE, Profile, profile_of, row_size
from app.market.models import Bars, Provider

Rows = list[tuple[float, float, float]]


def bars_of(rows: Rows) -> Bars:
    """Bars of `(low, high, volume)`."""
    low, high, volume = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    return Bars(
        symbol=Symbol("SPY"),
        timeframe=Timeframe.M1,
        time=np.arange(len(rows), dtype=np.int64) * 60,
        open=low,
        high=high,
        low=low,
        close=high,
        volume=volume,
        provider=Provider(name="hand"),
    )


def found(rows: Rows, tick: float = 1.0) -> Profile:
    profile = profile_of(bars_of(rows), tick=tick)
    assert profile is not None
    return profile


def by_hand(rows: Rows, row: float, bottom: int, count: int) -> list[float]:
    """Each bar into each row it overlaps, one at a time."""
    volume = [0.0] * count
    for low, high, traded in rows:
        first, last = round(low / row, 9) - bottom, round(high / row, 9) - bottom
        if first == last:
            volume[min(int(first), count - 1)] += traded
            continue
        for at in range(count):
            overlap = max(0.0, min(last, at + 1) - max(first, at))
            volume[at] += traded * overlap / (last - first)
    return volume


def area_by_hand(volume: list[float], control: int) -> tuple[int, int]:
    first = last = control
    while sum(volume[first : last + 1]) < VALUE_SHARE * sum(volume) * (1 - 1e-9):
        above, below = volume[last + 1 : last + 3], volume[max(0, first - 2) : first]
        if below == [] or (above != [] and sum(above) >= sum(below) - 1e-9 * sum(volume)):
            last += len(above)
        else:
            first -= len(below)
    return first, last


def test_a_profile_is_as_worked_out_by_hand() -> None:
    """Rows of 1 from 10 to 16.

    10-12 trades 20: 10, 10 · 11-14 trades 90: 30 to each of 11, 12, 13 · 13-13 trades 25 ·
    12-16 trades 40: 10 each. Together 10, 40, 40, 65, 10, 10: 175, of which 122.5 are 70 %.
    Most is in 13-14. Above it 10 + 10, below it 40 + 40: 145 are inside, from 11 to 14.
    """
    profile = found([(10, 12, 20), (11, 14, 90), (13, 13, 25), (12, 16, 40)])
    assert profile.volume.tolist() == [10, 40, 40, 65, 10, 10]
    assert (profile.poc, profile.val, profile.vah) == (13.5, 11, 14)
    assert profile.share == pytest.approx(145 / 175)


def test_a_bar_gives_each_row_the_share_it_overlaps() -> None:
    profile = found([(10.5, 12.25, 70)])
    assert profile.volume == pytest.approx([20, 40, 10])


def test_of_equal_rows_the_one_nearest_the_middle_is_the_point_of_control() -> None:
    """Rows 0, 3 and 4 of five hold 30: row 3 lies one row from the middle, the others two."""
    profile = found([(10, 11, 30), (11, 12, 5), (12, 13, 5), (13, 14, 30), (14, 15, 30)])
    assert profile.poc == 13.5
    even = found([(10, 11, 30), (11, 12, 5), (12, 13, 30)])
    assert even.poc == 10.5


def test_of_equal_pairs_the_upper_one_joins_the_value_area() -> None:
    """40 in the middle; 10 in each of the two rows above and below: 60 of 80 are enough."""
    rows: Rows = [(10 + at, 11 + at, 40 if at == 2 else 10) for at in range(5)]
    profile = found(rows)
    assert (profile.val, profile.vah) == (12, 15)


def test_at_the_end_of_the_range_a_single_row_joins() -> None:
    profile = found([(10, 11, 20), (11, 12, 40), (12, 13, 12), (13, 14, 6), (14, 15, 22)])
    assert (profile.val, profile.vah) == (10, 14)


def test_one_price_is_one_row() -> None:
    profile = found([(10, 10, 5), (10, 10, 7)], tick=0.01)
    assert profile.volume.tolist() == [12]
    assert (profile.val, profile.vah) == (10, 10.01)


def test_bars_without_volume_have_no_profile() -> None:
    assert profile_of(bars_of([(10, 12, 0), (11, 13, 0)]), tick=0.01) is None
    assert profile_of(bars_of([(10, 12, 0)]).slice(0, 0), tick=0.01) is None


def test_decimal_prices_lie_on_their_rows() -> None:
    """100.05 is 2001 rows of 0.05, though no binary number says so."""
    profile = found([(100.05, 100.10, 10), (100.10, 100.15, 30)], tick=0.05)
    assert profile.volume.tolist() == [10, 30]
    assert (profile.val, profile.poc, profile.vah) == (100.10, 100.125, 100.15)


@pytest.mark.parametrize(
    ("low", "high", "row"),
    [(100, 101.99, 0.01), (100, 102.01, 0.02), (100, 104.01, 0.05), (500, 600, 0.5), (5, 5, 0.01)],
)
def test_rows_are_round_and_not_too_many(low: float, high: float, row: float) -> None:
    assert row_size(low, high, 0.01) == pytest.approx(row)


hundredths = st.integers(1, 3_000).map(lambda cents: cents / 100)
a_bar = st.tuples(hundredths, hundredths, st.integers(0, 10_000)).map(
    lambda bar: (min(bar[:2]), max(bar[:2]), float(bar[2]))
)
some_bars = st.lists(a_bar, min_size=1, max_size=60).filter(lambda bars: any(b[2] for b in bars))


@settings(max_examples=200, deadline=None)
@given(some_bars)
def test_a_profile_equals_the_slow_one(rows: Rows) -> None:
    profile = found(rows, tick=0.01)
    count = len(profile.volume)
    assert count <= ROWS_AT_MOST
    slow = by_hand([bar for bar in rows if bar[2]], profile.row, profile.bottom, count)
    assert profile.volume == pytest.approx(slow, rel=1e-9, abs=1e-6)
    assert max(slow) - slow[profile.control] <= 1e-6
    assert (profile.first, profile.last) == area_by_hand(profile.volume.tolist(), profile.control)


@settings(max_examples=200, deadline=None)
@given(some_bars)
def test_no_volume_is_lost_or_made(rows: Rows) -> None:
    profile = found(rows, tick=0.01)
    traded = [bar for bar in rows if bar[2]]
    assert profile.total == pytest.approx(sum(bar[2] for bar in traded), rel=1e-9)
    assert (profile.volume >= 0).all()
    assert profile.share >= VALUE_SHARE * (1 - 1e-8)
    assert profile.val <= profile.poc <= profile.vah
    assert profile.edge(0) <= min(bar[0] for bar in traded)
    assert profile.edge(len(profile.volume)) >= max(bar[1] for bar in traded) - 1e-9
