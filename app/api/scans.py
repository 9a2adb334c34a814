"""`/api/v1/scans` and `/api/v1/opportunities`: look over many symbols, keep the search, and read what
was found and what became of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response, status
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.auth import signed_in
from app.api.market import symbol_of
from app.api.option_scans import (
    Saver,
    kept_body,
    option_search,
    option_search_body,
    record_bodies,
    scan_body,
)
from app.api.responses import FAILURES, failures
from app.api.scan_bodies import (
    FoundBody,
    OpportunitiesBody,
    OpportunityBody,
    RefusedBody,
    SavedScanBody,
    SavedScansBody,
    ScanBody,
    ScanRequest,
    SearchBody,
    ThumbRequest,
)
from app.api.schemas import key_of
from app.api.state import Doors, doors
from app.core.errors import NotFound
from app.scanner import keeping, option_keeping
from app.scanner.kept import KeptOpportunity, SavedScan, Status
from app.scanner.lists import SymbolList, read_list
from app.scanner.models import Opportunity, Search
from app.scanner.service import run_scan
from app.users.models import Member
from app.users.plans import plan_of

router = APIRouter(prefix="/api/v1", tags=["scans"], responses={**FAILURES, **failures(409)})

AtDoor = Annotated[Doors, Depends(doors)]
Asking = Annotated[Member, Depends(signed_in)]


@router.post("/scans", summary="Look for setups now, and keep the search under a name")
async def scan(at: AtDoor, member: Asking, asked: ScanRequest) -> ScanBody:
    """What is found is kept as opportunities, each once; a search that cannot be run is not saved."""
    at.turns.take(str(member.id))
    listed = read_list(asked.list_) if asked.list_.strip() else SymbolList((), ())
    search = _search(asked)
    search = replace(search, symbols=(*search.symbols, *listed.symbols), known=listed.known)
    options = option_search(asked, search.symbols)
    if options is not None:
        search = Search(options=options)
        return await scan_body(
            at, member, asked, options, _saver(at, member, asked, search), listed
        )
    result = await run_scan(search, market=at.market, as_of=at.clock.now())
    shown = result.found[: asked.limit]
    async with at.database.member(member.id) as session:
        saved = await _saver(at, member, asked, search)(session)
        new = await keeping.keep(session, shown, scan=saved, now=result.as_of)
    fresh = {(each.instrument.symbol, each.setup) for each in new}
    return ScanBody(
        scan_id=str(saved.id) if saved else None,
        as_of=result.as_of,
        scanned=result.scanned,
        found=len(result.found),
        opportunities=[
            _found(each, is_new=(each.instrument.symbol, each.setup) in fresh) for each in shown
        ],
        passing=None if result.passing is None else [str(each) for each in result.passing],
        left_out={str(symbol): reason for symbol, reason in result.left_out.items()},
        refused=[
            RefusedBody(line=each.line, text=each.text, reason=each.reason)
            for each in listed.refused
        ],
        option_opportunities=[],
        not_known=[],
        not_read=[],
    )


def _saver(at: Doors, member: Member, asked: ScanRequest, search: Search) -> Saver:
    """Keeps what is asked where it has a name: once it has run, for what cannot run is not kept."""
    plan = plan_of(member)
    every = timedelta(minutes=asked.every_minutes) if asked.every_minutes else None

    async def save(session: AsyncSession) -> SavedScan | None:
        if not asked.name:
            return None
        return await keeping.save_scan(
            session,
            asked.name,
            search,
            every=every,
            allowed=(plan.scans, plan.scan_every),
            now=at.wall.now(),
        )

    return save


@router.get("/scans", summary="Saved scans")
async def list_scans(at: AtDoor, member: Asking) -> SavedScansBody:
    async with at.database.member(member.id) as session:
        found = await keeping.list_scans(session)
    return SavedScansBody(scans=[_scan(each) for each in found])


@router.delete(
    "/scans/{scan_id}", status_code=status.HTTP_204_NO_CONTENT, summary="Forget a saved scan"
)
async def delete_scan(
    at: AtDoor,
    member: Asking,
    scan_id: Annotated[str, Path(description="As `/api/v1/scans` gives it.")],
) -> Response:
    """What it found stays."""
    async with at.database.member(member.id) as session:
        await keeping.delete_scan(session, key_of(scan_id, "scan"))
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.get("/opportunities", summary="Opportunities that were found, the newest first")
async def list_opportunities(
    at: AtDoor,
    member: Asking,
    state: Annotated[
        list[Status] | None, Query(alias="status", description="live if left out.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> OpportunitiesBody:
    wanted: Sequence[Status] = state or (Status.LIVE,)
    async with at.database.member(member.id) as session:
        found = await keeping.list_opportunities(session, wanted, limit=limit)
        options = await option_keeping.list_options(session, wanted, limit=limit)
        records = await option_keeping.option_records(session)
    return OpportunitiesBody(
        opportunities=[_opportunity(each) for each in found],
        option_opportunities=[kept_body(each) for each in options],
        option_records=record_bodies(records),
    )


@router.put(
    "/opportunities/{opportunity_id}/liked",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Thumbs up or down",
)
async def rate(
    at: AtDoor,
    member: Asking,
    opportunity_id: Annotated[str, Path(description="As `/api/v1/opportunities` gives it.")],
    asked: ThumbRequest,
) -> Response:
    async with at.database.member(member.id) as session:
        await _rate(session, key_of(opportunity_id, "opportunity"), liked=asked.liked)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


async def _rate(session: AsyncSession, key: UUID, *, liked: bool | None) -> None:
    """Of the one kind or of the other."""
    try:
        await keeping.rate(session, key, liked=liked)
    except NotFound:
        await option_keeping.rate_option(session, key, liked=liked)


def _search(asked: SearchBody) -> Search:
    return Search(
        setups=tuple(asked.setups),
        direction=asked.direction,
        symbols=tuple(symbol_of(each) for each in asked.symbols),
        sector=asked.sector.strip(),
        min_price=asked.min_price,
        max_price=asked.max_price,
        min_reward_to_risk=asked.min_reward_to_risk,
        where=asked.where,
    )


def _found(each: Opportunity, *, is_new: bool) -> FoundBody:
    return FoundBody(
        symbol=each.instrument.symbol,
        setup=each.setup,
        direction=each.setup.direction,
        bar_at=each.at,
        is_forming=each.is_forming,
        entry=each.entry,
        stop=each.stop,
        target=each.target,
        reward_to_risk=each.reward_to_risk,
        days=each.days,
        chance=each.chance,
        score=each.score,
        expectation=each.expectation,
        cases=each.record.cases,
        reached=each.record.reached,
        stopped=each.record.stopped,
        undecided=each.record.undecided,
        mean_result=each.record.mean_r,
        facts={fact.name: fact.value for fact in each.facts},
        provider=each.provider.name,
        is_simulated=each.provider.is_simulated,
        is_new=is_new,
    )


def _scan(each: SavedScan) -> SavedScanBody:
    search = each.search
    return SavedScanBody(
        id=str(each.id),
        name=each.name,
        version=each.version,
        every_minutes=int(each.every.total_seconds() // 60) if each.every else None,
        due_at=each.due_at,
        setups=list(search.setups),
        direction=search.direction,
        symbols=list(search.options.symbols if search.options else search.symbols),
        sector=search.sector,
        min_price=search.min_price,
        max_price=search.max_price,
        min_reward_to_risk=search.min_reward_to_risk,
        where=search.where,
        options=option_search_body(search.options) if search.options else None,
    )


def _opportunity(each: KeptOpportunity) -> OpportunityBody:
    return OpportunityBody(
        id=str(each.id),
        symbol=each.symbol,
        setup=each.setup,
        direction=each.setup.direction,
        bar_at=each.bar_at,
        entry=each.entry,
        stop=each.stop,
        target=each.target,
        reward_to_risk=each.reward_to_risk,
        chance=each.chance,
        cases=each.cases,
        facts={fact.name: fact.value for fact in each.facts},
        provider=each.provider,
        is_simulated=each.is_simulated,
        status=each.status,
        liked=None if each.liked is None else each.liked > 0,
        found_at=each.found_at,
        ended_at=each.ended_at,
        source=each.source,
        reason=each.reason,
    )
