"""What a scan found while nobody asked, as the member reads it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.agents.events import ToolFinished, TurnDone
from app.agents.history import stored_message
from app.agents.model import Usage
from app.conversations import service as conversations
from app.conversations.models import StoredMessage, Thread
from app.core.errors import NotFound
from app.core.ids import new_id
from app.grounding.ledger import Book, Ledger
from app.grounding.parts import GroundingReport, NumberPart, Part, TextPart, markdown
from app.grounding.references import Filler
from app.macro.source import plain
from app.market.protocol import MarketData
from app.scanner import repository
from app.scanner.kept import SavedScan
from app.scanner.models import Opportunity, ScanResult
from tools.scanner import scan_market
from tools.scanner_card import best_said, count, opportunities_card
from widgets.base import BaseCard

THREAD_TITLE = "Scans"
_THREAD = UUID("0d0c8d5e-62c0-4b8e-8a0b-5a8f1c0b7f3e")
_LETTERS = 26 * 26
_FIRST_LETTER = 26 + 26 * 26 + 24 * _LETTERS
"""`yaa`: no turn of a conversation, which may be running just now, gets as far."""
_IN_TURNS = text("SELECT pg_advisory_xact_lock(hashtextextended('told in ' || :thread, 0))")


async def post(
    session: AsyncSession,
    member_id: UUID,
    scan: SavedScan,
    result: ScanResult,
    new: Sequence[Opportunity],
    market: MarketData,
) -> StoredMessage:
    """Say in the scan's conversation what is new, with the card; part of the caller's transaction."""
    thread = await _thread(session, scan, member_id, result.as_of)
    await session.execute(_IN_TURNS, {"thread": str(thread.id)})
    told_before = await repository.count_rounds(session)
    ledger = Ledger(opened=_FIRST_LETTER + told_before % _LETTERS)
    book = ledger.open(call_id=str(new_id()), tool=scan_market.name, provider=market.provider.name)
    told = count(book, "new", len(new), "new setups", result.as_of)
    card = await opportunities_card(book, result, new, title=scan.name, market=market)
    found = "new setup" if len(new) == 1 else "new setups"
    said = f"**{plain(scan.name)}** found {told.ref} {found}. {best_said(card.rows)}"
    message = stored_message(
        _turn(said, book, ledger, card, result.as_of),
        message_id=new_id(),
        thread_id=thread.id,
        now=result.as_of,
    )
    await conversations.post_from_worker(session, message)
    return message


def _turn(said: str, book: Book, ledger: Ledger, card: BaseCard, now: datetime) -> TurnDone:
    filler = Filler(ledger)
    parts: tuple[Part, ...] = tuple(
        TextPart(piece) if isinstance(piece, str) else piece
        for piece in (*filler.feed(said), *filler.close())
    )
    numbers = [part for part in parts if isinstance(part, NumberPart)]
    named = {key for part in numbers for key in part.figures}
    answer, figures = markdown(parts), tuple(book.figures)
    call = ToolFinished(
        call_id=book.call_id,
        name=book.tool,
        arguments={},
        ok=True,
        sentence=answer,
        figures=figures,
        started_at=now,
        finished_at=now,
    )
    return TurnDone(
        answer=answer,
        parts=parts,
        grounding=GroundingReport(
            numbers=len(numbers),
            bound=sum(part.is_bound for part in numbers),
            sources=tuple(each for each in figures if each.id in named),
        ),
        usage=Usage(),
        model="scanner",
        calls=(call,),
        cards=(card,),
    )


async def _thread(session: AsyncSession, scan: SavedScan, member_id: UUID, now: datetime) -> Thread:
    """The conversation the scan was saved in, else the one that all others share."""
    if scan.thread_id is not None:
        try:
            return await conversations.get_thread(session, scan.thread_id)
        except NotFound:
            pass
    shared = uuid5(_THREAD, str(member_id))
    return await conversations.create_thread(session, now=now, title=THREAD_TITLE, thread_id=shared)
