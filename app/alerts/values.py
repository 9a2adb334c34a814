"""What a formula asks for, fetched: bars, levels of the map, and a member's own book.

Decided: whatever reads a formula here does it in one way: what is true on every bar up to a moment. A
draft takes the last of it, the monitor goes on from where it was.
"""

from asyncio import gather
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import numpy as np
from typing_extensions import override

from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.formula.evaluating import values, verdicts
from app.formula.formula import Formula
from app.formula.needs import BarsNeed, OutsideNeed
from app.formula.panel import Panel
from app.levels.models import LevelMap, Period
from app.levels.names import period_of
from app.levels.service import map_levels
from app.market.calendar import session_table
from app.market.models import Bars, Instrument, Provider
from app.market.protocol import MarketData

BOOK = "positions"
"""Who gives what a member holds."""
LEVELS = "levels"
_SPARE = timedelta(days=10)
_DAYS = {Timeframe.D1: 1.5, Timeframe.W1: 7.2, Timeframe.MO1: 31.0}
_MINUTES_OF_SESSION = 390
_SPELLED = {"high52w": "52WH", "low52w": "52WL"}


class Book(Protocol):
    """What a member holds, in numbers."""

    async def numbers(self, needs: Collection[OutsideNeed], at: datetime) -> Mapping[str, float]:
        """By key; what cannot be told is not in it."""
        ...

    async def lines(self, needs: Collection[OutsideNeed]) -> Mapping[str, Sequence[str]]:
        """By key, what is held by the name it is asked by; empty where nobody's book is asked."""
        return {}


class NoBook(Book):
    """Nobody's."""

    @override
    async def numbers(self, needs: Collection[OutsideNeed], at: datetime) -> Mapping[str, float]:
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A formula about a symbol on bars of its base; `book` is that of whoever asks. Without a symbol
    it is about the book alone."""

    formula: Formula
    symbol: Symbol | None
    market: MarketData
    book: Book


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a condition held when a bar ended, or holds now in the forming one; None is unknown."""

    at: float
    truth: bool | None
    is_final: bool


def check_givers(formula: Formula) -> None:
    """`InvalidInput` for what nobody gives here yet."""
    for need in formula.needs.outside:
        if not is_of_book(need):
            raise InvalidInput(
                f"`{need.key}` cannot be watched: alerts know prices, levels, indicators, and what "
                "you hold."
            )


async def value_of(asked: Asked, at: datetime) -> float | None:
    """The value at that moment; None if it is unknown."""
    panels, given = await _fetched(asked, at)
    if not len(panels[0].time):
        return None
    found = float(values(asked.formula, panels, given)[-1, 0])
    return None if np.isnan(found) else found


async def truths_since(asked: Asked, since: float, at: datetime) -> list[Verdict]:
    """The verdicts of every bar that ended after `since`, then that of the forming one: of each by the
    levels of its own session."""
    panels, given = await _fetched(asked, at)
    base = next(each for each in panels if each.timeframe is asked.formula.base)
    if not len(base.time):
        return []
    present = at.timestamp()
    first = min(int(np.searchsorted(base.ends, since, side="right")), len(base.time) - 1)
    found: list[Verdict] = []
    for rows, as_of in _sessions_of(asked, base, first, at):
        if as_of is not at:
            given = {**given, **await _levels(asked, asked.formula.needs.levels, as_of)}
        judged = verdicts(asked.formula, panels, given)
        found += [
            Verdict(
                at=min(float(base.ends[row]), present),
                truth=_truth(judged.is_true[row, 0], judged.is_false[row, 0]),
                is_final=bool(base.ends[row] <= present),
            )
            for row in rows
        ]
    return sorted(found, key=lambda each: each.at)


def _sessions_of(
    asked: Asked, base: Panel, first: int, at: datetime
) -> Iterator[tuple[range, datetime]]:
    """The rows from `first` on by the moment whose levels they are compared with: those of the last
    one, which are known, come first."""
    rows = range(first, len(base.time))
    if not asked.formula.needs.levels or len(rows) == 1:
        yield rows, at
        return
    closes = session_table(base.calendar).after_hours_closes
    days = np.searchsorted(closes, base.time[first:], side="right")
    present = int(np.searchsorted(closes, at.timestamp(), side="right"))
    for day in sorted(set(days.tolist()), reverse=True):
        found = np.flatnonzero(days == day)
        of_day = rows[int(found[0]) : int(found[-1]) + 1]
        ended = min(float(base.ends[of_day[-1]]), float(closes[day])) - 1
        yield of_day, at if day == present else datetime.fromtimestamp(ended, UTC)


def is_of_book(need: OutsideNeed) -> bool:
    """Whether a member's own book gives it: positions, and contracts among them."""
    return need.provider == BOOK or (need.provider == "options" and bool(need.settings))


def is_about_book(formula: Formula) -> bool:
    """Whether it is about what a member holds, and about no symbol's prices."""
    needs = formula.needs
    return bool(needs.outside) and not (
        needs.levels or needs.indicators or formula.watches_price or len(needs.bars) > 1
    )


async def _fetched(asked: Asked, at: datetime) -> tuple[list[Panel], Mapping[str, float]]:
    needs = asked.formula.needs
    if asked.symbol is None:
        return [_empty_hour(at)], await asked.book.numbers(needs.outside, at)
    instrument = await asked.market.instrument(asked.symbol)
    bars, levels, outside = await gather(
        gather(*(_bars(asked, instrument, need, at) for need in needs.bars)),
        _levels(asked, needs.levels, at),
        asked.book.numbers(needs.outside, at),
    )
    panels = {each.timeframe: Panel.of([each], calendar=instrument.calendar) for each in bars}
    return list(panels.values()), {**levels, **outside}


async def _bars(asked: Asked, instrument: Instrument, need: BarsNeed, at: datetime) -> Bars:
    timeframe = need.timeframe or asked.formula.base or Timeframe.M1
    start = at - _reach(need, timeframe, is_always_open=instrument.is_round_the_clock)
    return await asked.market.bars(instrument.symbol, timeframe, start=start, end=at, as_of=at)


def _reach(need: BarsNeed, timeframe: Timeframe, *, is_always_open: bool) -> timedelta:
    """Calendar time that holds so many bars, holidays included."""
    if not timeframe.is_intraday:
        return timedelta(days=need.bars * _DAYS[timeframe]) + _SPARE
    minutes = need.bars * timeframe.minutes
    if is_always_open:
        return timedelta(minutes=minutes, days=need.sessions + 1)
    sessions = -(-minutes // _MINUTES_OF_SESSION) + need.sessions
    return timedelta(days=sessions * 1.6) + timedelta(days=4)


async def _levels(asked: Asked, needs: Sequence[OutsideNeed], at: datetime) -> Mapping[str, float]:
    names = {need.key: level_name(need) for need in needs}
    periods = {period_of(name) or Period.DAY for name in names.values()}
    maps: dict[Period, LevelMap] = {}
    for period in periods:
        maps[period] = await map_levels(
            str(asked.symbol), market=asked.market, as_of=at, period=period
        )
    found = {key: maps[period_of(name) or Period.DAY].find(name) for key, name in names.items()}
    return {key: float(level.price) for key, level in found.items() if level is not None}


def level_name(need: OutsideNeed) -> str:
    """A level of the language by its name on the map: `orh(30)` is OR30H."""
    if need.name in ("orh", "orl"):
        return f"OR{need.settings[0]}{need.name[-1].upper()}"
    name = _SPELLED.get(need.name, need.name.upper())
    return {"PMOH": "PMoH", "PMOL": "PMoL", "PMOC": "PMoC"}.get(name, name)


def _empty_hour(at: datetime) -> Panel:
    """One bar without a market, for a formula that looks at none."""
    one = np.ones(1)
    bars = Bars(
        symbol=Symbol("BOOK"),
        timeframe=Timeframe.M1,
        time=np.array([int(at.timestamp()) // 60 * 60], dtype=np.int64),
        open=one,
        high=one,
        low=one,
        close=one,
        volume=one,
        provider=Provider(name="book"),
        is_forming=True,
    )
    return Panel.of([bars], calendar="24/7")


def _truth(is_true: object, is_false: object) -> bool | None:
    return True if is_true else False if is_false else None
