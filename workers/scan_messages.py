"""What a scan found while nobody asked, as the member reads it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agents.history import stored_message
from app.conversations import service as conversations
from app.conversations.models import StoredMessage
from app.conversations.unasked import take_place
from app.core.ids import new_id
from app.grounding.ledger import Book, Ledger, Speaker
from app.grounding.parts import Part, TextPart
from app.grounding.references import Filler
from app.market.protocol import MarketData
from app.scanner.kept import SavedScan
from app.scanner.models import Opportunity, ScanResult
from tools.alerts_words import said
from tools.opportunities import list_opportunities
from tools.scanner import scan_market
from tools.scanner_card import best_said, count, opportunities_card
from workers.unasked import finished, verbatim

SHOWN = 10
"""Opportunities of one message; the others are on the list."""


def shown_of(book: Book, number: int, now: datetime) -> str:
    """How many of so many a message shows, where that is not all of them."""
    if number <= SHOWN:
        return ""
    shown = count(book, "shown", SHOWN, "new setups shown", now)
    return f", {shown.ref} of them shown here and the others on your list of opportunities"


async def post(
    session: AsyncSession,
    member_id: UUID,
    scan: SavedScan,
    result: ScanResult,
    new: Sequence[Opportunity],
    market: MarketData,
) -> StoredMessage:
    """Say in the scan's conversation what is new, with the card; part of the caller's transaction."""
    now = result.as_of
    place = await take_place(
        session, Speaker.SCANS, member_id=member_id, thread_id=scan.thread_id, now=now
    )
    book = Book(place.letter, str(new_id()), scan_market.name, market.provider.name)
    told = count(book, "new", len(new), "new setups", now)
    card = await opportunities_card(book, result, new[:SHOWN], title=scan.name, market=market)
    found = "new setup" if len(new) == 1 else "new setups"
    found += shown_of(book, len(new), now)
    words = f"**{verbatim(scan.name)}** found {told.ref} {found}. {best_said(card.rows)}"
    done = finished(book, _parts(words, book), (card,), model="scanner", began=now, ended=now)
    message = stored_message(done, message_id=place.message_id, thread_id=place.thread_id, now=now)
    await conversations.post_from_worker(session, message)
    return message


async def post_stopped(
    session: AsyncSession,
    member_id: UUID,
    name: str,
    thread_id: UUID | None,
    *,
    reason: str,
    now: datetime,
) -> StoredMessage:
    """Say once that a scan was switched off; part of the caller's transaction."""
    place = await take_place(
        session, Speaker.SCANS, member_id=member_id, thread_id=thread_id, now=now
    )
    book = Book(place.letter, str(new_id()), list_opportunities.name)
    why = said(book, "reason", reason, now)
    words = (
        f"**{verbatim(name)}** could not run turn after turn, so it no longer runs by itself: {why}"
    )
    done = finished(book, _parts(words, book), (), model="scanner", began=now, ended=now)
    message = stored_message(done, message_id=place.message_id, thread_id=place.thread_id, now=now)
    await conversations.post_from_worker(session, message)
    return message


def _parts(words: str, book: Book) -> list[Part]:
    filler = Filler(Ledger(books=[book]))
    return [
        TextPart(piece) if isinstance(piece, str) else piece
        for piece in (*filler.feed(words), *filler.close())
    ]
