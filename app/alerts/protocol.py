"""The alerts of the member who asks, as the coach may read them.

Decided: a port to read and nothing else, whose transactions PostgreSQL itself keeps from writing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy import text
from typing_extensions import override

from app.alerts import repository, service
from app.alerts.models import Alert, Told
from app.alerts.monitor_book import MemberBook
from app.alerts.values import Book, NoBook
from app.core.errors import NotSignedIn
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.macro.source import MacroSource
from app.market.protocol import MarketData
from app.notifications.models import Channel
from app.notifications.repository import list_channels

_READ_ONLY = text("SET TRANSACTION READ ONLY")
_NOBODY = "Alerts belong to a member: sign in to ask about yours."


@dataclass(frozen=True, slots=True)
class History:
    """How often anything was told in all, and the `latest` of it with its alert, the last first;
    dropped alerts are among them."""

    count: int
    latest: Sequence[tuple[Told, Alert]]


class Watched(Protocol):
    """What one member wants to be told of."""

    async def alerts(self) -> Sequence[Alert]:
        """Watched, fired and expired ones, the newest first; `NotSignedIn` where nobody asks."""
        ...

    async def history(self, symbol: Symbol | None, *, limit: int) -> History:
        """What was told, of one symbol or of all; `NotSignedIn` where nobody asks."""
        ...

    async def channels(self) -> Sequence[Channel]:
        """Where the member can be told beside the conversation; none where nobody asks."""
        ...

    def book(self, market: MarketData, macro: MacroSource) -> Book:
        """What the member holds, in numbers a condition may ask for."""
        ...


class NothingWatched(Watched):
    """Nobody's: a question from the terminal has no member."""

    @override
    async def alerts(self) -> Sequence[Alert]:
        raise NotSignedIn(_NOBODY)

    @override
    async def history(self, symbol: Symbol | None, *, limit: int) -> History:
        raise NotSignedIn(_NOBODY)

    @override
    async def channels(self) -> Sequence[Channel]:
        return ()

    @override
    def book(self, market: MarketData, macro: MacroSource) -> Book:
        return NoBook()


class MemberAlerts(Watched):
    """Those of a member, each read in a transaction of its own."""

    def __init__(self, database: Database, member_id: UUID) -> None:
        self._database = database
        self._member_id = member_id

    @override
    async def alerts(self) -> Sequence[Alert]:
        async with self._database.member(self._member_id) as session:
            await session.execute(_READ_ONLY)
            return await service.list_alerts(session)

    @override
    async def history(self, symbol: Symbol | None, *, limit: int) -> History:
        async with self._database.member(self._member_id) as session:
            await session.execute(_READ_ONLY)
            return History(*await repository.list_history(session, symbol, limit=limit))

    @override
    async def channels(self) -> Sequence[Channel]:
        async with self._database.member(self._member_id) as session:
            await session.execute(_READ_ONLY)
            return await list_channels(session)

    @override
    def book(self, market: MarketData, macro: MacroSource) -> Book:
        return MemberBook(self._database, self._member_id, market, macro)
