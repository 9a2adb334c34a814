"""What the feed tells: the state of a symbol, as JSON on the bus.

Decided: a message is the whole present of a symbol, so whoever missed some needs only the latest.
`epoch` grows with every new leader and `number` with every message of a symbol: what is older than
what was heard is ignored, and a leader that was replaced without knowing it is not listened to.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from app.core.symbols import Symbol
from app.market.models import Provider
from app.market.vendor import Minute

RECENT = 5
"""Finished minutes a message repeats, so that a gap of so many heals by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A symbol's present. Times are Unix seconds; `recent` are the last finished minutes;
    `slow_because` says why not the stream tells it that should."""

    symbol: Symbol
    epoch: int
    number: int
    price: float
    at: float
    forming: Minute | None
    recent: tuple[Minute, ...]
    provider: str
    delay_minutes: int = 0
    is_simulated: bool = False
    slow_because: str = ""

    def text(self) -> str:
        return json.dumps(
            asdict(self)
            | {
                "forming": self.forming and _values(self.forming),
                "recent": [_values(each) for each in self.recent],
            }
        )

    @classmethod
    def of(cls, text: str | bytes) -> "Live":
        """The message; ValueError if it is none."""
        values = json.loads(text)
        symbol = Symbol(values["symbol"])
        forming = values["forming"]
        return cls(
            **{
                **values,
                "symbol": symbol,
                "forming": forming and _minute(symbol, forming, is_final=False),
                "recent": tuple(_minute(symbol, each, is_final=True) for each in values["recent"]),
            }
        )

    def is_after(self, other: "Live | None") -> bool:
        """Whether it was said later than `other`."""
        return other is None or (self.epoch, self.number) > (other.epoch, other.number)

    def news_since(self, other: "Live | None") -> tuple[Minute, ...]:
        """Finished minutes that `other` did not have, or had otherwise."""
        known = {} if other is None else {each.time: each for each in other.recent}
        return tuple(each for each in self.recent if known.get(each.time) != each)


def with_provider(live: Live, provider: Provider) -> Live:
    return replace(
        live,
        provider=provider.name,
        delay_minutes=provider.delay_minutes,
        is_simulated=provider.is_simulated,
    )


@dataclass(frozen=True, slots=True)
class Pulse:
    """The leader's sign of life."""

    epoch: int
    at: float

    def text(self) -> str:
        return json.dumps([self.epoch, self.at])

    @classmethod
    def of(cls, text: str | bytes) -> "Pulse":
        epoch, at = json.loads(text)
        return cls(int(epoch), float(at))


def bar_of(minute: Minute) -> dict[str, Any]:
    """A minute as the browser gets it."""
    names = ("time", "open", "high", "low", "close", "volume")
    return {name: getattr(minute, name) for name in names}


def recent_of(finished: Iterable[Minute], ended: Iterable[Minute]) -> tuple[Minute, ...]:
    """The last few of all that are finished, and every one that ended since the message before."""
    last = tuple(finished)[-RECENT:]
    both = {each.time: each for each in (*ended, *last)}
    return tuple(both[time] for time in sorted(both))


def _values(minute: Minute) -> Sequence[float]:
    return (
        minute.time,
        minute.open,
        minute.high,
        minute.low,
        minute.close,
        minute.volume,
    )


def _minute(symbol: Symbol, values: Sequence[float], *, is_final: bool) -> Minute:
    time, opened, high, low, close, volume = values
    return Minute(symbol, int(time), opened, high, low, close, volume, is_final=is_final)
