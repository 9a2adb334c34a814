"""Sums over lines of a book. Decided: a sum says how many lines it is without, for a sum that is silent
about them looks like the whole book."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Total:
    """Of the lines that are known, None if there are lines and none is; `without` counts the others."""

    amount: Decimal | None
    without: int


def total_of(values: Iterable[Decimal | None]) -> Total:
    every = list(values)
    known = [value for value in every if value is not None]
    amount = sum(known, Decimal(0)) if known or not every else None
    return Total(amount, len(every) - len(known))
