"""From a question to its clauses: clean, gloss, correct, recognise, cut, and fold together again."""

import re
from dataclasses import dataclass, field

from app.agents.offline.arithmetic import recognise_sums
from app.agents.offline.clauses import Clause, parts, whole
from app.agents.offline.gazetteer import Gazetteer
from app.agents.offline.indicator_names import (
    recognise_averages,
    recognise_indicators,
    recognise_methods,
)
from app.agents.offline.intents import Intent, best, guarded, scores
from app.agents.offline.languages import gloss
from app.agents.offline.level_names import recognise_levels
from app.agents.offline.mentions import Canvas, Kind
from app.agents.offline.moments import recognise_days, recognise_times
from app.agents.offline.names import recognise_symbols
from app.agents.offline.quantities import (
    recognise_contracts,
    recognise_numbers,
    recognise_timeframes,
)
from app.agents.offline.spelling import cleaned, corrected


@dataclass(slots=True)
class Wish:
    """One clause and what it seems to want; `NONE` if its words do not say."""

    intent: Intent
    clause: Clause


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
    entire = whole(canvas)
    return Reading(canvas, entire, _wishes(canvas, entire), glossed.language, canvas.notes)


def _wishes(canvas: Canvas, entire: Clause) -> list[Wish]:
    first = guarded(entire)
    if first is Intent.REFUSED:
        return [Wish(first, entire)]
    wishes = [Wish(_intent(part), part) for part in parts(canvas)]
    if len(wishes) == 1:
        return wishes
    return _shared(_merged(_folded(_without_courtesy(wishes))))


def _intent(clause: Clause) -> Intent:
    guard = guarded(clause)
    return guard if guard is not Intent.NONE else best(scores(clause))


def _without_courtesy(wishes: list[Wish]) -> list[Wish]:
    """Without greetings, thanks, and asides that want nothing and mention nothing.

    Where no piece wants anything, what cannot be read is kept, so that it can be said.
    """
    courtesy = (Intent.HELLO, Intent.THANKS)
    kept = [wish for wish in wishes if wish.intent not in courtesy]
    wanting = [wish for wish in kept if wish.intent is not Intent.NONE]
    rest = [
        wish
        for wish in kept
        if wish.intent is not Intent.NONE
        or wish.clause.mentions
        or not (wanting or wish.clause.is_bare)
    ]
    return rest or wishes[:1]


_SYMBOL_FREE = (Intent.STATUS, Intent.DESCRIBE, Intent.CALCULATE)
_ONLY_FRAMES = re.compile(r"(?:on )?(?:the |a )?(?:timeframe|scale) charts?$")


def _completes(wish: Wish, before: Wish) -> bool:
    """Whether a piece only adds a timeframe to indicators, or lines to a chart."""
    clause = wish.clause
    if before.intent is Intent.INDICATORS:
        return bool(_ONLY_FRAMES.match(clause.masked))
    kinds = {mention.kind for mention in clause.mentions}
    return before.intent is Intent.CHART and clause.is_bare and kinds == {Kind.AVERAGE}


def _folded(wishes: list[Wish]) -> list[Wish]:
    """Pieces without a wish of their own ("spy, qqq and iwm levels") joined to one that has it."""
    result: list[Wish] = []
    waiting: Clause | None = None
    for wish in wishes:
        if result and _completes(wish, result[-1]):
            result[-1].clause = result[-1].clause.joined(wish.clause)
            continue
        is_loose = wish.intent is Intent.NONE and bool(wish.clause.mentions)
        if is_loose and result and _is_another_day(wish, result[-1]):
            result.append(Wish(result[-1].intent, wish.clause))
        elif is_loose and result and (_has_symbol(result[-1]) or not _has_symbol(wish)):
            result[-1].clause = result[-1].clause.joined(wish.clause)
        elif is_loose:
            waiting = waiting.joined(wish.clause) if waiting else wish.clause
        else:
            clause = waiting.joined(wish.clause) if waiting else wish.clause
            result.append(Wish(wish.intent, clause))
            waiting = None
    return result if waiting is None else _placed(waiting, result)


def _placed(waiting: Clause, wishes: list[Wish]) -> list[Wish]:
    """The last loose piece: joined to what stands before it, unless that asks of no symbol."""
    if not wishes:
        return [Wish(best(scores(waiting)), waiting)]
    if wishes[-1].intent in _SYMBOL_FREE and waiting.of(Kind.SYMBOL):
        return [*wishes, Wish(Intent.NONE, waiting)]
    wishes[-1].clause = wishes[-1].clause.joined(waiting)
    return wishes


def _has_symbol(wish: Wish) -> bool:
    return bool(wish.clause.of(Kind.SYMBOL))


_NOW = re.compile(r"\b(?:now|right now|today|currently|at the moment)\b")


def _is_another_day(wish: Wish, before: Wish) -> bool:
    """Whether a second day, or the present after a day, is asked about."""
    if not before.clause.of(Kind.DAY):
        return False
    return bool(wish.clause.of(Kind.DAY) or _NOW.search(wish.clause.plain))


def _merged(wishes: list[Wish]) -> list[Wish]:
    """Neighbours that want the same, where one of them leaves the symbol to the other."""
    result: list[Wish] = []
    for wish in wishes:
        last = result[-1] if result else None
        if last and _is_another_day(wish, last):
            result.append(wish)
        elif last and last.intent is wish.intent and not (_has_symbol(last) and _has_symbol(wish)):
            result[-1] = Wish(wish.intent, last.clause.joined(wish.clause))
        else:
            result.append(wish)
    return result


def _shared(wishes: list[Wish]) -> list[Wish]:
    """Symbols lent to clauses that name none: from before, else from behind."""
    for position, wish in enumerate(wishes):
        if _has_symbol(wish) or wish.intent in _SYMBOL_FREE:
            continue
        lenders = [*reversed(wishes[:position]), *wishes[position + 1 :]]
        lender = next((each for each in lenders if _has_symbol(each)), None)
        if lender is not None:
            wish.clause.mentions = [*wish.clause.mentions, *lender.clause.of(Kind.SYMBOL)]
    return wishes
