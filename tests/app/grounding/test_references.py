"""References fill in as they close, whatever the pieces they arrive in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grounding.ledger import Ledger
from app.grounding.parts import NumberPart
from app.grounding.references import Filler, fill


def pieces(ledger: Ledger, *deltas: str) -> list[str | NumberPart]:
    filler = Filler(ledger)
    return [piece for delta in deltas for piece in filler.feed(delta)] + [*filler.close()]


def test_text_flows_and_a_number_appears_as_soon_as_its_brace_closes(spy: Ledger) -> None:
    filler = Filler(spy)
    assert list(filler.feed("SPY is at {a")) == ["SPY is at "]
    assert list(filler.feed("1}")) == [NumberPart("602.31", ("a1",), "last (SPY)")]


def test_an_expression_points_at_all_its_figures(spy: Ledger) -> None:
    [number] = pieces(spy, "{(a1-a3)/a2 : ATR, 2}")
    assert number == NumberPart("0.08 ATR", ("a1", "a3", "a2"), "(last-PDH)/atr")


@pytest.mark.parametrize(
    "text",
    [
        'A JSON {"a1": 1} stays.',
        "```\n{\n  x\n}\n```",
        "f-strings {} and {0} and {name}",
        "\\frac{1}{2}",
        "an open { brace",
        "two {{ braces }}",
        "{a long sentence in braces that points at nothing, really}",
        "ends with {a1",
    ],
)
def test_braces_that_are_no_reference_are_text(spy: Ledger, text: str) -> None:
    assert "".join(str(piece) for piece in pieces(spy, *text)) == text


def test_an_unknown_figure_and_a_bad_expression_stay_visible_without_a_source(
    spy: Ledger,
) -> None:
    assert pieces(spy, "{a99} {a1+a6}") == [
        NumberPart("{a99}", ()),
        " ",
        NumberPart("{a1+a6}", ()),
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{a6}% up", "+0.42% up"),
        ("{a6} % up", "+0.42% up"),
        ("+{a6} up", "+0.42% up"),
        ("-{b6} down", "-0.37% down"),
        ("${a1}.", "$602.31."),
        ("{a1}, {a3}", "602.31, 601.77"),
        ("{a4}-{a3}", "597.40-601.77"),
        ("{a1}.\n1. next", "602.31.\n1. next"),
        ("({a6})", "(+0.42%)"),
    ],
)
def test_a_unit_or_sign_written_twice_is_written_once(spy: Ledger, text: str, shown: str) -> None:
    for size in (1, 2, 3, 50):
        parts = pieces(spy, *(text[at : at + size] for at in range(0, len(text), size)))
        assert "".join(p if isinstance(p, str) else p.text for p in parts) == shown
        assert all(isinstance(p, str) or p.is_bound for p in parts)


@pytest.mark.parametrize(
    "text", ["-{a1}", "-{a6}", "+{b6}", "1{a1}", "{a1}k", "{a1}0", "{a1}.5", "{a1}%"]
)
def test_what_changes_a_filled_number_is_marked(spy: Ledger, text: str) -> None:
    for size in (1, 50):
        parts = pieces(spy, *(text[at : at + size] for at in range(0, len(text), size)), " end")
        assert any(isinstance(part, NumberPart) and not part.is_bound for part in parts)


@given(st.text(alphabet="ab1 2{}().-+*/:%$,\n", max_size=60), st.integers(1, 7))
def test_how_a_text_is_cut_does_not_change_what_is_read(text: str, size: int) -> None:
    ledger = Ledger()
    cut = pieces(ledger, *(text[at : at + size] for at in range(0, len(text), size)))
    assert "".join(p if isinstance(p, str) else p.text for p in cut) == fill(text, ledger)
