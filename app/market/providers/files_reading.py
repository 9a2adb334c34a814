"""Bars out of one CSV or Parquet file, with every fault named by its line.

Decided: a clean file is read by pyarrow in one go. A file that pyarrow cannot take whole is read
again line by line, so that each fault has its true line. A faulty row is left out and reported,
never repaired. A file of which no row can be used is an error.

Times are ISO 8601 with an offset, or a UTC epoch: seconds below 1e11, then milliseconds, from 1e14
microseconds, from 1e17 nanoseconds. Files of days or longer may hold plain dates. A Parquet file
has rows instead of lines, counted from 1.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from typing_extensions import override

from app.core.errors import ProviderUnavailable
from app.market.calendar import FIRST_DAY, LAST_DAY
from app.market.models import Floats, Ints

PRICES = ("open", "high", "low", "close")
COLUMNS = ("time", *PRICES, "volume")

_EPOCH_UNITS = ((1e17, 1_000_000_000), (1e14, 1_000_000), (1e11, 1_000), (0.0, 1))
_EARLIEST = datetime(FIRST_DAY.year, 1, 1, tzinfo=UTC).timestamp()
_LATEST = datetime(LAST_DAY.year, 12, 31, tzinfo=UTC).timestamp()
_NO_TIME = np.iinfo(np.int64).min
_PLAIN_DATE = 10


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that was left out, and why. `line` counts from 1, the header included."""

    file: Path
    line: int
    reason: str

    @override
    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class FileRows:
    """What a file holds: rows sorted by `time` in Unix seconds, and the faults."""

    time: Ints
    prices: Floats
    volume: Floats
    line: Ints
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Raw:
    """Rows before any check; a time or a number that could not be read is _NO_TIME or NaN."""

    time: Ints
    numbers: Floats
    line: Ints
    faults: list[Fault]


class _Unclean(Exception):
    """Pyarrow cannot take this file whole; it has to be read line by line."""


def read_rows(path: Path, *, has_dates: bool, needs_volume: bool) -> FileRows:
    """The good rows of a file and its faults; `ProviderUnavailable` if nothing can be used.

    `has_dates` allows plain dates as times. Without `needs_volume` the column may be missing or
    empty, and counts as zero.
    """
    try:
        if path.stat().st_size == 0:
            return _nothing((Fault(path, 1, "the file is empty"),))
        raw = _raw(path, has_dates=has_dates, needs_volume=needs_volume)
    except OSError as error:
        raise ProviderUnavailable(f"{path} cannot be read: {error.strerror or error}.") from error
    return _checked(path, raw, needs_volume=needs_volume)


def _raw(path: Path, *, has_dates: bool, needs_volume: bool) -> _Raw:
    if path.suffix == ".parquet":
        return _parquet(path, has_dates=has_dates, needs_volume=needs_volume)
    try:
        return _clean_csv(path, has_dates=has_dates, needs_volume=needs_volume)
    except (_Unclean, pa.ArrowException):
        return _any_csv(path, has_dates=has_dates, needs_volume=needs_volume)


def _clean_csv(path: Path, *, has_dates: bool, needs_volume: bool) -> _Raw:
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        header = lines.readline().rstrip("\r\n").split(",")
    names = _names(path, header, needs_volume=needs_volume)
    table = pyarrow.csv.read_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(skip_rows=1, column_names=names),
        parse_options=pyarrow.csv.ParseOptions(ignore_empty_lines=False),
        convert_options=pyarrow.csv.ConvertOptions(
            include_columns=[name for name in COLUMNS if name in names],
            column_types={"time": pa.string()} | dict.fromkeys(COLUMNS[1:], pa.float64()),
        ),
    )
    return _columns(table, first_line=2, has_dates=has_dates)


def _parquet(path: Path, *, has_dates: bool, needs_volume: bool) -> _Raw:
    try:
        table = pyarrow.parquet.ParquetFile(path).read()
        names = _names(path, table.column_names, needs_volume=needs_volume)
        table = table.rename_columns(names).select([name for name in COLUMNS if name in names])
        return _columns(table, first_line=1, has_dates=has_dates)
    except (_Unclean, pa.ArrowException) as error:
        told = str(error).splitlines()[0][:120]
        raise ProviderUnavailable(f"{path} cannot be read: {told}.") from error


def _columns(table: pa.Table, *, first_line: int, has_dates: bool) -> _Raw:
    """A whole table in arrays; `_Unclean` if a time cannot be read as it stands."""
    count = table.num_rows
    volume = table["volume"] if "volume" in table.column_names else pa.nulls(count, pa.float64())
    columns = [*(table[name] for name in PRICES), volume]
    return _Raw(
        time=_whole_column(table["time"], has_dates=has_dates),
        numbers=np.array([column.cast(pa.float64()).to_numpy() for column in columns]),
        line=np.arange(first_line, first_line + count, dtype=np.int64),
        faults=[],
    )


def _whole_column(times: pa.ChunkedArray, *, has_dates: bool) -> Ints:
    kind = times.type
    if times.null_count:
        raise _Unclean("a time is missing")
    if pa.types.is_timestamp(kind) and kind.tz is None:
        raise _Unclean("times have no time zone")
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        if times.length() == 0:
            return np.empty(0, dtype=np.int64)
        first = str(times[0])
        if first.lstrip("-").isdigit():
            return _seconds(times.cast(pa.int64()).to_numpy())
        if has_dates and len(first) == _PLAIN_DATE:
            raise _Unclean("plain dates are read one by one")
    if pa.types.is_integer(kind):
        return _seconds(times.cast(pa.int64()).to_numpy())
    stamps: Ints = times.cast(pa.timestamp("s", tz="UTC")).cast(pa.int64()).to_numpy()
    return stamps


def _seconds(epochs: Ints) -> Ints:
    """Unix seconds out of an epoch in any unit, each told by its size."""
    result = epochs.copy()
    size = np.abs(epochs.astype(np.float64))
    for floor, per_second in _EPOCH_UNITS[:-1]:
        fits = (size >= floor) & (result == epochs) & (size < floor * 1000)
        if np.any(epochs[fits] % per_second):
            raise _Unclean("a time is not a whole second")
        result[fits] = epochs[fits] // per_second
    return result


def _any_csv(path: Path, *, has_dates: bool, needs_volume: bool) -> _Raw:
    """Line by line; what cannot be read becomes a fault."""
    faults: list[Fault] = []
    times: list[int] = []
    numbers: list[list[float]] = []
    lines: list[int] = []
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        reader = csv.reader(text)
        names = _names(path, next(reader, []), needs_volume=needs_volume)
        for line, row in _rows(path, reader):
            try:
                cells = _cells(names, row)
                time = _time(cells["time"], has_dates=has_dates)
                row_numbers = [_number(cells, name) for name in PRICES]
                row_numbers.append(_number(cells, "volume") if cells.get("volume") else np.nan)
            except ValueError as error:
                faults.append(Fault(path, line, str(error)))
                continue
            times.append(time)
            numbers.append(row_numbers)
            lines.append(line)
    return _Raw(
        time=np.array(times, dtype=np.int64),
        numbers=np.array(numbers, dtype=np.float64).reshape(-1, 5).T,
        line=np.array(lines, dtype=np.int64),
        faults=faults,
    )


def _rows(path: Path, reader: Iterable[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Lines that hold something, with their numbers."""
    try:
        for row in reader:
            if row:
                yield reader.line_num, row  # type: ignore[attr-defined]
    except csv.Error as error:
        line = reader.line_num + 1  # type: ignore[attr-defined]
        raise ProviderUnavailable(f"{path}, line {line} cannot be read: {error}.") from error


def _names(path: Path, header: Sequence[str], *, needs_volume: bool) -> list[str]:
    names = [name.strip().strip('"').lower() for name in header]
    wanted = COLUMNS if needs_volume else COLUMNS[:-1]
    missing = [name for name in wanted if name not in names]
    if missing:
        lacking = ", ".join(f"`{name}`" for name in missing)
        raise ProviderUnavailable(f"{path}, line 1: there is no column {lacking}.")
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if twice:
        raise ProviderUnavailable(f"{path}, line 1: there are two columns `{twice[0]}`.")
    return names


def _cells(names: list[str], row: list[str]) -> dict[str, str]:
    if len(row) != len(names):
        raise ValueError(f"it has {len(row)} columns instead of {len(names)}")
    return {name: cell.strip() for name, cell in zip(names, row, strict=True)}


def _number(cells: dict[str, str], name: str) -> float:
    try:
        return float(cells[name].replace("_", "?"))
    except ValueError:
        raise ValueError(f"{name} `{cells[name][:30]}` is not a number") from None


def _time(text: str, *, has_dates: bool) -> int:
    if text.lstrip("-").isdigit():
        try:
            return int(_seconds(np.array([int(text)], dtype=np.int64))[0])
        except (_Unclean, OverflowError):
            raise ValueError(f"time `{text[:30]}` is not a whole second") from None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"time `{text[:40]}` is not a time") from None
    if moment.tzinfo is None:
        if not (has_dates and len(text) == _PLAIN_DATE):
            raise ValueError(f"time `{text}` has no offset from UTC")
        moment = moment.replace(tzinfo=UTC)
    if moment.microsecond:
        raise ValueError(f"time `{text}` is not a whole second")
    return int(moment.timestamp())


def _checked(path: Path, raw: _Raw, *, needs_volume: bool) -> FileRows:
    opened, high, low, close, volume = raw.numbers
    if not needs_volume:
        volume = np.nan_to_num(volume, nan=0.0)
    prices = raw.numbers[:4]
    reasons = np.full(len(raw.time), "", dtype=object)
    for bad, reason in (
        ((raw.time < _EARLIEST) | (raw.time > _LATEST), "its time is out of the calendar's reach"),
        (~np.isfinite(prices).all(axis=0), "a price is missing or not a number"),
        ((prices <= 0).any(axis=0), "a price is zero or negative"),
        (high < low, "high is below low"),
        ((opened > high) | (opened < low), "open is outside of high and low"),
        ((close > high) | (close < low), "close is outside of high and low"),
        (~np.isfinite(volume), "volume is missing or not a number"),
        (volume < 0, "volume is negative"),
    ):
        reasons[bad & (reasons == "")] = reason
    _mark_disorder(path, raw, reasons)
    faults = raw.faults + [
        Fault(path, int(raw.line[row]), str(reasons[row])) for row in np.flatnonzero(reasons != "")
    ]
    faults.sort(key=lambda fault: fault.line)
    good = np.flatnonzero(reasons == "")
    if faults and len(good) == 0:
        raise ProviderUnavailable(
            f"No row of {path} can be used. Line {faults[0].line}: {faults[0].reason}."
        )
    return FileRows(raw.time[good], prices[:, good], volume[good], raw.line[good], tuple(faults))


def _mark_disorder(
    path: Path, raw: _Raw, reasons: "np.ndarray[tuple[int], np.dtype[np.object_]]"
) -> None:
    """Rows that repeat a time or step back; a lone leap ahead is itself the fault."""
    rows = np.flatnonzero(reasons == "")
    times = raw.time[rows]
    if len(times) > 2 and bool((np.diff(times) < 0).all()):
        line = int(raw.line[rows[1]])
        raise ProviderUnavailable(f"{path}, line {line}: rows run backwards; sort them by time.")
    before = np.concatenate(([_NO_TIME], times[:-1]))[:-1]
    leaps = np.flatnonzero((times[:-1] > times[1:]) & (before < times[1:]))
    reasons[rows[leaps]] = "its time is later than the next row's"
    rows, times = np.delete(rows, leaps), np.delete(times, leaps)
    latest = np.maximum.accumulate(np.concatenate(([_NO_TIME], times)))[:-1]
    reasons[rows[times < latest]] = "its time is earlier than the row before"
    is_repeated = np.isin(times, latest) & (times <= latest)
    reasons[rows[is_repeated]] = "its time is a duplicate"


def _nothing(faults: tuple[Fault, ...]) -> FileRows:
    empty = np.empty(0)
    none = np.empty(0, dtype=np.int64)
    return FileRows(none, np.empty((4, 0)), empty, none, faults)
