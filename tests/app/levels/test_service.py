"""Maps of real bars: SPY's published week, no look-ahead, and the JSON that others read."""

import csv
import json
import math
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import NotFound
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.indicators.averages import average_points
from app.levels.models import LevelMap, Period
from app.levels.pivots import PivotMethod
from app.levels.service import map_levels
from app.market.providers.files import FilesMarket
from app.market.providers.simulated import SimulatedMarket

NEW_YORK = ZoneInfo("America/New_York")
SIMULATED = SimulatedMarket(seed=7)
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def spy_week(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference minutes as a folder of the files market, times with their offset."""
    folder = tmp_path_factory.mktemp("market")
    place = folder / "SPY" / "1m"
    place.mkdir(parents=True)
    for file in sorted((shared_data / "levels/minute").glob("SPY_*_1min_ET.csv")):
        with file.open() as lines, (place / file.name).open("w", newline="") as copy:
            writer = csv.writer(copy)
            writer.writerow(["time", "open", "high", "low", "close", "volume"])
            for row in csv.DictReader(lines):
                at = datetime.fromisoformat(row["timestamp_et"]).replace(tzinfo=NEW_YORK)
                writer.writerow(
                    [at.isoformat(), *(row[n] for n in ("open", "high", "low", "close", "volume"))]
                )
    return folder


def prices(found: LevelMap) -> dict[str, float]:
    return {level["name"]: level["price"] for level in found.as_json()["levels"]}


@pytest.mark.shared_data
async def test_the_published_week_comes_out_of_its_own_files(
    shared_data: Path, spy_week: Path
) -> None:
    path = shared_data / "levels/key_levels_expected_SPY_2013-10.json"
    market = FilesMarket(spy_week)
    for case in json.loads(path.read_text()):
        day = date.fromisoformat(case["date"])
        today, expected = case["today"], case.get("levels", {})
        at_close = await map_levels(
            "SPY", market=market, as_of=datetime(2013, 11, 1, tzinfo=UTC), date=day
        )
        found = prices(at_close)
        assert at_close.missing_bars == 0
        assert float(at_close.last) == today["rth"]["close"]
        assert found["PMH"] == today["premarket"]["high"]
        assert found["PML"] == today["premarket"]["low"]
        for minutes in (5, 15, 30, 60):
            assert found[f"OR{minutes}H"] == today[f"opening_range_{minutes}m"]["high"]
            assert found[f"OR{minutes}L"] == today[f"opening_range_{minutes}m"]["low"]
        assert found["VWAP"] == pytest.approx(today["vwap_rth_close"], abs=1e-8)
        for hour, minute in ((10, 30), (12, 0)):
            at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK)
            early = prices(await map_levels("SPY", market=market, as_of=at))
            assert early["VWAP"] == pytest.approx(
                today[f"vwap_rth_at_{hour}:{minute:02}"], abs=1e-8
            )
        if not expected:
            assert at_close.previous_session is None
            assert "PDH" not in found
            continue
        assert str(at_close.previous_session) == expected["prev_date"]
        for name in ("PDH", "PDL", "PDC"):
            assert found[name] == expected[name]
        for name, price in expected["pivots"].items():
            assert found[name] == pytest.approx(price, abs=5e-5)


@pytest.mark.shared_data
async def test_before_the_first_bar_there_is_no_map(spy_week: Path) -> None:
    with pytest.raises(NotFound, match="no prices of SPY"):
        await map_levels(
            "SPY", market=FilesMarket(spy_week), as_of=datetime(2013, 10, 3, 16, tzinfo=UTC)
        )


def write_minutes(folder: Path, days: list[date], last: datetime) -> FilesMarket:
    """Minutes 08:00 to 17:00 of `days` that start before `last`, on a curve of their own."""
    place = folder / "SPY" / "1m"
    place.mkdir(parents=True)
    rows = []
    for day in days:
        at = datetime(day.year, day.month, day.day, 8, tzinfo=NEW_YORK)
        for minute in range(0, 540, 3):
            begin = at + timedelta(minutes=minute)
            if begin < last:
                price = round(100 + 3 * math.sin(begin.timestamp() / 4000), 2)
                rows.append((begin.isoformat(), price, price + 0.05, price - 0.05, price, 10))
    with (place / "bars.csv").open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["time", "open", "high", "low", "close", "volume"])
        writer.writerows(rows)
    return FilesMarket(folder)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2 * 24 * 60), st.sampled_from(Period), st.sampled_from(PivotMethod))
async def test_bars_that_come_later_change_nothing(
    minutes: int, period: Period, method: PivotMethod
) -> None:
    days = [date(2026, 10, 30), date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4)]
    at = datetime(2026, 11, 2, 9, 0, tzinfo=NEW_YORK) + timedelta(minutes=minutes)
    maps = []
    for last in (at, at + timedelta(days=9)):
        with TemporaryDirectory() as folder:
            market = write_minutes(Path(folder) / "bars", days, last)
            found = await map_levels("SPY", market=market, as_of=at, period=period, pivot=method)
        maps.append(found.as_json())
    assert maps[0] == maps[1]


async def test_the_json_has_the_agreed_shape_and_plain_numbers() -> None:
    found = await map_levels("SPY", market=SIMULATED, as_of=NOON)
    answer = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert list(answer) == [
        "symbol", "as_of", "session", "previous_session", "last", "atr", "provider", "simulated",
        "missing_bars", "levels",
    ]  # fmt: skip
    assert answer["as_of"] == "2026-11-20T17:00:00Z"
    assert answer["session"] == {
        "date": "2026-11-20",
        "open": "2026-11-20T14:30:00Z",
        "close": "2026-11-20T21:00:00Z",
        "half_day": False,
    }
    assert answer["simulated"] is True
    keys = ["name", "price", "kind", "distance", "distance_pct", "distance_atr", "tested", "since"]
    for level in answer["levels"]:
        assert list(level) == keys
        assert level["distance"] == pytest.approx(level["price"] - answer["last"], abs=1e-8)
        assert level["distance_pct"] == pytest.approx(
            level["distance"] / answer["last"] * 100, abs=2e-8
        )
        assert level["distance_atr"] == pytest.approx(level["distance"] / answer["atr"], abs=2e-8)
        assert datetime.fromisoformat(level["since"]) <= NOON
        for key in ("price", "distance", "distance_pct", "distance_atr"):
            assert round(level[key], 8) == level[key]
    names = [level["name"] for level in answer["levels"]]
    assert len(names) == len(set(names))
    distances = [abs(level["distance"]) for level in answer["levels"]]
    assert distances == sorted(distances)


async def test_a_full_day_has_every_level_of_the_day() -> None:
    found = prices(await map_levels("SPY", market=SIMULATED, as_of=NOON))
    assert set(found) == {
        "PDH", "PDL", "PDC", "PMH", "PML", "ONH", "ONL", "OR5H", "OR5L", "OR15H", "OR15L",
        "OR30H", "OR30L", "OR60H", "OR60L", "VWAP", "VWAP+1", "VWAP-1", "VWAP+2", "VWAP-2", "POC",
        "VAH", "VAL", "PP",
        "R1", "R2", "R3", "R4", "R5", "S1", "S2", "S3", "S4", "S5", "SMA20", "SMA50", "SMA200",
        "EMA9", "EMA21", "52WH", "52WL",
    }  # fmt: skip


async def test_woodies_pivots_begin_with_the_open() -> None:
    early = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
    before = await map_levels("SPY", market=SIMULATED, as_of=early, pivot=PivotMethod.WOODIE)
    assert before.find("PP") is None
    assert before.why_absent("PP") == "Woodie's pivots begin with the day's open."
    after = await map_levels("SPY", market=SIMULATED, as_of=NOON, pivot=PivotMethod.WOODIE)
    assert after.find("PP") is not None


async def test_a_plain_word_names_a_period_as_well() -> None:
    by_word = await map_levels("SPY", market=SIMULATED, as_of=NOON, period="week")  # type: ignore[arg-type]
    by_name = await map_levels("SPY", market=SIMULATED, as_of=NOON, period=Period.WEEK)
    assert by_word.as_json() == by_name.as_json()


async def test_an_average_of_weeks_is_the_same_on_every_map_and_on_the_chart() -> None:
    week, month = [
        await map_levels("SPY", market=SIMULATED, as_of=NOON, period=period)
        for period in (Period.WEEK, Period.MONTH)
    ]
    for length in (50, 200):
        on_week, on_month = (found.find(f"EMA{length}W") for found in (week, month))
        assert on_week is not None
        assert on_month is not None
        assert on_week.price == on_month.price
        assert on_week.title == f"{length}-week exponential average of finished weeks"
        line = await average_points(
            f"ema{length}",
            market=SIMULATED,
            symbol=Symbol("SPY"),
            timeframe=Timeframe.W1,
            start=NOON - timedelta(days=365),
            as_of=NOON,
        )
        _, finished = line[-2]
        assert finished == pytest.approx(float(on_week.price), abs=2e-3)
