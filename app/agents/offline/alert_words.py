"""A trader's condition as a formula: "loses vwap" is `price crosses below vwap`.

Decided: what was recognised (symbols, levels, averages, numbers) is written in the language's words
first, then turns of speech are brought to its verbs, and its own parser decides whether that makes
sense. What it does not read is no condition; nothing is made up for it.
"""

import re
from collections.abc import Callable, Sequence

from app.agents.offline.mentions import Canvas, Kind, Mention
from app.core.errors import InvalidInput
from app.formula.formula import parse

SYMBOL = "§"
SLACK = "slack"
"""A way to be told here, and no company: it is listed no more."""
DAY = "¤"
_OPENING = re.compile(r"OR(\d+)([HL])$")
_CROSSINGS = (
    (re.compile(r"golden|above|over|up"), "crosses above"),
    (re.compile(r"death|below|under|down"), "crosses below"),
)
_LEVELS = {"52WH": "high52w", "52WL": "low52w"}
_AVERAGE = re.compile(r"(sma|ema|wma)(\d+)$")
_FRAME = re.compile(r"(\d+)[ -]?(m|h|d|w|mo)")
_BELOWS = r"(?:pdl|pml|onl|lod|pwl|pmol|low52w|s\d|val|orl\(\d+\))\b"

_NAMES = "rsi|adx|atr|macd|stoch|bb|roc|sma|ema|wma|rvol|stdev"
_VALUE = (
    r"(?:\$?\d[\d,.]*%?|[a-z]\w*\([^()]*\)(?:\.\w+)?|pdh|pdl|pdc|pwh|pwl|pwc|vwap|pmh|pml|onh|onl|hod|lod|"
    r"[rs]\d|pp|poc|vah|val|high52w|low52w|pmoh|pmol|pmoc)"
)
_TURNS: tuple[tuple[str, str], ...] = (
    (r"\bpercent\b|\bpct\b", "%"),
    (r"(\d) %", r"\1%"),
    (r"(\d[\d.,]*) ?(?:dollars|bucks)\b", r"$\1"),
    (rf"{SYMBOL}(?:'s|s')? (?:stock|shares?|price|is trading)\b(?= )", SYMBOL),
    (rf"\bthe price of {SYMBOL}|\bprice of {SYMBOL}|\b(?:the )?price on {SYMBOL}", SYMBOL),
    (rf"{SYMBOL}(?:,? (?:and|or|,) {SYMBOL})+", SYMBOL),
    (r"\b(?:half an hour|half hour)\b", "30m"),
    (r"\b(?:an|one|the|any|1) hour\b", "1h"),
    (r"\b(?:a|one|the|any|1) (?:day|session)\b", "1d"),
    (r"\b(?:a|one|1) minute\b", "1m"),
    (r"\b(\d+)[ -]?(?:minutes?|mins?)\b", r"\1m"),
    (r"\b(\d+)[ -]?(?:hours?|hrs?)\b", r"\1h"),
    (r"\b(first|1st) (?:test|touch|tag|time it (?:tests|touches)) of\b", "1st test of"),
    (r"\b(?:second|2nd) (?:test|touch|tag) (?:of|at)\b", "2nd test of"),
    (r"\b(?:third|3rd) (?:test|touch|tag) (?:of|at)\b", "3rd test of"),
    (r"\b(?:fourth|4th) (?:test|touch|tag) (?:of|at)\b", "4th test of"),
    (r"\b(?:fifth|5th) (?:test|touch|tag) (?:of|at)\b", "5th test of"),
    (rf"\b(?:tests|touches|tags) ({_VALUE}) (?:for )?(?:a|the) (second|third|fourth|fifth) time", r"\2 test of \1"),
    (rf"\b(?:tests?|touches|tags) ({_VALUE}) (three|four|five|two|3|4|5|2) times", r"tested \1 \2 times"),
    (r"\bsecond test of\b", "2nd test of"),
    (r"\bthird test of\b", "3rd test of"),
    (r"\bfourth test of\b", "4th test of"),
    (r"\bfifth test of\b", "5th test of"),
    (r"\btwo times\b", "2 times"),
    (r"\bthree times\b", "3 times"),
    (r"\bfour times\b", "4 times"),
    (r"\bfive times\b", "5 times"),
    (rf"\b(?:a |an )?(?:volume (?:spikes?|surges?)|(?:spike|surge) in volume|unusual volume|heavy volume|volume picks up) (?:at|near|on|around|into) ({_VALUE})", r"rvol > 2x and price hits \1"),
    (r"\b(?:a |an )?(?:volume (?:spikes?|surges?|picks up)|(?:spike|surge) in volume|unusual volume|heavy volume)\b", "rvol > 2x"),
    (r"\bvolume (?:is|goes|gets|hits|reaches)?(?: over| above| at)? ?(\d+(?:\.\d+)?) ?(?:x|times)(?: (?:the )?(?:usual|normal|average|avg)(?: volume)?)?", r"rvol > \1x"),
    (r" ?\b(?:its|their|the|ever|either way|in either direction)\b", ""),
    (r"\bzero\b", "0"),
    (rf"\b(\d+[mhd]) ({_NAMES})\b(\([^()]*\))?", r"\2\3 @\1"),
    (rf"{SYMBOL}(?:'s|s')? (?=(?:{_NAMES}|\d(?:st|nd|rd|th) test of)\b)", ""),
    (r"\bfills? (?:gap|in gap)\b", "hits pdc"),
    (r"\b(\d[\d.]*%) (?:move|swing) (?=in|within|over)", r"moves \1 "),
    (r"\b(?:moves?|swings?) (?:by |more than |over |at least )*(\d[\d.]*%) (?:in|within|over|inside)\b", r"moves \1 in"),
    (r"\b(?:drops?|falls?|sells? off|dumps?|tanks?|dips?|loses?|slides?|is down|goes down|down) (?:by |more than |over |at least )*(\d[\d.]*%) (?:in|within|over|inside)\b", r"falls \1 in"),
    (r"\b(?:rises?|gains?|jumps?|pops?|rips?|rallies|rally|climbs?|spikes?|pumps?|is up|goes up|up) (?:by |more than |over |at least )*(\d[\d.]*%) (?:in|within|over|inside)\b", r"rises \1 in"),
    (rf"(?:{SYMBOL} )?(?:drops?|falls?|dumps?|tanks?|is down|goes down|gets down|down) (?:by |more than |over |at least )*(\d[\d.]*%) (?:today|on day|for day|from yesterday(?:'s close)?)", r"change(1d) <= -\1"),
    (rf"(?:{SYMBOL} )?(?:rises?|gains?|jumps?|pops?|rallies|is up|goes up|gets up|up) (?:by |more than |over |at least )*(\d[\d.]*%) (?:today|on day|for day|from yesterday(?:'s close)?)", r"change(1d) >= \1"),
    (rf"(?:{SYMBOL} )?(?:is|goes|gets) down (?:by |more than |over |at least )*(\d[\d.]*%)", r"change(1d) <= -\1"),
    (rf"(?:{SYMBOL} )?(?:is|goes|gets) up (?:by |more than |over |at least )*(\d[\d.]*%)", r"change(1d) >= \1"),
    (rf"(?:{SYMBOL} )?gaps? (?:up|higher) (?:by |more than |over |at least )*(\d[\d.]*%)", r"gap >= \1"),
    (rf"(?:{SYMBOL} )?gaps? (?:down|lower) (?:by |more than |over |at least )*(\d[\d.]*%)", r"gap <= -\1"),
    (r"\b(?:gets?|comes?|is|trades?|moves?)? ?(?:to )?within\b", "within"),
    (r"\b(?:breaks?|goes|gets|moves?|trades?|pushes|pops?|climbs?|runs?|rips?|rises?|crosses|cross|rallies|comes|jumps?|pokes?|takes off)(?: back)?(?: out)? (?:above|over|north of|through to)\b", "crosses above"),
    (r"\b(?:breaks?|goes|gets|moves?|trades?|drops?|falls?|dips?|slips?|sinks?|crosses|cross|comes|tanks?|breaks? down)(?: back)?(?: down)? (?:below|under|beneath|south of)\b", "crosses below"),
    (rf"\b(?:breaks?|falls?|drops?|slices|crashes)(?: down)? (?:through )?(?={_BELOWS})", "crosses below "),
    (r"\b(?:falls?|drops?|slices down|crashes|breaks? down) through\b", "crosses below"),
    (r"\b(?:rips?|pushes|rallies|climbs?|runs?) (?:up )?through\b|\bclears?\b|\btakes? out(?! p(?:d|m|w)l)", "crosses above"),
    (r"\btakes? out\b", "crosses below"),
    (r"\b(?:loses?|lose)\b", "crosses below"),
    (r"\breclaims?\b|\b(?:gets|takes) back\b", "crosses above"),
    (r"\bbreaks?(?: out of| out| through)?(?= (?:pdh|pmh|onh|hod|pwh|pmoh|high52w|r\d|vah|orh\(\d+\)))", "crosses above"),
    (r"\bbreaks?(?: through)?\b", "crosses"),
    (r"\bcross(?= [^ab])", "crosses"),
    (r"\bovertakes?\b", "crosses above"),
    (r"\b(?:hit|reach|touch|tag|retest)(?= )", "hits"),
    (r"\b(?:hits|reaches|touches|tags|retests|taps?|gets (?:back |down |up )?to|comes (?:back |down |up )?(?:in)?to|drops (?:back |down )?to|falls (?:back |down )?to|rises (?:back )?to|rallies (?:back |up )?to|climbs to|runs to|pulls back to|goes to|returns to|is at|trades at|gets|sees|prints?)(?= )", "hits"),
    (r"\b(?:is|stays|holds|remains|trades|sits) (above|over|below|under)\b", r"is \1"),
    (r"\s+", " "),
)  # fmt: skip
_COMPILED = [(re.compile(shape), to) for shape, to in _TURNS]
_OF_IT = re.compile(rf"[,]? ?\b(?:on|for|in|of) {SYMBOL}(?!\w)")
_FRAMED = re.compile(rf"\b((?:{_NAMES})(?:\([^()]*\))?)((?:\.\w+)?) (?:on |at )?@(\w+)")
_LAST_FRAME = re.compile(r" (?:on |at )?@(\w+)$")
_FRAMELESS = re.compile(rf"\b((?:{_NAMES})(?:\([^()a-z]*\))?)((?:\.\w+)?)(?=\s|$)")
_BARE_VALUE = re.compile(rf"(?:at |to |hits )?({_VALUE})$")
_STARTS = re.compile(
    r"^(?:crosses|hits|is (?:above|below|over|under)|above|below|over|under|within|moves|falls|rises|tested|at)\b"
)


def written(canvas: Canvas) -> str:
    """The text with what was recognised in the language's words: `§` for a symbol, `¤` for a day."""
    parts: list[str] = []
    position = 0
    for mention in canvas.mentions:
        parts.append(canvas.low[position : mention.start])
        surface = canvas.low[mention.start : mention.end]
        parts.append(_WRITERS.get(mention.kind, _surface)(mention, surface))
        position = mention.end
    parts.append(canvas.low[position:])
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def name_in_condition(mention: Mention) -> str:
    """By what a condition that is about this can be known; empty for what names none."""
    if len(mention.values) != 1:
        return ""
    match mention.kind:
        case Kind.LEVEL:
            return _level(mention, "")
        case Kind.AVERAGE:
            return _average(mention, "").partition(",")[0].rstrip(")")
        case Kind.NUMBER | Kind.INDICATOR:
            return mention.values[0]
        case _:
            return ""


def formula_of(text: str) -> str | None:
    """The condition that a piece of a written text means, in canonical spelling; None if none."""
    text = _OF_IT.sub("", f" {text.replace(DAY, 'today')} ").strip(" ,.!?;:")
    text = re.sub(r"\b(?:it|they|he)\b", SYMBOL, text)
    for shape, to in _COMPILED:
        text = shape.sub(to, text)
    text = _OF_IT.sub("", f" {text} ").strip(" ,.!?;:")
    if last := _LAST_FRAME.search(text):
        text = _FRAMELESS.sub(rf"\1\2 @{last[1]}", text[: last.start()])
    text = _FRAMED.sub(_with_frame, text)
    if bare := _BARE_VALUE.fullmatch(text.replace(SYMBOL, "").strip()):
        text = f"price hits {bare[1]}"
    text = re.sub(rf"{SYMBOL} (?=at )", "price ", text).replace("price at ", "price hits ")
    text = text.replace(SYMBOL, "price")
    if _STARTS.match(text):
        text = "price " + text.removeprefix("at ")
    text = re.sub(r"@(\w+)", r"\1", text)
    return _parsed(text)


def _parsed(text: str) -> str | None:
    for tried in dict.fromkeys((text, text.replace("price ", "", 1) if " price" in text else text)):
        try:
            return str(parse(tried))
        except InvalidInput:
            continue
    return None


def _with_frame(match: re.Match[str]) -> str:
    name, part, frame = match[1], match[2], match[3]
    if name.endswith(")"):
        return f"{name[:-1]}, {frame}){part}"
    return f"{name}({frame}){part}"


def _surface(_mention: Mention, surface: str) -> str:
    return surface


def _symbol(_mention: Mention, surface: str) -> str:
    return surface if surface == SLACK else SYMBOL


def _level(mention: Mention, surface: str) -> str:
    if len(mention.values) != 1:
        return surface
    name = mention.values[0]
    if opening := _OPENING.match(name):
        return f"or{opening[2].lower()}({opening[1]})"
    return _LEVELS.get(name, name.lower())


def _average(mention: Mention, surface: str) -> str:
    if len(mention.values) != 1:
        return _averages(mention, surface)
    found = _AVERAGE.match(mention.values[0].lower())
    if found is None:
        return surface
    frame = mention.frame
    if re.search(r"\bweek|\bw\b", surface):
        frame = "1w"
    elif re.search(r"\bday|dma\b|\dd\b|\bdaily", surface):
        frame = "1d"
    return f"{found[1]}({found[2]}{f', {frame}' if frame else ''})"


def _averages(mention: Mention, surface: str) -> str:
    """Two that cross; several that are only listed stay as they were said."""
    found = [_AVERAGE.match(each.lower()) for each in mention.values]
    first, second = found if len(found) == 2 else (None, None)
    if first is None or second is None or "cross" not in surface:
        return surface
    way = next((way for shape, way in _CROSSINGS if shape.search(surface)), "crosses")
    return f"{first[1]}({first[2]}) {way} {second[1]}({second[2]})"


def _indicator(mention: Mention, surface: str) -> str:
    return mention.values[0] if len(mention.values) == 1 else surface


def _number(mention: Mention, surface: str) -> str:
    value = mention.values[0] if mention.values else surface
    return f"${value}" if "$" in surface else value


def _frame(_mention: Mention, surface: str) -> str:
    """`@5m` beside an indicator; a span of time stays as it was said."""
    if re.match(r"on\b", surface) or re.fullmatch(r"\d+[mhdw]", surface):
        found = _FRAME.search(surface)
        return f"@{found[1]}{found[2]}" if found else surface
    return surface


def _scale(mention: Mention, surface: str) -> str:
    frames: Sequence[str] = mention.values
    return f"@{frames[0]}" if frames and surface in ("daily", "hourly", "weekly") else surface


def _day(_mention: Mention, _surface: str) -> str:
    return DAY


def _time(mention: Mention, surface: str) -> str:
    return mention.values[0] if mention.values else surface


_WRITERS: dict[Kind, Callable[[Mention, str], str]] = {
    Kind.SYMBOL: _symbol,
    Kind.LEVEL: _level,
    Kind.AVERAGE: _average,
    Kind.INDICATOR: _indicator,
    Kind.NUMBER: _number,
    Kind.TIMEFRAME: _frame,
    Kind.SCALE: _scale,
    Kind.DAY: _day,
    Kind.TIME: _time,
}
