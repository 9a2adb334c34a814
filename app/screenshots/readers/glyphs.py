"""Letters become words: recognition runs words of neighbouring columns together.

`-3,450-18.12` is two numbers and `183SPY` a number and a ticker. Letters come with their places,
so a word ends at a space, at a wide gap, and where the kind of letter changes across a small one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.screenshots.models import Box, Word

_ORNAMENTS = frozenset("▼▾▸►▲△▽●○■□◆★☆田曰›»✓✔")
"""What opens and closes a group, sorts a column or ticks a box: no letter of a word."""

_WIDE = 0.75
_SMALL = 0.18
"""Of a letter's height."""


@dataclass(frozen=True, slots=True)
class Glyph:
    letter: str
    box: Box
    score: float


def words_of(text: str, glyphs: Sequence[Glyph]) -> Iterator[Word]:
    """The words of one recognised line; `text` has the spaces that `glyphs` lack."""
    word: list[Glyph] = []
    is_after_space = False
    places = iter(glyphs)
    for letter in text:
        if letter.isspace():
            is_after_space = True
            continue
        glyph = next(places, None)
        if glyph is None:
            break
        if letter in _ORNAMENTS:
            is_after_space = True
            continue
        if word and (is_after_space or _parts(word, glyph)):
            yield _word(word)
            word = []
        word.append(glyph)
        is_after_space = False
    if word:
        yield _word(word)


def _parts(word: Sequence[Glyph], glyph: Glyph) -> bool:
    last = word[-1]
    gap = glyph.box.left - last.box.right
    height = glyph.box.height
    if gap > _WIDE * height:
        return True
    if gap <= _SMALL * height or not last.letter.isdigit():
        return False
    if glyph.letter in "-−+$":
        return True
    return glyph.letter.isalpha() and glyph.letter.isupper() and gap > 2 * _SMALL * height


def _word(glyphs: Sequence[Glyph]) -> Word:
    box = glyphs[0].box
    for glyph in glyphs[1:]:
        box = box.around(glyph.box)
    text = "".join(glyph.letter for glyph in glyphs)
    return Word(text, box, min(glyph.score for glyph in glyphs))
