"""Dates and rates out of CSV files in a folder; the layout stands in docs/providers.md.

Decided: a file with a faulty row is not used at all, because a calendar that silently lacks a row
looks complete. `faults` names each by file, line and column; an answer only says that there are some,
since a line number in it would be read as a figure. A file that is not there is `NotCovered`. What was
read is kept until the file changes.
"""

import asyncio
import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from typing_extensions import override

from app.core.errors import InvalidInput, ProviderUnavailable
from app.core.symbols import Symbol
from app.infra.faults import CannotStart
from app.macro.news import Article, Mood, address_of, headline_of
from app.macro.source import (
    Distribution,
    Earnings,
    Importance,
    Inflation,
    MacroSource,
    Measure,
    Outcome,
    Release,
    Tenor,
    Timing,
    Yields,
    plain,
)
from app.macro.timing import timing_of
from app.market.models import Provider
from app.market.vendor import NotCovered

Row = TypeVar("Row")
Cells = Mapping[str, str]

LARGEST_BYTES = 8 * 1024 * 1024
_NEW_YORK = ZoneInfo("America/New_York")
_TIMINGS = {
    "before open": Timing.BEFORE_OPEN,
    "in session": Timing.IN_SESSION,
    "after close": Timing.AFTER_CLOSE,
}
Day = date
_Rate = Annotated[Decimal, Field(ge=-10, le=100)]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _EarningsLine(_Line):
    symbol: str
    date: Day
    time: str = ""
    company: str = ""
    period: str = ""
    confirmed: bool = False
    importance: Importance | None = None
    eps_estimate: Decimal | None = None
    eps_actual: Decimal | None = None


class _ReleaseLine(_Line):
    name: str
    date: Day
    time: time
    importance: Importance | None = None
    period: str = ""
    measure: Measure = Measure.PERCENT
    forecast: Decimal | None = None
    previous: Decimal | None = None
    actual: Decimal | None = None


class _DividendLine(_Line):
    symbol: str
    ex_date: Day
    amount: Annotated[Decimal, Field(gt=0, le=1000)]


class _NewsLine(_Line):
    symbol: str
    date: Day
    time: time
    headline: str
    publisher: str
    url: str = ""
    mood: Mood | None = None


class _InflationLine(_Line):
    date: Day
    five_years: _Rate | None = None
    ten_years: _Rate | None = None


class _OutcomeLine(_Line):
    date: Day
    meeting: Day
    low: _Rate
    high: _Rate
    probability: Annotated[Decimal, Field(ge=0, le=100)]


@dataclass(frozen=True, slots=True)
class _Kind(Generic[Row]):
    """A file: its name, how a line of it becomes a value, and the day that value is sorted by."""

    file: str
    read: Callable[[Cells, Provider], Row]
    day: Callable[[Row], date]


@dataclass(frozen=True, slots=True)
class _Kept:
    version: tuple[int, int]
    rows: tuple[Any, ...]
    faults: tuple[str, ...]


class FilesSource(MacroSource):
    """The files of `folder`; `CannotStart` if there is no such folder."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise CannotStart(f"COACH_MACRO__FOLDER: {folder} is not a folder.")
        self._folder = folder
        self._provider = Provider(name=f"files in {plain(folder.name)}")
        self._kept: dict[str, _Kept] = {}

    @property
    @override
    def name(self) -> str:
        return self._provider.name

    @override
    async def earnings(
        self, first: date, last: date, symbol: Symbol | None = None
    ) -> tuple[Earnings, ...]:
        found = await self._between(_EARNINGS, first, last)
        return tuple(each for each in found if symbol in (None, each.symbol))

    @override
    async def releases(self, first: date, last: date) -> tuple[Release, ...]:
        return await self._between(_RELEASES, first, last)

    @override
    async def yields(self, first: date, last: date) -> tuple[Yields, ...]:
        return await self._between(_YIELDS, first, last)

    @override
    async def inflation(self, first: date, last: date) -> tuple[Inflation, ...]:
        return await self._between(_INFLATION, first, last)

    @override
    async def outcomes(self, first: date, last: date) -> tuple[Outcome, ...]:
        return await self._between(_OUTCOMES, first, last)

    @override
    async def dividends(self, first: date, last: date, symbol: Symbol) -> tuple[Distribution, ...]:
        found = await self._between(_DIVIDENDS, first, last)
        return tuple(each for each in found if each.symbol == symbol)

    @override
    async def news(self, first: date, last: date, symbol: Symbol) -> tuple[Article, ...]:
        found = await self._between(_NEWS, first, last)
        return tuple(each for each in found if each.symbol == symbol)

    @override
    async def close(self) -> None:
        pass

    def faults(self) -> list[str]:
        """What is wrong with the files, each by file, line and column; empty if they can be used."""
        return [
            fault
            for kind in _KINDS
            if (self._folder / kind.file).is_file()
            for fault in self._read(kind).faults
        ]

    async def _between(self, kind: _Kind[Row], first: date, last: date) -> tuple[Row, ...]:
        if not (self._folder / kind.file).is_file():
            raise NotCovered(f"There is no {kind.file} in the folder of COACH_MACRO__FOLDER.")
        kept = await asyncio.to_thread(self._read, kind)
        if kept.faults:
            raise ProviderUnavailable(
                f"{kind.file} in the folder of COACH_MACRO__FOLDER has faulty rows and is not used; "
                "`./coach doctor` names them."
            )
        return tuple(row for row in kept.rows if first <= kind.day(row) <= last)

    def _read(self, kind: _Kind[Any]) -> _Kept:
        path = self._folder / kind.file
        try:
            found = path.stat()
            version = (found.st_mtime_ns, found.st_size)
            kept = self._kept.get(kind.file)
            if kept is None or kept.version != version:
                kept = self._kept[kind.file] = self._parsed(kind, path, version)
        except OSError as error:
            raise ProviderUnavailable(
                f"{kind.file} cannot be read: {type(error).__name__}."
            ) from error
        return kept

    def _parsed(self, kind: _Kind[Any], path: Path, version: tuple[int, int]) -> _Kept:
        if version[1] > LARGEST_BYTES:
            return _Kept(version, (), (f"{kind.file}: larger than {LARGEST_BYTES >> 20} MB",))
        rows, faults = [], []
        try:
            for line, cells in _lines(path):
                try:
                    rows.append(kind.read(cells, self._provider))
                except (ValueError, InvalidInput) as error:
                    faults.append(f"{kind.file}, line {line}: {_reason(error)}")
        except (csv.Error, UnicodeDecodeError) as error:
            faults.append(f"{kind.file}: not a CSV file in UTF-8 ({error})")
        return _Kept(version, tuple(sorted(rows, key=kind.day)), tuple(faults))


def _lines(path: Path) -> Iterator[tuple[int, Cells]]:
    """The rows that are not empty, with their lines; empty cells are left out."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restkey="", strict=True)
        for row in reader:
            cells = {
                (name or "").strip().lower(): value.strip() if isinstance(value, str) else value
                for name, value in row.items()
                if value is not None
            }
            if any(cells.values()):
                yield reader.line_num, {name: value for name, value in cells.items() if value}


def _reason(error: Exception) -> str:
    if isinstance(error, InvalidInput):
        return error.message
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(
        "more cells than columns"
        if each["loc"] == ("",)
        else f"{'.'.join(map(str, each['loc']))}: {_shortened(each)}"
        for each in error.errors(include_url=False)
    )


def _shortened(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "there is no such column"
    if fault["type"] == "missing":
        return "is missing"
    return f"{str(fault['msg'])[:1].lower()}{str(fault['msg'])[1:]}, not {plain(str(fault['input']))!r}"


def _earnings(cells: Cells, provider: Provider) -> Earnings:
    line = _EarningsLine.model_validate(cells)
    at = None
    timing = _TIMINGS.get(line.time.lower())
    if line.time and timing is None:
        at = _moment(line.date, _clock_time(line.time))
        timing = timing_of(at)
    return Earnings(
        symbol=Symbol.parse(line.symbol),
        company=plain(line.company),
        on=line.date,
        at=at,
        timing=timing,
        is_confirmed=line.confirmed,
        period=plain(line.period),
        importance=line.importance,
        eps_estimate=line.eps_estimate,
        eps_actual=line.eps_actual,
        provider=provider,
    )


def _clock_time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"time: write 16:05 (New York), before open, in session or after close, not {plain(text)!r}"
        ) from None


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at.replace(tzinfo=None), _NEW_YORK).astimezone(UTC)


def _release(cells: Cells, provider: Provider) -> Release:
    line = _ReleaseLine.model_validate(cells)
    return Release(
        name=plain(line.name),
        at=_moment(line.date, line.time),
        importance=line.importance,
        period=plain(line.period),
        measure=line.measure,
        forecast=line.forecast,
        previous=line.previous,
        actual=line.actual,
        provider=provider,
    )


class _DayLine(_Line):
    date: Day
    points: dict[Tenor, _Rate] = Field(min_length=1)


def _yields(cells: Cells, provider: Provider) -> Yields:
    points = {name: value for name, value in cells.items() if name != "date"}
    line = _DayLine.model_validate({"date": cells.get("date"), "points": points})
    return Yields(on=line.date, points=line.points, provider=provider)


def _inflation(cells: Cells, provider: Provider) -> Inflation:
    line = _InflationLine.model_validate(cells)
    return Inflation(
        on=line.date, five_years=line.five_years, ten_years=line.ten_years, provider=provider
    )


def _outcome(cells: Cells, provider: Provider) -> Outcome:
    line = _OutcomeLine.model_validate(cells)
    if line.high < line.low:
        raise ValueError("high: lies below low")
    return Outcome(
        on=line.date,
        meeting=line.meeting,
        low=line.low,
        high=line.high,
        probability=line.probability,
        provider=provider,
    )


def _dividend(cells: Cells, provider: Provider) -> Distribution:
    line = _DividendLine.model_validate(cells)
    return Distribution(
        symbol=Symbol.parse(line.symbol),
        ex_date=line.ex_date,
        amount=line.amount,
        provider=provider,
    )


def _article(cells: Cells, provider: Provider) -> Article:
    line = _NewsLine.model_validate(cells)
    return Article(
        symbol=Symbol.parse(line.symbol),
        at=_moment(line.date, line.time),
        headline=headline_of(line.headline),
        publisher=plain(line.publisher),
        url=address_of(line.url),
        mood=line.mood,
        provider=provider,
    )


_EARNINGS = _Kind("earnings.csv", _earnings, lambda row: row.on)
_RELEASES = _Kind("releases.csv", _release, lambda row: row.at.astimezone(_NEW_YORK).date())
_YIELDS = _Kind("yields.csv", _yields, lambda row: row.on)
_INFLATION = _Kind("inflation.csv", _inflation, lambda row: row.on)
_OUTCOMES = _Kind("expectations.csv", _outcome, lambda row: row.on)
_DIVIDENDS = _Kind("dividends.csv", _dividend, lambda row: row.ex_date)
_NEWS = _Kind("news.csv", _article, lambda row: row.at.astimezone(_NEW_YORK).date())
_KINDS: tuple[_Kind[Any], ...] = (
    _EARNINGS,
    _RELEASES,
    _YIELDS,
    _INFLATION,
    _OUTCOMES,
    _DIVIDENDS,
    _NEWS,
)
