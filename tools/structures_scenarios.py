"""A structure as prices, days and volatility move: its line, its grid, what-ifs, and what waiting does.

Decided: the grid's steps follow the structure. Its prices go three halves of a standard deviation to
the first end either way, its days from now to that end; volatility is moved by five points.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from app.core.errors import InvalidInput
from app.core.figures import Figure
from app.market.calendar import latest_session, market_date, next_session, session_on
from app.market.models import Session
from app.options.analysis import drawn, usual_reach
from app.options.legs import Leg, ends
from app.options.rolls import aged
from app.options.settlement import years_until
from app.options.valuation import Market, results, scenario_grid
from tools.options_figures import OptionFigures
from tools.structures_arguments import StructureArgs
from tools.structures_market import Settled
from tools.wording import day_in_words
from widgets.base import CardNumber
from widgets.options import AgedRow, GridRow, GridShift, PayoffPoint, ScenarioGrid, ScenarioRow

_AGED_FROM = 60.0
"""Days from which waiting is shown month by month."""
_STEPS = (0.25, 0.5, 1.0, 2.0, 2.5, 5.0, 10.0, 20.0)
"""Percent."""
_EACH_WAY = 3
_SHIFTS = (-5.0, 0.0, 5.0)
"""Points of volatility."""


def curve(settled: Settled) -> tuple[PayoffPoint, ...]:
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


def what_if(args: StructureArgs, settled: Settled) -> tuple[str, float | None]:
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
        words.append(supposed_day(args.if_date, model))
    points = args.if_volatility or 0.0
    found = results(settled.legs, model, spots=spot, days=days, points=points)
    return ", ".join(words), float(found)


def _then(args: StructureArgs, model: Market) -> tuple[float, float]:
    """Price of the underlying, and days from now."""
    spot = args.if_price or model.spot * (1.0 + (args.if_move or 0.0) / 100.0)
    if args.if_date is None:
        return spot, 0.0
    return spot, (_session_meant(args.if_date, model).close - model.at) / timedelta(days=1)


def _session_meant(day: date, model: Market) -> Session:
    """That of the day; where it has none, the last one before it that is not over, else the next."""
    if day < market_date(model.at):
        raise InvalidInput(f"{day} is no trading day ahead; name one.")
    found = session_on(day)
    if found is None:
        found = latest_session(datetime.combine(day, time(12), UTC))
    return next_session(found) if found.close <= model.at else found


def supposed_day(day: date, model: Market) -> str:
    """The day that is taken, and why it is not the one that was named."""
    taken = _session_meant(day, model).date
    if taken == day:
        return day_in_words(day)
    return f"{day_in_words(taken)}, because {day:%A} {day.day} {day:%B} has no session ahead"


def listed_words(words: Sequence[str]) -> str:
    """`this, that and those`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def asked_row(words: str, what_if: Figure | None) -> tuple[ScenarioRow, ...]:
    return () if what_if is None else (ScenarioRow(words=words, result=CardNumber.of(what_if)),)


def grid(book: OptionFigures, settled: Settled) -> ScenarioGrid | None:
    """Results by move of the price, day and shift of volatility; None without a model."""
    model = settled.model
    finals = [end for end in ends(settled.legs) if end is not None]
    if model is None or not finals or finals[0] <= model.at:
        return None
    step = _step(settled.legs, model)
    moves = [step * place for place in range(-_EACH_WAY, _EACH_WAY + 1)]
    left = (finals[0] - model.at) / timedelta(days=1)
    days = _days(left)
    found = scenario_grid(
        settled.legs,
        model,
        spots=[model.spot * (1.0 + move / 100.0) for move in moves],
        points=_SHIFTS,
        days=days,
    )
    names = [_day_name(day, left, model.at) for day in days]
    shifts = []
    for place, points in enumerate(_SHIFTS):
        rows = []
        for at, name in enumerate(names):
            cells = [
                book.dollars(
                    f"grid.{points:+g}.{at}.{move:+g}",
                    float(value),
                    f"result at {move:+g} %, {name}, volatility {points:+g} points",
                )
                for move, value in zip(moves, found[at, place], strict=True)
            ]
            rows.append(GridRow(words=name, results=tuple(map(CardNumber.of, cells))))
        shifts.append(GridShift(words=_signed(points), rows=tuple(rows)))
    return ScenarioGrid(moves=tuple(f"{_signed(move)}%" for move in moves), shifts=tuple(shifts))


def _step(legs: Sequence[Leg], market: Market) -> float:
    """Half a standard deviation to the first end, as a round number of percent."""
    half = 100.0 * usual_reach(legs, market) / 6.0
    return min(_STEPS, key=lambda step: abs(step - half))


def _days(left: float) -> list[float]:
    """Now, the first end, and whole days between."""
    between = {float(round(left * part)) for part in (1.0 / 3.0, 2.0 / 3.0)}
    return [0.0, *sorted(day for day in between if 0.0 < day < left - 0.5), left]


def _day_name(day: float, left: float, at: datetime) -> str:
    if day == 0.0:
        return "now"
    then = market_date(at + timedelta(days=day))
    name = f"{then.day} {then:%b}"
    return f"{name}, end" if day == left else name


def _signed(value: float) -> str:
    """`+5`, `0`, with a true minus."""
    return "0" if value == 0.0 else f"{value:+g}".replace("-", "\N{MINUS SIGN}")


def aged_rows(book: OptionFigures, settled: Settled) -> tuple[AgedRow, ...]:
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
