"""Signals from outside, as the member reads them: whose they are, and that nobody checked them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agents.history import stored_message
from app.conversations import service as conversations
from app.conversations.models import StoredMessage
from app.conversations.unasked import take_place
from app.core.ids import new_id
from app.core.symbols import Symbol
from app.grounding.ledger import Book, Ledger, Speaker
from app.grounding.parts import Part, TextPart
from app.grounding.references import Filler
from app.market.models import Instrument
from app.scanner.kept import KeptOpportunity
from tools.opportunities import kept_row, list_opportunities, notes_on, sender_said
from tools.scanner_card import NAMED, count, pointed
from widgets.base import CardNumber, Freshness
from widgets.scanner import OpportunitiesCard, OpportunityRow
from workers.unasked import finished


async def post(
    session: AsyncSession,
    member_id: UUID,
    sent: Sequence[KeptOpportunity],
    *,
    known: Mapping[Symbol, Instrument],
    now: datetime,
) -> StoredMessage:
    """Say what came, where scans tell what they found; part of the caller's transaction."""
    place = await take_place(session, Speaker.SCANS, member_id=member_id, thread_id=None, now=now)
    book = Book(place.letter, str(new_id()), list_opportunities.name, sent[0].provider)
    rows = tuple(kept_row(book, each, known.get(each.symbol)) for each in sent)
    card = OpportunitiesCard(
        title="from outside",
        rows=rows,
        notes=notes_on(rows),
        freshness=Freshness(provider=sent[-1].provider, as_of=sent[-1].found_at),
    )
    parts = _parts(_said(book, rows, now), book)
    done = finished(book, parts, (card,), model="signals", began=now, ended=now)
    message = stored_message(done, message_id=place.message_id, thread_id=place.thread_id, now=now)
    await conversations.post_from_worker(session, message)
    return message


def _said(book: Book, rows: Sequence[OpportunityRow], now: datetime) -> str:
    if len(rows) == 1:
        return f"New signal: {_one(rows[0])}."
    number = count(book, "sent", len(rows), "new signals", now)
    told = "".join(f"\n- {_one(row)}" for row in rows[:NAMED])
    return f"{number.ref} new signals:{told}" + ("\n- …" if len(rows) > NAMED else "")


def _one(row: OpportunityRow) -> str:
    """`**AMD** long, from TradingView, not checked: entry …, stop …, target …`."""
    named: tuple[tuple[str, CardNumber | None], ...] = (
        ("entry", row.entry),
        ("stop", row.stop),
        ("target", row.target),
        ("reward to risk", row.reward_to_risk),
    )
    given = ", ".join(f"{name} {pointed(number)}" for name, number in named if number)
    return (
        f"**{row.symbol}** {row.direction}, {sender_said(row)}: {given or 'no prices were given'}"
    )


def _parts(said: str, book: Book) -> list[Part]:
    filler = Filler(Ledger(books=[book]))
    return [
        TextPart(piece) if isinstance(piece, str) else piece
        for piece in (*filler.feed(said), *filler.close())
    ]
