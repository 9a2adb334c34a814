"""From a clause to the calls of one tool."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.agents.offline.chart_words import zoom_of
from app.agents.offline.clauses import Clause
from app.agents.offline.dates import (
    calendar_of,
    look_of,
    moment_of,
    plain_date,
    previous_session_date,
    today_of,
    traded_date,
)
from app.agents.offline.days import Look
from app.agents.offline.macro_words import named_sector
from app.agents.offline.mentions import Kind, Mention
from app.agents.offline.plans import Call
from app.agents.offline.profile_words import is_of_a_profile, profile_arguments
from app.levels.ladder import WEEK_AVERAGES
from app.market import calendar

MAPPED_AVERAGES = ("SMA20", "SMA50", "SMA200", "EMA9", "EMA21")
_DAY_PART = re.compile(
    r"\bday(?:'s)? ?(high|hi|low|lo|close)\b|\b(high|low|close) (?:of|on|from) (?:the )?day\b"
)
_PARTS = {"h": "PDH", "l": "PDL", "c": "PDC"}


def level_calls(clause: Clause, symbols: list[str], now: datetime) -> list[Call]:
    """Key levels of each symbol; a level of an older day needs that day's quote too."""
    calls: list[Call] = []
    for symbol in symbols:
        arguments: dict[str, Any] = {"symbol": symbol}
        names, older = _names(clause, symbol, now)
        if names:
            arguments["names"] = list(dict.fromkeys(names))
        if is_of_a_profile(names):
            asked = profile_arguments(clause.text.lower(), symbol, now)
            asked = asked or _when(clause, symbol, now, names)
            calls.append(Call("get_key_levels", arguments | asked))
            continue
        arguments |= {} if names or older else _price(clause)
        if older:
            calls.append(Call("get_quote", {"symbol": symbol, "date": older}))
        else:
            arguments |= _when(clause, symbol, now, names)
        calls += [Call("get_key_levels", arguments | each) for each in _maps(clause)]
    return calls


def _names(clause: Clause, symbol: str, now: datetime) -> tuple[list[str], str]:
    """Level names, and the date of an older day whose high or low is meant."""
    names = [name for mention in clause.of(Kind.LEVEL) for name in _timed(mention, clause)]
    names += [name for mention in clause.of(Kind.AVERAGE) for name in mapped(mention)]
    part = _DAY_PART.search(clause.masked)
    days = clause.days
    if part is None or not days or days[0].is_today:
        return names, ""
    meant = traded_date(days[0], now, symbol, Look.BACK)
    if meant is None:
        return names, ""
    if meant == previous_session_date(now, symbol):
        return [*names, _PARTS[(part[1] or part[2])[0]]], ""
    return names, meant.isoformat()


def mapped(average: Mention) -> list[str]:
    """The averages of a mention that are on a map: those of weeks on the week's."""
    names = [name.upper() for name in average.values]
    if average.frame == "1w":
        weekly = {f"{name}W": name for name in names}
        names = [name if name in WEEK_AVERAGES else plain for name, plain in weekly.items()]
    return [name for name in names if name in (*MAPPED_AVERAGES, *WEEK_AVERAGES)]


def _timed(mention: Mention, clause: Clause) -> list[str]:
    """Level names of a mention; an opening range named without minutes takes them from beside it."""
    minutes = _OPENING.search(clause.plain)
    if mention.is_certain or minutes is None:
        return list(mention.values)
    return [name.replace("OR30", f"OR{minutes[1]}") for name in mention.values]


_OPENING = re.compile(r"\b(5|15|30|60)[ -]?(?:m|mins?|minutes?)\b")
_PERIODS = {"1d": "day", "1w": "week", "1mo": "month"}


def _maps(clause: Clause) -> list[dict[str, Any]]:
    """Period and method of each map that is wanted: "daily and weekly pivots" are two."""
    scales = [*clause.values(Kind.SCALE), *clause.values(Kind.TIMEFRAME)]
    scales += [average.frame for average in clause.of(Kind.AVERAGE) if average.frame]
    found = dict.fromkeys(_PERIODS.get(scale.removeprefix("last "), "") for scale in scales)
    periods = [period for period in found if period]
    if _NEXT_WEEK.search(clause.plain) and not periods:
        periods = ["week"]
    method = {"pivot": clause.values(Kind.PIVOT)[0]} if clause.of(Kind.PIVOT) else {}
    if periods in ([], ["day"]):
        return [method]
    return [{"period": period, **method} for period in periods]


def _price(clause: Clause) -> dict[str, Any]:
    numbers = [
        mention.values[0]
        for mention in clause.of(Kind.NUMBER)
        if mention.is_certain and not mention.values[0].endswith("%")
    ]
    return {"price": numbers[0]} if numbers and Decimal(numbers[0]) > 0 else {}


_NEXT_WEEK = re.compile(r"\b(?:next|coming|upcoming) week\b")
_PLANNED = re.compile(r"PP|[RS]\d|PD")
"""Levels that are known before their session: of the coming monday, if that is nearer."""


def _when(clause: Clause, symbol: str, now: datetime, names: list[str]) -> dict[str, Any]:
    moment = moment_of(clause, now, symbol)
    if moment is not None:
        return {"as_of": moment.isoformat()}
    days = clause.days
    if not days and _NEXT_WEEK.search(clause.plain):
        monday = today_of(now, symbol) + timedelta(days=7 - today_of(now, symbol).weekday())
        return {"date": monday.isoformat()}
    if not days or days[0].is_today:
        return {}
    if names and _DAY_PART.search(clause.masked):
        return {}
    default = Look.AHEAD if days[0].which in ("next", "this") else Look.NEAREST
    if default is Look.NEAREST and not all(_PLANNED.match(name) for name in names):
        default = Look.BACK
    found = traded_date(days[0], now, symbol, look_of(clause, default))
    return {} if found is None or found == today_of(now, symbol) else {"date": found.isoformat()}


def quote_calls(clause: Clause, symbols: list[str], now: datetime) -> list[Call]:
    """A quote of each symbol, now, at a named time or of a named session."""
    return [
        Call("get_quote", {"symbol": symbol, **_quote_when(clause, symbol, now)})
        for symbol in symbols
    ]


def _quote_when(clause: Clause, symbol: str, now: datetime) -> dict[str, Any]:
    moment = moment_of(clause, now, symbol)
    if moment is not None:
        return {"as_of": moment.isoformat()}
    days = clause.days
    if not days or days[0].is_today:
        return {}
    found = traded_date(days[0], now, symbol, Look.BACK)
    return {} if found is None or found == today_of(now, symbol) else {"date": found.isoformat()}


def indicator_calls(clause: Clause, symbols: list[str], now: datetime) -> list[Call]:
    """Indicators of each symbol on the timeframe that was named."""
    wanted = [*clause.values(Kind.INDICATOR), *clause.values(Kind.AVERAGE)]
    if "VWAP" in clause.values(Kind.LEVEL):
        wanted.append("vwap")
    wanted = wanted or _implied(clause.masked)
    calls = []
    for symbol in symbols:
        when = closing(clause, symbol, now)
        for frame, names in _by_frame(clause, wanted):
            arguments: dict[str, Any] = {"symbol": symbol}
            if frame:
                arguments["timeframe"] = frame
            if names:
                arguments["indicators"] = names
            calls.append(Call("get_indicators", arguments | when))
    return calls


_MEASURES = (Kind.INDICATOR, Kind.AVERAGE)
_FRAMES = (Kind.TIMEFRAME, Kind.SCALE)


def _by_frame(clause: Clause, wanted: list[str]) -> list[tuple[str, list[str]]]:
    """ "5m rsi 30m macd" is one of each, "rsi 5m and daily" the same on both."""
    frames = timeframes_of(clause)
    if len(frames) < 2:
        return [(timeframe_of(clause), wanted)]
    groups: list[list[Mention]] = []
    for mention in clause.of(*_MEASURES, *_FRAMES):
        is_frame = mention.kind in _FRAMES
        if not groups or (groups[-1][0].kind in _FRAMES) is not is_frame:
            groups.append([])
        groups[-1].append(mention)
    pairs = list(zip(groups[::2], groups[1::2], strict=False))
    if len(groups) != 2 * len(frames) or len(pairs) < 2:
        return [(frame, wanted) for frame in frames]
    if groups[0][0].kind not in _FRAMES:
        pairs = [(second, first) for first, second in pairs]
    return [
        (first[0].values[0].removeprefix("last "), [v for m in second for v in m.values])
        for first, second in pairs
    ]


_IMPLIED = (
    (r"\bnormal (?:day|daily)|\btypical\b", ["atr"]),
    (r"\b(?:overbought|oversold)\b", ["rsi"]),
    (r"\bvolatil|\b(?:typically|usually|normally|average)\b", ["atr"]),
    (r"\bmomentum\b", ["rsi", "macd"]),
    (r"\bsqueez", ["bb"]),
    (r"trend", ["sma20", "sma50", "sma200"]),
)


def _implied(masked: str) -> list[str]:
    found = [names for pattern, names in _IMPLIED if re.search(pattern, masked)]
    return list(dict.fromkeys(name for names in found for name in names))


def closing(clause: Clause, symbol: str, now: datetime) -> dict[str, Any]:
    """The moment asked for: a named time, or the close of a named past session."""
    moment = moment_of(clause, now, symbol)
    days = clause.days
    if moment is None and days and not days[0].is_today:
        found = traded_date(days[0], now, symbol, Look.BACK)
        session = None if found is None else calendar.session_on(found, calendar_of(symbol))
        moment = session.close if session and session.close <= now else None
    return {} if moment is None else {"as_of": moment.isoformat()}


def timeframe_of(clause: Clause) -> str:
    """The timeframe that was named, or the scale as one; empty if neither."""
    return next(iter(timeframes_of(clause)), "")


def timeframes_of(clause: Clause) -> list[str]:
    """All timeframes and scales that were named, and those that averages bring along."""
    named = [*clause.values(Kind.TIMEFRAME), *clause.values(Kind.SCALE)]
    named.sort(key=lambda name: name.startswith("last "))
    named += [mention.frame for mention in clause.of(Kind.AVERAGE) if mention.frame]
    return list(dict.fromkeys(name.removeprefix("last ") for name in named))


_CRYPTO = re.compile(r"\bcrypto(?:s|currenc(?:y|ies))?\b|\bcoins\b")


def status_calls(clause: Clause, symbols: list[str], now: datetime) -> list[Call]:
    """The market's hours, now or on a named day; of crypto if that was named."""
    arguments: dict[str, Any] = {}
    if _CRYPTO.search(clause.plain):
        arguments["symbol"] = "BTC/USD"
    elif symbols:
        arguments["symbol"] = symbols[0]
    days = [mention.day for mention in clause.of(Kind.DAY) if mention.day is not None]
    if days and not days[0].is_today:
        back = re.search(r"\b(?:was|were|did)\b", clause.plain)
        found = plain_date(days[0], now, Look.BACK if back else Look.AHEAD)
        if found is not None:
            arguments["date"] = found.isoformat()
    return [Call("get_market_status", arguments)]


_ROTATION_WINDOWS = {
    "today": "1d",
    "week": "1w",
    "month": "1m",
    "quarter": "3m",
    "half": "6m",
    "year": "1y",
    "ytd": "ytd",
}


def rotation_call(clause: Clause) -> Call:
    """Sectors against the market, over the window that is named; the sector that is named first."""
    low = clause.text.lower()
    asked = {"window": _ROTATION_WINDOWS.get(zoom_of(low), ""), "sector": named_sector(low)}
    return Call("get_sector_rotation", {name: value for name, value in asked.items() if value})


def calculation(clause: Clause) -> list[Call]:
    """The arithmetic of a clause; empty if there is none in it."""
    calls = []
    for mention in clause.of(Kind.SUM):
        expression, unit = mention.values
        shown = {"unit": unit} if unit else {}
        calls.append(Call("calculate", {"expression": expression, **shown}))
    return calls
