"""The watches of one symbol in memory: thresholds, formulas, and what of them is ahead of the database.

Decided: the truth of a formula is a line of its own in the same index, going up and down as a price
does, so that one machine knows what it is to be armed, to rest, to be snoozed and to be over.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

from app.alerts.drafts import FALSE, TRUE
from app.alerts.edges import day_of
from app.alerts.index import ThresholdIndex
from app.alerts.models import Watch
from app.alerts.monitor_judging import Found, Judge
from app.alerts.monitor_store import Written
from app.alerts.triggers import Firing, Phase, State, Tape, Trigger
from app.core.symbols import Symbol


class Watched:
    """Begins at `mark`, with nothing."""

    def __init__(self, symbol: Symbol, mark: Tape | None, judge: Judge) -> None:
        self.symbol = symbol
        self.judge = judge
        self.index = ThresholdIndex()
        self.watches: dict[UUID, Watch] = {}
        self._dirty: dict[UUID, State] = {}
        self._levelled_at = mark.at if mark else 0.0
        if mark is not None:
            self.index.resume(symbol, mark)

    @property
    def tape(self) -> Tape:
        return self.index.tape(self.symbol)

    def add(self, watch: Watch, state: State, *, is_new: bool = False) -> None:
        """Go on from `state`, which is ahead of the database if it `is_new`."""
        self.watches[watch.alert_id] = watch
        self.judge.put(watch)
        trigger = Trigger.of(watch.terms["trigger"])
        if watch.is_threshold:
            self.index.add(watch.alert_id, self.symbol, trigger, state)
        else:
            line, seen = line_of(watch.alert_id), watch.seen or Tape()
            self.index.add(watch.alert_id, line, trigger, state)
            self.index.resume(line, Tape(at=seen.at, minute=seen.minute))
        if is_new:
            self._dirty[watch.alert_id] = state

    def snooze(self, watch: Watch) -> None:
        """The member wants it snoozed, or awake; it goes on from where it is."""
        self.watches[watch.alert_id] = watch
        until = watch.snoozed_until
        self.index.snooze(watch.alert_id, until.timestamp() if until else 0.0)

    def forget(self, alert: UUID) -> None:
        self.watches.pop(alert, None)
        self._dirty.pop(alert, None)
        self.judge.remove(alert)
        if alert in self.index:
            self.index.remove(alert)

    def heed(self, found: Found) -> None:
        """Move levels; those of another day are other levels of the same name."""
        for alert, level in found.levels.items():
            if alert in self.watches and self.index.state(alert).level != level:
                zone = self.watches[alert].terms["trigger"]["zone"]
                is_another_day = day_of(zone, found.at) != day_of(zone, self._levelled_at)
                self.index.relevel(alert, level, afresh=is_another_day)
        if found.levels:
            self._levelled_at = found.at

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

    def anew(self, judge: Judge) -> "Watched":
        """The same, each looking anew where the price is: a replayed session began again."""
        again = Watched(self.symbol, None, judge)
        for alert, watch in self.watches.items():
            state = replace(
                self.index.state(alert), phase=Phase.WAITING, day=0, count=0, bar=0.0, buckets=()
            )
            again.add(replace(watch, seen=None), state, is_new=True)
        return again

    def _seen(self, alert: UUID, *, is_whole: bool) -> Tape | None:
        """What is written beside a state: a formula's own mark, or one ahead of the symbol's."""
        if not self.watches[alert].is_threshold:
            return self.index.tape(line_of(alert))
        return None if is_whole else self.tape


def line_of(alert: UUID) -> Symbol:
    """Where the truth of a formula goes up and down as a price does."""
    return Symbol(f"#{alert}")
