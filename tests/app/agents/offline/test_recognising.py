from collections.abc import Callable
from datetime import date

import pytest

from app.agents.offline.days import Look, easter
from app.agents.offline.mentions import Kind
from app.agents.offline.reading import Reading

Read = Callable[[str], Reading]
WEDNESDAY = date(2025, 11, 19)


def values(reading: Reading, kind: Kind) -> list[str]:
    return [
        value
        for mention in reading.canvas.mentions
        if mention.kind is kind
        for value in mention.values
    ]


@pytest.mark.parametrize(
    ("question", "symbols"),
    [
        ("$tsla levels", ["TSLA"]),
        ("the q's and the spiders", ["QQQ", "SPY"]),
        ("berkshire b last", ["BRK.B"]),
        ("is IT up?", ["IT"]),
        ("is it up?", []),
        ("levels on ALL", ["ALL"]),
        ("all levels on spy", ["SPY"]),
        ("T quote", ["T"]),
        ("ford?", ["F"]),
        ("what's target trading at", ["TGT"]),
        ("price target for apple", ["AAPL"]),
        ("did coinbase gap", ["COIN"]),
        ("amzn wmt cost", ["AMZN", "WMT", "COST"]),
        ("what does amzn cost", ["AMZN"]),
        ("eth/usd and btc", ["ETH/USD", "BTC/USD"]),
        ("eth/btc", ["ETH/USD", "BTC/USD"]),
        ("NASDAQ:MSFT", ["MSFT"]),
        ("the russell 2000 etf", ["IWM"]),
        ("WHERE IS VWAP ON NVDA", ["NVDA"]),
        ("nividia", ["NVDA"]),
        ("levels APPL", ["APPL"]),
        ("FB quote", ["META"]),
        ("twitter price", ["TWTR"]),
        ("I want a chart", []),
        ("NOW last", ["NOW"]),
        ("spy now", ["SPY"]),
    ],
)
def test_symbols_are_told_from_words(reading: Read, question: str, symbols: list[str]) -> None:
    assert values(reading(question), Kind.SYMBOL) == symbols


def test_a_correction_is_said(reading: Read) -> None:
    assert reading("nividia levels").notes == ["I read “nividia” as NVDA."]


def test_a_renamed_symbol_is_said(reading: Read) -> None:
    assert reading("levels on FB").notes == ["FB trades as META now."]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("previous day high", ["PDH"]),
        ("yesterday's high and low", ["PDH", "PDL"]),
        ("prior day low", ["PDL"]),
        ("last week's high", ["PWH"]),
        ("pm hi/lo", ["PMH", "PML"]),
        ("premarket range", ["PMH", "PML"]),
        ("overnight high", ["ONH"]),
        ("orb 15", ["OR15H", "OR15L"]),
        ("30 minute opening range high", ["OR30H"]),
        ("top of the opening range", ["OR30H"]),
        ("vwap", ["VWAP"]),
        ("vwap bands", ["VWAP", "VWAP+1", "VWAP-1", "VWAP+2", "VWAP-2"]),
        ("upper vwap band", ["VWAP+1", "VWAP+2"]),
        ("first two supports", ["S1", "S2"]),
        ("second resistance", ["R2"]),
        ("52 week high", ["52WH"]),
        ("fifty two week low", ["52WL"]),
        ("r3 and s1", ["R3", "S1"]),
        ("pivot point", ["PP"]),
    ],
)
def test_levels_have_many_names(reading: Read, question: str, names: list[str]) -> None:
    assert values(reading(question), Kind.LEVEL) == names


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("50 day", ["sma50"]),
        ("200 ma", ["sma200"]),
        ("9/21 ema", ["ema9", "ema21"]),
        ("20, 50 and 200 sma", ["sma20", "sma50", "sma200"]),
        ("ema 9 and 21, 5 minute", ["ema9", "ema21"]),
        ("fifty day moving average", ["sma50"]),
        ("golden cross", ["sma50", "sma200"]),
    ],
)
def test_averages_have_lengths(reading: Read, question: str, names: list[str]) -> None:
    assert values(reading(question), Kind.AVERAGE) == names


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("rsi", ["rsi"]),
        ("rsi(7)", ["rsi(7)"]),
        ("RSI14", ["rsi(14)"]),
        ("rsi 5 min", ["rsi"]),
        ("average true range", ["atr"]),
        ("stochastics and bollinger bands", ["stoch", "bb"]),
    ],
)
def test_indicators_have_settings(reading: Read, question: str, names: list[str]) -> None:
    assert values(reading(question), Kind.INDICATOR) == names


@pytest.mark.parametrize(
    ("question", "frame"),
    [
        ("15 minutes", "15m"),
        ("5m", "5m"),
        ("four hour", "4h"),
        ("4-hour", "4h"),
        ("60 min", "1h"),
        ("on the 5", "5m"),
        ("H1", "1h"),
    ],
)
def test_timeframes_are_spelled_in_many_ways(reading: Read, question: str, frame: str) -> None:
    assert values(reading(question), Kind.TIMEFRAME) == [frame]


def test_a_timeframe_without_bars_becomes_the_nearest_and_is_said(reading: Read) -> None:
    found = reading("chart spy 45 minutes")
    assert values(found, Kind.TIMEFRAME) == ["1h"]
    assert found.notes == ["I have no bars of that length, so I took 1h."]


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("412.50", "412.50"),
        ("1,200", "1200"),
        ("6k", "6000"),
        ("$95.5k", "95500.0"),
        ("0.3%", "0.3%"),
    ],
)
def test_numbers_are_read_exactly(reading: Read, question: str, number: str) -> None:
    assert values(reading(question), Kind.NUMBER) == [number]


@pytest.mark.parametrize("question", ["SPX 6000p 12/19", "aapl 200c", "0DTE", "250 puts 1/16"])
def test_option_contracts_are_recognised(reading: Read, question: str) -> None:
    assert len(values(reading(question), Kind.CONTRACT)) == 1


@pytest.mark.parametrize(
    ("question", "look", "meant"),
    [
        ("today", Look.BACK, date(2025, 11, 19)),
        ("yesterday", Look.BACK, date(2025, 11, 18)),
        ("two days ago", Look.BACK, date(2025, 11, 17)),
        ("friday", Look.BACK, date(2025, 11, 14)),
        ("friday", Look.AHEAD, date(2025, 11, 21)),
        ("wednesday", Look.BACK, date(2025, 11, 12)),
        ("last tuesday", Look.AHEAD, date(2025, 11, 18)),
        ("next monday", Look.BACK, date(2025, 11, 24)),
        ("next friday", Look.AHEAD, date(2025, 11, 28)),
        ("the friday after thanksgiving", Look.NEAREST, date(2025, 11, 28)),
        ("black friday", Look.BACK, date(2024, 11, 29)),
        ("good friday", Look.AHEAD, date(2026, 4, 3)),
        ("christmas eve", Look.AHEAD, date(2025, 12, 24)),
        ("the day before christmas", Look.AHEAD, date(2025, 12, 24)),
        ("mlk day", Look.AHEAD, date(2026, 1, 19)),
        ("labor day", Look.BACK, date(2025, 9, 1)),
        ("nov 3", Look.BACK, date(2025, 11, 3)),
        ("the 3rd of november", Look.BACK, date(2025, 11, 3)),
        ("11/3", Look.BACK, date(2025, 11, 3)),
        ("11/3/24", Look.BACK, date(2024, 11, 3)),
        ("2025-11-03", Look.AHEAD, date(2025, 11, 3)),
        ("12/30", Look.BACK, date(2024, 12, 30)),
    ],
)
def test_days_are_named_in_many_ways(reading: Read, question: str, look: Look, meant: date) -> None:
    [day] = [mention.day for mention in reading(question).canvas.mentions if mention.day]
    assert day.on(WEDNESDAY, look) == meant


def test_a_day_no_calendar_has_is_none(reading: Read) -> None:
    [day] = [mention.day for mention in reading("feb 30").canvas.mentions if mention.day]
    assert day.on(WEDNESDAY, Look.BACK) is None


@pytest.mark.parametrize(
    ("year", "sunday"),
    [
        (2000, date(2000, 4, 23)),
        (2008, date(2008, 3, 23)),
        (2024, date(2024, 3, 31)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter_is_computed(year: int, sunday: date) -> None:
    assert easter(year) == sunday


@pytest.mark.parametrize(
    ("question", "time"),
    [
        ("at 10:45", "10:45"),
        ("2pm", "14:00"),
        ("3:30", "15:30"),
        ("noon", "12:00"),
        ("9:45 am et", "09:45"),
        ("14 Uhr", "14:00"),
    ],
)
def test_times_are_new_yorks(reading: Read, question: str, time: str) -> None:
    assert values(reading(question), Kind.TIME) == [time]


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("¿Dónde está el máximo de ayer del SPX?", "Spanish"),
        ("Wie steht Apple?", "German"),
        ("Quel est le cours de Tesla ?", "French"),
        ("qual è il prezzo di bitcoin", "Italian"),
        ("Qual é o preço da Tesla?", "Portuguese"),
        ("where is the high of die hard stocks", ""),
        ("was spy up", ""),
    ],
)
def test_languages_are_noticed(reading: Read, question: str, language: str) -> None:
    assert reading(question).language == language


def test_terms_beside_each_other_stay_in_one_clause(reading: Read) -> None:
    assert len(reading("rsi and macd on aapl").wishes) == 1


def test_wishes_are_cut_apart(reading: Read) -> None:
    found = reading("spx pdh and is the market open friday and nvda rsi")
    assert [str(wish.intent) for wish in found.wishes] == [
        "get_key_levels",
        "get_market_status",
        "get_indicators",
    ]
