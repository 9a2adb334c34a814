"""A message that nobody asked for, as a finished turn: it is kept and drawn as an answer is, its figures
under a call of the tool that would have given them."""

import re
from collections.abc import Sequence
from datetime import datetime

from app.agents.events import ToolFinished, TurnDone
from app.agents.model import Usage
from app.grounding.ledger import Book
from app.grounding.parts import GroundingReport, NumberPart, Part, markdown
from widgets.base import BaseCard

_MARKUP = re.compile(r"([\\`*_\[\]<>#|~{}&$])")

_ESCAPED = re.compile(r"\\([\\`*_\[\]<>#|~{}&$])")


def verbatim(name: str) -> str:
    """A name that the member gave, as markdown that reads as they wrote it."""
    return _MARKUP.sub(r"\\\1", " ".join(name.split()))


def without_escapes(markdown: str) -> str:
    """For a notification, which is plain text."""
    return _ESCAPED.sub(r"\1", markdown)


def finished(
    book: Book,
    parts: Sequence[Part],
    cards: Sequence[BaseCard],
    *,
    model: str,
    began: datetime,
    ended: datetime,
) -> TurnDone:
    """What `model` says in `parts` of the figures of `book`."""
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
        started_at=began,
        finished_at=ended,
    )
    return TurnDone(
        answer=answer,
        parts=tuple(parts),
        grounding=GroundingReport(
            numbers=len(numbers),
            bound=sum(part.is_bound for part in numbers),
            sources=tuple(each for each in figures if each.id in named),
        ),
        usage=Usage(),
        model=model,
        calls=(call,),
        cards=tuple(cards),
    )
