"""The model's door to interest rates: the Treasury curve, and what is expected of the Fed.

Decided: probabilities are told only if a source states them. Otherwise the lean of the curve is told
under its own name, with how it is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from app.core.figures import Figure, Unit
from app.macro.rates import Kind, Rates, known_at, lean_of, spread
from app.macro.service import read_rates
from app.macro.source import Inflation, Outcome, Tenor, Yields
from app.market import calendar
from app.market.models import Provider
from tools.arguments import AsOf
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.calendar import PUBLISHED
from tools.wording import day_in_words, joined_provider, name_provider, shown, time_in_words_of
from widgets.base import CardNumber, Freshness
from widgets.macro import CurvePoint, MeetingRow, OutcomeRow, RatesCard

LEAN = (
    "The lean is the two-year yield less the three-month one: what two years of Treasury prices hold "
    "against today's rate, term premium included. It is not a probability."
)
SLOPE = "The slope is the ten-year yield less the two-year one; slope and lean are in percentage points."
BREAKEVEN = (
    "Expected inflation is the yield of plain Treasuries less that of inflation-protected ones."
)
NO_YIELDS = "The source has no Treasury yields of the last two weeks."
NO_REAL = "Real yields, those of inflation-protected Treasuries, are not told here: no source states them."
NO_ODDS = "Probabilities of the decision are not known here."
ENTITY = "US rates"
_LONGER = {
    Tenor.M1: "one-month", Tenor.M6: "six-month", Tenor.Y1: "one-year", Tenor.Y3: "three-year",
    Tenor.Y5: "five-year", Tenor.Y7: "seven-year", Tenor.Y20: "twenty-year", Tenor.Y30: "thirty-year",
}  # fmt: skip
_YEARS: dict[str, str] = {Tenor.Y5: "five years", Tenor.Y10: "ten years"}
_TOLD = ((Tenor.M3, "three-month"), (Tenor.Y2, "two-year"), (Tenor.Y10, "ten-year"))


class About(StrEnum):
    """What a question about rates turns on; it is told first."""

    YIELDS = "yields"
    CURVE = "curve"
    FED = "fed"
    INFLATION = "inflation"
    REAL = "real"


class RatesArgs(ToolArgs):
    about: About = Field(
        default=About.YIELDS,
        description="What is asked, told first: yields, curve, fed (cuts, odds), inflation, real (yields).",
    )
    tenor: Tenor | None = Field(None, description="One maturity: 2y, 10y.")
    as_of: AsOf = None


@tool(
    RatesArgs,
    examples=[
        Example("what does the market expect from the fed", {"about": "fed"}),
        Example("yield curve", {"about": "curve"}),
        Example("is the curve inverted", {"about": "curve"}),
        Example("where is the 10 year yield", {"tenor": "10y"}),
        Example("treasury yields"),
        Example("odds of a rate cut in december", {"about": "fed"}),
        Example("what's priced in for the next fed meeting", {"about": "fed"}),
        Example("2s10s", {"about": "curve"}),
        Example("are rates going up or down"),
    ],
)
async def get_rates(args: RatesArgs, context: ToolContext) -> ToolResult:
    """US Treasury yields, the curve's slope, expected inflation, and what is expected of the Fed.

    Probabilities of a Fed decision are there only if a source states them; never estimate them.
    """
    as_of = context.moment(args.as_of)
    found = await read_rates(context.macro, as_of=as_of)
    points = _points(context, found.yields)
    slope = _spread(context, found.yields, "slope", Tenor.Y10, Tenor.Y2)
    lean = _spread(context, found.yields, "lean", Tenor.Y2, Tenor.M3)
    outcomes = _outcomes(context, found.outcomes)
    wait = _wait(context, found, as_of)
    card = RatesCard(
        title="US Treasury yields" if found.yields else "US interest rates",
        curve=tuple(
            CurvePoint(tenor=tenor, months=tenor.months, rate=CardNumber.of(figure, with_unit=True))
            for tenor, figure in points.items()
        ),
        slope=shown(slope),
        lean=shown(lean),
        leans=f"to {lean_of(lean.value)}" if lean else "",
        inflation=_inflation(context, found.inflation),
        meeting=_meeting(found, wait),
        outcomes=outcomes,
        notes=_notes(found, slope, lean),
        freshness=_freshness(found, as_of, is_frozen=args.as_of is not None),
    )
    told = _Told(found, outcomes, points, slope, lean, wait)
    return ToolResult(_sentence(told, args, card), (card,))


def _points(context: ToolContext, yields: Yields | None) -> dict[Tenor, Figure]:
    if yields is None:
        return {}
    name_provider(context.book, yields.provider)
    return {
        tenor: _percent(context, tenor, yields.points[tenor], f"{tenor} yield", known_at(yields.on))
        for tenor in Tenor
        if tenor in yields.points
    }


def _spread(
    context: ToolContext, yields: Yields | None, path: str, long: Tenor, short: Tenor
) -> Figure | None:
    value = None if yields is None else spread(yields, long, short)
    if yields is None or value is None:
        return None
    name_provider(context.book, yields.provider)
    return context.book.record(
        path,
        value,
        Unit.PERCENTAGE_POINTS,
        label=f"{long} less {short}",
        entity=ENTITY,
        as_of=known_at(yields.on),
        decimals=2,
        signed=True,
    )


def _percent(  # noqa: PLR0913 - a figure has that many properties
    context: ToolContext,
    path: str,
    value: Decimal,
    label: str,
    as_of: datetime,
    *,
    signed: bool = False,
    decimals: int = 2,
) -> Figure:
    return context.book.record(
        path,
        value,
        Unit.PERCENT,
        label=label,
        entity=ENTITY,
        as_of=as_of,
        decimals=decimals,
        signed=signed,
    )


def _inflation(context: ToolContext, found: Inflation | None) -> tuple[CurvePoint, ...]:
    if found is None:
        return ()
    name_provider(context.book, found.provider)
    return tuple(
        CurvePoint(
            tenor=tenor,
            months=tenor.months,
            rate=CardNumber.of(
                _percent(
                    context,
                    f"inflation.{tenor}",
                    value,
                    f"expected inflation, {tenor}",
                    known_at(found.on),
                ),
                with_unit=True,
            ),
        )
        for tenor, value in ((Tenor.Y5, found.five_years), (Tenor.Y10, found.ten_years))
        if value is not None
    )


def _outcomes(context: ToolContext, found: Sequence[Outcome]) -> tuple[OutcomeRow, ...]:
    rows = []
    for place, each in enumerate(found, 1):
        name_provider(context.book, each.provider)
        low, high, probability = (
            _percent(
                context,
                f"outcome{place}.{name}",
                value,
                f"{name} after the next Fed meeting",
                known_at(each.on),
                decimals=decimals,
            )
            for name, value, decimals in (
                ("low", each.low, 2),
                ("high", each.high, 2),
                ("probability", each.probability, 1),
            )
        )
        rows.append(
            OutcomeRow(
                low=CardNumber.of(low),
                high=CardNumber.of(high, with_unit=True),
                probability=CardNumber.of(probability, with_unit=True),
            )
        )
    return tuple(rows)


def _wait(context: ToolContext, found: Rates, as_of: datetime) -> Figure | None:
    if found.meeting is None:
        return None
    name_provider(context.book, PUBLISHED)
    return context.book.record(
        "wait",
        Decimal((found.meeting.on - calendar.market_date(as_of)).days),
        Unit.DAYS,
        label="days to the Fed's decision",
        entity=ENTITY,
        as_of=as_of,
        decimals=0,
    )


def _meeting(found: Rates, wait: Figure | None) -> MeetingRow | None:
    if found.meeting is None or found.meeting.at is None or wait is None:
        return None
    return MeetingRow(
        date=found.meeting.on, at=found.meeting.at, wait=CardNumber.of(wait, with_unit=True)
    )


def _notes(found: Rates, slope: Figure | None, lean: Figure | None) -> tuple[str, ...]:
    made = ((SLOPE, slope), (LEAN, lean), (BREAKEVEN, found.inflation))
    notes = [text for text, figure in made if figure is not None]
    if found.yields:
        notes.append(f"Yields of {day_in_words(found.yields.on)}, at the end of the day.")
    if found.outcomes:
        notes.append(f"Probabilities as stated on {day_in_words(found.outcomes[0].on)}.")
    return (*notes, *found.absent.values())


def _freshness(found: Rates, as_of: datetime, *, is_frozen: bool) -> Freshness:
    said: list[Provider] = [each.provider for each in (found.yields, found.inflation) if each]
    source = joined_provider([*said, *(each.provider for each in found.outcomes)]) or PUBLISHED
    return Freshness(
        provider=source.name,
        as_of=known_at(found.yields.on) if found.yields else as_of,
        stale_since=source.stale_since,
        instead_of=source.instead_of,
        is_frozen=is_frozen,
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """What was found, with its figures."""

    found: Rates
    outcomes: Sequence[OutcomeRow]
    points: dict[Tenor, Figure]
    slope: Figure | None
    lean: Figure | None
    wait: Figure | None

    @property
    def day(self) -> str:
        """Of which day the yields are."""
        on = self.found.yields.on if self.found.yields else None
        return f" at the end of {day_in_words(on)}" if on else ""

    def why_absent(self, kind: Kind, otherwise: str) -> str:
        return self.found.absent.get(kind, otherwise)


def _sentence(told: _Told, args: RatesArgs, card: RatesCard) -> str:
    """What was asked comes first; the rest of the picture follows without saying it twice."""
    expected, curve = _expected(told), _curve(told)
    decision = _decision(told.found, told.wait)
    no_yields = "" if told.points else told.why_absent(Kind.YIELDS, NO_YIELDS)
    if args.tenor is not None:
        said = [_of_tenor(told, args.tenor), curve if told.points else no_yields]
    elif args.about is About.CURVE:
        said = [_verdict(told), curve if told.points else no_yields]
    elif args.about is About.FED:
        odds = "" if told.outcomes else told.why_absent(Kind.OUTCOMES, NO_ODDS)
        said = [expected, odds, _leaning(told), decision]
    elif args.about is About.INFLATION:
        said = [_breakeven(told, card), curve]
    elif args.about is About.REAL:
        said = [NO_REAL, _breakeven(told, card), curve]
    else:
        no_odds = "" if told.outcomes or no_yields else NO_ODDS
        said = [curve or no_yields, _leaning(told), expected, decision, no_odds]
    return " ".join(part for part in said if part)


def _of_tenor(told: _Told, tenor: Tenor) -> str:
    figure = told.points.get(tenor)
    if figure is None:
        return "The source has no yield of that maturity." if told.points else ""
    return f"The {_named(tenor)} Treasury yields {figure.ref}{told.day}."


def _named(tenor: Tenor) -> str:
    return dict(_TOLD).get(tenor, _LONGER.get(tenor, "asked"))


def _verdict(told: _Told) -> str:
    """Yes or no, of the two and ten years."""
    if told.slope is None:
        return ""
    return (
        "Yes, the curve is inverted." if told.slope.value < 0 else "No, the curve is not inverted."
    )


def _expected(told: _Told) -> str:
    """The likeliest range, and when that was stated."""
    if not told.outcomes:
        return ""
    best = max(told.outcomes, key=lambda row: Decimal(row.probability.value))
    low, high, odds = (f"{{{number.figure}}}" for number in (best.low, best.high, best.probability))
    on = day_in_words(told.found.outcomes[0].on)
    return f"Likeliest after the next Fed meeting: a target of {low} to {high}, stated at {odds} on {on}."


def _curve(told: _Told) -> str:
    listed = [
        f"the {name} {told.points[tenor].ref}" for tenor, name in _TOLD if tenor in told.points
    ]
    if not listed:
        return ""
    said = f"Treasuries yield{told.day}: {', '.join(listed)}."
    if told.slope is not None:
        shape = "inverted" if told.slope.value < 0 else "upward"
        said += f" The curve from two to ten years is {shape}, {told.slope.ref}."
    return said


def _leaning(told: _Told) -> str:
    if told.lean is None:
        return ""
    return f"Two years less three months is {told.lean.ref}: prices lean to {lean_of(told.lean.value)}."


def _breakeven(told: _Told, card: RatesCard) -> str:
    if not card.inflation:
        return told.why_absent(Kind.INFLATION, "The source has no expected inflation.")
    listed = [f"{{{point.rate.figure}}} over {_YEARS[point.tenor]}" for point in card.inflation]
    return f"Treasury prices expect inflation of {' and '.join(listed)}."


def _decision(found: Rates, wait: Figure | None) -> str:
    if found.meeting is None or found.meeting.at is None or wait is None:
        return ""
    at = time_in_words_of(found.meeting.at, calendar.US)
    when = {0: "today", 1: "tomorrow"}.get(int(wait.value), f"in {wait.ref}")
    return f"The Fed decides next on {day_in_words(found.meeting.on)} at {at}, {when}."
