"""What is ahead, out of published schedules and of files whose every row is known."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import ProviderUnavailable
from app.macro.sources.files import FilesSource
from tools.calendar import MOST_WATCHED, get_calendar
from widgets.macro import CalendarCard

NOW = datetime(2026, 11, 19, 18, tzinfo=UTC)
"""13:00 in New York on a Thursday."""

EARNINGS = """\
symbol,date,time,company,period,confirmed,importance,eps_estimate,eps_actual
NVDA,2026-11-25,16:20,NVIDIA,Q3 2027,yes,3,1.4,
SMALL,2026-11-24,before open,Small {a1} Co,Q3 2026,no,1,,
PAST,2026-11-19,08:00,Past,,yes,2,0.10,0.12
LATER,2026-11-19,16:05,Later,,yes,2,0.10,0.99
"""
RELEASES = """\
name,date,time,importance,period,measure,forecast,previous,actual
Consumer Price Index,2026-12-10,08:30,3,November,percent,2.9,3.0,
Nonfarm payrolls,2026-12-04,08:30,3,November,thousands,110,119,
Jobless claims,2026-11-19,08:30,2,,thousands,225,220,231
"""


@pytest.fixture
def macro(tmp_path: Path) -> FilesSource:
    (tmp_path / "earnings.csv").write_text(EARNINGS, encoding="utf-8")
    (tmp_path / "releases.csv").write_text(RELEASES, encoding="utf-8")
    return FilesSource(tmp_path)


async def test_a_companys_report_is_told_with_its_day_its_hour_and_its_estimate(
    ask: Any, macro: FilesSource
) -> None:
    said = await ask(get_calendar, {"symbol": "NVDA", "days": 120}, at=NOW, macro=macro)

    assert said.sentence == (
        "Next: NVDA earnings, Wednesday 25 November 2026 after the close, in 6 days; EPS estimate "
        "1.40."
    )
    [row] = said.result.cards[0].rows
    assert row.detail == "NVIDIA, Q3 2027, after the close"
    assert row.is_confirmed
    assert said.result.cards[0].freshness.provider == macro.name


async def test_a_date_nobody_confirmed_is_called_expected(ask: Any, macro: FilesSource) -> None:
    said = await ask(get_calendar, {"symbol": "SMALL", "days": 30}, at=NOW, macro=macro)

    assert "before the open, expected but not confirmed, in 5 days" in said.sentence
    assert any("estimates until" in note for note in said.result.cards[0].notes)


async def test_a_companys_name_cannot_point_at_figures(ask: Any, macro: FilesSource) -> None:
    said = await ask(get_calendar, {"symbol": "SMALL", "days": 30}, at=NOW, macro=macro)

    assert said.result.cards[0].rows[0].detail.startswith("Small a1 Co")


async def test_a_result_is_told_only_from_its_moment_on(ask: Any, macro: FilesSource) -> None:
    said = await ask(get_calendar, {"kinds": ["earnings"], "days": 1}, at=NOW, macro=macro)

    told = {row.title: [each.label for each in row.amounts] for row in said.result.cards[0].rows}
    assert told == {
        "PAST earnings": ["EPS reported", "EPS estimate"],
        "LATER earnings": ["EPS estimate"],
    }


async def test_a_release_is_found_by_the_name_traders_use(ask: Any, macro: FilesSource) -> None:
    said = await ask(get_calendar, {"release": "cpi", "days": 60}, at=NOW, macro=macro)

    assert said.sentence == (
        "Next: Consumer Price Index, Thursday 10 December 2026 at 08:30 ET, in 21 days; forecast "
        "2.9%, previous 3.0%."
    )


async def test_what_is_published_in_thousands_is_told_in_full(ask: Any, macro: FilesSource) -> None:
    said = await ask(get_calendar, {"release": "jobless claims", "days": 5}, at=NOW, macro=macro)

    assert "today; actual 231,000, forecast 225,000" in said.sentence
    assert "⚠" not in said.sentence
    assert [each.number.text for each in said.result.cards[0].rows[0].amounts][:1] == ["231,000"]


async def test_of_more_than_fit_the_most_watched_are_shown(ask: Any, tmp_path: Path) -> None:
    rows = [f"S{letter},2026-11-20,,,,,1,," for letter in "ABCDEFGHIJKLMNOP"]
    text = "\n".join([EARNINGS.splitlines()[0], *rows, "BIG,2026-11-23,,,,,3,,"])
    (tmp_path / "earnings.csv").write_text(text, encoding="utf-8")

    said = await ask(
        get_calendar, {"kinds": ["earnings"], "days": 7}, at=NOW, macro=FilesSource(tmp_path)
    )

    [card] = said.result.cards
    assert len(card.rows) == 12
    assert card.rows[-1].title == "BIG earnings"
    assert MOST_WATCHED in card.notes


async def test_without_a_source_earnings_are_absent_and_the_setting_is_named(ask: Any) -> None:
    said = await ask(get_calendar, {"symbol": "NVDA"}, at=NOW)

    assert said.result.cards == ()
    assert "never simulated" in said.sentence
    assert "COACH_MASSIVE__API_KEY" in said.sentence


async def test_what_is_known_is_told_beside_what_is_absent(ask: Any) -> None:
    said = await ask(get_calendar, {"kinds": ["fed", "release"], "days": 30}, at=NOW)

    [card] = said.result.cards
    assert [row.kind for row in card.rows] == ["fed"]
    assert "COACH_MACRO__FOLDER" in card.notes[0]


async def test_a_source_that_cannot_answer_is_a_failure_not_an_empty_calendar(
    ask: Any, tmp_path: Path
) -> None:
    (tmp_path / "earnings.csv").write_text("symbol,date\nNVDA,soon\n", encoding="utf-8")

    with pytest.raises(ProviderUnavailable, match="faulty rows"):
        await ask(get_calendar, {"symbol": "NVDA"}, at=NOW, macro=FilesSource(tmp_path))


async def test_the_next_event_is_told_with_its_days(ask: Any) -> None:
    said = await ask(get_calendar, {"kinds": ["fed", "expiry"], "days": 40}, at=NOW)

    [card] = said.result.cards
    assert isinstance(card, CalendarCard)
    assert [(row.kind, row.date.isoformat()) for row in card.rows] == [
        ("expiry", "2026-11-20"),
        ("fed", "2026-12-09"),
        ("expiry", "2026-12-18"),
    ]
    assert said.sentence == (
        "Next: monthly options expiry, Friday 20 November 2026, tomorrow. Then: Fed interest rate "
        "decision, Wednesday 9 December 2026 at 14:00 ET, in 20 days; quarterly options and "
        "futures expiry, Friday 18 December 2026, in 29 days."
    )


async def test_what_nobody_scheduled_is_said(ask: Any) -> None:
    said = await ask(get_calendar, {"kinds": ["fed"], "days": 5}, at=NOW)

    assert said.sentence.startswith("Nothing of that kind is scheduled in that time.")
    assert said.result.cards[0].rows == ()
