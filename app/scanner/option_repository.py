"""Every query on option finds: rows in, values out.

No query names a member: row-level security adds that condition to each of them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.symbols import Symbol
from app.scanner.kept import SavedScan, Status, Tally
from app.scanner.option_bodies import fact_of
from app.scanner.option_kept import STATUS_OF, Ending, KeptOption, OptionRecord, kept_body
from app.scanner.option_setups import OptionSetup
from app.scanner.option_tables import OptionOpportunityRow as Found

_ONCE = (Found.member_id, Found.symbol, Found.setup, Found.variant, Found.found_on)


async def insert_once(
    session: AsyncSession, kept: KeptOption, scan: SavedScan | None = None
) -> bool:
    """Whether it is new today."""
    row = insert(Found).values(
        id=kept.id,
        scan_id=scan.id if scan else None,
        scan_version=scan.version if scan else None,
        symbol=str(kept.symbol),
        setup=kept.setup.value,
        variant=kept.variant,
        found_on=kept.found_on,
        body=kept_body(kept),
        entry=kept.entry,
        stop=kept.stop,
        target=kept.target,
        lapses_at=kept.lapses_at,
        settles_at=kept.settles_at,
        found_at=kept.found_at,
        followed_to=kept.found_at,
    )
    once = row.on_conflict_do_nothing(index_elements=_ONCE).returning(Found.id)
    return (await session.execute(once)).scalar_one_or_none() is not None


async def live_keys(session: AsyncSession) -> frozenset[tuple[Symbol, OptionSetup, str]]:
    query = select(Found.symbol, Found.setup, Found.variant).where(
        Found.status == Status.LIVE.value
    )
    return frozenset(
        (Symbol(symbol), OptionSetup(setup), variant)
        for symbol, setup, variant in await session.execute(query)
    )


async def list_kept(
    session: AsyncSession, statuses: Sequence[Status], *, limit: int
) -> tuple[KeptOption, ...]:
    """The newest first."""
    query = (
        select(Found)
        .where(Found.status.in_([each.value for each in statuses]))
        .order_by(Found.found_at.desc(), Found.id.desc())
        .limit(limit)
    )
    return await _kept(session, query)


async def tally(session: AsyncSession, statuses: Sequence[Status]) -> tuple[Tally, ...]:
    query = (
        select(Found.scan_id, Found.symbol, Found.setup, func.count())
        .where(Found.status.in_([each.value for each in statuses]))
        .group_by(Found.scan_id, Found.symbol, Found.setup)
    )
    return tuple(
        Tally(scan_id=scan_id, symbol=Symbol(symbol), setup=OptionSetup(setup), number=number)
        for scan_id, symbol, setup, number in await session.execute(query)
    )


async def to_follow(
    session: AsyncSession, *, before: datetime, now: datetime, limit: int
) -> tuple[KeptOption, ...]:
    """Live ones that were not looked at since `before`, and those whose time is over; those that
    were looked at longest ago first."""
    query = (
        select(Found)
        .where(
            Found.status == Status.LIVE.value,
            (Found.followed_to <= before) | (Found.lapses_at <= now),
        )
        .order_by(Found.followed_to, Found.id)
        .limit(limit)
    )
    return await _kept(session, query)


async def to_settle(
    session: AsyncSession, now: datetime, *, limit: int, wait: timedelta
) -> tuple[KeptOption, ...]:
    """Those that can be counted by now and are not; `wait` is how long closes take to be there."""
    query = (
        select(Found)
        .where(Found.settled_at.is_(None), Found.settles_at <= now - wait)
        .order_by(Found.settles_at, Found.id)
        .limit(limit)
    )
    return await _kept(session, query)


async def _kept(session: AsyncSession, query: object) -> tuple[KeptOption, ...]:
    found = await session.scalars(
        query,  # type: ignore[call-overload]
        execution_options={"populate_existing": True},
    )
    return tuple(_option(row) for row in found)


async def set_followed(
    session: AsyncSession, kept: KeptOption, ending: Ending | None, now: datetime
) -> bool:
    """False if somebody ended it meanwhile, whose word stands."""
    ended = {
        "status": STATUS_OF[ending].value if ending else Status.LIVE.value,
        "ending": ending.value if ending else None,
        "ended_at": now if ending else None,
    }
    query = (
        update(Found)
        .where(Found.id == kept.id, Found.status == Status.LIVE.value)
        .values(followed_to=now, **ended)
    )
    return (await session.execute(query.returning(Found.id))).first() is not None


async def set_result(
    session: AsyncSession, kept: KeptOption, result: Decimal | None, now: datetime
) -> None:
    """Counted once: what was counted stays."""
    await session.execute(
        update(Found)
        .where(Found.id == kept.id, Found.settled_at.is_(None))
        .values(result=result, settled_at=now)
    )


async def set_liked(session: AsyncSession, key: UUID, liked: int | None) -> bool:
    query = update(Found).where(Found.id == key).values(liked=liked)
    return (await session.execute(query.returning(Found.id))).first() is not None


async def set_liked_of(session: AsyncSession, shown: KeptOption, liked: int | None) -> bool:
    """Of what stands under the same name, or was found the same day."""
    same = (
        select(Found.id)
        .where(
            Found.symbol == str(shown.symbol),
            Found.setup == shown.setup.value,
            Found.variant == shown.variant,
        )
        .where((Found.status == Status.LIVE.value) | (Found.found_on == shown.found_on))
        .order_by(Found.found_at.desc())
        .limit(1)
    )
    query = update(Found).where(Found.id.in_(same)).values(liked=liked)
    return (await session.execute(query.returning(Found.id))).first() is not None


async def count_thumbs(session: AsyncSession) -> dict[OptionSetup, tuple[int, int]]:
    """Thumbs up and down by setup."""
    query = select(
        Found.setup,
        func.count().filter(Found.liked > 0),
        func.count().filter(Found.liked < 0),
    ).group_by(Found.setup)
    return {OptionSetup(name): (up, down) for name, up, down in await session.execute(query)}


async def count_results(session: AsyncSession) -> dict[OptionSetup, OptionRecord]:
    """By setup; one without a counted case is not among them."""
    chance = Found.body["fact"]["probability"].as_float()
    query = (
        select(
            Found.setup,
            func.count(),
            func.count().filter(Found.result > 0),
            func.avg(chance),
        )
        .where(Found.result.is_not(None))
        .group_by(Found.setup)
    )
    return {
        OptionSetup(name): OptionRecord(
            cases=cases, hits=hits, chance=None if mean is None else float(mean)
        )
        for name, cases, hits, mean in await session.execute(query)
    }


def _option(row: Found) -> KeptOption:
    setup, body = OptionSetup(row.setup), row.body
    return KeptOption(
        id=row.id,
        scan_id=row.scan_id,
        symbol=Symbol(row.symbol),
        setup=setup,
        variant=row.variant,
        found_on=row.found_on,
        fact=fact_of(setup, body["fact"]),
        min_rank=body["min_rank"],
        provider=body["provider"],
        is_simulated=body["is_simulated"],
        entry=row.entry,
        stop=row.stop,
        target=row.target,
        lapses_at=row.lapses_at,
        settles_at=row.settles_at,
        status=Status(row.status),
        ending=Ending(row.ending) if row.ending else None,
        liked=row.liked,
        found_at=row.found_at,
        followed_to=row.followed_to,
        ended_at=row.ended_at,
        result=row.result,
        settled_at=row.settled_at,
    )
