"""The simulated market's present: a regular session is always running.

While New York's regular hours run, it is the real time. At any other moment the last finished
session is replayed from its open at real speed, again and again. So time goes back in one kind of
moment only, the wrap: at the close, and whenever a replay has reached it. At the next real open it
jumps ahead to the real time.
"""

from dataclasses import dataclass
from datetime import datetime

from typing_extensions import override

from app.core.clock import Clock
from app.market.calendar import finished_session, session_at
from app.market.models import Phase, Session


@dataclass(frozen=True, slots=True)
class SimulatedClock(Clock):
    """The present of a market that never sleeps; `wall` tells the real time."""

    wall: Clock

    @override
    def now(self) -> datetime:
        at = self.wall.now()
        session = _running(at)
        if session is not None:
            return at
        replayed = finished_session(at)
        return replayed.open + (at - replayed.close) % (replayed.close - replayed.open)

    @property
    def is_replaying(self) -> bool:
        return _running(self.wall.now()) is None

    @property
    def session_note(self) -> str:
        """Which session is running, in words, to stand after "this is …"."""
        at = self.wall.now()
        session = _running(at)
        if session is not None:
            return f"the session of {_spoken(session)}, as it runs"
        return f"replaying the session of {_spoken(finished_session(at))}"


def _running(at: datetime) -> Session | None:
    session = session_at(at)
    return session if session is not None and session.phase(at) is Phase.REGULAR else None


def _spoken(session: Session) -> str:
    return f"{session.date:%A} {session.date.day} {session.date:%B}"
