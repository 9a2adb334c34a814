"""Dates and rates out of files: what is read, and every fault by file, line and column."""

import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.infra.faults import CannotStart
from app.macro.source import Tenor, Timing
from app.macro.sources.files import FilesSource
from app.market.vendor import NotCovered

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def _written(folder: Path, name: str, text: str) -> FilesSource:
    (folder / name).write_text(text, encoding="utf-8")
    return FilesSource(folder)


async def test_hours_are_new_yorks_or_words(tmp_path: Path) -> None:
    source = _written(
        tmp_path,
        "earnings.csv",
        "symbol,date,time\nnvda,2026-11-25,16:20\nBRK-B,2026-11-26,before open\nAMD,2026-11-27,\n",
    )

    nvda, brk, amd = await source.earnings(FIRST, LAST)

    assert (nvda.symbol, nvda.at) == ("NVDA", datetime(2026, 11, 25, 21, 20, tzinfo=UTC))
    assert (brk.symbol, brk.at, brk.timing) == ("BRK.B", None, Timing.BEFORE_OPEN)
    assert (amd.at, amd.timing, amd.is_confirmed) == (None, None, False)


async def test_only_the_days_and_the_company_that_are_asked_for_are_told(tmp_path: Path) -> None:
    text = "symbol,date\nNVDA,2026-11-25\nNVDA,2027-02-25\nAMD,2026-11-25\n"
    source = _written(tmp_path, "earnings.csv", text)

    found = await source.earnings(FIRST, LAST, Symbol("NVDA"))

    assert [(each.symbol, each.on) for each in found] == [("NVDA", date(2026, 11, 25))]


async def test_a_release_of_the_evening_belongs_to_new_yorks_day(tmp_path: Path) -> None:
    source = _written(tmp_path, "releases.csv", "name,date,time\nStress test,2026-06-30,20:30\n")

    [found] = await source.releases(date(2026, 6, 30), date(2026, 6, 30))

    assert found.at == datetime(2026, 7, 1, 0, 30, tzinfo=UTC)


async def test_yields_have_the_columns_that_are_there(tmp_path: Path) -> None:
    source = _written(tmp_path, "yields.csv", "Date,2Y,10Y\n2026-11-18,3.52,\n")

    [found] = await source.yields(FIRST, LAST)

    assert found.points == {Tenor.Y2: Decimal("3.52")}


async def test_a_missing_file_is_absence_and_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotCovered, match=r"no releases\.csv"):
        await FilesSource(tmp_path).releases(FIRST, LAST)


async def test_an_empty_file_is_an_empty_calendar(tmp_path: Path) -> None:
    source = _written(tmp_path, "earnings.csv", "symbol,date\n")

    assert await source.earnings(FIRST, LAST) == ()


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("earnings.csv", "symbol,date\n\nNVDA,soon\n", "earnings.csv, line 3: date: "),
        ("earnings.csv", "symbol,date\nNVDA\n", "earnings.csv, line 2: date: is missing"),
        ("earnings.csv", "symbol,date,eps\nA,2026-01-02,1\n", "eps: there is no such column"),
        ("earnings.csv", "symbol,date\nA,2026-01-02,9\n", "more cells than columns"),
        ("earnings.csv", "symbol,date,time\nA,2026-01-02,noon\n", "time: write 16:05 (New York)"),
        ("earnings.csv", "symbol,date,eps_estimate\nA,2026-01-02,NaN\n", "eps_estimate: "),
        ("earnings.csv", "symbol,date\nnot a symbol,2026-01-02\n", "is not a symbol"),
        ("releases.csv", "name,date\nCPI,2026-01-02\n", "releases.csv, line 2: time: is missing"),
        ("yields.csv", "date,2y\n2026-01-02,352\n", "yields.csv, line 2: points.2y: "),
        ("yields.csv", "date,4y\n2026-01-02,3.5\n", "yields.csv, line 2: points.4y"),
        (
            "expectations.csv",
            "date,meeting,low,high,probability\n2026-01-02,2026-01-28,4,3,50\n",
            "high: lies below low",
        ),
    ],
)
async def test_a_fault_is_named_by_file_line_and_column(
    tmp_path: Path, name: str, text: str, fault: str
) -> None:
    source = _written(tmp_path, name, text)

    [found] = source.faults()
    assert fault in found


async def test_a_faulty_file_is_not_used_at_all(tmp_path: Path) -> None:
    source = _written(tmp_path, "earnings.csv", "symbol,date\nNVDA,2026-11-25\nAMD,soon\n")

    with pytest.raises(ProviderUnavailable, match="coach doctor") as raised:
        await source.earnings(FIRST, LAST)
    assert not isinstance(raised.value, NotCovered)
    assert not any(letter.isdigit() for letter in raised.value.message)


async def test_a_file_in_another_encoding_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "earnings.csv").write_bytes(
        "symbol,date,company\nA,2026-01-02,Café\n".encode("cp1252")
    )

    [fault] = FilesSource(tmp_path).faults()
    assert "UTF-8" in fault


async def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    source = _written(tmp_path, "earnings.csv", "symbol,date\nNVDA,2026-11-25\n")
    await source.earnings(FIRST, LAST)
    path = tmp_path / "earnings.csv"
    path.write_text("symbol,date\nNVDA,2026-11-26\n", encoding="utf-8")
    os.utime(path, ns=(1, 1))

    [found] = await source.earnings(FIRST, LAST)

    assert found.on == date(2026, 11, 26)


def test_a_folder_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="COACH_MACRO__FOLDER"):
        FilesSource(tmp_path / "nowhere")


async def test_dividends_of_one_company_are_told_by_their_ex_dates(tmp_path: Path) -> None:
    text = "symbol,ex_date,amount\nAMD,2026-12-11,0.25\nF,2026-12-11,0.15\nAMD,2027-03-12,0.25\n"
    source = _written(tmp_path, "dividends.csv", text)

    [found] = await source.dividends(FIRST, LAST, Symbol("AMD"))

    assert (found.ex_date, found.amount) == (date(2026, 12, 11), Decimal("0.25"))
