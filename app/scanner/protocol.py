"""The scans and finds of the member who asks, as the coach may read them.

Decided: a port to read and nothing else, whose transactions PostgreSQL itself keeps from writing.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from sqlalchemy import text
from typing_extensions import override

from app.core.errors import NotSignedIn
from app.infra.db.database import Database
from app.scanner import keeping, option_keeping, sharing
from app.scanner.kept import KeptOpportunity, SavedScan, Status, Tally
from app.scanner.option_kept import KeptOption, OptionRecord
from app.scanner.option_setups import OptionSetup
from app.scanner.setups import Setup
from app.scanner.sharing import SharedScan
from app.users.plans import Plan, plan_of
from app.users.service import get_member_by_id

_READ_ONLY = text("SET TRANSACTION READ ONLY")


class Finds(Protocol):
    """What one member saved and was told."""

    async def scans(self) -> tuple[SavedScan, ...]:
        """By name; `NotSignedIn` where nobody asks."""
        ...

    async def shared(self) -> tuple[SharedScan, ...]:
        """Scans that members of this server share; `NotSignedIn` where nobody asks."""
        raise NotSignedIn("Shared scans are the members': sign in to see them.")

    async def plan(self) -> Plan:
        """What the member's plan allows; `NotSignedIn` where nobody asks."""
        raise NotSignedIn("What a plan allows is a member's: sign in to ask about yours.")

    async def opportunities(self, statuses: Sequence[Status]) -> tuple[KeptOpportunity, ...]:
        """The newest first; `NotSignedIn` where nobody asks."""
        ...

    async def taste(self) -> Mapping[Setup, float]:
        """Factors on the scores of setups, by the member's thumbs; none where nobody asks."""
        ...

    async def options(self, statuses: Sequence[Status]) -> tuple[KeptOption, ...]:
        """Finds on options, the newest first; none where nobody asks."""
        return ()

    async def tally(self, statuses: Sequence[Status]) -> tuple[Tally, ...]:
        """How many of both kinds there are, which may be more than are read; none where nobody asks."""
        return ()

    async def option_records(self) -> Mapping[OptionSetup, OptionRecord]:
        """What finds on options came to, where any could be counted."""
        return {}

    async def option_taste(self) -> Mapping[OptionSetup, float]:
        """As `taste`."""
        return {}


class NoFinds(Finds):
    """Nobody's: a question from the terminal has no member."""

    @override
    async def scans(self) -> tuple[SavedScan, ...]:
        raise NotSignedIn("Saved scans belong to a member: sign in to ask about yours.")

    @override
    async def opportunities(self, statuses: Sequence[Status]) -> tuple[KeptOpportunity, ...]:
        raise NotSignedIn("Opportunities are kept for a member: sign in to ask about yours.")

    @override
    async def taste(self) -> Mapping[Setup, float]:
        return {}


class MemberFinds(Finds):
    """Those of a member, each read in a transaction of its own."""

    def __init__(self, database: Database, member_id: UUID) -> None:
        self._database = database
        self._member_id = member_id

    @override
    async def scans(self) -> tuple[SavedScan, ...]:
        async with self._database.member(self._member_id) as session:
            await session.execute(_READ_ONLY)
            return await keeping.list_scans(session)

    @override
    async def shared(self) -> tuple[SharedScan, ...]:
        async with self._database.member(self._member_id) as session:
            await session.execute(_READ_ONLY)
            return await sharing.list_shared(session)

    @override
    async def plan(self) -> Plan:
        async with self._database.member(self._member_id) as session:
            await session.execute(_READ_ONLY)
            return plan_of(await get_member_by_id(session, self._member_id))

    @override
    async def opportunities(self, statuses: Sequence[Status]) -> tuple[KeptOpportunity, ...]:
        async with self._database.member(self._member_id) as session:
            await session.execute(_READ_ONLY)
            return await keeping.list_opportunities(session, statuses, limit=keeping.LISTED)

    @override
    async def taste(self) -> Mapping[Setup, float]:
        async with self._database.member(self._member_id) as session:
            await session.execute(_READ_ONLY)
            return await keeping.taste(session)

    @override
    async def options(self, statuses: Sequence[Status]) -> tuple[KeptOption, ...]:
        async with self._database.member(self._member_id) as session:
            await session.execute(_READ_ONLY)
            return await option_keeping.list_options(session, statuses, limit=option_keeping.LISTED)

    @override
    async def tally(self, statuses: Sequence[Status]) -> tuple[Tally, ...]:
        async with self._database.member(self._member_id) as session:
            await session.execute(_READ_ONLY)
            return await keeping.tally(session, statuses)

    @override
    async def option_records(self) -> Mapping[OptionSetup, OptionRecord]:
        async with self._database.member(self._member_id) as session:
            await session.execute(_READ_ONLY)
            return await option_keeping.option_records(session)

    @override
    async def option_taste(self) -> Mapping[OptionSetup, float]:
        async with self._database.member(self._member_id) as session:
            await session.execute(_READ_ONLY)
            return await option_keeping.option_taste(session)
