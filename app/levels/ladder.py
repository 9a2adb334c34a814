"""The levels themselves: which there are, what they are called, and why some are missing.

Decided: a ladder is collected from small families, each of which either adds its levels or says in
one sentence why it cannot. Averages and ATR rest on finished bars: a level that the present price
moves cannot be measured against that price.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from app.indicators import formulas
from app.indicators.vwap import running_vwap
from app.levels.arrays import pooled_vwap
from app.levels.evidence import Evidence, first_bar_at
from app.levels.frame import spoken_date, wall_clock
from app.levels.models import Absence, Kind, Period, rounded
from app.levels.periods import period_bars
from app.levels.pivots import PivotMethod, pivots
from app.levels.windows import Traded
from app.market.calendar import previous_session, sessions_between, week_of
from app.market.models import Bars, Floats, decimal_of

PREVIOUS_NAMES = {
    Period.DAY: ("PDH", "PDL", "PDC"),
    Period.WEEK: ("PWH", "PWL", "PWC"),
    Period.MONTH: ("PMoH", "PMoL", "PMoC"),
}
"""A month's are spelled with `Mo`, because PMH is the premarket high."""

OPENING_MINUTES = (5, 15, 30, 60)
SMA_LENGTHS = (20, 50, 200)
EMA_LENGTHS = (9, 21)
WEEKS = (50, 200)
"""Lengths of the exponential averages of weeks, which swing traders hold positions against."""
WEEK_AVERAGES = tuple(f"EMA{weeks}W" for weeks in WEEKS)
PROFILE_NAMES = ("POC", "VAH", "VAL")
ATR_LENGTH = 14
YEAR = timedelta(weeks=52)

_BARS = {Period.DAY: "daily", Period.WEEK: "weekly", Period.MONTH: "monthly"}


@dataclass(frozen=True, slots=True)
class Draft:
    """A level before it is measured from the price.

    `armed_at` is when its tests begin to count if price itself made it during the period; `path`
    holds a price per regular bar for a level that moves. One that the period's bars add up to is not
    `is_counted`: it was not there to be tested.
    """

    name: str
    title: str
    price: Decimal
    kind: Kind
    since: datetime
    armed_at: datetime | None = None
    path: Floats | None = None
    is_counted: bool = True


@dataclass(slots=True)
class Ladder:
    """Levels found so far, and those that could not be."""

    drafts: list[Draft] = field(default_factory=list)
    absent: list[Absence] = field(default_factory=list)

    def miss(self, names: Sequence[str], reason: str) -> None:
        self.absent.append(Absence(tuple(names), reason))


def collect_ladder(evidence: Evidence, method: PivotMethod, traded: Traded | None = None) -> Ladder:
    """Every level of the frame, in reading order; those of a volume profile if `traded` is given."""
    ladder = Ladder()
    add_previous(ladder, evidence)
    if evidence.frame.period is Period.DAY:
        add_extended_hours(ladder, evidence)
        add_opening_ranges(ladder, evidence)
    add_vwap(ladder, evidence)
    if traded is not None:
        add_profile(ladder, traded)
    add_pivots(ladder, evidence, method)
    add_averages(ladder, evidence)
    if evidence.frame.period is not Period.DAY:
        add_week_averages(ladder, evidence)
    add_year(ladder, evidence)
    return ladder


def average_true_range(evidence: Evidence) -> Decimal | None:
    """ATR(14) of the finished bars; None with fewer than 15."""
    bars = evidence.finished
    return _latest(formulas.atr(bars.high, bars.low, bars.close, ATR_LENGTH))


def add_previous(ladder: Ladder, evidence: Evidence) -> None:
    """High, low and close of the period before."""
    previous, period = evidence.previous, evidence.frame.period
    names = PREVIOUS_NAMES[period]
    if previous is None:
        ladder.miss(names, f"There are no bars of the {period} before.")
        return
    day = spoken_date(previous.session)
    whose = f"{day}'s" if period is Period.DAY else f"last {period}'s"
    prices = previous.prices
    ladder.drafts += [
        Draft(names[0], f"{whose} high", prices.high, "previous", previous.high_at),
        Draft(names[1], f"{whose} low", prices.low, "previous", previous.low_at),
        Draft(names[2], f"{whose} close", prices.close, "previous", previous.close_at),
    ]


def add_extended_hours(ladder: Ladder, evidence: Evidence) -> None:
    """Premarket (to the open) and overnight (previous close to the open) extremes, so far."""
    frame, instrument = evidence.frame, evidence.instrument
    if frame.is_round_the_clock:
        reason = f"{instrument.symbol} trades round the clock: there is no premarket or overnight."
        ladder.miss(("PMH", "PML", "ONH", "ONL"), reason)
        return
    if not instrument.has_extended_hours:
        reason = f"{instrument.symbol} has no premarket or overnight trading: it is an index."
        ladder.miss(("PMH", "PML", "ONH", "ONL"), reason)
        return
    session, table = frame.session, evidence.table
    _add_range(
        ladder,
        ("PMH", "PML", "premarket", "premarket"),
        evidence.minutes.between(session.premarket_open, session.open),
        (table.premarket_high[-1], table.premarket_low[-1]),
    )
    _add_range(
        ladder,
        ("ONH", "ONL", "overnight", "overnight"),
        evidence.minutes.between(frame.before[-1].close, session.open),
        (table.overnight_high[-1], table.overnight_low[-1]),
    )


def _add_range(
    ladder: Ladder,
    names: tuple[str, str, str, Kind],
    bars: Bars,
    extremes: tuple[float, float],
    *,
    armed_at: datetime | None = None,
) -> None:
    """A high and a low of the same bars; `names` are those of both, the title and the kind."""
    high_name, low_name, title, kind = names
    high, low = extremes
    if np.isnan(high):
        ladder.miss((high_name, low_name), f"There are no {title} bars.")
        return
    start = datetime.fromtimestamp(int(bars.time[0]), UTC)
    high_at = first_bar_at(bars, bars.high, high, start)
    low_at = first_bar_at(bars, bars.low, low, start)
    ladder.drafts += [
        Draft(high_name, f"{title} high", decimal_of(high), kind, high_at, armed_at),
        Draft(low_name, f"{title} low", decimal_of(low), kind, low_at, armed_at),
    ]


def add_opening_ranges(ladder: Ladder, evidence: Evidence) -> None:
    """High and low of the first minutes, once those minutes are over."""
    session, as_of = evidence.frame.session, evidence.frame.as_of
    for minutes in OPENING_MINUTES:
        names = (f"OR{minutes}H", f"OR{minutes}L")
        end = session.open + timedelta(minutes=minutes)
        if as_of < end:
            complete = wall_clock(end, evidence.frame.calendar)
            ladder.miss(names, f"The {minutes}-minute opening range is complete at {complete}.")
            continue
        bars = evidence.regular.between(session.open, end)
        extremes = (bars.high.max(), bars.low.min()) if len(bars) else (np.nan, np.nan)
        _add_range(
            ladder, (*names, f"{minutes}-minute opening range", "opening"), bars, extremes,
            armed_at=end,
        )  # fmt: skip


def add_vwap(ladder: Ladder, evidence: Evidence) -> None:
    """VWAP from the period's first open, with one and two deviations on both sides."""
    names = ("VWAP", "VWAP+1", "VWAP-1", "VWAP+2", "VWAP-2")
    frame = evidence.frame
    if not evidence.instrument.has_volume:
        ladder.miss(names, f"{evidence.instrument.symbol} has no volume, so it has no VWAP.")
        return
    vwap, deviation = pooled_vwap(evidence.table, first=1)
    if np.isnan(vwap):
        ladder.miss(names, _why_no_vwap(evidence))
        return
    path, width = running_vwap(evidence.regular)
    armed_at = frame.open + timedelta(minutes=1)
    for name, deviations in zip(names, (0, 1, -1, 2, -2), strict=True):
        price = rounded(decimal_of(vwap + deviations * deviation))
        title = "VWAP" if deviations == 0 else f"VWAP {deviations:+d}σ".replace("-", "−")
        line = path + deviations * width
        ladder.drafts.append(Draft(name, title, price, "vwap", frame.open, armed_at, line))


def _why_no_vwap(evidence: Evidence) -> str:
    frame = evidence.frame
    if frame.as_of <= frame.open:
        return f"VWAP begins at the open, {wall_clock(frame.open, frame.calendar)}."
    if len(evidence.regular):
        return "VWAP needs volume, and these bars have none."
    return "VWAP needs minute bars, and there are none."


def add_profile(ladder: Ladder, traded: Traded) -> None:
    """Point of control and value area of a window's volume."""
    profile, window = traded.profile, traded.window
    if profile is None:
        ladder.miss(PROFILE_NAMES, traded.reason)
        return
    titles = ("point of control", "value area high", "value area low")
    since = traded.sessions[-1].close if window.is_finished else traded.sessions[0].open
    for name, title, price in zip(
        PROFILE_NAMES, titles, (profile.poc, profile.vah, profile.val), strict=True
    ):
        ladder.drafts.append(
            Draft(
                name,
                f"{title} of {window.words}",
                rounded(decimal_of(price)),
                "profile",
                since,
                is_counted=window.is_finished,
            )
        )


def add_pivots(ladder: Ladder, evidence: Evidence, method: PivotMethod) -> None:
    """Pivots of the previous period by `method`."""
    previous, period = evidence.previous, evidence.frame.period
    if previous is None:
        ladder.miss(("PP",), f"Pivots need the {period} before, which has no bars.")
        return
    found = pivots(method, previous.prices, evidence.current_open)
    if not found:
        names = ("PP", "R1", "R2", "R3", "R4", "S1", "S2", "S3", "S4")
        ladder.miss(names, f"Woodie's pivots begin with the {period}'s open.")
    since = evidence.frame.open if method is PivotMethod.WOODIE else previous.close_at
    for name, price in found.items():
        ladder.drafts.append(Draft(name, f"{method} pivot {name}", rounded(price), "pivot", since))


def add_averages(ladder: Ladder, evidence: Evidence) -> None:
    """Moving averages of finished closes."""
    closes, word = evidence.finished.close, _BARS[evidence.frame.period]
    lines = [(f"SMA{n}", f"{n}-bar {word} average", n, formulas.sma) for n in SMA_LENGTHS]
    lines += [
        (f"EMA{n}", f"{n}-bar {word} exponential average", n, formulas.ema) for n in EMA_LENGTHS
    ]
    for name, title, length, average in lines:
        price = _latest(average(closes, length))
        if price is None or evidence.previous is None:
            reason = f"{name} needs {length} finished {word} bars; there are not that many yet."
            ladder.miss((name,), reason)
            continue
        ladder.drafts.append(Draft(name, title, price, "average", evidence.previous.close_at))


def add_week_averages(ladder: Ladder, evidence: Evidence) -> None:
    """Exponential averages of finished weeks, whatever the map's own bars are."""
    session = evidence.frame.session
    monday = week_of(session.date, session.calendar)[0]
    before = evidence.days.slice(
        0, int(np.searchsorted(evidence.days.time, int(monday.open.timestamp())))
    )
    weeks = period_bars(before, Period.WEEK, session.calendar)
    since = previous_session(monday).close
    for name, length in zip(WEEK_AVERAGES, WEEKS, strict=True):
        price = _latest(formulas.ema(weeks.close, length)) if len(weeks) else None
        if price is None:
            reason = f"{name} needs {length} finished weeks of history; there are {len(weeks)}."
            ladder.miss((name,), reason)
            continue
        title = f"{length}-week exponential average of finished weeks"
        ladder.drafts.append(Draft(name, title, price, "average", since))


def add_year(ladder: Ladder, evidence: Evidence) -> None:
    """Highest high and lowest low of the sessions of the 52 weeks before this one."""
    days, session = evidence.days, evidence.frame.session
    start = sessions_between(session.date - YEAR, session.date, session.calendar)[0].open
    year = days.between(start, session.open)
    if len(year) == 0 or int(days.time[0]) > int(start.timestamp()):
        reason = f"The 52-week range needs daily bars back to {start:%-d %B %Y}."
        ladder.miss(("52WH", "52WL"), reason)
        return
    _add_range(
        ladder, ("52WH", "52WL", "52-week", "range"), year, (year.high.max(), year.low.min())
    )


def _latest(values: Floats) -> Decimal | None:
    """The last value, None if there is none or not enough history for it."""
    if len(values) == 0 or np.isnan(values[-1]):
        return None
    return rounded(decimal_of(values[-1]))
