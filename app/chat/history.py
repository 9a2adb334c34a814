"""Our conversations as Chainlit's data layer: lent, never given away.

Decided: the turn itself stores what was said (`app.agents.turns`), so what Chainlit reports about
steps, elements and its own session is not written at all, and cannot be written twice. Every
question runs in a transaction of the acting member: another member's thread is not refused, it
does not exist.
"""

from typing import Any, cast
from uuid import UUID

from chainlit.data.base import BaseDataLayer
from chainlit.element import ElementDict
from chainlit.step import StepDict
from chainlit.types import PageInfo, PaginatedResponse, Pagination, ThreadDict, ThreadFilter
from chainlit.user import PersistedUser, User
from typing_extensions import override

from app.chat import stored
from app.chat.acting import current_member
from app.chat.room import room
from app.conversations import service
from app.conversations.models import Thread
from app.core.errors import NotFound
from app.users.models import Member
from app.users.service import find_member

PAGE = 50


class History(BaseDataLayer):
    """Reads threads; renames and deletes them. Everything else the coach writes by itself."""

    @override
    async def get_user(self, identifier: str) -> PersistedUser | None:
        async with room().database.system() as session:
            member = await find_member(session, identifier)
        return None if member is None else _user(member)

    @override
    async def create_user(self, user: User) -> PersistedUser | None:
        """Members are made when they sign in; a token that outlived its member makes none."""
        return await self.get_user(user.identifier)

    @override
    async def list_threads(
        self, pagination: Pagination, filters: ThreadFilter
    ) -> "PaginatedResponse[ThreadDict]":
        """The list beside the chat: titles only, one page, filtered by the database."""
        async with room().database.member(current_member().id) as session:
            page = await service.list_threads(
                session,
                limit=min(pagination.first, PAGE),
                cursor=pagination.cursor,
                search=filters.search or "",
                is_helpful=None if filters.feedback is None else bool(filters.feedback),
            )
        return PaginatedResponse(
            pageInfo=PageInfo(
                hasNextPage=page.next_cursor is not None,
                startCursor=pagination.cursor,
                endCursor=page.next_cursor,
            ),
            data=[_thread(thread) for thread in page.threads],
        )

    @override
    async def get_thread(self, thread_id: str) -> ThreadDict | None:
        key = _key(thread_id)
        if key is None:
            return None
        async with room().database.member(current_member().id) as session:
            try:
                thread = await service.get_thread(session, key)
            except NotFound:
                return None
            messages = await service.list_messages(session, key)
        steps, elements = stored.drawn(messages)
        found = _thread(thread)
        found["steps"] = cast("list[StepDict]", steps)
        found["elements"] = cast("list[ElementDict]", elements)
        return found

    @override
    async def get_thread_author(self, thread_id: str) -> str:
        """Its member's identifier; empty, hence "not found", for everybody else."""
        key = _key(thread_id)
        member = current_member()
        if key is None:
            return ""
        async with room().database.member(member.id) as session:
            try:
                await service.get_thread(session, key)
            except NotFound:
                return ""
        return member.identifier

    @override
    async def update_thread(
        self,
        thread_id: str,
        name: str | None = None,
        user_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        tags: list[str] | None = None,
    ) -> None:
        """Rename. Chainlit also calls this when a chat begins, with its user, and when a tab
        closes, with the tab's state: the turn makes the thread, and a tab's state is not kept."""
        key = _key(thread_id)
        if name is None or user_id is not None or key is None:
            return
        async with room().database.member(current_member().id) as session:
            await service.rename_thread(session, key, name)

    @override
    async def delete_thread(self, thread_id: str) -> None:
        key = _key(thread_id)
        if key is not None:
            async with room().database.member(current_member().id) as session:
                await service.delete_thread(session, key)

    @override
    async def get_element(self, thread_id: str, element_id: str) -> Any:
        thread = await self.get_thread(thread_id)
        elements = (thread["elements"] if thread else None) or []
        return next((each for each in elements if each["id"] == element_id), None)

    @override
    async def create_step(self, step_dict: Any) -> None:
        """Stored by the turn."""

    @override
    async def update_step(self, step_dict: Any) -> None:
        """Stored by the turn."""

    @override
    async def delete_step(self, step_id: str) -> None:
        """Nothing that was said is taken back from a page."""

    @override
    async def create_element(self, element: Any) -> None:
        """Cards are the coach's; a browser's version of one is not stored."""

    @override
    async def delete_element(self, element_id: str, thread_id: str | None = None) -> None:
        """The same."""

    @override
    async def upsert_feedback(self, feedback: Any) -> str:
        raise NotImplementedError("feedback has a door of its own: app.chat.endpoints")

    @override
    async def delete_feedback(self, feedback_id: str) -> bool:
        raise NotImplementedError("feedback has a door of its own: app.chat.endpoints")

    @override
    async def get_favorite_steps(self, user_id: str) -> list[Any]:
        return []

    @override
    async def build_debug_url(self) -> str:
        return ""

    @override
    async def close(self) -> None:
        """The database belongs to the web process."""


def _user(member: Member) -> PersistedUser:
    return PersistedUser(
        id=str(member.id),
        identifier=member.identifier,
        display_name=member.name,
        metadata={"is_demo": member.is_demo},
        createdAt=member.created_at.isoformat(),
    )


def _thread(thread: Thread) -> ThreadDict:
    return ThreadDict(
        id=str(thread.id),
        createdAt=thread.updated_at.isoformat(),
        name=thread.title,
        userId=str(thread.member_id),
        userIdentifier=current_member().identifier,
        tags=None,
        metadata={},
        steps=[],
        elements=[],
    )


def _key(thread_id: str) -> UUID | None:
    try:
        return UUID(thread_id)
    except ValueError:
        return None
