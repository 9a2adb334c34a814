"""What options say about volatility, as figures, a sentence and a card."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np

from app.core.figures import Figure
from app.options.service import VolatilityNow
from app.options.smile import TermPoint
from tools.base import ToolContext
from tools.options_chain import chain_freshness, figures_for
from tools.options_figures import OptionFigures
from tools.wording import day_in_words, shown
from widgets.base import CardNumber
from widgets.options import SmilePoint, TermPointRow, VolatilityCard, VolatilityFact

RICH, CHEAP = 1.15, 0.87
"""Implied against realised volatility: in between it is about fair."""
_SMILE_REACH = 3.5
_TERM_SHOWN = 14
_FACTS = (
    ("realised", "Realised, 21 sessions", "not enough history"),
    ("rank", "IV rank, a year", ""),
    ("percentile", "IV percentile, a year", ""),
    ("move", "Expected move, straddle", "no market at the money"),
    ("deviation", "One standard deviation", "no volatility at the money"),
    ("skew", "25-delta put less call", "no market there"),
    ("put_call", "Put/call, open interest", "nothing is open"),
    ("call_wall", "Call wall", "nothing is open"),
    ("put_wall", "Put wall", "nothing is open"),
    ("max_pain", "Max pain", "nothing is open"),
)
METHODS = (
    "Rank is where volatility a month out lies between the lowest (0) and highest (100) of a year; "
    "percentile is the share of that year that was lower.",
    "The straddle's expected move is 85 % of its price; walls are the strikes with most open interest.",
)


def volatility_card(
    context: ToolContext, found: VolatilityNow, *, is_frozen: bool
) -> tuple[VolatilityCard, Mapping[str, Figure]]:
    listed = found.listed
    book = figures_for(context, listed)
    figures = _record(book, found)
    term = tuple(
        TermPointRow(
            expiry=each.series.expiry,
            days=round(each.series.years * 365.0, 2),
            volatility=CardNumber.of(figure, with_unit=True),
        )
        for each in _spread_out(found)
        if (
            figure := book.volatility(
                f"term.{each.series.root}.{each.series.expiry}",
                each.volatility,
                "volatility at the money",
            )
        )
        is not None
    )
    card = VolatilityCard(
        symbol=listed.instrument.symbol,
        name=listed.instrument.name,
        expiry=found.series.expiry,
        spot=CardNumber.of(figures["spot"]),
        volatility=shown(figures.get("volatility"), with_unit=True),
        facts=tuple(
            VolatilityFact(
                label=label,
                number=shown(figures.get(path), with_unit=True),
                absent_because="" if path in figures else reason or found.history.absence,
            )
            for path, label, reason in _FACTS
        ),
        smile=_smile(found),
        term=term,
        notes=(*METHODS, *context.market.notes(listed.instrument.symbol)),
        freshness=chain_freshness(listed, is_frozen=is_frozen),
    )
    return card, figures


def _record(book: OptionFigures, found: VolatilityNow) -> dict[str, Figure]:
    open_now, move = found.interest, found.move
    recorded = {
        "spot": book.price("spot", found.listed.spot, "price of the underlying"),
        "days": book.days("days", found.series.expiry, "days to expiry"),
        "volatility": book.volatility("volatility", found.at_the_money, "volatility at the money"),
        "realised": book.volatility(
            "realised", found.history.today.realised, "realised volatility, 21 sessions"
        ),
        "rank": book.volatility("rank", found.history.rank, "IV rank"),
        "percentile": book.volatility("percentile", found.history.percentile, "IV percentile"),
        "move": book.price("move", move.by_straddle, "expected move by the straddle"),
        "deviation": book.price("deviation", move.by_volatility, "one standard deviation"),
        "skew": book.volatility("skew", found.skew, "25-delta put less call", signed=True),
        "put_call": book.ratio("put_call", open_now.put_call_ratio, "put/call ratio"),
        "call_wall": _strike(book, "call_wall", open_now.call_wall),
        "put_wall": _strike(book, "put_wall", open_now.put_wall),
        "max_pain": _strike(book, "max_pain", open_now.max_pain),
    }
    return {path: figure for path, figure in recorded.items() if figure is not None}


def _strike(book: OptionFigures, path: str, value: float | None) -> Figure | None:
    return None if value is None else book.strike(path, Decimal(repr(value)))


def _spread_out(found: VolatilityNow) -> Sequence[TermPoint]:
    """Not more than can be told apart: the first few, then evenly over the rest."""
    points = [each for each in found.term if each.volatility is not None]
    places = np.unique(np.geomspace(1, max(len(points), 1), _TERM_SHOWN).astype(int)) - 1
    return [points[place] for place in places.tolist() if place < len(points)]


def _smile(found: VolatilityNow) -> tuple[SmilePoint, ...]:
    """Within a few standard deviations; beyond them markets are too wide to draw."""
    middle = found.at_the_money
    if middle is None:
        return ()
    reach = _SMILE_REACH * middle * np.sqrt(max(found.series.years, 0.003))
    return tuple(
        SmilePoint(strike=strike, volatility=round(100.0 * value, 3))
        for strike, value in zip(
            found.smile.strike.tolist(), found.smile.volatility.tolist(), strict=True
        )
        if abs(np.log(strike / found.smile.forward)) <= reach
    )


def volatility_sentence(found: VolatilityNow, figures: Mapping[str, Figure]) -> str:
    symbol = found.listed.instrument.symbol
    if "volatility" not in figures:
        said = f"{symbol} has no market at the money for {day_in_words(found.series.expiry)}."
    else:
        said = f"{symbol} options of {day_in_words(found.series.expiry)} imply a volatility of "
        said += f"{figures['volatility'].ref} at the money"
        said += _against(found, figures) + "."
    if "rank" in figures and "percentile" in figures:
        said += f" IV rank {figures['rank'].ref}, percentile {figures['percentile'].ref} of the last year."
    else:
        said += " There is no IV rank yet: too little of its past is known here."
    if "move" in figures:
        said += f" Expected move by then: {figures['move'].ref} either way."
    return said


def _against(found: VolatilityNow, figures: Mapping[str, Figure]) -> str:
    realised = found.history.today.realised
    if "realised" not in figures or not realised or found.at_the_money is None:
        return ""
    ratio = found.at_the_money / realised
    verdict = "rich" if ratio > RICH else "cheap" if ratio < CHEAP else "about fair"
    return f", {verdict} against {figures['realised'].ref} realised over the last month"
