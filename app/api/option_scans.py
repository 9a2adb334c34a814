"""Setups on options at the door of scans: looked for, kept and told as JSON."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.api.option_scan_bodies import (
    NotKnownBody,
    OptionFoundBody,
    OptionLegBody,
    OptionOpportunityBody,
    OptionRecordBody,
    SavedOptionSearchBody,
)
from app.api.scan_bodies import RefusedBody, ScanBody, ScanRequest
from app.api.state import Doors
from app.core.errors import InvalidInput
from app.core.ids import new_id
from app.core.symbols import Symbol
from app.macro.short_rate import short_rate
from app.options.records import StoredRecords
from app.scanner import option_keeping
from app.scanner.kept import SavedScan
from app.scanner.lists import SymbolList
from app.scanner.option_kept import KeptOption, OptionRecord, kept_of
from app.scanner.option_scan import Bounds, OptionFind, OptionScan, OptionSearch, Ports, scan_chains
from app.scanner.option_setups import Crush, OptionSetup, RichVolatility, Spread, Terms, Unusual
from app.users.models import Member

_SECONDS = 60.0

Saver = Callable[[AsyncSession], Awaitable[SavedScan | None]]
"""Keeps the search that was run, if that is asked."""


@dataclass(frozen=True, slots=True)
class OptionsScanned:
    """What was found, what of it is shown, what of that is new to the member, and the scan that was
    saved, if any."""

    result: OptionScan
    shown: tuple[OptionFind, ...]
    new: tuple[OptionFind, ...]
    saved: SavedScan | None


def option_search(asked: ScanRequest, symbols: tuple[Symbol, ...]) -> OptionSearch | None:
    """What is asked of options, if that is asked; `InvalidInput` beside what chains do not have."""
    if asked.options is None:
        return None
    told = ScanRequest(
        symbols=asked.symbols,
        options=asked.options,
        name=asked.name,
        every_minutes=asked.every_minutes,
        limit=asked.limit,
        list=asked.list_,
    )
    if told != asked:
        raise InvalidInput("A scan of options takes symbols and what is under `options` only.")
    wanted = asked.options
    return OptionSearch(
        setups=tuple(wanted.setups),
        symbols=symbols,
        terms=Terms(
            delta=wanted.delta,
            days=wanted.days,
            width=wanted.width,
            min_probability=wanted.min_probability,
        ),
        min_rank=wanted.min_iv_rank,
        is_after_earnings=wanted.earnings_behind,
    )


def option_search_body(search: OptionSearch) -> SavedOptionSearchBody:
    return SavedOptionSearchBody(
        setups=list(search.setups),
        delta=search.terms.delta,
        days=search.terms.days,
        width=search.terms.width,
        min_probability=search.terms.min_probability,
        min_iv_rank=search.min_rank,
        earnings_behind=search.is_after_earnings,
    )


async def scan_options(
    at: Doors,
    member: Member,
    search: OptionSearch,
    save: Saver,
    limit: int,
) -> OptionsScanned:
    """Run it, keep it where it has a name, and keep what is shown of what it found."""
    now = at.clock.now()
    rate = await short_rate(at.macro, as_of=now)
    ports = Ports(at.market, at.macro, StoredRecords(at.database), now, rate.value)
    result = await scan_chains(search, ports, Bounds(seconds=_SECONDS))
    shown = result.found[:limit]
    async with at.database.member(member.id) as session:
        saved = await save(session)
        new = await option_keeping.keep_options(session, shown, search, scan=saved, now=now)
    return OptionsScanned(result, shown, new, saved)


async def scan_body(
    at: Doors,
    member: Member,
    asked: ScanRequest,
    search: OptionSearch,
    save: Saver,
    listed: SymbolList,
) -> ScanBody:
    scanned = await scan_options(at, member, search, save, asked.limit)
    result, saved = scanned.result, scanned.saved
    fresh = {id(each) for each in scanned.new}
    return ScanBody(
        scan_id=str(saved.id) if saved else None,
        as_of=result.as_of,
        scanned=len(result.scanned),
        found=len(result.found),
        opportunities=[],
        option_opportunities=[
            found_body(
                kept_of(each, search, key=new_id(), now=result.as_of), is_new=id(each) in fresh
            )
            for each in scanned.shown
        ],
        passing=None,
        left_out={str(symbol): reason for symbol, reason in result.left_out.items()},
        not_known=[
            NotKnownBody(symbol=str(symbol), setup=setup, reason=reason)
            for (symbol, setup), reason in result.unknown.items()
        ],
        not_read=[str(each) for each in result.cut],
        refused=[
            RefusedBody(line=each.line, text=each.text, reason=each.reason)
            for each in listed.refused
        ],
    )


def found_body(kept: KeptOption, *, is_new: bool | None = None) -> OptionFoundBody:
    return OptionFoundBody(**_found(kept), is_new=is_new)


def kept_body(kept: KeptOption) -> OptionOpportunityBody:
    return OptionOpportunityBody(
        **_found(kept),
        id=str(kept.id),
        status=kept.status,
        ending=kept.ending,
        liked=None if kept.liked is None else kept.liked > 0,
        found_at=kept.found_at,
        ended_at=kept.ended_at,
        result=kept.result,
        settled_at=kept.settled_at,
    )


def record_bodies(records: Mapping[OptionSetup, OptionRecord]) -> list[OptionRecordBody]:
    return [
        OptionRecordBody(
            setup=setup,
            cases=each.cases,
            hits=each.hits,
            hit_rate=each.hits / each.cases,
            mean_probability=each.chance,
        )
        for setup, each in records.items()
    ]


def _found(kept: KeptOption) -> dict[str, object]:
    spread = kept.fact if isinstance(kept.fact, Spread) else None
    return {
        "symbol": str(kept.symbol),
        "setup": kept.setup,
        "found_on": kept.found_on,
        "expiry": _expiry(kept),
        "legs": [
            OptionLegBody(
                kind=each.kind,
                strike=each.strike or 0,
                quantity=each.quantity,
                price=each.price,
                expires_at=each.expires_at,
            )
            for each in kept.legs
        ],
        "entry": kept.entry,
        "stop": kept.stop,
        "target": kept.target,
        "max_profit": spread.profit if spread else None,
        "max_loss": spread.loss if spread else None,
        "breakevens": list(spread.breakevens) if spread else [],
        "probability": kept.probability,
        "facts": _facts(kept),
        "lapses_at": kept.lapses_at,
        "settles_at": kept.settles_at,
        "provider": kept.provider,
        "is_simulated": kept.is_simulated,
    }


def _expiry(kept: KeptOption) -> object:
    if isinstance(kept.fact, Spread):
        return kept.fact.expiry
    return kept.fact.contract.expiry if isinstance(kept.fact, Unusual) else None


def _facts(kept: KeptOption) -> dict[str, float]:
    """What the rule looked at; volatilities and ranks are fractions."""
    fact = kept.fact
    if isinstance(fact, RichVolatility):
        told = {
            "iv_rank": fact.rank,
            "iv_percentile": fact.percentile,
            "implied": fact.volatility,
            "realised": fact.realised,
        }
        return {name: value for name, value in told.items() if value is not None}
    if isinstance(fact, Crush):
        return {"fell_by": fact.strength, "before": fact.before, "now": fact.now}
    if isinstance(fact, Unusual):
        counted = {"volume": fact.volume, "open_interest": fact.open_interest}
        return {**counted, "ratio": fact.strength, "others": fact.others}
    return {
        "return_on_risk": fact.strength,
        "width": float(fact.width),
        **{f"delta_of_short_{each.leg.kind}": each.delta for each in fact.sold},
    }
