"""Letters become words where recognition ran columns together."""

from app.screenshots.models import Box
from app.screenshots.readers.glyphs import Glyph, words_of


def _glyphs(*runs: tuple[int, str]) -> list[Glyph]:
    """Letters of ten pixels width, run by run from its left edge."""
    return [
        Glyph(letter, Box(left + 10 * place, 0, left + 10 * place + 10, 20), 0.9)
        for left, text in runs
        for place, letter in enumerate(text)
    ]


def _words(text: str, *runs: tuple[int, str]) -> list[str]:
    return [word.text for word in words_of(text, _glyphs(*runs))]


def test_two_numbers_that_were_run_together_are_two_words() -> None:
    assert _words("-3,450-18.12", (0, "-3,450"), (70, "-18.12")) == ["-3,450", "-18.12"]


def test_a_number_and_a_ticker_are_two_words() -> None:
    assert _words("183SPY", (0, "183"), (38, "SPY")) == ["183", "SPY"]


def test_a_date_and_a_right_stay_whole() -> None:
    assert _words("16JUN23 450C", (0, "16JUN23"), (80, "450C")) == ["16JUN23", "450C"]


def test_a_space_and_a_wide_gap_end_a_word() -> None:
    assert _words("AB C", (0, "AB"), (22, "C")) == ["AB", "C"]
    assert _words("ABC", (0, "AB"), (40, "C")) == ["AB", "C"]


def test_a_triangle_that_opens_a_group_is_no_letter() -> None:
    assert _words("▼AMZN", (0, "▼"), (12, "AMZN")) == ["AMZN"]
