"""Structured logs: one JSON object a line, each with the request, member and turn it belongs to.

Decided: ids travel in context variables, so that a line written deep in a tool still names its
request; what a member writes never reaches a log at `info` or above. Libraries that log the
standard way come out in the same shape.
"""

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor

from app.core.ids import new_id

_OWN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_QUIET = ("httpx", "httpcore", "engineio", "socketio", "asyncio", "watchfiles", "uvicorn.access")
"""Libraries whose `info` repeats what our own lines say."""


# without the frames' variables: they hold tokens and what members wrote
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    ExceptionDictTransformer(show_locals=False, max_frames=20)
)


def configure_logging(level: str, stream: TextIO | None = None) -> None:
    """Send everything to `stream` (standard error) as JSON from `level` upwards."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _TRACEBACKS,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )
    )
    _route(handler, level.upper())


def _route(handler: logging.Handler, level: str) -> None:
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in [*logging.Logger.manager.loggerDict]:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger that takes an event's name and its fields: `log.info("turn done", ms=12)`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


@contextmanager
def bound(**ids: object) -> Iterator[None]:
    """Within this block every line carries `ids`, such as `turn_id`."""
    with structlog.contextvars.bound_contextvars(
        **{name: str(value) for name, value in ids.items()}
    ):
        yield


def bound_ids() -> Mapping[str, Any]:
    """What `bound` says here and now."""
    return structlog.contextvars.get_contextvars()


def request_id(offered: str | None) -> str:
    """The caller's own request id if it is a plain one of up to 64 characters, else a new one."""
    if offered is not None and _OWN_ID.fullmatch(offered):
        return offered
    return str(new_id())
