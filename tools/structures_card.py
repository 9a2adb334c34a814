"""A structure as figures, a sentence and a card."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from app.core.errors import InvalidInput
from app.core.figures import Figure
from app.market import calendar
from app.market.calendar import session_on
from app.options.analysis import Analysis, analysed, drawn, usual_reach
from app.options.exercise import exercise_risk
from app.options.legs import Leg, LegKind, ends
from app.options.recognition import StructureName
from app.options.rolls import aged
from app.options.settlement import years_until
from app.options.valuation import Market, results
from tools.base import ToolContext, ToolResult
from tools.options_chain import chain_freshness
from tools.options_figures import CALCULATED, GREEKS, OptionFigures, is_index, shown, unit_of
from tools.structures_arguments import StructureArgs
from tools.structures_market import Settled
from tools.wording import day_in_words
from widgets.base import CardNumber, Freshness
from widgets.options import (
    AgedRow,
    GreekRow,
    PayoffPoint,
    ScenarioRow,
    StructureCard,
    StructureLeg,
)

_AGED_FROM = 60.0
"""Days from which waiting is shown month by month."""
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


def tell(args: StructureArgs, context: ToolContext, settled: Settled) -> ToolResult:
    spot = None if settled.spot is None else Decimal(repr(settled.spot))
    found = analysed(settled.legs, settled.model, spot=spot, is_index=is_index(settled.instrument))
    if found.exact is None and found.projected is None:
        raise InvalidInput(
            "Legs that end at different times need a model: name the symbol, or the price of the "
            "underlying, the volatility and the days of each leg."
        )
    book = _book(context, settled, found)
    words, what_if = _what_if(args, settled)
    figures = _record(book, settled, found, what_if)
    card = StructureCard(
        title=found.name.value,
        subtitle=str(settled.instrument.symbol) if settled.instrument else "",
        legs=_legs(book, settled),
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
        curve=_curve(settled, found),
        scenarios=_scenarios(book, settled, words, figures.what_if),
        aged=_aged(book, settled),
        is_modelled=found.exact is None,
        notes=_notes(settled, found),
        freshness=_freshness(settled, is_frozen=args.as_of is not None),
    )
    return ToolResult(_sentence(settled, found, figures, words), (card,))


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


def _legs(book: OptionFigures, settled: Settled) -> tuple[StructureLeg, ...]:
    """Prices only where each leg has its own; a net price belongs to no single leg."""
    rows = []
    for place, leg in enumerate(settled.legs, 1):
        quantity = book.count(f"leg{place}.quantity", abs(leg.quantity), "quantity")
        assert quantity is not None  # noqa: S101 - a leg has one
        price = None
        if not settled.is_net:
            price = book.premium(f"leg{place}.price", leg.price, "price")
        rows.append(
            StructureLeg(
                action="buy" if leg.quantity > 0 else "sell",
                quantity=CardNumber.of(quantity),
                words=_leg_words(leg),
                price=shown(price),
            )
        )
    return tuple(rows)


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


def _curve(settled: Settled, found: Analysis) -> tuple[PayoffPoint, ...]:
    middle = settled.spot or _middle(settled.legs)
    if middle is None:
        return ()
    line = drawn(
        settled.legs, settled.model, spot=middle, within=usual_reach(settled.legs, settled.model)
    )
    now = [None] * len(line.prices) if line.now is None else line.now.round(2).tolist()
    return tuple(
        PayoffPoint(price=price, at_end=at_end, now=then)
        for price, at_end, then in zip(
            line.prices.round(4).tolist(), line.at_end.round(2).tolist(), now, strict=True
        )
    )


def _middle(legs: Sequence[Leg]) -> float | None:
    strikes = [float(leg.strike) for leg in legs if leg.strike is not None]
    prices = [float(leg.price) for leg in legs if leg.strike is None]
    known = strikes or prices
    return sum(known) / len(known) if known else None


def _what_if(args: StructureArgs, settled: Settled) -> tuple[str, float | None]:
    """In words, and what comes of it; empty if nothing was asked."""
    asked = (args.if_price, args.if_move, args.if_volatility, args.if_date)
    if all(each is None for each in asked):
        return "", None
    model = settled.model
    if model is None:
        raise InvalidInput(f"A what-if needs {listed_words(settled.missing)}.")
    spot, days = _then(args, model)
    words = [f"at {spot:,.2f}"]
    if args.if_volatility:
        words.append(f"volatility {args.if_volatility:+g} points")
    if args.if_date is not None:
        words.append(day_in_words(args.if_date))
    points = args.if_volatility or 0.0
    found = results(settled.legs, model, spots=spot, days=days, points=points)
    return ", ".join(words), float(found)


def _then(args: StructureArgs, model: Market) -> tuple[float, float]:
    """Price of the underlying, and days from now."""
    spot = args.if_price or model.spot * (1.0 + (args.if_move or 0.0) / 100.0)
    if args.if_date is None:
        return spot, 0.0
    session = session_on(args.if_date)
    end = session.close if session else None
    if end is None or end < model.at:
        raise InvalidInput(f"{args.if_date} is no trading day ahead; name one.")
    return spot, (end - model.at) / timedelta(days=1)


_MOVES = (-5.0, -2.0, -1.0, 1.0, 2.0, 5.0)


def _scenarios(
    book: OptionFigures, settled: Settled, words: str, what_if: Figure | None
) -> tuple[ScenarioRow, ...]:
    rows = [] if what_if is None else [ScenarioRow(words=words, result=CardNumber.of(what_if))]
    if settled.model is None:
        return tuple(rows)
    for move in _MOVES:
        spot = settled.model.spot * (1.0 + move / 100.0)
        result = float(results(settled.legs, settled.model, spots=spot))
        figure = book.money(
            f"move{move:+g}", result, f"result if it moves {move:+g} %", signed=True
        )
        rows.append(
            ScenarioRow(
                words=f"{move:+g} % at once".replace("-", "−"), result=CardNumber.of(figure)
            )
        )
    return tuple(rows)


def _aged(book: OptionFigures, settled: Settled) -> tuple[AgedRow, ...]:
    """Now, and at a quarter, a half and three quarters of the way to the first end."""
    finals = [end for end in ends(settled.legs) if end is not None]
    if settled.model is None or not finals:
        return ()
    left = years_until(finals[0], settled.model.at) * 365.0
    if left < _AGED_FROM:
        return ()
    days = [float(round(left * part)) for part in (0.0, 0.25, 0.5, 0.75)]
    return tuple(
        AgedRow(
            days=CardNumber.of(
                book.span(f"aged{each.days:g}.days", each.days, "days on"), with_unit=True
            ),
            result=CardNumber.of(
                book.money(f"aged{each.days:g}.result", each.result, "result then", signed=True)
            ),
            theta=CardNumber.of(
                book.money(f"aged{each.days:g}.theta", each.greeks.theta, "theta then", signed=True)
            ),
        )
        for each in aged(settled.legs, settled.model, days)
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
    notes += _early(settled)
    if settled.listed is not None and not is_index(settled.instrument):
        notes.append("European values: what early exercise is worth is not counted.")
    return tuple(notes)


def _early(settled: Settled) -> list[str]:
    """Sold options that somebody may exercise before they end."""
    if settled.spot is None or is_index(settled.instrument):
        return []
    spot, found = Decimal(repr(settled.spot)), []
    for leg, each in zip(settled.legs, settled.readings, strict=True):
        if each is None or each.price is None or settled.model is None:
            continue
        risk = exercise_risk(
            leg,
            at=settled.model.at,
            spot=spot,
            mark=Decimal(repr(each.price)),
            rate=Decimal(repr(settled.model.rate)),
        )
        words = _leg_words(leg)
        if risk is not None:
            found.append(f"The sold {words} may be exercised early ({risk.reason}).")
        elif leg.quantity < 0 and leg.kind is LegKind.CALL and leg.intrinsic(spot) > 0:
            found.append(
                f"The sold {words} is in the money: on the day before a dividend it may be exercised; "
                "dividends are not known here."
            )
    return found


def _freshness(settled: Settled, *, is_frozen: bool) -> Freshness:
    if settled.listed is not None:
        return chain_freshness(settled.listed, is_frozen=is_frozen)
    return Freshness(provider=CALCULATED.name, as_of=settled.at, is_frozen=is_frozen)


def listed_words(words: Sequence[str]) -> str:
    """`this, that and those`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _sentence(settled: Settled, found: Analysis, figures: _Figures, words: str) -> str:
    name = "structure" if found.name is StructureName.CUSTOM else found.name.value
    whose = f" in {settled.instrument.symbol}" if settled.instrument else ""
    kind = "credit" if found.cost < 0 else "debit"
    said = f"The {name}{whose} is a {kind} of {figures.cost.ref} dollars."
    said += f" {_bounds(figures, is_modelled=found.exact is None)}"
    said += f" {_breakevens(figures)}"
    if figures.odds is not None:
        said += f" Risk-neutral odds of a profit: {figures.odds.ref}."
    elif settled.missing:
        said += f" For odds and Greeks I need {listed_words(settled.missing)}."
    if figures.what_if is not None:
        said += f" In that case it stands at {figures.what_if.ref} dollars."
    return said


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
