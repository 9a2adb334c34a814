"""From where a symbol was seen last to where it is now, through everything known of in between.

Decided: what the feed tells is the whole present of a symbol: its price, the minute that is forming and
the last ones that ended. So a low or a high between two messages is not lost, and a gap that is longer
than that is asked of the market. One way serves a quiet second, a restart, and an alert that was armed
while nobody watched.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from app.alerts.index import ThresholdIndex
from app.alerts.triggers import Firing, Tape
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.models import Bars, Provider
from app.market.streaming.bars import MINUTE
from app.market.streaming.messages import Live
from app.market.vendor import Minute

LONGEST_SECONDS = 7 * 24 * 3600
"""What is older is not made up for."""
WENT_BACK_SECONDS = 60.0


def has_gone_back(tape: Tape, now: float) -> bool:
    """Whether the clock itself is before what was seen: a replayed session began again. A price may
    be old for many reasons, the clock goes back for this one only."""
    return now < tape.at - WENT_BACK_SECONDS


def missing_minutes(tape: Tape, live: Live) -> range:
    """The minutes from where `tape` ends that neither ended in `live` nor form in it, and may have
    traded; empty where it follows on."""
    if not tape.at or live.at <= tape.at:
        return range(0)
    present = _present_minute(live)
    first = max(int(tape.minute), present - LONGEST_SECONDS)
    known = {each.time for each in live.recent}
    unknown = [at for at in range(first, present, MINUTE) if at not in known]
    return range(unknown[0], unknown[-1] + MINUTE, MINUTE) if unknown else range(0)


def joined(asked: Iterable[Minute], live: Live, tape: Tape) -> list[Minute]:
    """The finished minutes to be played, oldest first. The feed may know a minute in part, and the
    market one that has not settled: a minute reached as far as either says."""
    present = _present_minute(live)
    minutes = {each.time: each for each in live.recent}
    for each in asked:
        told = minutes.get(each.time, each)
        low, high = min(each.low, told.low), max(each.high, told.high)
        minutes[each.time] = replace(each, low=low, high=high)
    return [minutes[at] for at in sorted(minutes) if tape.minute <= at < present]


def play(
    index: ThresholdIndex, symbol: Symbol, live: Live, minutes: Sequence[Minute]
) -> list[Firing]:
    """What fires on the way through `minutes` to `live`."""
    fired = list(index.catch_up(bars_of(symbol, minutes))) if minutes else []
    for price in _extremes(index.tape(symbol), live):
        fired += index.tick(symbol, live.at, price)
    forming = live.forming
    fired += index.tick(symbol, live.at, live.price, forming.volume if forming else None)
    return fired


def bars_of(symbol: Symbol, minutes: Collection[Minute]) -> Bars:
    """Minutes of a stream as bars."""
    rows = [
        (each.time, each.open, each.high, each.low, each.close, each.volume) for each in minutes
    ]
    columns = np.array(rows, dtype=np.float64).reshape(-1, 6).T
    return Bars(
        symbol=symbol,
        timeframe=Timeframe.M1,
        time=columns[0].astype(np.int64),
        open=columns[1],
        high=columns[2],
        low=columns[3],
        close=columns[4],
        volume=columns[5],
        provider=Provider(name="feed"),
    )


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _present_minute(live: Live) -> int:
    return live.forming.time if live.forming else int(live.at) // MINUTE * MINUTE


def _extremes(tape: Tape, live: Live) -> tuple[float, ...]:
    """Lows and highs of the forming minute that were not seen, in the order in which a bar is
    usually thought to make them."""
    forming = live.forming
    if forming is None or not tape.at or int(live.at) // MINUTE * MINUTE != forming.time:
        return ()
    is_seen = tape.minute == forming.time
    opened = tape.price if is_seen else forming.open
    low, high = (tape.low, tape.high) if is_seen else (forming.open, forming.open)
    made = [forming.low] if forming.low < low else []
    made += [forming.high] if forming.high > high else []
    ordered = made if live.price >= opened else made[::-1]
    return tuple(ordered) if is_seen else (forming.open, *ordered)
