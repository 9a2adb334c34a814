"""The port through which tools see what a member holds.

Decided: it can only be read. What a member's own holdings are read in is a transaction that PostgreSQL
keeps from writing, so no tool can change a position whatever a model asks of it.
"""

from typing import Protocol
from uuid import UUID

from typing_extensions import override

from app.core.errors import NotSignedIn
from app.infra.db.database import Database
from app.positions import repository
from app.positions.groups import LegGroup
from app.positions.models import Position

_NOBODY = "Positions belong to a member: sign in to ask about yours."


class Holdings(Protocol):
    """What one member holds."""

    async def positions(self) -> tuple[Position, ...]:
        """The open ones, by symbol, expiry and strike; `NotSignedIn` where nobody asks."""
        ...

    async def of_asset(self, key: str) -> Position | None:
        """That of an asset's key, closed or open; None where it was never held. A closed one counts
        on: what opens it again is a change of its last version."""
        ...

    async def groups(self) -> tuple[LegGroup, ...]:
        """What was opened together."""
        ...


class NoHoldings(Holdings):
    """Nobody's: a question from the terminal has no member."""

    @override
    async def positions(self) -> tuple[Position, ...]:
        raise NotSignedIn(_NOBODY)

    @override
    async def of_asset(self, key: str) -> Position | None:
        raise NotSignedIn(_NOBODY)

    @override
    async def groups(self) -> tuple[LegGroup, ...]:
        raise NotSignedIn(_NOBODY)


class MemberHoldings(Holdings):
    """A member's, out of the database."""

    def __init__(self, database: Database, member_id: UUID) -> None:
        self._database = database
        self._member_id = member_id

    @override
    async def positions(self) -> tuple[Position, ...]:
        async with self._database.member(self._member_id) as session:
            await repository.promise_to_read(session)
            return await repository.list_positions(session, with_closed=False)

    @override
    async def of_asset(self, key: str) -> Position | None:
        async with self._database.member(self._member_id) as session:
            await repository.promise_to_read(session)
            return await repository.find_asset(session, key)

    @override
    async def groups(self) -> tuple[LegGroup, ...]:
        async with self._database.member(self._member_id) as session:
            await repository.promise_to_read(session)
            return await repository.list_groups(session)
