"""The page about formulas says what the code does."""

import re

import pytest

from app.cli import pages
from app.formula.formula import parse
from app.infra.settings import ROOT

PAGE = (ROOT / "docs" / "formulas.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[0].splitlines()


def test_the_words_are_those_of_the_vocabulary() -> None:
    assert pages.formulas() == PAGE


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_understood(example: str) -> None:
    assert parse(str(parse(example))) == parse(example)
