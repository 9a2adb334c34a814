"""`/api/v1/threads`: the member's conversations, read."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from app.api.auth import signed_in
from app.api.responses import FAILURES
from app.api.schemas import (
    CallBody,
    CardBody,
    GroundingBody,
    MessageBody,
    ThreadBody,
    ThreadMessages,
    ThreadsBody,
    UsageBody,
    key_of,
)
from app.api.state import Doors, doors
from app.conversations import service
from app.conversations.models import StoredMessage, Thread
from app.users.models import Member

router = APIRouter(prefix="/api/v1", tags=["conversations"], responses=FAILURES)

AtDoor = Annotated[Doors, Depends(doors)]
Asking = Annotated[Member, Depends(signed_in)]
ThreadId = Annotated[str, Path(description="As given by `/api/v1/chat`.")]


def thread_key(text: str) -> UUID:
    """The id a caller spells; what is none names no conversation."""
    return key_of(text, "conversation")


@router.get("/threads", summary="Conversations, latest first")
async def list_threads(
    at: AtDoor,
    member: Asking,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: str | None = None,
    search: Annotated[str, Query(max_length=200)] = "",
) -> ThreadsBody:
    async with at.database.member(member.id) as session:
        page = await service.list_threads(session, limit=limit, cursor=cursor, search=search)
    return ThreadsBody(
        threads=[_thread(each) for each in page.threads], next_cursor=page.next_cursor
    )


@router.get("/threads/{thread_id}", summary="One conversation with its messages and cards")
async def read_thread(at: AtDoor, member: Asking, thread_id: ThreadId) -> ThreadMessages:
    key = thread_key(thread_id)
    async with at.database.member(member.id) as session:
        thread = await service.get_thread(session, key)
        messages = await service.list_messages(session, key)
    return ThreadMessages(thread=_thread(thread), messages=[_message(each) for each in messages])


@router.delete("/threads/{thread_id}", status_code=204, summary="Delete a conversation")
async def delete_thread(at: AtDoor, member: Asking, thread_id: ThreadId) -> Response:
    async with at.database.member(member.id) as session:
        await service.delete_thread(session, thread_key(thread_id))
    return Response(status_code=204)


def _thread(thread: Thread) -> ThreadBody:
    return ThreadBody(
        id=str(thread.id),
        title=thread.title,
        created_at=thread.created_at,
        updated_at=thread.updated_at,
    )


def _message(message: StoredMessage) -> MessageBody:
    grounding, usage = message.grounding, message.usage
    return MessageBody(
        id=str(message.id),
        role=message.role.value,
        content=message.content,
        created_at=message.created_at,
        model=message.model,
        cards=[CardBody(element=card.element, props=dict(card.props)) for card in message.cards],
        tool_calls=[
            CallBody(name=call.name, arguments=dict(call.arguments), ok=call.ok)
            for call in message.calls
        ],
        grounding=GroundingBody(
            numbers=grounding["numbers"], bound=grounding["bound"], unbound=grounding["unbound"]
        )
        if grounding
        else None,
        usage=UsageBody(
            prompt_tokens=usage["prompt_tokens"], completion_tokens=usage["completion_tokens"]
        )
        if usage
        else None,
    )
