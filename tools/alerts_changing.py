"""The model's doors to alerts that are there, and to the past of a condition.

Decided: a change is proposed on a card and made by a member's click, like every act. Which alert is
meant is never guessed: where several fit, they are shown with their own buttons.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from app.alerts.drafts import Wish
from app.alerts.drafts import draft_alert as drafted_alert
from app.alerts.looking_back import Moment, would_have_fired
from app.alerts.models import Alert
from app.alerts.service import VALID_FOR, snoozed_until
from app.alerts.silence import calendar_of, silent_until
from app.core.errors import NotFound
from app.core.figures import Unit
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market import calendar
from app.market.models import Instrument, decimal_of
from tools.alerts_words import counted, kept_freshness, row_of, said, title_of
from tools.arguments import SymbolArgument
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.wording import PriceBook, day_in_words, time_in_words, time_in_words_of
from widgets.alerts import AlertChangeCard, AlertFiring, AlertHistoryCard, AlertsCard
from widgets.base import CardNumber

Change = Literal["snooze", "rearm", "drop"]
_DONE = {"snooze": "Snoozed", "rearm": "Armed again", "drop": "Dropped"}
_SHOWN = 100
_LONGEST = 60


class ChangeArgs(ToolArgs):
    change: Change = Field(
        description="snooze: silent for `minutes` or until `until`; rearm: watch again; drop: watch no "
        "more."
    )
    symbol: SymbolArgument | None = Field(default=None, description="The alert on this symbol.")
    words: str = Field(
        "",
        description="Words of the alert that is meant, such as a company's name, a level or a note.",
        max_length=100,
    )
    every: bool = Field(
        default=False, description="All that fit, rather than the one that is meant."
    )
    minutes: int = Field(30, description="Length of a snooze.", ge=1, le=43_200)
    until: str = Field(
        "",
        description=(
            "The end of a snooze, in place of `minutes`, by the exchange's clock and trading days: "
            "`tomorrow`, `monday`, `next week` (each with the open), `the open`, `the close`, `14:00`, "
            "`monday 14:00`, a date, or a moment with its offset."
        ),
        max_length=60,
    )


@tool(
    ChangeArgs,
    examples=[
        Example("snooze it 30 minutes", {"change": "snooze", "minutes": 30}),
        Example("snooze the SPX alert for an hour", {"change": "snooze", "symbol": "SPX", "minutes": 60}),
        Example("snooze it until tomorrow", {"change": "snooze", "until": "tomorrow"}),
        Example("mute the SPX alert till 2pm", {"change": "snooze", "symbol": "SPX", "until": "14:00"}),
        Example("drop the gold one", {"change": "drop", "words": "gold"}),
        Example("delete all my alerts", {"change": "drop", "every": True}),
        Example("re-arm my NVDA alert", {"change": "rearm", "symbol": "NVDA"}),
    ],
)  # fmt: skip
async def change_alert(args: ChangeArgs, context: ToolContext) -> ToolResult:
    """Propose to snooze, re-arm or drop alerts of the member, which they confirm on a card.

    It changes nothing. Without a symbol or words it means the alert that fired last.
    """
    found = await _meant(args, context)
    now, book = context.now, context.book
    rows = tuple(row_of(book, each, now) for each in found)
    age = kept_freshness(context.market.provider, now)
    if len(found) > 1 and not args.every:
        card = AlertsCard(title="which fit", rows=rows, notes=(), freshness=age)
        return ToolResult("Which one do you mean? Each has its own buttons on the card.", (card,))
    ends = _ends(args, found, now)
    verb = "arm again" if args.change == "rearm" else args.change
    named = "; ".join(
        said(book, f"named.{place}", title_of(each), now) for place, each in enumerate(found[:5], 1)
    )
    more = " and others" if len(found) > 5 else ""
    proposed = AlertChangeCard(
        change=args.change,
        minutes=args.minutes,
        ends=ends,
        summary=_DONE[args.change],
        rows=rows,
        outcome="",
        valid_minutes=int(VALID_FOR.total_seconds() // 60),
        notes=(),
        freshness=age,
    )
    return ToolResult(
        f"Here is a draft: {verb}{_length(args, found, ends, context)}: {named}{more}. Nothing changes until you confirm it on the "
        "card.",
        (proposed,),
    )


def _ends(args: ChangeArgs, found: Sequence[Alert], now: datetime) -> tuple[datetime, ...]:
    """When the silence of each alert ends, by its own exchange; nothing where it has a length."""
    if args.change != "snooze" or not args.until:
        return ()
    ends = (silent_until(args.until, now, calendar_of(each.terms)) for each in found)
    return tuple(snoozed_until(now, end - now) for end in ends)


def _length(
    args: ChangeArgs, found: Sequence[Alert], ends: Sequence[datetime], context: ToolContext
) -> str:
    """How long it would be silent, in words."""
    if args.change != "snooze":
        return ""
    if ends:
        exchange = calendar_of(found[0].terms)
        day = calendar.market_date(ends[0], exchange)
        until = f" until {day_in_words(day)} at {time_in_words_of(ends[0], exchange)}"
        return until if len(set(ends)) == 1 else f"{until}, each by its own exchange's clock"
    minutes = context.book.record(
        "minutes",
        decimal_of(float(args.minutes)),
        Unit.MINUTES,
        label="length of the snooze",
        entity="alerts",
        as_of=context.now,
        decimals=0,
    )
    return f" for {minutes.ref}"


async def _meant(args: ChangeArgs, context: ToolContext) -> Sequence[Alert]:
    """The alert that is meant, or those among which it is; `NotFound` where there is none."""
    alerts = await context.alerts.alerts()
    if not alerts:
        raise NotFound("You have no alerts.")
    if not (args.symbol or args.words):
        last = max(
            alerts, key=lambda each: (each.fired_at is not None, each.fired_at or each.created_at)
        )
        return [last] if last.fired_at and not args.every else alerts
    fitting = [each for each in alerts if await _fits(each, args, context)]
    if not fitting:
        raise NotFound("None of your alerts is about that.")
    return fitting


async def _fits(alert: Alert, args: ChangeArgs, context: ToolContext) -> bool:
    if args.symbol and args.symbol != alert.symbol:
        return False
    name = ""
    if alert.symbol:
        with suppress(NotFound):
            name = (await context.market.instrument(Symbol(alert.symbol))).name
    text = f"{title_of(alert)} {alert.title} {alert.terms['condition']} {name}".lower()
    return all(_stands_in(text, word) for word in args.words.lower().replace(",", "").split())


def _stands_in(text: str, word: str) -> bool:
    """A number whole: 60 is not in 600."""
    if not word[0].isdigit():
        return word in text
    return re.search(rf"(?<![\d.]){re.escape(word)}(?![\d]|\.\d)", text) is not None


class ReplayArgs(ToolArgs):
    symbol: SymbolArgument = Field(description="What would have been watched.")
    condition: str = Field(
        description="The condition in the formula language, as `draft_alert` takes it.",
        max_length=1000,
    )
    timeframe: Timeframe = Field(
        Timeframe.M5, description="Of the bars for what names none, such as `rsi(14)`."
    )
    active: str = Field(
        "", description="Only at this time of day, as in `draft_alert`.", max_length=80
    )
    days: int = Field(30, description="How many days back.", ge=1, le=_LONGEST)


@tool(
    ReplayArgs,
    examples=[
        Example("how often would SPX crossing yesterday's high have fired this month", {"symbol": "SPX", "condition": "price crosses pdh", "days": 30}),
        Example("how many times would an alert at 600 on SPY have gone off this week", {"symbol": "SPY", "condition": "price hits 600", "days": 7}),
        Example("how often would nvda losing vwap have fired in the last 10 days", {"symbol": "NVDA", "condition": "price crosses below vwap", "days": 10}),
        Example("how often would a 3% move in an hour on btc have fired this month", {"symbol": "BTC/USD", "condition": "price moves by 3% in 1h", "days": 30}),
        Example("how many times would rsi crossing below 30 on AAPL have triggered this month", {"symbol": "AAPL", "condition": "rsi(14) crosses below 30", "days": 30}),
    ],
)  # fmt: skip
async def replay_alert(args: ReplayArgs, context: ToolContext) -> ToolResult:
    """How often a condition would have fired before now, and when; armed it is told less often.

    It reads finished bars, each as four prices: two crossings within one of them are one.
    """
    now, market = context.now, context.market
    condition = f"({args.condition}) and {args.active}" if args.active else args.condition
    wish = Wish(symbol=Symbol(args.symbol), condition=condition, timeframe=args.timeframe)
    book = context.alerts.book(market, context.macro)
    drafted = await drafted_alert(wish, market=market, book=book, at=now)
    since = now - timedelta(days=args.days)
    moments = await would_have_fired(drafted, market=market, since=since, until=now)
    instrument = await market.instrument(Symbol(args.symbol))
    prices = PriceBook(context.book, instrument, now, market.provider)
    rows = [
        AlertFiring(
            at=each.at,
            words="",
            price=None
            if each.price is None
            else CardNumber.of(
                prices.price(f"fired.{place}", decimal_of(each.price), "price then", as_of=each.at)
            ),
        )
        for place, each in enumerate(reversed(moments[-_SHOWN:]), 1)
    ]
    count = counted(context.book, "fired", len(moments), "times it would have fired", now)
    days = counted(context.book, "days", args.days, "days looked at", now)
    words = said(context.book, "condition", str(drafted.terms["words"]), now)
    card = AlertHistoryCard(
        title=f"{args.symbol}: {drafted.terms['words']}",
        is_replayed=True,
        zone=str(calendar.timezone_of(instrument.calendar)),
        count=CardNumber.of(count),
        rows=tuple(rows),
        notes=(
            "From finished bars, as if it had been armed for every time.",
            *(("Only the latest are shown.",) if len(moments) > _SHOWN else ()),
        ),
        freshness=kept_freshness(market.provider, now),
    )
    times = "time" if len(moments) == 1 else "times"
    over = f"in the last {days.ref} {'day' if args.days == 1 else 'days'}"
    sentence = f"{args.symbol}, {words}: it would have fired {count.ref} {times} {over}."
    return ToolResult(sentence + _last(moments, instrument), (card,))


def _last(moments: Sequence[Moment], instrument: Instrument) -> str:
    if not moments:
        return ""
    at = moments[-1].at
    day = at.astimezone(calendar.timezone_of(instrument.calendar)).date()
    return f" The last time was {day_in_words(day)} at {time_in_words(at, instrument)}."
