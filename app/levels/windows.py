"""Whose volume a profile counts: a session's, a week's, a month's, a quarter's or a year's.

Decided: regular hours only, as value areas are read. The longer the window, the longer its bars:
some thousand of them place volume as finely as the rows do. A window always ends with the map's own
session, so a past map is never shown later volume.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from app.core.errors import InvalidInput
from app.core.timeframes import Timeframe
from app.levels.frame import choose_frame, spoken_date, wall_clock
from app.levels.models import Period
from app.levels.profile import Profile, profile_of
from app.market.calendar import month_of, previous_session, sessions_between, week_of
from app.market.models import Bars, Instrument, Session
from app.market.protocol import MarketData


class Window(StrEnum):
    """The stretch of time that a volume profile is of."""

    DAY = "day"
    PREVIOUS = "previous"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "3m"
    YEAR = "1y"

    @property
    def words(self) -> str:
        """As it is said: `the month so far`."""
        return _WORDS[self]

    @property
    def timeframe(self) -> Timeframe:
        """Of the bars it is made of."""
        return _TIMEFRAMES.get(self, Timeframe.M1)

    @property
    def is_finished(self) -> bool:
        """Whether nothing that trades now changes it."""
        return self is Window.PREVIOUS

    @classmethod
    def of(cls, period: Period) -> "Window":
        """The window of a map that was asked for without one."""
        return cls(period.value)


_WORDS = {
    Window.DAY: "the session so far",
    Window.PREVIOUS: "the session before",
    Window.WEEK: "the week so far",
    Window.MONTH: "the month so far",
    Window.QUARTER: "the last three months",
    Window.YEAR: "the last year",
}
_TIMEFRAMES = {Window.QUARTER: Timeframe.M15, Window.YEAR: Timeframe.H1}
_REACH = {Window.QUARTER: timedelta(weeks=13), Window.YEAR: timedelta(weeks=52)}
_SPOKEN = {
    **dict.fromkeys(("today", "session", "daily", "1d"), Window.DAY),
    **dict.fromkeys(("yesterday", "previous day", "previous session", "prior"), Window.PREVIOUS),
    **dict.fromkeys(("this week", "weekly", "1w"), Window.WEEK),
    **dict.fromkeys(("this month", "monthly", "1mo", "1m"), Window.MONTH),
    **dict.fromkeys(("quarter", "3mo", "3 months", "three months"), Window.QUARTER),
    **dict.fromkeys(("year", "12m", "52 weeks", "one year"), Window.YEAR),
}


def parse_window(text: str) -> Window:
    """The window a person means; `InvalidInput` lists those there are."""
    spelled = " ".join(text.strip().lower().split())
    if spelled in _SPOKEN:
        return _SPOKEN[spelled]
    if spelled in set(Window):
        return Window(spelled)
    raise InvalidInput(f"`{text[:20]}` is no window of a profile. There are {', '.join(Window)}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traded:
    """What was traded in a window: its sessions up to the map's, their regular bars so far, and the
    profile of those; `profile` is None for `reason`, a full sentence."""

    window: Window
    sessions: tuple[Session, ...]
    bars: Bars
    profile: Profile | None
    reason: str = ""

    @property
    def remark(self) -> str:
        """What must be said about its bars; empty if they are all there."""
        if self.profile is None:
            return ""
        begin = datetime.fromtimestamp(int(self.bars.time[0]), UTC)
        if begin < self.sessions[0].close:
            return ""
        first = f"{spoken_date(begin.date())} {begin.year}"
        return f"The volume profile of {self.window.words} has bars from {first} on only."


def window_sessions(window: Window, session: Session) -> tuple[Session, ...]:
    """The sessions of a window that ends with `session`."""
    if window is Window.DAY:
        return (session,)
    if window is Window.PREVIOUS:
        return (previous_session(session),)
    if window in _REACH:
        return sessions_between(session.date - _REACH[window], session.date, session.calendar)
    around = week_of if window is Window.WEEK else month_of
    return tuple(
        each for each in around(session.date, session.calendar) if each.date <= session.date
    )


async def window_bars(
    market: MarketData, instrument: Instrument, window: Window, session: Session, as_of: datetime
) -> Bars:
    """Regular bars of a window, up to `as_of`."""
    sessions = window_sessions(window, session)
    return await market.bars(
        instrument.symbol,
        window.timeframe,
        start=sessions[0].open,
        end=min(as_of, sessions[-1].close),
        as_of=as_of,
        extended=False,
    )


def measure_window(
    instrument: Instrument, window: Window, session: Session, bars: Bars, as_of: datetime
) -> Traded:
    """The profile of a window's bars, or why there is none."""
    sessions = window_sessions(window, session)
    profile = profile_on(instrument, bars)
    reason = "" if profile else _why_not_yet(instrument, sessions[0], bars, as_of)
    return Traded(window=window, sessions=sessions, bars=bars, profile=profile, reason=reason)


async def trade_window(
    market: MarketData, instrument: Instrument, window: Window, as_of: datetime
) -> Traded:
    """A window that ends with the session running at `as_of`."""
    session = choose_frame(as_of, instrument.calendar, period=Period.DAY, on=None).session
    bars = await window_bars(market, instrument, window, session, as_of)
    return measure_window(instrument, window, session, bars, as_of)


def profile_on(instrument: Instrument, bars: Bars) -> Profile | None:
    """The profile of any bars of an instrument, in rows of its own ticks; None without volume."""
    return profile_of(bars, tick=10.0**-instrument.decimals) if instrument.has_volume else None


def why_no_profile(instrument: Instrument, bars: Bars) -> str:
    """A full sentence about bars that have none."""
    if not instrument.has_volume:
        return f"{instrument.symbol} has no volume, so it has no volume profile."
    if len(bars):
        return "The volume profile needs volume, and these bars have none."
    return "The volume profile needs bars, and there are none."


def _why_not_yet(instrument: Instrument, first: Session, bars: Bars, as_of: datetime) -> str:
    if instrument.has_volume and as_of <= first.open:
        return f"The volume profile begins at the open, {wall_clock(first.open, first.calendar)}."
    return why_no_profile(instrument, bars)
