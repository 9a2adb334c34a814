"""Find the key levels of a symbol: fetch, measure, collect."""

from asyncio import gather
from collections.abc import Sequence
from datetime import date as Date  # noqa: N812 - `date` is an argument's name here
from datetime import datetime
from decimal import Decimal

import numpy as np

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.levels.evidence import Evidence, gather_evidence
from app.levels.frame import Frame, choose_frame, spoken_date, wall_clock
from app.levels.ladder import Draft, average_true_range, collect_ladder
from app.levels.models import Level, LevelMap, MapProfile, Period, rounded
from app.levels.pivots import PivotMethod
from app.levels.touches import count_touches
from app.levels.windows import Traded, Window, measure_window, window_bars
from app.market.adjustments import split_notes
from app.market.models import Bars, Ints, decimal_of
from app.market.protocol import MarketData


async def map_levels(  # noqa: PLR0913 - whose map, when, and how two of its families are made
    symbol: str,
    *,
    market: MarketData,
    as_of: datetime,
    period: Period = Period.DAY,
    pivot: PivotMethod = PivotMethod.TRADITIONAL,
    profile: Window | None = None,
    date: Date | None = None,
) -> LevelMap:
    """The levels of `symbol` for the session running at `as_of`, or for the one dated `date`.

    POC, VAH and VAL are of the volume of `profile`, by default of the map's own period.

    Raises `NotFound` for an unknown symbol or one without any price yet, `InvalidInput` for a date
    without a session or one too far ahead.
    """
    instrument = await market.instrument(Symbol.parse(symbol))
    period, pivot = Period(period), PivotMethod(pivot)
    frame = choose_frame(as_of, instrument.calendar, period=period, on=date)
    # Minutes first: the running day is made of them too, and a provider is asked once for both.
    minutes, daily = await gather(
        _bars(market, instrument.symbol, Timeframe.M1, frame, since=frame.minutes_start),
        _bars(market, instrument.symbol, Timeframe.D1, frame, since=frame.history_start),
    )
    evidence = gather_evidence(instrument, frame, daily, minutes)
    traded = await _traded(evidence, market, Window(profile) if profile else Window.of(period))
    ladder = collect_ladder(evidence, pivot, traded)
    atr = average_true_range(evidence)
    days, previous = evidence.days, evidence.previous
    return LevelMap(
        instrument=instrument,
        provider=evidence.provider,
        as_of=frame.as_of,
        period=period,
        pivot_method=pivot,
        session=frame.session,
        previous_session=previous.session if previous else None,
        last=evidence.last,
        last_at=evidence.last_at,
        previous_close=decimal_of(days.close[-1]) if len(days) else None,
        atr=atr,
        missing_bars=evidence.missing_bars,
        profile=_map_profile(traded),
        levels=_measured(ladder.drafts, evidence, atr),
        absent=tuple(ladder.absent),
        notes=(
            *_notes(evidence, traded),
            *await split_notes(market, instrument, frame.as_of),
            *market.notes(instrument.symbol),
        ),
    )


async def _bars(
    market: MarketData, symbol: Symbol, timeframe: Timeframe, frame: Frame, *, since: datetime
) -> Bars:
    return await market.bars(
        symbol,
        timeframe,
        start=since,
        end=frame.as_of,
        as_of=frame.as_of,
        extended=timeframe.is_intraday,
    )


async def _traded(evidence: Evidence, market: MarketData, window: Window) -> Traded:
    """The volume of a window; that of the map's own period is already at hand."""
    frame, instrument = evidence.frame, evidence.instrument
    if window is Window.of(frame.period) or not instrument.has_volume:
        bars = evidence.regular
    else:
        bars = await window_bars(market, instrument, window, frame.session, frame.as_of)
    return measure_window(instrument, window, frame.session, bars, frame.as_of)


def _map_profile(traded: Traded) -> MapProfile | None:
    if traded.profile is None:
        return None
    return MapProfile(
        window=traded.window.value,
        words=traded.window.words,
        row=rounded(decimal_of(traded.profile.row)),
        share_pct=rounded(decimal_of(traded.profile.share * 100)),
        is_running=not traded.window.is_finished,
    )


def _measured(
    drafts: Sequence[Draft], evidence: Evidence, atr: Decimal | None
) -> tuple[Level, ...]:
    """Drafts as levels: measured from the last price, counted, nearest first."""
    last = evidence.last
    levels = [
        Level(
            name=draft.name,
            title=draft.title,
            price=draft.price,
            kind=draft.kind,
            distance=draft.price - last,
            distance_pct=rounded((draft.price - last) / last * 100),
            distance_atr=rounded((draft.price - last) / atr) if atr else None,
            tested=tested,
            since=draft.since,
        )
        for draft, tested in zip(drafts, _tests(drafts, evidence, atr), strict=True)
    ]
    return tuple(sorted(levels, key=lambda level: abs(level.distance)))


def _tests(drafts: Sequence[Draft], evidence: Evidence, atr: Decimal | None) -> list[int | None]:
    """Tests of each draft by the period's regular bars; None if those should be there and are not."""
    bars = evidence.regular
    if len(bars) == 0:
        return [None if evidence.missing_bars else 0] * len(drafts)
    prices = np.array([float(draft.price) for draft in drafts])
    rows = np.repeat(prices[:, None], len(bars), axis=1)
    for row, draft in zip(rows, drafts, strict=True):
        if draft.path is not None:
            row[:] = draft.path
    touches: Ints = count_touches(
        rows,
        bars.high,
        bars.low,
        start=np.array([_first_bar(draft, bars) for draft in drafts]),
        atr=float(atr) if atr else None,
    )
    return [
        int(count) if draft.is_counted else None
        for count, draft in zip(touches, drafts, strict=True)
    ]


def _first_bar(draft: Draft, bars: Bars) -> int:
    """Position of the bar that may first test `draft`; 0 for what stood before the open."""
    if draft.armed_at is None:
        return 0
    return max(1, int(np.searchsorted(bars.time, int(draft.armed_at.timestamp()))))


def _notes(evidence: Evidence, traded: Traded) -> list[str]:
    """What a reader of the map must know about its bars."""
    frame, session = evidence.frame, evidence.frame.session
    notes = list(evidence.previous.remarks) if evidence.previous else []
    if session.is_half_day:
        close = wall_clock(session.close, frame.calendar)
        notes.append(f"{spoken_date(session.date)} is a half day: it closes at {close}.")
    if frame.before[-1].is_half_day:
        notes.append(f"The session before, {spoken_date(frame.before[-1].date)}, was a half day.")
    if frame.is_round_the_clock:
        notes.append("Its days run from 00:00 to 24:00 UTC, every day.")
    days, last = evidence.days.provider.name, evidence.provider.name
    if len(evidence.days) and days != last:
        notes.append(f"Days before this one are from {days}, the minutes from {last}.")
    if evidence.missing_bars:
        minutes = "minute" if evidence.missing_bars == 1 else "minutes"
        notes.append(f"No bar for {evidence.missing_bars} {minutes} of regular trading.")
    return [*notes, traded.remark] if traded.remark else notes
