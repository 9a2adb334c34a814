"""Pictures out of a request's body, taken only once it is known who sends them.

Decided: the body is parsed here rather than by the framework, which would buffer all of it before the
route can ask for a sign-in. It is read as it comes, to disk beyond a megabyte, and no further than
the limit.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from app.core.errors import InvalidInput, TooLarge
from app.screenshots.pictures import MAX_BYTES

AT_ONCE = 4
BODY_LIMIT = AT_ONCE * MAX_BYTES + 64 * 1024
_FIELD_LIMIT = 1_000
_NAME_LENGTH = 100

FORM: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["pictures"],
                "properties": {
                    "pictures": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": AT_ONCE,
                        "items": {"type": "string", "format": "binary"},
                        "description": "PNG, JPEG, WebP or HEIC, 10 MB each.",
                    },
                    "keep_days": {
                        "type": "integer",
                        "minimum": 0,
                        "maximum": 90,
                        "description": "How long to keep them, 0 until they are confirmed; "
                        "remembered for the next ones.",
                    },
                },
            }
        }
    },
}
"""What `/openapi.json` says of the body, which the framework does not see."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The pictures of a request, in their order, and what was said of them."""

    pictures: tuple[UploadFile, ...]
    keep_days: int | None


def name_of(picture: UploadFile) -> str:
    return (picture.filename or "")[:_NAME_LENGTH]


async def content_of(picture: UploadFile) -> bytes:
    """Its bytes; `TooLarge` where they are more than a picture may have."""
    content: bytes = await picture.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise TooLarge("The picture is larger than 10 MB. Crop it to the positions.")
    return content


@asynccontextmanager
async def sent(request: Request, most_days: int) -> AsyncIterator[Sent]:
    """What `request` brings; its files are closed when the block ends."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > BODY_LIMIT:
        raise _too_large()
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise InvalidInput("Send the pictures as multipart/form-data, in fields called `pictures`.")
    parser = MultiPartParser(
        request.headers,
        _within(request.stream()),
        max_files=AT_ONCE,
        max_fields=AT_ONCE,
        max_part_size=_FIELD_LIMIT,
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        if error.message.startswith("Too many files"):
            raise InvalidInput(f"At most {AT_ONCE} pictures at once.") from error
        raise InvalidInput("The upload is broken: it cannot be taken apart.") from error
    try:
        found = form.getlist("pictures")
        pictures = tuple(each for each in found if isinstance(each, UploadFile))
        if not pictures:
            raise InvalidInput("There is no picture in the upload: `pictures` is missing.")
        yield Sent(pictures, _days(form.get("keep_days"), most_days))
    finally:
        await form.close()


async def _within(stream: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in stream:
        size += len(chunk)
        if size > BODY_LIMIT:
            raise _too_large()
        yield chunk


def _too_large() -> TooLarge:
    return TooLarge(f"{AT_ONCE} pictures of 10 MB are the most that can be sent at once.")


def _days(text: object, most: int) -> int | None:
    if text is None:
        return None
    if not isinstance(text, str) or not text.isascii() or not text.isdigit() or len(text) > 3:
        raise InvalidInput(f"keep_days: write a number of days from 0 to {most}.")
    if int(text) > most:
        raise InvalidInput(f"keep_days: a picture can be kept for {most} days at most.")
    return int(text)
