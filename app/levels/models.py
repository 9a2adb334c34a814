"""The map of levels around a price, and its JSON.

Decided: `LevelMap.as_json` is the one serializer, for the command line and the HTTP interface
alike. Prices are exact Decimals; what had to be divided (averages, VWAP, pivots) is kept to
`PLACES` decimals.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Any, Literal

from app.levels.pivots import PivotMethod
from app.market.models import Instrument, Provider, Session

PLACES = 8
_GRAIN = Decimal(1).scaleb(-PLACES)

Kind = Literal[
    "previous", "premarket", "overnight", "opening", "vwap", "profile", "pivot", "average", "range"
]
Side = Literal["above", "at", "below"]


class Period(StrEnum):
    """What the map is for: today's levels, this week's or this month's."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A price that matters, measured from the last price.

    `distance` is level minus last in price, `distance_pct` in percent of the last price,
    `distance_atr` in ATRs (None without an ATR). `tested` counts the period's separate tests, None
    if there are no bars to count on or the level is what those bars add up to. `since` is the start of the bar that made it, or the close or
    open it was computed from.
    """

    name: str
    title: str
    price: Decimal
    kind: Kind
    distance: Decimal
    distance_pct: Decimal
    distance_atr: Decimal | None
    tested: int | None
    since: datetime

    @property
    def side(self) -> Side:
        return side_of(self.distance, Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class MapProfile:
    """The volume profile behind POC, VAH and VAL: its window's name and words, the height of a row,
    and the percent of the volume inside the value area. `is_running` if trading changes it yet."""

    window: str
    words: str
    row: Decimal
    share_pct: Decimal
    is_running: bool


@dataclass(frozen=True, slots=True)
class Absence:
    """Levels that cannot be given, and why, as a full sentence."""

    names: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelMap:
    """Levels of one symbol's session, week or month as of a moment, nearest first.

    `last` is the last price before `as_of`, traded at `last_at`; `previous_close` the regular close
    before the session; `atr` is ATR(14) of finished bars of the period. `previous_session` is the
    session the previous levels are taken from (the last one of the previous week or month).
    `missing_bars` counts regular minutes of the period up to `as_of` that have no bar. `profile` is
    None without volume.
    """

    instrument: Instrument
    provider: Provider
    as_of: datetime
    period: Period
    pivot_method: PivotMethod
    session: Session
    previous_session: date | None
    last: Decimal
    last_at: datetime
    previous_close: Decimal | None
    atr: Decimal | None
    missing_bars: int
    profile: MapProfile | None
    levels: tuple[Level, ...]
    absent: tuple[Absence, ...]
    notes: tuple[str, ...]

    @property
    def symbol(self) -> str:
        return str(self.instrument.symbol)

    @property
    def change_pct(self) -> Decimal | None:
        """Percent from the previous regular close to the last price."""
        if not self.previous_close:
            return None
        return rounded((self.last - self.previous_close) / self.previous_close * 100)

    def find(self, name: str) -> Level | None:
        """The level of that name, in any case."""
        wanted = name.upper()
        return next((level for level in self.levels if level.name.upper() == wanted), None)

    def why_absent(self, name: str) -> str | None:
        """The reason why a known level is not on this map."""
        wanted = name.upper()
        for absence in self.absent:
            if wanted in (each.upper() for each in absence.names):
                return absence.reason
        return None

    def nearest(self, side: Side, price: Decimal | None = None) -> Level | None:
        """The nearest level on one side of `price` (the last price if None)."""
        at = self.last if price is None else price
        there = [level for level in self.levels if side_of(level.price, at) == side]
        return min(there, key=lambda level: abs(level.price - at), default=None)

    def as_json(self) -> dict[str, Any]:
        """JSON-ready: numbers are numbers of at most `PLACES` decimals, times are ISO 8601 in UTC."""
        session = self.session
        return {
            "symbol": self.symbol,
            "as_of": _iso(self.as_of),
            "session": {
                "date": session.date.isoformat(),
                "open": _iso(session.open),
                "close": _iso(session.close),
                "half_day": session.is_half_day,
            },
            "previous_session": self.previous_session and self.previous_session.isoformat(),
            "last": _number(self.last),
            "atr": _number(self.atr),
            "provider": self.provider.name,
            "simulated": self.provider.is_simulated,
            "missing_bars": self.missing_bars,
            "levels": [_level_json(level) for level in self.levels],
        }


def side_of(price: Decimal, last: Decimal) -> Side:
    """Where `price` lies as seen from `last`."""
    if price == last:
        return "at"
    return "above" if price > last else "below"


def rounded(value: Decimal) -> Decimal:
    """`value` at `PLACES` decimals without trailing zeros."""
    return value.quantize(_GRAIN, ROUND_HALF_EVEN).normalize() + 0


def _level_json(level: Level) -> dict[str, Any]:
    return {
        "name": level.name,
        "price": _number(level.price),
        "kind": level.kind,
        "distance": _number(level.distance),
        "distance_pct": _number(level.distance_pct),
        "distance_atr": _number(level.distance_atr),
        "tested": level.tested,
        "since": _iso(level.since),
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(rounded(value))


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
