"""Reading and writing what is kept.

Decided: a series is replaced range by range. Writing deletes what was there, copies what is there
now and notes the range as covered, in one transaction, so a killed process leaves a range either as
it was or whole, and doing it again does no harm. Who reads holds the series' row shared until the
bars are read, so that nobody is told a range is covered whose bars are just being replaced.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Self, cast

import psycopg
from psycopg import sql
from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.infra.db.database import Database
from app.market.history.copying import COLUMNS, PIECES, bars_of_pieces, copy_of_bars
from app.market.history.partitions import Partitions, Retention, Window
from app.market.history.tables import BARS, SNAPSHOTS, BarSeriesRow, Partitioned
from app.market.models import Bars, Provider
from app.market.resample import empty_bars
from app.market.vendor import Snapshot


@dataclass(frozen=True, slots=True)
class Series:
    """Whose bars, and in which share count: `adjusted_to` is the date of the last split in effect."""

    provider: str
    symbol: Symbol
    timeframe: Timeframe
    adjusted_to: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a window: the bars, and the stretches that nobody has asked for yet."""

    bars: Bars
    missing: tuple[Window, ...]

    @classmethod
    def nothing(cls, series: Series, window: Window, provider: Provider) -> Self:
        return cls(empty_bars(series.symbol, series.timeframe, provider), (window,))


@dataclass(frozen=True, slots=True)
class Holding:
    """One series as `./coach history` lists it."""

    series: Series
    covered: tuple[Window, ...]
    verified_at: datetime | None


_MISSING = text(
    """
    SELECT lower(gap), upper(gap)
    FROM unnest(
        tstzmultirange(tstzrange(:start, :end)) - COALESCE(
            (SELECT covered FROM bar_series WHERE id = :id), '{}'::tstzmultirange)
    ) AS gap
    """
)
_READ_LOCK = text(
    """
    SELECT id FROM bar_series
    WHERE provider = :provider AND symbol = :symbol AND timeframe = :timeframe
      AND adjusted_to = :adjusted_to
    FOR SHARE
    """
)
_WRITE_LOCK = text(
    """
    INSERT INTO bar_series AS known (provider, symbol, timeframe, adjusted_to)
    VALUES (:provider, :symbol, :timeframe, :adjusted_to)
    ON CONFLICT (provider, symbol, timeframe) DO UPDATE SET provider = excluded.provider
    RETURNING id, adjusted_to
    """
)
_COVER = text(
    "UPDATE bar_series SET covered = covered + tstzmultirange(tstzrange(:start, :end)) WHERE id = :id"
)
_RESET = text("UPDATE bar_series SET covered = '{}', adjusted_to = :adjusted_to WHERE id = :id")
_VERIFIED = text("UPDATE bar_series SET verified_at = :at WHERE id = :id")
_KNOWN = text(
    "SELECT adjusted_to FROM bar_series"
    " WHERE provider = :provider AND symbol = :symbol AND timeframe = :timeframe"
)
_HOLDINGS = text(
    """
    SELECT provider, symbol, timeframe, adjusted_to, verified_at,
           array(SELECT ARRAY[lower(part), upper(part)] FROM unnest(covered) AS part) AS covered
    FROM bar_series ORDER BY symbol, provider, timeframe
    """
)
_KEEP_SNAPSHOT = text(
    """
    INSERT INTO price_snapshots
        (provider, symbol, at, last, open, high, low, volume, previous_close)
    VALUES (:provider, :symbol, :at, :last, :open, :high, :low, :volume, :previous_close)
    ON CONFLICT DO NOTHING
    """
)
_LAST_SNAPSHOT = text(
    """
    SELECT at, last, open, high, low, volume, previous_close FROM price_snapshots
    WHERE provider = :provider AND symbol = :symbol ORDER BY at DESC LIMIT 1
    """
)


class History:
    """What is kept in one database."""

    def __init__(self, database: Database, retention: Retention) -> None:
        self._database = database
        self.retention = retention
        self.partitions = Partitions(database, retention)

    async def find(self, series: Series, window: Window, provider: Provider) -> Kept:
        """What is kept of a window, and what is missing there; said to be from `provider`."""
        async with self._database.system() as session:
            number = (await session.execute(_READ_LOCK, _named(series))).scalar_one_or_none()
            if number is None:
                return Kept.nothing(series, window, provider)
            bounds = {"id": number, "start": window.start, "end": window.end}
            missing = (await session.execute(_MISSING, bounds)).all()
            bars = await _bars(session, series, number, window, provider)
        return Kept(bars, tuple(Window(start, end) for start, end in missing))

    async def keep(self, series: Series, bars: Bars, window: Window) -> bool:
        """From now on `bars` are all there is in `window`. False if they are adjusted to an older
        split than what is kept: then nothing is changed."""
        table = BARS[series.timeframe]
        row = table.row
        await self.partitions.make(table, window)
        inside = bars.between(window.start, window.end)
        async with self._database.system() as session:
            number, adjusted_to = (await session.execute(_WRITE_LOCK, _named(series))).one()
            if adjusted_to > series.adjusted_to:
                return False
            if adjusted_to != series.adjusted_to:
                await session.execute(delete(row).where(row.series == number))
                await session.execute(_RESET, {"id": number, "adjusted_to": series.adjusted_to})
            bounds = {"id": number, "start": window.start, "end": window.end}
            await session.execute(
                delete(row).where(
                    row.series == number, row.time >= window.start, row.time < window.end
                )
            )
            if len(inside):
                await _copy_in(session, table, copy_of_bars(inside, number))
            await session.execute(_COVER, bounds)
        return True

    async def note_verified(self, series: Series, at: datetime) -> None:
        async with self._database.system() as session:
            number = (await session.execute(_READ_LOCK, _named(series))).scalar_one_or_none()
            await session.execute(_VERIFIED, {"id": number, "at": at})

    async def holdings(self) -> Sequence[Holding]:
        """Every series that something is kept of."""
        async with self._database.system() as session:
            rows = (await session.execute(_HOLDINGS)).all()
        return [
            Holding(
                Series(row.provider, Symbol(row.symbol), Timeframe(row.timeframe), row.adjusted_to),
                tuple(Window(start, end) for start, end in row.covered),
                row.verified_at,
            )
            for row in rows
        ]

    async def known(self, provider: str, symbol: Symbol, timeframe: Timeframe) -> Series | None:
        """The series that is kept, in whichever share count."""
        asked = {"provider": provider, "symbol": symbol, "timeframe": timeframe.value}
        async with self._database.system() as session:
            name = (await session.execute(_KNOWN, asked)).scalar_one_or_none()
        return None if name is None else Series(provider, symbol, timeframe, name)

    async def count(self, series: Series) -> int:
        """How many bars are kept of a series."""
        row = BARS[series.timeframe].row
        of_series = select(BarSeriesRow.id).filter_by(**_named(series))
        async with self._database.system() as session:
            counted = await session.execute(
                select(func.count()).select_from(row).where(row.series.in_(of_series))
            )
            return int(counted.scalar_one())

    async def keep_snapshot(self, snapshot: Snapshot) -> None:
        """Add what a provider said just now."""
        await self.partitions.make(
            SNAPSHOTS, Window(snapshot.at, snapshot.at + timedelta(seconds=1))
        )
        async with self._database.system() as session:
            await session.execute(
                _KEEP_SNAPSHOT,
                {
                    "provider": snapshot.provider.name,
                    "symbol": snapshot.symbol,
                    "at": snapshot.at,
                    **{name: getattr(snapshot, name) for name in _SNAPSHOT_COLUMNS},
                },
            )

    async def last_snapshot(self, symbol: Symbol, provider: Provider) -> Snapshot | None:
        """The last that was kept, said to be from `provider`."""
        async with self._database.system() as session:
            found = (
                await session.execute(_LAST_SNAPSHOT, {"provider": provider.name, "symbol": symbol})
            ).one_or_none()
        if found is None:
            return None
        values: dict[str, Decimal] = {name: getattr(found, name) for name in _SNAPSHOT_COLUMNS}
        return Snapshot(symbol=symbol, at=found.at, provider=provider, **values)


_SNAPSHOT_COLUMNS = ("last", "open", "high", "low", "volume", "previous_close")


def _named(series: Series) -> dict[str, Any]:
    return {
        "provider": series.provider,
        "symbol": series.symbol,
        "timeframe": series.timeframe.value,
        "adjusted_to": series.adjusted_to,
    }


async def _bars(
    session: AsyncSession, series: Series, number: int, window: Window, provider: Provider
) -> Bars:
    table = BARS[series.timeframe]
    statement = sql.SQL(
        "SELECT {pieces} FROM (SELECT * FROM {table}"
        " WHERE series = %s AND time >= %s AND time < %s ORDER BY time) AS bars"
    ).format(pieces=sql.SQL(PIECES), table=sql.Identifier(table.name))
    async with _cursor(session) as cursor:
        await cursor.execute(statement, (number, window.start, window.end))
        pieces = await cursor.fetchone()
    if pieces is None:
        raise ValueError("an aggregate without a row")
    return bars_of_pieces(pieces, series.symbol, series.timeframe, provider)


async def _copy_in(session: AsyncSession, table: Partitioned, rows: bytes) -> None:
    statement = sql.SQL("COPY {table} (series, time, {columns}) FROM STDIN").format(
        table=sql.Identifier(table.name),
        columns=sql.SQL(", ").join(map(sql.Identifier, COLUMNS)),
    )
    async with _cursor(session) as cursor, cursor.copy(statement) as copy:
        await copy.write(rows)


@asynccontextmanager
async def _cursor(session: AsyncSession) -> AsyncIterator["psycopg.AsyncCursor[Any]"]:
    """A cursor of psycopg's own, for COPY and bytes as they are, in the session's transaction."""
    connection = await (await session.connection()).get_raw_connection()
    driver = cast("psycopg.AsyncConnection[Any]", connection.driver_connection)
    try:
        async with driver.cursor(binary=True) as cursor:
            yield cursor
    except psycopg.OperationalError as error:
        raise ProviderUnavailable("The database does not answer; try again.") from error
