"""Optical character recognition by rapidocr, whose models lie in its wheel: no network is needed.

Only the child process imports this: loading takes a second or two and half a gigabyte.
"""

import math
from collections.abc import Iterator, Sequence
from statistics import mean, median
from typing import TYPE_CHECKING, Any

from app.screenshots.models import Box, Word
from app.screenshots.readers.glyphs import Glyph, words_of

if TYPE_CHECKING:
    from PIL.Image import Image

THREADS = 2
_SKEWED = math.radians(0.6)
_LYING = 1.6
_POOR = 0.8


class Recognition:
    """The loaded models."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        self._engine: Any = RapidOCR(
            params={
                "Global.use_cls": False,
                "Global.log_level": "error",
                "Global.max_side_len": 4000,
                "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
            }
        )

    def read(self, picture: "Image") -> tuple["Image", list[Word]]:
        """The words of `picture`, and the picture as it was turned to read them."""
        found = self._recognise(picture)
        if _is_lying(found):
            tries = [picture.rotate(angle, expand=True) for angle in (90, 270)]
            read = [(each, self._recognise(each)) for each in tries]
            picture, found = max(read, key=lambda each: _quality(each[1]))
        elif found and _quality(found) < _POOR:
            turned = picture.rotate(180)
            again = self._recognise(turned)
            if _quality(again) > _quality(found):
                picture, found = turned, again
        angle = _slope(found)
        if abs(angle) > _SKEWED:
            straight = picture.rotate(math.degrees(angle), expand=True, fillcolor="black")
            again = self._recognise(straight)
            if _quality(again) >= _quality(found) - 0.02:
                picture, found = straight, again
        return picture, [word for line in found for word in line.words()]

    def _recognise(self, picture: "Image") -> list["_Found"]:
        import numpy as np

        pixels = np.asarray(picture)[:, :, ::-1]
        result = self._engine(
            pixels, use_cls=False, return_word_box=True, return_single_char_box=True
        )
        if result.txts is None:
            return []
        return [
            _Found(text, score, quad, letters)
            for text, score, quad, letters in zip(
                result.txts, result.scores, result.boxes, result.word_results, strict=True
            )
        ]


class _Found:
    """A line as recognised: text, score, its four corners, and its letters."""

    def __init__(self, text: str, score: float, quad: Any, letters: Sequence[Any]) -> None:
        self.text = text
        self.score = float(score)
        self.quad = [(float(x), float(y)) for x, y in quad]
        self._letters = letters

    @property
    def width(self) -> float:
        return math.dist(self.quad[0], self.quad[1])

    @property
    def height(self) -> float:
        return math.dist(self.quad[0], self.quad[3])

    def words(self) -> Iterator[Word]:
        glyphs = [Glyph(letter, _box(quad), float(score)) for letter, score, quad in self._letters]
        return words_of(self.text, glyphs)


def _box(quad: Sequence[Sequence[float]]) -> Box:
    across = [round(float(x)) for x, _ in quad]
    down = [round(float(y)) for _, y in quad]
    return Box(min(across), min(down), max(across), max(down))


def _is_lying(found: Sequence[_Found]) -> bool:
    """Whether most longer texts stand on their side."""
    long = [each for each in found if len(each.text) > 3]
    lying = sum(
        abs(each.quad[2][1] - each.quad[0][1]) > _LYING * abs(each.quad[2][0] - each.quad[0][0])
        for each in long
    )
    return lying > len(long) / 2


def _quality(found: Sequence[_Found]) -> float:
    return mean(each.score for each in found) if found else 0.0


def _slope(found: Sequence[_Found]) -> float:
    """The angle of the longer texts, in radians."""
    angles = [
        math.atan2(each.quad[1][1] - each.quad[0][1], each.quad[1][0] - each.quad[0][0])
        for each in found
        if each.width > 4 * each.height
    ]
    return median(angles) if len(angles) >= 3 else 0.0
