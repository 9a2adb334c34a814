"""The model's door to key levels. Read-only."""

from datetime import date as Date  # noqa: N812 - `date` is the argument's name
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

from app.core.errors import InvalidInput
from app.levels.ladder import WEEK_AVERAGES
from app.levels.models import LevelMap, Period
from app.levels.names import parse_level_names, period_of
from app.levels.pivots import PivotMethod
from app.levels.service import map_levels
from tools.arguments import AsOf, SymbolArgument, WindowArgument
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.levels_card import absences, draw_ladder, record_map
from tools.levels_words import ATR, say_levels, say_map, say_place
from tools.wording import day_in_words, time_in_words


def _names(value: object) -> object:
    """Names in any spelling, a single one too, as the names on the map."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple)):
        return value
    found: list[str] = []
    for each in value:
        if str(each).strip().upper() == ATR:
            found.append(ATR)
            continue
        try:
            found += parse_level_names(str(each))
        except InvalidInput as error:
            raise ValueError(error.message) from error
    return tuple(dict.fromkeys(found))


_SPOKEN = {
    "daily": Period.DAY, "today": Period.DAY, "weekly": Period.WEEK, "monthly": Period.MONTH,
    "classic": PivotMethod.TRADITIONAL, "floor": PivotMethod.TRADITIONAL,
    "standard": PivotMethod.TRADITIONAL, "fib": PivotMethod.FIBONACCI, "dm": PivotMethod.DEMARK,
}  # fmt: skip


def _spoken(value: object) -> object:
    """A period or a pivot method in everyday words."""
    return _SPOKEN.get(value.strip().lower(), value) if isinstance(value, str) else value


class KeyLevelsArgs(ToolArgs):
    symbol: SymbolArgument
    period: Annotated[Period, BeforeValidator(_spoken)] = Field(
        Period.DAY, description="Whose map: today's, this week's or this month's levels."
    )
    pivot: Annotated[PivotMethod, BeforeValidator(_spoken)] = Field(
        PivotMethod.TRADITIONAL, description="Pivot formula; traditional unless one was named."
    )
    names: Annotated[tuple[str, ...], BeforeValidator(_names)] = Field(
        (),
        description=(
            "Only the levels that were asked for: PDH, PDL, PDC (previous day), PWH, PWL, PWC "
            "(week), PMoH, PMoL, PMoC (month), PMH, PML (premarket), ONH, ONL (overnight), OR5H, "
            "OR5L … OR60H, OR60L (opening ranges), VWAP, VWAP+1 … VWAP-2, POC, VAH, VAL (volume "
            "profile), PP, R1 … S5, SMA20, SMA50, SMA200, EMA9, EMA21, EMA50W, EMA200W (of weeks, on "
            "weekly and monthly maps), 52WH, 52WL, ATR. Empty for the whole map."
        ),
    )
    profile: WindowArgument | None = Field(
        None,
        description="Whose volume POC, VAH and VAL are of: day, previous (the session before), week, "
        "month, 3m or 1y; leave out for the map's own period.",
    )
    price: Decimal | None = Field(
        None, gt=0, description="A price the member named, to be placed among the levels."
    )
    date: Date | None = Field(
        None, description="The session whose map is wanted; leave out for the running one."
    )
    as_of: AsOf = None


@tool(
    KeyLevelsArgs,
    examples=[
        Example("where is pdh on spx", {"symbol": "SPX", "names": ["PDH"]}),
        Example("key levels for tesla", {"symbol": "TSLA"}),
        Example("give me the map on nvda", {"symbol": "NVDA"}),
        Example("what's support and resistance in amd today", {"symbol": "AMD"}),
        Example("pre market high and low for coinbase", {"symbol": "COIN", "names": ["PMH", "PML"]}),
        Example("is aapl above or below vwap", {"symbol": "AAPL", "names": ["VWAP"]}),
        Example("first two resistances on the dow pivots", {"symbol": "DIA", "names": ["R1", "R2"]}),
        Example("camarilla pivots for meta", {"symbol": "META", "pivot": "camarilla"}),
        Example("weekly pivots on gold", {"symbol": "GLD", "period": "week"}),
        Example("last month's high on bitcoin", {
            "symbol": "BTC/USD", "period": "month", "names": ["PMoH"]}),
        Example("did google break its 30 minute opening range", {
            "symbol": "GOOGL", "names": ["OR30H", "OR30L"]}),
        Example("anything at 250 on tesla", {"symbol": "TSLA", "price": "250"}),
        Example("how far is msft from its 52 week high", {"symbol": "MSFT", "names": ["52WH"]}),
        Example("overnight range in spy", {"symbol": "SPY", "names": ["ONH", "ONL"]}),
        Example("is jpm holding its 200 day", {"symbol": "JPM", "names": ["SMA200"]}),
        Example("volume profile on palantir for the last three months", {
            "symbol": "PLTR", "names": ["POC", "VAH", "VAL"], "profile": "3m"}),
        Example("where was yesterday's point of control on spy", {
            "symbol": "SPY", "names": ["POC"], "profile": "previous"}),
        Example("weekly levels on iwm", {"symbol": "IWM", "period": "week"}),
        Example("how far is google from its 200 week ema", {
            "symbol": "GOOGL", "period": "week", "names": ["EMA200W"]}),
        Example("yesterday's low on netflix, how many atrs away", {
            "symbol": "NFLX", "names": ["PDL"]}),
    ],
)  # fmt: skip
async def get_key_levels(args: KeyLevelsArgs, context: ToolContext) -> ToolResult:
    """Key levels of one symbol around its last price: previous day, premarket, overnight, opening
    ranges, VWAP and its bands, volume profile (point of control, value area), pivots, averages,
    52-week range, and ATR(14).

    Each with its distance in price, percent and ATRs and how often it was tested. Use `names` when
    particular levels are asked for, `price` to see what a price means, `period` for the week's or
    month's map with its 50- and 200-week averages, `date` for another session. For several symbols call it once for each.
    """
    now = context.now
    found = await map_levels(
        args.symbol,
        market=context.market,
        as_of=context.moment(args.as_of),
        period=_period(args),
        pivot=args.pivot,
        profile=args.profile,
        date=args.date,
    )
    figures = record_map(context.book, found, asked_price=args.price)
    is_past = found.as_of < now or args.as_of is not None
    parts = []
    if args.names:
        parts.append(say_levels(found, args.names, figures))
    if args.price is not None:
        parts.append(say_place(found, args.price, figures))
    if not parts:
        parts.append(say_map(found, figures))
    return ToolResult(
        _dated(found, is_past=is_past) + " ".join(parts),
        (draw_ladder(found, figures, asked=args.names, is_frozen=is_past),),
        facts=(*found.notes, *absences(found)),
    )


def _period(args: KeyLevelsArgs) -> Period:
    """The period asked for; a level that only another period's map has decides."""
    periods = {period for name in args.names if (period := period_of(name)) is not None}
    if len(periods) > 1:
        raise InvalidInput(
            f"{', '.join(args.names)} are on different maps: ask for the day's, the week's and the "
            "month's one by one."
        )
    if not periods and args.period is Period.DAY and set(args.names) & set(WEEK_AVERAGES):
        return Period.WEEK
    return periods.pop() if periods else args.period


def _dated(found: LevelMap, *, is_past: bool) -> str:
    """When the answer holds, if that is not now."""
    if not is_past:
        return ""
    day = day_in_words(found.session.date)
    return f"On {day}, {time_in_words(found.as_of, found.instrument)}: "
