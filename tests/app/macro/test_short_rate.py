"""The rate that options are priced with, from files whose rows are known."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.macro.short_rate import short_rate
from app.macro.source import NoSource
from app.macro.sources.files import FilesSource

NOW = datetime(2026, 11, 19, 18, tzinfo=UTC)


async def test_the_newest_three_month_yield_that_was_known_is_taken(tmp_path: Path) -> None:
    (tmp_path / "yields.csv").write_text(
        "date,3m\n2026-11-17,3.88\n2026-11-18,3.87\n2026-11-19,9\n", encoding="utf-8"
    )
    found = await short_rate(FilesSource(tmp_path), as_of=NOW)

    assert (found.percent, found.on, found.is_assumed) == (3.87, date(2026, 11, 18), False)
    assert found.value == pytest.approx(0.03833, abs=1e-5)


async def test_without_a_source_four_percent_are_assumed_and_say_so() -> None:
    found = await short_rate(NoSource(), as_of=NOW)

    assert (found.percent, found.is_assumed) == (4.0, True)
