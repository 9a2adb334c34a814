"""Rolling a position to later or other strikes, and how its Greeks age if nothing moves.

Decided: a roll is told at the middle of both markets and, beside it, at what crossing both costs. Its
breakeven counts what was paid for the option that is closed, where that is known. Greeks are those
of `app.options.contract_values`, as in a chain and in a book.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from app.market.chains import ExerciseStyle, OptionQuote
from app.options.contract_values import contract_values
from app.options.legs import Leg, LegKind, cost, ends
from app.options.models import Contracts
from app.options.payoff import payoff
from app.options.roll_targets import Held, Target
from app.options.valuation import Market, PositionGreeks, position_greeks, results


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """`credit` is what comes in on the day, negative for a debit; `locked_in` the result of what is
    closed; `days_added` None where either side has no single end."""

    credit: Decimal
    locked_in: Decimal
    days_added: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """So many days on, spot and volatility as now; `result` in dollars since it was opened."""

    days: float
    result: float
    greeks: PositionGreeks


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Priced:
    """One listed option, per share and bought. Where its price contains no volatility that of its
    strike is taken (`is_borrowed`); None where there is none either. `is_american` says whether the right
    to exercise early is counted in where it counts, `is_due` whether it should be exercised now."""

    quote: OptionQuote
    contract: Contracts
    price: Decimal
    expires_at: datetime
    time_value: Decimal
    volatility: float | None
    delta: float | None
    gamma: float | None
    theta: float | None
    vega: float | None
    is_american: bool
    is_borrowed: bool
    is_due: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rolled:
    """A way to roll. `net` is a share, a credit above zero, at the middle of both markets; `crossed` the
    same where both are crossed, None where one is one-sided. `breakeven` is None where none is left."""

    target: Target
    new: Priced
    net: Decimal
    crossed: Decimal | None
    roll: Roll
    days: float
    breakeven: Decimal | None


def priced_row(held: Held, row: int) -> Priced:
    """A row of the chain that has a price."""
    chain = held.listed.measured
    quote, contract = chain.quotes[row], chain.contracts.rows(slice(row, row + 1))
    price = Decimal(repr(round(float(chain.price[row]), 4)))
    series = chain.series[int(chain.place[row])]
    found = contract_values(chain, row)
    strike = Decimal(repr(float(contract.strike[0])))
    side = 1 if contract.is_call[0] else -1
    intrinsic = max(side * (held.listed.spot - strike), Decimal(0))
    return Priced(
        quote=quote,
        contract=contract,
        price=price,
        expires_at=series.expires_at,
        time_value=max(price - intrinsic, Decimal(0)),
        volatility=found.borrowed if found.volatility is None else found.volatility,
        delta=found.delta,
        gamma=found.gamma,
        theta=found.theta,
        vega=found.vega,
        is_american=quote.contract.style is ExerciseStyle.AMERICAN,
        is_borrowed=found.borrowed is not None and not found.is_due,
        is_due=found.is_due,
    )


def rolled(
    held: Held, old: Priced, target: Target, *, quantity: Decimal, paid: Decimal | None
) -> Rolled:
    """`paid` a share for what is held, None where it is not known; `quantity` negative where sold."""
    new = priced_row(held, target.row)
    side = Decimal(1 if quantity > 0 else -1)
    closed = leg_of(old, quantity, old.price if paid is None else paid)
    opened = leg_of(new, quantity, new.price)
    basis = new.price if paid is None else new.price + paid - old.price
    breakevens = payoff([leg_of(new, quantity, basis)]).breakevens
    return Rolled(
        target=target,
        new=new,
        net=side * (old.price - new.price),
        crossed=_crossed(old.quote, new.quote, is_long=quantity > 0),
        roll=roll([closed], [old.price], [opened]),
        days=(new.expires_at - old.expires_at) / timedelta(days=1),
        breakeven=next(iter(breakevens), None),
    )


def breakeven_of(held: Priced, quantity: Decimal, paid: Decimal | None) -> Decimal | None:
    """Of what is held, by what was paid, else by its price now."""
    leg = leg_of(held, quantity, held.price if paid is None else paid)
    return next(iter(payoff([leg]).breakevens), None)


def leg_of(option: Priced, quantity: Decimal, price: Decimal) -> Leg:
    return Leg(
        kind=LegKind(option.quote.contract.kind.value),
        quantity=quantity,
        price=price,
        strike=option.quote.contract.strike,
        expires_at=option.expires_at,
        multiplier=option.quote.contract.multiplier,
    )


def _crossed(old: OptionQuote, new: OptionQuote, *, is_long: bool) -> Decimal | None:
    got, given = (old.bid, new.ask) if is_long else (new.bid, old.ask)
    return None if got is None or given is None else got - given


def roll(held: Sequence[Leg], marks: Sequence[Decimal], opened: Sequence[Leg]) -> Roll:
    """Close every leg of `held` at its mark and open others at their prices."""
    pairs = list(zip(held, marks, strict=True))
    proceeds = sum((leg.shares * mark for leg, mark in pairs), Decimal(0))
    return Roll(
        credit=proceeds - cost(opened),
        locked_in=proceeds - cost(held),
        days_added=_days_between(held, opened),
    )


def aged(legs: Sequence[Leg], market: Market, days: Sequence[float]) -> tuple[Aged, ...]:
    """What a LEAPS does while months pass; one row a day asked for."""
    return tuple(
        Aged(
            days=day,
            result=float(results(legs, market, spots=market.spot, days=day)),
            greeks=position_greeks(legs, market, days=day),
        )
        for day in days
    )


def _days_between(held: Sequence[Leg], opened: Sequence[Leg]) -> float | None:
    old, new = ends(held), ends(opened)
    if len(old) != 1 or len(new) != 1 or old[0] is None or new[0] is None:
        return None
    return (new[0] - old[0]) / timedelta(days=1)
