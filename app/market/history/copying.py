"""Bars into and out of PostgreSQL's COPY.

Decided: prices are NUMERIC in the database, as everywhere, and float64 in arrays. On the way in a
float is written as the shortest decimal that names it, on the way out PostgreSQL makes the same float
of it again; rows come out in COPY's binary form, whose records of seven fixed fields numpy reads as
one array. Measured for a month of minutes (12,000 bars, two cores): written in 60 ms and read in 20,
where double precision columns took 16 and 14.
"""

from itertools import repeat
from typing import Any

import numpy as np

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.models import Bars, Provider

COLUMNS = ("open", "high", "low", "close", "volume")

_EPOCH_SECONDS = 946_684_800
"""PostgreSQL counts from 2000-01-01, in microseconds."""
_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_HEADER_BYTES = len(_SIGNATURE) + 8
_TRAILER = b"\xff\xff"
_RECORD = np.dtype(
    [
        ("fields", ">i2"),
        ("time length", ">i4"),
        ("time", ">i8"),
        *[part for column in COLUMNS for part in ((f"{column} length", ">i4"), (column, ">f8"))],
    ]
)

SELECTED = ", ".join(["time", *(f"{column}::float8" for column in COLUMNS)])
"""The columns that `bars_of_copy` understands, in its order."""


def copy_of_bars(bars: Bars, series: int) -> bytes:
    """Rows of COPY's text form: series, time, prices, volume."""
    times = np.datetime_as_string(bars.time.astype("datetime64[s]"), timezone="UTC").tolist()
    columns = [map(float.__repr__, getattr(bars, name).tolist()) for name in COLUMNS]
    rows = map("\t".join, zip(repeat(str(series)), times, *columns, strict=False))
    return "\n".join(rows).encode()


def bars_of_copy(data: bytes, symbol: Symbol, timeframe: Timeframe, provider: Provider) -> Bars:
    """The bars of a binary COPY of `SELECTED`, ordered by time; ValueError if it is none."""
    if not data.startswith(_SIGNATURE) or not data.endswith(_TRAILER):
        raise ValueError("this is no binary COPY")
    rows = np.frombuffer(data[_HEADER_BYTES : -len(_TRAILER)], _RECORD)
    if len(rows) and not bool((rows["fields"] == len(COLUMNS) + 1).all()):
        raise ValueError("this COPY has other columns")
    arrays: dict[str, Any] = {name: rows[name].astype(np.float64) for name in COLUMNS}
    return Bars(
        symbol=symbol,
        timeframe=timeframe,
        time=rows["time"].astype(np.int64) // 1_000_000 + _EPOCH_SECONDS,
        **arrays,
        provider=provider,
    )
