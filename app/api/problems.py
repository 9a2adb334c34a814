"""Every error leaves as `application/problem+json` (RFC 9457), with the request's id.

Decided: two layers. Handlers turn our own errors into rich problems; `ProblemShape` stands around
the whole web process and turns whatever else answers with 4xx or 5xx (the router, static files,
the mounted chat) into the same shape. A bug tells the caller only its id; the log tells the rest.
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import CoachError, NotFound, RateLimited
from app.infra.telemetry import bound_ids, get_logger

MEDIA_TYPE = "application/problem+json"
POSTED_TO = "/api/v1/signals/in/"
BUG = "Something broke on our side. Nothing was lost; quote the request id if you report it."

log = get_logger(__name__)


class FieldFault(BaseModel):
    """One thing wrong with the request: where, and what."""

    where: str = Field(examples=["query.period"])
    message: str = Field(examples=["Input should be 'day', 'week' or 'month'"])


class Problem(BaseModel):
    """RFC 9457. `code` is for programs, `detail` for people, `request_id` for the log."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "/docs#not_found",
                "title": "Not Found",
                "status": 404,
                "detail": "There is no symbol APPL. Did you mean AAPL?",
                "instance": "/api/v1/levels/APPL",
                "code": "not_found",
                "request_id": "019ad3a1-7d1f-7c31-9d7e-2f4a7f0c1b55",
                "suggestions": ["AAPL"],
            }
        }
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[FieldFault] | None = None
    suggestions: list[str] | None = None


def shown(path: str) -> str:
    """A path as logs and answers may have it: addresses that hold a secret end where it begins."""
    begins, there, _ = path.partition(POSTED_TO)
    return begins + there


class ProblemResponse(Response):
    media_type = MEDIA_TYPE


def problem(
    status: int,
    detail: str,
    *,
    code: str,
    instance: str,
    extra: Mapping[str, Any] | None = None,
) -> Problem:
    """The problem of this request; `instance` is its path, `extra` fills `errors` or `suggestions`."""
    return Problem(
        type=f"/docs#{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=shown(instance),
        code=code,
        request_id=str(bound_ids().get("request_id", "")),
        **(extra or {}),
    )


def respond(found: Problem, headers: Mapping[str, str] | None = None) -> Response:
    body = found.model_dump_json(exclude_none=True)
    return ProblemResponse(body, found.status, headers=dict(headers or {}))


def of_error(error: CoachError, instance: str) -> Problem:
    """The problem that says what `error` says."""
    suggestions = list(error.suggestions) if isinstance(error, NotFound) else []
    extra = {"suggestions": suggestions} if suggestions else {}
    return problem(error.status, error.message, code=error.code, instance=instance, extra=extra)


def headers_of(error: CoachError) -> dict[str, str]:
    """What HTTP wants to be said beside the body."""
    if isinstance(error, RateLimited):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {"WWW-Authenticate": "Bearer"} if error.status == HTTPStatus.UNAUTHORIZED else {}


def install(web: FastAPI) -> None:
    """Register the handlers of our own errors."""
    web.add_exception_handler(CoachError, _coach_error)
    web.add_exception_handler(RequestValidationError, _validation)
    web.add_exception_handler(HTTPException, _http)
    web.add_exception_handler(Exception, _bug)


async def _coach_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, CoachError)  # noqa: S101 - registered for this type
    return respond(of_error(error, request.url.path), headers_of(error))


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type
    faults = [_fault(each) for each in error.errors()]
    detail = "; ".join(f"{fault.where}: {fault.message}" for fault in faults)
    return respond(
        problem(
            422, detail, code="invalid_input", instance=request.url.path, extra={"errors": faults}
        )
    )


def _fault(error: Mapping[str, Any]) -> FieldFault:
    where: Sequence[Any] = error.get("loc", ())
    return FieldFault(where=".".join(map(str, where)), message=str(error.get("msg", "invalid")))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type
    found = problem(
        error.status_code,
        str(error.detail),
        code=_code(error.status_code),
        instance=request.url.path,
    )
    return respond(found, error.headers)


async def _bug(request: Request, error: Exception) -> Response:
    log.error("request failed", exc_info=error)
    return respond(problem(500, BUG, code="internal_error", instance=request.url.path))


def _code(status: int) -> str:
    return HTTPStatus(status).phrase.lower().replace(" ", "_").replace("-", "_")


class ProblemShape:
    """ASGI: whatever fails in `app` without a problem's shape gets it here."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        shaped = _Shaped(scope, receive, send)
        try:
            await self.app(scope, receive, shaped.take)
        except Exception as error:  # noqa: BLE001 - the edge of the web process
            await shaped.fail(error)


class _Shaped:
    """The response of one request: passed on as it comes, unless it must be rewritten."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.has_started = False
        self.failing: Message | None = None
        self.body = bytearray()

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_started = True
            if _needs_shape(message):
                self.failing = message
                return
        if self.failing is None:
            await self.send(message)
            return
        self.body += message.get("body", b"")
        if not message.get("more_body", False):
            start, self.failing = self.failing, None
            await self._finish(start, bytes(self.body))

    async def fail(self, error: Exception) -> None:
        if self.has_started and self.failing is None:
            # the handler of `Exception` has answered and logged; Starlette raises it once more
            return
        log.error("request failed", exc_info=error)
        await self._respond(500, "")

    async def _finish(self, start: Message, body: bytes) -> None:
        detail = _detail(body)
        if detail is None:
            await self.send(start)
            await self.send({"type": "http.response.body", "body": body})
        else:
            await self._respond(start["status"], detail)

    async def _respond(self, status: int, detail: str) -> None:
        bug = status == HTTPStatus.INTERNAL_SERVER_ERROR
        found = problem(
            status,
            BUG if bug else detail or HTTPStatus(status).description or HTTPStatus(status).phrase,
            code="internal_error" if bug else _code(status),
            instance=self.scope["path"],
        )
        await respond(found)(self.scope, self.receive, self.send)


def _needs_shape(start: Message) -> bool:
    if start["status"] < HTTPStatus.BAD_REQUEST:
        return False
    kind = dict(start.get("headers", ())).get(b"content-type", b"text/plain")
    return bool(kind.startswith((b"application/json", b"text/plain")))


def _detail(body: bytes) -> str | None:
    """What a framework's failure says; None for a body that is somebody's own answer."""
    try:
        content = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(content, dict) or "detail" not in content:
        return None
    return content["detail"] if isinstance(content["detail"], str) else ""
