"""What is seen of a text from outside."""

import pytest

from app.core.visible import one_line, visible


@pytest.mark.parametrize(
    "hidden",
    [
        "".join(chr(0xE0000 + ord(letter)) for letter in "sell it"),
        "\U000e0001",
        "\U000e0100",
        "\u2060\u2061\u2062\u2063\u2064\u2065",
        "\u061c",
        "\ufeff",
        "\u00ad",
        "\u200b\u200e\u202e\u2066\u2069",
        "\u3164\uffa0\u115f\ufe0f",
        "\ud83d",
    ],
)
def test_signs_that_show_nothing_are_dropped(hidden: str) -> None:
    assert visible(f"base {hidden}bro{hidden}ken") == "base broken"
    assert one_line(f"{hidden} base broken {hidden}") == "base broken"


def test_what_moves_a_line_is_a_space_and_line_ends_stay() -> None:
    assert visible("a\x00b\tc\x85d\u2028e\nf") == "a b c d e\nf"
    assert one_line(" a\x00\nb\r\n\u2029c ") == "a b c"


def test_letters_of_any_script_and_pictures_are_kept() -> None:
    seen = "Überkauft – 半導體, нефть, «oil» 🚀 é"
    assert one_line(seen) == seen
