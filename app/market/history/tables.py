"""The tables of history: a row a series, a row a bar, partitions by time.

Decided: what is covered is known by series, as a set of ranges, because a minute without a bar may
be one that nobody traded in or one that nobody asked for. Rows of bars have no foreign key to their
series: checking it would cost more than writing the row, and only `app.market.history` writes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Identity, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSTZMULTIRANGE
from sqlalchemy.orm import Mapped, mapped_column

from app.core.timeframes import Timeframe
from app.infra.db.rows import Row


class Span(StrEnum):
    """How much time a partition holds. All begin at 00:00 UTC, weeks on Monday."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    def start_of(self, at: datetime) -> datetime:
        """The start of the span that `at` is in."""
        day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        if self is Span.WEEK:
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self is Span.MONTH else day.replace(month=1, day=1)

    def after(self, start: datetime) -> datetime:
        """The start of the next one."""
        longest = {Span.WEEK: 7, Span.MONTH: 31, Span.YEAR: 366}[self]
        return self.start_of(start + timedelta(days=longest))


class BarSeriesRow(Row):
    """One provider's bars of one symbol and timeframe, adjusted for splits up to `adjusted_to`."""

    __tablename__ = "bar_series"
    __table_args__ = (
        UniqueConstraint("provider", "symbol", "timeframe", name="uq_bar_series_provider"),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    provider: Mapped[str] = mapped_column(Text)
    symbol: Mapped[str] = mapped_column(Text)
    timeframe: Mapped[str] = mapped_column(Text)
    adjusted_to: Mapped[str] = mapped_column(Text)
    covered: Mapped[str] = mapped_column(TSTZMULTIRANGE, server_default="{}")
    verified_at: Mapped[datetime | None]


class BarColumns:
    """What every table of bars has."""

    series: Mapped[int] = mapped_column(Integer, primary_key=True)
    time: Mapped[datetime] = mapped_column(primary_key=True)
    open: Mapped[Decimal]
    high: Mapped[Decimal]
    low: Mapped[Decimal]
    close: Mapped[Decimal]
    volume: Mapped[Decimal]


class MinuteBarRow(BarColumns, Row):
    __tablename__ = "bars_1m"
    __table_args__ = {"postgresql_partition_by": "RANGE (time)"}  # noqa: RUF012 - SQLAlchemy's way


class FiveMinuteBarRow(BarColumns, Row):
    __tablename__ = "bars_5m"
    __table_args__ = {"postgresql_partition_by": "RANGE (time)"}  # noqa: RUF012 - SQLAlchemy's way


class DailyBarRow(BarColumns, Row):
    __tablename__ = "bars_1d"
    __table_args__ = {"postgresql_partition_by": "RANGE (time)"}  # noqa: RUF012 - SQLAlchemy's way


class PriceSnapshotRow(Row):
    """What a provider said a symbol costs, at most once a minute."""

    __tablename__ = "price_snapshots"
    __table_args__ = {"postgresql_partition_by": "RANGE (at)"}  # noqa: RUF012 - SQLAlchemy's way

    provider: Mapped[str] = mapped_column(Text, primary_key=True)
    symbol: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    last: Mapped[Decimal]
    open: Mapped[Decimal | None]
    high: Mapped[Decimal | None]
    low: Mapped[Decimal | None]
    volume: Mapped[Decimal | None]
    previous_close: Mapped[Decimal | None]


@dataclass(frozen=True, slots=True)
class Partitioned:
    """A table and how it is cut."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class BarTable(Partitioned):
    """One of bars."""

    row: type[BarColumns]


BARS: Mapping[Timeframe, BarTable] = {
    Timeframe.M1: BarTable("bars_1m", Span.WEEK, MinuteBarRow),
    Timeframe.M5: BarTable("bars_5m", Span.MONTH, FiveMinuteBarRow),
    Timeframe.D1: BarTable("bars_1d", Span.YEAR, DailyBarRow),
}
"""What is kept of bars: what providers are asked for. Everything else is made of these."""

SNAPSHOTS = Partitioned("price_snapshots", Span.MONTH)
PARTITIONED: Sequence[Partitioned] = (*BARS.values(), SNAPSHOTS)
