"""One option's Greeks as figures and a card: of a listed contract, or of given numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from app.core.errors import InvalidInput
from app.core.figures import Figure, Unit
from app.macro.short_rate import ShortRate
from app.market.calendar import session_on
from app.options.models import Contracts, NoVolatility
from app.options.pricer import priced
from app.options.pricing import probability_itm, second_greeks
from app.options.service import Listed, Reading, exact_reading
from app.options.settlement import years_until
from tools.base import ToolContext, ToolResult
from tools.options_arguments import GreeksArgs
from tools.options_chain import chain_freshness, figures_for, whose
from tools.options_figures import CALCULATED, GREEKS, OptionFigures, contract_words
from tools.wording import shown
from widgets.base import CardNumber, Freshness
from widgets.options import GreekRow, GreeksCard

SHARES = 100
EARLY = (
    "It may be exercised early; that right is counted into volatility and the first five Greeks. The "
    "second-order ones are European."
)
BORROWED = "Its Greeks are those of the volatility of the other side of its strike."
DUE = "Exercised it is stock: its Greeks are those of stock."
FIRST = ("delta", "gamma", "theta", "vega", "rho")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """One option as it is shown; fractions and dollars per share, None where there is none."""

    title: str
    subtitle: str
    price: float | None
    spot: float
    years: float
    volatility: float | None
    odds: float | None
    values: Mapping[str, float | None]
    absence: str = ""


def by_words(
    args: GreeksArgs, context: ToolContext, listed: Listed, row: int, note: str
) -> ToolResult:
    """A listed contract, at its market or at a volatility that was named."""
    found = exact_reading(listed, row)
    contracts = listed.measured.contracts.rows(slice(row, row + 1))
    told = _of_reading(listed, found, contracts)
    is_american = found.may_be_exercised_early
    if args.volatility is not None:
        told = _priced_anew(
            told, contracts, volatility=args.volatility / 100.0, is_american=is_american
        )
    book = figures_for(context, listed)
    notes = [*whose([found]), note]
    if is_american and (found.is_american or args.volatility is not None):
        notes.append(EARLY)
    if found.volatility is None and found.delta is not None and args.volatility is None:
        notes.append(DUE if found.is_due else BORROWED)
    card, figures = _card(
        book, told, tuple(notes), chain_freshness(listed, is_frozen=args.as_of is not None)
    )
    bid = book.premium("bid", found.quote.bid, "bid")
    ask = book.premium("ask", found.quote.ask, "ask")
    card = card.model_copy(update={"bid": shown(bid), "ask": shown(ask)})
    market = f" between {bid.ref} and {ask.ref}" if bid and ask and args.volatility is None else ""
    return ToolResult(_sentence(told, figures, market), (card,))


def _of_reading(listed: Listed, found: Reading, contracts: Contracts) -> _Told:
    first = {name: getattr(found, name) for name in FIRST}
    return _Told(
        title=contract_words(found.quote.contract),
        subtitle=str(listed.instrument.name),
        price=found.price,
        spot=listed.measured.spot,
        years=found.series.years,
        volatility=found.volatility,
        odds=_odds(contracts, found.volatility),
        values=first | _second(contracts, found.volatility),
        absence=found.absence,
    )


def _priced_anew(
    told: _Told,
    contracts: Contracts,
    *,
    volatility: float | None = None,
    price: float | None = None,
    is_american: bool,
) -> _Told:
    """Of a volatility or a price, with the right to exercise early where that is worth something."""
    nan = float("nan")
    found = priced(
        contracts,
        volatility=np.array([nan if volatility is None else volatility]),
        price=np.array([nan if price is None else price]),
        is_american=np.array([is_american]),
    )
    value = _known(found.volatility.value[0])
    return replace(
        told,
        price=_known(found.price[0]),
        volatility=value,
        odds=_odds(contracts, value),
        values={name: _known(getattr(found.greeks, name)[0]) for name in FIRST}
        | _second(contracts, value),
        absence=NoVolatility(int(found.volatility.absence[0])).words,
    )


def by_numbers(
    args: GreeksArgs, context: ToolContext, rate: ShortRate, as_of: datetime
) -> ToolResult:
    """Of what was given alone; what is missing is asked for by name."""
    if args.strike is None:
        raise InvalidInput("Name the strike of the option.")
    if (args.volatility is None) == (args.price is None):
        raise InvalidInput("Give either the `volatility` in percent or the option's `price`.")
    assert args.spot is not None  # noqa: S101 - that is why this is called
    years = _years(args, as_of)
    percent = rate.percent if args.rate is None else args.rate
    contracts = Contracts.of(
        is_call=args.kind == "call",
        spot=args.spot,
        strike=args.strike,
        years=years,
        rate=percent / 100.0,
        dividend_yield=args.dividend_yield / 100.0,
    )
    plain = _Told(
        title=f"{args.strike:g} {args.kind}",
        subtitle="American" if args.is_american else "European",
        price=None,
        spot=args.spot,
        years=years,
        volatility=None,
        odds=None,
        values={},
    )
    told = _priced_anew(
        plain,
        contracts,
        volatility=None if args.volatility is None else args.volatility / 100.0,
        price=args.price,
        is_american=args.is_american,
    )
    book = OptionFigures(context.book, told.title, as_of, CALCULATED)
    notes = [
        f"Interest {percent:g} % a year{', assumed' if args.rate is None and rate.is_assumed else ''}."
    ]
    if args.dividend_yield:
        notes.append(f"Dividends {args.dividend_yield:g} % a year.")
    card, figures = _card(
        book, told, tuple(notes), Freshness(provider=CALCULATED.name, as_of=as_of)
    )
    return ToolResult(_sentence(told, figures, ""), (card,))


def _years(args: GreeksArgs, as_of: datetime) -> float:
    if args.expiry is not None:
        session = session_on(args.expiry)
        if session is None:
            raise InvalidInput(f"{args.expiry} is no trading day; name one.")
        return max(years_until(session.close, as_of), 0.0)
    if args.days is None:
        raise InvalidInput("Say how many `days` it has left, or its `expiry`.")
    return args.days / 365.0


def _odds(contracts: Contracts, volatility: float | None) -> float | None:
    return None if volatility is None else float(probability_itm(contracts, volatility)[0])


def _second(contracts: Contracts, volatility: float | None) -> dict[str, float | None]:
    names = ("vanna", "charm", "vomma")
    if volatility is None:
        return dict.fromkeys(names)
    own = second_greeks(contracts, volatility)
    return {name: float(getattr(own, name)[0]) for name in names}


def _card(
    book: OptionFigures, told: _Told, notes: tuple[str, ...], freshness: Freshness
) -> tuple[GreeksCard, dict[str, Figure]]:
    figures: dict[str, Figure | None] = {
        "price": book.premium("price", told.price, "price per share"),
        "spot": book.price("spot", told.spot, "price of the underlying"),
        "days": book.left("days", told.years, "time to its settlement"),
        "volatility": book.volatility("volatility", told.volatility, "implied volatility"),
        "odds": book.volatility("odds", told.odds, "odds of ending in the money, risk-neutral"),
    }
    rows = []
    for name, value in told.values.items():
        share = book.greek(name, name, value)
        whole = None if value is None else SHARES * value
        contract = book.greek(f"{name}.contract", name, whole, places=2)
        figures[name] = share
        rows.append(
            GreekRow(
                name=name, words=GREEKS[name].words, share=shown(share), contract=shown(contract)
            )
        )
    known = {name: figure for name, figure in figures.items() if figure is not None}
    if told.absence:
        notes = (f"It has no implied volatility: {told.absence}.", *notes)
    card = GreeksCard(
        title=told.title,
        subtitle=told.subtitle,
        price=shown(figures["price"]),
        bid=None,
        ask=None,
        spot=CardNumber.of(known["spot"]),
        days=CardNumber.of(known["days"], with_unit=True),
        volatility=shown(figures["volatility"], with_unit=True),
        odds=shown(figures["odds"], with_unit=True),
        greeks=tuple(rows),
        notes=notes,
        freshness=freshness,
    )
    return card, known


def _sentence(told: _Told, figures: Mapping[str, Figure], market: str) -> str:
    said = (
        f"The {told.title} is at {figures['price'].ref}{market}"
        if "price" in figures
        else (f"The {told.title} has no price now")
    )
    is_last_day = figures["days"].unit is not Unit.DAYS
    said += f", {figures['days'].ref} from its {'settlement' if is_last_day else 'end'}."
    if "volatility" not in figures:
        said += f" It has no implied volatility: {told.absence}."
        return f"{said} Delta {figures['delta'].ref} per share." if "delta" in figures else said
    said += f" Implied volatility {figures['volatility'].ref}"
    if "delta" in figures:
        said += f", delta {figures['delta'].ref}"
    if "theta" in figures:
        said += f", theta {figures['theta'].ref} a calendar day"
    if "vega" in figures:
        said += f", vega {figures['vega'].ref} a point of volatility"
    said += ", per share."
    if "odds" in figures:
        said += f" Risk-neutral odds of ending in the money: {figures['odds'].ref}."
    return said


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
