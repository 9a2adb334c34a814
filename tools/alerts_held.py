"""What an alert on holdings looks at, named line by line, so that no name is believed unseen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.alerts.values import Book
from app.formula.formula import parse
from app.formula.needs import OutsideNeed

_NAMED = 8
_ABSENT = " Nothing that you hold bears that name now, so it cannot fire before something does."


@dataclass(frozen=True, slots=True)
class HeldByName:
    """Notes for the card, and what the sentence adds where a name fits nothing."""

    notes: tuple[str, ...]
    absence: str


async def held_by_name(terms: Mapping[str, Any], book: Book) -> HeldByName:
    """What each name of a condition is in that book; nothing where nobody's book is asked."""
    needs = parse(str(terms["condition"])).needs.outside
    lines = await book.lines(needs)
    notes = dict.fromkeys(_note(need, lines[need.key]) for need in needs if need.key in lines)
    return HeldByName(tuple(notes), "" if all(lines.values()) else _ABSENT)


def _note(need: OutsideNeed, found: Sequence[str]) -> str:
    name = f"“{need.settings[0]}”"
    if not found:
        return f"Nothing that you hold is called {name} now: this cannot fire before something is."
    named = f"{'; '.join(found[:_NAMED])}{' and others' if len(found) > _NAMED else ''}"
    if need.name != "position" and len(found) > 1:
        return f"{name} is more than one contract, so it cannot be told: {named}. Name one of them."
    return f"{name} is {named}."
