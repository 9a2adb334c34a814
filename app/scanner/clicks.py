"""A member's clicks on a card of opportunities: a thumb, or the scan saved to run by itself.

Decided: a click names the card and the row; what is stored is what the card showed, read from the
conversation and never from the browser.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations import service as conversations
from app.conversations.models import StoredCard
from app.core.errors import Conflict, InvalidInput, NotFound
from app.core.figures import Unit
from app.core.ids import new_id
from app.core.symbols import Symbol
from app.scanner import keeping, repository
from app.scanner.evidence import Fact, Measure
from app.scanner.kept import KeptOpportunity, SavedScan, search_of
from app.scanner.models import Search
from app.scanner.setups import Setup

ELEMENT = "OpportunitiesCard"
OPTIONS = "OptionScanCard"
_MEASURES = {Unit.COUNT.value: Measure.TIMES, Unit.INDEX.value: Measure.POINTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """Under which name a card's scan is saved, and how often it runs by itself. `is_replacing` is said
    by who was told that a scan of this name looks for something else or runs at another interval."""

    name: str
    every: timedelta | None
    thread_id: UUID | None = None
    is_replacing: bool = False


async def rate_shown(
    session: AsyncSession,
    card: str,
    named: tuple[str, str, str],
    *,
    liked: bool | None,
    now: datetime,
) -> None:
    """Thumbs for the row `named` by symbol, setup and bar, which is kept as an opportunity by it."""
    found, _ = await conversations.find_drawn_card(session, ELEMENT, card)
    rows = [dict(row) for row in found.props["rows"]]
    row = next((row for row in rows if (row["symbol"], row["kind"], row["at"]) == named), None)
    if row is None:
        raise NotFound("There is no such opportunity on this card.")
    if row.get("source"):
        raise InvalidInput("Thumbs teach the scanner's own setups; a signal from outside has none.")
    shown = _shown(row, found.props, now)
    await repository.keep_shown(session, shown)
    await repository.set_liked_of(session, shown, None if liked is None else 1 if liked else -1)
    row["liked"] = liked
    await conversations.update_card(session, found.id, {**found.props, "rows": rows})


async def save_shown(
    session: AsyncSession,
    card: str,
    wanted: Saving,
    *,
    allowed: tuple[int, timedelta],
    now: datetime,
) -> SavedScan:
    """Save what a card's scan looked for; it tells in the conversation of the card. `Conflict` where that
    would change a scan of the same name and nobody said so."""
    found = await _card_of_scan(session, card)
    if not found.props.get("search"):
        raise NotFound("This card comes from no scan that could be saved.")
    search = search_of(found.props["search"])
    if not wanted.is_replacing:
        await _check_free(session, wanted, search)
    saved = await keeping.save_scan(
        session,
        wanted.name,
        search,
        every=wanted.every,
        allowed=allowed,
        thread_id=wanted.thread_id,
        now=now,
    )
    await conversations.update_card(session, found.id, {**found.props, "saved_as": saved.name})
    return saved


async def _check_free(session: AsyncSession, wanted: Saving, search: Search) -> None:
    there = await repository.find_scan_by_name(session, " ".join(wanted.name.split()))
    if there is None or (there.search == search and there.every in (None, wanted.every)):
        return
    lost = "" if there.search == search else " gives it this search instead"
    if there.every not in (None, wanted.every):
        lost += f"{' and' if lost else ''} {'changes' if wanted.every else 'stops'} its schedule"
    raise Conflict(f"You have a scan of this name. Replacing it{lost}.")


async def _card_of_scan(session: AsyncSession, card: str) -> StoredCard:
    try:
        found, _ = await conversations.find_drawn_card(session, ELEMENT, card)
    except NotFound:
        found, _ = await conversations.find_drawn_card(session, OPTIONS, card)
    return found


def _shown(row: Mapping[str, Any], card: Mapping[str, Any], now: datetime) -> KeptOpportunity:
    entry, stop, target = (Decimal(row[name]["value"]) for name in ("entry", "stop", "target"))
    return KeptOpportunity(
        id=new_id(),
        scan_id=None,
        symbol=Symbol(row["symbol"]),
        setup=Setup(row["kind"]),
        bar_at=datetime.fromisoformat(row["at"]),
        entry=entry,
        stop=stop,
        target=target,
        chance=float(row["chance"]["value"]) / 100 if row["chance"] else None,
        cases=int(Decimal(row["counted"]["value"])),
        provider=card["freshness"]["provider"],
        is_simulated=card["freshness"]["is_simulated"],
        found_at=datetime.fromisoformat(card["freshness"]["as_of"]),
        followed_to=now,
        facts=tuple(_fact(each["label"], each["number"]) for each in row["facts"]),
    )


def _fact(label: str, number: Mapping[str, Any]) -> Fact:
    measure = _MEASURES.get(number["unit"], Measure.PRICE)
    return Fact(label, float(number["value"]), measure)
