"""Numbers in prose: what each literal is.

Decided: a tokenizer that names every literal, not patterns that hunt for wrong ones. What is not
recognised as something else is a claim. `SHAPES` reads at a digit, `BEFORE` and `AFTER` read its
surroundings; the first that fits decides.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.core.figures import Unit


class Kind(StrEnum):
    """What a literal is. Only a `CLAIM` needs a source."""

    DATE = "date"
    TIME = "time"
    TIMEFRAME = "timeframe"
    CONTRACT = "contract"
    NAME = "name"
    LIST = "list"
    ORDINAL = "ordinal"
    YEAR = "year"
    PERIOD = "period"
    SAID = "said"
    QUOTATION = "quotation"
    CLAIM = "claim"


Span = tuple[int, int]


@dataclass(slots=True, kw_only=True)
class Literal:
    """A literal at `start:end`. A claim has a magnitude `value` at the resolution of `quantum`.

    `unit` None means that nothing was written. `sign` is +1 or -1 if one was written, 0 otherwise;
    `is_either_way` says ±, `is_foreign` another currency than the dollar. `end` includes the unit.
    """

    start: int
    end: int
    kind: Kind
    value: Decimal = Decimal(0)
    quantum: Decimal = Decimal(1)
    unit: Unit | None = None
    sign: int = 0
    is_either_way: bool = False
    is_foreign: bool = False


_MONTH = (
    r"(?:Jan(?:uary|uar)?|Feb(?:ruary|ruar)?|Mar(?:ch)?|März|Apr(?:il)?|May|Mai|June?|Juni|July?|Juli"
    r"|Aug(?:ust)?|Sept?(?:ember)?|O[ck]t(?:ober)?|Nov(?:ember)?|De[cz](?:ember)?|enero|febrero|marzo"
    r"|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\b"
)
_WEEKDAY = r"(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?"
_AVERAGES = r"(?:[ -]?(?:day|period|d|week|hour|min(?:ute)?))?[ -]?(?:[ESWD]?MAs?|RSI|moving|exponential|simple)\b"
_SPAN_NAMES = r"(?:chart|bar|candle|timeframe|range|opening|OR|high|low|view|intraday|trend|close)"

SHAPES = re.compile(
    rf"""
    (?P<date>\d{{4}}-\d{{2}}-\d{{2}}(?:[T\ ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?(?:Z|[+-]\d{{2}}:?\d{{2}})?)?
      |(?:0?[1-9]|[12]\d|3[01])(?P<dot>[/.])(?:0?[1-9]|[12]\d|3[01])(?P=dot)(?:\d{{4}}|\d{{2}})(?![\d%]|\.\d)
      |\d{{1,2}}(?:st|nd|rd|th)?\.?\s(?:of\s|de\s)?{_MONTH}(?:,?\s\d{{4}}(?![.,\d%]))?)
    |(?P<time>\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:\s?[ap]\.?m\b)?|\d{{1,2}}\s?[ap]\.?m\b\.?)
    |(?P<ratio>\d+(?:\.\d+)?:\d+(?![\d:]))
    |(?P<name>24/7\b|\d{{1,3}}(?:\s?/\s?\d{{1,3}})*{_AVERAGES}|\d{{1,3}}-(?:K|Q)\b|401\(?k\)?\b
      |(?:5|9|10|20|21|30|50|100|150|200)[ -]day\b(?!s)|52[ -]?(?:w(?:ee)?k|w|W)(?:s|[HL])?\b
      |[12](?:\s?σ|[ -](?:sd|SD|sigma|standard[ -]deviation))\s(?:upper\s|lower\s)?band)
    |(?P<contract>\d+(?:\.\d+)?(?:/\d+(?:\.\d+)?)*\s?(?:[cCpP]\b|[- ](?:puts?|calls?|strikes?)\b)(?:\s\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?)?
      |\d{{1,3}}\s?-?DTE\b)
    |(?P<fraction>\d/\d(?=\s?(?:of\s)?(?:an?\s|the\s)?(?:ATR|%|percent)))
    |(?P<slash>(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])(?![\d/%]|\.\d))
    |(?P<ordinal>\d+(?:st|nd|rd|th)\b)
    |(?P<hours>\d{{1,2}})\s?h(?:ours?|rs?)?,?\s(?:and\s)?(?P<minutes>[0-5]?\d)\s?m(?:in(?:ute)?s?)?\b
    |(?P<timeframe>(?:[2-9]|\d{{2,3}})\s(?:minute|hour|week|month|year|period)\b
      |\d{{1,3}}-(?:minute|min|hour|day|week|month|year|period|bar|session|candle|second)\b
      |\d{{1,3}}\s?(?:minutes?|mins?|m|hours?|hrs?|h|H|days?|d|D|weeks?|w|W|mo|months?|M)\s{_SPAN_NAMES}s?\b
      |\d{{1,3}}(?:m|min|h|H|hr|d|D|w|W|mo)\b(?!\s(?:shares|volume|contracts|left|to\sgo|until|remaining|from\snow)))
    """,
    re.VERBOSE,
)

BEFORE = re.compile(
    rf"""
    (?P<list>(?:^|\n)[\s>*_\#-]*\(?$|(?:^|[\s(*])\#$|(?i:\b(?:step|option|scenario|rule|part|phase|case|item|tier|no\.|lesson|chapter|question))\s$)
    |(?P<date>{_MONTH}\.?\s$|\b{_WEEKDAY}\s(?:the\s)?$)
    |(?P<year>{_MONTH}\.?\s\d{{1,2}}(?:st|nd|rd|th)?,?\s$|{_MONTH}\s$|(?i:\b(?:in|since|year|FY|early|late|during|mid-?))\s?$)
    |(?P<name>(?i:S&P|Nasdaq|Russell|Dow(?:\sJones)?|FTSE|Nikkei|DAX|Stoxx|CAC|ASX)[\s-]$|\b[A-Z]{{2,}}-$
      |\bVWAP\s?[+\-−]?$)
    |(?P<period>(?i:\b(?:last|past|previous|prior|next|first|within|over|every|each|opening))\s(?:the\s)?$)
    """,
    re.VERBOSE,
)

AFTER = re.compile(
    r"""
    \s?(?:(?:trading|market|calendar|finished|daily|weekly|monthly|hourly|minute|more)\s){0,2}(?P<period>weeks?|months?|years?|sessions?|bars?|candles?|periods?|quarters?)\b
    |\s?(?:trading\s)?(?P<window>days?|hours?|minutes?|mins?|seconds?)\b
    |\s(?:key\s|more\s|other\s|main\s|possible\s|nearest\s|symbols?\s)?(?P<list>levels|supports|resistances|scenarios|things|ways|steps|symbols
      |ideas|reasons|questions|tickers|names|stocks|pivots|setups|rules|options|markets|tools|numbers)\b
    |(?P<marker>[.)]\s)
    """,
    re.VERBOSE,
)

NUMBER = re.compile(
    r"""
    (?P<whole>\d{1,3}(?:,\d{3})+(?![\d])|\d{1,3}(?:[\u202f\u00a0'’]\d{3})+(?!\d)|\d{1,3}(?:\.\d{3})+(?=,\d{1,2}(?!\d))|\d+)?
    (?P<frac>\.\d+|,\d{1,2}(?![\d,]))?
    (?P<mult>\s?(?:k|K|MM|M|mn|mio|Mio|B|bn|T|tn|thousand|million|billion|trillion|m)\b)?
    (?:\s?(?P<percent>%|percent(?:age\spoints?)?\b|pct\b|Prozent\b|por\sciento\b)
      |\s?(?P<bp>bps?\b|basis\spoints?\b)
      |[\s-]?(?:[×x]\s?)?(?P<atr>ATRs?\b|(?:of\s)(?:an?\s|one\s|its\s|the\s)?(?:daily\s)?ATR\b)
      |\s?(?P<sigma>σ|sigmas?\b|sd\b|SD\b|standard\sdeviations?\b)
      |\s?(?P<usd>dollars?\b|USD\b|bucks?\b)|\s?(?P<cents>cents?\b|¢)
      |[\s-]?(?P<points>(?:index\s)?points?\b|pts?\b|handles?\b)
      |\s?(?P<shares>shares?\b)|\s?(?P<coins>coins?\b)|\s?(?P<contracts>contracts?\b)
      |(?P<count>\s?[×x](?![\w])|\s(?:times|tests?|touches)\b)
      |[\s-]?(?P<days>days?\b|d\b)|[\s-]?(?P<hours>hours?\b|hrs?\b|h\b)
      |[\s-]?(?P<minutes>minutes?\b|mins?\b)|[\s-]?(?P<seconds>seconds?\b|secs?\b|s\b))?
    """,
    re.VERBOSE,
)

PREFIX = re.compile(
    r"(?P<either>±|\+/[-−])?(?P<sign>(?<![\w)\]}%])[+\-−])?(?P<money>[$€£]|USD\s?|US\$)?"
    r"(?P<inner>(?<=[$€£])[+\-−])?$"
)

WORDS = re.compile(
    r"\b(?P<word>half|(?:a|one)\squarter|(?:a|one)\sthird|two[ -]thirds|three[ -]quarters|two|three|four|five"
    r"|six|seven|eight|nine|ten|twelve|once|twice)\b[\s-]?(?:of\s)?(?:an?\s|one\s|its\s|the\s)?(?:daily\s)?"
    r"(?P<unit>ATRs?\b|percent\b|points\b|dollars\b|sigmas?\b|standard\sdeviations\b|times\b)?",
    re.IGNORECASE,
)

_UNITS = {
    "percent": Unit.PERCENT,
    "bp": Unit.PERCENT,
    "atr": Unit.ATR,
    "sigma": Unit.SIGMA,
    "usd": Unit.USD,
    "cents": Unit.USD,
    "points": Unit.POINTS,
    "shares": Unit.SHARES,
    "coins": Unit.COINS,
    "contracts": Unit.CONTRACTS,
    "count": Unit.COUNT,
    "days": Unit.DAYS,
    "hours": Unit.HOURS,
    "minutes": Unit.MINUTES,
    "seconds": Unit.SECONDS,
}
_SCALES = {
    **dict.fromkeys(("k", "thousand"), Decimal(1_000)),
    **dict.fromkeys(("m", "mm", "mn", "mio", "million"), Decimal(1_000_000)),
    **dict.fromkeys(("b", "bn", "billion"), Decimal(1_000_000_000)),
    **dict.fromkeys(("t", "tn", "trillion"), Decimal(1_000_000_000_000)),
}
_HUNDREDTH = Decimal("0.01")
_COUNTING = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SPELLED = {
    "half": (Decimal("0.5"), Decimal("0.1")),
    "quarter": (Decimal("0.25"), _HUNDREDTH),
    "third": (Decimal("0.33"), _HUNDREDTH),
    "two thirds": (Decimal("0.67"), _HUNDREDTH),
    "three quarters": (Decimal("0.75"), _HUNDREDTH),
    "once": (Decimal(1), Decimal(1)),
    "twice": (Decimal(2), Decimal(1)),
    **{word: (Decimal(value), Decimal(1)) for value, word in enumerate(_COUNTING, 2)},
    "twelve": (Decimal(12), Decimal(1)),
}
_NUMBER_WORDS = frozenset(
    {"half", "third", "thirds", "quarter", "quarters", "once", "twice", "twelve", *_COUNTING}
)
_LEVEL_NAME = re.compile(
    r"(?:[RSHLPQ]\d|OR\d+[HL]?|(?:[ESWD]?MA|VWAP|RSI|ATR|ADX|BB|FY|PP|T|TP|GPT-?|W|M|H|D)\d{1,4})(?![.,]?\d|[%$])"
)
_PLAIN_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_UNTIL = re.compile(r"\b(?:in|for|another|about|left|only|next bell:?)\s$|~\s?$", re.IGNORECASE)
_SHORT_DURATION = re.compile(r"\d+(?:m|min|h|hr|d)")
_SETTINGS = re.compile(
    r"\b(?:RSI|ATR|MACD|BB|Stoch\w*|ADX|[ES]?MA|Bands?|VWAP|CCI|MFI|OBV|ROC|WILLR|Williams %R|%R)\s?\([\d,.\s]*$",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_URL = re.compile(r"(?:https?://|www\.)\S+|\]\([^)\s]*\)")
_PREFIX_ENDS = (*"+-−±$€£", "USD", "USD ")
_NAME_END = re.compile(r"\d+(?![.,]?\d|[%$])\w*")
_WORD_START = re.compile(r"[A-Za-zÀ-ÿ]+$")


def tokenize(text: str, skip: Sequence[Span] = ()) -> list[Literal]:
    """Every literal of `text` in order; digits inside `skip` belong to references."""
    found: list[Literal] = list(_spelled_out(text))
    taken = list(skip)
    if "://" in text or "www." in text or "](" in text:
        taken += [url.span() for url in _URL.finditer(text)]
        taken.sort()
    position = 0
    while digit := _DIGIT.search(text, position):
        at = digit.start()
        position = next((end for start, end in taken if start <= at < end), 0)
        if not position:
            literal = _literal(text, at)
            found.append(literal)
            position = max(literal.end, at + 1)
    found.sort(key=lambda literal: literal.start)
    return found


def numbers_said(text: str) -> set[Decimal]:
    """The magnitudes a member wrote, with and without their suffix: `50k` is 50 and 50,000."""
    said = {literal.value for literal in tokenize(text) if literal.kind is Kind.CLAIM}
    plain = (number.replace(",", "") for number in _PLAIN_NUMBER.findall(text))
    return {abs(value) for value in (*said, *map(Decimal, plain)) if value}


def _literal(text: str, at: int) -> Literal:
    follows_letter = at > 0 and text[at - 1].isalpha()
    word = _WORD_START.search(text, max(0, at - 8), at) if follows_letter else None
    if word and word.group() not in {"USD", "US", "x"}:
        named = _LEVEL_NAME.match(text, word.start()) or _NAME_END.match(text, at)
        if named:
            return Literal(start=word.start(), end=named.end(), kind=Kind.NAME)
    shape = SHAPES.match(text, at)
    before = text[max(0, at - 24) : at]
    if shape:
        literal = _shaped(text, shape, before)
        if literal is not None:
            return literal
    claim = _claim(text, at)
    claim.kind = _surrounded(text, at, claim, before)
    return claim


def _shaped(text: str, shape: re.Match[str], before: str) -> Literal | None:
    kind, (start, end) = shape.lastgroup or "", shape.span()
    if kind == "minutes":
        minutes = Decimal(shape["hours"]) * 60 + Decimal(shape["minutes"])
        return Literal(start=start, end=end, kind=Kind.CLAIM, value=minutes, unit=Unit.MINUTES)
    if kind == "fraction":
        share = Decimal(text[start]) / Decimal(text[start + 2])
        rest = NUMBER.match(text, end)
        unit = _unit_of(rest) if rest else None
        literal = Literal(start=start, end=rest.end() if rest else end, kind=Kind.CLAIM, unit=unit)
        literal.value, literal.quantum = share.quantize(_HUNDREDTH), _HUNDREDTH
        return literal
    if kind == "ratio":
        value = Decimal(shape.group().partition(":")[0])
        return Literal(start=start, end=end, kind=Kind.CLAIM, value=value, unit=Unit.RATIO)
    if kind == "timeframe" and _counts_down(shape.group(), before):
        return None
    return Literal(start=start, end=end, kind=Kind.DATE if kind == "slash" else Kind(kind))


def _counts_down(text: str, before: str) -> bool:
    """`in 35m`, `for 2h`: a duration that is claimed, not a timeframe."""
    return bool(_UNTIL.search(before) and _SHORT_DURATION.fullmatch(text))


def _surrounded(text: str, at: int, claim: Literal, before: str) -> Kind:
    if claim.quantum != 1:
        return Kind.NAME if "(" in before and _SETTINGS.search(before) else Kind.CLAIM
    context = BEFORE.search(before)
    where = context.lastgroup if context else None
    digits = NUMBER.match(text, at)
    after = AFTER.match(text, at + len(digits["whole"] or "") if digits else at)
    what = after.lastgroup if after else None
    if _SETTINGS.search(before) or (where == "name" and _is_part_of_name(claim)):
        return Kind.NAME
    if what == "period" or (what == "window" and where == "period"):
        return Kind.PERIOD
    if claim.unit is not None or claim.sign:
        return Kind.CLAIM
    return _counted(claim, where, what, before, text)


def _is_part_of_name(claim: Literal) -> bool:
    return claim.value < 3000 and claim.unit in {None, Unit.SIGMA}


def _counted(claim: Literal, where: str | None, what: str | None, before: str, text: str) -> Kind:
    """A whole number without unit or sign: a marker, a day, a year, a count of things, or a claim."""
    if where in {"year", "date"} and 1900 <= claim.value < 2100:
        return Kind.CLAIM if "," in text[claim.start : claim.end] else Kind.YEAR
    if claim.value > 31:
        return Kind.CLAIM
    is_marker = where == "list" and (what == "marker" or before.strip(" \n>*_(-"))
    if is_marker or what == "list":
        return Kind.LIST
    return Kind.DATE if where == "date" else Kind.CLAIM


def _claim(text: str, at: int) -> Literal:
    start = at - 1 if text[at - 1 : at] == "." and not text[at - 2 : at - 1].isalnum() else at
    number = NUMBER.match(text, start)
    assert number is not None  # noqa: S101 - every part of NUMBER is optional
    ahead = text[max(0, start - 6) : start]
    prefix = PREFIX.search(ahead) if ahead.endswith(_PREFIX_ENDS) else None
    whole = "".join(filter(str.isdigit, number["whole"] or "0"))
    places = (number["frac"] or ".")[1:]
    scale = _scale(number, is_money=bool(prefix and prefix["money"]))
    literal = Literal(
        start=start - (len(prefix.group().lstrip()) if prefix else 0),
        end=number.end(),
        kind=Kind.CLAIM,
        value=Decimal(f"{whole}.{places}") * scale,
        quantum=Decimal(1).scaleb(-len(places)) * scale,
        unit=_unit_of(number),
    )
    if scale == 1 and (number["mult"] or "").strip() == "m":
        literal.unit = Unit.MINUTES
    if prefix:
        _prefixed(literal, prefix)
    return literal


def _prefixed(literal: Literal, prefix: re.Match[str]) -> None:
    written = prefix["sign"] or prefix["inner"]
    literal.sign = 0 if not written else 1 if written == "+" else -1
    literal.is_either_way = bool(prefix["either"])
    if prefix["money"] and literal.unit is None:
        literal.unit = Unit.USD
        literal.is_foreign = prefix["money"] in {"€", "£"}


def _scale(number: re.Match[str], *, is_money: bool) -> Decimal:
    suffix = (number["mult"] or "").strip()
    if suffix == "m" and not (number["frac"] or is_money or number["shares"]):
        return Decimal(1)
    scale = _SCALES.get(suffix.lower(), Decimal(1))
    return scale * _HUNDREDTH if number["bp"] or number["cents"] else scale


def _unit_of(number: re.Match[str]) -> Unit | None:
    return _UNITS.get(number.lastgroup or "")


def _spelled_out(text: str) -> Iterator[Literal]:
    if _NUMBER_WORDS.isdisjoint(text.casefold().replace("-", " ").split()):
        return
    for match in WORDS.finditer(text):
        word = match["word"].lower().replace("-", " ").removeprefix("a ").removeprefix("one ")
        is_counted = word in {"once", "twice"} or (match["unit"] or "").lower() == "times"
        if is_counted and not re.search(r"tested\s$", text[: match.start()]):
            continue
        if not is_counted and not match["unit"]:
            continue
        value, quantum = _SPELLED[word]
        unit = Unit.COUNT if is_counted else _spelled_unit(match["unit"])
        yield Literal(
            start=match.start(),
            end=len(text[: match.end()].rstrip()),
            kind=Kind.CLAIM,
            value=value,
            quantum=quantum,
            unit=unit,
        )


def _spelled_unit(word: str) -> Unit:
    start = word[:3].lower()
    return {
        "atr": Unit.ATR,
        "per": Unit.PERCENT,
        "poi": Unit.POINTS,
        "dol": Unit.USD,
    }.get(start, Unit.SIGMA)
