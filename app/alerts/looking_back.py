"""How often a condition would have told somebody: its own past, over finished bars.

Decided: it is asked of the same terms that are watched. A level that stands still all day (PDH, a
pivot) is given session by session, as it stood then. What was held in the past is not known here, and a
level that grows with the day cannot be replayed; both are refused rather than guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from app.alerts.drafts import Drafted, fixed_level
from app.alerts.edges import day_of
from app.alerts.replay import replay, replay_moving, state_after
from app.alerts.triggers import Already, Trigger
from app.alerts.values import level_name
from app.core.errors import CoachError, InvalidInput
from app.core.ids import new_id
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.formula.evaluating import values, verdicts
from app.formula.formula import Formula, parse_value_or_condition
from app.formula.needs import BarsNeed
from app.formula.panel import Panel
from app.levels.models import Period
from app.levels.names import period_of
from app.levels.service import map_levels
from app.market.calendar import sessions_between
from app.market.models import Bars, Floats, Instrument, Session
from app.market.protocol import MarketData

_GROWS = frozenset({"POC", "VAH", "VAL"})
_AT_OPEN = ("PMH", "PML", "ONH", "ONL")
_SPARE = timedelta(days=7)
_DAYS = {Timeframe.D1: 1.5, Timeframe.W1: 7.2, Timeframe.MO1: 31.0}
_HOURS_A_WEEK = 24 * 7 / 32.5
"""Calendar time over the time that an exchange trades."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When it would have told; `price` is None where no one price set it off."""

    at: datetime
    price: float | None


@dataclass(frozen=True, slots=True)
class _Past:
    """Finished minutes or bars of the base, and what a formula reads beside them."""

    instrument: Instrument
    market: MarketData
    base: Bars
    others: tuple[Bars, ...]

    @property
    def panels(self) -> list[Panel]:
        return [Panel.of([each], calendar=self.instrument.calendar) for each in self._all]

    @property
    def _all(self) -> tuple[Bars, ...]:
        return (self.base, *self.others)


async def would_have_fired(
    drafted: Drafted, *, market: MarketData, since: datetime, until: datetime
) -> list[Moment]:
    """Every time the condition became true between two moments, the first of them first.

    `InvalidInput` for what the member holds, and for levels whose past is not kept.
    """
    terms = drafted.terms
    if terms["kind"] == "book":
        raise InvalidInput("What you held before is not kept by the minute: this has no replay.")
    is_threshold = terms["kind"] == "threshold"
    text = terms["level"] if is_threshold else terms["condition"]
    formula = parse_value_or_condition(text).on(Timeframe(terms["timeframe"]))
    if formula.needs.outside:
        raise InvalidInput("This asks for something whose past is not kept: it has no replay.")
    past = await _fetched(formula, Symbol(terms["symbol"]), market, since, until)
    if not len(past.base):
        return []
    if is_threshold:
        fixed = fixed_level(terms)
        trigger = replace(Trigger.of(terms["trigger"]), repeats=True, already=Already.WAITS)
        return await _of_a_level(trigger, formula, past, fixed, since)
    return await _of_a_formula(formula, past, since)


async def counted_on_day(
    terms: Mapping[str, Any], *, market: MarketData, at: datetime
) -> int | None:
    """How often what a threshold waits for has happened since the local day of `at` began, by finished
    minutes; None where that cannot be said."""
    trigger = replace(Trigger.of(terms["trigger"]), repeats=True, already=Already.WAITS)
    level = parse_value_or_condition(terms["level"]).on(Timeframe(terms["timeframe"]))
    if level.needs.outside:
        return None
    day = day_of(trigger.zone, at.timestamp())
    began = datetime.combine(date.fromordinal(day), time(), ZoneInfo(trigger.zone))
    symbol = Symbol(terms["symbol"])
    past = await _fetched(level, symbol, market, began, at)
    if not level.needs.bars:
        base = await market.bars(symbol, Timeframe.M1, start=began, end=at, as_of=at, extended=True)
        past = replace(past, base=base.slice(0, -1) if base.is_forming else base)
    if not len(past.base):
        return 0
    levels, afresh = await _moving(level, past, fixed_level(terms))
    state = state_after(replace(trigger, expires_at=None), past.base, levels, afresh=afresh)
    return state.count if state.day == day else 0


async def _of_a_level(
    trigger: Trigger, formula: Formula, past: _Past, fixed: float | None, since: datetime
) -> list[Moment]:
    trigger = replace(trigger, expires_at=None)
    if fixed is not None:
        fired = replay(new_id(), trigger, past.base, level=fixed)
    else:
        levels, afresh = await _moving(formula, past, None)
        fired = replay_moving(new_id(), trigger, past.base, levels, afresh=afresh)
    first = since.timestamp()
    return [Moment(_moment(each.at), each.price) for each in fired if each.at >= first]


async def _moving(
    formula: Formula, past: _Past, fixed: float | None
) -> tuple[Floats, NDArray[np.bool_]]:
    """The level on every bar, and where it is another one of the same name."""
    if fixed is not None:
        return np.full(len(past.base), fixed), np.zeros(len(past.base), dtype=bool)
    levels = values(formula, past.panels, await _levels(formula, past))[:, 0]
    starts = [_span(session)[0] for session in _sessions(past)]
    days = np.searchsorted(starts, past.base.time, side="right")
    return levels, np.concatenate(([True], days[1:] != days[:-1]))


async def _of_a_formula(formula: Formula, past: _Past, since: datetime) -> list[Moment]:
    """Bars on which it became true, having been false on the last bar on which that is known."""
    found = verdicts(formula, past.panels, await _levels(formula, past))
    is_known = ~found.is_unknown[:, 0]
    truth = found.is_true[:, 0][is_known]
    became = np.concatenate(([False], truth[1:] & ~truth[:-1])) if len(truth) else truth
    rows = np.flatnonzero(is_known)[became]
    first = since.timestamp()
    return [
        Moment(_moment(float(past.base.time[row])), float(past.base.close[row]))
        for row in rows.tolist()
        if past.base.time[row] >= first
    ]


async def _fetched(
    formula: Formula, symbol: Symbol, market: MarketData, since: datetime, until: datetime
) -> _Past:
    instrument = await market.instrument(symbol)
    base = formula.base or Timeframe.M1
    found: dict[Timeframe, Bars] = {}
    for need in (*formula.needs.bars, BarsNeed(base, 1)):
        timeframe = need.timeframe or base
        start = since - _warm(need, timeframe, instrument)
        if timeframe not in found or found[timeframe].time[:1] > start.timestamp():
            bars = await market.bars(symbol, timeframe, start=start, end=until, as_of=until)
            found[timeframe] = bars.slice(0, -1) if bars.is_forming else bars
    others = tuple(bars for timeframe, bars in found.items() if timeframe is not base)
    return _Past(instrument, market, found[base], others)


def _warm(need: BarsNeed, timeframe: Timeframe, instrument: Instrument) -> timedelta:
    """Calendar time that holds what a formula reads before its first bar."""
    if not timeframe.is_intraday:
        return timedelta(days=need.bars * _DAYS[timeframe]) + _SPARE
    spread = 1.0 if instrument.is_round_the_clock else _HOURS_A_WEEK
    traded = timedelta(minutes=need.bars * timeframe.minutes) * spread
    return traded + timedelta(days=2 * need.sessions) + (_SPARE if need.bars > 1 else timedelta())


async def _levels(formula: Formula, past: _Past) -> dict[str, Floats]:
    """Each level on every bar, as it stood in that bar's session; NaN where it was not there."""
    needs = {need.key: level_name(need) for need in formula.needs.levels}
    if grows := sorted(_GROWS & set(needs.values())):
        raise InvalidInput(f"{grows[0]} grows with the day: it has no replay.")
    times = past.base.time
    given = {key: np.full((len(times), 1), np.nan) for key in needs}
    for session in _sessions(past) if needs else ():
        rows = slice(*np.searchsorted(times, _span(session)).tolist())
        if rows.start == rows.stop:
            continue
        for key, name in needs.items():
            price = await _level(past, name, session, float(times[rows.stop - 1]))
            is_there = times[rows] >= _known_from(name, session)
            given[key][rows, 0] = np.where(is_there, price, np.nan)
    return given


async def _level(past: _Past, name: str, session: Session, last: float) -> float:
    """A level of a session, from the map as it was on the session's last bar."""
    at = min(_moment(last), session.close - timedelta(minutes=1))
    try:
        found = await map_levels(
            str(past.instrument.symbol),
            market=past.market,
            as_of=max(at, session.premarket_open + timedelta(minutes=1)),
            period=period_of(name) or Period.DAY,
        )
    except CoachError:
        return np.nan
    level = found.find(name)
    return np.nan if level is None else float(level.price)


def _sessions(past: _Past) -> Sequence[Session]:
    first, last = (_moment(float(past.base.time[at])).date() for at in (0, -1))
    calendar = past.instrument.calendar
    return sessions_between(first - timedelta(days=1), last + timedelta(days=1), calendar)


def _span(session: Session) -> tuple[float, float]:
    return session.premarket_open.timestamp(), session.after_hours_close.timestamp()


def _known_from(name: str, session: Session) -> float:
    """When in its session a level begins to stand."""
    if name in _AT_OPEN:
        return session.open.timestamp()
    if name.startswith("OR"):
        minutes = int("".join(each for each in name if each.isdigit()))
        return (session.open + timedelta(minutes=minutes)).timestamp()
    return session.premarket_open.timestamp()


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
