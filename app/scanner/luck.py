"""What plans came to on any day: the luck that a setup is measured against.

Decided: luck is counted too. A formula for a price that only wanders has no end of time, no drift and
no bar that reaches both ends; days drawn from the same symbols have all of these. Distances are told
in mean ranges of 20 bars, so quiet and wild symbols are one population. Between the distances of the
table its figures are read off in proportion.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.scanner.histories import Histories, Matrix, Row
from app.scanner.setups import BASE, LONGEST, Direction

HORIZON = 20
"""Bars a plan is followed."""

DRAWN = 20_000
"""Days that are followed, all symbols together; all of them where there are fewer."""

_DISTANCES = np.array([0.1, 0.2, 0.35, 0.6, 1.0, 1.5, 2.2, 3.2, 4.5, 6.5, 9.5, 14.0])
_STEPS = np.log(_DISTANCES)
_SEED = 20


@dataclass(frozen=True, slots=True)
class Odds:
    """How one plan ends: probabilities, 0 to 1, and the mean result if it is undecided, in units of
    what is risked."""

    reached: float
    stopped: float
    undecided: float
    move: float

    def expectation(self, reward_to_risk: float) -> float:
        """What is won less what is lost on average for each unit risked."""
        return self.reached * reward_to_risk - self.stopped + self.undecided * self.move


@dataclass(frozen=True, slots=True)
class Outlook:
    """How plans end, one figure per plan: shares of those that reach their target first, that are
    stopped, and that reach neither in time; `move` is the mean result of the last, in units of what
    is risked."""

    reached: Row
    stopped: Row
    undecided: Row
    move: Row

    def expectation(self, reward_to_risk: Row) -> Row:
        """What is won less what is lost on average for each unit risked."""
        found: Row = self.reached * reward_to_risk - self.stopped + self.undecided * self.move
        return found

    def of(self, at: int) -> Odds:
        """Of the plan in that place."""
        columns = (self.reached, self.stopped, self.undecided, self.move)
        return Odds(*(float(each[at]) for each in columns))


@dataclass(frozen=True, slots=True)
class Luck:
    """`[stops, targets]` for each side: shares, and what the undecided moved in mean ranges, spread
    over all."""

    reached: dict[Direction, Matrix]
    stopped: dict[Direction, Matrix]
    moved: dict[Direction, Matrix]

    def outlook(self, direction: Direction, risk: Row, reward: Row) -> Outlook:
        """Of plans whose stop and target are so many mean ranges away."""
        risk = np.clip(risk, _DISTANCES[0], _DISTANCES[-1])
        reward = np.clip(reward, _DISTANCES[0], _DISTANCES[-1])
        reached, stopped, moved = (
            _between(table[direction], risk, reward)
            for table in (self.reached, self.stopped, self.moved)
        )
        undecided = 1 - reached - stopped
        move = np.clip(moved / undecided / risk, -1, reward / risk)
        return Outlook(reached, stopped, undecided, move)


def luck_of(histories: Histories) -> Luck:
    """Counted on days drawn from those a setup's cases may begin on."""
    rows, columns = _days(histories)
    entry = histories.close[rows, columns]
    span = _mean_ranges(histories, rows, columns)
    after = rows + np.arange(1, HORIZON + 1)[:, np.newaxis]
    up = _first_reached((histories.high[after, columns] - entry) / span)
    down = _first_reached((entry - histories.low[after, columns]) / span)
    move = (histories.close[rows + HORIZON, columns] - entry) / span
    long, short = _counted(up, down, move), _counted(down, up, -move)
    sides = {Direction.LONG: long, Direction.SHORT: short}
    return Luck(*({side: found[at] for side, found in sides.items()} for at in range(3)))


def _days(histories: Histories) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of days that have a past and were followed to their end."""
    first, last = LONGEST, len(histories) - HORIZON
    if last <= first:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing
    known = np.isfinite(histories.close[first - BASE : last - BASE])
    rows, columns = np.nonzero(known)
    if len(rows) > DRAWN:
        drawn = np.random.default_rng(_SEED).choice(len(rows), DRAWN, replace=False)
        rows, columns = rows[drawn], columns[drawn]
    rows = rows + first
    moves = _mean_ranges(histories, rows, columns) > 0
    return rows[moves], columns[moves]


def _mean_ranges(histories: Histories, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Row:
    bars = rows - np.arange(BASE)[:, np.newaxis]
    before = histories.close[bars - 1, columns]
    highest = np.maximum(histories.high[bars, columns], before)
    lowest = np.minimum(histories.low[bars, columns], before)
    found: Row = (highest - lowest).mean(axis=0)
    return found


def _first_reached(away: Matrix) -> NDArray[np.int64]:
    """`[distances, days]`: the bar on which each distance was reached first, `HORIZON` if never."""
    furthest = np.maximum.accumulate(away, axis=0)
    return np.stack([(furthest < distance).sum(axis=0) for distance in _DISTANCES])


def _counted(
    to_target: NDArray[np.int64], to_stop: NDArray[np.int64], move: Row
) -> tuple[Matrix, Matrix, Matrix]:
    """By stop and target; half a day of each end is counted in, so that no share is nil."""
    size = len(_DISTANCES)
    reached, stopped, moved = (np.zeros((size, size)) for _ in range(3))
    days = len(move)
    for stop in range(size):
        target_at, stop_at = to_target, to_stop[stop]
        hit = target_at < stop_at
        lost = (stop_at <= target_at) & (stop_at < HORIZON)
        reached[stop] = (hit.sum(axis=1) + 0.5) / (days + 1.5)
        stopped[stop] = (lost.sum(axis=1) + 0.5) / (days + 1.5)
        moved[stop] = (~(hit | lost) * move).sum(axis=1) / (days + 1.5)
    return reached, stopped, moved


def _between(table: Matrix, risk: Row, reward: Row) -> Row:
    """By the four nearest distances, in proportion of their logarithms."""
    low, part = _placed(risk)
    near, share = _placed(reward)
    here = (1 - share) * table[low, near] + share * table[low, near + 1]
    there = (1 - share) * table[low + 1, near] + share * table[low + 1, near + 1]
    found: Row = (1 - part) * here + part * there
    return found


def _placed(distance: Row) -> tuple[NDArray[np.int64], Row]:
    steps = np.log(distance)
    at = np.clip(np.searchsorted(_STEPS, steps, side="right") - 1, 0, len(_STEPS) - 2)
    return at, (steps - _STEPS[at]) / (_STEPS[at + 1] - _STEPS[at])
