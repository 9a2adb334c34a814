"""Minute bars out of a stream, in order and each once.

Decided: a minute is finished when a later one begins or when the vendor says so, whichever comes
first. What the vendor says afterwards of a finished minute is a correction of that bar, never a
second one; what comes late for a minute that nobody finished is dropped. Only a minute that was asked
for afterwards takes a place between those told before.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from app.core.symbols import Symbol
from app.market.models import Bars
from app.market.vendor import Minute, StreamEvent, Trade

MINUTE = 60
KEPT = 30
"""Finished minutes that can still be corrected, and that whoever joins is told."""


def minutes_of(bars: Bars) -> Iterator[Minute]:
    """One-minute bars as a stream would have told them; only a forming last one is not final."""
    last = len(bars) - 1
    columns = (bars.time, bars.open, bars.high, bars.low, bars.close, bars.volume)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for at, (time, opened, high, low, close, volume) in enumerate(rows):
        is_final = at < last or not bars.is_forming
        yield Minute(bars.symbol, time, opened, high, low, close, volume, is_final=is_final)


@dataclass(frozen=True, slots=True)
class Update:
    """What an event changed. `finished` are minutes that are over now, oldest first, or corrected
    ones, which have the time of a minute told before."""

    price: float
    at: float
    forming: Minute | None
    finished: tuple[Minute, ...] = ()


@dataclass(slots=True)
class BarBuilder:
    """The bars of one symbol."""

    symbol: Symbol
    price: float | None = None
    at: float = 0.0
    forming: Minute | None = None
    finished: "OrderedDict[int, Minute]" = field(default_factory=OrderedDict)

    @property
    def last_finished(self) -> int:
        """The start of the newest finished minute; 0 if there is none."""
        return next(reversed(self.finished), 0)

    @property
    def whole_until(self) -> int:
        """The end of the last minute that was told whole; 0 if there is none."""
        if self.forming is not None:
            return self.forming.time
        return self.last_finished and self.last_finished + MINUTE

    def go_on(
        self, price: float, at: float, forming: Minute | None, finished: Iterable[Minute]
    ) -> None:
        """Begin with what another builder told last."""
        self.price, self.at, self.forming = price, at, forming
        self.finished.update((each.time, each) for each in finished)

    def take(self, event: StreamEvent) -> Update | None:
        """What `event` changed; None if it came too late to change anything."""
        return self._trade(event) if isinstance(event, Trade) else self._minute(event)

    def fill(self, bar: Minute) -> Update | None:
        """What a whole minute changed that was asked for because the stream did not tell it."""
        if self.price is None or bar.time > self.last_finished or bar.time in self.finished:
            return self._minute(bar)
        self._keep(bar)
        return Update(self.price, self.at, self.forming, (bar,))

    def _trade(self, trade: Trade) -> Update | None:
        minute = int(trade.at) // MINUTE * MINUTE
        if minute <= self.last_finished or (self.forming and minute < self.forming.time):
            return None
        over = self._finish_before(minute)
        forming = self.forming
        if forming is None:
            price = trade.price
            self.forming = Minute(
                self.symbol, minute, price, price, price, price, trade.size, is_final=False
            )
        else:
            self.forming = replace(
                forming,
                high=max(forming.high, trade.price),
                low=min(forming.low, trade.price),
                close=trade.price if trade.at >= self.at else forming.close,
                volume=forming.volume + trade.size,
            )
        return self._updated(trade.price, trade.at, over)

    def _minute(self, bar: Minute) -> Update | None:
        if bar.time <= self.last_finished:
            return self._correction(bar)
        if self.forming is not None and bar.time < self.forming.time and not bar.is_final:
            return None
        over = self._finish_before(bar.time)
        if not bar.is_final:
            if bar == self.forming:
                return None
            self.forming = bar
            return self._updated(bar.close, max(self.at, float(bar.time)), over)
        if self.forming is not None and self.forming.time == bar.time:
            self.forming = None
        self._keep(bar)
        return self._updated(bar.close, float(bar.time + MINUTE), (*over, bar))

    def _correction(self, bar: Minute) -> Update | None:
        known = self.finished.get(bar.time)
        corrected = replace(bar, is_final=True)
        if not bar.is_final or known is None or known == corrected or self.price is None:
            return None
        self.finished[bar.time] = corrected
        return Update(self.price, self.at, self.forming, (corrected,))

    def _finish_before(self, minute: int) -> tuple[Minute, ...]:
        """Finish the forming minute if `minute` is a later one."""
        forming = self.forming
        if forming is None or forming.time >= minute:
            return ()
        self.forming = None
        over = replace(forming, is_final=True)
        self._keep(over)
        return (over,)

    def _keep(self, bar: Minute) -> None:
        later = [each for each in self.finished.values() if each.time > bar.time]
        self.finished[bar.time] = bar
        for each in later:
            self.finished.move_to_end(each.time)
        while len(self.finished) > KEPT:
            self.finished.popitem(last=False)

    def _updated(self, price: float, at: float, over: tuple[Minute, ...]) -> Update:
        """The newest price wins: a minute that is told late does not move it back."""
        if at >= self.at:
            self.price, self.at = price, at
        return Update(self.price if self.price is not None else price, self.at, self.forming, over)
