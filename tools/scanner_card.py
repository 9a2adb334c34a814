"""Opportunities as a person looks at them, and as a sentence names the best."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from app.core.figures import Figure, Unit
from app.core.symbols import Symbol
from app.grounding.ledger import Book
from app.market import calendar
from app.market.protocol import MarketData
from app.scanner.evidence import Measure
from app.scanner.kept import search_body
from app.scanner.models import Opportunity, ScanResult, Search
from app.scanner.outcomes import ENOUGH, HORIZON
from app.scanner.setups import Direction, Setup
from app.scanner.signals import Sent
from tools.wording import PriceBook, freshness
from widgets.base import CardNumber, Freshness
from widgets.scanner import OpportunitiesCard, OpportunityFact, OpportunityRow

TITLES = {
    Setup.PULLBACK: "pullback in an uptrend",
    Setup.BOUNCE: "bounce at support",
    Setup.REJECTION: "rejection at resistance",
    Setup.BREAKOUT: "breakout from a base",
    Setup.BREAKDOWN: "breakdown from a base",
    Setup.GOLDEN_CROSS: "golden cross",
    Setup.DEATH_CROSS: "death cross",
    Setup.BULLISH_DIVERGENCE: "bullish RSI divergence",
    Setup.BEARISH_DIVERGENCE: "bearish RSI divergence",
    Setup.SPIKE_UP: "volume spike upwards",
    Setup.SPIKE_DOWN: "volume spike downwards",
    Setup.SQUEEZE_UP: "squeeze released upwards",
    Setup.SQUEEZE_DOWN: "squeeze released downwards",
}
METHOD = (
    f"Daily bars. The chance is that the target comes before the stop and within {HORIZON} bars: what "
    "plans with ends as far came to on any day of what was scanned, corrected by what past cases of "
    "the setup came to. Expected is what is won less what is lost on average. What happened before "
    "need not happen again."
)
TOO_FEW = (
    f"A chance is told once a setup has stood {ENOUGH} times over everything scanned: the share of "
    "fewer cases is mostly luck. Scan more symbols to have more of them."
)
NOT_CHECKED = (
    "What came from outside is shown as it was sent: its prices and its words are the sender's, and "
    "nobody checked them."
)
NAMED = 3
"""Opportunities that a sentence names."""
NOTED = 5
"""Symbols that a note names."""

MEASURED = {
    Measure.TIMES: (Unit.COUNT, 1),
    Measure.POINTS: (Unit.INDEX, 1),
}


async def opportunities_card(
    book: Book,
    found: ScanResult,
    shown: Sequence[Opportunity],
    *,
    title: str,
    market: MarketData,
    search: Search | None = None,
) -> OpportunitiesCard:
    """The card of `shown`, whose figures it records; a click may save `search`."""
    return OpportunitiesCard(
        title=title,
        search=search_body(search) if search else None,
        rows=tuple(_row(book, each, found.as_of) for each in shown),
        notes=(METHOD, *_notes(found)),
        freshness=await _freshness(market, found),
    )


def count(book: Book, path: str, number: int, label: str, as_of: datetime) -> Figure:
    return book.record(
        path,
        Decimal(number),
        Unit.INDEX,
        label=label,
        entity="scan",
        as_of=as_of,
        decimals=0,
    )


def best_said(rows: Sequence[OpportunityRow]) -> str:
    """ "First by expectation: AMD, …": the first with its figures, and what comes after it by name.
    Where none of them paid in the past, it is said and nothing is put forward."""
    best = rows[0]
    said = f"{_lead(rows)}: {best.symbol}, a {best.setup} ({best.direction}): entry "
    said += (
        f"{pointed(best.entry)}, stop {pointed(best.stop)}, target {pointed(best.target)}, reward "
    )
    said += f"to risk {pointed(best.reward_to_risk)}; {_chance_said(best)}."
    others = rows[1:NAMED]
    if others:
        named = "; ".join(f"{each.symbol}, {each.setup} ({each.direction})" for each in others)
        said += f" Then {named}."
    return said


def _lead(rows: Sequence[OpportunityRow]) -> str:
    expected = [Decimal(row.expectation.value) for row in rows if row.expectation]
    if not expected:
        return "None has past cases enough for a chance, so their order says nothing. One of them"
    if max(expected) > 0:
        return "First by expectation"
    return (
        "By past cases every one of them lost on average, so none is put forward. "
        "The one that lost least"
    )


def _chance_said(row: OpportunityRow) -> str:
    counted = f"{pointed(row.reached)} of {pointed(row.counted)} past cases reached theirs"
    if row.chance is None:
        return f"not enough cases for a chance: {counted}"
    chance = f"the chance that the target comes first and in time is {pointed(row.chance)}"
    return f"{chance}, what is expected of a unit risked {pointed(row.expectation)}; {counted}"


def pointed(number: CardNumber | None) -> str:
    """How a sentence points at a number of a row."""
    return f"{{{number.figure}}}" if number else "not given"


def _row(recorded: Book, each: Opportunity, as_of: datetime) -> OpportunityRow:
    symbol, name = each.instrument.symbol, f"{each.instrument.symbol}.{each.setup}"
    places = max(each.instrument.decimals, exponent(each.entry))
    book = PriceBook(recorded, replace(each.instrument, decimals=places), as_of, each.provider)
    stop = book.price(f"{name}.stop", each.stop, "stop")

    def record(
        path: str, value: float, unit: Unit, label: str, decimals: int, *, signed: bool = False
    ) -> CardNumber:
        figure = recorded.record(
            f"{name}.{path}",
            Decimal(repr(value)),
            unit,
            label=label,
            entity=str(symbol),
            as_of=as_of,
            decimals=decimals,
            signed=signed,
        )
        return CardNumber.of(figure)

    facts = []
    for fact in each.facts:
        if fact.measure is Measure.PRICE:
            rounded = Decimal(repr(fact.value))
            number = CardNumber.of(book.price(f"{name}.{fact.name}", rounded, fact.name))
        else:
            unit, decimals = MEASURED[fact.measure]
            number = record(fact.name, fact.value, unit, fact.name, decimals)
        facts.append(OpportunityFact(label=fact.name, number=number))
    return OpportunityRow(
        symbol=str(symbol),
        name=each.instrument.name,
        kind=each.setup.value,
        setup=TITLES[each.setup],
        direction=each.setup.direction.value,
        at=each.at,
        is_forming=each.is_forming,
        entry=CardNumber.of(book.price(f"{name}.entry", each.entry, "entry")),
        stop=CardNumber.of(stop),
        target=CardNumber.of(book.price(f"{name}.target", each.target, "target")),
        reward_to_risk=record(
            "reward_to_risk", each.reward_to_risk, Unit.RATIO, "reward to risk", 1
        ),
        chance=None
        if each.chance is None
        else record(
            "chance",
            100 * each.chance,
            Unit.PERCENT,
            "chance of the target before the stop and in time",
            0,
        ),
        expectation=None
        if each.expectation is None
        else record(
            "expectation",
            each.expectation,
            Unit.RATIO,
            "expected for each unit risked",
            2,
            signed=True,
        ),
        counted=record("cases", each.record.cases, Unit.INDEX, "past cases counted", 0),
        reached=record("reached", each.record.reached, Unit.INDEX, "past cases at target", 0),
        stopped=record("stopped", each.record.stopped, Unit.INDEX, "past cases stopped", 0),
        mean=None
        if each.record.mean_r is None
        else record(
            "mean",
            each.record.mean_r,
            Unit.RATIO,
            "mean result of past cases for each unit risked",
            2,
            signed=True,
        ),
        days=record("days", each.days, Unit.INDEX, "bars the setup has stood", 0),
        facts=tuple(facts),
        invalid=invalid_beyond(each.setup),
    )


def exponent(price: Decimal) -> int:
    """Decimals that a price has."""
    return -int(price.normalize().as_tuple().exponent)


def invalid_beyond(setup: Setup | Sent) -> str:
    beyond = "below" if setup.direction is Direction.LONG else "above"
    return f"No longer valid {beyond} the stop, or once its time is over."


def _notes(found: ScanResult) -> Sequence[str]:
    notes = []
    if any(each.chance is None for each in found.found):
        notes.append(TOO_FEW)
    if any(each.is_forming for each in found.found):
        notes.append("Today's bar is still open: what stands now may be gone at the close.")
    late = [each for each in found.found if each.instrument.symbol in found.halted]
    if late:
        named = _some([each.instrument.symbol for each in late])
        notes.append(f"Without a bar of the last session, so judged by the one before: {named}.")
    if found.left_out:
        named = "; ".join(f"{each}: {why}" for each, why in list(found.left_out.items())[:NOTED])
        others = "" if len(found.left_out) <= NOTED else " Others were left out, too."
        notes.append(f"Left out: {named}{others}")
    return [*notes, *unknown_notes(found)]


def _some(symbols: Sequence[Symbol]) -> str:
    each = list(dict.fromkeys(symbols))
    more = " and others" if len(each) > NOTED else ""
    return f"{', '.join(each[:NOTED])}{more}"


def unknown_notes(found: ScanResult) -> Sequence[str]:
    """ "12 of 500 have no sector": what is not known, and that the table has no dates."""
    notes = [
        f"{number} of {found.considered} have no {name.replace('_', ' ')} that is known here; they "
        "are left out."
        for name, number in found.without.items()
        if number
    ]
    if found.without:
        notes.append(
            "Sector, market cap and usual option volume are a table's, which has no dates."
        )
    return notes


async def _freshness(market: MarketData, found: ScanResult) -> Freshness:
    best = found.found[0] if found.found else None
    provider = best.provider if best else market.provider
    instrument = best.instrument if best else await market.instrument(Symbol("SPY"))
    session = calendar.session_at(found.as_of, instrument.calendar)
    return freshness(provider, instrument, found.as_of, session)
