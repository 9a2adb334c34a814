"""When a sold option is likely to be exercised early, and why.

A holder gives up the time value that is left; it is worth it where exercise earns more: the dividend
for a call on the day before the stock trades without it, the interest on the strike for a put. Next to
no time value is given up for anything. On the last day whatever ends in the money is exercised, and
near the strike nobody knows which side of it that will be.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from app.options.legs import Leg, LegKind
from app.options.models import DAYS_A_YEAR
from app.options.settlement import years_until


class ExerciseReason(StrEnum):
    DIVIDEND = "dividend"
    INTEREST = "interest"
    NOTHING_LEFT = "nothing left"
    EXPIRY = "expiry"
    PIN = "pin"


PIN_SHARE = Decimal("0.005")
"""Of the strike: so near to it on the last day, and it may end on either side."""
_NOTHING = Decimal("0.0005")
_LEAST = Decimal("0.05")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dividend:
    """`ex_date` is the first day the stock trades without it."""

    ex_date: date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseRisk:
    """`time_value` is what the holder gives up, `gained` what exercise earns instead, per share."""

    reason: ExerciseReason
    time_value: Decimal
    gained: Decimal


def exercise_risk(
    leg: Leg,
    *,
    at: datetime,
    spot: Decimal,
    mark: Decimal,
    rate: Decimal,
    dividend: Dividend | None = None,
) -> ExerciseRisk | None:
    """Of a sold American option, marked at `mark`; None if nothing speaks for exercise.

    `dividend` is the next one before its end. In the money within its last day it counts as exercised,
    and near its strike as uncertain.
    """
    if leg.quantity > 0 or leg.strike is None or leg.expires_at is None:
        return None
    intrinsic = leg.intrinsic(spot)
    time_value = max(mark - intrinsic, Decimal(0))
    years = years_until(leg.expires_at, at)
    if years < 0:
        return None
    if is_last_day(leg, at):
        return _on_the_last_day(leg.strike, spot, intrinsic, time_value)
    if intrinsic <= 0:
        return None
    if leg.kind is LegKind.CALL:
        amount = _still_to_come(dividend, at, leg.expires_at)
        reason = ExerciseReason.DIVIDEND
    else:
        amount = leg.strike * rate * Decimal(years)
        reason = ExerciseReason.INTEREST
    if amount > time_value:
        return ExerciseRisk(reason=reason, time_value=time_value, gained=amount)
    if time_value > max(_NOTHING * leg.strike, _LEAST):
        return None
    return ExerciseRisk(
        reason=ExerciseReason.NOTHING_LEFT, time_value=time_value, gained=Decimal(0)
    )


def _on_the_last_day(
    strike: Decimal, spot: Decimal, intrinsic: Decimal, time_value: Decimal
) -> ExerciseRisk | None:
    if abs(spot - strike) <= PIN_SHARE * strike:
        return ExerciseRisk(reason=ExerciseReason.PIN, time_value=time_value, gained=intrinsic)
    if intrinsic <= 0:
        return None
    return ExerciseRisk(reason=ExerciseReason.EXPIRY, time_value=time_value, gained=intrinsic)


def is_last_day(leg: Leg, at: datetime) -> bool:
    return (
        leg.expires_at is not None and 0.0 <= years_until(leg.expires_at, at) * DAYS_A_YEAR <= 1.0
    )


def _still_to_come(dividend: Dividend | None, at: datetime, end: datetime) -> Decimal:
    if dividend is None or not at.date() < dividend.ex_date <= end.date():
        return Decimal(0)
    return dividend.amount
