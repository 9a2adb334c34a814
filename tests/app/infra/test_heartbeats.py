"""Signs of life: the last of each process, and when it is too old."""

from datetime import datetime, timedelta

from app.infra.db.database import Database
from app.infra.heartbeats import INTERVAL_SECONDS, Heartbeat, list_heartbeats, record_heartbeat


async def test_only_the_last_sign_of_a_process_is_kept(database: Database, now: datetime) -> None:
    later = now + timedelta(seconds=INTERVAL_SECONDS)
    async with database.system() as session:
        await record_heartbeat(session, "worker", at=now)
        await record_heartbeat(session, "worker", at=later)
        await record_heartbeat(session, "monitor", at=now)

        assert await list_heartbeats(session) == (
            Heartbeat("monitor", now),
            Heartbeat("worker", later),
        )


def test_a_sign_is_fresh_until_four_were_missed(now: datetime) -> None:
    sign = Heartbeat("worker", now)

    assert sign.is_fresh(now + timedelta(seconds=4 * INTERVAL_SECONDS - 1))
    assert not sign.is_fresh(now + timedelta(seconds=4 * INTERVAL_SECONDS))
