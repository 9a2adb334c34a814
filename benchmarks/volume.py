"""Volume by price of a month of minute bars: ours against the loop one would write and pandas.

8,190 bars of 21 sessions over rows chosen by our rule. The peers get the same rows. The loop adds each
bar to each row it overlaps; pandas builds the matrix of bars by rows, clips the overlaps and sums.
Volumes must agree to 1e-9 of the whole.
"""

from typing import Any

import numpy as np

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.levels.profile import Profile, profile_of
from app.market.models import Bars, Floats, Provider
from benchmarks.paired import paired_timings, print_timings

BARS = 21 * 390
TICK = 0.01


def run() -> None:
    """Check that all agree, then print paired medians."""
    import pandas as pd

    bars = random_bars()
    ours = profile_of(bars, tick=TICK)
    if ours is None:
        raise RuntimeError("bars with volume have a profile")
    frame = pd.DataFrame({"low": bars.low, "high": bars.high, "volume": bars.volume})
    for peer in (by_loop(bars, ours), by_pandas(frame, ours)):
        np.testing.assert_allclose(peer, ours.volume, rtol=0, atol=1e-9 * ours.total)
    timings = paired_timings(
        {
            "trading coach (numpy, differences)": lambda: profile_of(bars, tick=TICK),
            f"pandas {pd.__version__}, bars by rows": lambda: by_pandas(frame, ours),
            "plain Python, row by row": lambda: by_loop(bars, ours),
        },
        rounds=9,
    )
    print_timings(
        f"Volume of {len(bars):,} minute bars over {len(ours.volume)} rows, CPU time per call",
        timings,
        note="ours with rows chosen, point of control and value area; the others the volumes alone",
    )


def random_bars() -> Bars:
    """A random walk in cents."""
    random = np.random.default_rng(7)
    close = np.round(600 + np.cumsum(random.normal(0, 0.15, BARS)), 2)
    return Bars(
        symbol=Symbol("SPY"),
        timeframe=Timeframe.M1,
        time=np.arange(BARS, dtype=np.int64) * 60,
        open=close,
        high=np.round(close + random.exponential(0.2, BARS) + 0.01, 2),
        low=np.round(close - random.exponential(0.2, BARS) - 0.01, 2),
        close=close,
        volume=np.round(random.lognormal(9, 1, BARS)),
        provider=Provider(name="hand"),
    )


def by_pandas(frame: Any, rows: Profile) -> Floats:
    """A row per bar, a column per price row."""
    import pandas as pd

    edges = np.array([rows.edge(at) for at in range(len(rows.volume) + 1)])
    low, high = frame["low"].to_numpy()[:, None], frame["high"].to_numpy()[:, None]
    overlaps = pd.DataFrame(
        np.minimum(high, edges[1:]) - np.maximum(low, edges[:-1]), index=frame.index
    ).clip(lower=0.0)
    density = frame["volume"] / (frame["high"] - frame["low"])
    volume: Floats = overlaps.mul(density, axis=0).sum().to_numpy()
    return volume


def by_loop(bars: Bars, rows: Profile) -> Floats:
    """Each bar into each row it overlaps."""
    edges = [rows.edge(at) for at in range(len(rows.volume) + 1)]
    volume = [0.0] * len(rows.volume)
    for low, high, traded in zip(
        bars.low.tolist(), bars.high.tolist(), bars.volume.tolist(), strict=True
    ):
        first = max(0, int((low - edges[0]) / rows.row) - 1)
        for at in range(first, len(volume)):
            if edges[at] >= high:
                break
            overlap = min(high, edges[at + 1]) - max(low, edges[at])
            if overlap > 0:
                volume[at] += traded * overlap / (high - low)
    return np.array(volume)
