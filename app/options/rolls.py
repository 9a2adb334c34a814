"""Rolling a position to later or other strikes, and how its Greeks age if nothing moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from app.options.legs import Leg, cost, ends
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
