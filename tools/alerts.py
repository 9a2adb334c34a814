"""The model's door to alerts: it drafts one, or says what is watched; a member's click arms.

Decided: this writes nothing at all. What would fire stands on a card; only the card's button, pressed
by the member, makes the monitor watch for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pydantic import AwareDatetime, Field

from app.alerts.channels import INSTEAD, channels_of, unreached, where_told
from app.alerts.drafts import Drafted, Outlook, Wish
from app.alerts.drafts import draft_alert as drafted_alert
from app.alerts.models import Alert, Status, fingerprint_of
from app.alerts.reporting import Week, asks_reports, read_week
from app.alerts.service import LISTED, VALID_FOR
from app.core.errors import CoachError
from app.core.figures import Figure
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market import calendar
from app.notifications.models import ChannelKind
from tools.alerts_held import held_by_name
from tools.alerts_history import fired_history
from tools.alerts_words import (
    counted,
    kept_freshness,
    note_of,
    row_of,
    said,
    status_of,
    title_of,
    told_of,
)
from tools.arguments import SymbolArgument
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.earnings_words import listed, reporting
from tools.wording import PriceBook, freshness, shown
from widgets.alerts import AlertDraftCard, AlertsCard
from widgets.base import CardNumber, Freshness

_NAMED = 5
"""Alerts that a sentence names."""
_LISTED = 50


class DraftArgs(ToolArgs):
    symbol: SymbolArgument | None = Field(
        default=None, description="What is watched; leave out for what the member holds."
    )
    condition: str = Field(
        description=(
            "When to tell, in the formula language: `price hits 5930`, `price crosses below vwap`, "
            "`price within 0.3% of pdh`, `price tested 5900 3 times`, `rvol > 2x and price hits pdh`, "
            "`price moves 3% in 1h`, `rsi(14, 5m) crosses below 30 and price > sma(200, 1d)`, "
            '`position("SPX condor").pnl <= -$500`, `net_delta > 200`, `delta("180c") < 0.3`, '
            "`reports_this_week >= 1` for earnings of what the member holds."
        ),
        max_length=1000,
    )
    timeframe: Timeframe = Field(
        Timeframe.M5, description="Of the bars for what names none, such as `rsi(14)`."
    )
    repeats: bool = Field(
        default=False, description="Told every time; otherwise once, until it is armed again."
    )
    next_cross_only: bool = Field(
        default=False,
        description="What is true already is not told; only the next time it becomes true.",
    )
    active: str = Field(
        "",
        description="Only at this time of day: `before 11:00`, `between 9:30 and 10:00`.",
        max_length=80,
    )
    expires_at: AwareDatetime | None = Field(
        default=None, description="When to stop watching, with its offset."
    )
    note: str = Field("", description="The member's own words to be told with it.", max_length=200)
    channels: tuple[ChannelKind, ...] | None = Field(
        default=None,
        description=(
            "Only where the member names channels: it is told on these and no others, empty for in "
            "this conversation alone. Otherwise their notification settings decide."
        ),
        max_length=6,
    )


@tool(
    DraftArgs,
    examples=[
        Example("alert me when SPX hits $5,930", {"symbol": "SPX", "condition": "price hits $5930"}),
        Example("tell me if nvda loses vwap", {"symbol": "NVDA", "condition": "price crosses below vwap"}),
        Example("let me know if AAPL gets within 0.3% of yesterday's high", {"symbol": "AAPL", "condition": "price within 0.3% of pdh"}),
        Example("alert on the third test of 5900 on SPX", {"symbol": "SPX", "condition": "price tested 5900 3 times"}),
        Example("alert me on a volume spike at PDH on tsla", {"symbol": "TSLA", "condition": "rvol(20) > 2x and price hits pdh"}),
        Example("tell me if btc moves 3% in an hour", {"symbol": "BTC/USD", "condition": "price moves by 3% in 1h"}),
        Example("alert me when rsi(14) on MU 5m crosses below 30 and price is above the 200 day", {"symbol": "MU", "condition": "rsi(14, 5m) crosses below 30 and price > sma(200, 1d)"}),
        Example("ping me when my SPX condor is down $500", {"condition": 'position("SPX condor").pnl <= -$500'}),
        Example("alert me when net delta goes over 200", {"condition": "net_delta crosses above 200"}),
        Example("alert on earnings week for my positions", {"condition": "reports_this_week >= 1"}),
        Example("alert me when SPX hits $5,930, only by telegram", {"symbol": "SPX", "condition": "price hits $5930", "channels": ["telegram"]}),
        Example("notify me if my delta on the 180c drops under .3", {"condition": 'delta("180c") crosses below 0.3'}),
    ],
)  # fmt: skip
async def draft_alert(args: DraftArgs, context: ToolContext) -> ToolResult:
    """Draft an alert, looked at now: what would fire, whether it is true already, how far it is.

    It watches nothing: the member sees a card and arms it there. Say that it is a draft; never say
    that it is set. It is told in this conversation and by the member's own channels, or those they
    name.
    """
    now, market = context.now, context.market
    book = context.alerts.book(market, context.macro)
    found = await drafted_alert(wish_of(args), market=market, book=book, at=now)
    symbol = str(found.terms["symbol"])
    seen = await _seen(Symbol(symbol), found.outlook, context) if symbol else None
    off = unreached(found.terms, await context.alerts.channels())
    week = await _week(found, context)
    held = await held_by_name(found.terms, book)
    card = _card(found, seen, (*held.notes, *off, *listed(week)), context)
    words = said(context.book, "condition", str(found.terms["words"]), now)
    about = f"{symbol}, {words}" if symbol else words
    told = "every time" if card.told == "every time" else "once, until it is armed again"
    sentence = (
        f"Here is a draft of an alert: {about}; told {told}{_where(found, off)}. {_stands(card)}"
        f"{held.absence}{_on_reports(found, week, context)}"
    )
    return ToolResult(f"{sentence} Nothing is watched until you arm it on the card.", (card,))


def wish_of(args: DraftArgs) -> Wish:
    """What is asked for, as it is drafted."""
    return Wish(
        symbol=Symbol(args.symbol) if args.symbol else None,
        condition=f"({args.condition}) and {args.active}" if args.active else args.condition,
        timeframe=args.timeframe,
        repeats=args.repeats,
        next_only=args.next_cross_only,
        expires_at=args.expires_at,
        title=args.note,
        channels=args.channels,
    )


class ListArgs(ToolArgs):
    symbol: SymbolArgument | None = Field(
        default=None, description="Only alerts on this; all of them if left out."
    )
    history: bool = Field(
        default=False, description="What has fired, with times and prices, instead of the alerts."
    )


@tool(
    ListArgs,
    examples=[
        Example("what are you watching for me"),
        Example("list my alerts"),
        Example("which alerts do i have on SPX", {"symbol": "SPX"}),
        Example("which of my alerts fired", {"history": True}),
        Example("show me my alert history", {"history": True}),
    ],
)
async def list_alerts(args: ListArgs, context: ToolContext) -> ToolResult:
    """The member's alerts: watched, snoozed, fired and expired; or the history of what fired.

    Each row of the card has buttons to snooze it, arm it again or drop it.
    """
    if args.history:
        return await fired_history(args.symbol, context)
    newest = await context.alerts.alerts()
    alerts = [each for each in newest if args.symbol in (None, each.symbol)]
    now, book = context.now, context.book
    about = f" on {args.symbol}" if args.symbol else ""
    if not alerts:
        return ToolResult(f"Nothing is watched for you{about}.")
    rows = tuple(row_of(book, each, now) for each in alerts[:_LISTED])
    off = await _off(alerts[:_LISTED], context)
    card = AlertsCard(
        title=f"on {args.symbol}" if args.symbol else "",
        rows=rows,
        notes=(*(("Only the newest are shown.",) if len(alerts) > _LISTED else ()), *off),
        freshness=kept_freshness(context.market.provider, now),
    )
    states = [status_of(each, now) for each in alerts]
    parts = [
        f"{counted(book, state, states.count(state), f'alerts {state}', now).ref} {state}"
        for state in ("armed", "snoozed", "fired", "expired")
        if state in states
    ]
    named = "; ".join(
        said(book, f"named.{place}", title_of(each), now)
        for place, each in enumerate(alerts[:_NAMED], 1)
    )
    more = " The newest" if len(alerts) > _NAMED else " They are"
    whose = f"Your alerts{about}"
    if len(newest) >= LISTED:
        whose = f"Of your newest {counted(book, 'newest', LISTED, 'alerts looked at', now).ref} alerts, those{about or ' there'}"
    tail = f" {' '.join(off)}" if off else ""
    return ToolResult(f"{whose}: {', '.join(parts)}.{more}: {named}.{tail}", (card,))


async def _off(alerts: Sequence[Alert], context: ToolContext) -> tuple[str, ...]:
    """What of the channels that armed ones name cannot be told, each said once."""
    armed = [each.terms for each in alerts if each.status is Status.ARMED]
    if not any(channels_of(terms) for terms in armed):
        return ()
    own = await context.alerts.channels()
    found = [words for terms in armed for words in unreached(terms, own)]
    return tuple(dict.fromkeys(sorted(found, key=lambda words: words == INSTEAD)))


@dataclass(frozen=True, slots=True)
class _Seen:
    """Where a symbol is, in figures; all None where the market does not answer."""

    freshness: Freshness
    price: Figure | None = None
    level: Figure | None = None
    distance: Figure | None = None
    percent: Figure | None = None


async def _seen(symbol: Symbol, outlook: Outlook, context: ToolContext) -> _Seen:
    now, market = context.now, context.market
    instrument = await market.instrument(symbol)
    if outlook.price is None:
        return _Seen(kept_freshness(market.provider, now))
    quote = await market.quote(symbol, as_of=now)
    book = PriceBook(context.book, instrument, quote.as_of, quote.provider)
    session = calendar.current_session(now, instrument.calendar)
    age = freshness(quote.provider, instrument, quote.as_of, session, asked_at=now)
    price = book.price("price", outlook.price, "price now")
    if outlook.level is None:
        return _Seen(age, price)
    exact = Decimal(repr(outlook.level))
    distance = exact - outlook.price
    percent = distance / outlook.price * 100 if outlook.price else None
    return _Seen(
        age,
        price,
        book.price("level", exact, "level"),
        book.move("distance", distance, "distance to the level"),
        None if percent is None else book.percent("distance.percent", percent, "distance to it"),
    )


async def _week(found: Drafted, context: ToolContext) -> Week | None:
    """What the member holds that is still to report, where the alert is about that and it is known."""
    if found.outlook.is_true is None or not asks_reports(found.terms):
        return None
    try:
        held = await context.holdings.positions()
        return await read_week(context.macro, held, context.now)
    except CoachError:
        return None


def _on_reports(found: Drafted, week: Week | None, context: ToolContext) -> str:
    """Which companies report and when; where nothing is known of them, why."""
    if week is not None:
        return f" {reporting(context.book, 'reports', week)}"
    absence = found.outlook.absence
    return f" {absence}" if absence and asks_reports(found.terms) else ""


def _where(found: Drafted, off: Sequence[str]) -> str:
    """Where it is told, if that was asked for, and what of it cannot be."""
    if channels_of(found.terms) is None:
        return ""
    return ". ".join((f", {where_told(found.terms)}", *(each.rstrip(".") for each in off)))


def _card(
    found: Drafted, seen: _Seen | None, notes: Sequence[str], context: ToolContext
) -> AlertDraftCard:
    terms, outlook, provider = found.terms, found.outlook, context.market.provider
    where = seen or _Seen(kept_freshness(provider, context.now))
    ends = terms["expires_at"]
    return AlertDraftCard(
        symbol=terms["symbol"],
        words=terms["words"],
        condition=terms["condition"],
        note=note_of(terms, terms["symbol"]),
        told=told_of(terms),
        where=where_told(terms),
        ends_at=datetime.fromisoformat(ends) if ends else None,
        stands=outlook.is_true,
        fires_at_once=outlook.fires_at_once,
        awaits_bar=outlook.awaits_bar,
        price=shown(where.price),
        level=shown(where.level),
        level_name=terms["level_name"],
        distance=shown(where.distance),
        distance_percent=shown(where.percent),
        terms=dict(terms),
        hash=fingerprint_of(terms),
        valid_minutes=int(VALID_FOR.total_seconds() // 60),
        outcome="",
        notes=((outlook.absence,) if outlook.absence else ()) + tuple(notes),
        freshness=where.freshness,
    )


def _stands(card: AlertDraftCard) -> str:
    """Whether it is true now, and how far the price is from a level."""
    if card.stands is None:
        return "Whether it is true now cannot be told."
    if card.fires_at_once:
        return "It is true now, so it fires at once when armed."
    if card.awaits_bar:
        return "It was true when the last bar ended, and is told if it still is when the running one ends."
    if card.stands:
        return "It stands there already; only the next time it becomes true is told."
    if card.price is None:
        return "It is not true now."
    if card.distance is None or card.level is None:
        return f"It is not true now; the price is {_ref(card.price)}."
    away = "" if card.distance_percent is None else f", {_ref(card.distance_percent)} away"
    return (
        f"It is not true now: the price is {_ref(card.price)}, the level {_ref(card.level)}{away}."
    )


def _ref(number: CardNumber) -> str:
    return f"{{{number.figure}}}"
