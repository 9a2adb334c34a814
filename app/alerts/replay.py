"""How often it would have fired: alerts played over the bars of a past that is all there.

Decided: a level that stands still is played in leaps (`leaping.py`), because that is what is asked of
a whole month; a level that moves, a volume and a rolling move go tick by tick through the index. Either
way the firings are those of the plain machine, and each bar is the four prices of `states.path_of`.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from uuid import UUID

import numpy as np

from app.alerts.edges import MINUTE
from app.alerts.index import ThresholdIndex, Tick
from app.alerts.leaping import Flags, Paths, Rules, can_leap, replay_many
from app.alerts.triggers import Firing, State, Trigger
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.models import Bars, Floats


def replay(
    alert: UUID, trigger: Trigger, bars: Bars, *, level: float | None, average: float | None = None
) -> list[Firing]:
    """What one alert would have told over minute bars, its level standing still.

    Each bar is four prices, as in `states.path_of`.
    """
    if trigger.needs_level and level is None:
        return []
    path = path_arrays(bars)
    if level is None or not can_leap(trigger):
        index = ThresholdIndex()
        index.add(alert, bars.symbol, trigger, State(level=level, average=average))
        return _late(index.ticks(_ticks(bars.symbol, path)))
    times, prices = (column[path.is_good] for column in (path.times, path.prices))
    if not len(times):
        return []
    fired = replay_many(Rules.of([(0, trigger, level)]), Paths.of([(times, prices)]))
    columns = (fired.places, fired.sequences, fired.numbers)
    return [
        Firing(
            alert=alert,
            sequence=sequence,
            price=float(prices[place]),
            at=float(times[place]),
            number=number,
            level=level,
            is_late=True,
        )
        for place, sequence, number in zip(*(each.tolist() for each in columns), strict=True)
    ]


def replay_moving(
    alert: UUID, trigger: Trigger, bars: Bars, levels: Floats, *, afresh: Flags | None = None
) -> list[Firing]:
    """The same with a level for every bar, NaN where there is none.

    Where `afresh` is true, the bar's level is another one of the same name, as PDH is every day.
    """
    return _late(_played(alert, trigger, bars, levels, afresh)[1])


def state_after(
    trigger: Trigger, bars: Bars, levels: Floats, *, afresh: Flags | None = None
) -> State:
    """How far a watch has come that was there from the first of these bars on."""
    alert = UUID(int=0)
    return _played(alert, trigger, bars, levels, afresh)[0].state(alert)


def _played(
    alert: UUID, trigger: Trigger, bars: Bars, levels: Floats, afresh: Flags | None
) -> tuple[ThresholdIndex, list[Firing]]:
    index = ThresholdIndex()
    index.add(alert, bars.symbol, trigger, State())
    fired: list[Firing] = []
    ticks = _ticks(bars.symbol, path_arrays(bars))
    is_new = np.zeros(len(bars), dtype=bool) if afresh is None else afresh
    before: float | None = None
    for value, is_afresh in zip(levels.tolist(), is_new.tolist(), strict=True):
        level = None if math.isnan(value) else value
        if is_afresh or level != before:
            index.relevel(alert, level, afresh=is_afresh)
            before = level
        fired += index.ticks(islice(ticks, 4))
    return index, fired


@dataclass(frozen=True, slots=True)
class Path:
    """Bars as prices, four each; `is_good` is false for what no tick could be."""

    times: Floats
    prices: Floats
    volumes: Floats
    is_good: Flags


def path_arrays(bars: Bars) -> Path:
    """What `states.path_of` gives of bars of which nothing was seen."""
    if bars.timeframe is not Timeframe.M1:
        raise ValueError("minutes are what is played")
    rises = bars.close >= bars.open
    first, second = np.where(rises, bars.low, bars.high), np.where(rises, bars.high, bars.low)
    prices = np.stack((bars.open, first, second, bars.close), axis=1).reshape(-1)
    times = (bars.time[:, None] + np.arange(4) * (MINUTE / 4)).reshape(-1)
    is_good = np.isfinite(prices) & (prices > 0)
    return Path(times, prices, np.repeat(bars.volume, 4), is_good)


def _ticks(symbol: Symbol, path: Path) -> Iterator[Tick]:
    columns = (path.times, path.prices, path.volumes)
    for at, price, volume in zip(*(each.tolist() for each in columns), strict=True):
        yield symbol, at, price, volume


def _late(fired: Sequence[Firing]) -> list[Firing]:
    return [replace(each, is_late=True) for each in fired]
