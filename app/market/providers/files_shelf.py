"""The folder of a files market: which symbols it has, and their bars as they are stored.

Folders are named by symbol and timeframe. A folder's name is a symbol in any usual spelling:
`BRK-B`, `^SPX`, and for pairs `BTC-USD`, `BTC_USD` or, if the pair is a known one, `BTCUSD`. What
was read is kept until a file of the folder changes, appears or goes.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from app.core.errors import CoachError, InvalidInput
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.market.calendar import ROUND_THE_CLOCK, US, session_table, timezone_of
from app.market.directory import find_instrument
from app.market.models import Bars, Instrument, Ints, Provider
from app.market.providers.files_reading import Fault, FileRows, read_rows
from app.market.resample import empty_bars, period_numbers
from app.market.traits import Traits, read_traits

UNIVERSE = "universe.csv"
"""Beside the folders: `Ticker,Sector,Market Cap,Option Volume`, or an export that has such columns."""

_SUFFIXES = (".csv", ".parquet")
_PAIR = re.compile(r"([A-Z0-9]{2,10})[-_]([A-Z]{3,5})")
_JOINED_PAIR = re.compile(r"([A-Z0-9]{2,10})(USD)T?")
_SERIES_KEPT = 64
_DAY = 86_400

_Version = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """Bars of one folder, sorted, when each is over, and the rows that were left out."""

    bars: Bars
    ends: Ints
    faults: tuple[Fault, ...]


class Shelf:
    """Reads a directory of bars. Nothing is cached by time: every look sees the files as they are."""

    def __init__(self, directory: Path) -> None:
        if not directory.is_dir():
            raise InvalidInput(f"There is no folder {directory} to take bars from.")
        self.directory = directory
        self.provider = Provider(name=f"files in {directory.name}")
        self._kept: OrderedDict[tuple[str, Timeframe], tuple[_Version, Stored]] = OrderedDict()

    def traits(self) -> Mapping[Symbol, Traits]:
        """What the table of the universe says; nothing without one."""
        path = self.directory / UNIVERSE
        try:
            return read_traits(path.read_text(encoding="utf-8", errors="replace"))
        except FileNotFoundError:
            return {}

    def folders(self) -> dict[Symbol, Path]:
        """Symbol folders, by symbol."""
        found = {}
        for path in sorted(self.directory.iterdir()):
            symbol = symbol_of_folder(path.name) if path.is_dir() else None
            if symbol is not None:
                found[symbol] = path
        return found

    def timeframes(self, symbol: Symbol) -> tuple[Timeframe, ...]:
        """The timeframes a symbol has files for, shortest first."""
        folder = self.folders().get(symbol)
        if folder is None:
            return ()
        return tuple(each for each in Timeframe if any(_files(folder / each)))

    def stored(self, symbol: Symbol, timeframe: Timeframe) -> Stored:
        """All usable bars of one folder; `ProviderUnavailable` for a file nothing can be made of."""
        folder = self.folders()[symbol] / timeframe
        version = tuple(
            (path.name, stat.st_mtime_ns, stat.st_size)
            for path in _files(folder)
            for stat in (path.stat(),)
        )
        kept = self._kept.get((symbol, timeframe))
        if kept is None or kept[0] != version:
            kept = version, self._read(symbol, timeframe, folder)
            self._kept[symbol, timeframe] = kept
        self._kept.move_to_end((symbol, timeframe))
        while len(self._kept) > _SERIES_KEPT:
            self._kept.popitem(last=False)
        return kept[1]

    def check(self) -> tuple[Fault, ...]:
        """Every fault of every file, unreadable files and folders of unknown names included."""
        faults: list[Fault] = []
        faults += [
            Fault(path, 1, "the folder's name is not a symbol")
            for path in sorted(self.directory.iterdir())
            if path.is_dir() and symbol_of_folder(path.name) is None
        ]
        for symbol, folder in self.folders().items():
            known = {str(each) for each in Timeframe}
            faults += [
                Fault(path, 1, f"the folder's name is not a timeframe ({', '.join(Timeframe)})")
                for path in sorted(folder.iterdir())
                if path.is_dir() and path.name not in known
            ]
            for timeframe in self.timeframes(symbol):
                try:
                    faults += self.stored(symbol, timeframe).faults
                except CoachError as error:
                    faults.append(Fault(folder / timeframe, 1, error.message))
        return tuple(faults)

    def _read(self, symbol: Symbol, timeframe: Timeframe, folder: Path) -> Stored:
        instrument = instrument_of(symbol)
        parts: list[tuple[Path, FileRows]] = []
        faults: list[Fault] = []
        for path in _files(folder):
            rows = read_rows(
                path,
                has_dates=not timeframe.is_intraday,
                needs_volume=instrument.has_volume,
            )
            parts.append((path, rows))
            faults += rows.faults
        bars = empty_bars(symbol, timeframe, self.provider)
        if parts:
            bars, more = _one_series(parts, instrument, timeframe, self.provider)
            faults += more
        return Stored(bars, bar_ends(bars, instrument.calendar), tuple(faults))


def symbol_of_folder(name: str) -> Symbol | None:
    """The symbol a folder's name spells, None if it spells none."""
    spelled = name.strip().upper().removeprefix("^")
    pair = _PAIR.fullmatch(spelled)
    if pair is not None:
        return Symbol(f"{pair[1]}/{pair[2]}")
    joined = _JOINED_PAIR.fullmatch(spelled)
    if joined is not None and find_instrument(f"{joined[1]}/{joined[2]}") is not None:
        return Symbol(f"{joined[1]}/{joined[2]}")
    try:
        return Symbol.parse(spelled)
    except InvalidInput:
        return None


def instrument_of(symbol: Symbol) -> Instrument:
    """What the directory says of a symbol; an unknown pair is crypto, anything else a share."""
    known = find_instrument(symbol)
    if known is not None:
        return known
    is_pair = "/" in symbol
    return Instrument(
        symbol=symbol,
        name=str(symbol),
        asset_class=AssetClass.CRYPTO if is_pair else AssetClass.STOCK,
        calendar=ROUND_THE_CLOCK if is_pair else US,
    )


def bar_ends(bars: Bars, calendar: str) -> Ints:
    """When each bar is over, in Unix seconds: at its length or its session's last bell."""
    table = session_table(calendar)
    if bars.timeframe.is_intraday:
        length = bars.timeframe.minutes * 60
        owner = np.searchsorted(table.premarket_opens, bars.time, side="right") - 1
        ends, closes = bars.time + length, table.closes[owner]
        cut = np.where(bars.time < closes, closes, table.after_hours_closes[owner])
        return np.where(bars.time < cut, np.minimum(ends, cut), ends)
    last = np.searchsorted(table.opens, bars.time, side="right") - 1
    if bars.timeframe is not Timeframe.D1:
        periods = period_numbers(table.ordinals, bars.timeframe)
        last = np.searchsorted(periods, periods[last], side="right") - 1
    ends_of_days: Ints = table.closes[last]
    return ends_of_days


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES)


def _one_series(
    parts: list[tuple[Path, FileRows]],
    instrument: Instrument,
    timeframe: Timeframe,
    provider: Provider,
) -> tuple[Bars, list[Fault]]:
    """The rows of all files of a folder, earliest file's first where two hold the same time."""
    time = np.concatenate([rows.time for _, rows in parts])
    line = np.concatenate([rows.line for _, rows in parts])
    origin = np.repeat(np.arange(len(parts)), [len(rows.time) for _, rows in parts])
    if not timeframe.is_intraday:
        time = _session_opens(time, instrument, timeframe)
    order = np.argsort(time, kind="stable")
    repeated = np.zeros(len(time), dtype=bool)
    repeated[order[1:]] = np.diff(time[order]) == 0
    homeless = time == 0
    faults = [
        Fault(
            parts[origin[row]][0],
            int(line[row]),
            "there was no session on that day" if homeless[row] else "its time is a duplicate",
        )
        for row in np.flatnonzero(repeated | homeless)
    ]
    kept = order[~(repeated | homeless)[order]]
    prices = np.concatenate([rows.prices for _, rows in parts], axis=1)[:, kept]
    volume = np.concatenate([rows.volume for _, rows in parts])[kept]
    bars = Bars(
        symbol=instrument.symbol,
        timeframe=timeframe,
        time=time[kept],
        open=prices[0],
        high=prices[1],
        low=prices[2],
        close=prices[3],
        volume=volume,
        provider=provider,
    )
    return bars, faults


def _session_opens(time: Ints, instrument: Instrument, timeframe: Timeframe) -> Ints:
    """The opens of the sessions (or first sessions of the periods) that days stand for, else 0.

    Midnight UTC names that UTC date; any other moment the date on the exchange's wall.
    """
    table, zone = session_table(instrument.calendar), timezone_of(instrument.calendar)
    ordinals = np.array(
        [
            datetime.fromtimestamp(int(at), UTC if at % _DAY == 0 else zone).toordinal()
            for at in time
        ],
        dtype=np.int64,
    )
    if timeframe is Timeframe.D1:
        place = np.searchsorted(table.ordinals, ordinals)
        return np.where(table.ordinals[place] == ordinals, table.opens[place], 0)
    periods = period_numbers(table.ordinals, timeframe)
    place = np.searchsorted(periods, period_numbers(ordinals, timeframe))
    opens: Ints = table.opens[place]
    return opens
