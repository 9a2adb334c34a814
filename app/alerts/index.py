"""The threshold index: many watches over many symbols, at the price of two comparisons a quiet tick.

Decided: whatever a watch waits for, it can act at no price between the next one below and the next
one above at which something happens to it. So each symbol keeps those prices in two heaps, and a tick
between the nearest of them changes nothing. A tick beyond them is given to the same step as the plain
machine of `states.py` takes, so both fire alike.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from app.alerts.triggers import Firing, State, Tape, Trigger
from app.core.symbols import Symbol
from app.market.models import Bars


class ThresholdIndex:
    """The alerts of one monitor. Not thread-safe; nothing in it waits."""

    refused: int
    """Ticks that were out of order, or no price, and changed nothing."""

    def __init__(self) -> None: ...

    def __len__(self) -> int:
        raise NotImplementedError

    def __contains__(self, alert: UUID) -> bool:
        raise NotImplementedError

    def add(self, alert: UUID, symbol: Symbol, trigger: Trigger, state: State) -> None:
        """Watch from now on, going on from `state`. ValueError if it is watched already."""

    def remove(self, alert: UUID) -> None:
        """Watch no more; KeyError if it was not."""

    def relevel(self, alert: UUID, level: float | None, *, afresh: bool = False) -> None:
        """Move the level; see `State.at_level`. None lets the watch sleep until there is one."""

    def reaverage(self, alert: UUID, average: float | None) -> None:
        """Another average volume of a bar, for volume spikes."""

    def snooze(self, alert: UUID, until: float) -> None:
        """Tell nothing before `until`, Unix seconds; 0 wakes it."""

    def tick(
        self, symbol: Symbol, at: float, price: float, volume: float | None = None
    ) -> Sequence[Firing]:
        """What fires at this tick, in the order the alerts were added.

        `volume` is what the minute of `at` has traded so far; None if nobody knows. A tick before
        the last one of its symbol, or without a price above zero, is refused: counted, and nothing
        else.
        """
        raise NotImplementedError

    def catch_up(self, bars: Bars) -> list[Firing]:
        """What fired in minutes that were missed, marked late; see `states.path_of`.

        Of the minute in which the last tick lies only what was not seen is played: a low below or a
        high above what was seen, and the close.
        """
        raise NotImplementedError

    def state(self, alert: UUID) -> State:
        """How far a watch has come, to be stored; KeyError if it is not watched."""
        raise NotImplementedError

    def tape(self, symbol: Symbol) -> Tape:
        """What is remembered of a symbol, to be stored beside the states."""
        raise NotImplementedError

    def resume(self, symbol: Symbol, tape: Tape) -> None:
        """Go on with a stored tape, before the first tick of the symbol."""

    def take_changed(self) -> Mapping[UUID, State]:
        """The states that changed since this was asked last: fired, re-armed, relevelled, over."""
        raise NotImplementedError
