"""What followed past setups, and the chance that is read from it.

Decided: a chance is counted, never felt. Each past setup is followed for `HORIZON` bars: which came
first, target or stop? A bar that reaches both counts as stopped, for nobody knows the order inside.
A far target is reached less often, so a plain share of hits would flatter far targets. A price that
only wanders reaches a target `r` times as far away as the stop with odds 1 / r; a setup multiplies
these odds by its `edge`, the factor with which its past cases come out as they did. `PRIOR` cases
without an edge are counted in, so without a history the expectation is nil, not a promise.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.scanner.histories import Histories, wilder_changes
from app.scanner.plans import plans
from app.scanner.setups import (
    LONGEST,
    RSI_LENGTH,
    Direction,
    Mask,
    Setup,
    prepare,
)

HORIZON = 20
"""Bars a setup is followed."""

PRIOR = 20
"""Cases of a wandering price, target as far as stop, that are counted in."""


@dataclass(frozen=True, slots=True)
class Record:
    """What became of a setup's past cases.

    `undecided` reached neither end in time. `mean_r` is the mean result of all in units of what was
    risked: the reward to risk of a plan that reached its target, -1 of one that was stopped, the
    move to the last bar followed for the rest; None without a case. `edge` multiplies the odds of a
    price that wanders; 1 is none.
    """

    reached: int = 0
    stopped: int = 0
    undecided: int = 0
    mean_r: float | None = None
    edge: float = 1.0

    @property
    def cases(self) -> int:
        return self.reached + self.stopped + self.undecided

    def chance(self, reward_to_risk: float) -> float:
        """Probability that the target comes first, 0 to 1, of a plan with this reward to risk."""
        return self.edge / (self.edge + reward_to_risk)

    def score(self, reward_to_risk: float) -> float:
        """Chance times reward to risk: what is won on average for each unit risked."""
        return self.chance(reward_to_risk) * reward_to_risk

    def expectation(self, reward_to_risk: float) -> float:
        """What is won less what is lost on average for each unit risked; below zero past cases
        did worse than a price that wanders."""
        return self.score(reward_to_risk) - (1 - self.chance(reward_to_risk))


def records(histories: Histories) -> dict[Setup, Record]:
    """Of every setup over all histories together.

    A case begins where a setup stands and did not stand on the bar before; those of the last
    `HORIZON` bars have not been followed to their end and do not count.
    """
    results: dict[Setup, list[_Followed]] = {setup: [] for setup in Setup}
    stood = dict.fromkeys(Setup, np.zeros(histories.close.shape[1], dtype=bool))
    gain, loss = wilder_changes(histories.close, RSI_LENGTH, len(histories))
    for at in range(LONGEST, len(histories) - HORIZON):
        past, bar = prepare(histories.until(at), (gain[:at], loss[:at])), histories.row(at)
        for setup, stands in past.hits(bar).items():
            begins = stands & ~stood[setup]
            stood[setup] = stands
            plan = plans(setup, past, bar)
            columns = np.flatnonzero(begins & plan.is_sound)
            if len(columns):
                ends = _Ends(plan.entry[columns], plan.stop[columns], plan.target[columns])
                results[setup].append(_followed(histories, at, columns, setup.direction, ends))
    return {setup: _record(parts) for setup, parts in results.items()}


@dataclass(frozen=True, slots=True)
class _Ends:
    entry: NDArray[np.float64]
    stop: NDArray[np.float64]
    target: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Followed:
    reached: Mask
    stopped: Mask
    result: NDArray[np.float64]
    reward_to_risk: NDArray[np.float64]


def _followed(
    histories: Histories, at: int, columns: NDArray[np.int64], direction: Direction, ends: _Ends
) -> _Followed:
    rows = slice(at + 1, at + 1 + HORIZON)
    high, low = histories.high[rows, columns], histories.low[rows, columns]
    if direction is Direction.LONG:
        to_target, to_stop = high >= ends.target, low <= ends.stop
    else:
        to_target, to_stop = low <= ends.target, high >= ends.stop
    target_at, stop_at = _first(to_target), _first(to_stop)
    stopped = (stop_at <= target_at) & (stop_at < HORIZON)
    reached = target_at < stop_at
    risk = ends.entry - ends.stop
    result = (histories.close[at + HORIZON, columns] - ends.entry) / risk
    ratio = (ends.target - ends.entry) / risk
    result[reached] = ratio[reached]
    result[stopped] = -1
    return _Followed(reached=reached, stopped=stopped, result=result, reward_to_risk=ratio)


def _first(truths: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The first row that is true; `HORIZON` where none is."""
    found: NDArray[np.int64] = np.where(truths.any(axis=0), truths.argmax(axis=0), HORIZON)
    return found


def _record(parts: list[_Followed]) -> Record:
    if not parts:
        return Record()
    result = np.concatenate([part.result for part in parts])
    reached = sum(int(part.reached.sum()) for part in parts)
    stopped = sum(int(part.stopped.sum()) for part in parts)
    return Record(
        reached=reached,
        stopped=stopped,
        undecided=len(result) - reached - stopped,
        mean_r=float(result.mean()),
        edge=edge_of(np.concatenate([part.reward_to_risk for part in parts]), reached),
    )


def edge_of(reward_to_risk: NDArray[np.float64], reached: int) -> float:
    """The factor `k` for which cases with odds `k / r` reach their targets as often as these did:
    the sum of `k / (k + r)` is `reached`. The most likely one, as in a logistic regression with
    one constant; `PRIOR` cases of ratio one, half of them reached, are counted in."""
    ratios = np.append(reward_to_risk, np.ones(PRIOR))
    wanted = reached + PRIOR / 2
    low, high = -12.0, 12.0
    for _ in range(60):
        middle = (low + high) / 2
        factor = np.exp(middle)
        if (factor / (factor + ratios)).sum() < wanted:
            low = middle
        else:
            high = middle
    return float(np.exp((low + high) / 2))
