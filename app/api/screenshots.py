"""`/api/v1/screenshots`: pictures of a broker's screen become rows; confirmed rows become positions.

Decided: the rows come in the answer, because whoever sends a picture waits for it. Recognition runs
in a process of its own, and no transaction is open while it does. A crop is fetched by its address
rather than sent along, so that it is gone when the picture is.
"""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Path, Response, UploadFile
from pydantic import Field

from app.api.auth import signed_in
from app.api.responses import failures
from app.api.schemas import Body, Number
from app.api.state import Doors, doors
from app.core.errors import InvalidInput, NotFound
from app.infra.telemetry import bound
from app.screenshots import service
from app.screenshots.confidence import confidence
from app.screenshots.models import FieldName, Kind, PositionRow, Seen, Shows
from app.screenshots.pictures import MAX_BYTES
from app.screenshots.repository import Screenshot
from app.users.models import Member
from app.users.service import save_preferences

AT_ONCE = 4
BODY_LIMIT = AT_ONCE * MAX_BYTES + 64 * 1024
UPLOADS = "/api/v1/screenshots"
PREFERENCE = "screenshot_days"

router = APIRouter(
    prefix="/api/v1",
    tags=["screenshots"],
    responses=failures(401, 404, 409, 413, 422, 429, 503),
)

AtDoor = Annotated[Doors, Depends(doors)]
Asking = Annotated[Member, Depends(signed_in)]
ScreenshotId = Annotated[str, Path(description="As given when the picture was sent.")]


class CropBody(Body):
    """Where a row stands in the picture, in pixels, and its own picture."""

    left: int
    top: int
    width: int
    height: int
    url: str


class FieldBody(Body):
    """What was read: a number, a date or a word; `confidence` is the share of such fields that were
    right when measured, `evidence` why."""

    value: Number | date | str
    text: str
    confidence: float
    evidence: Literal["checked", "agreed", "clear", "faint", "derived", "doubted"]


class RowBody(Body):
    """A position. A field that could not be read is null; `doubts` say in words what is unsure.
    `group` names the line of a combination that the row is a leg of."""

    index: int
    crop: CropBody
    group: str
    doubts: list[str]
    fields: dict[str, FieldBody | None]


class ScreenshotBody(Body):
    """A picture that was read. Nothing of it is a position before it is confirmed."""

    id: str
    created_at: datetime
    kept_until: datetime
    confirmed_at: datetime | None
    width: int
    height: int
    url: str
    shows: str = Field(examples=["positions", "a list of orders"])
    says: str = Field(description="One sentence for a person.")
    broker: str = Field(examples=["thinkorswim"])
    readers: list[str] = Field(examples=[["ocr"]])
    doubts: list[str]
    rows: list[RowBody]


class RefusedBody(Body):
    """A picture that could not be read, and why."""

    name: str
    detail: str


class ScreenshotsBody(Body):
    screenshots: list[ScreenshotBody]
    refused: list[RefusedBody]


Finite = Annotated[Decimal, Field(allow_inf_nan=False)]


class ConfirmedRow(Body):
    """A row as the member confirms it; negative quantities are short. `price` is what was paid."""

    underlying: str = Field(min_length=1, max_length=20, examples=["SPY"])
    quantity: Finite
    kind: Kind = Kind.STOCK
    right: Literal["call", "put"] | None = None
    strike: Finite | None = None
    expiry: date | None = None
    price: Finite | None = None


class Confirmation(Body):
    rows: list[ConfirmedRow] = Field(min_length=1, max_length=100)


class ConfirmedPosition(Body):
    id: str
    label: str = Field(examples=["SPY 410 call 16 Jun 2023"])
    quantity: Number


class ConfirmedBody(Body):
    """`is_repeated` where this very confirmation had been stored before; `remarks` say what was kept
    of positions whose cost the picture does not show."""

    positions: list[ConfirmedPosition]
    is_repeated: bool
    remarks: list[str]


@router.post("/screenshots", summary="Read positions out of pictures", status_code=201)
async def send(
    at: AtDoor,
    member: Asking,
    pictures: Annotated[list[UploadFile], File(description="PNG, JPEG, WebP or HEIC, 10 MB each.")],
    keep_days: Annotated[
        int | None,
        Form(
            ge=1,
            le=service.MOST_DAYS,
            description="How long to keep them; remembered for the next ones.",
        ),
    ] = None,
) -> ScreenshotsBody:
    """Nothing becomes a position here. A single picture that cannot be opened is 422; of several,
    those that cannot are named in `refused`."""
    if len(pictures) > AT_ONCE:
        raise InvalidInput(f"At most {AT_ONCE} pictures at once.")
    days = await _days(at, member, keep_days)
    found: list[ScreenshotBody] = []
    refused: list[RefusedBody] = []
    for each in pictures:
        at.pictures.take(str(member.id))
        try:
            with bound(member_id=member.id):
                found.append(await _read(at, member, await each.read(MAX_BYTES + 1), days))
        except InvalidInput as error:
            if len(pictures) == 1:
                raise
            refused.append(RefusedBody(name=(each.filename or "")[:100], detail=error.message))
    return ScreenshotsBody(screenshots=found, refused=refused)


@router.get("/screenshots/{screenshot_id}", summary="A picture that was read")
async def show(at: AtDoor, member: Asking, screenshot_id: ScreenshotId) -> ScreenshotBody:
    async with at.database.member(member.id) as session:
        return _body(await service.get(session, _key(screenshot_id)))


@router.get("/screenshots/{screenshot_id}/picture", summary="Its pixels", response_class=Response)
async def picture(at: AtDoor, member: Asking, screenshot_id: ScreenshotId) -> Response:
    async with at.database.member(member.id) as session:
        return _webp(await service.picture(session, _key(screenshot_id)))


@router.get(
    "/screenshots/{screenshot_id}/crops/{row}",
    summary="The part a row was read from",
    response_class=Response,
)
async def crop(at: AtDoor, member: Asking, screenshot_id: ScreenshotId, row: int) -> Response:
    async with at.database.member(member.id) as session:
        whole, box = await service.crop(session, _key(screenshot_id), row)
    return _webp(await asyncio.to_thread(service.cut, whole, box))


@router.post("/screenshots/{screenshot_id}/confirm", summary="Make positions of confirmed rows")
async def confirm(
    at: AtDoor, member: Asking, screenshot_id: ScreenshotId, confirmed: Confirmation
) -> ConfirmedBody:
    """What is confirmed is all there is of each contract, as a broker's list shows it. The same
    confirmation again changes nothing; a different one is 409."""
    rows = [service.Confirmed(**each.model_dump()) for each in confirmed.rows]
    async with at.database.member(member.id) as session:
        stored = await service.confirm(
            session, _key(screenshot_id), rows, market=at.market, now=at.wall.now()
        )
    return ConfirmedBody(
        positions=[
            ConfirmedPosition(id=str(each.id), label=each.asset.label, quantity=each.quantity)
            for each in stored.positions
        ],
        is_repeated=stored.is_repeated,
        remarks=list(stored.remarks),
    )


@router.delete("/screenshots/{screenshot_id}", status_code=204, summary="Delete a picture")
async def delete(at: AtDoor, member: Asking, screenshot_id: ScreenshotId) -> Response:
    """The picture and what was read in it; positions made of it stay."""
    async with at.database.member(member.id) as session:
        await service.delete(session, _key(screenshot_id))
    return Response(status_code=204)


async def _days(at: Doors, member: Member, chosen: int | None) -> int:
    """How long this member keeps pictures; a choice is remembered."""
    before = member.preferences.get(PREFERENCE)
    if chosen is None:
        return before if isinstance(before, int) else service.DEFAULT_DAYS
    if chosen != before:
        async with at.database.member(member.id) as session:
            await save_preferences(session, member.id, {**member.preferences, PREFERENCE: chosen})
    return chosen


async def _read(at: Doors, member: Member, content: bytes, days: int) -> ScreenshotBody:
    sight, reading = await at.picture_reader.read(content)
    async with at.database.member(member.id) as session:
        return _body(await service.keep(session, sight, reading, days=days, now=at.wall.now()))


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("There is no such screenshot.") from error


def _webp(content: bytes) -> Response:
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="image/webp", headers=headers)


def _body(screenshot: Screenshot) -> ScreenshotBody:
    reading = screenshot.reading
    url = f"/api/v1/screenshots/{screenshot.id}"
    return ScreenshotBody(
        id=str(screenshot.id),
        created_at=screenshot.created_at,
        kept_until=screenshot.kept_until,
        confirmed_at=screenshot.confirmed_at,
        width=screenshot.width,
        height=screenshot.height,
        url=f"{url}/picture",
        shows=reading.shows.value,
        says=sentence(reading.shows, len(reading.rows)),
        broker=reading.broker.value,
        readers=list(reading.readers),
        doubts=list(reading.doubts),
        rows=[_row(index, row, url) for index, row in enumerate(reading.rows)],
    )


def sentence(shows: Shows, rows: int) -> str:
    """What a picture is, for a person."""
    if shows is Shows.POSITIONS:
        return f"{rows} position{'' if rows == 1 else 's'} found. Check them before you confirm."
    return f"No positions: the picture shows {shows.value}."


def _row(index: int, row: PositionRow, url: str) -> RowBody:
    box = row.box
    return RowBody(
        index=index,
        crop=CropBody(
            left=box.left,
            top=box.top,
            width=box.right - box.left,
            height=box.height,
            url=f"{url}/crops/{index}",
        ),
        group=row.group,
        doubts=list(row.doubts),
        fields=_fields(row.fields),
    )


def _fields(seen: Mapping[FieldName, Seen]) -> dict[str, FieldBody | None]:
    return {name.value: _field(seen[name]) if name in seen else None for name in FieldName}


def _field(seen: Seen) -> FieldBody:
    found: dict[str, Any] = {"value": seen.value, "text": seen.text[:80]}
    return FieldBody(**found, confidence=confidence(seen), evidence=seen.evidence.value)
