"""From the legs somebody names to legs with prices, ends and volatilities."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from math import gcd

from app.core.errors import InvalidInput, NotFound
from app.core.symbols import Symbol
from app.macro.short_rate import short_rate
from app.market.calendar import session_on
from app.market.chains import OptionKind
from app.market.models import Instrument
from app.market.vendor import NotCovered
from app.options.legs import Leg, LegKind, ends
from app.options.payoff import payoff
from app.options.service import (
    Listed,
    Reading,
    contract_row,
    listed_options,
    reading,
)
from app.options.smile import smile
from app.options.valuation import Market
from tools.base import ToolContext
from tools.options_words import rate_note
from tools.structures_arguments import LegArg, StructureArgs
from tools.structures_strikes import series_of, with_strikes

USUAL_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Legs as they can be analysed. `model` is None where volatility, time or the price is not known,
    and `missing` names what. `borrowed` are the places of legs without an implied volatility of their
    own; `is_net` says that only the price of all legs together is known."""

    at: datetime
    legs: tuple[Leg, ...]
    spot: float | None
    model: Market | None
    missing: tuple[str, ...]
    listed: Listed | None
    instrument: Instrument | None
    readings: tuple[Reading | None, ...]
    borrowed: tuple[int, ...]
    is_net: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """What the market says of one leg; `volatility` may be the middle of its expiry's smile."""

    end: datetime | None
    reading: Reading | None
    volatility: float | None


async def settle(args: StructureArgs, context: ToolContext) -> Settled:
    at = context.moment(args.as_of)
    rate = await short_rate(context.macro, as_of=at)
    own_rate = rate.value if args.rate is None else args.rate / 100.0
    listed, instrument, spot = await _underlying(args, context, at, own_rate)
    args = with_strikes(args, listed, usual_days=USUAL_DAYS)
    found = [_of_leg(args, leg, listed, at) for leg in args.legs]
    legs = _priced(args, found, spot)
    volatilities = [_volatility(args, each) for each in found]
    missing = _missing(args, legs, spot, volatilities)
    model = None
    if not missing and spot is not None:
        model = Market(
            at=listed.chain.as_of if listed else at,
            spot=spot,
            volatilities=tuple(each or 0.0 for each in volatilities),
            rate=own_rate,
            dividend_yield=_yield(listed, found),
        )
    return Settled(
        at=at,
        legs=legs,
        spot=spot,
        model=model,
        missing=missing,
        listed=listed,
        instrument=instrument,
        readings=tuple(each.reading for each in found),
        borrowed=_borrowed(args, found) if model else (),
        is_net=args.credit is not None or args.debit is not None,
        notes=(
            *_assumed(args, found, listed),
            *((rate_note(rate),) if args.rate is None and model else ()),
        ),
    )


async def _underlying(
    args: StructureArgs, context: ToolContext, at: datetime, rate: float
) -> tuple[Listed | None, Instrument | None, float | None]:
    """Its options where the market lists any, and its price."""
    if args.symbol is None:
        return None, None, args.spot
    instrument = await context.market.instrument(Symbol(args.symbol))
    try:
        listed = await listed_options(context.market, instrument.symbol, as_of=at, rate=rate)
    except (NotCovered, NotFound):
        quote = await context.market.quote(instrument.symbol, as_of=at)
        return None, instrument, args.spot or float(quote.last)
    return listed, instrument, args.spot or listed.measured.spot


def _of_leg(args: StructureArgs, leg: LegArg, listed: Listed | None, at: datetime) -> _Found:
    if leg.kind is LegKind.STOCK:
        return _Found(None, None, None)
    assert leg.strike is not None  # noqa: S101 - every option was given one
    if listed is None:
        days = leg.days if leg.days is not None else args.days
        return _Found(_end(leg.expiry or args.expiry, days, at), None, None)
    series = series_of(args, leg, listed, usual_days=USUAL_DAYS)
    kind = OptionKind(leg.kind.value)
    middle = smile(listed.measured, series).at_the_money()
    try:
        row = contract_row(listed, series, kind, strike=float(leg.strike))
    except NotFound:
        if leg.price is None and args.credit is None and args.debit is None:
            raise
        return _Found(series.expires_at, None, middle)
    found = reading(listed, row)
    return _Found(series.expires_at, found, found.volatility or middle)


def _end(expiry: date | None, days: int | None, at: datetime) -> datetime | None:
    if expiry is not None:
        session = session_on(expiry)
        if session is None:
            raise InvalidInput(f"{expiry} is no trading day; name one.")
        return session.close
    return None if days is None else at + timedelta(days=days)


def _priced(args: StructureArgs, found: Sequence[_Found], spot: float | None) -> tuple[Leg, ...]:
    """At prices that were named, at the net price, else at the middle of the market."""
    net = _net(args)
    legs = []
    for asked, each in zip(args.legs, found, strict=True):
        price = asked.price
        if price is not None:
            _check_named(asked, price, spot)
        if price is None and net is not None and asked.kind is not LegKind.STOCK:
            price = Decimal(0)
        if price is None:
            price = _market_price(asked, each, spot)
        sign = 1 if asked.side == "buy" else -1
        legs.append(
            Leg(
                kind=asked.kind,
                quantity=sign * asked.quantity,
                price=price,
                strike=asked.strike,
                expires_at=each.end,
            )
        )
    if net is None:
        return tuple(legs)
    at_net = _at_net(legs, net)
    _check_net(at_net, spot)
    return at_net


def _check_named(asked: LegArg, price: Decimal, spot: float | None) -> None:
    """A put is never worth more than its strike, a call never more than the stock."""
    if asked.kind is LegKind.STOCK:
        return
    most = asked.strike if asked.kind is LegKind.PUT else None if spot is None else Decimal(spot)
    if most is not None and price > most:
        limit = "its strike" if asked.kind is LegKind.PUT else "the stock"
        raise InvalidInput(
            f"That price cannot be: a {asked.kind} is never worth more than {limit}. Is it per share,"
            " or what the whole contract cost? Name the price per share."
        )


def _net(args: StructureArgs) -> Decimal | None:
    """Paid for one of it, negative for a credit."""
    if args.credit is not None and args.debit is not None:
        raise InvalidInput("Give either the `credit` or the `debit`, not both.")
    return args.debit if args.credit is None else -args.credit


def _market_price(asked: LegArg, found: _Found, spot: float | None) -> Decimal:
    if asked.kind is LegKind.STOCK and spot is not None:
        return Decimal(repr(spot))
    if found.reading is None or found.reading.price is None:
        if asked.kind is LegKind.STOCK:
            raise InvalidInput("There is no market price of the stock: name it.")
        what = f"{asked.strike} {asked.kind}"
        raise InvalidInput(f"There is no market price of the {what}: name it, or the net price.")
    return Decimal(repr(round(found.reading.price, 4)))


def _at_net(legs: Sequence[Leg], net: Decimal) -> tuple[Leg, ...]:
    """The whole net price on one leg; only the sum of all counts."""
    options = [leg for leg in legs if leg.is_option]
    if not options:
        raise InvalidInput("A net price is one of options; name the stock's own price.")
    units = reduce(gcd, (int(abs(leg.quantity)) for leg in options)) or 1
    rest = sum((leg.shares * leg.price for leg in options), Decimal(0))
    bearer = next((leg for leg in options if (leg.quantity > 0) == (net > 0)), options[0])
    total = net * units * bearer.multiplier - rest
    borne = replace(bearer, price=bearer.price + total / bearer.shares)
    return tuple(borne if leg is bearer else leg for leg in legs)


def _check_net(legs: Sequence[Leg], spot: float | None) -> None:
    """No market gives what cannot lose, or takes what cannot win.

    Options are judged alone and with stock at its present price, whatever was once paid for it. A
    result that is the same everywhere is a loan, and may have either sign.
    """
    if len(ends(legs)) > 1:
        return
    judged = [[leg for leg in legs if leg.is_option]]
    if spot is not None:
        at_market = Decimal(repr(spot))
        judged.append([leg if leg.is_option else replace(leg, price=at_market) for leg in legs])
    for each in judged:
        found = payoff(each)
        if found.best is not None and found.best == found.worst:
            continue
        if found.worst is not None and found.worst >= 0:
            raise InvalidInput("That price cannot be: with it the structure could never lose.")
        if found.best is not None and found.best <= 0:
            raise InvalidInput("That price cannot be: with it the structure could never win.")


def _volatility(args: StructureArgs, found: _Found) -> float | None:
    return found.volatility if args.volatility is None else args.volatility / 100.0


def _missing(
    args: StructureArgs,
    legs: Sequence[Leg],
    spot: float | None,
    volatilities: Sequence[float | None],
) -> tuple[str, ...]:
    """What odds and Greeks would need."""
    options = [(leg, value) for leg, value in zip(legs, volatilities, strict=True) if leg.is_option]
    needed = {
        "the underlying or its price": spot is None,
        "the days to expiry": any(leg.expires_at is None for leg, _ in options),
        "the volatility": any(value is None for _, value in options),
        "an option": not options,
    }
    return tuple(words for words, is_missing in needed.items() if is_missing)


def _yield(listed: Listed | None, found: Sequence[_Found]) -> float:
    """What the last leg's expiry implies; it counts most."""
    readings = [each.reading for each in found if each.reading is not None]
    if listed is None or not readings:
        return 0.0
    last = max((each.series for each in readings), key=lambda series: series.years)
    if last.implied is None or last.years <= 0.0:
        return 0.0
    return last.implied.dividend_yield(listed.measured.spot, last.years, listed.rate)


def _borrowed(args: StructureArgs, found: Sequence[_Found]) -> tuple[int, ...]:
    """Legs that stand at the volatility at the money because they have none."""
    if args.volatility is not None:
        return ()
    return tuple(
        place
        for place, each in enumerate(found)
        if each.volatility is not None and (each.reading is None or each.reading.volatility is None)
    )


def _assumed(
    args: StructureArgs, found: Sequence[_Found], listed: Listed | None
) -> tuple[str, ...]:
    notes = []
    has_end = args.expiry or args.days is not None
    unnamed = [
        each.end
        for leg, each in zip(args.legs, found, strict=True)
        if each.end and not (has_end or leg.expiry or leg.days is not None)
    ]
    if unnamed and listed is not None:
        notes.append(
            f"No expiry was named: {unnamed[0]:%-d %B %Y} is taken, the nearest to a month out."
        )
    if listed is not None and args.volatility is not None:
        notes.append(
            f"Your volatility of {args.volatility:g} % stands in odds, Greeks and what-ifs; prices you "
            "did not name are the market's."
        )
    return tuple(notes)
