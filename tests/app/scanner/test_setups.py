"""Setups on hand-made charts; and that no rule sees a later bar."""

from dataclasses import replace

import numpy as np
import pytest
import talib

from app.scanner.histories import Histories, Matrix, relative_strength, wilder_changes
from app.scanner.setups import Direction, Setup, prepare, scan, scan_history

BARS = 260


def charts(*closes: Matrix, volume: float = 1000.0) -> Histories:
    """One symbol per list of closes: each bar opens at the close before, with a point to spare."""
    close = np.column_stack(closes)
    before = np.vstack([close[:1], close[:-1]])
    return Histories(
        open=before,
        high=np.maximum(before, close) + 1,
        low=np.minimum(before, close) - 1,
        close=close,
        volume=np.full_like(close, volume),
    )


def wandering(symbols: int, *, bars: int = BARS, seed: int = 3) -> Histories:
    random = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.015, (bars, symbols)), axis=0))
    made = charts(*close.T)
    spare = np.exp(random.exponential(0.006, close.shape))
    return replace(
        made,
        high=np.maximum(made.open, close) * spare,
        low=np.minimum(made.open, close) / spare,
        volume=random.lognormal(13, 0.6, close.shape),
    )


def standing(histories: Histories) -> set[Setup]:
    return {setup for setup, mask in scan(histories).items() if mask[0]}


def last(histories: Histories, **values: float) -> Histories:
    """With other figures in the last bar of the first symbol."""
    columns = {name: getattr(histories, name).copy() for name in values}
    for name, value in values.items():
        columns[name][-1, 0] = value
    return replace(histories, **columns)


def flat(level: float = 100.0, *, bars: int = BARS) -> Matrix:
    """To and fro by a tenth, so that there are gains and losses."""
    found: Matrix = level + 0.1 * (np.arange(bars) % 2).astype(np.float64)
    return found


def base(*, wide: float = 3.0) -> Histories:
    """A chart whose last twenty bars are a base, after days `wide` points wide."""
    made = charts(flat())
    return replace(made, high=made.close + wide / 2, low=made.close - wide / 2)


def test_strength_is_talibs_from_the_first_value_on() -> None:
    histories = wandering(5)
    full = relative_strength(*wilder_changes(histories.close, 14, BARS))
    tail = relative_strength(*wilder_changes(histories.close, 14, 30))

    for at in range(5):
        expected = talib.RSI(np.ascontiguousarray(histories.close[:, at]), 14)
        np.testing.assert_allclose(full[:, at], expected, rtol=0, atol=1e-9)
        np.testing.assert_allclose(tail[:, at], expected[-30:], rtol=0, atol=1e-9)


def test_a_shorter_history_has_its_own_beginning() -> None:
    histories = wandering(3)
    close = histories.close.copy()
    close[:100, 1] = np.nan
    close[:, 2] = np.nan

    found = relative_strength(*wilder_changes(close, 14, BARS))

    expected = talib.RSI(np.ascontiguousarray(close[100:, 1]), 14)
    np.testing.assert_allclose(found[100:, 1], expected, rtol=0, atol=1e-9)
    assert np.isnan(found[:114, 1]).all()
    assert np.isnan(found[:, 2]).all()


def test_a_price_that_never_moved_has_no_strength() -> None:
    still = np.full((BARS, 1), 50.0)
    assert np.isnan(relative_strength(*wilder_changes(still, 14, 1))).all()


def test_a_close_above_its_base_on_volume_is_a_breakout() -> None:
    up = last(base(), close=102.0, high=102.1, volume=1600.0)
    assert Setup.BREAKOUT in standing(up)
    assert Setup.BREAKOUT not in standing(last(up, volume=1400.0))
    assert Setup.BREAKOUT not in standing(last(up, close=101.5))


def test_a_close_below_its_base_on_volume_is_a_breakdown() -> None:
    assert Setup.BREAKDOWN in standing(last(base(), close=98.0, low=97.9, volume=1600.0))


def test_what_wandered_far_is_no_base() -> None:
    trend = flat()
    trend[-21:] = np.linspace(100, 112, 21)
    histories = charts(trend)
    assert Setup.BREAKOUT not in standing(last(histories, close=115.0, high=115.1, volume=5000.0))


def test_a_low_that_is_met_again_and_turns_is_a_bounce() -> None:
    closes = flat(110.0)
    closes[-40:-30] = 101.0
    histories = last(charts(closes), open=101.0, low=100.2, high=104.0, close=103.0)

    assert Setup.BOUNCE in standing(histories)
    assert Setup.BOUNCE not in standing(last(histories, close=101.5)), "closed in its lower half"
    assert Setup.BOUNCE not in standing(last(histories, low=97.0)), "the level gave way"
    assert Setup.BOUNCE not in standing(last(histories, low=102.0)), "not met"


def test_a_high_that_is_met_again_and_turns_is_a_rejection() -> None:
    closes = flat(90.0)
    closes[-40:-30] = 99.0
    histories = last(charts(closes), open=99.0, high=99.8, low=96.0, close=97.0)

    assert Setup.REJECTION in standing(histories)
    assert Setup.REJECTION not in standing(last(histories, high=103.0))


def test_a_fall_in_a_rising_trend_is_a_pullback() -> None:
    closes = np.linspace(100, 200, BARS) + 0.4 * (np.arange(BARS) % 2)
    closes[-8:] -= 2.2 * np.arange(1, 9)
    assert Setup.PULLBACK in standing(charts(closes))
    falling = np.linspace(200, 100, BARS)
    assert Setup.PULLBACK not in standing(charts(falling))


def test_averages_that_cross_cross_on_one_bar_only() -> None:
    closes = np.concatenate([np.linspace(150, 100, 200), np.linspace(100, 160, 120)])
    found = scan_history(charts(closes))[Setup.GOLDEN_CROSS][:, 0]
    fast, slow = talib.SMA(closes, 50), talib.SMA(closes, 200)
    crossed = np.flatnonzero((fast[:-1] <= slow[:-1]) & (fast[1:] > slow[1:])) + 1

    assert np.flatnonzero(found).tolist() == crossed.tolist()
    assert len(crossed) == 1
    mirrored = scan_history(charts(250 - closes))[Setup.DEATH_CROSS][:, 0]
    assert np.flatnonzero(mirrored).tolist() == crossed.tolist()


def test_a_lower_low_on_more_strength_is_a_bullish_divergence() -> None:
    closes = flat()
    closes[-22:-17] = [97, 94, 91, 88, 85]
    closes[-17:-5] = np.linspace(87, 92, 12)
    closes[-5:] = [90, 88, 86, 84, 85]
    found = standing(charts(closes))
    assert Setup.BULLISH_DIVERGENCE in found
    assert Setup.BEARISH_DIVERGENCE in standing(charts(200 - closes))


def test_a_lower_low_on_less_strength_is_none() -> None:
    closes: Matrix = 100.0 + 2 * (np.arange(BARS) % 2).astype(np.float64)
    closes[-22:-17] = [99, 98, 97, 96, 95]
    closes[-17:-5] = np.linspace(96, 99, 12)
    closes[-5:] = [95, 90, 85, 80, 81]
    assert Setup.BULLISH_DIVERGENCE not in standing(charts(closes))


def test_a_spike_needs_volume_and_the_price_to_confirm_it() -> None:
    histories = last(charts(flat()), close=103.0, high=103.5, low=100.0, volume=3000.0)
    assert Setup.SPIKE_UP in standing(histories)
    assert Setup.SPIKE_UP not in standing(last(histories, volume=2900.0))
    assert Setup.SPIKE_UP not in standing(last(histories, close=101.0)), "inside of the day before"
    down = last(charts(flat()), close=97.0, high=100.0, low=96.5, volume=3000.0)
    assert Setup.SPIKE_DOWN in standing(down)


def test_a_squeeze_is_told_when_it_ends_and_by_its_side() -> None:
    quiet = base(wide=3.0)
    assert not {Setup.SQUEEZE_UP, Setup.SQUEEZE_DOWN} & standing(quiet)
    assert Setup.SQUEEZE_UP in standing(last(quiet, close=120.0, high=120.1))
    assert Setup.SQUEEZE_DOWN in standing(last(quiet, close=80.0, low=79.9))
    trend = flat()
    trend[-31:] = np.linspace(100, 160, 31)
    assert Setup.SQUEEZE_UP not in standing(last(charts(trend), close=175.0)), "never squeezed"


def test_bands_and_channels_are_those_of_the_books() -> None:
    histories = wandering(40, bars=120)
    past, bar = prepare(histories.until(119)), histories.row(-1)
    for at in range(40):
        close = np.ascontiguousarray(histories.close[:, at])
        high, low = histories.high[:, at], histories.low[:, at]
        upper, middle, _ = talib.BBANDS(close, 20, 2, 2)
        span = talib.SMA(talib.TRANGE(high.copy(), low.copy(), close), 20)
        squeezed = upper - middle < 1.5 * span
        assert bool(past.squeezed[at]) == bool(squeezed[-6:-1].all())
        released = squeezed[-6:-1].all() and not squeezed[-1]
        told = any(past.hits(bar)[each][at] for each in (Setup.SQUEEZE_UP, Setup.SQUEEZE_DOWN))
        assert told == bool(released)


def test_history_tells_of_each_bar_what_was_told_on_it() -> None:
    histories = wandering(30)
    history = scan_history(histories)

    assert sum(int(mask.sum()) for mask in history.values()) > 100
    for at in (200, 231, BARS - 1):
        then = scan(histories.until(at + 1))
        for setup in Setup:
            assert history[setup][at].tolist() == then[setup].tolist(), setup


NEEDED = {
    Setup.PULLBACK: 200, Setup.GOLDEN_CROSS: 201, Setup.DEATH_CROSS: 201,
    Setup.BOUNCE: 61, Setup.REJECTION: 61,
    Setup.BULLISH_DIVERGENCE: 31, Setup.BEARISH_DIVERGENCE: 31,
    Setup.SQUEEZE_UP: 26, Setup.SQUEEZE_DOWN: 26,
    Setup.BREAKOUT: 22, Setup.BREAKDOWN: 22, Setup.SPIKE_UP: 21, Setup.SPIKE_DOWN: 21,
}  # fmt: skip


@pytest.mark.parametrize("bars", [1, 2, 19, 21, 25, 30, 60, 199])
def test_a_setup_that_needs_more_bars_stands_nowhere(bars: int) -> None:
    found = scan(wandering(400, bars=bars))
    assert not any(found[setup].any() for setup, needed in NEEDED.items() if needed > bars)


def test_a_newcomer_among_many_is_judged_by_its_own_bars() -> None:
    histories = wandering(50)
    young = Histories(
        *(
            np.vstack([np.full((160, 50), np.nan), getattr(histories, name)[160:]])
            for name in ("open", "high", "low", "close", "volume")
        )
    )
    mixed = Histories(
        *(
            np.hstack([getattr(histories, name), getattr(young, name)])
            for name in ("open", "high", "low", "close", "volume")
        )
    )
    alone = Histories(
        *(getattr(histories, name)[160:] for name in ("open", "high", "low", "close", "volume"))
    )
    found, expected = scan(mixed), scan(alone)
    for setup in Setup:
        assert found[setup][50:].tolist() == expected[setup].tolist(), setup


def test_every_setup_has_a_side() -> None:
    sides = [setup.direction for setup in Setup]
    assert (sides.count(Direction.LONG), sides.count(Direction.SHORT)) == (7, 6)
