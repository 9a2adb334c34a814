"""Letters of books: those of turns, and those of who speaks unasked."""

from datetime import datetime
from decimal import Decimal
from itertools import accumulate, repeat

import pytest

from app.core.figures import Unit
from app.grounding.ledger import Book, Ledger, Speaker, letter
from app.grounding.references import fill

MANY = 40_000
"""Calls of one thread: past every letter there is, more than once."""
ROUND = 26 * 26


def letters_of(speaker: Speaker, count: int) -> list[str]:
    return list(
        accumulate(repeat(speaker, count), lambda last, each: each.letter(last), initial="")
    )[1:]


def test_turns_count_through_the_alphabet() -> None:
    assert [letter(at) for at in (0, 25, 26, 51, 52, 701, 702)] == [
        *("a", "z", "aa", "az", "ba", "zz", "aaa"),
    ]


def test_no_turn_reaches_the_letters_of_who_speaks_unasked() -> None:
    reserved = {each for speaker in Speaker for each in letters_of(speaker, ROUND)}
    turns = {letter(at) for at in range(MANY)}
    assert not turns & reserved
    assert len(turns) > 16_000


def test_no_two_speakers_share_a_letter() -> None:
    every = [each for speaker in Speaker for each in letters_of(speaker, ROUND)]
    assert len(set(every)) == len(every) == ROUND * len(Speaker)


@pytest.mark.parametrize(("speaker", "first"), [(Speaker.ALERTS, "zaa"), (Speaker.SCANS, "yaa")])
def test_letters_of_stored_messages_stay_their_speakers(speaker: Speaker, first: str) -> None:
    told = letters_of(speaker, ROUND + 1)
    assert (told[0], told[26], told[ROUND]) == (first, f"{first[0]}ba", first)
    assert {each[0] for each in told} == {first[0]}


@pytest.mark.parametrize(
    "name",
    [letter(at) for at in (0, 700, 16_000, MANY)] + [each.letter() for each in Speaker],
)
def test_a_figure_under_any_letter_can_be_referred_to(name: str, now: datetime) -> None:
    book = Book(name, "a call", "get_quote")
    book.record("last", Decimal(600), Unit.USD, label="last", entity="SPY", as_of=now, decimals=2)
    assert fill(f"SPY is at {{{name}1}}.", Ledger(books=[book])) == "SPY is at 600.00."
