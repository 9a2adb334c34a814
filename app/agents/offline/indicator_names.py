"""Recognises pivot methods, moving averages and indicators."""

import re

from app.agents.offline.mentions import Canvas, Kind, Mention

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
_LENGTHS = (
    r"(\d{1,3}(?:(?: ?[,/&] ?| and | )\d{1,3}(?!\d|[ -]?(?:m|mins?|minutes?|h|hrs?|hours?)\b))*)"
)
_UNIT = r"(days?|d|weeks?|wks?|w|months?)"
_FRAMES = {"w": "1w", "m": "1mo"}
_AVERAGES = (
    re.compile(rf"\b{_LENGTHS}[ -]?(?:{_UNIT}|period|bar)?[ -]?({_MA})(?!\w)"),
    re.compile(rf"\b({_MA})s? ?\(?{_LENGTHS}\)?(?![\w%]|[.:]\d)"),
    re.compile(r"\b((?:(?:20|50|100|200)(?: ?[,/&] ?| and | )?)+)[ -]?(days?|weeks?)(?!\w)"),
    re.compile(
        r"\b((?:20|50|100)(?: ?[,/&] ?| and )(?:(?:50|100)(?: ?[,/&] ?| and ))?(?:50|100|200))\b(?! ?(?:shares|%|k))"
    ),
)
_BARE_AVERAGES = re.compile(r"\b(?:the )?(?:key |main )?(?:moving averages|mas|smas|emas)\b")
_OF_TIME = re.compile(rf"\b{_LENGTHS}[ -]?{_UNIT}[ -](?:simple )?averages?(?!\w)")
_CROSSED = re.compile(
    r"\b(?:the |its )?(9|20|21|50|100|200)[ -]?(?:day|d|dma|[es]?ma)?(?:'s)? (?:(?:has|have|is|are|just|recently|already|now|yet) )*"
    r"(?:cross\w*(?: (?:above|below|over|under|through|up|down))?|above|below|over|under)"
    r" (?:the |its )?(20|21|50|100|200)(?![\w.]|[ -]?(?:day|d\b|dma|[es]?ma|shares|dollars|bucks|%))"
    r"|\b(9) ?/ ?(21)\b|\b(20|50) ?[/x] ?(50|100|200)(?= cross)"
)
"""Averages called by their lengths alone: "the 50 crossed the 200", "9/21"."""
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
            rf"\b(?:(\d{{1,2}})[ -]?(?:period |day |bar )?)?(?:the )?(?:{words})(?:\b|(?=\d))(?: ?\((\d{{1,3}})(?:, ?\d+)*\)| ?(\d{{1,2}})(?![\d.,:/]*\d| ?(?:m|min|mins|minutes?|h|hr|hours?|d|days?|w|weeks?|%)\b))?"
        ),
        name,
    )
    for words, name in _INDICATORS
]


def recognise_methods(canvas: Canvas) -> None:
    """Claim the way pivots are computed."""
    for pattern, method in _METHODS:
        for match in canvas.free(pattern):
            canvas.take(match, Kind.PIVOT, (method,))


def recognise_averages(canvas: Canvas) -> None:
    """Claim moving averages as `sma50`, `ema9`; "ma" and "50 day" are simple ones."""
    by_number, by_name, by_days, by_row = _AVERAGES
    for match in canvas.free(_CROSSED):
        _take_crossed(canvas, match)
    for match in canvas.free(by_number):
        _take(canvas, match, _averages(match[3], match[1]), match[2])
    for match in canvas.free(_OF_TIME):
        _take(canvas, match, _averages("sma", match[1]), match[2])
    for match in canvas.free(by_name):
        canvas.take(match, Kind.AVERAGE, _averages(match[1], match[2]))
    for match in canvas.free(by_days):
        if match[2][0] == "d" or not _EXTREME_OF_WEEKS.match(canvas.low, match.end()):
            _take(canvas, match, _averages("sma", match[1]), match[2])
    _unnumbered(canvas, by_row)


def _unnumbered(canvas: Canvas, by_row: re.Pattern[str]) -> None:
    """Averages in a row without a unit, "the moving averages", and those of a cross."""
    for match in canvas.free(by_row):
        canvas.take(match, Kind.AVERAGE, _averages("sma", match[1]))
    for match in canvas.free(_BARE_AVERAGES):
        names = ("ema9", "ema21") if "ema" in match[0] else ("sma20", "sma50", "sma200")
        canvas.take(match, Kind.AVERAGE, names)
    for match in canvas.free(_CROSS):
        canvas.take(match, Kind.AVERAGE, ("sma50", "sma200"))


_EXTREME_OF_WEEKS = re.compile(r" ?(?:highs?|lows?|range|hi|lo)\b")


def _take(canvas: Canvas, match: re.Match[str], names: tuple[str, ...], unit: str | None) -> None:
    """Claim averages; those of weeks or months bring their timeframe along."""
    frame = _FRAMES.get((unit or "d")[0], "")
    canvas.claim(Mention(Kind.AVERAGE, *match.span(), values=names, frame=frame))


def _take_crossed(canvas: Canvas, match: re.Match[str]) -> None:
    lengths = [int(length) for length in match.groups() if length]
    is_asked_of = match[1] is None or "cross" in match[0] or match[0].startswith(("the ", "its "))
    if is_asked_of and lengths[0] != lengths[1]:
        kind = "ema" if lengths[0] in (9, 21) else "sma"
        canvas.take(match, Kind.AVERAGE, tuple(f"{kind}{length}" for length in lengths))


def _averages(word: str, lengths: str) -> tuple[str, ...]:
    name = "ema" if word.startswith(("ema", "exp")) else "sma"
    return tuple(f"{name}{int(length)}" for length in re.findall(r"\d+", lengths))


def recognise_indicators(canvas: Canvas) -> None:
    """Claim indicators as the tool spells them: `rsi`, `rsi(7)`, `macd`, `bb`."""
    for pattern, name in _INDICATOR:
        for match in canvas.free(pattern):
            length = match[1] or match[2] or match[3]
            plain = name in ("macd", "bb", "stoch", "obv") or length is None
            canvas.take(match, Kind.INDICATOR, (name if plain else f"{name}({int(length)})",))
