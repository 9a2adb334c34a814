"""Two of Chainlit's addresses, answered by us: a click on a card, and a thumb.

Chainlit's own would run any payload in any session, fail with 500 when a page lost its session,
and file feedback on messages of others.
"""

from http import HTTPStatus
from typing import Any, Literal, TypeVar
from uuid import UUID

from chainlit.session import WebsocketSession
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from app.chat import actions
from app.chat.acting import current_member
from app.chat.render import RUN
from app.chat.room import room
from app.conversations import service
from app.conversations.models import Feedback
from app.core.errors import InvalidInput, NotFound

Body = TypeVar("Body", bound=BaseModel)


class ActionCall(BaseModel):
    """What `callAction` of a card sends; `payload` is read by the action itself."""

    name: str
    payload: dict[str, Any] = {}


class ActionRequest(BaseModel):
    action: ActionCall
    sessionId: str  # noqa: N815 - Chainlit's name


class Thumb(BaseModel):
    forId: str  # noqa: N815
    value: Literal[0, 1]
    comment: str | None = None


class ThumbRequest(BaseModel):
    feedback: Thumb


class ThumbWithdrawn(BaseModel):
    feedbackId: str  # noqa: N815


async def act(request: Request) -> Response:
    """Run the action of a click in the member's own tab."""
    asked = await _read(request, ActionRequest)
    member = current_member()
    session = WebsocketSession.get_by_id(asked.sessionId)
    if session is None or getattr(session.user, "id", None) != str(member.id):
        detail = "This page lost its connection; it will be back in a moment. Try again."
        raise HTTPException(HTTPStatus.CONFLICT, detail)
    response = await actions.run(session, member, asked.action.name, asked.action.payload)
    return JSONResponse({"success": True, "response": response})


async def give_feedback(request: Request) -> Response:
    """A thumb on an answer of the member's own threads."""
    thumb = (await _read(request, ThumbRequest)).feedback
    key = _message(thumb.forId)
    feedback = Feedback(is_helpful=bool(thumb.value), comment=(thumb.comment or "")[:2_000])
    async with room().database.member(current_member().id) as session:
        await service.set_feedback(session, key, feedback, now=room().wall.now())
    return JSONResponse({"success": True, "feedbackId": str(key)})


async def withdraw_feedback(request: Request) -> Response:
    key = _message((await _read(request, ThumbWithdrawn)).feedbackId)
    async with room().database.member(current_member().id) as session:
        await service.clear_feedback(session, key)
    return JSONResponse({"success": True})


endpoints = Router(
    routes=[
        Route("/project/action", act, methods=["POST"]),
        Route("/feedback", give_feedback, methods=["PUT"]),
        Route("/feedback", withdraw_feedback, methods=["DELETE"]),
    ]
)


async def _read(request: Request, shape: type[Body]) -> Body:
    try:
        return shape.model_validate_json(await request.body())
    except ValidationError as error:
        faults = "; ".join(fault["msg"] for fault in error.errors(include_url=False))
        raise InvalidInput(f"This request makes no sense: {faults}") from error


def _message(step_id: str) -> UUID:
    try:
        return UUID(step_id.removeprefix(RUN))
    except ValueError as error:
        raise NotFound("There is no such message.") from error
