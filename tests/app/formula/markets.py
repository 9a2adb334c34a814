"""Made-up markets: panels of several timeframes that fit each other."""

from dataclasses import replace
from datetime import date

import numpy as np

from app.core.timeframes import Timeframe
from app.formula.live import Row
from app.formula.panel import Panel
from app.market.calendar import session_table, sessions_between
from app.market.models import Ints

FIELDS = ("open", "high", "low", "close", "volume")


def minutes_of(days: int, step: int, *, extended: bool = False) -> Ints:
    """Starts of bars of `step` minutes over sessions around a clock change and a half day."""
    starts = []
    for session in sessions_between(date(2026, 10, 28), date(2026, 12, 31))[:days]:
        first = session.premarket_open if extended else session.open
        last = session.after_hours_close if extended else session.close
        starts.append(np.arange(int(first.timestamp()), int(last.timestamp()), step * 60))
    return np.concatenate(starts)


def days_before(day: date, count: int) -> Ints:
    """Opens of the sessions before `day`, and of twenty from it on."""
    table = session_table()
    at = int(np.searchsorted(table.ordinals, day.toordinal()))
    opens: Ints = table.opens[at - count : at + 20].copy()
    return opens


def walk(time: Ints, columns: int, seed: int, timeframe: Timeframe) -> Panel:
    """Random walks in cents, with flat stretches and bars without volume among them."""
    random = np.random.default_rng(seed)
    shape = (len(time), columns)
    steps = random.normal(0, 0.4, shape) * (random.random(shape) > 0.15)
    close = np.round(50 + np.abs(np.cumsum(steps, axis=0)), 2)
    opens = np.round(close + random.normal(0, 0.2, shape) * (random.random(shape) > 0.2), 2)
    top, bottom = np.maximum(opens, close), np.minimum(opens, close)
    return Panel(
        symbols=tuple(f"S{number}" for number in range(columns)),
        timeframe=timeframe,
        time=time,
        open=opens,
        high=np.round(top + random.exponential(0.1, shape), 2),
        low=np.round(bottom - random.exponential(0.1, shape), 2),
        close=close,
        volume=np.round(random.lognormal(5, 1, shape)) * (random.random(shape) > 0.05),
    )


def with_holes(panel: Panel, seed: int) -> Panel:
    """The same with bars missing: late listings, halts, single gaps."""
    random = np.random.default_rng(seed)
    missing = random.random(panel.shape) < 0.1
    missing[: panel.shape[0] // 3, 0] = True
    open_, high, low, close, volume = (
        np.where(missing, np.nan, getattr(panel, name)) for name in FIELDS
    )
    return replace(panel, open=open_, high=high, low=low, close=close, volume=volume)


def column(panel: Panel, number: int) -> Panel:
    """One symbol's own bars, without the moments it has none."""
    there = ~np.isnan(panel.close[:, number])
    fields = {name: getattr(panel, name)[there, number : number + 1] for name in FIELDS}
    return Panel(
        symbols=(panel.symbols[number],),
        timeframe=panel.timeframe,
        time=panel.time[there],
        **fields,
    )


def row_of(panel: Panel, number: int) -> Row:
    """One row of a panel as a bar."""
    fields = {name: getattr(panel, name)[number] for name in FIELDS}
    return Row(time=int(panel.time[number]), **fields)
