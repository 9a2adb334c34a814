"""`/healthz`: the process runs. `/readyz`: each part it needs answers, asked in parallel."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.api.schemas import Component, Health, Readiness
from app.api.state import Check, Doors, doors
from app.core.errors import CoachError
from app.infra.telemetry import get_logger

SECONDS_PER_CHECK = 3

VERSION = "0.1.0"

router = APIRouter(tags=["health"])
log = get_logger(__name__)


@router.get("/healthz", summary="Whether the process runs")
async def healthz() -> Health:
    return Health(status="ok", version=VERSION)


@router.get(
    "/readyz",
    summary="Whether every part answers",
    responses={503: {"model": Readiness, "description": "At least one part does not answer."}},
)
async def readyz(at: Annotated[Doors, Depends(doors)], response: Response) -> Readiness:
    found = await asyncio.gather(*(_ask(check) for check in at.checks.values()))
    components = dict(zip(at.checks, found, strict=True))
    is_ready = all(component.ok for component in components.values())
    if not is_ready:
        response.status_code = 503
    return Readiness(status="ready" if is_ready else "not ready", components=components)


async def _ask(check: Check) -> Component:
    try:
        async with asyncio.timeout(SECONDS_PER_CHECK):
            return await check()
    except TimeoutError:
        return Component(ok=False, what="?", detail=f"no answer within {SECONDS_PER_CHECK} s")
    except CoachError as error:
        return Component(ok=False, what="?", detail=error.message)
    except Exception:
        log.exception("check failed")
        return Component(ok=False, what="?", detail="it failed; the log says why")
