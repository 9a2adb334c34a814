"""Rates out of files whose every row is known."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.grounding.answer import Writer
from app.macro.sources.files import FilesSource
from tools.rates import get_rates

NOW = datetime(2026, 11, 19, 18, tzinfo=UTC)

YIELDS = """\
date,1m,3m,2y,10y,30y
2026-11-17,3.90,3.88,3.60,4.10,4.70
2026-11-18,3.91,3.87,3.52,4.13,4.74
2026-11-19,9,9,9,9,9
"""
EXPECTATIONS = """\
date,meeting,low,high,probability
2026-11-18,2026-12-09,3.50,3.75,61.4
2026-11-18,2026-12-09,3.75,4.00,38.6
2026-11-17,2026-12-09,3.75,4.00,99
2026-11-18,2027-01-27,3.25,3.50,50
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "yields.csv").write_text(YIELDS, encoding="utf-8")
    return tmp_path


async def test_the_curve_is_that_of_the_last_day_that_is_over(ask: Any, folder: Path) -> None:
    said = await ask(get_rates, {}, at=NOW, macro=FilesSource(folder))

    [card] = said.result.cards
    assert [(point.tenor, point.rate.text) for point in card.curve] == [
        ("1m", "3.91%"),
        ("3m", "3.87%"),
        ("2y", "3.52%"),
        ("10y", "4.13%"),
        ("30y", "4.74%"),
    ]
    assert (card.slope.text, card.lean.text, card.leans) == (
        "+0.61",
        "\u22120.35",
        "to lower rates",
    )
    assert card.freshness.as_of == datetime(2026, 11, 18, 23, tzinfo=UTC)
    assert said.sentence == (
        "Treasuries yield at the end of Wednesday 18 November 2026: the three-month 3.87%, the "
        "two-year 3.52%, the ten-year 4.13%. The curve from two to ten years is upward, +0.61 "
        "percentage points. Two years less three months is \u22120.35 percentage points: prices lean "
        "to lower rates. The Fed decides next on Wednesday 9 December 2026 at 14:00 ET, in 20 "
        "days. Probabilities of the decision are not known here."
    )


async def test_a_past_moment_sees_the_curve_of_then(ask: Any, folder: Path) -> None:
    said = await ask(
        get_rates, {"as_of": "2026-11-18T12:00:00-05:00"}, at=NOW, macro=FilesSource(folder)
    )

    assert "the ten-year 4.10%" in said.sentence
    assert said.result.cards[0].freshness.is_frozen


async def test_probabilities_are_those_stated_last_about_the_next_meeting(
    ask: Any, folder: Path
) -> None:
    (folder / "expectations.csv").write_text(EXPECTATIONS, encoding="utf-8")

    said = await ask(get_rates, {"about": "fed"}, at=NOW, macro=FilesSource(folder))

    rows = said.result.cards[0].outcomes
    assert [(row.low.text, row.probability.text) for row in rows] == [
        ("3.50", "61.4%"),
        ("3.75", "38.6%"),
    ]
    assert said.sentence.startswith(
        "Likeliest after the next Fed meeting: a target of 3.50% to 3.75%, stated at 61.4% on "
        "Wednesday 18 November 2026."
    )


async def test_without_probabilities_none_are_made_up(ask: Any, folder: Path) -> None:
    said = await ask(get_rates, {}, at=NOW, macro=FilesSource(folder))

    [card] = said.result.cards
    assert card.outcomes == ()
    assert any("expectations.csv" in note for note in card.notes)
    assert any("not a probability" in note for note in card.notes)


async def test_without_a_source_the_meeting_is_told_and_the_rest_is_absent(ask: Any) -> None:
    said = await ask(get_rates, {}, at=NOW)

    [card] = said.result.cards
    assert (card.curve, card.slope, card.lean) == ((), None, None)
    assert card.meeting.date.isoformat() == "2026-12-09"
    assert "The Fed decides next on Wednesday 9 December 2026" in said.sentence
    assert "Treasury yields need a source" in said.sentence


async def test_every_number_of_the_sentence_has_its_source(ask: Any, folder: Path) -> None:
    (folder / "expectations.csv").write_text(EXPECTATIONS, encoding="utf-8")
    said = await ask(get_rates, {}, at=NOW, macro=FilesSource(folder))

    writer = Writer(said.ledger, now=NOW)
    writer.feed(said.result.sentence)
    writer.close()

    assert writer.report.unbound == ()
    assert writer.report.numbers == 9


async def test_a_source_without_recent_yields_says_so(ask: Any, folder: Path) -> None:
    (folder / "yields.csv").write_text("date,2y\n2026-01-05,3.5\n", encoding="utf-8")

    said = await ask(get_rates, {}, at=NOW, macro=FilesSource(folder))

    assert said.result.cards[0].curve == ()
    assert "no Treasury yields of the last two weeks" in said.sentence
