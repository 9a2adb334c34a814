"""The watches of one symbol in memory: thresholds, formulas, and what of them is ahead of the database.

Decided: the truth of a formula is a line of its own in the same index, going up and down as a price
does, so that one machine knows what it is to be armed, to rest, to be snoozed and to be over.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from app.alerts.drafts import FALSE, TRUE
from app.alerts.edges import QUARTER, day_of
from app.alerts.index import ThresholdIndex
from app.alerts.models import Watch
from app.alerts.monitor_judging import Found, Judge
from app.alerts.monitor_path import WENT_BACK_SECONDS, play
from app.alerts.monitor_store import Written
from app.alerts.triggers import Firing, Phase, State, Tape, Trigger
from app.core.symbols import Symbol
from app.market.streaming.messages import Live
from app.market.vendor import Minute


class Watched:
    """Begins at `mark`, with nothing. What was armed is `young`, on a line of its own from the tape it
    was armed with, until it goes on with the symbol."""

    def __init__(self, symbol: Symbol, mark: Tape | None, judge: Judge) -> None:
        self.symbol = symbol
        self.judge = judge
        self.zone = ""
        """Where the days of the symbol's levels begin; each trigger's own hours where it is not known."""
        self.index = ThresholdIndex()
        self.watches: dict[UUID, Watch] = {}
        self._dirty: dict[UUID, State] = {}
        self._young: dict[UUID, None] = {}
        self._unlooked: set[UUID] = set()
        self._marked_at = mark.at if mark else 0.0
        self._levelled_at: dict[UUID, float] = {}
        self._looked_at = -1.0
        """The quarter of an hour in which all levels were found to be of its day."""
        self._behind = 0.0
        if mark is not None:
            self.index.resume(symbol, mark)

    @property
    def tape(self) -> Tape:
        return self.index.tape(self.symbol)

    def add(self, watch: Watch, state: State, *, is_new: bool = False) -> None:
        """Go on from `state`, which is ahead of the database if it `is_new`."""
        alert = watch.alert_id
        self.watches[alert] = watch
        self.judge.put(watch)
        self._levelled_at[alert] = watch.seen.at if watch.seen else self._marked_at
        self._looked_at = -1.0
        if watch.is_threshold and watch.seen is None:
            line = self.symbol
        else:
            line, seen = line_of(alert), watch.seen or Tape()
            is_young = watch.is_threshold
            self.index.resume(line, seen if is_young else Tape(at=seen.at, minute=seen.minute))
            if is_young:
                self._young[alert] = None
                self._unlooked.add(alert)
        self.index.add(alert, line, Trigger.of(watch.terms["trigger"]), state)
        self._snooze(watch)
        if is_new:
            self._dirty[alert] = state

    def first_looks(self) -> list[Firing]:
        """What fires at the price at which it was armed."""
        fired: list[Firing] = []
        for alert, seen in self.young():
            if alert in self._unlooked and seen.price:
                fired += self.index.tick(line_of(alert), seen.at, seen.price)
        self._unlooked.clear()
        return fired

    def young(self) -> list[tuple[UUID, Tape]]:
        """What was armed and does not go with the symbol yet, with where it is."""
        return [(alert, self.index.tape(line_of(alert))) for alert in self._young]

    def play_alone(self, alert: UUID, live: Live, minutes: Sequence[Minute]) -> list[Firing]:
        """What a young one fires on its way to the present."""
        return play(self.index, line_of(alert), live, minutes)

    def grow_up(self, alert: UUID) -> None:
        """Go on with the symbol."""
        state = self.index.state(alert)
        self.index.remove(alert)
        self.index.add(alert, self.symbol, Trigger.of(self.watches[alert].terms["trigger"]), state)
        self._young.pop(alert, None)
        self._dirty[alert] = state

    def be_behind(self, seconds: float, present: float) -> None:
        """What is told is so far behind the clock, by which snoozes end and alerts are armed: here
        they do so by the tape."""
        if seconds != self._behind:
            self._behind = seconds
            for watch in self.watches.values():
                self._snooze(watch)
        for alert in self.judge.formulas if seconds else ():
            line = line_of(alert)
            if 0 < self.index.tape(line).at - present <= seconds + WENT_BACK_SECONDS:
                self.index.resume(line, Tape(at=present, minute=present // 60 * 60))

    def snooze(self, watch: Watch) -> None:
        """The member wants it snoozed, or awake; it goes on from where it is."""
        self.watches[watch.alert_id] = watch
        self._snooze(watch)

    def forget(self, alert: UUID) -> None:
        self.watches.pop(alert, None)
        self._dirty.pop(alert, None)
        self._levelled_at.pop(alert, None)
        self._young.pop(alert, None)
        self.judge.remove(alert)
        if alert in self.index:
            self.index.remove(alert)

    def heed(self, found: Found) -> None:
        """Move levels; those of another day are other levels of the same name, and an answer about an
        earlier day than that of a level is too old."""
        for alert, level in found.levels.items():
            if alert not in self.watches or (days := self._days_since(alert, found.at)) < 0:
                continue
            if self.index.state(alert).level != level:
                self.index.relevel(alert, level, afresh=days > 0)
            self._levelled_at[alert] = found.at

    def is_of_another_day(self, at: float) -> bool:
        """Whether levels are of a day before that moment's."""
        quarter = at // QUARTER
        if quarter != self._looked_at:
            if any(self._days_since(alert, at) > 0 for alert in self.judge.levelled):
                return True
            self._looked_at = quarter
        return False

    def sleep_if_of_another_day(self, at: float) -> bool:
        """Compare nothing with levels of an earlier day; whether there were any."""
        behind = [alert for alert in self.judge.levelled if self._days_since(alert, at) > 0]
        for alert in behind:
            self.index.relevel(alert, None, afresh=True)
            self._levelled_at[alert] = at
        return bool(behind)

    def judged(self, found: Found, price: float) -> list[Firing]:
        """What fires by the verdicts on formulas, at the symbol's `price`."""
        fired: list[Firing] = []
        for alert, verdicts in found.verdicts.items():
            if alert not in self.watches:
                continue
            is_live = self.judge.is_live(alert)
            for each in verdicts:
                if each.truth is not None and (each.is_final or is_live):
                    line = TRUE if each.truth else FALSE
                    fired += self.index.tick(line_of(alert), each.at, line)
        return [replace(each, price=price, level=None) for each in fired]

    def judged_until(self, alert: UUID) -> float:
        return self.index.tape(line_of(alert)).at

    def written(self, fired: Collection[UUID], *, is_whole: bool) -> list[Written]:
        """The states to write with a firing of `fired`: all that changed where the mark moves with
        them, else those of `fired` with a mark of their own."""
        changed = self.index.take_changed()
        self._dirty |= {alert: changed[alert] for alert in changed if alert in self.watches}
        return [
            Written(
                alert_id=alert,
                version=self.watches[alert].version,
                state=state,
                seen=self._seen(alert, is_whole=is_whole),
                is_counted=alert in fired,
                is_live=not state.is_over,
            )
            for alert, state in self._dirty.items()
            if is_whole or alert in fired
        ]

    def settle(self, written: Iterable[Written]) -> None:
        """That is in the database now."""
        for each in written:
            self._dirty.pop(each.alert_id, None)
            if not each.is_live:
                self.forget(each.alert_id)
            elif each.is_counted:
                watch = self.watches[each.alert_id]
                self.watches[each.alert_id] = replace(watch, version=watch.version + 1)

    def anew(self, judge: Judge, at: float) -> "Watched":
        """The same, each looking anew where the price is: a replayed session began again at `at`."""
        again = Watched(self.symbol, None, judge)
        again.zone = self.zone
        begun = Tape(at=at, minute=at // 60 * 60)
        for alert, watch in self.watches.items():
            state = replace(
                self.index.state(alert), phase=Phase.WAITING, day=0, count=0, bar=0.0, buckets=()
            )
            again.add(
                replace(watch, seen=None if watch.is_threshold else begun), state, is_new=True
            )
        return again

    def _seen(self, alert: UUID, *, is_whole: bool) -> Tape | None:
        """What is written beside a state: its own mark, or one ahead of the symbol's."""
        if alert in self._young or not self.watches[alert].is_threshold:
            return self.index.tape(line_of(alert))
        return None if is_whole else self.tape

    def _days_since(self, alert: UUID, at: float) -> int:
        """From the day of its level to that of `at`."""
        zone = self.zone or self.watches[alert].terms["trigger"]["zone"]
        return day_of(zone, at) - day_of(zone, self._levelled_at[alert])

    def _snooze(self, watch: Watch) -> None:
        until = watch.snoozed_until
        tape_until = until.timestamp() - self._behind if until else 0.0
        if self.index.state(watch.alert_id).snoozed_until != tape_until:
            self.index.snooze(watch.alert_id, tape_until)


def line_of(alert: UUID) -> Symbol:
    """Where the truth of a formula goes up and down as a price does."""
    return Symbol(f"#{alert}")
