"""`/api/v1/shared-scans`: definitions of scans that members of this server share with each other."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response, status
from pydantic import Field

from app.api.auth import signed_in
from app.api.responses import FAILURES, failures
from app.api.schemas import Body, key_of
from app.api.state import Doors, doors
from app.scanner import sharing
from app.scanner.kept import search_body
from app.scanner.sharing import SharedScan
from app.users.models import Member

router = APIRouter(prefix="/api/v1", tags=["scans"], responses={**FAILURES, **failures(409)})

AtDoor = Annotated[Doors, Depends(doors)]
Asking = Annotated[Member, Depends(signed_in)]
Shared = Annotated[str, Path(description="As `/api/v1/shared-scans` gives it.")]
Scan = Annotated[str, Path(description="As `/api/v1/scans` gives it.")]


class ShareRequest(Body):
    """`with_list`: its symbols go with it; otherwise the others scan every listed stock."""

    with_list: bool = False


class UseRequest(Body):
    """Its own name if empty."""

    name: str = Field("", max_length=60)


class SharedScanBody(Body):
    """A definition. `search` is as it is kept, `is_mine` whether you shared it."""

    id: str
    name: str
    version: int
    has_list: bool
    is_mine: bool
    shared_at: datetime
    search: dict[str, Any]


class SharedScansBody(Body):
    scans: list[SharedScanBody]


class UsedBody(Body):
    """The scan that is now your own."""

    scan_id: str
    name: str
    version: int


@router.get(
    "/shared-scans", summary="Scans that are shared on this server, the latest version of each"
)
async def list_shared(at: AtDoor, member: Asking) -> SharedScansBody:
    async with at.database.member(member.id) as session:
        found = await sharing.list_shared(session)
    return SharedScansBody(scans=[_body(each) for each in found])


@router.get("/shared-scans/{shared_id}/versions", summary="All versions of a shared scan")
async def versions(at: AtDoor, member: Asking, shared_id: Shared) -> SharedScansBody:
    """The newest first."""
    async with at.database.member(member.id) as session:
        found = await sharing.list_versions(session, key_of(shared_id, "scan"))
    return SharedScansBody(scans=[_body(each) for each in found])


@router.post("/shared-scans/{shared_id}/use", summary="Make a shared scan one's own")
async def use(at: AtDoor, member: Asking, shared_id: Shared, asked: UseRequest) -> UsedBody:
    """It runs only when asked."""
    async with at.database.member(member.id) as session:
        made = await sharing.use(
            session, key_of(shared_id, "scan"), name=asked.name, now=at.wall.now()
        )
    return UsedBody(scan_id=str(made.id), name=made.name, version=made.version)


@router.put("/scans/{scan_id}/shared", summary="Share a scan with the members of this server")
async def share(at: AtDoor, member: Asking, scan_id: Scan, asked: ShareRequest) -> SharedScanBody:
    """What it looks for, as it is now; never what it found."""
    async with at.database.member(member.id) as session:
        made = await sharing.share(
            session, key_of(scan_id, "scan"), with_list=asked.with_list, now=at.wall.now()
        )
    return _body(made)


@router.delete(
    "/scans/{scan_id}/shared", status_code=status.HTTP_204_NO_CONTENT, summary="Share it no more"
)
async def unshare(at: AtDoor, member: Asking, scan_id: Scan) -> Response:
    """All versions; what others made of it stays theirs."""
    async with at.database.member(member.id) as session:
        await sharing.unshare(session, key_of(scan_id, "scan"))
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _body(each: SharedScan) -> SharedScanBody:
    return SharedScanBody(
        id=str(each.id),
        name=each.name,
        version=each.version,
        has_list=each.has_list,
        is_mine=each.is_mine,
        shared_at=each.shared_at,
        search=search_body(each.search),
    )
