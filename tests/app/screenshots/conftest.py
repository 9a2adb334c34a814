"""Screens to read: words laid out as one would show them, and one that is drawn."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from app.screenshots.models import Box, Word

LETTER, HEIGHT, PITCH = 8, 16, 26


def line(top: int, cells: Sequence[tuple[int, str]], *, score: float = 1.0) -> list[Word]:
    """Words of a line; a cell's number is its left edge, or its right edge if negative."""
    words = []
    for edge, text in cells:
        left = edge if edge >= 0 else -edge - len(text) * LETTER
        for part in text.split():
            right = left + len(part) * LETTER
            words.append(Word(part, Box(left, top, right, top + HEIGHT), score))
            left = right + LETTER
    return words


def table(edges: Sequence[int], *rows: Sequence[str], score: float = 1.0) -> list[Word]:
    """Lines of cells under each other, as `line` places them."""
    words: list[Word] = []
    for number, row in enumerate(rows):
        cells = [(edge, text) for edge, text in zip(edges, row, strict=True) if text]
        words += line(20 + PITCH * number, cells, score=score)
    return words


_COLUMNS = (20, 330, 430, 560, 680)
_LINES = (
    ("FINANCIAL INSTRUMENT", "POS", "MKT VAL", "AVG PX", "LAST"),
    ("SPY Jun16'23 410 CALL", "-2", "-1,000", "4.10", "5.00"),
    ("AAPL", "10", "2,280", "200.00", "228.00"),
)


def screen(*, turned: int = 0) -> bytes:
    """A portfolio on black."""
    drawn = Image.new("RGB", (800, 160), "black")
    font = ImageFont.load_default(20)
    for number, cells in enumerate(_LINES):
        for left, text in zip(_COLUMNS, cells, strict=True):
            ImageDraw.Draw(drawn).text((left, 16 + 44 * number), text, "white", font)
    written = io.BytesIO()
    drawn.rotate(turned, expand=True).save(written, "PNG")
    return written.getvalue()
