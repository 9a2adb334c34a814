"""Bars into PostgreSQL by COPY, and out of it as whole columns.

Decided: prices are NUMERIC in the database, as everywhere, and float64 in arrays. On the way in a
float is written as the shortest decimal that names it; on the way out PostgreSQL makes the same float
of it again and hands over each column in one piece, its floats as the network sends them, which numpy
reads as they are. That is faster than fetching rows, even rows of floats.
"""

from collections.abc import Sequence
from itertools import repeat
from typing import Any

import numpy as np

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.models import Bars, Provider
from app.market.resample import empty_bars

COLUMNS = ("open", "high", "low", "close", "volume")

_EPOCH_SECONDS = 946_684_800
"""PostgreSQL counts from 2000-01-01, in microseconds."""
PIECES = ", ".join(
    [
        "string_agg(timestamptz_send(time), '')",
        *(f"string_agg(float8send({column}::float8), '')" for column in COLUMNS),
    ]
)
"""What to select of rows in order of time for `bars_of_pieces`."""


def copy_of_bars(bars: Bars, series: int) -> bytes:
    """Rows of COPY's text form: series, time, prices, volume."""
    times = np.datetime_as_string(bars.time.astype("datetime64[s]"), timezone="UTC").tolist()
    columns = [map(float.__repr__, getattr(bars, name).tolist()) for name in COLUMNS]
    rows = map("\t".join, zip(repeat(str(series)), times, *columns, strict=False))
    return "\n".join(rows).encode()


def bars_of_pieces(
    pieces: Sequence[bytes | None], symbol: Symbol, timeframe: Timeframe, provider: Provider
) -> Bars:
    """The bars of one row of `PIECES`, which are all None where there was no bar."""
    time, *columns = pieces
    if time is None:
        return empty_bars(symbol, timeframe, provider)
    arrays: dict[str, Any] = {
        name: np.frombuffer(piece or b"", ">f8").astype(np.float64)
        for name, piece in zip(COLUMNS, columns, strict=True)
    }
    return Bars(
        symbol=symbol,
        timeframe=timeframe,
        time=np.frombuffer(time, ">i8").astype(np.int64) // 1_000_000 + _EPOCH_SECONDS,
        **arrays,
        provider=provider,
    )
