"""What must be fetched to evaluate a formula: bars, and values that others give."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from app.core.timeframes import Timeframe
from app.formula.lookback import lookback
from app.formula.syntax import DayTime, Node, OnDays, Reading, Tested, walk
from app.formula.vocabulary import Kind, Role
from app.formula.writing import key_of, setting_text


@dataclass(frozen=True, slots=True)
class BarsNeed:
    """Bars of a timeframe; None is that of the bars the formula is asked on.

    `bars` is how many there must be for the last of them to have its value, the warm-up of averages
    that feed on themselves included. `sessions` is how many trading days must be there from their
    open (1: the running one), for what is counted by the day.
    """

    timeframe: Timeframe | None
    bars: int
    sessions: int = 0


@dataclass(frozen=True, slots=True)
class OutsideNeed:
    """A value that others give, under `key`: its canonical text, such as `pdh` or
    `position("SPX condor").pnl`. `past` is how many bars before the last it is also looked at."""

    key: str
    name: str
    settings: tuple[str, ...]
    part: str
    kind: Kind
    provider: str
    past: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """All that one formula reads. `indicators` are canonical texts, for cards and for logs. Without
    volume, as for an index, what `asks_volume` stays unknown."""

    bars: tuple[BarsNeed, ...]
    levels: tuple[OutsideNeed, ...]
    outside: tuple[OutsideNeed, ...]
    indicators: tuple[str, ...]
    asks_time: bool
    asks_volume: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of everything the caller gives."""
        return tuple(each.key for each in (*self.levels, *self.outside))


def needs_of(tree: Node, base: Timeframe | None = None) -> Needs:
    """What `tree` reads, asked on bars of `base`."""
    readings = [node for node in walk(tree) if isinstance(node, Reading)]
    deep = lookback(tree, base)
    return Needs(
        bars=tuple(_bars(readings, deep.bars, deep.sessions)),
        levels=tuple(_given(readings, Role.LEVEL, deep.past)),
        outside=tuple(_given(readings, Role.OUTSIDE, deep.past)),
        indicators=tuple(
            dict.fromkeys(key_of(each) for each in readings if each.word.role is Role.INDICATOR)
        ),
        asks_volume=any(each.word.name in ("volume", "vwap", "rvol") for each in readings),
        asks_time=any(isinstance(node, DayTime | OnDays | Tested) for node in walk(tree)),
    )


def _bars(
    readings: Iterable[Reading],
    bars: Mapping[Timeframe | None, int],
    sessions: Mapping[Timeframe | None, int],
) -> Iterator[BarsNeed]:
    yield BarsNeed(None, max(bars.get(None, 1), 1), sessions.get(None, 0))
    for timeframe in sorted(filter(None, bars), key=list(Timeframe).index):
        yield BarsNeed(timeframe, bars[timeframe], sessions.get(timeframe, 0))


def _given(
    readings: Iterable[Reading], role: Role, past: Mapping[str, int]
) -> Iterator[OutsideNeed]:
    seen: set[str] = set()
    for each in readings:
        key = key_of(each)
        if each.word.role is not role or key in seen:
            continue
        seen.add(key)
        settings = tuple(setting_text(setting) for setting in each.settings)
        yield OutsideNeed(
            key,
            each.word.name,
            settings,
            each.part,
            each.kind,
            each.word.provider,
            past.get(key, 0),
        )
