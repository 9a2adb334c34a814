"""`./coach levels`: the map in the terminal."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.cli import main
from app.core.errors import InvalidInput
from app.market.moments import parse_moment

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2013-10-08T10:30", (10, 30)),
        ("2013-10-08 10:30", (10, 30)),
        ("2013-10-08T14:30Z", (10, 30)),
        ("2013-10-08T16:30:00+02:00", (10, 30)),
        ("2013-10-08", (16, 0)),
    ],
)
def test_a_moment_is_new_york_time_unless_it_says_otherwise(
    text: str, moment: tuple[int, int]
) -> None:
    assert parse_moment(text) == datetime(2013, 10, 8, *moment, tzinfo=NEW_YORK)


def test_a_date_alone_is_its_early_close_on_a_half_day() -> None:
    assert parse_moment("2026-11-27") == datetime(2026, 11, 27, 13, tzinfo=NEW_YORK)


@pytest.mark.parametrize(("text", "why"), [("noon", "no moment"), ("2026-11-26", "Thanksgiving")])
def test_what_is_no_moment_says_how_to_write_one(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        parse_moment(text)


def test_json_is_printed_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["levels", "spy", "--as-of", "2026-11-18T10:45", "--market", "simulated", "--json"]
    assert main(asked) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["symbol"], answer["as_of"]) == ("SPY", "2026-11-18T15:45:00Z")
    assert len(answer["levels"]) > 30


def test_a_crypto_date_alone_is_that_utc_day(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["levels", "BTC/USD", "--as-of", "2026-11-18", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["session"]["date"] == "2026-11-18"
    assert answer["previous_session"] == "2026-11-17"


def test_people_get_a_ladder_around_the_price(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["levels", "SPX", "--as-of", "2026-11-18T10:45", "--pivot", "demark"]) == 0
    shown = capsys.readouterr().out
    assert "Wednesday 18 November 2026, 10:45 ET" in shown
    assert "demark pivots" in shown
    assert "SPX has no volume, so it has no VWAP." in shown


def test_a_typo_is_one_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["levels", "APPL"]) == 1
    assert "AAPL" in capsys.readouterr().err
