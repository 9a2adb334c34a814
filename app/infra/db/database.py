"""Sessions that speak for a member, and the proof that they cannot speak for more.

Decided: PostgreSQL isolates members, not our queries. The pool connects as `coach_app`, which owns
nothing and cannot bypass row-level security; each transaction says for whom it acts, and a
transaction that says nothing sees nothing. With only the owner's URL the pool switches to that
role at connect; a role that could bypass the policies is refused at the start.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self
from uuid import UUID

from sqlalchemy import URL, event, make_url, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from app.core.errors import CoachError, ProviderUnavailable
from app.infra.db.rows import MEMBER_SETTING, SYSTEM_SETTING, storable_json

APP_ROLE = "coach_app"

_SET = text("SELECT set_config(:setting, :value, true)")
_RIGHTS = text(
    """
    SELECT current_user AS role,
           role.rolsuper OR role.rolbypassrls AS bypasses,
           EXISTS (
               SELECT FROM pg_class
               WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
                 AND pg_has_role(current_user, relowner, 'USAGE')
           ) AS owns
    FROM pg_roles AS role WHERE role.rolname = current_user
    """
)


class UnsafeRole(CoachError):
    """The application's role could see every member's rows; nothing is served with it."""

    code = "unsafe_role"
    status = 500


class Database:
    """A pool of connections and the two ways to open a transaction on it.

    A transaction commits when its block ends and rolls back when the block raises; services never
    commit. `ProviderUnavailable` when PostgreSQL does not answer.
    """

    def __init__(
        self,
        url: URL | str,
        *,
        role: str | None = None,
        pool_size: int = 10,
        wait_seconds: float = 10,
    ) -> None:
        """Connect lazily to `url`; with `role`, every connection switches to it first.

        At most twice `pool_size` transactions run at once; another waits for its turn.
        """
        self.url = psycopg_url(url)
        self._engine = create_async_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=wait_seconds,
            pool_pre_ping=True,
            json_serializer=_dump_json,
        )
        if role is not None:
            _switch_role(self._engine, role)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    @classmethod
    def of(cls, *, owner_url: str | None, app_url: str | None, pool_size: int = 10) -> Self:
        """By the application's own URL where there is one, else by the owner's and `SET ROLE`."""
        if app_url:
            return cls(app_url, pool_size=pool_size)
        if owner_url:
            return cls(owner_url, role=APP_ROLE, pool_size=pool_size)
        raise ProviderUnavailable(
            "No database is configured. Start with `./coach run`, or set COACH_DATABASE__URL."
        )

    @asynccontextmanager
    async def member(self, member_id: UUID) -> AsyncIterator[AsyncSession]:
        """One transaction that sees and writes only what `member_id` owns."""
        async with self._acting(MEMBER_SETTING, str(member_id)) as session:
            yield session

    @asynccontextmanager
    async def system(self) -> AsyncIterator[AsyncSession]:
        """One transaction for what no member owns, for sign-in and for the outbox.

        Conversations stay closed to it: only policies that name the system let it in.
        """
        async with self._acting(SYSTEM_SETTING, "on") as session:
            yield session

    async def verify(self) -> None:
        """Refuse (`UnsafeRole`) a role that row-level security would not hold."""
        async with self.system() as session:
            rights = (await session.execute(_RIGHTS)).one()
        if rights.bypasses or rights.owns:
            reason = "bypasses row-level security" if rights.bypasses else "owns the tables"
            raise UnsafeRole(
                f"The database role `{rights.role}` {reason}, so members would not be kept apart."
                f" Let COACH_DATABASE__APP_URL connect as `{APP_ROLE}`, or leave it empty."
            )

    async def close(self) -> None:
        await self._engine.dispose()

    @asynccontextmanager
    async def _acting(self, setting: str, value: str) -> AsyncIterator[AsyncSession]:
        async with _answering(), self._sessions.begin() as session:
            await session.execute(_SET, {"setting": setting, "value": value})
            yield session


def psycopg_url(url: URL | str) -> URL:
    """`postgres://…` in any spelling, for psycopg 3."""
    return make_url(url).set(drivername="postgresql+psycopg")


@asynccontextmanager
async def _answering() -> AsyncIterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise ProviderUnavailable("The database is busy; try again in a moment.") from error
    except DBAPIError as error:
        if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
            raise ProviderUnavailable("The database does not answer; try again.") from error
        raise


def _switch_role(engine: AsyncEngine, role: str) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def switch(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'SET ROLE "{role}"')
        connection.commit()


def _dump_json(value: Any) -> str:
    return json.dumps(storable_json(value), allow_nan=False, ensure_ascii=False)
