"""Cards: what a member looks at. A card is frozen data; its JSX twin draws it.

`collate` lays cards of one kind side by side: three ladders asked for in one breath become one
table, so that tools stay simple and take one symbol each.
"""

from collections.abc import Sequence
from pathlib import Path

from widgets.base import BaseCard
from widgets.levels import LevelsCard, LevelsTable
from widgets.quotes import QuoteCard, QuotesTable

ELEMENTS = Path(__file__).parent / "elements"
PAGE = Path(__file__).parent / "page"


def collate(cards: Sequence[BaseCard]) -> tuple[BaseCard, ...]:
    """The cards of one round, ladders and quotes merged into tables where there are two or more.

    A table stands where the first of its cards stood; every other card keeps its place.
    """
    ladders = [card for card in cards if isinstance(card, LevelsCard)]
    quotes = [card for card in cards if isinstance(card, QuoteCard)]
    tables: dict[str, BaseCard] = {}
    if len(ladders) > 1:
        tables[ladders[0].card_id] = LevelsTable.of(ladders)
    if len(quotes) > 1:
        tables[quotes[0].card_id] = QuotesTable.of(quotes)
    merged = {card.card_id for group in (ladders, quotes) if len(group) > 1 for card in group}
    return tuple(
        tables.get(card.card_id, card)
        for card in cards
        if card.card_id in tables or card.card_id not in merged
    )
