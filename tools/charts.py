"""The model's door to charts. It names what to draw; the browser fetches the bars."""

from collections.abc import Sequence

from pydantic import Field, field_validator

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.indicators.names import parse_average
from app.levels.models import Level
from app.levels.service import map_levels
from app.market import calendar
from app.market.models import Instrument, Quote
from tools.arguments import AsOf, SymbolArgument, TimeframeArgument
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.wording import PriceBook, freshness, time_in_words
from widgets.base import CardNumber
from widgets.charts import ChartLine, PriceChart


class ShowChartArgs(ToolArgs):
    symbol: SymbolArgument
    timeframe: TimeframeArgument = Timeframe.M5
    levels: bool = Field(default=True, description="Draw today's key levels as lines.")
    averages: tuple[str, ...] = Field(
        (), description="Moving averages to draw, such as sma50, sma200, ema9.", max_length=6
    )
    extended: bool = Field(default=False, description="Show premarket and after hours too.")
    as_of: AsOf = None

    @field_validator("averages", mode="after")
    @classmethod
    def _known(cls, averages: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(parse_average(each) for each in averages)


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
    ],
)  # fmt: skip
async def show_chart(args: ShowChartArgs, context: ToolContext) -> ToolResult:
    """Open a live chart of one symbol beside the conversation: candles, volume, key levels.

    Also changes the chart that is open: call it again with the other timeframe.
    """
    as_of = context.moment(args.as_of)
    instrument = await context.market.instrument(Symbol(args.symbol))
    quote = await context.market.quote(instrument.symbol, as_of=as_of)
    found: Sequence[Level] = ()
    if args.levels:
        found = (await map_levels(instrument.symbol, market=context.market, as_of=as_of)).levels
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
    drawn = _drawn(args, instrument, has_lines=bool(lines))
    return ToolResult(
        f"{instrument.symbol}{drawn}. It is at {last.ref}, {time_in_words(quote.as_of, instrument)}.",
        (_chart(args, context, instrument, quote, lines),),
    )


def _drawn(args: ShowChartArgs, instrument: Instrument, *, has_lines: bool) -> str:
    extras = ["its levels"] if has_lines else []
    extras += [average.upper() for average in args.averages]
    with_extras = f" with {', '.join(extras)}" if extras else ""
    return f" on the {SPOKEN[args.timeframe]} chart{with_extras}"


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
        as_of=args.as_of,
        decimals=instrument.decimals,
        freshness=freshness(quote.provider, instrument, quote.as_of, session),
    )
