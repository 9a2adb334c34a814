"""What symbols on one chart have done over the time it shows, best first.

Decided: the same as the chart's percent axis says, measured the way traders do: from the last close
before the first bar in view, this year's from last year's last close.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from app.core.figures import Figure
from app.core.timeframes import Timeframe
from app.market import calendar
from app.market.models import Instrument, Quote, decimal_of
from tools.base import ToolContext
from tools.wording import NEW_YORK, PriceBook, day_in_words

BACK_DAYS = {"week": 7, "month": 31, "quarter": 92, "half": 184, "year": 366}
"""Calendar days that a zoom looks back; the browser knows them too."""

_SPOKEN = {
    "week": "over the last week",
    "month": "over the last month",
    "quarter": "over the last three months",
    "half": "over the last six months",
    "year": "over the last year",
    "ytd": "this year",
}
_REACH = timedelta(days=14)
"""Longer than any exchange was ever closed."""


@dataclass(frozen=True, slots=True)
class _Base:
    """A close to measure from, and the session it ended."""

    price: Decimal
    session: str


async def say_changes(
    instruments: Sequence[Instrument], zoom: str | None, context: ToolContext, as_of: datetime
) -> str:
    """ "AMD has done better over the last month: …": on the day where no longer time is named; empty
    for all there is, which begins on another day for each."""
    if zoom == "all":
        return ""
    start = _start(zoom, as_of)
    rows: list[tuple[Instrument, Figure, str]] = []
    absent: list[str] = []
    for instrument in instruments:
        quote = await context.market.quote(instrument.symbol, as_of=as_of)
        base = await _base(instrument, quote, start, context, as_of)
        if base is None:
            absent.append(f"{instrument.symbol} has no prices back to then.")
            continue
        book = PriceBook(context.book, instrument, quote.as_of, quote.provider)
        change = (quote.last / base.price - 1) * 100
        when = "change" if start is None else f"change {_SPOKEN[zoom or '']}"
        figure = book.percent(f"{instrument.symbol}.change", change, when)
        rows.append((instrument, figure, base.session))
    rows.sort(key=lambda row: -row[1].value)
    return " ".join([_said(rows, zoom if start else None), *absent]).strip()


def _said(rows: Sequence[tuple[Instrument, Figure, str]], zoom: str | None) -> str:
    if not rows:
        return ""
    listed = ", ".join(f"{instrument.symbol} {figure.ref}" for instrument, figure, _ in rows)
    over = _SPOKEN[zoom] if zoom else "on the day"
    sessions = {session for _, _, session in rows}
    since = f", since the close of {sessions.pop()}" if zoom and len(sessions) == 1 else ""
    best = rows[0]
    if len(rows) == 1 or best[1].rounded == rows[1][1].rounded:
        return f"{over[0].upper()}{over[1:]}: {listed}{since}."
    word = "better" if len(rows) == 2 else "best"
    return f"{best[0].symbol} has done {word} {over}: {listed}{since}."


def _start(zoom: str | None, as_of: datetime) -> datetime | None:
    """From when on bars are in view; None for the day alone."""
    if zoom == "ytd":
        local = as_of.astimezone(NEW_YORK)
        return local.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    days = BACK_DAYS.get(zoom or "")
    return None if days is None else as_of - timedelta(days=days)


async def _base(
    instrument: Instrument,
    quote: Quote,
    start: datetime | None,
    context: ToolContext,
    as_of: datetime,
) -> _Base | None:
    if start is None:
        before = quote.previous_close
        return None if before is None else _Base(before, "")
    bars = await context.market.bars(
        instrument.symbol, Timeframe.D1, start=start - _REACH, end=start, as_of=as_of
    )
    if len(bars) == 0:
        return None
    day = calendar.session_at(
        datetime.fromtimestamp(int(bars.time[-1]), tz=UTC), instrument.calendar
    )
    if day is None:
        return None
    return _Base(decimal_of(bars.close[-1]), day_in_words(day.date))
