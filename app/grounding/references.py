"""References filled in while the text streams: `{a3}`, `{(a1-a3)/a7 : ATR, 2}`.

Decided: words pass at once, a reference as soon as its brace closes, and nothing is taken back. A
brace that cannot be a reference (JSON, code, a stray one) is text. An unknown figure or a refused
expression stays visible as a number without a source. What a model puts right against a reference
(`-{a5}`, `{a5}%`, `{a3}k`, `1{a3}`) is part of the number that the member would read, so a unit
written twice is dropped and anything that changes the value is marked.
"""

import re
from collections.abc import Iterator

from app.core.errors import InvalidInput
from app.core.figures import MINUS, Figure, written_unit
from app.grounding.expressions import compute
from app.grounding.ledger import Ledger
from app.grounding.parts import NumberPart

Piece = str | NumberPart

_LONGEST = 300
_POSSIBLE = re.compile(r"[\w\s.()+\-−–*/×·÷:,%$]*")
_STOP = re.compile(r"[{}\n]")
_ID = re.compile(r"(?<![\w.])[a-z]{1,3}\d{1,4}(?!\w)")
_SIGN_BEFORE = re.compile(r"(?<![\w)\]}%.])([+\-−])[$€£]?$")
_DIGIT_BEFORE = re.compile(r"\d[.,]?$|(?<![\w])\.$|\}$")
_GLUED = re.compile(
    r"[.,]?\d[\d.,]*|%|\s?(?:[kKMBT]|m|mn|bn|thousand|million|billion|bps?|percent|pct)\b"
)
_WORD_GOES_ON = re.compile(r"\s?[\w%.,]*")


class Filler:
    """Turns a model's stream into words and numbers, piece by piece."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._open = ""
        self._tail = ""
        self._held = ""
        self._held_after: NumberPart | None = None
        self._unit = ""

    def feed(self, delta: str) -> Iterator[Piece]:
        """The pieces that `delta` completes."""
        text = self._open + delta
        self._open = ""
        while text:
            start = text.find("{")
            if start:
                yield from self._words(text if start < 0 else text[:start], is_last=False)
                text = "" if start < 0 else text[start:]
                continue
            stop = _STOP.search(text, 1)
            end = stop.start() if stop else len(text)
            if stop is None and end <= _LONGEST and _POSSIBLE.fullmatch(text, 1):
                self._open = text
                return
            if stop and stop.group() == "}" and self._points(text[1:end]):
                yield from self._number(text[1:end])
                end += 1
            else:
                yield from self._words(text[:end], is_last=False)
            text = text[end:]

    def close(self) -> Iterator[Piece]:
        """What was held back: a brace that never closed is text."""
        rest, self._open = self._open, ""
        yield from self._words(rest, is_last=True)

    def _points(self, content: str) -> bool:
        return bool(_POSSIBLE.fullmatch(content) and _ID.search(content.partition(":")[0]))

    def _words(self, text: str, *, is_last: bool) -> Iterator[Piece]:
        """Text after a number waits until its first word is whole, to see what it does to it."""
        if self._held_after is not None:
            self._held += text
            if is_last or not _WORD_GOES_ON.fullmatch(self._held):
                yield from self._after_number(self._held)
            return
        if text:
            self._tail = (self._tail + text)[-4:]
            yield text

    def _after_number(self, text: str) -> Iterator[Piece]:
        unit, self._held_after = self._unit, None
        spelled = unit.strip()
        if spelled:
            twice = re.match(rf"\s?{re.escape(spelled)}s?(?!\w)", text)
            text = text[twice.end() :] if twice else text
        glued = _GLUED.match(text)
        if glued and not re.match(r"[.,]?\d+[.)]\s", text) and glued.group().strip(".,"):
            yield NumberPart(glued.group(), ())
            text = text[glued.end() :]
        self._tail = ("}" + text)[-4:]
        if text:
            yield text

    def _number(self, content: str) -> Iterator[Piece]:
        if self._held_after is not None:
            yield from self._after_number(self._held)
        part, self._unit = self._resolve(content)
        sign = _SIGN_BEFORE.search(self._tail)
        if sign and part.is_bound:
            part = _signed_once(part, sign.group(1))
        if _DIGIT_BEFORE.search(self._tail):
            part = NumberPart(part.text, (), part.label)
        yield part
        self._held, self._held_after = "", part

    def _resolve(self, content: str) -> tuple[NumberPart, str]:
        figure = self._ledger.find(content.strip())
        if figure is not None:
            return NumberPart(figure.text(), (figure.id,), named(figure)), written_unit(figure.unit)
        try:
            result = compute(content, self._ledger.find, said=self._ledger.said)
        except InvalidInput:
            return NumberPart("{" + content.strip() + "}", ()), ""
        label = in_words(content.partition(":")[0].strip(), self._ledger)
        return NumberPart(result.text, result.figures, label), written_unit(result.unit)


def fill(text: str, ledger: Ledger) -> str:
    """A finished sentence with its references filled in, as plain text."""
    filler = Filler(ledger)
    pieces = [*filler.feed(text), *filler.close()]
    return "".join(piece if isinstance(piece, str) else piece.text for piece in pieces)


def named(figure: Figure) -> str:
    """`PDH (SPY)`, as a list of sources names it."""
    return f"{figure.label} ({figure.entity})" if figure.entity else figure.label


def in_words(expression: str, ledger: Ledger) -> str:
    """An expression with labels for ids: `(last − PDH) / ATR`."""

    def label(match: re.Match[str]) -> str:
        figure = ledger.find(match.group())
        return figure.label if figure else match.group()

    return _ID.sub(label, expression)


def _signed_once(part: NumberPart, sign: str) -> NumberPart:
    """`-{a5}`: the sign is dropped where the figure writes it too, and marked where it lies."""
    own = part.text[:1] if part.text[:1] in {"+", MINUS} else ""
    written = MINUS if sign in {"-", MINUS} else "+"
    if own == written:
        return NumberPart(part.text[1:], part.figures, part.label)
    if own or written == MINUS:
        return NumberPart(part.text, (), part.label)
    return part
