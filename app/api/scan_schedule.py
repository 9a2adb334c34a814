"""`/api/v1/scans/{scan_id}/schedule`: a saved scan runs by itself, or no more.

Decided: only how often is changed here, under the rules of the plan; what is looked for stays, and so
does its version.
"""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response, status
from pydantic import Field

from app.api.auth import signed_in
from app.api.responses import FAILURES, failures
from app.api.schemas import Body, key_of
from app.api.state import Doors, doors
from app.scanner import keeping
from app.users.models import Member
from app.users.plans import plan_of

router = APIRouter(prefix="/api/v1", tags=["scans"], responses={**FAILURES, **failures(402, 409)})


class ScheduleRequest(Body):
    """null: only when asked."""

    every_minutes: int | None = Field(ge=5, le=7 * 24 * 60)


@router.put(
    "/scans/{scan_id}/schedule",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="How often a saved scan runs by itself",
)
async def schedule(
    at: Annotated[Doors, Depends(doors)],
    member: Annotated[Member, Depends(signed_in)],
    scan_id: Annotated[str, Path(description="As `/api/v1/scans` gives it.")],
    asked: ScheduleRequest,
) -> Response:
    """The first run is due at once."""
    plan = plan_of(member)
    every = None if asked.every_minutes is None else timedelta(minutes=asked.every_minutes)
    async with at.database.member(member.id) as session:
        scan = await keeping.get_scan(session, key_of(scan_id, "scan"))
        await keeping.save_scan(
            session,
            scan.name,
            scan.search,
            every=every,
            allowed=(plan.scans, plan.scan_every),
            now=at.wall.now(),
        )
    return Response(status_code=status.HTTP_204_NO_CONTENT)
