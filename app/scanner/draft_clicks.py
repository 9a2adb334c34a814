"""A member's clicks on cards of saved scans: what a draft shows is done, once, and the card says so.

Decided: what is stored is read from the stored card and never from the browser, and the plan is asked
again when it is. A click does what it says to the scan that was shown: if that was deleted or looks for
something else by now, nothing is done.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations import service as conversations
from app.conversations.models import StoredCard
from app.core.errors import Conflict, NotEntitled, NotFound
from app.scanner import keeping, repository, sharing
from app.scanner.kept import SavedScan, search_of

DRAFT, LIST = "ScanDraftCard", "SavedScansCard"
DONE = "done"
VALID_FOR = timedelta(minutes=30)
Allowed = tuple[int, timedelta]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """What is wanted of one saved scan: to run `every` so often (never by itself if None), or to go."""

    scan_id: UUID
    wanted: Literal["schedule", "delete"]
    every: timedelta | None = None


async def confirm_shown(
    session: AsyncSession, card: str, *, allowed: Allowed, thread_id: UUID | None, now: datetime
) -> None:
    """Do what a draft proposes, once. `Conflict` for one that is too old, or whose scan is another by
    now; `NotEntitled` beyond the plan."""
    await repository.take_turns(session)
    found, shown_at = await conversations.find_drawn_card(session, DRAFT, card)
    shown = found.props
    if shown["outcome"] == DONE:
        return
    if shown["refused"]:
        raise NotEntitled(str(shown["refused"]))
    if now - shown_at > VALID_FOR:
        raise Conflict("This is too old: your scans may have changed. Ask again.")
    if shown["change"] == "save" and shown["scan_id"] is None:
        _check(await repository.find_scan_by_name(session, shown["name"]), shown)
        await keeping.save_scan(
            session,
            shown["name"],
            search_of(shown["search"]),
            every=_every(shown),
            allowed=allowed,
            thread_id=thread_id,
            now=now,
        )
    else:
        wanted: Literal["schedule", "delete"] = (
            "delete" if shown["change"] == "delete" else "schedule"
        )
        change = RowChange(scan_id=UUID(shown["scan_id"]), wanted=wanted, every=_every(shown))
        _check(await keeping.get_scan(session, change.scan_id), shown)
        await _change(session, change, allowed, now)
    await conversations.update_card(session, found.id, {**shown, "outcome": DONE})


async def change_listed(
    session: AsyncSession, card: str, change: RowChange, *, allowed: Allowed, now: datetime
) -> None:
    """Change one scan of a list, whose row then says how it is."""
    await repository.take_turns(session)
    found, rows, row = await _row(session, card, change.scan_id)
    _check(await keeping.get_scan(session, change.scan_id), row)
    await _change(session, change, allowed, now)
    row["outcome"] = "deleted" if change.wanted == "delete" else "changed"
    row["every_minutes"] = int(change.every.total_seconds() // 60) if change.every else None
    await conversations.update_card(session, found.id, {**found.props, "rows": rows})


async def share_listed(
    session: AsyncSession, card: str, scan_id: UUID, *, with_list: bool, now: datetime
) -> None:
    """Share the definition of a scan of a list with the members of this server."""
    found, rows, row = await _row(session, card, scan_id)
    _check(await keeping.get_scan(session, scan_id), row)
    await sharing.share(session, scan_id, with_list=with_list, now=now)
    row["outcome"] = "shared"
    await conversations.update_card(session, found.id, {**found.props, "rows": rows})


async def use_listed(session: AsyncSession, card: str, shared_id: UUID, *, now: datetime) -> None:
    """Make a shared scan of a list the member's own."""
    found, rows, row = await _row(session, card, shared_id)
    await sharing.use(session, shared_id, now=now)
    row["outcome"] = "saved"
    await conversations.update_card(session, found.id, {**found.props, "rows": rows})


async def _row(
    session: AsyncSession, card: str, key: UUID
) -> tuple[StoredCard, list[dict[str, Any]], dict[str, Any]]:
    found, _ = await conversations.find_drawn_card(session, LIST, card)
    rows = [dict(row) for row in found.props["rows"]]
    row = next((row for row in rows if row["id"] == str(key)), None)
    if row is None:
        raise NotFound("There is no such scan on this card.")
    return found, rows, row


async def _change(
    session: AsyncSession, change: RowChange, allowed: Allowed, now: datetime
) -> None:
    if change.wanted == "delete":
        await keeping.delete_scan(session, change.scan_id)
        return
    scan = await keeping.get_scan(session, change.scan_id)
    await keeping.save_scan(
        session, scan.name, scan.search, every=change.every, allowed=allowed, now=now
    )


def _check(scan: SavedScan | None, shown: Mapping[str, Any]) -> None:
    """`Conflict` where what is saved now is not the version that was shown, None being none."""
    if (scan.version if scan else None) != shown.get("version"):
        raise Conflict("This scan has changed since it was shown. Ask again.")


def _every(shown: Mapping[str, Any]) -> timedelta | None:
    minutes = shown["every_minutes"]
    return None if minutes is None else timedelta(minutes=minutes)
