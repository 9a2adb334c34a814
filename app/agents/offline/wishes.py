"""From a question's clauses to what is wished for.

Decided: a clause has to earn a call. What only tells a story, greets or thanks beside a clause that
asks lends that one its symbol and is dropped; a clause without a wish of its own is joined to its
neighbour; what was taken back ("no wait, qqq") is not answered.
"""

import re
from dataclasses import dataclass

from app.agents.offline.chart_words import (
    hidden_families,
    marked_prices,
    shown_families,
    without_zoom,
    zoom_of,
)
from app.agents.offline.clauses import Clause, is_filler, parts, whole
from app.agents.offline.comparing import compares_over_time
from app.agents.offline.cues import best, scores
from app.agents.offline.guards import guarded
from app.agents.offline.intents import Intent
from app.agents.offline.macro_words import macro_intent, points_at_a_company
from app.agents.offline.mentions import Canvas, Kind, Mention
from app.agents.offline.position_words import is_whole, position_intent


@dataclass(slots=True)
class Wish:
    """One clause and what it seems to want; `NONE` if its words do not say."""

    intent: Intent
    clause: Clause

    @property
    def has_symbol(self) -> bool:
        return bool(self.clause.of(Kind.SYMBOL))


def wishes_of(canvas: Canvas) -> list[Wish]:
    """What a question wishes for, in its order; at least one wish, which may want nothing."""
    entire = whole(canvas)
    first = guarded(entire)
    if first is Intent.REFUSED:
        return [Wish(first, entire)]
    if is_whole(entire) and (held := position_intent(entire)) is not Intent.NONE:
        return [Wish(held, entire)]
    corrected = _corrected(canvas)
    if corrected is canvas and compares_over_time(entire):
        return [Wish(Intent.CHART, entire)]
    wishes = [Wish(_intent(part), part) for part in parts(corrected)]
    if len(wishes) < 2:
        return wishes or [Wish(_intent(entire), entire)]
    return _shared(_merged(_folded(_without_asides(_without_courtesy(wishes)))))


def _intent(clause: Clause) -> Intent:
    guard = guarded(clause)
    if guard not in _KEPT and (held := position_intent(clause)) is not Intent.NONE:
        return held
    if guard in _SOUND_ALIKE and (asked := macro_intent(clause)) is not Intent.NONE:
        return asked
    return guard if guard is not Intent.NONE else best(scores(clause))


_KEPT = (Intent.REFUSED, Intent.ALERT, Intent.BACKTEST, Intent.JOURNAL, Intent.ORDER)
"""What is told apart by its verb, whatever of one's own stands beside it."""

_SOUND_ALIKE = (Intent.NEWS, Intent.FORECAST, Intent.SCAN, Intent.OPTIONS, Intent.FUNDAMENTALS)
"""What a question about a date or about rates sounds like: "will the fed cut", "who reports"."""


_TAKEN_BACK = re.compile(
    r"(?:^|[\s,;.?!-])(?:no,? wait|wait,? no|scratch that|or rather|make that|i mean(?:t)?|sorry,? (?:i mean(?:t)?|make that|no)|(?<=[,;.?!-] )(?:actually|no|nope))(?:,| just| make it| make that)*(?= )"
)


def _corrected(canvas: Canvas) -> Canvas:
    """Without what the question itself takes back: its symbols, or all of it if what follows
    stands on its own."""
    for match in reversed(list(canvas.free(_TAKEN_BACK))):
        before = [m for m in canvas.mentions if m.end <= match.start()]
        after = [m for m in canvas.mentions if m.start >= match.end()]
        if not before or not any(m.kind is Kind.SYMBOL for m in after):
            continue
        rest = Canvas(" " * match.end() + canvas.text[match.end() :], after, canvas.notes)
        if _intent(whole(rest)) is not Intent.NONE:
            return rest
        kept = [m for m in before if m.kind is not Kind.SYMBOL]
        return Canvas(canvas.text, [*kept, *after], canvas.notes)
    return canvas


_COURTESY = (Intent.HELLO, Intent.THANKS, Intent.VENTING)


def _without_courtesy(wishes: list[Wish]) -> list[Wish]:
    """Without greetings, thanks, and pieces that want nothing and mention nothing.

    Where no piece wants anything, what cannot be read is kept, so that it can be said.
    """
    if wishes[0].intent is Intent.VENTING and not any(wish.has_symbol for wish in wishes):
        return wishes[:1]
    kept = [wish for wish in wishes if wish.intent not in _COURTESY]
    wanting = [wish for wish in kept if wish.intent is not Intent.NONE]
    rest = [
        wish
        for wish in kept
        if wish.intent is not Intent.NONE
        or wish.clause.mentions
        or not (wanting or wish.clause.is_bare)
    ]
    return rest or wishes[:1]


_TELLS = re.compile(
    r"^(?:(?:so|well|ok|okay|and|but|btw|by the way|anyway|anyways|look|listen|man|ugh|yeah|oh|hey|because|cause|since|while|like|honestly|basically|also|now)\b,? )*"
    r"(?:(?:i|i'm|im|i've|ive|i'd|hope|hoping|trust|my|our|he|she|his|her|everyone|everybody|nobody|people|someone|some guy|not|never|don't|dont|been|having|saw|read|heard|thought|got|lost|missed)\b"
    r"|(?:we|we're|we've|they|they're)\b(?!.*\b(?:open|close|closed|trade|trading|off)\b)"
    r"|(?:the|this|that|every) (?:\w+ ){1,2}(?:went|was|were|came|got|kept|keeps|had|has|asks?|says?|said|swears?|thinks?|bragg?\w*)\b)"
)
_ASKS = re.compile(
    r"\b(?:want|wanna|need|like to|love to|would like|wonder(?:ing)?|curious|looking (?:for|at)|watching|asking|show|tell|give|pull|what(?:'s)?|where(?:'s)?|which|who(?:'s)?|how(?:'s)?|when(?:'s)?|is there|can you|could you|please|chart)\b"
)
_POINTS_BACK = re.compile(r"\b(?:that|there|it|this)\b")


def _is_aside(wish: Wish) -> bool:
    """Whether a piece tells something in the first or third person and asks for nothing."""
    plain = wish.clause.plain
    return not wish.clause.is_bare and bool(_TELLS.match(plain)) and not _ASKS.search(plain)


def _without_asides(wishes: list[Wish]) -> list[Wish]:
    """Without stories, where something else is asked; their symbols are lent to what follows."""
    asides = [wish for wish in wishes if _is_aside(wish)]
    asking = [wish for wish in wishes if wish not in asides]
    if not any(wish.intent is not Intent.NONE for wish in asking):
        return wishes
    for wish in asking:
        if not any(each.has_symbol for each in asking):
            wish.clause.mentions = [*_lent(wish, asides), *wish.clause.mentions]
    return asking


def _lent(wish: Wish, asides: list[Wish]) -> list[Mention]:
    """What a wish takes from the stories around it: a symbol, and the price it calls "that"."""
    source = next((each for each in reversed(asides) if each.has_symbol), None)
    if source is None:
        return []
    lent = source.clause.of(Kind.SYMBOL)
    if wish.intent is Intent.LEVELS and _POINTS_BACK.search(wish.clause.plain):
        lent += [mention for mention in source.clause.of(Kind.NUMBER) if mention.is_certain]
    return lent


_SYMBOL_FREE = (
    Intent.STATUS,
    Intent.DESCRIBE,
    Intent.CALCULATE,
    Intent.ROTATION,
    Intent.CALENDAR,
    Intent.RATES,
    Intent.BOOK,
    Intent.RISK,
)
_ONLY_FRAMES = re.compile(r"(?:on )?(?:the |a )?(?:timeframe|scale) charts?$")


def _completes(wish: Wish, before: Wish) -> bool:
    """Whether a piece only adds a timeframe to indicators, or lines to a chart."""
    clause = wish.clause
    if before.intent is Intent.INDICATORS:
        return bool(_ONLY_FRAMES.match(clause.masked))
    return before.intent is Intent.CHART and is_of_a_chart(clause)


_DRAWN = {Kind.AVERAGE, Kind.TIMEFRAME, Kind.SCALE, Kind.NUMBER, Kind.LEVEL}
_OF_CHART = re.compile(
    r"\b(?:mark(?:ed|s)?|lines?|no|without|hide|drop|remove|minus|skip|only|just|alone|average|level|number|scale|timeframe|pivots?|profile|volume|levels|day|premarket|after hours|extended hours|hours|draw|drawn|add|show)\b"
)


def is_of_a_chart(clause: Clause) -> bool:
    """Whether a piece only says what else a chart is to show: "200 dma", "no vwap", "mark 250"."""
    low = clause.text.lower()
    kinds = {mention.kind for mention in clause.mentions}
    if kinds - _DRAWN or not is_filler(_OF_CHART.sub(" ", without_zoom(clause.masked))):
        return False
    says = hidden_families(low) or shown_families(low) or marked_prices(low) or zoom_of(low)
    return bool(says or kinds & {Kind.AVERAGE, Kind.TIMEFRAME, Kind.SCALE}) or kinds == {
        Kind.NUMBER
    }


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
        elif is_loose and result and (result[-1].has_symbol or not wish.has_symbol):
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
        elif last and last.intent is wish.intent and not (last.has_symbol and wish.has_symbol):
            result[-1] = Wish(wish.intent, last.clause.joined(wish.clause))
        else:
            result.append(wish)
    return result


def _shared(wishes: list[Wish]) -> list[Wish]:
    """Symbols lent to clauses that name none: from before, else from behind."""
    for position, wish in enumerate(wishes):
        is_free = wish.intent in _SYMBOL_FREE and not points_at_a_company(wish.clause)
        if wish.has_symbol or is_free:
            continue
        lenders = [*reversed(wishes[:position]), *wishes[position + 1 :]]
        lender = next((each for each in lenders if each.has_symbol), None)
        if lender is not None:
            wish.clause.mentions = [*wish.clause.mentions, *lender.clause.of(Kind.SYMBOL)]
    return wishes
