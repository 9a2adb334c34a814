"""An answer while it is written: the model's stream in, words and checked numbers out.

Decided: words flow at once and a reference as soon as it closes. A number that the model typed
waits for the end of its sentence or table row, because what it is may be said after it. Nothing
shown is taken back: where a sentence gives a filled reference another name or another symbol, a
marked remark follows the sentence.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from app.core.figures import Figure
from app.grounding.binding import Index, bind, contradicts
from app.grounding.claims import Kind, Literal, tokenize
from app.grounding.ledger import Ledger
from app.grounding.mentions import Mention, Symbols
from app.grounding.naming import is_named_directly
from app.grounding.parts import GroundingReport, NumberPart, Part, TextPart, markdown
from app.grounding.references import Filler, named
from app.grounding.scene import Around, Number, Scene
from app.grounding.tables import Table
from app.grounding.untrusted import folded

_SENTENCE_END = re.compile(
    r"\n|[.!?](?<!\b[a-zA-Z]\.[a-zA-Z]\.)(?<!\b[a-zA-Z]\.)(?<!vs\.)(?<!approx\.)(?<!\bNo\.)(?<!\bca\.)"
    r"(?<!Inc\.)(?<!Corp\.)[\"”’)*_\]]*(?=\s)"
)
_LIST_MARKER = re.compile(r"[\s>*_#-]*\d+\.")
_HOLD = re.compile(
    r"(?<![A-Za-z\d])[+\-−±~≈]?[$€£]?\.?\d"
    r"|\b(?:half|quarter|third|thirds|two|three|four|five|six|seven|eight|nine|ten|twelve|once|twice)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|«[^»]*»|^\s*>.*", re.MULTILINE)


class Writer:
    """Writes one answer. `parts` is what was written so far."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        now: datetime,
        symbols: Symbols | None = None,
        question: str = "",
    ) -> None:
        """`now` is the member's present; `question` says what the answer is about at first."""
        self.parts: list[Part] = []
        self.quotable: list[str] = []
        self._ledger = ledger
        self._now = now
        self._symbols = symbols or Symbols()
        self._filler = Filler(ledger)
        self._question = question
        self._size = -1
        self._asked: frozenset[str] = frozenset()
        self._topic: frozenset[str] = frozenset()
        self._names: frozenset[str] = frozenset()
        self._table: Table | None = None
        self._remarks: list[NumberPart] = []
        self._clear()
        self._look_up_figures()
        self._bound: list[Figure] = []
        self._count = 0
        self._unbound: list[str] = []

    def feed(self, delta: str) -> list[Part]:
        """What `delta` lets be shown."""
        before = len(self.parts)
        for piece in self._filler.feed(delta):
            self._take(piece)
        return self.parts[before:]

    def close(self) -> list[Part]:
        """The rest: the last sentence is over, an open brace is text."""
        before = len(self.parts)
        for piece in self._filler.close():
            self._take(piece)
        if self._text:
            self._finish(len(self._text))
        self._table = None
        self._show_remarks()
        return self.parts[before:]

    @property
    def text(self) -> str:
        """The answer so far as markdown, numbers without a source marked."""
        return markdown(self.parts)

    @property
    def report(self) -> GroundingReport:
        sources = {figure.id: figure for figure in self._bound}
        return GroundingReport(
            numbers=self._count,
            bound=self._count - len(self._unbound),
            unbound=tuple(self._unbound),
            sources=tuple(sources.values()),
        )

    def _clear(self) -> None:
        self._text = ""
        self._shown = 0
        self._references: list[tuple[int, int, NumberPart]] = []

    def _take(self, piece: str | NumberPart) -> None:
        if isinstance(piece, str):
            self._text += piece
            while (end := self._sentence_end()) is not None:
                self._finish(end)
            self._show_safe_words()
            return
        start = len(self._text)
        self._text += piece.text
        self._references.append((start, len(self._text), piece))
        if not _HOLD.search(self._text[:start], self._shown):
            self._emit_until(start)
            self._emit_number(piece, len(self._text))

    def _sentence_end(self) -> int | None:
        for match in _SENTENCE_END.finditer(self._text, self._references_end()):
            end = match.end()
            if match.group() == "\n":
                return end
            head = self._text[: match.start() + 1]
            is_quoting = head.count("“") > head.count("”")
            if not (is_quoting or _LIST_MARKER.fullmatch(head) or head.lstrip().startswith("|")):
                return end
        return None

    def _references_end(self) -> int:
        return self._references[-1][1] if self._references else 0

    def _show_safe_words(self) -> None:
        """Words flow, but the last one may still become a number."""
        space = max(self._text.rfind(" "), self._text.rfind("\t"))
        end = max(space + 1, self._shown)
        held = _HOLD.search(self._text, self._shown)
        self._emit_until(min(end, held.start()) if held else end)

    def _emit_until(self, end: int) -> None:
        if end > self._shown:
            self._show_text(self._text[self._shown : end])
            self._shown = end

    def _show_text(self, text: str) -> None:
        self.parts.append(TextPart(text))

    def _emit_number(self, part: NumberPart, end: int) -> None:
        self.parts.append(part)
        self._shown = end

    def _finish(self, end: int) -> None:
        """Examine the sentence that ends at `end` and show what is left of it."""
        sentence, rest = self._text[:end], self._text[end:]
        self._look_up_figures()
        self._examine(sentence)
        self._emit_until(len(sentence.rstrip()))
        self._show_remarks()
        self._emit_until(len(sentence))
        self._clear()
        self._text = rest

    def _look_up_figures(self) -> None:
        """Tools may have recorded more since the last sentence."""
        size = sum([len(book.figures) for book in self._ledger.books])
        if size != self._size:
            self._size = size
            self._index = Index(self._ledger, self._symbols, self._now)
            names = self._index.names
            in_lower_case = _entities(names.find(self._question.upper())) & self._index.entities
            self._asked = _entities(names.find(self._question)) | in_lower_case

    def _show_remarks(self) -> None:
        """Remarks follow their sentence; those on a table follow the table."""
        if self._table is not None:
            return
        for remark in self._remarks:
            self._show_text(" ")
            self.parts.append(remark)
        self._remarks = []

    def _examine(self, sentence: str) -> None:
        """Show the sentence up to its last number."""
        spans = [(start, end) for start, end, _ in self._references]
        literals = tokenize(sentence, spans)
        mentions = self._index.names.find(sentence)
        numbers = self._numbers(literals)
        around = Around(entities=self._topic or self._asked, names_before=self._names)
        self._table = Table.after(self._table, sentence, mentions)
        if numbers:
            self._judge(sentence, numbers, mentions, around)
        self._topic = _entities(mentions) or self._topic
        strong = [each.keys for each in mentions if not (each.is_entity or each.is_weak)]
        if strong:
            self._names = self._names.union(*strong)

    def _judge(
        self,
        sentence: str,
        numbers: Sequence[Number],
        mentions: Sequence[Mention],
        around: Around,
    ) -> None:
        rows = self._table if self._table is not None and self._table.is_in_rows else None
        scene = Scene(sentence, numbers, mentions, around)
        for number in numbers:
            if rows is not None:
                scene = rows.scene(sentence, number, numbers, mentions, around)
            if number.literal is None:
                self._reference(number, scene)
            elif not self._is_quoted(sentence, number):
                self._claim(sentence, number, number.literal, scene)

    def _numbers(self, literals: Sequence[Literal]) -> list[Number]:
        filled = [
            Number(start, end, figures=self._figures(part), part=part)
            for start, end, part in self._references
        ]
        typed = [
            Number(literal.start, literal.end, literal)
            for literal in literals
            if literal.kind is Kind.CLAIM
        ]
        return sorted([*filled, *typed], key=lambda number: number.start)

    def _figures(self, part: NumberPart) -> tuple[Figure, ...]:
        found = (self._ledger.find(figure_id) for figure_id in part.figures)
        return tuple(figure for figure in found if figure is not None)

    def _reference(self, number: Number, scene: Scene) -> None:
        part = number.part
        if part is None:
            return
        if number.end > self._shown:
            self._emit_until(number.start)
            self._emit_number(part, number.end)
        self._count += 1
        wrong = contradicts(number, scene) if part.is_bound else None
        if wrong is not None:
            self._remarks.append(NumberPart(f"{part.text} is {named(wrong)}", ()))
        if part.is_bound and wrong is None:
            self._bound.extend(number.figures)
        else:
            self._unbound.append(part.text)

    def _is_quoted(self, sentence: str, number: Number) -> bool:
        return any(
            quote.start() <= number.start < quote.end() and self._is_quotation(quote.group())
            for quote in _QUOTED.finditer(sentence)
        )

    def _is_quotation(self, quote: str) -> bool:
        words = folded(quote.strip(' \n>"“”«»'))
        return bool(words) and any(words in passage for passage in self.quotable)

    def _claim(self, sentence: str, number: Number, literal: Literal, scene: Scene) -> None:
        figure = bind(number, scene, self._index)
        is_said = literal.value in self._ledger.said and not is_named_directly(number, scene)
        if figure is None and is_said:
            return
        self._emit_until(number.start)
        text = sentence[max(number.start, self._shown) : number.end]
        self._count += 1
        if figure is None:
            self._unbound.append(text)
            self._emit_number(NumberPart(text, ()), number.end)
        else:
            self._bound.append(figure)
            self._emit_number(NumberPart(text, (figure.id,), named(figure)), number.end)


def _entities(mentions: Sequence[Mention]) -> frozenset[str]:
    return frozenset(key for mention in mentions if mention.is_entity for key in mention.keys)
