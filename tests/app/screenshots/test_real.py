"""Real pictures, read from their pixels: every field that their truth names, and none besides.

The truths are the reference data's; how a combination's legs and an unprinted year are read is said
there too.
"""

import json
from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.screenshots.models import FieldName, PositionRow, Reading, Shows
from app.screenshots.readers.local import LocalRecogniser

NAMES = {"type": "kind", "last": "mark", "unrealized": "pnl_open"}
READ = {"underlying", "right", "strike", "expiry", "quantity", "mark", "entry_price", "cost"} | {
    "kind",
    "market_value",
    "pnl_open",
}


@pytest.fixture
async def recogniser() -> AsyncIterator[LocalRecogniser]:
    local = LocalRecogniser()
    yield local
    await local.close()


async def _read(recogniser: LocalRecogniser, folder: Path, name: str) -> Reading:
    path = folder / "screenshots" / name
    if not path.is_file():
        pytest.skip(f"the picture is not there: {path}")
    return (await recogniser.see(path.read_bytes())).reading


def _expected(folder: Path, name: str) -> list[dict[str, Any]]:
    truth = json.loads((folder / "screenshots" / "GROUND_TRUTH.json").read_text())[name]
    legs = [leg for each in truth["positions"] for leg in each.get("legs_expected", [each])]
    rows = [{NAMES.get(key, key): value for key, value in leg.items()} for leg in legs]
    return [{key: row[key] for key in row if key in READ} for row in rows]


def _spelled(value: object) -> object:
    if isinstance(value, int | float | Decimal):
        return float(value)
    return None if value is None else str(value)


def _seen(row: PositionRow, asked: Mapping[str, object]) -> dict[str, object]:
    return {name: _spelled(row.value(FieldName(name))) for name in asked}


@pytest.mark.parametrize(
    "name",
    [
        "ibkr_thetagang_terminal_options.png",
        "ibkr_tws_short_strangles_1.png",
        "robinhood_stocks_card_cropped.png",
    ],
)
async def test_a_real_pictures_positions_are_read(
    recogniser: LocalRecogniser, shared_data: Path, name: str
) -> None:
    expected = _expected(shared_data, name)
    rows = (await _read(recogniser, shared_data, name)).rows
    assert len(rows) == len(expected)
    for row, truth in zip(rows, expected, strict=True):
        assert _seen(row, truth) == {key: _spelled(value) for key, value in truth.items()}


@pytest.mark.parametrize(
    ("name", "shows"),
    [
        ("neg_payoff_diagram_short_strangle.png", Shows.DIAGRAM),
        ("neg_tos_order_history_spreadsheet.png", Shows.ORDERS),
        ("neg_trade_ticket_plan_googl.png", Shows.TICKET),
        ("partial_ibkr_tools_greeks_no_qty.png", Shows.GREEKS),
    ],
)
async def test_a_real_picture_without_positions_gives_none_and_says_what_it_is(
    recogniser: LocalRecogniser, shared_data: Path, name: str, shows: Shows
) -> None:
    reading = await _read(recogniser, shared_data, name)
    assert reading.rows == ()
    assert reading.shows is shows
