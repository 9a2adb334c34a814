"""Finds on options that are kept, as the member is told of them; and which scan found what.

Decided: they are drawn as they were when they were found, with what became of them. Which scan is meant
is read from its name and from what it looks for; without such a scan the words choose setups by name.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from app.core.errors import NotFound
from app.core.symbols import AssetClass
from app.grounding.ledger import Book
from app.market.models import Instrument
from app.market.protocol import MarketData
from app.scanner.kept import KeptOpportunity, SavedScan, Tally
from app.scanner.option_kept import KeptOption, OptionRecord
from app.scanner.option_scan import OptionFind
from app.scanner.option_setups import SPREADS, OptionSetup
from app.scanner.signals import Sent
from tools.option_scans_card import METHOD, NO_DIRECTION, TITLES, Row, row_of
from tools.scanner_card import TITLES as MARKET_TITLES
from tools.scanner_card import count
from widgets.base import Freshness
from widgets.option_scans import OptionScanCard

_FILLERS = frozenset({"the", "my", "a", "scan", "scans", "of", "for", "on", "and"})
_NAMED = 3
_UNCOUNTED = (
    "None of these kinds has been counted after an expiry yet, so there is no hit rate to show."
)
_WITHOUT_US = (
    "Held to the end, at what they were worth then; fees and early exercise are not counted."
)

Kept = TypeVar("Kept", KeptOpportunity, KeptOption, Tally)


def words_of(asked: str) -> tuple[str, ...]:
    """What counts of a scan's name, without plurals."""
    each = [word.strip(" ,.'\"") for word in asked.lower().split()]
    return tuple(word.removesuffix("s") for word in each if word and word not in _FILLERS)


def of_scan(asked: str, scans: Sequence[SavedScan], kept: Sequence[Kept]) -> tuple[Kept, ...]:
    """Those that the scan found, else those whose setup is called so."""
    words = words_of(asked)
    if not words:
        return tuple(kept)
    meant = {each.id for each in scans if all(word in _of_saved(each) for word in words)}
    if meant:
        return tuple(each for each in kept if each.scan_id in meant)
    return tuple(each for each in kept if all(word in _of_setup(each) for word in words))


def check_meant(asked: str, scans: Sequence[SavedScan]) -> None:
    """`NotFound` where no scan and no setup is called so; for where nothing was found by it."""
    words = words_of(asked)
    setups = [*TITLES.values(), *MARKET_TITLES.values()]
    known = [*map(_of_saved, scans), *(title.lower() for title in setups)]
    if not any(all(word in each for word in words) for each in known):
        raise NotFound(
            "None of your saved scans is about that.",
            suggestions=[each.name for each in scans[:5]],
        )


def _of_saved(scan: SavedScan) -> str:
    options = scan.search.options
    titles = [MARKET_TITLES[setup] for setup in scan.search.setups]
    titles += [TITLES[setup] for setup in options.setups] if options else []
    symbols = options.symbols if options else scan.search.symbols
    return " ".join([scan.name, *titles, *symbols]).lower()


def _of_setup(each: KeptOpportunity | KeptOption | Tally) -> str:
    setup = each.setup
    if isinstance(setup, Sent):
        return "signal"
    title = TITLES[setup] if isinstance(setup, OptionSetup) else MARKET_TITLES[setup]
    return f"{each.symbol} {title}".lower()


async def option_rows(
    book: Book,
    kept: Sequence[KeptOption],
    records: Mapping[OptionSetup, OptionRecord],
    market: MarketData,
) -> tuple[Row, ...]:
    rows = []
    for each in kept:
        found = OptionFind(
            instrument=await _instrument(each, market),
            setup=each.setup,
            fact=each.fact,
            provider=each.provided_by,
            at=each.found_at,
        )
        rows.append(row_of(book, found, each, record=records.get(each.setup)))
    return tuple(rows)


def option_card(rows: Sequence[Row], title: str, freshness: Freshness) -> OptionScanCard:
    shown = {row.setup for row in rows}
    notes = [METHOD] if shown & set(SPREADS) else []
    notes += [NO_DIRECTION] if OptionSetup.UNUSUAL in shown else []
    is_counted = any(fact.label.startswith("Counted") for row in rows for fact in row.card.facts)
    return OptionScanCard(
        title=title,
        rows=tuple(row.card for row in rows),
        notes=(*notes, _WITHOUT_US if is_counted else _UNCOUNTED),
        freshness=freshness,
    )


def options_said(
    book: Book,
    rows: Sequence[Row],
    records: Mapping[OptionSetup, OptionRecord],
    now: datetime,
) -> str:
    """The newest with its figures, the next by name, and what such finds came to."""
    if not rows:
        return ""
    ended = f", {rows[0].card.ended}" if rows[0].card.ended else ""
    said = f" On options, {TITLES[rows[0].setup]}, {rows[0].said}{ended}."
    others = [
        f"{row.card.symbol}, {row.card.setup}{f', {row.card.ended}' if row.card.ended else ''}"
        for row in rows[1:_NAMED]
    ]
    said += f" Then {'; '.join(others)}." if others else ""
    return said + "".join(
        _counted(book, setup, records[setup], now)
        for setup in dict.fromkeys(row.setup for row in rows)
        if setup in records
    )


def _counted(book: Book, setup: OptionSetup, record: OptionRecord, as_of: datetime) -> str:
    hits = count(book, f"{setup}.hits", record.hits, "finds that came out well", as_of)
    cases = count(book, f"{setup}.cases", record.cases, "finds counted", as_of)
    well = "well" if setup not in SPREADS else "with a profit at expiry"
    return f" Counted so far, {TITLES[setup]}: {hits.ref} of {cases.ref} came out {well}."


async def _instrument(each: KeptOption, market: MarketData) -> Instrument:
    try:
        return await market.instrument(each.symbol)
    except NotFound:
        return Instrument(
            symbol=each.symbol, name="", asset_class=AssetClass.STOCK, calendar="XNYS"
        )
