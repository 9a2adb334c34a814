"""The model's door to the calendar: open or closed, when that changes, holidays and half days."""

from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812 - `date` is an argument's name here
from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import Field

from app.core.figures import Figure, Unit
from app.core.symbols import Symbol
from app.market import calendar
from app.market.models import Phase, Session
from tools.arguments import AsOf, SymbolArgument
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.wording import day_in_words, time_in_words_of
from widgets.base import CardNumber, Freshness
from widgets.market import CalendarDay, MarketStatusCard, Milestone

SPECIAL_DAYS_SHOWN = 4
UNTIL_HOURS = timedelta(hours=2)
"""From here on a wait is told in hours, below it in minutes."""


class MarketStatusArgs(ToolArgs):
    symbol: SymbolArgument | None = Field(
        None, description="Whose market is meant; leave out for the US stock market."
    )
    date: Date | None = Field(None, description="The day that is asked about; leave out for now.")
    as_of: AsOf = None


@tool(
    MarketStatusArgs,
    examples=[
        Example("is the market open", {}),
        Example("when does the bell ring", {}),
        Example("how long until the close", {}),
        Example("what time does the market open tomorrow", {}),
        Example("is there trading on thanksgiving", {}),
        Example("are we open on good friday", {}),
        Example("next market holiday?", {}),
        Example("is friday a half day", {}),
        Example("is it premarket yet", {}),
        Example("does bitcoin trade on weekends", {"symbol": "BTC/USD"}),
        Example("market hours on christmas eve", {}),
        Example("did the stock market trade last monday", {}),
    ],
)
async def get_market_status(args: MarketStatusArgs, context: ToolContext) -> ToolResult:
    """Whether the market is open, when it opens or closes next, and what a given date is.

    Knows premarket (04:00–09:30 ET), after hours, holidays and half days. Crypto never closes.
    """
    as_of = context.moment(args.as_of)
    exchange = calendar.US
    if args.symbol is not None:
        exchange = (await context.market.instrument(Symbol(args.symbol))).calendar
    if exchange == calendar.ROUND_THE_CLOCK:
        return _never_closes(context, as_of, args.symbol or "Crypto")
    if args.date is not None and args.date != calendar.market_date(as_of, exchange):
        return _day(context, as_of, args.date, exchange)
    found = _now(context, as_of, exchange)
    surprise = await _surprise(context, as_of, exchange) if args.as_of is None else None
    if surprise is None:
        return found
    cards = tuple(card.model_copy(update={"headline": surprise}) for card in found.cards)
    return replace(found, sentence=f"{surprise} {found.sentence}", cards=cards)


NEAR_THE_BELL = timedelta(minutes=2)


async def _surprise(context: ToolContext, as_of: datetime, exchange: str) -> str | None:
    """What a provider says of the exchanges, if the calendar says otherwise."""
    session = calendar.current_session(as_of, exchange)
    if any(abs(bell - as_of) < NEAR_THE_BELL for bell in (session.open, session.close)):
        return None
    sign = await context.market.exchange_sign()
    if sign is None or sign.is_open == (session.phase(as_of) is Phase.REGULAR):
        return None
    state = "open" if sign.is_open else "not open"
    return f"{sign.provider} says that US exchanges are {state} now, which the calendar did not foresee."


@dataclass(frozen=True, slots=True)
class _Next:
    """The next moment that matters, and the words for it."""

    verb: str
    at: datetime


def _now(context: ToolContext, as_of: datetime, exchange: str) -> ToolResult:
    session = calendar.current_session(as_of, exchange)
    phase = session.phase(as_of)
    coming = _next(session, phase, as_of)
    wait = _wait(context, coming.at - as_of, as_of)
    headline = _headline(context, session, as_of, exchange)
    when = _moment(coming.at, as_of, exchange)
    return ToolResult(
        f"{headline} It {coming.verb} at {when}, in {wait.ref}. {_next_special_day(as_of, exchange)}",
        (
            _card(
                context,
                as_of,
                exchange,
                title="US stock market",
                phase=str(phase),
                headline=headline,
                until_next=wait,
                milestones=_milestones(session, as_of),
            ),
        ),
        facts=_special_facts(as_of, exchange),
    )


def _headline(context: ToolContext, session: Session, as_of: datetime, exchange: str) -> str:
    phase = session.phase(as_of)
    market, half_day = "The market", " It is a half day." if session.is_half_day else ""
    if context.market.provider.is_simulated:
        market = f"The simulated market (session of {day_in_words(session.date)})"
    if phase is Phase.REGULAR:
        return f"{market} is open.{half_day}"
    if phase is Phase.PREMARKET:
        return f"{market} is in premarket; the regular session has not begun.{half_day}"
    if phase is Phase.AFTER_HOURS:
        return f"{market} is in after hours; the regular session is over."
    holiday = calendar.holiday_name(calendar.market_date(as_of, exchange), exchange)
    return f"{market} is closed for {holiday}." if holiday else f"{market} is closed."


def _next_special_day(as_of: datetime, exchange: str) -> str:
    coming = calendar.upcoming_special_days(as_of, 1, exchange)
    return "".join(
        f"Next {'half day' if day.is_half_day else 'holiday'}: {day.name}, {day_in_words(day.date)}."
        for day in coming
    )


def _next(session: Session, phase: Phase, as_of: datetime) -> _Next:
    if phase is Phase.REGULAR:
        return _Next("closes", session.close)
    if phase is Phase.AFTER_HOURS:
        return _Next("opens", calendar.next_session(session).open)
    return _Next("opens", session.open)


def _milestones(session: Session, as_of: datetime) -> tuple[Milestone, ...]:
    following = calendar.next_session(session)
    moments = (
        ("premarket begins", session.premarket_open),
        ("opens", session.open),
        ("closes early" if session.is_half_day else "closes", session.close),
        ("after hours end", session.after_hours_close),
        ("opens", following.open),
    )
    return tuple(Milestone(label=label, at=at) for label, at in moments if at > as_of)


def _day(context: ToolContext, as_of: datetime, day: Date, exchange: str) -> ToolResult:
    session = calendar.session_on(day, exchange)
    headline = _day_headline(day, session, as_of, exchange)
    milestones = () if session is None else _milestones(session, min(as_of, session.premarket_open))
    return ToolResult(
        headline,
        (
            _card(
                context,
                as_of,
                exchange,
                title=day_in_words(day),
                phase="half day"
                if session and session.is_half_day
                else "session"
                if session
                else "closed",
                headline=headline,
                until_next=None,
                milestones=milestones,
            ),
        ),
        facts=_special_facts(as_of, exchange),
    )


def _day_headline(day: Date, session: Session | None, as_of: datetime, exchange: str) -> str:
    is_past = day < calendar.market_date(as_of, exchange)
    if session is None:
        why = calendar.holiday_name(day, exchange) or "the weekend"
        following = calendar.current_session(
            datetime.combine(day, datetime.min.time(), calendar.timezone_of(exchange)), exchange
        )
        verb = "was" if is_past else "is"
        return (
            f"No, the market {verb} closed on {day_in_words(day)} for {why}. "
            f"The next session after it: {day_in_words(following.date)}."
        )
    zone_hours = (
        f"{time_in_words_of(session.open, exchange)} to {time_in_words_of(session.close, exchange)}"
    )
    verb = "was" if is_past else "is"
    if session.is_half_day:
        name = calendar.half_day_name(day, exchange)
        because = f" ({name})" if name else ""
        return f"Yes, but {day_in_words(day)} {verb} a half day{because}: {zone_hours}."
    return f"Yes, the market {verb} open on {day_in_words(day)}, {zone_hours}."


def _never_closes(context: ToolContext, as_of: datetime, subject: str) -> ToolResult:
    session = calendar.current_session(as_of, calendar.ROUND_THE_CLOCK)
    wait = _wait(context, session.close - as_of, as_of)
    headline = f"{subject} trades round the clock, weekends and holidays included."
    return ToolResult(
        f"{headline} Its day is the UTC day; the present one ends in {wait.ref}.",
        (
            _card(
                context,
                as_of,
                calendar.ROUND_THE_CLOCK,
                title=subject,
                phase="open",
                headline=headline,
                until_next=wait,
                milestones=(Milestone(label="UTC day ends", at=session.close),),
            ),
        ),
    )


def _wait(context: ToolContext, wait: timedelta, as_of: datetime) -> Figure:
    in_hours = wait >= UNTIL_HOURS
    seconds = Decimal(int(wait.total_seconds()))
    return context.book.record(
        "until_next",
        seconds / (3600 if in_hours else 60),
        Unit.HOURS if in_hours else Unit.MINUTES,
        label="time to the next bell",
        entity="market",
        as_of=as_of,
        decimals=1 if in_hours else 0,
    )


def _moment(at: datetime, as_of: datetime, exchange: str) -> str:
    """`16:00 ET` on the same day, `09:30 ET on Monday 23 November 2026` otherwise."""
    time = time_in_words_of(at, exchange)
    day = calendar.market_date(at, exchange)
    return (
        time if day == calendar.market_date(as_of, exchange) else f"{time} on {day_in_words(day)}"
    )


def _special_facts(as_of: datetime, exchange: str) -> tuple[str, ...]:
    days = calendar.upcoming_special_days(as_of, SPECIAL_DAYS_SHOWN, exchange)
    return tuple(
        f"{day_in_words(day.date)}: {day.name}, {'half day' if day.is_half_day else 'closed'}."
        for day in days
    )


def _card(  # noqa: PLR0913 - a card has that many parts
    context: ToolContext,
    as_of: datetime,
    exchange: str,
    *,
    title: str,
    phase: str,
    headline: str,
    until_next: Figure | None,
    milestones: tuple[Milestone, ...],
) -> MarketStatusCard:
    provider = context.market.provider
    special = (
        ()
        if exchange == calendar.ROUND_THE_CLOCK
        else calendar.upcoming_special_days(as_of, SPECIAL_DAYS_SHOWN, exchange)
    )
    return MarketStatusCard(
        title=title,
        phase=phase,
        headline=headline,
        until_next=CardNumber.of(until_next, with_unit=True) if until_next else None,
        milestones=milestones,
        days_ahead=tuple(
            CalendarDay(
                date=day.date, label=f"{day.name}, {'half day' if day.is_half_day else 'closed'}"
            )
            for day in special
        ),
        notes=(),
        freshness=Freshness(
            provider=provider.name,
            as_of=as_of,
            is_simulated=provider.is_simulated,
            delay_minutes=0,
            session=phase,
        ),
    )
