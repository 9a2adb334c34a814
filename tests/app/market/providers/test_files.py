"""The files market: spellings, faults by line, what is missing is made, what changes is seen."""

import csv
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet
import pytest

from app.core.errors import InvalidInput, NotFound, ProviderUnavailable
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.market.calendar import session_on
from app.market.models import Bars, Session
from app.market.providers.files import FilesClock, FilesMarket
from app.market.providers.files_shelf import symbol_of_folder

NEW_YORK = ZoneInfo("America/New_York")
HEADER = "time,open,high,low,close,volume"
FRIDAY = date(2026, 11, 20)
LATER = datetime(2027, 1, 4, 12, tzinfo=UTC)
AAPL = Symbol("AAPL")


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK)


def row(time: object, text: str = "10,11,9,10.5,100") -> str:
    return f"{time.isoformat() if isinstance(time, datetime) else time},{text}"


def put(directory: Path, where: str, *lines: str, header: str = HEADER) -> Path:
    path = directory / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


async def everything(
    market: FilesMarket,
    timeframe: Timeframe = Timeframe.M1,
    symbol: Symbol = AAPL,
    *,
    extended: bool = True,
) -> Bars:
    return await market.bars(
        symbol,
        timeframe,
        start=datetime(1997, 12, 1, tzinfo=UTC),
        end=LATER,
        as_of=LATER,
        extended=extended,
    )


# Spellings


@pytest.mark.parametrize(
    ("folder", "symbol"),
    [
        ("AAPL", "AAPL"),
        ("aapl", "AAPL"),
        ("BRK-B", "BRK.B"),
        ("BRK.B", "BRK.B"),
        ("^SPX", "SPX"),
        ("BTC-USD", "BTC/USD"),
        ("BTC_USD", "BTC/USD"),
        ("BTCUSD", "BTC/USD"),
        ("BTCUSDT", "BTC/USD"),
        ("ETH-EUR", "ETH/EUR"),
        (".git", None),
        ("my notes", None),
    ],
)
def test_a_folders_name_is_a_symbol_in_any_spelling(folder: str, symbol: str | None) -> None:
    assert symbol_of_folder(folder) == symbol


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-20T09:30:00-05:00",
        "2026-11-20 09:30:00-05:00",
        "2026-11-20T14:30:00Z",
        "2026-11-20T14:30:00+00:00",
        "1795185000",
        "1795185000000",
        "1795185000000000",
        "1795185000000000000",
    ],
)
async def test_a_time_may_be_written_in_many_ways(tmp_path: Path, time: str) -> None:
    put(tmp_path, "AAPL/1m/a.csv", row(time))
    bars = await everything(FilesMarket(tmp_path))
    assert bars.time.tolist() == [at(FRIDAY, 9, 30).timestamp()]
    assert bars.bar(0).close == 10.5


async def test_columns_may_stand_in_any_order_and_case_behind_a_byte_order_mark(
    tmp_path: Path,
) -> None:
    put(
        tmp_path,
        "AAPL/1m/a.csv",
        f"x,100,9,11,10,10.5,{at(FRIDAY, 9, 30).isoformat()}",
        header="\ufeffNote,Volume,LOW,High,open, close ,Time",
    )
    bar = (await everything(FilesMarket(tmp_path))).bar(0)
    assert [bar.open, bar.high, bar.low, bar.close, bar.volume] == [
        Decimal(number) for number in ("10", "11", "9", "10.5", "100")
    ]


async def test_a_symbol_nobody_knows_is_a_share(tmp_path: Path) -> None:
    put(tmp_path, "QWERT/1m/a.csv", row(at(FRIDAY, 9, 30)))
    market = FilesMarket(tmp_path)
    instrument = await market.instrument(Symbol("QWERT"))
    assert instrument.asset_class is AssetClass.STOCK
    assert [each.symbol for each in await market.instruments()] == ["QWERT"]


async def test_a_symbol_without_a_folder_names_the_nearest_that_has_one(tmp_path: Path) -> None:
    put(tmp_path, "AAPL/1m/a.csv", row(at(FRIDAY, 9, 30)))
    with pytest.raises(NotFound) as refusal:
        await FilesMarket(tmp_path).instrument(Symbol("APPL"))
    assert refusal.value.suggestions == ("AAPL",)


# Faults


async def test_faulty_rows_are_left_out_and_named_by_line(tmp_path: Path) -> None:
    times = [at(FRIDAY, 9, 30) + timedelta(minutes=n) for n in range(20)]
    path = put(
        tmp_path,
        "AAPL/1m/a.csv",
        row(times[0]),
        row(times[1], "-10,11,9,10.5,100"),
        row(times[2], "0,11,9,10.5,100"),
        row(times[3], "10,8,9,10.5,100"),
        row(times[4], "12,11,9,10.5,100"),
        row(times[5], "10,11,9,8.5,100"),
        row(times[6], "10,nan,9,10.5,100"),
        row(times[7], "10,inf,9,10.5,100"),
        row(times[8], "10,,9,10.5,100"),
        row(times[9], "ten,11,9,10.5,100"),
        row(times[10], "10,11,9,10.5,-1"),
        row(times[11], "10,11,9,10.5,"),
        row(times[12], "10,11,9,10.5"),
        row("2026-11-20 09:43:00"),
        row("yesterday"),
        row("2026-11-20 09:45:00.5-05:00"),
        row("3026-11-20T09:45:00Z"),
        "",
        row(times[16]),
        row(times[16]),
        row(times[15]),
        row(times[17]),
    )
    market = FilesMarket(tmp_path)
    bars = await everything(market)
    assert bars.time.tolist() == [times[n].timestamp() for n in (0, 16, 17)]
    assert {(fault.file, fault.line): fault.reason for fault in market.faults} == {
        (path, 3): "a price is zero or negative",
        (path, 4): "a price is zero or negative",
        (path, 5): "high is below low",
        (path, 6): "open is outside of high and low",
        (path, 7): "close is outside of high and low",
        (path, 8): "a price is missing or not a number",
        (path, 9): "a price is missing or not a number",
        (path, 10): "high `` is not a number",
        (path, 11): "open `ten` is not a number",
        (path, 12): "volume is negative",
        (path, 13): "volume is missing or not a number",
        (path, 14): "it has 5 columns instead of 6",
        (path, 15): "time `2026-11-20 09:43:00` has no offset from UTC",
        (path, 16): "time `yesterday` is not a time",
        (path, 17): "time `2026-11-20 09:45:00.5-05:00` is not a whole second",
        (path, 18): "its time is out of the calendar's reach",
        (path, 21): "its time is a duplicate",
        (path, 22): "its time is earlier than the row before",
    }
    assert market.faults_of(AAPL) == market.faults
    assert str(market.faults[0]) == f"{path}, line 3: a price is zero or negative"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("-10,11,9,10.5,100", "a price is zero or negative"),
        ("10,8,9,9,100", "high is below low"),
        ("10,NaN,9,10,100", "a price is missing or not a number"),
        ("10,,9,10,100", "a price is missing or not a number"),
    ],
)
async def test_lines_are_right_in_a_file_that_is_read_in_one_go(
    tmp_path: Path, bad: str, reason: str
) -> None:
    start = at(FRIDAY, 9, 30)
    lines = [row(start + timedelta(minutes=n)) for n in range(300)]
    lines[250] = row(start + timedelta(minutes=250), bad)
    put(tmp_path, "AAPL/1m/a.csv", *lines)
    market = FilesMarket(tmp_path)
    assert [(fault.line, fault.reason) for fault in market.faults] == [(252, reason)]
    assert len(await everything(market)) == 299


async def test_bytes_that_are_no_text_are_a_fault_of_their_line(tmp_path: Path) -> None:
    path = put(tmp_path, "AAPL/1m/a.csv", row(at(FRIDAY, 9, 30)))
    with path.open("ab") as file:
        file.write(b"2026-11-20T09:31:00-05:00,10,\xff,9,10.5,100\n")
    market = FilesMarket(tmp_path)
    assert [fault.line for fault in market.faults] == [3]
    assert len(await everything(market)) == 1


def test_a_fault_is_remarked_with_every_answer_about_the_symbol(tmp_path: Path) -> None:
    put(tmp_path, "AAPL/1m/a.csv", row(at(FRIDAY, 9, 30)), row(at(FRIDAY, 9, 31), "1,1,2,1,1"))
    put(tmp_path, "MSFT/1m/a.csv", row(at(FRIDAY, 9, 30)))
    market = FilesMarket(tmp_path)
    assert market.notes(AAPL) == (
        "Faulty rows in AAPL's files were left out; the first is in a.csv, line 3: "
        "high is below low.",
    )
    assert market.notes(Symbol("MSFT")) == ()


async def test_one_time_far_ahead_does_not_take_the_rest_with_it(tmp_path: Path) -> None:
    times = [at(FRIDAY, 9, 30) + timedelta(minutes=n) for n in range(6)]
    lines = [row(time) for time in times]
    lines[2] = row("2036-11-20T09:32:00-05:00")
    put(tmp_path, "AAPL/1m/a.csv", *lines)
    market = FilesMarket(tmp_path)
    assert [fault.line for fault in market.faults] == [4]
    assert len(await everything(market)) == 5


async def test_the_same_time_in_two_files_is_a_duplicate_of_the_second(tmp_path: Path) -> None:
    put(tmp_path, "AAPL/1m/a.csv", row(at(FRIDAY, 9, 31)), row(at(FRIDAY, 9, 32)))
    put(tmp_path, "AAPL/1m/b.csv", row(at(FRIDAY, 9, 30)), row(at(FRIDAY, 9, 31), "1,1,1,1,1"))
    market = FilesMarket(tmp_path)
    bars = await everything(market)
    assert bars.close.tolist() == [10.5, 10.5, 10.5]
    assert [(fault.file.name, fault.line) for fault in market.faults] == [("b.csv", 3)]


@pytest.mark.parametrize(
    ("header", "lines", "told"),
    [
        ("time,open,high,low,close", [], r"a\.csv, line 1: there is no column `volume`"),
        ("date,o,h", [], r"line 1: there is no column `time`, `open`"),
        ("time,open,open,high,low,close,volume", [], r"line 1: there are two columns `open`"),
        (HEADER, ["2026-11-20 09:30:00,1,1,1,1,1"] * 3, r"Line 2: time .* has no offset"),
        (HEADER, [row(at(FRIDAY, 9, 50 - n)) for n in range(9)], r"line 3: rows run backwards"),
        ("\udcff\udcfe\0", [], r"line 1: there is no column `time`"),
    ],
)
async def test_a_file_nothing_can_be_made_of_is_an_error_with_its_line(
    tmp_path: Path, header: str, lines: list[str], told: str
) -> None:
    path = tmp_path / "AAPL/1m/a.csv"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join([header, *lines]), encoding="utf-8", errors="surrogateescape")
    market = FilesMarket(tmp_path)
    with pytest.raises(ProviderUnavailable, match=told):
        await everything(market)
    assert len(market.faults) == 1


async def test_empty_files_and_folders_are_no_bars(tmp_path: Path) -> None:
    (tmp_path / "AAPL/1m").mkdir(parents=True)
    (tmp_path / "AAPL/1m/empty.csv").touch()
    put(tmp_path, "AAPL/1m/header.csv")
    (tmp_path / "MSFT").mkdir()
    market = FilesMarket(tmp_path)
    assert len(await everything(market)) == 0
    assert len(await everything(market, symbol=Symbol("MSFT"))) == 0
    assert [(fault.file.name, fault.reason) for fault in market.faults] == [
        ("empty.csv", "the file is empty")
    ]
    for symbol in (AAPL, Symbol("MSFT")):
        with pytest.raises(NotFound, match="no price"):
            await market.quote(symbol, as_of=LATER)
    with pytest.raises(NotFound, match="no present"):
        FilesClock(market).now()


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no folder"):
        FilesMarket(tmp_path / "nowhere")


def test_folders_of_unknown_names_are_reported(tmp_path: Path) -> None:
    put(tmp_path, "AAPL/5min/a.csv", row(at(FRIDAY, 9, 30)))
    put(tmp_path, "some notes/1m/a.csv", row(at(FRIDAY, 9, 30)))
    reasons = [(fault.file.name, fault.reason) for fault in FilesMarket(tmp_path).faults]
    assert reasons == [
        ("some notes", "the folder's name is not a symbol"),
        ("5min", "the folder's name is not a timeframe (1m, 5m, 15m, 1h, 4h, 1d, 1w, 1mo)"),
    ]


async def test_an_index_needs_no_volume(tmp_path: Path) -> None:
    put(tmp_path, "SPX/1m/a.csv", f"{at(FRIDAY, 9, 30).isoformat()},1,1,1,1", header=HEADER[:-7])
    put(tmp_path, "NDX/1m/a.csv", f"{at(FRIDAY, 9, 30).isoformat()},1,1,1,1,")
    market = FilesMarket(tmp_path)
    for symbol in (Symbol("SPX"), Symbol("NDX")):
        assert (await everything(market, symbol=symbol)).volume.tolist() == [0.0]
        assert (await market.quote(symbol, as_of=LATER)).volume is None
    assert market.faults == ()


# Parquet


def parquet(path: Path, **columns: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pa.parquet.write_table(pa.table(columns), path)


async def test_parquet_is_read_with_instants_epochs_or_text(tmp_path: Path) -> None:
    start = at(FRIDAY, 9, 30)
    prices = {name: [10, 10] for name in ("open", "high", "low", "close", "volume")}
    moments = [start, start + timedelta(minutes=1)]
    for symbol, times in (
        ("AAPL", pa.array(moments, pa.timestamp("ns", tz="America/New_York"))),
        ("MSFT", pa.array([int(moment.timestamp()) * 1000 for moment in moments])),
        ("TSLA", pa.array([moment.isoformat() for moment in moments])),
    ):
        parquet(tmp_path / symbol / "1m/a.parquet", time=times, **prices)
        bars = await everything(FilesMarket(tmp_path), symbol=Symbol(symbol))
        assert bars.time.tolist() == [moment.timestamp() for moment in moments]


async def test_a_parquet_file_without_a_time_zone_or_that_is_none_is_an_error(
    tmp_path: Path,
) -> None:
    prices = {name: [10] for name in ("open", "high", "low", "close", "volume")}
    naive = pa.array([datetime(2026, 11, 20, 9, 30)], pa.timestamp("us"))  # noqa: DTZ001 - the fault
    parquet(tmp_path / "AAPL/1m/a.parquet", time=naive, **prices)
    put(tmp_path, "MSFT/1m/a.parquet", "not parquet")
    market = FilesMarket(tmp_path)
    with pytest.raises(ProviderUnavailable, match="no time zone"):
        await everything(market)
    with pytest.raises(ProviderUnavailable, match=r"a\.parquet cannot be read"):
        await everything(market, symbol=Symbol("MSFT"))


# What is missing is made


async def test_a_days_file_wins_on_its_days_and_minutes_make_the_others(tmp_path: Path) -> None:
    thursday = FRIDAY - timedelta(days=1)
    for day in (thursday, FRIDAY):
        put(
            tmp_path,
            f"AAPL/1m/{day}.csv",
            row(at(day, 8)),
            row(at(day, 9, 30)),
            row(at(day, 15, 59)),
        )
    put(tmp_path, "AAPL/1d/a.csv", row(thursday, "20,22,18,21,999"))
    days = await everything(FilesMarket(tmp_path), Timeframe.D1)
    assert days.time.tolist() == [at(day, 9, 30).timestamp() for day in (thursday, FRIDAY)]
    assert days.close.tolist() == [21.0, 10.5]
    assert days.volume.tolist() == [999.0, 200.0]


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-20",
        "2026-11-20T00:00:00Z",
        "2026-11-20T00:00:00-05:00",
        at(FRIDAY, 9, 30).isoformat(),
    ],
)
async def test_a_day_may_be_named_by_its_date_midnight_or_open(tmp_path: Path, time: str) -> None:
    put(tmp_path, "AAPL/1d/a.csv", row(time))
    days = await everything(FilesMarket(tmp_path), Timeframe.D1)
    assert days.time.tolist() == [at(FRIDAY, 9, 30).timestamp()]


async def test_a_daily_row_of_a_sunday_is_a_fault(tmp_path: Path) -> None:
    put(tmp_path, "AAPL/1d/a.csv", row("2026-11-20"), row("2026-11-22"))
    market = FilesMarket(tmp_path)
    assert len(await everything(market, Timeframe.D1)) == 1
    assert [(fault.line, fault.reason) for fault in market.faults] == [
        (3, "there was no session on that day")
    ]


async def test_hours_of_the_clock_do_not_pass_for_hours_from_the_open(tmp_path: Path) -> None:
    put(tmp_path, "AAPL/1h/a.csv", *(row(at(FRIDAY, hour)) for hour in range(8, 17)))
    market = FilesMarket(tmp_path)
    assert len(await everything(market, Timeframe.H1, extended=False)) == 0
    assert len(await everything(market, Timeframe.H1)) == 9


async def test_one_row_is_enough_for_a_quote(tmp_path: Path) -> None:
    put(tmp_path, "AAPL/1d/a.csv", row("2026-11-20"))
    market = FilesMarket(tmp_path)
    clock = FilesClock(market)
    quote = await market.quote(AAPL, as_of=clock.now())
    assert clock.now() == at(FRIDAY, 16)
    assert quote.last == 10.5
    assert quote.previous_close is None
    assert quote.change is None
    assert quote.session_date == FRIDAY


async def test_the_present_is_the_end_of_all_data(tmp_path: Path) -> None:
    put(tmp_path, "AAPL/1m/a.csv", row(at(FRIDAY, 9, 30)))
    put(tmp_path, "BTC-USD/5m/a.csv", row("2026-11-21T12:00:00Z"))
    assert FilesClock(FilesMarket(tmp_path)).now() == datetime(2026, 11, 21, 12, 5, tzinfo=UTC)


async def test_an_appended_row_and_a_new_file_are_seen(tmp_path: Path) -> None:
    path = put(tmp_path, "AAPL/1m/a.csv", row(at(FRIDAY, 9, 30)))
    market = FilesMarket(tmp_path)
    assert len(await everything(market)) == 1
    with path.open("a", encoding="utf-8") as file:
        file.write(row(at(FRIDAY, 9, 31)) + "\n")
    assert len(await everything(market)) == 2
    put(tmp_path, "AAPL/1m/b.csv", row(at(FRIDAY, 9, 32)))
    assert len(await everything(market)) == 3
    path.unlink()
    assert len(await everything(market)) == 1


# Real minutes


def aware_copy(source: Path, target: Path) -> None:
    """A file of naive New York times with offsets written out."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open(encoding="utf-8") as old, target.open("w", encoding="utf-8") as new:
        rows = csv.reader(old)
        next(rows)
        new.write(HEADER + "\n")
        for time, *numbers in rows:
            moment = datetime.fromisoformat(time).replace(tzinfo=NEW_YORK)
            new.write(",".join([moment.isoformat(), *numbers]) + "\n")


@pytest.fixture(scope="module")
def spy(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> FilesMarket:
    """SPY's minutes of six sessions in October 2013, and its days since 1998."""
    directory = tmp_path_factory.mktemp("spy")
    for source in sorted((shared_data / "levels/minute").glob("SPY_*.csv")):
        aware_copy(source, directory / "SPY/1m" / source.name)
    daily = (shared_data / "levels/daily/SPY_daily_raw.csv").read_text(encoding="utf-8")
    (directory / "SPY/1d").mkdir()
    (directory / "SPY/1d/days.csv").write_text(daily.replace("date,", "time,", 1), encoding="utf-8")
    return FilesMarket(directory)


def sessions_of(shared_data: Path) -> list[tuple[Session, dict[str, dict[str, float]]]]:
    text = (shared_data / "levels/key_levels_expected_SPY_2013-10.json").read_text(encoding="utf-8")
    found = []
    for expected in json.loads(text):
        session = session_on(date.fromisoformat(expected["date"]))
        assert session is not None
        found.append((session, expected["today"]))
    return found


async def test_real_minutes_fall_into_the_right_hours(spy: FilesMarket, shared_data: Path) -> None:
    minutes = await everything(spy, symbol=Symbol("SPY"))
    assert spy.faults == ()
    for session, expected in sessions_of(shared_data):
        for name, start, end in (
            ("premarket", session.premarket_open, session.open),
            ("rth", session.open, session.close),
            ("afterhours", session.close, session.after_hours_close),
        ):
            part, told = minutes.between(start, end), expected[name]
            assert len(part) == told["bars"]
            assert part.high.max() == told["high"]
            assert part.low.min() == told["low"]
            assert (part.open[0], part.close[-1]) == (told["open"], told["close"])
            assert part.volume.sum() == told["volume"]


async def test_real_opening_ranges_come_out_of_resampled_bars(
    spy: FilesMarket, shared_data: Path
) -> None:
    for timeframe, name in (
        (Timeframe.M5, "opening_range_5m"),
        (Timeframe.M15, "opening_range_15m"),
        (Timeframe.H1, "opening_range_60m"),
    ):
        for session, expected in sessions_of(shared_data):
            first = await spy.bars(
                Symbol("SPY"), timeframe, start=session.open, end=session.close, as_of=LATER
            )
            assert first.high[0] == expected[name]["high"]
            assert first.low[0] == expected[name]["low"]


async def test_real_days_since_1998_are_all_sessions(spy: FilesMarket) -> None:
    days = await everything(spy, Timeframe.D1, Symbol("SPY"))
    weeks = await everything(spy, Timeframe.W1, Symbol("SPY"))
    assert len(days) >= 5849
    assert weeks.volume.sum() == days.volume.sum()
    quote = await spy.quote(Symbol("SPY"), as_of=at(date(2013, 10, 8), 11))
    before = await spy.bars(
        Symbol("SPY"),
        Timeframe.D1,
        start=at(date(2013, 10, 7), 0),
        end=at(date(2013, 10, 8), 0),
        as_of=LATER,
    )
    assert quote.previous_close == before.bar(0).close
