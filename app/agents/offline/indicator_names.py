"""Recognises pivot methods, moving averages and indicators."""

import re

from app.agents.offline.mentions import Canvas, Kind

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
_AVERAGES = (
    re.compile(rf"\b{_LENGTHS}[ -]?(?:days?|d|period|bar|weeks?|w)?[ -]?({_MA})(?!\w)"),
    re.compile(rf"\b({_MA})s? ?\(?{_LENGTHS}\)?(?![\w%]|[.:]\d)"),
    re.compile(r"\b((?:(?:20|50|100|200)(?: ?[,/&] ?| and | )?)+)[ -]?days?(?!\w)"),
    re.compile(
        r"\b((?:20|50|100)(?: ?[,/&] ?| and )(?:(?:50|100)(?: ?[,/&] ?| and ))?(?:50|100|200))\b(?! ?(?:shares|%|k))"
    ),
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
    for match in canvas.free(by_number):
        canvas.take(match, Kind.AVERAGE, _averages(match[2], match[1]))
    for match in canvas.free(by_name):
        canvas.take(match, Kind.AVERAGE, _averages(match[1], match[2]))
    for pattern in (by_days, by_row):
        for match in canvas.free(pattern):
            canvas.take(match, Kind.AVERAGE, _averages("sma", match[1]))
    for match in canvas.free(_BARE_AVERAGES):
        names = ("ema9", "ema21") if "ema" in match[0] else ("sma20", "sma50", "sma200")
        canvas.take(match, Kind.AVERAGE, names)
    for match in canvas.free(_CROSS):
        canvas.take(match, Kind.AVERAGE, ("sma50", "sma200"))


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
