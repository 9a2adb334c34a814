"""Relative strength of sectors: how they did against the market, and which way that is turning.

Decided: a definition of our own, published here, since the best known one is a trade secret.
`strength` is 100 times the ratio of a sector's close to the benchmark's, over its mean of the last
50 sessions; `momentum` is 100 times `strength` over its mean of the last 10. Above 100 a sector is
stronger than it was, or gaining. The quarter follows: leading (both above), weakening (strong, but
losing), lagging (both below), improving (weak, but gaining).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from app.core.symbols import Symbol
from app.market.models import Bars, Floats

if TYPE_CHECKING:
    from numpy.typing import NDArray

BENCHMARK = Symbol("SPY")
SECTORS: Mapping[Symbol, str] = {
    Symbol("XLK"): "technology",
    Symbol("XLF"): "financials",
    Symbol("XLE"): "energy",
    Symbol("XLV"): "health care",
    Symbol("XLI"): "industrials",
    Symbol("XLY"): "consumer discretionary",
    Symbol("XLP"): "consumer staples",
    Symbol("XLU"): "utilities",
    Symbol("XLB"): "materials",
    Symbol("XLRE"): "real estate",
    Symbol("XLC"): "communication services",
}
"""The eleven sector funds of the S&P 500."""

_CALLED = {
    "tech": "XLK", "technology": "XLK", "information technology": "XLK", "financials": "XLF",
    "financial": "XLF", "finance": "XLF", "banks": "XLF", "energy": "XLE", "oil stocks": "XLE",
    "health care": "XLV", "healthcare": "XLV", "health": "XLV", "industrials": "XLI",
    "industrial": "XLI", "consumer discretionary": "XLY", "discretionary": "XLY",
    "consumer staples": "XLP", "staples": "XLP", "utilities": "XLU", "utility": "XLU",
    "materials": "XLB", "real estate": "XLRE", "reits": "XLRE", "communication services": "XLC",
    "communications": "XLC", "communication": "XLC", "telecom": "XLC",
}  # fmt: skip
SECTOR_NAMES = tuple(sorted(_CALLED, key=len, reverse=True))
"""What sectors are called, longest first."""


def sector_of(name: str) -> Symbol | None:
    """The fund of a sector, by the sector's name or the fund's symbol."""
    low = " ".join(name.casefold().split())
    called = _CALLED.get(low, low.upper())
    return next((symbol for symbol in SECTORS if symbol == called), None)


STRENGTH_SESSIONS, MOMENTUM_SESSIONS = 50, 10


class Window(StrEnum):
    """How far back sectors are compared."""

    DAY = "1d"
    WEEK = "1w"
    MONTH = "1m"
    QUARTER = "3m"
    HALF_YEAR = "6m"
    YEAR = "1y"
    YEAR_TO_DATE = "ytd"


SESSIONS = {
    Window.DAY: 1,
    Window.WEEK: 5,
    Window.MONTH: 21,
    Window.QUARTER: 63,
    Window.HALF_YEAR: 126,
    Window.YEAR: 252,
}


class Quarter(StrEnum):
    LEADING = "leading"
    WEAKENING = "weakening"
    LAGGING = "lagging"
    IMPROVING = "improving"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One sector. `change_pct` is its own, `excess` that less the benchmark's, in points of percent;
    `strength` and `momentum` are None without enough history."""

    symbol: Symbol
    sector: str
    change_pct: float
    excess: float
    strength: float | None
    momentum: float | None

    @property
    def quarter(self) -> Quarter | None:
        if self.strength is None or self.momentum is None:
            return None
        is_strong, is_gaining = self.strength >= 100, self.momentum >= 100
        if is_strong:
            return Quarter.LEADING if is_gaining else Quarter.WEAKENING
        return Quarter.IMPROVING if is_gaining else Quarter.LAGGING


def standings(sectors: Mapping[Symbol, Bars], benchmark: Bars, window: Window) -> list[Standing]:
    """The sectors by excess, best first; one without bars at both ends of the window is left out.

    All are daily bars; only days that the benchmark has too are compared.
    """
    found = []
    for symbol, bars in sectors.items():
        _, ours, theirs = np.intersect1d(bars.time, benchmark.time, return_indices=True)
        closes, market = bars.close[ours], benchmark.close[theirs]
        start = first_of(benchmark.time[theirs], window)
        if start is None or start >= len(closes) - 1:
            continue
        change = (closes[-1] / closes[start] - 1) * 100
        of_market = (market[-1] / market[start] - 1) * 100
        strength, momentum = _strength(closes / market)
        found.append(
            Standing(
                symbol=symbol,
                sector=SECTORS.get(symbol, str(symbol)),
                change_pct=float(change),
                excess=float(change - of_market),
                strength=strength,
                momentum=momentum,
            )
        )
    return sorted(found, key=lambda each: -each.excess)


def first_of(times: "NDArray[np.int64]", window: Window) -> int | None:
    """The place of the close a window starts from; None if it is not there."""
    if len(times) == 0:
        return None
    if window is not Window.YEAR_TO_DATE:
        start = len(times) - 1 - SESSIONS[window]
        return start if start >= 0 else None
    dates = times.astype("datetime64[s]").astype("datetime64[Y]")
    before = np.flatnonzero(dates < dates[-1])
    return int(before[-1]) if len(before) else None


def _strength(ratio: Floats) -> tuple[float | None, float | None]:
    if len(ratio) < STRENGTH_SESSIONS + MOMENTUM_SESSIONS - 1:
        return None, None
    means = np.convolve(ratio, np.ones(STRENGTH_SESSIONS) / STRENGTH_SESSIONS, mode="valid")
    strength = 100 * ratio[STRENGTH_SESSIONS - 1 :] / means
    return float(strength[-1]), float(100 * strength[-1] / strength[-MOMENTUM_SESSIONS:].mean())


@dataclass(frozen=True, slots=True)
class Rotation:
    """All sectors over a window, and the benchmark they are held against."""

    window: Window
    benchmark: Bars
    benchmark_pct: float
    standings: tuple[Standing, ...]
    as_of: datetime
