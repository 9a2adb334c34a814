"""The model's door to what is scheduled: the Fed, expiries, holidays, earnings, economic releases.

Decided: earnings of all companies are told only when they are asked for, since a month of them would
bury the rest; of more than fit, the most watched are told. Numbers of releases are told in full. Where no source is set up that is the
answer, and it names the setting.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from pydantic import Field

from app.core.figures import Figure, Unit
from app.core.symbols import Symbol
from app.macro.agenda import Agenda, most_watched
from app.macro.schedule import FED_KNOWN_UNTIL, Amount, Event, EventKind
from app.macro.service import read_agenda
from app.macro.source import Measure
from app.market import calendar
from app.market.models import Provider
from app.market.vendor import NotCovered
from tools.arguments import AsOf, SymbolArgument
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.wording import day_in_words, joined_provider, name_provider, time_in_words_of
from widgets.base import CardNumber, Freshness
from widgets.macro import CalendarAmount, CalendarCard, CalendarRow

MOST_DAYS = 400
SHOWN = 12
NAMED = 3
"""Events that the sentence names."""

PUBLISHED = Provider(name="published schedules")
MOST_WATCHED = "Only the most watched are shown; name a company for its own date."
ASKED_FOR = "Earnings are told when they are asked for, of one company or of all."
NOT_CONFIRMED = "Dates marked expected are estimates until the company confirms them."

_UNITS = {Measure.PERCENT: Unit.PERCENT, Measure.COUNT: Unit.INDEX, Measure.INDEX: Unit.INDEX}
_TIMES = {Measure.THOUSANDS: 3, Measure.MILLIONS: 6, Measure.BILLIONS: 9}
"""Noughts that are left out where such a number is published. They are part of the figure: a word
behind it would change what is read without being bound."""


class CalendarArgs(ToolArgs):
    kinds: tuple[EventKind, ...] = Field(
        (),
        description=(
            "fed, expiry, holiday, earnings, release (CPI, payrolls, GDP); leave out for all but"
            " earnings."
        ),
        max_length=5,
    )
    symbol: SymbolArgument | None = Field(
        None, description="A company, for its earnings; leave out for those of all."
    )
    release: str = Field(
        "", description="One economic release: CPI, PPI, PCE, payrolls, GDP.", max_length=60
    )
    days: int = Field(default=31, ge=1, le=MOST_DAYS, description="How many days ahead to look.")
    as_of: AsOf = None

    @property
    def wanted(self) -> frozenset[EventKind]:
        if self.kinds:
            return frozenset(self.kinds)
        if self.symbol or self.release:
            named = {EventKind.EARNINGS: self.symbol, EventKind.RELEASE: self.release}
            return frozenset(kind for kind, name in named.items() if name)
        return frozenset(EventKind) - {EventKind.EARNINGS}


@tool(
    CalendarArgs,
    examples=[
        Example("when does the fed meet next", {"kinds": ["fed"], "days": 120}),
        Example("fomc dates", {"kinds": ["fed"], "days": 400}),
        Example("when is opex", {"kinds": ["expiry"], "days": 120}),
        Example("next triple witching", {"kinds": ["expiry"], "days": 120}),
        Example("what's on the calendar this month", {}),
        Example("any market events coming up", {}),
        Example("when do monthly options expire", {"kinds": ["expiry"], "days": 120}),
        Example("when is the next rate decision", {"kinds": ["fed"], "days": 120}),
        Example(
            "when is nvda reporting", {"kinds": ["earnings"], "symbol": "NVDA", "days": 120}
        ),
        Example("who reports earnings this week", {"kinds": ["earnings"], "days": 7}),
        Example(
            "when does cpi come out", {"kinds": ["release"], "release": "cpi", "days": 60}
        ),
        Example("which economic numbers are due", {"kinds": ["release"]}),
    ],
)  # fmt: skip
async def get_calendar(args: CalendarArgs, context: ToolContext) -> ToolResult:
    """Scheduled market events ahead: Fed decisions, options expiries, holidays, earnings, releases.

    Earnings dates and economic releases (CPI, payrolls, GDP) come from a source that may not be set
    up; then the answer says so. Never fill a date in from memory.
    """
    as_of = context.moment(args.as_of)
    found = await read_agenda(
        context.macro,
        as_of=as_of,
        days=args.days,
        kinds=args.wanted,
        symbol=Symbol(args.symbol) if args.symbol else None,
        release=args.release,
    )
    if not args.wanted - found.absent.keys():
        return _nothing_known(found)
    events = most_watched(found.events, SHOWN)
    notes = _notes(args, found, events, calendar.market_date(as_of) + timedelta(days=args.days))
    waits = [_wait(context, event, as_of, place) for place, event in enumerate(events, 1)]
    amounts = [_recorded(context, event, as_of, place) for place, event in enumerate(events, 1)]
    source = joined_provider([event.provider or PUBLISHED for event in events]) or PUBLISHED
    card = CalendarCard(
        title=_title(args),
        rows=tuple(map(_row, events, waits, amounts)),
        notes=notes,
        freshness=Freshness(
            provider=source.name,
            as_of=as_of,
            stale_since=source.stale_since,
            instead_of=source.instead_of,
            is_frozen=args.as_of is not None,
        ),
    )
    said = _scheduled(events, waits, amounts, notes)
    absent = found.absent.get(EventKind.RELEASE)
    if absent is not None and absent.message not in said:
        said = f"{said} {absent.message}"
    return ToolResult(said, (card,))


def _nothing_known(found: Agenda) -> ToolResult:
    """Absence is an answer; a source that should have answered is a failure."""
    for error in found.absent.values():
        if not isinstance(error, NotCovered):
            raise error
    return ToolResult(" ".join(error.message for error in found.absent.values()))


def _title(args: CalendarArgs) -> str:
    if args.symbol and args.wanted == {EventKind.EARNINGS}:
        return f"earnings, {args.symbol}"
    if args.release and args.wanted == {EventKind.RELEASE}:
        return "economic releases"
    return "scheduled, US stocks"


def _notes(
    args: CalendarArgs, found: Agenda, shown: Sequence[Event], last: date
) -> tuple[str, ...]:
    notes = [error.message for error in found.absent.values()]
    if len(found.events) > len(shown) and any(
        event.kind is EventKind.EARNINGS for event in found.events
    ):
        notes.append(MOST_WATCHED)
    if any(not event.is_confirmed for event in shown):
        notes.append(NOT_CONFIRMED)
    if EventKind.EARNINGS not in args.wanted and not args.kinds and not args.release:
        notes.append(ASKED_FOR)
    if EventKind.FED in args.wanted and last > FED_KNOWN_UNTIL:
        notes.append(f"Fed meetings after {FED_KNOWN_UNTIL:%B %Y} are not in the schedule here.")
    return tuple(notes)


def _row(event: Event, wait: Figure, amounts: Sequence[Figure]) -> CalendarRow:
    return CalendarRow(
        date=event.on,
        at=event.at if _is_timed(event) else None,
        kind=event.kind,
        title=event.title,
        detail=", ".join(part for part in (event.detail, event.timing or "") if part),
        is_confirmed=event.is_confirmed,
        wait=CardNumber.of(wait, with_unit=True),
        amounts=tuple(
            CalendarAmount(
                label=amount.label,
                number=CardNumber.of(figure, with_unit=True),
            )
            for amount, figure in zip(event.amounts, amounts, strict=True)
        ),
    )


def _is_timed(event: Event) -> bool:
    """Whether its minute is worth saying: expiries are at the close, as everyone knows."""
    return event.kind in (EventKind.FED, EventKind.RELEASE)


def _scheduled(
    events: Sequence[Event],
    waits: Sequence[Figure],
    amounts: Sequence[Sequence[Figure]],
    notes: Sequence[str],
) -> str:
    if not events:
        why = f" {notes[0]}" if notes else ""
        return f"Nothing of that kind is scheduled in that time.{why}"
    said = [
        f"{event.title}, {_day_of(event)}{_in(wait)}"
        for event, wait in list(zip(events, waits, strict=True))[:NAMED]
    ]
    first, *others = said
    known = [
        f"{amount.label} {figure.ref}"
        for amount, figure in zip(events[0].amounts, amounts[0], strict=True)
    ]
    numbers = f"; {', '.join(known)}" if known else ""
    rest = f" Then: {'; '.join(others)}." if others else ""
    return f"Next: {first}{numbers}.{rest}"


def _day_of(event: Event) -> str:
    said = day_in_words(event.on)
    if event.at and _is_timed(event):
        said += f" at {time_in_words_of(event.at, calendar.US)}"
    elif event.timing:
        said += f" {event.timing}"
    return said if event.is_confirmed else f"{said}, expected but not confirmed"


def _in(wait: Figure) -> str:
    if wait.value == 0:
        return ", today"
    if wait.value == 1:
        return ", tomorrow"
    return f", in {wait.ref}"


def _wait(context: ToolContext, event: Event, as_of: datetime, place: int) -> Figure:
    name_provider(context.book, event.provider or PUBLISHED)
    return context.book.record(
        f"wait{place}",
        Decimal((event.on - calendar.market_date(as_of)).days),
        Unit.DAYS,
        label=f"days to {event.title}",
        entity="calendar",
        as_of=as_of,
        decimals=0,
    )


def _recorded(
    context: ToolContext, event: Event, as_of: datetime, place: int
) -> tuple[Figure, ...]:
    name_provider(context.book, event.provider or PUBLISHED)
    return tuple(
        context.book.record(
            f"event{place}.{amount.label}",
            amount.value.scaleb(_noughts(amount)),
            _UNITS.get(amount.measure, Unit.INDEX) if amount.measure else Unit.USD,
            label=f"{event.title}, {amount.label}",
            entity="calendar",
            as_of=as_of,
            decimals=_decimals(amount),
        )
        for amount in event.amounts
    )


def _decimals(amount: Amount) -> int:
    """Dollars have cents; other numbers the places they were published with, four at most."""
    if amount.measure is None:
        return 2
    exponent = amount.value.as_tuple().exponent
    places = -exponent - _noughts(amount) if isinstance(exponent, int) else 0
    return min(4, max(0, places))


def _noughts(amount: Amount) -> int:
    return _TIMES.get(amount.measure, 0) if amount.measure else 0
