"""What is said of many sold options at once."""

from tools.assignment import Assignment
from widgets.options import AssignmentRow


def told(label: str, words: str) -> Assignment:
    row = AssignmentRow(label=label, words=words, time_value=None, gained=None)
    return Assignment((row,), (f"{words}.",))


def test_nothing_at_risk_says_nothing() -> None:
    assert Assignment().said == ""


def test_what_is_not_known_comes_after_what_is() -> None:
    found = told("", "nobody knows") + told("AMD 90 call", "may be assigned")

    assert [row.label for row in found.rows] == ["AMD 90 call", ""]
    assert found.said == " may be assigned. nobody knows."


def test_of_many_the_first_are_said_and_all_are_on_the_card() -> None:
    found = Assignment()
    for name in ("one", "two", "three", "four"):
        found += told(name, f"{name} may be assigned")

    assert len(found.rows) == 4
    assert found.said.endswith("three may be assigned. The card names more that may be assigned.")
