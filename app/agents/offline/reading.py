"""From a question to its clauses: clean, gloss, correct, recognise, cut, and fold together again."""

from dataclasses import dataclass, field

from app.agents.offline.arithmetic import recognise_sums
from app.agents.offline.clauses import Clause, whole
from app.agents.offline.gazetteer import Gazetteer
from app.agents.offline.indicator_names import (
    recognise_averages,
    recognise_indicators,
    recognise_methods,
)
from app.agents.offline.languages import gloss
from app.agents.offline.level_names import recognise_levels
from app.agents.offline.mentions import Canvas
from app.agents.offline.moments import recognise_days, recognise_times
from app.agents.offline.names import recognise_symbols
from app.agents.offline.quantities import (
    recognise_contracts,
    recognise_numbers,
    recognise_timeframes,
)
from app.agents.offline.spelling import cleaned, corrected
from app.agents.offline.trade_words import recognise_trades
from app.agents.offline.wishes import Wish, wishes_of


@dataclass(slots=True)
class Reading:
    """A question understood as far as words go."""

    canvas: Canvas
    whole: Clause
    wishes: list[Wish]
    language: str = ""
    notes: list[str] = field(default_factory=list)


def read(question: str, gazetteer: Gazetteer) -> Reading:
    """Everything that can be said about a question without its thread."""
    glossed = gloss(cleaned(question))
    text = glossed.text
    if not glossed.language:
        text = corrected(text, gazetteer.knows)
    canvas = Canvas(text)
    recognise_trades(canvas)
    recognise_sums(canvas)
    recognise_contracts(canvas)
    recognise_times(canvas)
    recognise_levels(canvas)
    recognise_days(canvas)
    recognise_methods(canvas)
    recognise_averages(canvas)
    recognise_indicators(canvas)
    recognise_timeframes(canvas)
    recognise_symbols(canvas, gazetteer)
    recognise_numbers(canvas)
    return Reading(canvas, whole(canvas), wishes_of(canvas), glossed.language, canvas.notes)
