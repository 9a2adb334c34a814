"""Pictures go when their days are over, whoever they belong to."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from app.core.clock import FrozenClock
from app.core.errors import NotFound
from app.infra.db.database import Database
from app.market.providers.simulated import SimulatedMarket
from app.screenshots import service
from app.screenshots.models import Reading, Shows
from app.screenshots.protocol import Sight
from workers.runner import JobContext
from workers.screenshots import expire

SIGHT = Sight(Reading(shows=Shows.TEXT), 10, 10, b"pixels")


async def test_every_members_expired_pictures_are_deleted_and_the_others_stay(
    database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    kept: dict[UUID, tuple[UUID, UUID]] = {}
    for member in (ada, bob):
        async with database.member(member) as session:
            short, long = [
                await service.keep(session, SIGHT, SIGHT.reading, days=days, now=now)
                for days in (1, 2)
            ]
        kept[member] = (short.id, long.id)

    await expire(
        JobContext(database, FrozenClock(now + timedelta(days=1)), SimulatedMarket(seed=7))
    )

    for member, (short_id, long_id) in kept.items():
        async with database.member(member) as session:
            assert (await service.get(session, long_id, now=now)).id == long_id
            with pytest.raises(NotFound):
                await service.picture(session, short_id, now=now)
