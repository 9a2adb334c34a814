"""The model's door to charts. It names what to draw; the browser fetches the bars."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.indicators.averages import parse_chart_average
from app.levels.models import Level, LevelMap
from app.levels.service import map_levels
from app.levels.windows import Window, parse_window
from app.market import calendar
from app.market.adjustments import split_notes
from app.market.models import Instrument, Quote
from tools.arguments import AsOf, SymbolArgument, TimeframeArgument
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.wording import PriceBook, freshness, time_in_words
from widgets.base import CardNumber
from widgets.charts import ChartLine, ChartMark, PriceChart

Family = Literal["levels", "pivots", "vwap", "profile"]
VISIBLE = "visible"
Zoom = Literal["today", "week", "month", "quarter", "ytd", "year", "all"]
HIGHEST_PRICE = 10_000_000


def _profile(value: object) -> object:
    """A window in any spelling, or what is seen."""
    if not isinstance(value, str) or value == VISIBLE:
        return value
    try:
        return parse_window(value)
    except InvalidInput as error:
        raise ValueError(f"{error.message} Or `visible`.") from error


class ShowChartArgs(ToolArgs):
    symbol: SymbolArgument
    timeframe: TimeframeArgument = Timeframe.M5
    levels: bool = Field(default=True, description="Draw today's key levels as lines.")
    hide: tuple[Family, ...] = Field(
        (), description="Families of levels to leave out: pivots, vwap, profile.", max_length=4
    )
    profile: Annotated[Window | Literal["visible"] | None, BeforeValidator(_profile)] = Field(
        None,
        description="Volume by price drawn along the left edge: of the bars in view (visible), or of "
        "the day, previous (the session before), week, month, 3m or 1y.",
    )
    averages: tuple[str, ...] = Field(
        (),
        description="Moving averages to draw, such as sma50, ema9; sma200@1d is one of days, "
        "whatever the bars.",
        max_length=6,
    )
    marks: tuple[Decimal, ...] = Field(
        (), description="Prices the member wants marked with a line.", max_length=8
    )
    compare: tuple[SymbolArgument, ...] = Field(
        (), description="Symbols to lay beside it, all in percent.", max_length=4
    )
    zoom: Zoom | None = Field(
        None, description="How far back to look: today, week, month, quarter, ytd, year, all."
    )
    extended: bool = Field(default=False, description="Show premarket and after hours too.")
    as_of: AsOf = None

    @property
    def volume_of(self) -> "Window | Literal['visible'] | None":
        """Whose volume is drawn: none beside other symbols, whose scale is percent, or if hidden."""
        return None if self.compare or "profile" in self.hide else self.profile

    @field_validator("averages", mode="after")
    @classmethod
    def _known(cls, averages: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(parse_chart_average(each) for each in averages))

    @field_validator("marks", mode="after")
    @classmethod
    def _priced(cls, marks: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
        if any(not 0 < mark < HIGHEST_PRICE for mark in marks):
            raise ValueError("a marked price is a positive number")
        return tuple(dict.fromkeys(marks))


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
    found: Sequence[Level] = ()
    reason = ""
    compared = [await context.market.instrument(Symbol(each)) for each in args.compare]
    if (args.levels or args.volume_of) and not compared:
        whole = await map_levels(
            instrument.symbol,
            market=context.market,
            as_of=as_of,
            profile=args.volume_of if isinstance(args.volume_of, Window) else None,
        )
        found = [level for level in whole.levels if _is_drawn(level, args)]
        reason = _why_no_profile(whole, args)
    book = PriceBook(context.book, instrument, quote.as_of, quote.provider)
    last = book.price("last", quote.last, "last")
    lines = tuple(
        ChartLine(
            name=level.name,
            price=CardNumber.of(book.price(level.name, level.price, level.name)),
            kind=level.kind,
            side=level.side,
        )
        for level in found
    )
    has_profile = bool(args.volume_of) and not reason
    drawn = _drawn(args, has_profile=has_profile, has_lines=bool(lines) and args.levels)
    said = [
        f"{instrument.symbol}{drawn}.",
        f"It is at {last.ref}, {time_in_words(quote.as_of, instrument)}.",
        _say_profile(lines, args) or reason,
    ]
    notes = await split_notes(context.market, instrument, as_of)
    chart = _chart(args, context, instrument, quote, lines)
    return ToolResult(" ".join(filter(None, said)), (chart.model_copy(update={"notes": notes}),))


def _is_drawn(level: Level, args: ShowChartArgs) -> bool:
    """Whether a level is a line of the chart; those of the profile in view are the browser's."""
    if FAMILIES.get(str(level.kind)) in args.hide:
        return False
    if level.kind == "profile" and args.volume_of:
        return args.volume_of != VISIBLE
    return args.levels


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


def _drawn(args: ShowChartArgs, *, has_profile: bool, has_lines: bool) -> str:
    extras = ["its levels"] if has_lines else []
    extras += [_spoken_profile(args)] if has_profile else []
    extras += [_spoken_average(average) for average in args.averages]
    with_extras = f" with {', '.join(extras)}" if extras else ""
    if args.marks:
        with_extras += ", your marks drawn in" if extras else " with your marks drawn in"
    beside = f" beside {', '.join(args.compare)}, in percent" if args.compare else ""
    back = f", {ZOOMED[args.zoom]}" if args.zoom else ""
    return f" on the {SPOKEN[args.timeframe]} chart{beside}{with_extras}{back}"


def _spoken_average(average: str) -> str:
    """`SMA50`, or `SMA200 of days`."""
    name, _, frame = average.partition("@")
    return f"{name.upper()} of {OF_BARS[Timeframe(frame)]}" if frame else name.upper()


def _spoken_profile(args: ShowChartArgs) -> str:
    words = args.volume_of.words if isinstance(args.volume_of, Window) else "the bars in view"
    return f"the volume profile of {words}"


FAMILIES = {"pivot": "pivots", "vwap": "vwap", "profile": "profile"}
"""What is hidden together."""

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
    args: ShowChartArgs,
    context: ToolContext,
    instrument: Instrument,
    quote: Quote,
    lines: tuple[ChartLine, ...],
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
        hide=args.hide,
        profile=args.volume_of or "",
        marks=tuple(
            ChartMark(text=f"{mark:,.{instrument.decimals}f}", value=format(mark, "f"))
            for mark in args.marks
        ),
        compare=args.compare,
        zoom=args.zoom or "",
        as_of=args.as_of,
        decimals=instrument.decimals,
        freshness=freshness(quote.provider, instrument, quote.as_of, session),
    )
