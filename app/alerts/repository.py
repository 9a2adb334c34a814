"""Every query on a member's alerts: rows in, values out.

No query names a member: row-level security adds that condition to each of them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.models import Alert, Status, Told, Watch, shard_of
from app.alerts.tables import AlertRow, FiringRow, WatchRow
from app.alerts.triggers import State, Tape
from app.core.symbols import Symbol

CHANGED = "alerts_changed"
"""The channel on which monitors are woken."""

_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('alerts ' || :member, 0))")
_TRANSACTION = text("(pg_current_xact_id()::text)::bigint")


async def take_turns(session: AsyncSession, member_id: UUID) -> None:
    """Whoever arms for the same member waits until this transaction is over, so that a limit that is
    counted holds."""
    await session.execute(_ALONE, {"member": str(member_id)})


async def insert_alert(session: AsyncSession, alert: Alert, *, key: str) -> bool:
    """False, and nothing, if the key is taken."""
    row = insert(AlertRow).values(
        id=alert.id,
        key=key,
        symbol=alert.symbol,
        terms=dict(alert.terms),
        fingerprint=alert.fingerprint,
        status=alert.status.value,
        thread_id=alert.thread_id,
        expires_at=alert.expires_at,
        created_at=alert.created_at,
        updated_at=alert.created_at,
    )
    once = row.on_conflict_do_nothing(index_elements=[AlertRow.member_id, AlertRow.key])
    return (await session.execute(once.returning(AlertRow.id))).first() is not None


async def find_alert(session: AsyncSession, alert_id: UUID, *, lock: bool = False) -> Alert | None:
    query = select(AlertRow).where(AlertRow.id == alert_id)
    return await _one(session, query.with_for_update() if lock else query)


async def find_by_key(session: AsyncSession, key: str) -> Alert | None:
    return await _one(session, select(AlertRow).where(AlertRow.key == key).with_for_update())


async def list_alerts(
    session: AsyncSession, statuses: Sequence[Status], *, limit: int
) -> tuple[Alert, ...]:
    """The newest first."""
    query = (
        select(AlertRow)
        .where(AlertRow.status.in_([each.value for each in statuses]))
        .order_by(AlertRow.created_at.desc(), AlertRow.id.desc())
        .limit(limit)
    )
    found = await session.scalars(query, execution_options={"populate_existing": True})
    return tuple(_alert(row) for row in found)


async def count_armed(session: AsyncSession) -> int:
    query = select(func.count()).where(AlertRow.status == Status.ARMED.value)
    return int((await session.execute(query)).scalar_one())


async def set_alert(session: AsyncSession, alert_id: UUID, *, now: datetime, **values: Any) -> None:
    query = update(AlertRow).where(AlertRow.id == alert_id)
    await session.execute(query.values(**values, updated_at=now))


async def delete_drafts(session: AsyncSession, *, before: datetime) -> int:
    gone = delete(AlertRow).where(
        AlertRow.status == Status.DRAFT.value, AlertRow.created_at < before
    )
    return len((await session.execute(gone.returning(AlertRow.id))).all())


async def expire_alert(session: AsyncSession, alert_id: UUID, *, now: datetime) -> None:
    """Its time is over; one that a member dropped meanwhile stays dropped."""
    query = update(AlertRow).where(AlertRow.id == alert_id, AlertRow.status == Status.ARMED.value)
    await session.execute(query.values(status=Status.EXPIRED.value, updated_at=now))


async def put_watch(session: AsyncSession, watch: Watch) -> None:
    """Let the monitor look at the alert from `watch.seen` on, whatever it knew of it before."""
    values = {
        "symbol": str(watch.symbol),
        "shard": shard_of(watch.symbol),
        "terms": dict(watch.terms),
        "state": watch.state.json(),
        "seen": watch.seen.json() if watch.seen else None,
        "is_live": watch.is_live,
        "snoozed_until": watch.snoozed_until,
        "expires_at": watch.expires_at,
        "changed_in": _TRANSACTION,
    }
    row = insert(WatchRow).values(alert_id=watch.alert_id, **values)
    await session.execute(
        row.on_conflict_do_update(
            index_elements=[WatchRow.alert_id],
            set_={**values, "version": WatchRow.version + 1, "armed": WatchRow.armed + 1},
        )
    )
    await wake_monitors(session)


async def end_watch(session: AsyncSession, alert_id: UUID) -> None:
    """The monitor looks at it no longer."""
    query = update(WatchRow).where(WatchRow.alert_id == alert_id)
    changed = {"version": WatchRow.version + 1, "changed_in": _TRANSACTION}
    await session.execute(query.values(is_live=False, **changed))
    await wake_monitors(session)


async def snooze_watch(session: AsyncSession, alert_id: UUID, until: datetime) -> None:
    query = update(WatchRow).where(WatchRow.alert_id == alert_id)
    changed = {"version": WatchRow.version + 1, "changed_in": _TRANSACTION}
    await session.execute(query.values(snoozed_until=until, **changed))
    await wake_monitors(session)


async def wake_monitors(session: AsyncSession) -> None:
    await session.execute(select(func.pg_notify(CHANGED, "")))


async def list_firings(
    session: AsyncSession, alert_id: UUID | None, *, limit: int
) -> tuple[Told, ...]:
    """The last ones first, of one alert or of all."""
    query = select(FiringRow).order_by(FiringRow.told_at.desc(), FiringRow.sequence.desc())
    if alert_id is not None:
        query = query.where(FiringRow.alert_id == alert_id)
    return tuple(_told(row) for row in await session.scalars(query.limit(limit)))


async def list_history(
    session: AsyncSession, symbol: Symbol | None, *, limit: int
) -> tuple[int, tuple[tuple[Told, Alert], ...]]:
    """How often anything was told, and the last of it first, each with its alert; also of dropped
    ones. Of one symbol, or of all."""
    about = [] if symbol is None else [AlertRow.symbol == str(symbol)]
    joined = select(FiringRow, AlertRow).join(AlertRow, AlertRow.id == FiringRow.alert_id)
    count = (
        select(func.count())
        .select_from(FiringRow)
        .join(AlertRow, AlertRow.id == FiringRow.alert_id)
    )
    total = int((await session.execute(count.where(*about))).scalar_one())
    latest = joined.where(*about).order_by(FiringRow.told_at.desc(), FiringRow.sequence.desc())
    found = await session.execute(latest.limit(limit))
    return total, tuple((_told(told), _alert(alert)) for told, alert in found)


def watch_of(row: WatchRow) -> Watch:
    return Watch(
        alert_id=row.alert_id,
        member_id=row.member_id,
        symbol=Symbol(row.symbol),
        terms=row.terms,
        state=State.of(row.state),
        seen=None if row.seen is None else Tape.of(row.seen),
        snoozed_until=row.snoozed_until,
        expires_at=row.expires_at,
        version=row.version,
        armed=row.armed,
        is_live=row.is_live,
    )


async def _one(session: AsyncSession, query: Any) -> Alert | None:
    found = await session.scalars(query, execution_options={"populate_existing": True})
    row: AlertRow | None = found.one_or_none()
    return None if row is None else _alert(row)


def _alert(row: AlertRow) -> Alert:
    terms: Mapping[str, Any] = row.terms
    return Alert(
        id=row.id,
        member_id=row.member_id,
        symbol=row.symbol,
        terms=terms,
        fingerprint=row.fingerprint,
        status=Status(row.status),
        thread_id=row.thread_id,
        fired=row.fired,
        fired_at=row.fired_at,
        armed_at=row.armed_at,
        snoozed_until=row.snoozed_until,
        expires_at=row.expires_at,
        created_at=row.created_at,
    )


def _told(row: FiringRow) -> Told:
    return Told(
        id=row.id,
        alert_id=row.alert_id,
        sequence=row.sequence,
        at=row.at,
        told_at=row.told_at,
        is_late=row.is_late,
        body=row.body,
        thread_id=row.thread_id,
        message_id=row.message_id,
    )
