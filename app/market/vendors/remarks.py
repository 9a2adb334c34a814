"""What must be said beside a vendor's bars: rows that were left out, minutes it no longer has."""

from datetime import UTC, datetime

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.models import Bars, Ints


class Remarks:
    """Of one vendor, by symbol."""

    def __init__(self, vendor: str) -> None:
        self._vendor = vendor
        self._beginnings: dict[Symbol, datetime] = {}
        self._left_out: dict[Symbol, set[tuple[Timeframe, int]]] = {}

    def of(self, symbol: Symbol) -> tuple[str, ...]:
        """Sentences to stand with any answer about `symbol`."""
        said = []
        first = self._beginnings.get(symbol)
        if first is not None:
            said.append(
                f"{self._vendor} gives its newest minutes only, from {first:%H:%M} UTC on: "
                "what is made of the minutes of a whole day lacks those before."
            )
        count = len(self._left_out.get(symbol, ()))
        if count == 1:
            said.append(f"1 bar of {self._vendor} could not be right and was left out.")
        elif count:
            said.append(f"{count} bars of {self._vendor} could not be right and were left out.")
        return tuple(said)

    def note_beginning(self, symbol: Symbol, minutes: Bars | None) -> None:
        """That minutes asked for begin before those the vendor still has; None: they do not."""
        self._beginnings.pop(symbol, None)
        if minutes is not None:
            self._beginnings[symbol] = datetime.fromtimestamp(int(minutes.time[0]), UTC)

    def note_faults(
        self, symbol: Symbol, timeframe: Timeframe, window: tuple[datetime, datetime], faulty: Ints
    ) -> None:
        """Which bars cannot be, of all that were seen: good ones elsewhere do not hide bad ones."""
        first, stop = (at.timestamp() for at in window)
        known = {
            (of, at)
            for of, at in self._left_out.pop(symbol, ())
            if of is not timeframe or not first <= at < stop
        }
        known |= {(timeframe, at) for at in faulty.tolist()}
        if known:
            self._left_out[symbol] = known
