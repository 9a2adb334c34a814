"""`/api/v1/screenshots`: pictures of a broker's screen become rows; confirmed rows become positions.

Decided: the rows come in the answer, because whoever sends a picture waits for it. Recognition runs
in a process of its own, and no transaction is open while it does. A crop is fetched by its address
rather than sent along, so that it is gone when the picture is. Of several pictures each has its own
outcome: what befalls one keeps no other from being read.
"""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.datastructures import UploadFile

from app.api.auth import signed_in
from app.api.responses import failures
from app.api.schemas import key_of
from app.api.screenshot_bodies import (
    Confirmation,
    ConfirmedBody,
    ConfirmedPosition,
    KeepingBody,
    ScreenshotBody,
    ScreenshotListBody,
    ScreenshotsBody,
    body_of,
    listed,
    refused_of,
)
from app.api.state import Doors, doors
from app.api.uploads import FORM, content_of, name_of, sent
from app.core.errors import CoachError, RateLimited
from app.infra.telemetry import bound
from app.screenshots import service
from app.screenshots.plausible import against_market
from app.screenshots.waiting import Seats
from app.users.models import Member
from app.users.service import save_preferences

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


@router.post(
    "/screenshots",
    summary="Read positions out of pictures",
    status_code=201,
    openapi_extra={"requestBody": FORM},
    responses={207: {"model": ScreenshotsBody, "description": "None of several could be read."}},
)
async def send(at: AtDoor, member: Asking, request: Request, answer: Response) -> ScreenshotsBody:
    """Nothing becomes a position here. A single picture that cannot be read is an error of its own;
    of several, those that cannot are named in `refused`, each with its reason."""
    key = str(member.id)
    with at.waiting.entered(key) as seats:
        at.pictures.take(key)
        async with sent(request, service.MOST_DAYS) as upload:
            days = await _days(at, member, upload.keep_days)
            barred = [None, *(_barred(at, seats) for _ in upload.pictures[1:])]
            outcomes = [
                reason or await _outcome(at, member, each, days)
                for each, reason in zip(upload.pictures, barred, strict=True)
            ]
            names = [name_of(each) for each in upload.pictures]
    return _summed_up(names, outcomes, answer)


@router.get("/screenshots", summary="Pictures that are kept, the newest first")
async def index(
    at: AtDoor,
    member: Asking,
    limit: Annotated[int, Query(ge=1, le=service.MOST_LISTED)] = 20,
) -> ScreenshotListBody:
    """Without their rows; each has them under its own address."""
    async with at.database.member(member.id) as session:
        found = await service.list_screenshots(session, now=at.wall.now(), limit=limit)
    return ScreenshotListBody(screenshots=[listed(each) for each in found])


@router.get("/screenshots/{screenshot_id}", summary="A picture that was read")
async def show(at: AtDoor, member: Asking, screenshot_id: ScreenshotId) -> ScreenshotBody:
    async with at.database.member(member.id) as session:
        return body_of(
            await service.get(session, key_of(screenshot_id, "screenshot"), now=at.wall.now())
        )


@router.patch("/screenshots/{screenshot_id}", summary="Keep a picture longer or shorter")
async def keep(
    at: AtDoor, member: Asking, screenshot_id: ScreenshotId, keeping: KeepingBody
) -> ScreenshotBody:
    """Days are counted from when it was sent; with 0 it goes when it is confirmed, or within the
    hour. The choice is remembered for the next pictures."""
    days = await _days(at, member, keeping.keep_days)
    async with at.database.member(member.id) as session:
        kept = await service.keep_for(
            session, key_of(screenshot_id, "screenshot"), days=days, now=at.wall.now()
        )
    return body_of(kept)


@router.get("/screenshots/{screenshot_id}/picture", summary="Its pixels", response_class=Response)
async def picture(at: AtDoor, member: Asking, screenshot_id: ScreenshotId) -> Response:
    async with at.database.member(member.id) as session:
        return _webp(
            await service.picture(session, key_of(screenshot_id, "screenshot"), now=at.wall.now())
        )


@router.get(
    "/screenshots/{screenshot_id}/crops/{row}",
    summary="The part a row was read from",
    response_class=Response,
)
async def crop(at: AtDoor, member: Asking, screenshot_id: ScreenshotId, row: int) -> Response:
    async with at.database.member(member.id) as session:
        whole, box = await service.crop(
            session, key_of(screenshot_id, "screenshot"), row, now=at.wall.now()
        )
    return _webp(await asyncio.to_thread(service.cut, whole, box))


@router.post("/screenshots/{screenshot_id}/confirm", summary="Make positions of confirmed rows")
async def confirm(
    at: AtDoor, member: Asking, screenshot_id: ScreenshotId, confirmed: Confirmation
) -> ConfirmedBody:
    """What is confirmed is all there is of each contract, as a broker's list shows it. The same
    confirmation again changes nothing; a different one is 409."""
    rows = [service.Confirmed(**each.model_dump()) for each in confirmed.rows]
    days = confirmed.keep_days
    if days is not None:
        await _days(at, member, days)
    async with at.database.member(member.id) as session:
        stored = await service.confirm(
            session,
            key_of(screenshot_id, "screenshot"),
            rows,
            market=at.market,
            now=at.wall.now(),
            days=days,
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
        await service.delete(session, key_of(screenshot_id, "screenshot"))
    return Response(status_code=204)


def _barred(at: Doors, seats: Seats) -> CoachError | None:
    """Why a further picture of an upload is not read; None if it may be."""
    try:
        seats.take()
        at.pictures.take(seats.member)
    except RateLimited as error:
        return error
    return None


async def _outcome(
    at: Doors, member: Member, picture: UploadFile, days: int
) -> ScreenshotBody | CoachError:
    try:
        return await _read(at, member, await content_of(picture), days)
    except CoachError as error:
        return error


def _summed_up(
    names: Sequence[str], outcomes: Sequence[ScreenshotBody | CoachError], answer: Response
) -> ScreenshotsBody:
    """What was read, and what befell the others; a picture that is alone raises it instead."""
    found = [each for each in outcomes if isinstance(each, ScreenshotBody)]
    if len(outcomes) == 1 and isinstance(outcomes[0], CoachError):
        raise outcomes[0]
    if not found:
        answer.status_code = 207
    refused = [
        refused_of(name, each)
        for name, each in zip(names, outcomes, strict=True)
        if isinstance(each, CoachError)
    ]
    return ScreenshotsBody(screenshots=found, refused=refused)


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
    with bound(member_id=member.id):
        sight, seen = await at.picture_reader.read(content)
        reading = await against_market(seen, at.market, as_of=at.clock.now())
        async with at.database.member(member.id) as session:
            kept = await service.keep(session, sight, reading, days=days, now=at.wall.now())
    return body_of(kept)


def _webp(content: bytes) -> Response:
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="image/webp", headers=headers)
