"""What PostgreSQL cannot store is replaced, all else is left as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.infra.db.rows import storable, storable_json


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("a\x00b", "a\ufffdb"),
        ("\ud83d", "\ufffd"),
        ("x\udc00y", "x\ufffdy"),
        ("\ud83d\ude00", "😀"),
        ("€ 😀 \N{MINUS SIGN}1 \t\n", "€ 😀 \N{MINUS SIGN}1 \t\n"),
        ("", ""),
    ],
)
def test_only_what_cannot_be_stored_is_replaced(written: str, stored: str) -> None:
    assert storable(written) == stored


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_text_that_can_be_stored_is_untouched(written: str) -> None:
    assert storable(written) == written


@given(st.text())
def test_everything_that_comes_out_can_be_stored(written: str) -> None:
    stored = storable(written)
    assert "\x00" not in stored
    assert stored.encode().decode() == stored


def test_json_is_cleaned_to_its_depth() -> None:
    value = {"a\x00": ["\ud800", {"b": ("\x00", 1, None, True, 1.5)}]}

    assert storable_json(value) == {"a\ufffd": ["\ufffd", {"b": ["\ufffd", 1, None, True, 1.5]}]}
