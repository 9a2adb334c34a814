"""What a scan of options found while nobody asked, as the member reads it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from app.macro.short_rate import ShortRate
from app.market.protocol import MarketData
from app.scanner import option_keeping
from app.scanner.kept import SavedScan
from app.scanner.option_kept import kept_of
from app.scanner.option_scan import OptionFind, OptionScan, OptionSearch
from app.scanner.option_setups import SPREADS
from tools.option_scans import arguments_of, scan_options
from tools.option_scans_card import best_said, freshness_of, notes_of, row_of
from tools.options_words import rate_note
from tools.scanner_card import count
from widgets.option_scans import OptionScanCard
from workers.scan_messages import SHOWN, shown_of
from workers.unasked import finished, verbatim


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One run of a saved scan of options."""

    scan: SavedScan
    search: OptionSearch
    result: OptionScan
    rate: ShortRate


async def post(
    session: AsyncSession,
    member_id: UUID,
    run: Round,
    new: Sequence[OptionFind],
    market: MarketData,
) -> StoredMessage:
    """Say in the scan's conversation what is new, with the card; part of the caller's transaction."""
    now = run.result.as_of
    place = await take_place(
        session, Speaker.SCANS, member_id=member_id, thread_id=run.scan.thread_id, now=now
    )
    book = Book(place.letter, str(new_id()), scan_options.name, market.provider.name)
    card, said = await _told(session, run, new, book, market)
    done = finished(book, _parts(said, book), (card,), model="scanner", began=now, ended=now)
    call = replace(done.calls[0], arguments=arguments_of(run.search))
    message = stored_message(
        replace(done, calls=(call,)),
        message_id=place.message_id,
        thread_id=place.thread_id,
        now=now,
    )
    await conversations.post_from_worker(session, message)
    return message


async def _told(
    session: AsyncSession, run: Round, new: Sequence[OptionFind], book: Book, market: MarketData
) -> tuple[OptionScanCard, str]:
    result, now = run.result, run.result.as_of
    records = await option_keeping.option_records(session)
    number = count(book, "new", len(new), "new setups on options", now)
    rows = [
        row_of(
            book,
            each,
            kept_of(each, run.search, key=new_id(), now=now),
            record=records.get(each.setup),
        )
        for each in new[:SHOWN]
    ]
    notes = notes_of(result, run.search.wanted)
    if any(setup in SPREADS for setup in run.search.wanted):
        notes = (*notes, rate_note(run.rate))
    card = OptionScanCard(
        title=run.scan.name,
        rows=tuple(row.card for row in rows),
        notes=notes,
        freshness=await freshness_of(market, result, is_frozen=False),
    )
    simulated = "The market is simulated. " if result.provider.is_simulated else ""
    found = "new setup" if len(new) == 1 else "new setups"
    said = f"**{verbatim(run.scan.name)}** found {number.ref} {found} on options"
    said += f"{shown_of(book, len(new), now)}. {simulated}"
    if result.cut:
        cut = count(book, "cut", len(result.cut), "underlyings not read", now)
        what = "underlying was" if len(result.cut) == 1 else "underlyings were"
        said += f"{cut.ref} {what} not read this time, to spare the provider. "
    return card, said + best_said(rows)


def _parts(said: str, book: Book) -> list[Part]:
    filler = Filler(Ledger(books=[book]))
    return [
        TextPart(piece) if isinstance(piece, str) else piece
        for piece in (*filler.feed(said), *filler.close())
    ]
