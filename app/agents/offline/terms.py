"""Recognises the field's own terms: level names, pivot methods, averages and indicators."""

import re

from app.agents.offline.mentions import Canvas, Kind, Mention

_HLC = r"(?:highs?|hi|lows?|lo|close|closing(?: price)?|range|h|l|c)"
_AND = r"(?:[ ]?(?:,|and|&|/|or|\+|-)[ ]?(?:the )?)"
_LIST = rf"({_HLC}(?:{_AND}{_HLC})*)"
_EXTREME = r"(?:highs?|hi|lows?|lo|range)"
_EXTREMES = rf"({_EXTREME}(?:{_AND}{_EXTREME})*)"
"""A close of yesterday is a quote's, its high and low are levels."""
_PREVIOUS = (
    r"(?:(?:previous|prior|prev)(?: trading)?(?:[ -]?(?:day|session)(?:'?s)?)?"
    r"|last (?:trading )?(?:day|session)(?:'?s)?)"
)
_PREMARKET = r"(?:pre[- ]?market(?:'?s)?|premkt|pre[- ]?mkt|pm)"
_OVERNIGHT = r"(?:overnight(?:'?s)?|globex|o/n)"
_YEAR = r"(?:52[ -]?(?:weeks?|wks?|wk|w)s?|year(?:'s)?|yearly|annual|1[ -]?year|one year)"

_WITH_CLOSE = ("PD", "PW", "PMo")
_SIDES = {"h": "H", "l": "L", "c": "C"}

_FAMILIES = (
    (re.compile(rf"\b(?:the )?{_PREVIOUS} {_LIST}(?!\w)"), "PD", "HL"),
    (
        re.compile(rf"\b{_LIST} (?:of|from) (?:the )?(?:previous|prior|last) (?:day|session)\b"),
        "PD",
        "HL",
    ),
    (re.compile(rf"\b{_EXTREMES} (?:of|from) yesterday(?:'s session)?\b"), "PD", "HL"),
    (re.compile(rf"\byesterday'?s? {_EXTREMES}(?! (?:price|and close)|\w)"), "PD", "HL"),
    (re.compile(rf"\b{_PREMARKET} {_LIST}(?!\w)"), "PM", "HL"),
    (re.compile(rf"\b{_LIST} (?:of|from|in|during) (?:the )?{_PREMARKET}(?!\w)"), "PM", "HL"),
    (re.compile(rf"\b{_OVERNIGHT} {_LIST}(?!\w)"), "ON", "HL"),
    (re.compile(rf"\b{_LIST} (?:of|from) (?:the )?{_OVERNIGHT}(?!\w)"), "ON", "HL"),
    (re.compile(rf"\b(?:the |its )?{_YEAR} {_LIST}(?!\w)"), "52W", "HL"),
)
_LONGER = (
    (re.compile(rf"\b(?:the )?(?:previous|prior|prev|last) week'?s? {_LIST}(?!\w)"), "PW"),
    (re.compile(rf"\b{_LIST} (?:of|from) (?:the )?(?:previous|prior|last) week\b"), "PW"),
    (re.compile(rf"\b(?:the )?(?:previous|prior|prev|last) month'?s? {_LIST}(?!\w)"), "PMo"),
    (re.compile(rf"\b{_LIST} (?:of|from) (?:the )?(?:previous|prior|last) month\b"), "PMo"),
)
_BARE_FAMILIES = (
    (re.compile(r"\b(?:topp?(?:ed)?|peak(?:ed)?|max(?:ed)?) (?:out )?(?:in|during) (?:the )?pre-?market\b"), ("PMH",)),
    (re.compile(r"\b(?:bottom(?:ed)?|low point) (?:out )?(?:in|during) (?:the )?pre-?market\b"), ("PML",)),
    (re.compile(r"\b(?:pre[- ]?market|premkt) (?:levels?|extremes?)\b"), ("PMH", "PML")),
    (re.compile(rf"\b{_OVERNIGHT} levels?\b"), ("ONH", "ONL")),
)

_OPENING_MINUTES = r"(5|15|30|60)(?:[ -]?(?:minutes?|mins?|min|m))?"
_OPENING = r"(?:opening[ -]range(?: break(?:out)?)?(?:'?s)?|orb?|first (?:hour|bar|candle)(?:'s)?|initial balance|ib)"
_OPENING_RANGES = (
    re.compile(rf"\b{_OPENING_MINUTES}[ -]?(?:{_OPENING})(?: ({_HLC}(?:{_AND}{_HLC})*))?(?!\w)"),
    re.compile(
        rf"\b(?:{_OPENING})(?: ({_HLC}(?:{_AND}{_HLC})*))?[ ,(-]*(?:(?:of|for) (?:the )?(?:first )?)?"
        rf"{_OPENING_MINUTES}\)?(?!\w)"
    ),
    re.compile(rf"\b(?:{_OPENING})(?: ({_HLC}(?:{_AND}{_HLC})*))?(?!\w)"),
)

_CODES = re.compile(
    r"\b(p[dw][hlc]|pm[hl]|on[hl]|or(?:5|15|30|60)[hl]|r[1-5]|s[1-5]|52w[hl])(?:'?s)?(?!\w)"
)
_VWAP_BANDS = re.compile(
    r"\bvwap(?:'s)?(?: (?:standard deviation|sd|sigma|std))? bands?\b|\bbands? (?:of|around|on) (?:the )?vwap\b"
)
_VWAP_BAND = re.compile(r"\bvwap ?([+-]) ?([12])(?: ?(?:sd|sigma|σ))?(?!\w)")
_VWAP = re.compile(
    r"\b(?:the |its )?(?:session )?(?:vwaps?|volume[- ]weighted average(?: price)?)(?!\w)"
)
_POINT = re.compile(
    r"\b(?:central |daily )?pivot point\b|\b(?:the|daily|central) pivot\b(?! (?:levels?|points))|\bpp\b"
)
_FIRST = re.compile(
    r"\b(?:the )?(first|nearest|next|closest|second|third|fourth) ?(one|two|three|four|five|[1-5])? "
    r"(?:pivot )?(supports?|resistances?)(?: levels?)?\b"
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}

_METHODS = (
    (re.compile(r"\b(?:fibonacci|fibo?s?)\b"), "fibonacci"),
    (re.compile(r"\b(?:camarillas?|cams?)\b"), "camarilla"),
    (re.compile(r"\b(?:woodie'?s?|woody'?s?)\b"), "woodie"),
    (re.compile(r"\b(?:tom )?(?:demark'?s?|dm)\b(?= pivots?)|\bdemark'?s?\b"), "demark"),
    (
        re.compile(
            r"\b(?:traditional|floor(?: traders?'?)?|classic(?:al)?|standard)\b(?= (?:daily |weekly )?pivots?)"
        ),
        "traditional",
    ),
    (re.compile(r"\b(?:traditional|classic)\b(?= (?:ones?|method)|$)"), "traditional"),
)

_MA = r"(?:simple |exponential )?(?:[es]ma|ma|dma|moving average|mov(?:ing)? avg)s?"
_AVERAGES = (
    re.compile(
        rf"\b(\d{{1,3}})(?: ?(?:,|and|&|/) ?(\d{{1,3}}))?[ -]?(?:days?|d|period|bar|weeks?|w)?[ -]?({_MA})(?!\w)"
    ),
    re.compile(rf"\b({_MA}) ?\(?(\d{{1,3}})\)?(?: ?(?:,|and|&|/) ?(\d{{1,3}}))?(?![\w%])"),
    re.compile(r"\b(20|50|100|200)(?: ?(?:,|and|&|/) ?(20|50|100|200))?[ -]?days?(?!\w)"),
)
_BARE_AVERAGES = re.compile(r"\b(?:the )?(?:key |main )?(?:moving averages|mas|smas|emas)\b")
_CROSS = re.compile(r"\b(?:golden|death) cross(?:es)?\b")

_INDICATORS = (
    (r"rsi|relative strength(?: index)?", "rsi"),
    (r"macd", "macd"),
    (r"atrs?|average true range|avg true range", "atr"),
    (r"bollingers?(?: ?bands?)?|bbands?|bbs?|boll", "bb"),
    (r"stochastics?|stochs?|stoch rsi", "stoch"),
    (r"adx|dmi|directional (?:movement )?index", "adx"),
    (r"obv|on[- ]balance volume", "obv"),
    (r"cci|commodity channel(?: index)?", "cci"),
    (r"mfi|money flow(?: index)?", "mfi"),
    (r"williams ?%? ?r|%r", "willr"),
)
_INDICATOR = [
    (
        re.compile(
            rf"\b(?:(\d{{1,2}})[ -]?(?:period |day |bar )?)?(?:the )?(?:{words})\b(?: ?\((\d{{1,3}})(?:, ?\d+)*\)| (\d{{1,2}})(?![\d.,:/]*\d| ?(?:m|min|mins|minutes?|h|hr|hours?|d|days?|w|weeks?|%)\b))?"
        ),
        name,
    )
    for words, name in _INDICATORS
]


def recognise_levels(canvas: Canvas) -> None:
    """Claim level names; the values are the engine's own names (`PDH`, `OR30H`, `VWAP+1`)."""
    for pattern, prefix, default in _FAMILIES:
        for match in canvas.free(pattern):
            _claim(canvas, match, Kind.LEVEL, _sides(prefix, match[1], default))
    for pattern, prefix in _LONGER:
        for match in canvas.free(pattern):
            _claim(canvas, match, Kind.LEVEL, _sides(prefix, match[1], "HL"))
    for pattern, names in _BARE_FAMILIES:
        for match in canvas.free(pattern):
            _claim(canvas, match, Kind.LEVEL, names)
    _opening_ranges(canvas)
    for match in canvas.free(_VWAP_BANDS):
        names = ("VWAP", "VWAP+1", "VWAP-1", "VWAP+2", "VWAP-2")
        _claim(canvas, match, Kind.LEVEL, names)
    for match in canvas.free(_VWAP_BAND):
        _claim(canvas, match, Kind.LEVEL, (f"VWAP{match[1]}{match[2]}",))
    for match in canvas.free(_CODES):
        _claim(canvas, match, Kind.LEVEL, (match[1].upper(),))
    for pattern, name in ((_VWAP, "VWAP"), (_POINT, "PP")):
        for match in canvas.free(pattern):
            _claim(canvas, match, Kind.LEVEL, (name,))
    for match in canvas.free(_FIRST):
        _claim(canvas, match, Kind.LEVEL, _counted(match))


def _sides(prefix: str, listed: str, default: str) -> tuple[str, ...]:
    """`high and low` under `PD` → PDH, PDL; only a previous day has a close of its own."""
    words = re.findall(_HLC, listed)
    letters = "".join(default if word == "range" else _SIDES[word[0]] for word in words)
    kept = [letter for letter in dict.fromkeys(letters) if letter != "C" or prefix in _WITH_CLOSE]
    return tuple(prefix + letter for letter in kept)


def _opening_ranges(canvas: Canvas) -> None:
    before, after, bare = _OPENING_RANGES
    for match in canvas.free(before):
        _claim(canvas, match, Kind.LEVEL, _sides(f"OR{match[1]}", match[2] or "range", "HL"))
    for match in canvas.free(after):
        _claim(canvas, match, Kind.LEVEL, _sides(f"OR{match[2]}", match[1] or "range", "HL"))
    for match in canvas.free(bare):
        if match[0] in ("or", "ib"):
            continue
        minutes = 60 if match[0].startswith(("first hour", "initial")) else 30
        minutes = 5 if match[0].startswith(("first bar", "first candle")) else minutes
        names = _sides(f"OR{minutes}", match[1] or "range", "HL")
        canvas.claim(Mention(Kind.LEVEL, *match.span(), values=names, is_certain=minutes != 30))


def _counted(match: re.Match[str]) -> tuple[str, ...]:
    side = match[3][0].upper()
    first = _ORDINALS.get(match[1])
    count = _COUNTS.get(match[2] or "", int(match[2]) if (match[2] or "").isdigit() else 0)
    if first is None:
        return ()
    if first == 1 and (count or match[3].endswith("s")):
        return tuple(f"{side}{number}" for number in range(1, (count or 2) + 1))
    return (f"{side}{first}",)


def recognise_methods(canvas: Canvas) -> None:
    """Claim the way pivots are computed."""
    for pattern, method in _METHODS:
        for match in canvas.free(pattern):
            _claim(canvas, match, Kind.PIVOT, (method,))


def recognise_averages(canvas: Canvas) -> None:
    """Claim moving averages as `sma50`, `ema9`; "ma" and "50 day" are simple ones."""
    by_number, by_name, by_days = _AVERAGES
    for match in canvas.free(by_number):
        lengths = [length for length in (match[1], match[2]) if length]
        _claim(canvas, match, Kind.AVERAGE, _averages(match[3], lengths))
    for match in canvas.free(by_name):
        lengths = [length for length in (match[2], match[3]) if length]
        _claim(canvas, match, Kind.AVERAGE, _averages(match[1], lengths))
    for match in canvas.free(by_days):
        lengths = [length for length in (match[1], match[2]) if length]
        _claim(canvas, match, Kind.AVERAGE, _averages("sma", lengths))
    for match in canvas.free(_BARE_AVERAGES):
        names = ("ema9", "ema21") if "ema" in match[0] else ("sma20", "sma50", "sma200")
        _claim(canvas, match, Kind.AVERAGE, names)
    for match in canvas.free(_CROSS):
        _claim(canvas, match, Kind.AVERAGE, ("sma50", "sma200"))


def _averages(word: str, lengths: list[str]) -> tuple[str, ...]:
    name = "ema" if word.startswith(("ema", "exp")) else "sma"
    return tuple(f"{name}{int(length)}" for length in lengths)


def recognise_indicators(canvas: Canvas) -> None:
    """Claim indicators as the tool spells them: `rsi`, `rsi(7)`, `macd`, `bb`."""
    for pattern, name in _INDICATOR:
        for match in canvas.free(pattern):
            length = match[1] or match[2] or match[3]
            plain = name in ("macd", "bb", "stoch", "obv") or length is None
            _claim(canvas, match, Kind.INDICATOR, (name if plain else f"{name}({int(length)})",))


def _claim(canvas: Canvas, match: re.Match[str], kind: Kind, values: tuple[str, ...]) -> None:
    if values:
        canvas.claim(Mention(kind, *match.span(), values=values))
