"""The model's door to charts. It names what to draw; the browser fetches the bars."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from app.core.figures import Figure
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.levels.models import Level, LevelMap, Period
from app.levels.service import map_levels
from app.levels.windows import Window
from app.market import calendar
from app.market.adjustments import split_notes
from app.market.models import Instrument, Quote, decimal_of
from tools.base import Example, ToolContext, ToolResult, tool
from tools.charts_arguments import VISIBLE, ShowChartArgs
from tools.charts_compared import say_changes
from tools.wording import PriceBook, freshness, time_in_words
from widgets.base import CardNumber
from widgets.charts import ChartLine, ChartMark, PriceChart


@tool(
    ShowChartArgs,
    examples=[
        Example("chart spy with levels", {"symbol": "SPY"}),
        Example("put up a 15 minute chart of tesla", {"symbol": "TSLA", "timeframe": "15m"}),
        Example("show me aapl daily with the 50 and 200", {
            "symbol": "AAPL", "timeframe": "1d", "averages": ["sma50", "sma200"]}),
        Example("weekly chart of qqq", {"symbol": "QQQ", "timeframe": "1w"}),
        Example("pull up nvidia on the hourly", {"symbol": "NVDA", "timeframe": "1h"}),
        Example("open a bitcoin chart", {"symbol": "BTC/USD"}),
        Example("plot amd without levels", {"symbol": "AMD", "levels": False}),
        Example("candles for gold, 4 hours", {"symbol": "GLD", "timeframe": "4h"}),
        Example("let me see meta with premarket", {"symbol": "META", "extended": True}),
        Example("draw the ndx 5 min", {"symbol": "NDX", "timeframe": "5m"}),
        Example("show me spx on the 5 minute with the 200 day", {
            "symbol": "SPX", "timeframe": "5m", "averages": ["sma200@1d"]}),
        Example("chart of amzn with its pivots", {"symbol": "AMZN", "show": ["pivots"]}),
        Example("weekly chart of iwm with the 50 and 200 week", {
            "symbol": "IWM", "timeframe": "1w", "averages": ["sma50", "sma200"]}),
        Example("chart of msft with the volume profile", {
            "symbol": "MSFT", "profile": "visible"}),
        Example("show the volume profile of the week on a 15 minute chart of iwm", {
            "symbol": "IWM", "timeframe": "15m", "profile": "week"}),
        Example("chart nvda against amd this month", {
            "symbol": "NVDA", "timeframe": "1d", "compare": ["AMD"], "zoom": "month"}),
    ],
)  # fmt: skip
async def show_chart(args: ShowChartArgs, context: ToolContext) -> ToolResult:
    """Open a live chart of one symbol beside the conversation: candles, volume, key levels,
    moving averages, volume profile, marked prices, other symbols in percent.

    Also changes the chart that is open: call it again with all it should show then.
    """
    as_of = context.moment(args.as_of)
    instrument = await context.market.instrument(Symbol(args.symbol))
    quote = await context.market.quote(instrument.symbol, as_of=as_of)
    compared = [await context.market.instrument(Symbol(each)) for each in args.compare]
    found = None if compared else await _map(args, context, instrument.symbol, as_of)
    book = PriceBook(context.book, instrument, quote.as_of, quote.provider)
    last = book.price("last", quote.last, "last")
    lines = _lines(found, args, book)
    reason = _why_no_profile(found, args) if found else ""
    has_profile = bool(args.volume_of) and not reason
    whose = instrument.symbol if compared else "It"
    said = [
        await say_changes([instrument, *compared], args.zoom, context, as_of) if compared else "",
        f"{instrument.symbol}{_drawn(args, instrument, lines, has_profile=has_profile)}.",
        f"{whose} is at {last.ref}, {time_in_words(quote.as_of, instrument)}{_hours(args, quote, instrument)}.",
        _say_profile(lines, args) or reason,
        _why_not_shown(found, args, lines) if found else "",
        *await _say_marks(args, context, quote, book, last),
    ]
    notes = await split_notes(context.market, instrument, as_of)
    chart = _chart(args, instrument, quote, lines)
    return ToolResult(" ".join(filter(None, said)), (chart.model_copy(update={"notes": notes}),))


async def _map(
    args: ShowChartArgs, context: ToolContext, symbol: Symbol, as_of: datetime
) -> LevelMap | None:
    """The levels of the period that a bar is part of; None if none are wanted."""
    if not (args.levels or args.shown or args.volume_of):
        return None
    return await map_levels(
        symbol,
        market=context.market,
        as_of=as_of,
        period=PERIODS.get(args.timeframe, Period.DAY),
        profile=args.volume_of if isinstance(args.volume_of, Window) else None,
    )


def _lines(found: LevelMap | None, args: ShowChartArgs, book: PriceBook) -> tuple[ChartLine, ...]:
    return tuple(
        ChartLine(
            name=level.name,
            price=CardNumber.of(book.price(level.name, level.price, level.name)),
            kind=level.kind,
            side=level.side,
        )
        for level in (found.levels if found else ())
        if _is_drawn(level, args)
    )


def _is_drawn(level: Level, args: ShowChartArgs) -> bool:
    """Whether a level is a line of the chart; those of the profile in view are the browser's."""
    family = FAMILIES.get(str(level.kind), "")
    if family in args.hide:
        return False
    if level.kind == "profile" and args.volume_of:
        return args.volume_of != VISIBLE
    if level.kind in INSIDE_A_DAY and not args.timeframe.is_intraday:
        return False
    return args.levels or family in args.shown


def _hours(args: ShowChartArgs, quote: Quote, instrument: Instrument) -> str:
    """That the last price is of hours which the bars leave out."""
    session = calendar.session_on(quote.session_date, instrument.calendar)
    if session is None or not instrument.has_extended_hours or args.extended:
        return ""
    if session.open <= quote.as_of <= session.close:
        return ""
    return "; the bars are of regular hours"


def _why_not_shown(found: LevelMap, args: ShowChartArgs, lines: Sequence[ChartLine]) -> str:
    """Why a family that was asked for has no lines."""
    drawn = {FAMILIES.get(line.kind) for line in lines}
    if args.volume_of:
        drawn.add("profile")
    missing = [each for each in args.shown if each not in drawn]
    reasons = [
        f"A day's {NAMED[each]} is drawn on bars shorter than a day."
        if each != "pivots" and not args.timeframe.is_intraday
        else found.why_absent(FIRST_OF[each]) or ""
        for each in missing
    ]
    return " ".join(filter(None, reasons))


async def _say_marks(
    args: ShowChartArgs, context: ToolContext, quote: Quote, book: PriceBook, last: Figure
) -> list[str]:
    """Where each marked price is, and whether the chart opens so that it can be seen."""
    if not args.marks:
        return []
    low, high = await _seen(args, context, quote)
    said = []
    for number, (name, price) in enumerate(args.named_marks, start=1):
        mark = book.price(f"mark{number}", price, name or "price marked")
        side = "above" if price > quote.last else "below"
        away = f"{{abs({mark.id}-{last.id})}} ({{abs({mark.id}-{last.id})/{last.id} : %, 2}}) {side} it"
        if price == quote.last:
            away = "exactly there"
        if not low - (high - low) <= price <= high + (high - low):
            away += " and out of view: an arrow at the edge points to it"
        said.append(f"{f'{name.capitalize()} ' if name else ''}{mark.ref} is marked, {away}.")
    return said


async def _seen(args: ShowChartArgs, context: ToolContext, quote: Quote) -> tuple[Decimal, Decimal]:
    """The lowest and highest price of the bars that the chart opens with."""
    as_of = context.moment(args.as_of)
    days = ZOOM_DAYS.get(args.zoom or "", OPENS_WITH_DAYS[args.timeframe])
    bars = await context.market.bars(
        quote.symbol, args.timeframe, start=as_of - timedelta(days=days), end=as_of, as_of=as_of
    )
    if len(bars) == 0:
        return quote.last, quote.last
    return decimal_of(bars.low.min()), decimal_of(bars.high.max())


def _why_no_profile(found: LevelMap, args: ShowChartArgs) -> str:
    """Why nothing is drawn; a range in view needs no session that has begun."""
    if not args.volume_of or (args.volume_of == VISIBLE and found.instrument.has_volume):
        return ""
    return found.why_absent("POC") or ""


def _say_profile(lines: Sequence[ChartLine], args: ShowChartArgs) -> str:
    """Where most of a window's volume traded; that of the view is on the chart alone."""
    if not isinstance(args.volume_of, Window):
        return ""
    refs = {line.name: f"{{{line.price.figure}}}" for line in lines if line.kind == "profile"}
    if not refs:
        return ""
    return f"Most traded at POC {refs['POC']}; the value area is {refs['VAL']} to {refs['VAH']}."


def _drawn(
    args: ShowChartArgs, instrument: Instrument, lines: Sequence[ChartLine], *, has_profile: bool
) -> str:
    extras = [_spoken_levels(args, lines)]
    extras += [_spoken_profile(args)] if has_profile else []
    extras += [_spoken_average(average, args.timeframe) for average in args.averages]
    if args.extended and instrument.has_extended_hours and args.timeframe.is_intraday:
        extras.append("premarket and after hours")
    listed = ", ".join(filter(None, extras))
    with_extras = f" with {listed}" if listed else ""
    beside = f" beside {', '.join(args.compare)}, in percent" if args.compare else ""
    back = f", {_spoken_zoom(args, instrument)}" if args.zoom else ""
    return f" on the {SPOKEN[args.timeframe]} chart{beside}{with_extras}{back}"


def _spoken_levels(args: ShowChartArgs, lines: Sequence[ChartLine]) -> str:
    """`its levels and all pivots but no VWAP`: what stands out, and what was left out."""
    drawn = {FAMILIES.get(line.kind) for line in lines}
    whole = [f"all {NAMED[each]}" for each in args.shown if each == "pivots" and each in drawn]
    whole += [NAMED[each] for each in args.shown if each == "vwap" and each in drawn]
    if not args.levels:
        return " and ".join(whole)
    if not lines:
        return ""
    hidden = [f"no {NAMED[each]}" for each in args.hide if each in NAMED]
    return " and ".join(["its levels", *whole]) + (f" but {' and '.join(hidden)}" if hidden else "")


def _spoken_average(average: str, bars: Timeframe) -> str:
    """`SMA50`, or `SMA200 of days`; on weekly and monthly bars always of what."""
    name, _, frame = average.partition("@")
    own = Timeframe(frame) if frame else bars
    return f"{name.upper()} of {OF_BARS[own]}" if frame or own in PERIODS else name.upper()


def _spoken_zoom(args: ShowChartArgs, instrument: Instrument) -> str:
    """How far back it looks, and that it looks less far where so many bars are too many."""
    zoom = args.zoom or "all"
    if not args.timeframe.is_intraday or ZOOM_DAYS[zoom] <= _reach_days(args, instrument):
        return ZOOMED[zoom]
    return f"{ZOOMED[zoom]} as far as one view of {SPOKEN[args.timeframe]} bars reaches"


def _reach_days(args: ShowChartArgs, instrument: Instrument) -> float:
    """Calendar days of as many bars as one view holds."""
    if instrument.is_round_the_clock:
        return HELD_BARS * args.timeframe.minutes / MINUTES_OF_DAY
    minutes = EXTENDED_MINUTES if args.extended else REGULAR_MINUTES
    return HELD_BARS / -(-minutes // args.timeframe.minutes) * 7 / 5


def _spoken_profile(args: ShowChartArgs) -> str:
    words = args.volume_of.words if isinstance(args.volume_of, Window) else "the bars in view"
    return f"the volume profile of {words}"


FAMILIES = {"pivot": "pivots", "vwap": "vwap", "profile": "profile"}
"""What is hidden and shown together."""

NAMED = {"pivots": "pivots", "vwap": "VWAP", "profile": "volume profile"}
FIRST_OF = {"pivots": "PP", "vwap": "VWAP", "profile": "POC"}

PERIODS = {Timeframe.W1: Period.WEEK, Timeframe.MO1: Period.MONTH}
"""Whose levels a bar longer than a day shows."""

INSIDE_A_DAY = ("opening", "premarket", "overnight", "vwap", "profile")
"""Kinds of levels that lie inside one bar of a day or longer; the browser knows them too."""

HELD_BARS = 5_000
"""Bars the bars route gives at once."""
REGULAR_MINUTES, EXTENDED_MINUTES, MINUTES_OF_DAY = 390, 960, 1440

ZOOM_DAYS = {
    "today": 1,
    "week": 7,
    "month": 31,
    "quarter": 92,
    "half": 184,
    "ytd": 366,
    "year": 366,
    "all": 99_999,
}

OPENS_WITH_DAYS = {
    Timeframe.M1: 4, Timeframe.M5: 4, Timeframe.M15: 7, Timeframe.H1: 25, Timeframe.H4: 70,
    Timeframe.D1: 120, Timeframe.W1: 560, Timeframe.MO1: 2480,
}  # fmt: skip
"""Calendar days of the bars that a chart without a zoom opens with."""

OF_BARS = {
    Timeframe.M1: "minutes",
    Timeframe.M5: "5 minutes",
    Timeframe.M15: "15 minutes",
    Timeframe.H1: "hours",
    Timeframe.H4: "4 hours",
    Timeframe.D1: "days",
    Timeframe.W1: "weeks",
    Timeframe.MO1: "months",
}

ZOOMED = {
    "today": "today's session",
    "week": "the last week",
    "month": "the last month",
    "quarter": "the last three months",
    "half": "the last six months",
    "ytd": "since the start of the year",
    "year": "the last year",
    "all": "all there is",
}


SPOKEN = {
    Timeframe.M1: "1-minute",
    Timeframe.M5: "5-minute",
    Timeframe.M15: "15-minute",
    Timeframe.H1: "hourly",
    Timeframe.H4: "4-hour",
    Timeframe.D1: "daily",
    Timeframe.W1: "weekly",
    Timeframe.MO1: "monthly",
}


def _chart(
    args: ShowChartArgs, instrument: Instrument, quote: Quote, lines: tuple[ChartLine, ...]
) -> PriceChart:
    session = calendar.session_on(quote.session_date, instrument.calendar)
    return PriceChart(
        display="side",
        symbol=instrument.symbol,
        name=instrument.name,
        timeframe=args.timeframe,
        extended=args.extended and instrument.has_extended_hours,
        lines=lines,
        averages=args.averages,
        period=PERIODS.get(args.timeframe, Period.DAY).value,
        hide=args.hide,
        show=args.shown,
        profile=args.volume_of or "",
        marks=tuple(
            ChartMark(
                text=f"{name} {mark:,.{instrument.decimals}f}".strip(), value=format(mark, "f")
            )
            for name, mark in args.named_marks
        ),
        compare=args.compare,
        zoom=args.zoom or "",
        as_of=args.as_of,
        decimals=instrument.decimals,
        freshness=freshness(quote.provider, instrument, quote.as_of, session),
    )
