"""`POST /api/v1/chat`: one question, one turn; as JSON, or as it happens by server-sent events.

With `Accept: text/event-stream` the same turn comes as events named after `app.agents.events`:

    turn_started   {thread_id, message_id, is_new_thread}
    tool_started   {call_id, name, arguments}
    tool_finished  {call_id, name, arguments, ok, sentence}
    text_part      {text}
    number_part    {text, figures, label, bound}
    card_shown     {element, props}
    turn_done      the same object as the JSON answer
    failed         a problem, instead of the rest

A comment line every 15 s keeps proxies from closing the stream.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from app.agents.events import (
    CardShown,
    NumberPart,
    TextPart,
    ToolFinished,
    ToolStarted,
    TurnDone,
    TurnEvent,
    TurnStarted,
)
from app.agents.turns import take_turn
from app.api import problems
from app.api.auth import signed_in
from app.api.responses import failures
from app.api.schemas import (
    CallBody,
    CardBody,
    ChatAnswer,
    ChatRequest,
    GroundingBody,
    UsageBody,
)
from app.api.state import Doors, doors
from app.api.threads import thread_key
from app.core.errors import CoachError
from app.infra.telemetry import bound, get_logger
from app.users.models import Member

STREAM = "text/event-stream"
BREATH_SECONDS = 15

router = APIRouter(prefix="/api/v1", tags=["chat"])
log = get_logger(__name__)


@router.post(
    "/chat",
    summary="Ask the coach",
    response_model=ChatAnswer,
    responses={
        200: {
            "content": {STREAM: {"schema": {"type": "string"}, "example": "event: turn_started\n…"}}
        },
        **failures(401, 404, 413, 422, 429, 503),
    },
)
async def chat(
    asked: ChatRequest,
    request: Request,
    at: Annotated[Doors, Depends(doors)],
    member: Annotated[Member, Depends(signed_in)],
) -> Response:
    """One turn, stored in the conversation like one asked in the page.

    Send `Accept: text/event-stream` for events while it runs: turn_started, tool_started,
    tool_finished, text_part, number_part, card_shown, then turn_done or failed.
    """
    at.coach.check(asked.message, asked.as_of)
    at.turns.take(str(member.id))
    events = take_turn(
        at.database,
        at.coach,
        member_id=member.id,
        thread_id=thread_key(asked.thread_id) if asked.thread_id else None,
        question=asked.message,
        as_of=asked.as_of,
        clock=at.wall,
    )
    with bound(member_id=member.id):
        if STREAM in request.headers.get("accept", ""):
            return await _stream(events, request.url.path)
        return JSONResponse((await _whole(events)).model_dump(mode="json"))


async def _whole(events: AsyncGenerator[TurnEvent, None]) -> ChatAnswer:
    thread_id = ""
    answer: ChatAnswer | None = None
    async for event in events:
        if isinstance(event, TurnStarted):
            thread_id = str(event.thread_id)
        elif isinstance(event, TurnDone):
            answer = answer_body(event, thread_id)
    if answer is None:
        raise CoachError("The turn ended without an answer.")
    return answer


async def _stream(events: AsyncGenerator[TurnEvent, None], path: str) -> Response:
    """The first event is awaited here, so that what fails at once fails as a plain problem."""
    first = await anext(events)
    return StreamingResponse(
        _with_breath(_written(first, events, path)),
        media_type=STREAM,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _written(
    first: TurnEvent, events: AsyncGenerator[TurnEvent, None], path: str
) -> AsyncIterator[str]:
    thread_id = str(first.thread_id) if isinstance(first, TurnStarted) else ""
    try:
        yield _line(*_told(first, thread_id))
        async for event in events:
            yield _line(*_told(event, thread_id))
    except CoachError as error:
        yield _line("failed", problems.of_error(error, path).model_dump(exclude_none=True))
    except Exception as error:
        log.exception("turn failed", exc_info=error)
        found = problems.problem(500, problems.BUG, code="internal_error", instance=path)
        yield _line("failed", found.model_dump(exclude_none=True))


async def _with_breath(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    """`lines`, with a comment whenever nothing came for a while."""
    upcoming = asyncio.ensure_future(anext(lines))
    try:
        while True:
            done, _ = await asyncio.wait({upcoming}, timeout=BREATH_SECONDS)
            if not done:
                yield ": still here\n\n"
                continue
            yield upcoming.result()
            upcoming = asyncio.ensure_future(anext(lines))
    except StopAsyncIteration:
        return
    finally:
        upcoming.cancel()


def _line(event: str, body: dict[str, Any]) -> str:
    return f"event: {event}\ndata: {json.dumps(body, ensure_ascii=False, default=str)}\n\n"


def _told(event: TurnEvent, thread_id: str) -> tuple[str, dict[str, Any]]:
    match event:
        case TurnStarted():
            return "turn_started", {
                "thread_id": str(event.thread_id),
                "message_id": str(event.message_id),
                "is_new_thread": event.is_new_thread,
            }
        case ToolStarted():
            return "tool_started", _call(event)
        case ToolFinished():
            return "tool_finished", {**_call(event), "ok": event.ok, "sentence": event.sentence}
        case TextPart():
            return "text_part", {"text": event.text}
        case NumberPart():
            return "number_part", {
                "text": event.text,
                "figures": list(event.figures),
                "label": event.label,
                "bound": event.is_bound,
            }
        case CardShown():
            return "card_shown", {"element": event.card.element, "props": event.card.props()}
        case TurnDone():
            return "turn_done", answer_body(event, thread_id).model_dump(mode="json")


def _call(event: ToolStarted | ToolFinished) -> dict[str, Any]:
    return {"call_id": event.call_id, "name": event.name, "arguments": dict(event.arguments)}


def answer_body(done: TurnDone, thread_id: str) -> ChatAnswer:
    """A finished turn as the interface tells it."""
    return ChatAnswer(
        thread_id=thread_id,
        answer=done.answer,
        cards=[CardBody(element=card.element, props=card.props()) for card in done.cards],
        tool_calls=[
            CallBody(name=call.name, arguments=dict(call.arguments), ok=call.ok)
            for call in done.calls
        ],
        grounding=GroundingBody(
            numbers=done.grounding.numbers,
            bound=done.grounding.bound,
            unbound=list(done.grounding.unbound),
        ),
        usage=UsageBody(
            prompt_tokens=done.usage.prompt_tokens, completion_tokens=done.usage.completion_tokens
        ),
        model=done.model,
    )
