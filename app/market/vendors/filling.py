"""Filling history: what is missing is asked for chunk by chunk, the latest first.

Decided: there is no list of what is to be done. What is missing is read from what is covered, and
each chunk is kept before the next is asked for, so a fill that is killed goes on where it was, and
two at once at most ask for the same chunk twice.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.history.partitions import Window
from app.market.models import Instrument
from app.market.vendors.stored import Stored

CHUNKS = {
    Timeframe.M1: timedelta(days=7),
    Timeframe.M5: timedelta(days=30),
    Timeframe.D1: timedelta(days=5 * 365),
}
"""How much is asked for at once: a few pages of a vendor's."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `chunks` are through, and `bars` bars came with them."""

    symbol: Symbol
    timeframe: Timeframe
    done: int
    chunks: int
    bars: int


async def fill(
    stored: Stored, instrument: Instrument, timeframe: Timeframe, wanted: Window
) -> AsyncIterator[Progress]:
    """Keep what is missing of a window, telling how far it is after every chunk.

    Behind a chunk without a bar nothing more is asked for: the vendor's own history begins there.
    """
    missing = await stored.missing(instrument, timeframe, wanted)
    gaps = [_chunks(window, CHUNKS[timeframe]) for window in reversed(missing)]
    total, done, bars = sum(map(len, gaps)), 0, 0
    for gap in gaps:
        for at, chunk in enumerate(gap):
            found = await stored.bars(instrument, timeframe, start=chunk.start, end=chunk.end)
            bars += len(found)
            skipped = len(gap) - at - 1 if len(found) == 0 else 0
            done += 1 + skipped
            yield Progress(instrument.symbol, timeframe, done, total, bars)
            if skipped:
                break


def _chunks(window: Window, length: timedelta) -> list[Window]:
    """A window cut from its end, the latest piece first; only the last is shorter."""
    found, end = [], window.end
    while end > window.start:
        start = max(window.start, end - length)
        found.append(Window(start, end))
        end = start
    return found
