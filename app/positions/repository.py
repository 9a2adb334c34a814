"""Every query on positions: rows in, values out.

No query names a member: row-level security adds that condition to each of them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ids import new_id
from app.core.symbols import Symbol
from app.market.chains import OptionKind
from app.positions.groups import GroupLeg, LegGroup
from app.positions.models import (
    Asset,
    AssetKind,
    Change,
    ChangeKind,
    Holding,
    LoggedChange,
    Lot,
    Position,
    Source,
)
from app.positions.tables import ChangeRow, EntryRow, PositionRow


async def promise_to_read(session: AsyncSession) -> None:
    """PostgreSQL itself refuses whatever this transaction would write from here on."""
    await session.execute(text("SET TRANSACTION READ ONLY"))


async def insert_entry(
    session: AsyncSession,
    *,
    key: str,
    fingerprint: str,
    source: Source,
    groups: Sequence[Sequence[int]],
    now: datetime,
) -> UUID | None:
    """The id of a new entry; None if the key is taken. Waits for another one with the same key."""
    row = insert(EntryRow).values(
        id=new_id(),
        key=key,
        fingerprint=fingerprint,
        source=source.value,
        groups=[list(each) for each in groups],
        made_at=now,
    )
    once = row.on_conflict_do_nothing(index_elements=[EntryRow.member_id, EntryRow.key])
    return (await session.execute(once.returning(EntryRow.id))).scalar_one_or_none()


async def find_entry(session: AsyncSession, key: str) -> tuple[UUID, str] | None:
    """Id and fingerprint of the entry of that key."""
    query = select(EntryRow.id, EntryRow.fingerprint).where(EntryRow.key == key)
    found = (await session.execute(query)).first()
    return None if found is None else (found.id, found.fingerprint)


async def ensure_position(
    session: AsyncSession, asset: Asset, *, source: Source, now: datetime
) -> Position:
    """The position of that asset, empty if there was none, locked until the transaction ends."""
    row = insert(PositionRow).values(
        id=new_id(),
        asset=asset.key,
        kind=asset.kind.value,
        symbol=str(asset.symbol),
        option_right=asset.right.value if asset.right else None,
        strike=asset.strike,
        expiry=asset.expiry,
        root=asset.root,
        multiplier=asset.multiplier,
        source=source.value,
        quantity=Decimal(0),
        lots=[],
        realised=Decimal(0),
        is_realised_whole=True,
        version=0,
        opened_at=now,
        updated_at=now,
    )
    once = row.on_conflict_do_nothing(index_elements=[PositionRow.member_id, PositionRow.asset])
    await session.execute(once)
    query = select(PositionRow).where(PositionRow.asset == asset.key).with_for_update()
    fresh = await session.scalars(query, execution_options={"populate_existing": True})
    return _position(fresh.one())


async def find_position(
    session: AsyncSession, position_id: UUID, *, lock: bool = False
) -> Position | None:
    query = select(PositionRow).where(PositionRow.id == position_id)
    found = await session.scalars(
        query.with_for_update() if lock else query, execution_options={"populate_existing": True}
    )
    row = found.one_or_none()
    return None if row is None else _position(row)


async def find_asset(session: AsyncSession, key: str) -> Position | None:
    """The position of an asset's key, closed or open."""
    query = select(PositionRow).where(PositionRow.asset == key)
    found = await session.scalars(query, execution_options={"populate_existing": True})
    row = found.one_or_none()
    return None if row is None else _position(row)


async def list_positions(session: AsyncSession, *, with_closed: bool) -> tuple[Position, ...]:
    """By asset: symbol, expiry, strike."""
    query = select(PositionRow).order_by(
        PositionRow.symbol, PositionRow.expiry.nulls_first(), PositionRow.strike, PositionRow.asset
    )
    if not with_closed:
        query = query.where(PositionRow.quantity != 0)
    found = await session.scalars(query, execution_options={"populate_existing": True})
    return tuple(_position(row) for row in found)


async def positions_of_entry(session: AsyncSession, entry_id: UUID) -> tuple[Position, ...]:
    """Those an entry changed, as they are now, in the order of its lines."""
    query = (
        select(PositionRow)
        .join(ChangeRow, ChangeRow.position_id == PositionRow.id)
        .where(ChangeRow.entry_id == entry_id)
        .order_by(ChangeRow.line)
    )
    found = await session.scalars(query, execution_options={"populate_existing": True})
    return tuple({row.id: _position(row) for row in found}.values())


async def append_change(
    session: AsyncSession, position: Position, change: Change, *, entry_id: UUID, line: int
) -> None:
    """Add to the log, and put into the row what it adds up to: `position` is that already."""
    await session.execute(
        insert(ChangeRow).values(
            id=new_id(),
            position_id=position.id,
            entry_id=entry_id,
            number=position.version,
            line=line,
            kind=change.kind.value,
            body=_change_body(change),
        )
    )
    holding = position.holding
    await session.execute(
        update(PositionRow)
        .where(PositionRow.id == position.id)
        .values(
            quantity=holding.quantity,
            lots=[_lot_body(lot) for lot in holding.lots],
            realised=holding.realised,
            is_realised_whole=holding.is_realised_whole,
            version=position.version,
            source=position.source.value,
            opened_at=position.opened_at,
            updated_at=position.updated_at,
        )
    )


async def list_changes(session: AsyncSession, position_id: UUID) -> tuple[LoggedChange, ...]:
    """The log of a position, from its beginning."""
    query = (
        select(ChangeRow, EntryRow)
        .join(EntryRow, EntryRow.id == ChangeRow.entry_id)
        .where(ChangeRow.position_id == position_id)
        .order_by(ChangeRow.number)
    )
    return tuple(
        LoggedChange(
            number=change.number,
            change=_change(change.kind, change.body),
            source=Source(entry.source),
            made_at=entry.made_at,
        )
        for change, entry in await session.execute(query)
    )


async def list_groups(session: AsyncSession) -> tuple[LegGroup, ...]:
    """What was opened together, whether it still stands or not."""
    query = (
        select(EntryRow, ChangeRow, PositionRow.asset)
        .join(ChangeRow, ChangeRow.entry_id == EntryRow.id)
        .join(PositionRow, PositionRow.id == ChangeRow.position_id)
        .where(func.jsonb_array_length(EntryRow.groups) > 0)
        .order_by(EntryRow.made_at, EntryRow.id, ChangeRow.line)
    )
    entries: dict[UUID, EntryRow] = {}
    legs: dict[tuple[UUID, int], GroupLeg] = {}
    for entry, change, asset in await session.execute(query):
        entries[entry.id] = entry
        legs[entry.id, change.line] = _group_leg(asset, _change(change.kind, change.body))
    return tuple(
        LegGroup(
            entry=entry.id,
            made_at=entry.made_at,
            legs=tuple(legs[entry.id, line] for line in group),
        )
        for entry in entries.values()
        for group in entry.groups
    )


def _group_leg(asset: str, change: Change) -> GroupLeg:
    if change.kind is ChangeKind.TRADE:
        return GroupLeg(asset=asset, quantity=change.quantity or Decimal(0), price=change.price)
    shown = Holding(lots=change.lots)
    return GroupLeg(asset=asset, quantity=shown.quantity, price=shown.price)


def _position(row: PositionRow) -> Position:
    return Position(
        id=row.id,
        asset=Asset(
            kind=AssetKind(row.kind),
            symbol=Symbol(row.symbol),
            right=OptionKind(row.option_right) if row.option_right else None,
            strike=row.strike,
            expiry=row.expiry,
            root=row.root,
            multiplier=row.multiplier,
        ),
        holding=Holding(
            lots=_lots(row.lots),
            realised=row.realised,
            is_realised_whole=row.is_realised_whole,
        ),
        version=row.version,
        source=Source(row.source),
        opened_at=row.opened_at,
        updated_at=row.updated_at,
    )


def _change_body(change: Change) -> dict[str, Any]:
    return {
        "quantity": _written(change.quantity),
        "price": _written(change.price),
        "lots": [_lot_body(lot) for lot in change.lots],
        "at": change.at.isoformat(),
        "note": change.note,
    }


def _change(kind: str, body: Mapping[str, Any]) -> Change:
    return Change(
        kind=ChangeKind(kind),
        quantity=_read(body["quantity"]),
        price=_read(body["price"]),
        lots=_lots(body["lots"]),
        at=datetime.fromisoformat(body["at"]),
        note=body["note"],
    )


def _lot_body(lot: Lot) -> dict[str, Any]:
    return {
        "quantity": _written(lot.quantity),
        "price": _written(lot.price),
        "opened_at": lot.opened_at.isoformat(),
        "is_dated": lot.is_dated,
    }


def _lots(bodies: Sequence[Mapping[str, Any]]) -> tuple[Lot, ...]:
    return tuple(
        Lot(
            quantity=Decimal(body["quantity"]),
            price=_read(body["price"]),
            opened_at=datetime.fromisoformat(body["opened_at"]),
            is_dated=body.get("is_dated", True),
        )
        for body in bodies
    )


def _written(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _read(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
