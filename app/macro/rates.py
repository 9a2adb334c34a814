"""Treasury yields as a curve, and what they and stated probabilities say about the Fed.

Decided: what markets expect of the Fed is priced in fed funds futures. Without them there is no
probability, and none is made up. What yields alone say is called the lean: the two-year yield less the
three-month one. It is what two years of Treasury prices hold against today's rate, term premium
included; below zero lower rates are priced, above it higher ones.

A day's yields are taken as known from 18:00 in New York: Treasury publishes them after the close.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum

from app.macro.schedule import NEW_YORK, Event
from app.macro.source import Inflation, Outcome, Tenor, Yields

KNOWN_FROM = time(18, 0)
SMALL = Decimal("0.10")
"""A lean within so many points of percent is none."""


class Kind(StrEnum):
    """What a source may not have."""

    YIELDS = "yields"
    INFLATION = "inflation"
    OUTCOMES = "outcomes"


class Lean(StrEnum):
    LOWER = "lower rates"
    HIGHER = "higher rates"
    NONE = "about the same rates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The newest that was known; None or empty for what no source has, and `absent` says why."""

    yields: Yields | None
    inflation: Inflation | None
    outcomes: tuple[Outcome, ...]
    meeting: Event | None
    absent: Mapping[Kind, str]


def spread(yields: Yields, long: Tenor, short: Tenor) -> Decimal | None:
    """The longer yield less the shorter, in points of percent."""
    if long not in yields.points or short not in yields.points:
        return None
    return yields.points[long] - yields.points[short]


def lean_of(difference: Decimal) -> Lean:
    if abs(difference) < SMALL:
        return Lean.NONE
    return Lean.HIGHER if difference > 0 else Lean.LOWER


def known_at(on: date) -> datetime:
    """From when the yields of a day are known."""
    return datetime.combine(on, KNOWN_FROM, NEW_YORK).astimezone(UTC)


def outcomes_of(found: Sequence[Outcome], meeting: date | None) -> tuple[Outcome, ...]:
    """What was stated last about a meeting, from the lowest range."""
    about = [each for each in found if each.meeting == meeting]
    newest = max((each.on for each in about), default=None)
    return tuple(sorted((each for each in about if each.on == newest), key=lambda each: each.low))
