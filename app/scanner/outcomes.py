"""What followed past setups, and the chance that is read from it.

Decided: a chance is counted, never felt. Each past case is followed for `HORIZON` bars: which came
first, target or stop, or neither? A bar that reaches both counts as stopped, for nobody knows the
order inside. Plans of one setup differ in how far their ends are, so what plans of the same distances
come to on any day (`luck`) is taken, and the setup tilts it: by factors on the three ends, and a move
of what reached neither, with which its own cases come out as they did. The first day of a setup and
the later days of one that still stands are two populations and are counted apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.scanner.histories import Histories, Row, wilder_changes
from app.scanner.luck import HORIZON as HORIZON
from app.scanner.luck import Luck, Odds, Outlook, luck_of
from app.scanner.plans import Plans, plans
from app.scanner.setups import LONGEST, RSI_LENGTH, Direction, Mask, Setup, prepare

PRIOR = 20
"""Cases that came out as luck has it, counted in: what happened three times is no rule."""

ENOUGH = 30
"""Times a setup must have stood before a chance is told: the share of thirty is known to nine points
at best (one standard error at one half), of fewer not even so."""

_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Tilt:
    """How a setup's cases came out beside luck: factors on its three shares, before these are made
    whole again, and what is added to the mean move of the undecided."""

    reached: float = 1.0
    stopped: float = 1.0
    undecided: float = 1.0
    move: float = 0.0

    def of(self, luck: Outlook, reward_to_risk: Row) -> Outlook:
        shares = (
            self.reached * luck.reached,
            self.stopped * luck.stopped,
            self.undecided * luck.undecided,
        )
        whole = sum(shares)
        reached, stopped, undecided = (share / whole for share in shares)
        move = np.clip(luck.move + self.move, -1, reward_to_risk)
        return Outlook(reached, stopped, undecided, move)


@dataclass(frozen=True, slots=True)
class Record:
    """What became of a setup's past cases.

    `undecided` reached neither end in time. `mean_r` is the mean result of all in units of what was
    risked: the reward to risk of a plan that reached its target, -1 of one that was stopped, the
    move to the last bar followed for the rest; None without a case. `stood` is how many times the
    setup stood: later days of one time are no new evidence, though each is a case.
    """

    reached: int = 0
    stopped: int = 0
    undecided: int = 0
    mean_r: float | None = None
    stood: int = 0
    tilt: Tilt = Tilt()

    @property
    def cases(self) -> int:
        return self.reached + self.stopped + self.undecided

    @property
    def is_enough(self) -> bool:
        """Whether there are cases enough to tell a chance."""
        return self.stood >= ENOUGH


@dataclass(frozen=True, slots=True)
class Cases:
    """Past cases of one setup, one figure each: `risk` and `reward` in mean ranges, `result` in
    units of what was risked. `begins` says which of them were a setup's first day, `second` which
    its second."""

    direction: Direction
    risk: Row
    reward: Row
    reached: Mask
    stopped: Mask
    result: Row
    begins: Mask
    second: Mask

    def of(self, chosen: Mask) -> "Cases":
        return Cases(
            direction=self.direction,
            risk=self.risk[chosen],
            reward=self.reward[chosen],
            reached=self.reached[chosen],
            stopped=self.stopped[chosen],
            result=self.result[chosen],
            begins=self.begins[chosen],
            second=self.second[chosen],
        )

    @property
    def reward_to_risk(self) -> Row:
        found: Row = self.reward / self.risk
        return found


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of setups from histories: records of their first days and of later ones, how
    many bars each has stood by the last one, per symbol, and luck."""

    first: Mapping[Setup, Record]
    later: Mapping[Setup, Record]
    standing: Mapping[Setup, NDArray[np.int64]]
    luck: Luck = field(repr=False)

    def record(self, setup: Setup, days: int) -> Record:
        """Of cases like one that has stood for so many bars."""
        return (self.first if days <= 1 else self.later)[setup]

    def odds(self, plan: Plans, at: int, days: int) -> Odds | None:
        """Of the plan in a column, of a setup that has stood for so many bars; None where there are
        not cases enough."""
        record = self.record(plan.setup, days)
        if not record.is_enough:
            return None
        span, columns = plan.average_range[at], slice(at, at + 1)
        risk, reward = plan.risk[columns] / span, plan.reward[columns] / span
        luck = self.luck.outlook(plan.setup.direction, risk, reward)
        return record.tilt.of(luck, reward / risk).of(0)


def past_of(histories: Histories) -> Past:
    """Of every setup over all histories together; the last `HORIZON` bars have not been followed to
    their end and begin no case."""
    cases, standing = followed(histories)
    luck = luck_of(histories)
    return Past(
        first={setup: record_of(each.of(each.begins), luck) for setup, each in cases.items()},
        later={setup: record_of(each.of(~each.begins), luck) for setup, each in cases.items()},
        standing=standing,
        luck=luck,
    )


def followed(
    histories: Histories,
) -> tuple[dict[Setup, Cases], dict[Setup, NDArray[np.int64]]]:
    """Past cases, and for how many bars each setup has stood by the last one."""
    parts: dict[Setup, list[Cases]] = {setup: [] for setup in Setup}
    symbols = histories.close.shape[1]
    standing = {setup: np.zeros(symbols, dtype=np.int64) for setup in Setup}
    gain, loss = wilder_changes(histories.close, RSI_LENGTH, len(histories))
    for at in range(LONGEST, len(histories)):
        past, bar = prepare(histories.until(at), (gain[:at], loss[:at])), histories.row(at)
        for setup, stands in past.hits(bar).items():
            days = standing[setup] = np.where(stands, standing[setup] + 1, 0)
            if at >= len(histories) - HORIZON or not stands.any():
                continue
            plan = plans(setup, past, bar)
            columns = np.flatnonzero(stands & plan.is_sound)
            if len(columns):
                parts[setup].append(_followed(histories, at, columns, plan, days[columns]))
    return {setup: _joined(setup, each) for setup, each in parts.items()}, standing


def _followed(
    histories: Histories,
    at: int,
    columns: NDArray[np.int64],
    plan: Plans,
    days: NDArray[np.int64],
) -> Cases:
    rows = slice(at + 1, at + 1 + HORIZON)
    high, low = histories.high[rows, columns], histories.low[rows, columns]
    entry, stop, target = plan.entry[columns], plan.stop[columns], plan.target[columns]
    if plan.setup.direction is Direction.LONG:
        to_target, to_stop = high >= target, low <= stop
    else:
        to_target, to_stop = low <= target, high >= stop
    target_at, stop_at = _first(to_target), _first(to_stop)
    stopped = (stop_at <= target_at) & (stop_at < HORIZON)
    reached = target_at < stop_at
    result = (histories.close[at + HORIZON, columns] - entry) / (entry - stop)
    result[reached] = plan.reward_to_risk[columns][reached]
    result[stopped] = -1
    span = plan.average_range[columns]
    return Cases(
        direction=plan.setup.direction,
        risk=plan.risk[columns] / span,
        reward=plan.reward[columns] / span,
        reached=reached,
        stopped=stopped,
        result=result,
        begins=days == 1,
        second=days == 2,
    )


def _first(truths: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The first row that is true; `HORIZON` where none is."""
    found: NDArray[np.int64] = np.where(truths.any(axis=0), truths.argmax(axis=0), HORIZON)
    return found


def _joined(setup: Setup, parts: list[Cases]) -> Cases:
    return Cases(
        direction=setup.direction,
        risk=_figures([each.risk for each in parts]),
        reward=_figures([each.reward for each in parts]),
        reached=_truths([each.reached for each in parts]),
        stopped=_truths([each.stopped for each in parts]),
        result=_figures([each.result for each in parts]),
        begins=_truths([each.begins for each in parts]),
        second=_truths([each.second for each in parts]),
    )


def _figures(parts: list[Row]) -> Row:
    return np.concatenate([np.zeros(0), *parts])


def _truths(parts: list[Mask]) -> Mask:
    return np.concatenate([np.zeros(0, dtype=bool), *parts])


def record_of(cases: Cases, luck: Luck) -> Record:
    if not len(cases.result):
        return Record()
    reached, stopped = int(cases.reached.sum()), int(cases.stopped.sum())
    return Record(
        reached=reached,
        stopped=stopped,
        undecided=len(cases.result) - reached - stopped,
        mean_r=float(cases.result.mean()),
        stood=int((cases.begins | cases.second).sum()),
        tilt=tilt_of(cases, luck.outlook(cases.direction, cases.risk, cases.reward)),
    )


def tilt_of(cases: Cases, luck: Outlook) -> Tilt:
    """The tilt of `luck` whose shares add up to how often `cases` ended so, and whose mean move of
    the undecided is theirs; `PRIOR` cases that came out as luck has it are counted in."""
    undecided = ~(cases.reached | cases.stopped)
    shares = np.stack([luck.reached, luck.stopped, luck.undecided])
    weight = PRIOR / len(cases.result)
    ends = np.array([cases.reached.sum(), cases.stopped.sum(), undecided.sum()])
    wanted = ends + weight * shares.sum(axis=1)
    factors = np.ones(3)
    for _ in range(_ROUNDS):
        tilted = factors[:, np.newaxis] * shares
        said = (1 + weight) * (tilted / tilted.sum(axis=0)).sum(axis=1)
        factors *= wanted / said
        factors /= factors[1]
    move = (cases.result - luck.move)[undecided].sum() / (undecided.sum() + PRIOR)
    reached, stopped, held = factors.tolist()
    return Tilt(reached, stopped, held, float(move))
