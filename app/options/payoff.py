"""What a structure wins and loses when its options expire, exactly.

Decided: the result is piecewise linear between strikes, so best, worst and breakevens are found by
looking at strikes and slopes, in decimals; nothing is sampled. Legs that end at different times have no
such line: `app.options.valuation` asks a model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise, starmap

import numpy as np

from app.core.errors import InvalidInput
from app.options.legs import Leg, LegKind, check_legs, cost, ends, strikes
from app.options.odds import Outlook, probability_below

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payoff:
    """In dollars. `best` and `worst` are signed results, None where they have no bound.

    `corners` are (price of the underlying, result) from zero through all strikes; above the last the
    result changes by `slope` a dollar. `profits` are the open ranges of prices that win, None for no
    upper end.
    """

    cost: Decimal
    best: Decimal | None
    worst: Decimal | None
    breakevens: tuple[Decimal, ...]
    profits: tuple[tuple[Decimal, Decimal | None], ...]
    corners: tuple[tuple[Decimal, Decimal], ...]
    slope: Decimal


def result_at_expiry(legs: Sequence[Leg], price: Decimal) -> Decimal:
    """Profit or loss with the underlying at `price` when everything ends."""
    return sum((leg.shares * (leg.intrinsic(price) - leg.price) for leg in legs), ZERO)


def payoff(legs: Sequence[Leg]) -> Payoff:
    check_legs(legs)
    if len(ends(legs)) > 1:
        raise InvalidInput("These legs end at different times: what they pay depends on a model.")
    prices = [ZERO, *strikes(legs)]
    results = [result_at_expiry(legs, price) for price in prices]
    slope = net_shares_above(legs)
    corners = tuple(zip(prices, results, strict=True))
    return Payoff(
        cost=cost(legs),
        best=None if slope > 0 else max(results),
        worst=None if slope < 0 else min(results),
        breakevens=_breakevens(corners, slope),
        profits=_profits(corners, slope),
        corners=corners,
        slope=slope,
    )


def net_shares_above(legs: Sequence[Leg]) -> Decimal:
    """What a dollar more brings far above all strikes, whenever the legs end."""
    return sum((leg.shares for leg in legs if leg.kind is not LegKind.PUT), ZERO)


def probability_of_profit(found: Payoff, outlook: Outlook) -> float:
    """Odds that the price ends where it wins, by the lognormal model."""
    edges = [
        [float(low), float("inf") if high is None else float(high)] for low, high in found.profits
    ]
    below = probability_below(outlook, np.array(edges).reshape(-1, 2))
    return float(np.sum(below[:, 1] - below[:, 0]))


def _breakevens(corners: Sequence[tuple[Decimal, Decimal]], slope: Decimal) -> tuple[Decimal, ...]:
    """Where the result is zero; of a stretch of zeros both ends."""
    found = [price for price, result in corners if result == 0 and price > 0]
    found += [_crossing(left, right) for left, right in pairwise(corners) if left[1] * right[1] < 0]
    last, result = corners[-1]
    if result * slope < 0:
        found.append(last - result / slope)
    return tuple(sorted(found))


def _profits(
    corners: Sequence[tuple[Decimal, Decimal]], slope: Decimal
) -> tuple[tuple[Decimal, Decimal | None], ...]:
    """Each piece of the line wins on one stretch at most; stretches that meet while winning are one."""
    last, result = corners[-1]
    pieces = [*starmap(_winning, pairwise(corners)), _winning_beyond(last, result, slope)]
    ranges: list[tuple[Decimal, Decimal | None]] = []
    wins = {price for price, result in corners if result > 0}
    for piece in pieces:
        if piece is None:
            continue
        if ranges and ranges[-1][1] == piece[0] and piece[0] in wins:
            ranges[-1] = (ranges[-1][0], piece[1])
        else:
            ranges.append(piece)
    return tuple(ranges)


def _winning(
    left: tuple[Decimal, Decimal], right: tuple[Decimal, Decimal]
) -> tuple[Decimal, Decimal] | None:
    if left[1] <= 0 and right[1] <= 0:
        return None
    if left[1] >= 0 and right[1] >= 0:
        return left[0], right[0]
    middle = _crossing(left, right)
    return (left[0], middle) if left[1] > 0 else (middle, right[0])


def _winning_beyond(
    last: Decimal, result: Decimal, slope: Decimal
) -> tuple[Decimal, Decimal | None] | None:
    if result > 0:
        return (last, last - result / slope) if slope < 0 else (last, None)
    if slope > 0:
        return (last - result / slope, None)
    return None


def _crossing(left: tuple[Decimal, Decimal], right: tuple[Decimal, Decimal]) -> Decimal:
    (low, before), (high, after) = left, right
    return low + (high - low) * before / (before - after)
