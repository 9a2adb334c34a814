"""Positions as the rest of the house stores and reads them.

Decided: everything that changes a position is an entry under a key of the caller's. The key is taken
first, so the same entry a second time, even at the same moment, finds the first one's outcome; then
the positions are locked, in one order everywhere, so that of two who close the same one the second
sees that it is closed (`Conflict`). A session speaks for one member; nothing is committed here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, InvalidInput, NotFound
from app.positions import repository
from app.positions.groups import LegGroup
from app.positions.lots import changed, listed, replayed
from app.positions.models import (
    Asset,
    Change,
    ChangeKind,
    Entry,
    Holding,
    Line,
    LoggedChange,
    Lot,
    Position,
    Source,
    Stored,
    check_expiry,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Something held, as somebody typed it or as a picture shows it; negative if sold short. Those of
    the same `group` (not empty) are legs of one structure."""

    asset: Asset
    quantity: Decimal
    price: Decimal | None = None
    opened_at: datetime | None = None
    note: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """All of a position, or so many of it, at a price if that is known."""

    position_id: UUID
    quantity: Decimal | None = None
    price: Decimal | None = None
    at: datetime | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is really held; nothing if `quantity` is zero, and then nothing of it ever was."""

    position_id: UUID
    quantity: Decimal
    price: Decimal | None = None
    opened_at: datetime | None = None
    version: int | None = None
    note: str = ""


async def store(session: AsyncSession, entry: Entry, *, now: datetime) -> Stored:
    """Store all changes of an entry, or none; a key that was stored before changes nothing.

    `Conflict` where a line was made for another version of its position, or the key was used for
    something else.
    """
    asked = [*(_told(each) for each in entry.lines), _spelled(*entry.groups)]
    entry_id, before = await _claim(
        session, entry.key, entry.source, asked, now, groups=entry.groups
    )
    return before or await _apply(session, entry_id, entry, now)


async def open_positions(
    session: AsyncSession,
    openings: Sequence[Opening],
    *,
    source: Source,
    key: str,
    now: datetime,
    is_total: bool = False,
) -> Stored:
    """Open these positions together. With `is_total` they are all there is of each asset, as a
    broker's list shows it, so what was known of it is corrected instead of added to."""
    asked = [f"total {is_total}", *(_asked(each) for each in openings)]
    entry_id, before = await _claim(session, key, source, asked, now, groups=_groups(openings))
    if before:
        return before
    if not is_total:
        trades = tuple(Line(asset=each.asset, change=_as_trade(each, now)) for each in openings)
        return await _apply(session, entry_id, Entry(key=key, source=source, lines=trades), now)
    lines, remarks = await _totals(session, openings, source, now)
    stored = await _apply(session, entry_id, Entry(key=key, source=source, lines=lines), now)
    return replace(stored, remarks=remarks)


async def forgo(session: AsyncSession, key: str, *, now: datetime) -> None:
    """Take a key for nothing, so that nothing is ever stored under it; once more it changes nothing.
    `Conflict` where something was."""
    await _claim(session, key, Source.TYPED, ["nothing"], now)


async def close_position(
    session: AsyncSession, closing: Closing, *, key: str, now: datetime
) -> Stored:
    """Close all or a part. `Conflict` if less is left than should be closed."""
    asked = [
        _spelled("close", closing.position_id, closing.quantity, closing.price, closing.at),
        _spelled(closing.version),
    ]
    entry_id, before = await _claim(session, key, Source.TYPED, asked, now)
    if before:
        return before
    position = await _locked(session, closing.position_id)
    wanted = abs(position.quantity) if closing.quantity is None else closing.quantity
    if not position.is_open:
        raise Conflict(f"{position.asset.label} is closed already.")
    if wanted <= 0:
        raise InvalidInput("Say how many to close: a number above zero, or leave it out for all.")
    if wanted > abs(position.quantity):
        raise Conflict(f"Only {abs(position.quantity):f} {position.asset.unit} are left to close.")
    signed = -wanted if position.quantity > 0 else wanted
    change = Change(
        kind=ChangeKind.TRADE, quantity=signed, price=closing.price, at=closing.at or now
    )
    line = Line(asset=position.asset, change=change, version=closing.version)
    return await _apply(session, entry_id, Entry(key=key, source=Source.TYPED, lines=(line,)), now)


async def correct_position(
    session: AsyncSession, correction: Correction, *, key: str, now: datetime
) -> Stored:
    """Put what is really held in the place of what was thought; the log keeps both."""
    asked = [
        _spelled("correct", correction.position_id, correction.quantity, correction.price),
        _spelled(correction.opened_at, correction.version, correction.note),
    ]
    entry_id, before = await _claim(session, key, Source.TYPED, asked, now)
    if before:
        return before
    position = await _locked(session, correction.position_id)
    change = _corrected(correction, position, now)
    line = Line(asset=position.asset, change=change, version=correction.version)
    return await _apply(session, entry_id, Entry(key=key, source=Source.TYPED, lines=(line,)), now)


async def list_positions(
    session: AsyncSession, *, with_closed: bool = False
) -> tuple[Position, ...]:
    """The member's open positions, by symbol, expiry and strike."""
    return await repository.list_positions(session, with_closed=with_closed)


async def list_groups(session: AsyncSession) -> tuple[LegGroup, ...]:
    """What the member opened together, whether it still stands or not."""
    return await repository.list_groups(session)


async def get_position(session: AsyncSession, position_id: UUID) -> Position:
    """`NotFound` also for a position of somebody else."""
    found = await repository.find_position(session, position_id)
    if found is None:
        raise NotFound("There is no such position.")
    return found


async def history(session: AsyncSession, position_id: UUID) -> tuple[LoggedChange, ...]:
    """Every change of a position, from its beginning."""
    await get_position(session, position_id)
    return await repository.list_changes(session, position_id)


async def rebuilt(session: AsyncSession, position_id: UUID) -> Holding:
    """The holding out of the log alone."""
    position = await get_position(session, position_id)
    log = await repository.list_changes(session, position_id)
    return replayed((each.change for each in log), position.asset.multiplier)


async def _claim(
    session: AsyncSession,
    key: str,
    source: Source,
    asked: Sequence[str],
    now: datetime,
    *,
    groups: Sequence[Sequence[int]] = (),
) -> tuple[UUID, Stored | None]:
    """The entry of that key, and its outcome where it was stored before."""
    fingerprint = sha256("\n".join([source.value, *asked]).encode()).hexdigest()
    made = await repository.insert_entry(
        session, key=key, fingerprint=fingerprint, source=source, groups=groups, now=now
    )
    if made is not None:
        return made, None
    found = await repository.find_entry(session, key)
    if found is None or found[1] != fingerprint:
        raise Conflict("This key was used for something else; take another one.")
    positions = await repository.positions_of_entry(session, found[0])
    return found[0], Stored(positions=positions, is_repeated=True)


async def _apply(session: AsyncSession, entry_id: UUID, entry: Entry, now: datetime) -> Stored:
    positions: dict[str, Position] = {}
    for line in sorted(entry.lines, key=lambda each: each.asset.key):
        if line.asset.key not in positions:
            positions[line.asset.key] = await repository.ensure_position(
                session, line.asset, source=entry.source, now=now
            )
        _check_version(positions[line.asset.key], line)
        if not positions[line.asset.key].is_open:
            check_expiry(line.asset, now.date())
    for number, line in enumerate(entry.lines):
        before = positions[line.asset.key]
        after = _after(before, line.change, entry.source, now)
        await repository.append_change(session, after, line.change, entry_id=entry_id, line=number)
        positions[line.asset.key] = after
    return Stored(
        positions=tuple(
            {line.asset.key: positions[line.asset.key] for line in entry.lines}.values()
        )
    )


def _check_version(position: Position, line: Line) -> None:
    if line.version is None or line.version == position.version:
        return
    held = f"{position.quantity:f} {position.asset.unit} now" if position.is_open else "closed now"
    raise Conflict(f"{position.asset.label} has changed in the meantime: {held}. Look again.")


def _after(position: Position, change: Change, source: Source, now: datetime) -> Position:
    holding = changed(position.holding, change, position.asset.multiplier)
    is_new = not position.is_open
    return replace(
        position,
        holding=holding,
        version=position.version + 1,
        source=source if is_new else position.source,
        opened_at=holding.lots[0].opened_at if holding.lots else position.opened_at,
        updated_at=now,
    )


async def _locked(session: AsyncSession, position_id: UUID) -> Position:
    found = await repository.find_position(session, position_id, lock=True)
    if found is None:
        raise NotFound("There is no such position.")
    return found


def _as_trade(opening: Opening, now: datetime) -> Change:
    return Change(
        kind=ChangeKind.TRADE,
        quantity=opening.quantity,
        price=opening.price,
        at=opening.opened_at or now,
        note=opening.note,
    )


async def _totals(
    session: AsyncSession, openings: Sequence[Opening], source: Source, now: datetime
) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """Corrections to what a list shows, and what was kept of positions it shows in part."""
    known: dict[str, Holding] = {}
    for each in sorted(openings, key=lambda each: each.asset.key):
        found = await repository.ensure_position(session, each.asset, source=source, now=now)
        known[each.asset.key] = found.holding
    lines, remarks = [], []
    for each in openings:
        lots, kept = listed(known[each.asset.key], each.quantity, each.price, now)
        note = " ".join(part for part in (each.note, kept) if part)
        change = Change(kind=ChangeKind.CORRECTION, lots=lots, at=now, note=note)
        lines.append(Line(asset=each.asset, change=change))
        remarks += [f"{each.asset.label}: {kept}"] if kept else []
    return tuple(lines), tuple(remarks)


def _corrected(correction: Correction, position: Position, now: datetime) -> Change:
    if not correction.quantity:
        return Change(kind=ChangeKind.VOID, at=now, note=correction.note)
    lots = position.holding.lots
    lot = Lot(
        quantity=correction.quantity,
        price=correction.price,
        opened_at=correction.opened_at or position.opened_at,
        is_dated=correction.opened_at is not None or not lots or lots[0].is_dated,
    )
    return Change(kind=ChangeKind.CORRECTION, lots=(lot,), at=now, note=correction.note)


def _told(line: Line) -> str:
    change = line.change
    lots = [_spelled(lot.quantity, lot.price, lot.opened_at, lot.is_dated) for lot in change.lots]
    said = (change.quantity, change.price, change.at, change.note)
    return _spelled(line.asset.key, change.kind, *said, line.version, *lots)


def _groups(openings: Sequence[Opening]) -> list[list[int]]:
    """Places of those that belong together; one alone makes no group."""
    found: dict[str, list[int]] = {}
    for place, each in enumerate(openings):
        if each.group:
            found.setdefault(each.group, []).append(place)
    return [places for places in found.values() if len(places) > 1]


def _asked(opening: Opening) -> str:
    said = (opening.quantity, opening.price, opening.opened_at, opening.note, opening.group)
    return _spelled(opening.asset.key, *said)


def _spelled(*said: object) -> str:
    """What tells one request from another; `100` and `100.00` are the same."""
    return repr([f"{x.normalize():f}" if isinstance(x, Decimal) else str(x) for x in said])
