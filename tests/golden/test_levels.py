"""Maps worked out by hand: one file a case, its bars small enough to check on paper.

Each case is put into a folder of CSV files and read by the files market, so that what is tested is
the way from a trader's own files to the JSON.
"""

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.levels.models import Period
from app.levels.service import map_levels
from app.market.providers.files import FilesMarket

CASES = sorted((Path(__file__).parent / "levels").glob("*.json"))


def files_market(folder: Path, symbol: str, bars: dict[str, list[list[Any]]]) -> FilesMarket:
    for timeframe, rows in bars.items():
        place = folder / symbol.replace("/", "-") / timeframe
        place.mkdir(parents=True)
        with (place / "bars.csv").open("w", newline="") as lines:
            writer = csv.writer(lines)
            writer.writerow(["time", "open", "high", "low", "close", "volume"])
            writer.writerows(rows)
    return FilesMarket(folder)


def read_case(file: Path) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(file.read_text())
    return case


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
async def test_a_map_is_as_worked_out_by_hand(file: Path, tmp_path: Path) -> None:
    case = read_case(file)
    expected = case["expected"]
    found = await map_levels(
        case["symbol"],
        market=files_market(tmp_path, case["symbol"], case["bars"]),
        as_of=datetime.fromisoformat(case["as_of"]),
        period=Period(case.get("period", "day")),
    )
    answer = found.as_json()
    for key in ("session", "previous_session", "last", "atr", "missing_bars"):
        assert answer[key] == expected[key], key
    levels = {level["name"]: level for level in answer["levels"]}
    assert {name: levels[name]["price"] for name in expected["levels"]} == expected["levels"]
    assert {name: levels[name]["tested"] for name in expected["tested"]} == expected["tested"]
    assert {name: levels[name]["since"] for name in expected["since"]} == expected["since"]
    for name in expected["absent"]:
        assert name not in levels
        assert found.why_absent(name), f"{name} is absent without a reason"
    for note in expected.get("notes", ()):
        assert any(note in said for said in found.notes), (note, found.notes)


def test_there_are_cases() -> None:
    assert len(CASES) >= 13
