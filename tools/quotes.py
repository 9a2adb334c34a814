"""The model's door to prices. Read-only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - `date` is an argument's name here
from datetime import datetime, timedelta

from pydantic import Field

from app.core.errors import InvalidInput, NotFound
from app.core.figures import Figure
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market import calendar
from app.market.models import Bars, Instrument, Phase, Quote, Session, decimal_of
from tools.arguments import AsOf, SymbolArgument
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.wording import PriceBook, day_in_words, freshness, time_in_words
from widgets.base import CardNumber
from widgets.quotes import QuoteCard, Statistic

HISTORY = timedelta(days=372)
"""Calendar days fetched: 52 weeks of sessions and the one before them."""

AVERAGE_VOLUME_DAYS = 20
YEAR_OF_SESSIONS = 252


class QuoteArgs(ToolArgs):
    symbol: SymbolArgument
    date: Date | None = Field(
        None, description="A finished session to look back on; leave out for the price now."
    )
    as_of: AsOf = None


@tool(
    QuoteArgs,
    examples=[
        Example("what's microsoft trading at", {"symbol": "MSFT"}),
        Example("how is nvda doing today", {"symbol": "NVDA"}),
        Example("ford?", {"symbol": "F"}),
        Example("price of bitcoin", {"symbol": "BTC/USD"}),
        Example("is tesla up or down", {"symbol": "TSLA"}),
        Example("did coinbase gap this morning", {"symbol": "COIN"}),
        Example("what did apple close at", {"symbol": "AAPL"}),
        Example("todays range on amd", {"symbol": "AMD"}),
        Example("how much volume has spy done", {"symbol": "SPY"}),
        Example("where is the vix", {"symbol": "VIX"}),
        Example("last print on the russell", {"symbol": "RUT"}),
        Example("which is stronger today, xom or cvx", {"symbol": "XOM"}),
    ],
)
async def get_quote(args: QuoteArgs, context: ToolContext) -> ToolResult:
    """Last price, change on the day, open, high, low, volume and gap of one symbol.

    Also a finished session's, by `date`: where it closed, how far it ranged, whether it gapped.
    For several symbols call it once for each.
    """
    as_of = context.moment(args.as_of)
    instrument = await context.market.instrument(Symbol(args.symbol))
    if args.date is None:
        quote = await context.market.quote(instrument.symbol, as_of=as_of)
    else:
        quote = await _session_quote(context, instrument, args.date, as_of)
    history = await context.market.bars(
        instrument.symbol,
        Timeframe.D1,
        start=quote.as_of - HISTORY,
        end=quote.as_of,
        as_of=quote.as_of,
    )
    figures = _record(context, instrument, quote, history)
    is_past = args.date is not None and quote.phase is not Phase.REGULAR
    return ToolResult(
        _sentence(
            instrument,
            quote,
            figures,
            is_past=is_past,
            is_asked_back=args.as_of is not None,
        ),
        (_card(context, instrument, quote, figures, is_past=is_past),),
        facts=tuple(_facts(figures)),
    )


@dataclass(frozen=True, slots=True)
class _Figures:
    """What was recorded, by path; a path that is not there was absent at the source."""

    by_path: dict[str, Figure]

    def get(self, path: str) -> Figure | None:
        return self.by_path.get(path)

    def __getitem__(self, path: str) -> Figure:
        return self.by_path[path]

    def __contains__(self, path: str) -> bool:
        return path in self.by_path


async def _session_quote(
    context: ToolContext, instrument: Instrument, day: Date, as_of: datetime
) -> Quote:
    """The quote at the end of that day's regular hours, or now if they still run."""
    session = calendar.session_on(day, instrument.calendar)
    if session is None:
        raise NotFound(_no_session(instrument, day))
    if session.open > as_of:
        raise InvalidInput(
            f"{day_in_words(day)} has not traded yet; it opens at {time_in_words(session.open, instrument)}."
        )
    return await context.market.quote(instrument.symbol, as_of=min(session.close, as_of))


def _no_session(instrument: Instrument, day: Date) -> str:
    holiday = calendar.holiday_name(day, instrument.calendar)
    reason = f" ({holiday})" if holiday else ""
    before = max(
        calendar.sessions_between(day - timedelta(days=7), day, instrument.calendar), key=_date
    )
    return (
        f"There is no session on {day_in_words(day)}{reason}. "
        f"The one before it: {day_in_words(before.date)}."
    )


def _date(session: Session) -> Date:
    return session.date


def _record(context: ToolContext, instrument: Instrument, quote: Quote, history: Bars) -> _Figures:
    book = PriceBook(context.book, instrument, quote.as_of, quote.provider)
    recorded = [book.price("last", quote.last, "last")]
    if quote.change is not None and quote.change_pct is not None:
        recorded += [
            book.move("change", quote.change, "change"),
            book.percent("change_pct", quote.change_pct, "change"),
        ]
    recorded += [
        book.price(path, value, label)
        for path, value, label in (
            ("previous_close", quote.previous_close, "previous close"),
            ("open", quote.open, "open"),
            ("high", quote.high, "high of the day"),
            ("low", quote.low, "low of the day"),
        )
        if value is not None
    ]
    if quote.open is not None and quote.previous_close:
        gap = quote.open - quote.previous_close
        recorded += [
            book.move("gap", gap, "gap at the open"),
            book.percent("gap_pct", gap / quote.previous_close * 100, "gap at the open"),
        ]
    recorded += _record_volume(book, quote, history, has_volume=instrument.has_volume)
    recorded += _record_year(book, history)
    return _Figures({figure.path: figure for figure in recorded})


def _record_volume(
    book: PriceBook, quote: Quote, history: Bars, *, has_volume: bool
) -> Iterator[Figure]:
    if not has_volume:
        return
    if quote.volume is not None:
        yield book.volume("volume", quote.volume, "volume")
    finished = history.slice(0, -1) if history.is_forming else history
    if len(finished) >= AVERAGE_VOLUME_DAYS:
        average = decimal_of(finished.volume[-AVERAGE_VOLUME_DAYS:].mean())
        yield book.volume("average_volume", average, f"average volume, {AVERAGE_VOLUME_DAYS} days")


def _record_year(book: PriceBook, history: Bars) -> Iterator[Figure]:
    if len(history) < YEAR_OF_SESSIONS:
        return
    year = history.slice(-YEAR_OF_SESSIONS)
    yield book.price("52WH", decimal_of(year.high.max()), "52-week high")
    yield book.price("52WL", decimal_of(year.low.min()), "52-week low")


def _sentence(
    instrument: Instrument,
    quote: Quote,
    figures: _Figures,
    *,
    is_past: bool,
    is_asked_back: bool,
) -> str:
    """What happened first, then the range; `is_asked_back` for an earlier moment than now."""
    last = figures["last"].ref
    day = day_in_words(quote.session_date)
    if is_past:
        parts = [f"{instrument.symbol} closed at {last} on {day}"]
    else:
        verb = "was" if is_asked_back else "is"
        parts = [f"{instrument.symbol} {verb} at {last}"]
    if "change" in figures:
        parts.append(_change(figures))
    sentence = ", ".join(parts)
    if not is_past:
        sentence += f", at {time_in_words(quote.as_of, instrument)} on {day}"
    if "high" in figures and "low" in figures:
        sentence += f". The day's range: {figures['low'].ref} to {figures['high'].ref}"
    return sentence + "."


def _change(figures: _Figures) -> str:
    change = figures["change"]
    if change.value == 0:
        return "unchanged from the previous close"
    return f"{change.ref} ({figures['change_pct'].ref}) from the previous close"


def _facts(figures: _Figures) -> Iterator[str]:
    if "gap" in figures:
        gap = figures["gap"]
        if gap.value == 0:
            yield "It opened where it had closed: no gap."
        else:
            way = "up" if gap.value > 0 else "down"
            yield f"It gapped {way} {gap.ref} ({figures['gap_pct'].ref}) at the open."


def _card(
    context: ToolContext, instrument: Instrument, quote: Quote, figures: _Figures, *, is_past: bool
) -> QuoteCard:
    def number(path: str, *, with_unit: bool = False) -> CardNumber | None:
        figure = figures.get(path)
        return CardNumber.of(figure, with_unit=with_unit) if figure else None

    session = calendar.session_on(quote.session_date, instrument.calendar)
    return QuoteCard(
        symbol=instrument.symbol,
        name=instrument.name,
        title=day_in_words(quote.session_date) if is_past else "quote",
        last=CardNumber.of(figures["last"]),
        change=number("change"),
        change_pct=number("change_pct", with_unit=True),
        statistics=tuple(
            Statistic(
                label=label,
                number=number(path),
                absent_because="" if path in figures else _why_absent(instrument, path),
            )
            for label, path in STATISTICS
            if instrument.has_volume or "volume" not in path
        ),
        notes=context.market.notes(instrument.symbol),
        freshness=freshness(quote.provider, instrument, quote.as_of, session),
    )


STATISTICS = (
    ("Open", "open"),
    ("High", "high"),
    ("Low", "low"),
    ("Previous close", "previous_close"),
    ("Gap", "gap"),
    ("Volume", "volume"),
    ("Average volume", "average_volume"),
    ("52-week high", "52WH"),
    ("52-week low", "52WL"),
)
"""The grid of the card, in reading order: label and path."""


def _why_absent(instrument: Instrument, path: str) -> str:
    if path.startswith("52W") or path == "average_volume":
        return "not enough history"
    return "the session has not opened yet" if instrument.has_volume else "not reported"
