"""`/api/v1/positions`: what the member holds, stored and read by their own programs.

Decided: whatever writes takes a key, so that a request that is sent again stores nothing twice; what
has changed since it was seen is a 409. Another member's id does not exist here.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from app.api.auth import signed_in
from app.api.market import moment_of
from app.api.position_bodies import (
    ChangeBody,
    CloseRequest,
    ConfirmedBody,
    CorrectionRequest,
    DiscardedBody,
    ExpiryBody,
    ExposureBody,
    HistoryBody,
    LotBody,
    PortfolioGreeksBody,
    PositionBody,
    PositionsBody,
    StoredBody,
    StructureGreeks,
    StructureOf,
    StructurePart,
    TradeAsked,
    TradesRequest,
    UnderlyingBody,
    WhatIfBody,
)
from app.api.responses import FAILURES, failures
from app.api.schemas import key_of
from app.api.state import Doors, doors
from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.macro.short_rate import ShortRate, short_rate
from app.market.chains import OptionKind
from app.positions import service
from app.positions.confirming import confirm_draft, discard_draft
from app.positions.groups import LegGroup
from app.positions.marks import BookLine
from app.positions.models import (
    Asset,
    AssetKind,
    LoggedChange,
    Lot,
    Position,
    Source,
    Stored,
    usual_multiplier,
)
from app.positions.risk import Exposure, Shift, book_risk, shifted
from app.positions.roots import as_listed, underlying_of
from app.positions.service import Closing, Correction, Opening
from app.positions.structures import Structure, structures, unsorted_symbols
from app.positions.totals import total_of
from app.positions.valuation import betas_of, value_positions
from app.users.models import Member

router = APIRouter(prefix="/api/v1", tags=["positions"], responses={**FAILURES, **failures(409)})

AtDoor = Annotated[Doors, Depends(doors)]
Asking = Annotated[Member, Depends(signed_in)]
CardId = Annotated[str, Path(description="`card_id` of a PositionDraftCard.", max_length=64)]
PositionId = Annotated[str, Path(description="As `/api/v1/positions` gives it.")]


@router.get("/positions", summary="Open positions with their value and results")
async def list_positions(at: AtDoor, member: Asking) -> PositionsBody:
    lines, groups, _ = await _valued(at, member)
    value, day = total_of(line.value for line in lines), total_of(line.day_result for line in lines)
    since = total_of(line.open_result for line in lines)
    return PositionsBody(
        as_of=at.clock.now(),
        value=value.amount,
        day=day.amount,
        open=since.amount,
        unpriced=value.without,
        day_left_out=day.without,
        open_left_out=since.without,
        positions=[_line(line) for line in lines],
        structures=[_structure(each) for each in structures(lines, groups)],
        unsorted=list(unsorted_symbols(lines, groups)),
        simulated=at.market.provider.is_simulated,
    )


@router.post("/positions", status_code=201, summary="Store trades: open, add to, reduce positions")
async def store_trades(at: AtDoor, member: Asking, asked: TradesRequest) -> StoredBody:
    openings = await _openings(at, member, asked)
    async with at.database.member(member.id) as session:
        stored = await service.open_positions(
            session,
            openings,
            source=Source(asked.source),
            key=f"rest {asked.key}",
            now=at.clock.now(),
        )
    return _stored(stored)


@router.get(
    "/positions/greeks", summary="The risk of the book: Greeks, beta-weighted delta, what-if"
)
async def portfolio_greeks(
    at: AtDoor,
    member: Asking,
    percent: Annotated[float, Query(ge=-90, le=200, description="Prices by so many percent.")] = 0,
    points: Annotated[float, Query(ge=-200, le=200, description="Volatility by points.")] = 0,
    days: Annotated[float, Query(ge=0, le=1000, description="Calendar days later.")] = 0,
    by_beta: Annotated[bool, Query(description="Each moves by its beta times `percent`.")] = False,  # noqa: FBT002
) -> PortfolioGreeksBody:
    lines, _, rate = await _valued(at, member)
    symbols = [line.position.asset.symbol for line in lines]
    betas, quote = await betas_of(symbols, market=at.market, as_of=at.clock.now())
    found = book_risk(lines, betas, None if quote is None else float(quote.last))
    shift = Shift(percent=percent, points=points, days=days, by_beta=by_beta)
    return PortfolioGreeksBody(
        as_of=at.clock.now(),
        net=_exposure(found.net),
        delta_in_spy=found.weighted_delta,
        delta_in_spy_dollars=found.weighted_dollars,
        underlyings=[
            UnderlyingBody(
                symbol=each.symbol,
                delta=each.delta,
                share=each.share,
                beta=each.beta,
                delta_in_spy=each.weighted_delta,
                greeks=_exposure(each.exposure),
            )
            for each in found.underlyings
        ],
        expiries=[
            ExpiryBody(expiry=each.expiry, positions=each.lines, greeks=_exposure(each.exposure))
            for each in found.expiries
        ],
        what_if=_what_if(shift, *shifted(lines, shift, betas)),
        left_out=_labels(found.left_out),
        without_beta=list(found.unweighted),
        rate_assumed=rate.is_assumed,
        simulated=at.market.provider.is_simulated,
    )


@router.get("/positions/{position_id}", summary="One position with every change it is made of")
async def read_position(at: AtDoor, member: Asking, position_id: PositionId) -> HistoryBody:
    key = key_of(position_id, "position")
    async with at.database.member(member.id) as session:
        position = await service.get_position(session, key)
        log = await service.history(session, key)
    return HistoryBody(position=_body(position), changes=[_change(each) for each in log])


@router.post("/positions/{position_id}/close", summary="Close all of a position, or a part")
async def close_position(
    at: AtDoor, member: Asking, position_id: PositionId, asked: CloseRequest
) -> StoredBody:
    closing = Closing(
        position_id=key_of(position_id, "position"),
        quantity=asked.quantity,
        price=asked.price,
        at=asked.at and moment_of(at, asked.at),
        version=asked.version,
    )
    async with at.database.member(member.id) as session:
        stored = await service.close_position(
            session, closing, key=f"rest {asked.key}", now=at.clock.now()
        )
    return _stored(stored)


@router.post("/positions/{position_id}/corrections", summary="Say what is really held")
async def correct_position(
    at: AtDoor, member: Asking, position_id: PositionId, asked: CorrectionRequest
) -> StoredBody:
    correction = Correction(
        position_id=key_of(position_id, "position"),
        quantity=asked.quantity,
        price=asked.price,
        opened_at=asked.opened_at and moment_of(at, asked.opened_at),
        version=asked.version,
        note=asked.note,
    )
    async with at.database.member(member.id) as session:
        stored = await service.correct_position(
            session, correction, key=f"rest {asked.key}", now=at.clock.now()
        )
    return _stored(stored)


@router.post("/positions/drafts/{card_id}/confirm", summary="Store what a draft card shows")
async def confirm(at: AtDoor, member: Asking, card_id: CardId) -> ConfirmedBody:
    async with at.database.member(member.id) as session:
        found = await confirm_draft(session, card_id, now=at.wall.now())
    stored = found.stored
    return ConfirmedBody(
        summary=found.summary,
        repeated=stored.is_repeated,
        positions=[_body(each) for each in stored.positions],
    )


@router.post("/positions/drafts/{card_id}/discard", summary="End a draft: it cannot be stored")
async def discard(at: AtDoor, member: Asking, card_id: CardId) -> DiscardedBody:
    async with at.database.member(member.id) as session:
        return DiscardedBody(summary=await discard_draft(session, card_id, now=at.wall.now()))


async def _valued(
    at: Doors, member: Member
) -> tuple[tuple[BookLine, ...], tuple[LegGroup, ...], ShortRate]:
    now = at.clock.now()
    async with at.database.member(member.id) as session:
        positions = await service.list_positions(session)
        groups = await service.list_groups(session)
    rate = await short_rate(at.macro, as_of=now)
    lines = await value_positions(positions, market=at.market, as_of=now, rate=rate.value)
    return lines, groups, rate


async def _openings(at: Doors, member: Member, asked: TradesRequest) -> list[Opening]:
    """Each under the root that is held or listed."""
    async with at.database.member(member.id) as session:
        held = await service.list_positions(session, with_closed=True)
    found = []
    for each in asked.trades:
        opening, root = _opening(at, each)
        group = "together" if asked.together else ""
        asset = await as_listed(opening.asset, root, held, market=at.market, as_of=at.clock.now())
        found.append(replace(opening, asset=asset, group=group))
    return found


def _opening(at: Doors, asked: TradeAsked) -> tuple[Opening, str | None]:
    """The opening, and the root it was said to have."""
    kind = AssetKind(asked.kind)
    symbol, root = Symbol.parse(asked.symbol), asked.root and asked.root.strip().upper()
    if kind is AssetKind.OPTION:
        symbol, named = underlying_of(asked.symbol)
        root = root or named
    if (kind is AssetKind.CRYPTO) is not ("/" in symbol):
        raise InvalidInput("A coin is held as a pair, such as BTC/USD; nothing else is.")
    asset = Asset(
        kind=kind,
        symbol=symbol,
        right=None if asked.right is None else OptionKind(asked.right),
        strike=asked.strike,
        expiry=asked.expiry,
        multiplier=usual_multiplier(kind, symbol) if asked.multiplier is None else asked.multiplier,
    )
    opening = Opening(
        asset=asset,
        quantity=asked.quantity,
        price=asked.price,
        opened_at=asked.at and moment_of(at, asked.at),
        note=asked.note,
    )
    return opening, root


def _stored(stored: Stored) -> StoredBody:
    return StoredBody(
        repeated=stored.is_repeated, positions=[_body(each) for each in stored.positions]
    )


def _body(position: Position) -> PositionBody:
    asset, holding = position.asset, position.holding
    return PositionBody(
        id=str(position.id),
        version=position.version,
        kind=asset.kind.value,
        symbol=asset.symbol,
        label=asset.label,
        right=asset.right.value if asset.right else None,
        strike=asset.strike,
        expiry=asset.expiry,
        root=(asset.root or str(asset.symbol)) if asset.is_option else None,
        multiplier=asset.multiplier,
        quantity=position.quantity,
        average_price=holding.price,
        lots=[_lot(lot) for lot in holding.lots],
        realised=holding.realised if holding.is_realised_whole else None,
        source=position.source.value,
    )


def _line(line: BookLine) -> PositionBody:
    mark = line.mark
    return _body(line.position).model_copy(
        update={
            "price": mark.price if mark else None,
            "value": line.value,
            "day": line.day_result,
            "day_estimated": line.is_day_estimated,
            "open": line.open_result,
            "absence": line.absence,
            "as_of": mark.as_of if mark else None,
            "stale_since": mark.provider.stale_since if mark else None,
            "provider": mark.provider.name if mark else None,
        }
    )


def _structure(found: Structure) -> StructureOf:
    greeks = found.greeks
    return StructureOf(
        symbol=found.symbol,
        name=found.name.value,
        legs=len(found.lines),
        opened_together=found.is_opened_together,
        positions=[
            StructurePart(id=str(each.id), label=each.asset.label, quantity=each.quantity)
            for each in (line.position for line in found.lines)
        ],
        cost=found.cost,
        value=found.value,
        day=found.day_result,
        open=found.open_result,
        greeks=None if greeks is None else StructureGreeks(**asdict(greeks)),
    )


def _lot(lot: Lot) -> LotBody:
    opened_at = lot.opened_at if lot.is_dated else None
    return LotBody(quantity=lot.quantity, price=lot.price, opened_at=opened_at)


def _change(logged: LoggedChange) -> ChangeBody:
    change = logged.change
    return ChangeBody(
        number=logged.number,
        kind=change.kind.value,
        quantity=change.quantity,
        price=change.price,
        lots=[_lot(lot) for lot in change.lots],
        at=change.at,
        note=change.note,
        source=logged.source.value,
        made_at=logged.made_at,
    )


def _exposure(found: Exposure) -> ExposureBody:
    return ExposureBody(
        delta_dollars=found.dollar_delta,
        gamma=found.gamma,
        theta=found.theta,
        vega=found.vega,
        rho=found.rho,
    )


def _what_if(shift: Shift, result: float, unknown: Sequence[BookLine]) -> WhatIfBody | None:
    if not (shift.percent or shift.points or shift.days):
        return None
    return WhatIfBody(
        percent=shift.percent,
        points=shift.points,
        days=shift.days,
        by_beta=shift.by_beta,
        result=result,
        left_out=_labels(unknown),
    )


def _labels(lines: Sequence[BookLine]) -> list[str]:
    return [line.position.asset.label for line in lines]
