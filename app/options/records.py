"""The port to what is remembered of volatility, a record a session and underlying.

Decided: providers sell chains of the present, so a past has to be kept to be had. A record is of a
session, whichever provider it came from; the first of a session stands until one from after its
close takes its place. What is simulated is never kept: its past can be asked for.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from typing_extensions import override

from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.options.tables import VolatilityDayRow


@dataclass(frozen=True, slots=True, kw_only=True)
class VolatilityDay:
    """`at_the_money` is the volatility thirty days out, `realised` that of a month's sessions before,
    both fractions a year; open interest is of all expiries, in contracts. None where there is none."""

    symbol: Symbol
    day: date
    at: datetime
    provider: str
    at_the_money: float | None = None
    realised: float | None = None
    call_open_interest: int | None = None
    put_open_interest: int | None = None

    @property
    def put_call_ratio(self) -> float | None:
        if not self.call_open_interest or self.put_open_interest is None:
            return None
        return self.put_open_interest / self.call_open_interest


class VolatilityRecords(Protocol):
    """What is remembered."""

    async def keep(self, found: VolatilityDay, *, close: datetime) -> bool:
        """Remember the first record of a session, and instead of it the first from after its `close`;
        whether it was kept."""
        ...

    async def between(self, symbol: Symbol, first: date, last: date) -> Sequence[VolatilityDay]:
        """Records of both days and those between them, oldest first."""
        ...


class NoRecords(VolatilityRecords):
    """Nothing is remembered: a question from the terminal has no database."""

    @override
    async def keep(self, found: VolatilityDay, *, close: datetime) -> bool:
        return False

    @override
    async def between(self, symbol: Symbol, first: date, last: date) -> Sequence[VolatilityDay]:
        return ()


class StoredRecords(VolatilityRecords):
    """In the database, owned by nobody."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def keep(self, found: VolatilityDay, *, close: datetime) -> bool:
        row = insert(VolatilityDayRow).values(asdict(found))
        key = [VolatilityDayRow.symbol, VolatilityDayRow.day]
        if found.at >= close:
            all_of_it = {name: row.excluded[name] for name in asdict(found)}
            row = row.on_conflict_do_update(
                index_elements=key, set_=all_of_it, where=VolatilityDayRow.at < close
            )
        else:
            row = row.on_conflict_do_nothing(index_elements=key)
        async with self._database.system() as session:
            written = await session.scalar(row.returning(VolatilityDayRow.day))
        return written is not None

    @override
    async def between(self, symbol: Symbol, first: date, last: date) -> Sequence[VolatilityDay]:
        row = VolatilityDayRow
        wanted = select(row).where(row.symbol == symbol, row.day.between(first, last))
        async with self._database.system() as session:
            rows = (await session.scalars(wanted.order_by(row.day))).all()
        return [
            VolatilityDay(
                symbol=Symbol(each.symbol),
                day=each.day,
                at=each.at,
                provider=each.provider,
                at_the_money=each.at_the_money,
                realised=each.realised,
                call_open_interest=each.call_open_interest,
                put_open_interest=each.put_open_interest,
            )
            for each in rows
        ]
