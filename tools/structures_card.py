"""A structure as figures, a sentence and a card."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.errors import InvalidInput
from app.core.figures import Figure
from app.market import calendar
from app.options.analysis import Analysis, analysed
from app.options.legs import Leg, ends
from app.options.recognition import StructureName
from tools.base import ToolContext, ToolResult
from tools.options_chain import chain_freshness
from tools.options_figures import CALCULATED, GREEKS, OptionFigures, is_index, unit_of
from tools.structures_arguments import StructureArgs
from tools.structures_early import assigned, early_premiums, leg_label
from tools.structures_market import Settled
from tools.structures_scenarios import (
    aged_rows,
    asked_row,
    curve,
    grid,
    listed_words,
    supposed_day,
    what_if,
)
from tools.wording import day_in_words, shown
from widgets.base import CardNumber, Freshness
from widgets.options import GreekRow, StructureCard, StructureLeg

_WHOLE = {
    "delta": "shares of the underlying",
    "gamma": "shares per dollar of the underlying",
    "theta": "dollars per calendar day",
    "vega": "dollars per point of volatility",
    "rho": "dollars per point of the rate",
}
MARGIN = (
    "Margin is an estimate by the public rules of Regulation T accounts; your broker's may differ."
)
EUROPEAN = (
    "Odds, Greeks and results before expiry are European values; where the right to exercise early is "
    "worth anything, its leg says how much."
)
SHORT_STOCK = "Stock sold short is asked 150 % of its value, the proceeds among it."
ODDS = (
    "Odds are risk-neutral, of a lognormal price at the mean volatility of the legs: what prices "
    "contain, not a forecast."
)
MODELLED = (
    "Its legs end at different times: best, worst and breakevens are a model's on the day the first "
    "ends, within six standard deviations."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figures:
    cost: Figure
    best: Figure | None
    worst: Figure | None
    breakevens: tuple[Figure, ...]
    odds: Figure | None
    touch: Figure | None
    margin: Figure | None
    spot: Figure | None
    what_if: Figure | None


async def tell(args: StructureArgs, context: ToolContext, settled: Settled) -> ToolResult:
    spot = None if settled.spot is None else Decimal(repr(settled.spot))
    found = analysed(settled.legs, settled.model, spot=spot, is_index=is_index(settled.instrument))
    if found.exact is None and found.projected is None:
        raise InvalidInput(
            "Legs that end at different times need a model: name the symbol, or the price of the "
            "underlying, the volatility and the days of each leg."
        )
    book = _book(context, settled, found)
    words, supposed = what_if(args, settled)
    figures = _record(book, settled, found, supposed)
    named = _named(book, settled)
    early = _early(book, await asyncio.to_thread(early_premiums, settled))
    at_risk = await assigned(context, book, settled)
    card = StructureCard(
        title=found.name.value,
        subtitle=str(settled.instrument.symbol) if settled.instrument else "",
        legs=_legs(book, settled, named, early),
        cost=CardNumber.of(figures.cost),
        is_credit=found.cost < 0,
        best=shown(figures.best),
        worst=shown(figures.worst),
        breakevens=tuple(CardNumber.of(each) for each in figures.breakevens),
        odds=shown(figures.odds, with_unit=True),
        touch=shown(figures.touch, with_unit=True),
        margin=shown(figures.margin),
        greeks=_greeks(book, found),
        spot=shown(figures.spot),
        curve=curve(settled),
        grid=grid(book, settled),
        scenarios=asked_row(words, figures.what_if),
        aged=aged_rows(book, settled),
        assignments=at_risk.rows,
        is_modelled=found.exact is None,
        notes=_notes(settled, found),
        freshness=_freshness(settled, is_frozen=args.as_of is not None),
    )
    said = _sentence(settled, found, figures, args, _legs_said(named, settled, args))
    said += _borrowed(named, settled) + _rights(settled, early) + at_risk.said
    return ToolResult(said, (card,))


def _book(context: ToolContext, settled: Settled, found: Analysis) -> OptionFigures:
    if settled.instrument is None:
        return OptionFigures(context.book, found.name.value, settled.at, CALCULATED)
    provider = settled.listed.chain.provider if settled.listed else context.market.provider
    return OptionFigures(
        context.book,
        str(settled.instrument.symbol),
        settled.at,
        provider,
        unit=unit_of(settled.instrument),
    )


def _record(
    book: OptionFigures, settled: Settled, found: Analysis, what_if: float | None
) -> _Figures:
    best = None if found.best is None else max(found.best, Decimal(0))
    worst = None if found.worst is None else max(-found.worst, Decimal(0))
    margin = found.margin
    return _Figures(
        cost=book.money("cost", abs(found.cost), "credit" if found.cost < 0 else "debit"),
        best=None if best is None else book.money("max_profit", best, "most it makes"),
        worst=None if worst is None else book.money("max_loss", worst, "most it loses"),
        breakevens=tuple(
            figure
            for place, each in enumerate(found.breakevens, 1)
            if (figure := book.price(f"breakeven{place}", each, "breakeven")) is not None
        ),
        odds=book.volatility("odds", found.probability_of_profit, "odds of profit, risk-neutral"),
        touch=book.volatility("touch", found.touch, "odds of touching the nearest breakeven"),
        margin=None
        if margin is None
        else book.money("margin", margin.required, "margin, estimated"),
        spot=book.price("spot", settled.spot, "price of the underlying"),
        what_if=None
        if what_if is None
        else book.money("what_if", what_if, "result then", signed=True),
    )


@dataclass(frozen=True, slots=True)
class _Named:
    """What names a leg: how many, and its strike where it has one."""

    leg: Leg
    quantity: Figure
    strike: Figure | None

    def words(self, settled: Settled) -> str:
        if self.strike is None:
            return "shares"
        return f"the {self.strike.ref} {self.leg.kind}{_of_day(self.leg, settled)}"


def _named(book: OptionFigures, settled: Settled) -> tuple[_Named, ...]:
    found = []
    for place, leg in enumerate(settled.legs, 1):
        quantity = book.count(f"leg{place}.quantity", abs(leg.quantity), "quantity")
        assert quantity is not None  # noqa: S101 - a leg has one
        strike = None if leg.strike is None else book.strike(f"leg{place}.strike", leg.strike)
        found.append(_Named(leg, quantity, strike))
    return tuple(found)


def _legs(
    book: OptionFigures,
    settled: Settled,
    named: Sequence[_Named],
    early: Sequence[Figure | None],
) -> tuple[StructureLeg, ...]:
    """Prices only where each leg has its own; a net price belongs to no single leg."""
    rows = []
    for place, (each, right) in enumerate(zip(named, early, strict=True), 1):
        leg, price = each.leg, None
        if not settled.is_net:
            price = book.premium(f"leg{place}.price", leg.price, "price")
        rows.append(
            StructureLeg(
                action="buy" if leg.quantity > 0 else "sell",
                quantity=CardNumber.of(each.quantity),
                words=_leg_words(leg),
                price=shown(price),
                early=shown(right),
            )
        )
    return tuple(rows)


def _early(book: OptionFigures, premiums: Sequence[float | None]) -> tuple[Figure | None, ...]:
    return tuple(
        book.premium(f"leg{place}.early", each, "what the right to exercise early is worth")
        for place, each in enumerate(premiums, 1)
    )


def _leg_words(leg: Leg) -> str:
    if leg.strike is None:
        return "shares" if abs(leg.quantity) != 1 else "share"
    words = f"{leg.strike.normalize():f} {leg.kind}"
    if leg.expires_at is None:
        return words
    day = calendar.market_date(leg.expires_at)
    return f"{words}, {day.day} {day:%b} {day.year}"


def _greeks(book: OptionFigures, found: Analysis) -> tuple[GreekRow, ...]:
    if found.greeks is None:
        return ()
    return tuple(
        GreekRow(
            name=name,
            words=words,
            share=None,
            contract=shown(
                book.greek(f"whole.{name}", name, getattr(found.greeks, name), places=2)
            ),
        )
        for name, words in _WHOLE.items()
        if name in GREEKS
    )


def _notes(settled: Settled, found: Analysis) -> tuple[str, ...]:
    notes = list(settled.notes)
    if settled.missing:
        notes.append(f"For odds and Greeks I need {listed_words(settled.missing)}.")
    else:
        notes.append(ODDS)
    if found.exact is None:
        notes.append(MODELLED)
    if found.margin is not None:
        notes.append(MARGIN)
        if any(not leg.is_option and leg.quantity < 0 for leg in settled.legs):
            notes.append(SHORT_STOCK)
    if settled.listed is not None and not is_index(settled.instrument):
        notes.append(EUROPEAN)
    return tuple(notes)


def _freshness(settled: Settled, *, is_frozen: bool) -> Freshness:
    if settled.listed is not None:
        return chain_freshness(settled.listed, is_frozen=is_frozen)
    return Freshness(provider=CALCULATED.name, as_of=settled.at, is_frozen=is_frozen)


def _legs_said(named: Sequence[_Named], settled: Settled, args: StructureArgs) -> str:
    """What is bought and what is sold, so that a side that was misread is seen at once."""
    told = []
    for each in named:
        verb = "bought" if each.leg.quantity > 0 else "sold"
        of = "" if each.strike is None else " of"
        is_one = abs(each.leg.quantity) == 1
        many = "" if is_one else f" {each.quantity.ref}{of}"
        told.append(f"{verb}{many} {each.words(settled)}")
    days = {leg.expires_at for leg in settled.legs if leg.expires_at is not None}
    end = f", until {day_in_words(calendar.market_date(days.pop()))}" if len(days) == 1 else ""
    if end and not _names_an_end(args):
        end += ", the nearest to a month out, as no expiry was named"
    return f" It is: {listed_words(told)}{end}."


def _names_an_end(args: StructureArgs) -> bool:
    own = any(leg.expiry is not None or leg.days is not None for leg in args.legs)
    return own or args.expiry is not None or args.days is not None


def _borrowed(named: Sequence[_Named], settled: Settled) -> str:
    """Which legs are counted at a volatility that is not theirs."""
    told = [named[place].words(settled) for place in settled.borrowed]
    if not told:
        return ""
    has = "has" if len(told) == 1 else "have"
    said = listed_words(told)
    return f" {said[0].upper()}{said[1:]} {has} no implied volatility now: the one at the money is taken."


def _of_day(leg: Leg, settled: Settled) -> str:
    """The end of a leg where they differ."""
    if leg.expires_at is None or len(ends(settled.legs)) < 2:
        return ""
    return f" of {day_in_words(calendar.market_date(leg.expires_at))}"


def _sentence(
    settled: Settled, found: Analysis, figures: _Figures, args: StructureArgs, legs: str
) -> str:
    name = "structure" if found.name is StructureName.CUSTOM else found.name.value
    whose = f" in {settled.instrument.symbol}" if settled.instrument else ""
    kind = "credit" if found.cost < 0 else "debit"
    said = f"The {name}{whose} is a {kind} of {figures.cost.ref} dollars."
    said += f" {_bounds(figures, is_modelled=found.exact is None)}"
    said += f" {_breakevens(figures)}{legs}"
    if figures.odds is not None:
        said += f" Risk-neutral odds of a profit: {figures.odds.ref}."
    elif settled.missing:
        said += f" For odds and Greeks I need {listed_words(settled.missing)}."
    if figures.what_if is not None:
        model = settled.model
        on_day = f", on {supposed_day(args.if_date, model)}," if args.if_date and model else ""
        said += f" In that case{on_day} it stands at {figures.what_if.ref} dollars."
    return said


def _rights(settled: Settled, early: Sequence[Figure | None]) -> str:
    """Where early exercise makes a difference, and what is told without it."""
    told = [
        f"{figure.ref} a share on the {leg_label(leg)}"
        for leg, figure in zip(settled.legs, early, strict=True)
        if figure is not None
    ]
    if not told:
        return ""
    return f" The right to exercise early is worth {listed_words(told)}; the payoff before expiry and the Greeks are without it."


def _bounds(figures: _Figures, *, is_modelled: bool) -> str:
    most = (
        "its profit has no limit"
        if figures.best is None
        else f"at most it makes {figures.best.ref}"
    )
    least = (
        "its loss has no limit"
        if figures.worst is None
        else f"at most it loses {figures.worst.ref}"
    )
    said = f"by the model {most} and {least}" if is_modelled else f"{most} and {least}"
    return f"{said[0].upper()}{said[1:]}."


def _breakevens(figures: _Figures) -> str:
    if not figures.breakevens:
        return "It breaks even nowhere."
    return f"It breaks even at {' and '.join(each.ref for each in figures.breakevens)}."
