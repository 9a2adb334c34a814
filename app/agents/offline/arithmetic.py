"""Recognises sums, in signs and in words: "15 percent off 88", "3 times 12.40 plus 7", "half of 93".

Decided: a sum is a mention like a level or a day. It claims all the characters it is made of before
anything else can read its numbers as prices or dates, and clauses are not cut inside it, so that a
part of a sum is never answered as if it were the whole. Signs that also write dates and lists
(`11/12`, `5-15`) count only where nothing but a request to reckon stands around them.
"""

import re
from collections.abc import Callable
from decimal import Decimal

from app.agents.offline.mentions import Canvas, Kind, Mention

SHARES = "shares"
PERCENT = "%"
"""The unit of a sum that was asked for in percent."""

_N = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_MONEY = rf"\$? ?{_N}(k\b)?(?: (?:dollars|bucks|usd))?"
_PCT = r" ?(?:%|percent\b|pct\b)"
_PER_CENT = r"(?:percent(?:age)?|pct|%)"

_Made = Callable[[list[str]], str]

_ATOMS: tuple[tuple[str, _Made], ...] = (
    (rf"{_MONEY}{_PCT} off (?:of )?{_MONEY}", lambda n: f"{n[1]}*(1-{n[0]}%)"),
    (
        rf"{_MONEY}{_PCT} (?:above|over|more than|higher than|on top of) {_MONEY}",
        lambda n: f"{n[1]}*(1+{n[0]}%)",
    ),
    (
        rf"{_MONEY}{_PCT} (?:below|under|less than|lower than) {_MONEY}",
        lambda n: f"{n[1]}*(1-{n[0]}%)",
    ),
    (rf"{_MONEY}{_PCT} of {_MONEY}", lambda n: f"{n[1]}*{n[0]}%"),
    (
        rf"{_MONEY}{_PCT} stop (?:from|on|off|for|below|under|at) {_MONEY}",
        lambda n: f"{n[1]}*(1-{n[0]}%)",
    ),
    (rf"{_MONEY} ?(?:plus|\+|up) ?{_MONEY}{_PCT}", lambda n: f"{n[0]}*(1+{n[1]}%)"),
    (rf"{_MONEY} ?(?:minus|less|-|down) ?{_MONEY}{_PCT}", lambda n: f"{n[0]}*(1-{n[1]}%)"),
    (rf"(?:sqrt|square root)(?: of)? ?\(? ?{_MONEY} ?\)?", lambda n: f"sqrt({n[0]})"),
    (rf"(?:a |one )?half (?:of )?{_MONEY}", lambda n: f"{n[0]}/2"),
    (rf"(?:a |one )?third of {_MONEY}", lambda n: f"{n[0]}/3"),
    (rf"(?:a |one )?quarter of {_MONEY}", lambda n: f"{n[0]}/4"),
    (rf"(?:double|twice) {_MONEY}", lambda n: f"{n[0]}*2"),
    (rf"triple {_MONEY}", lambda n: f"{n[0]}*3"),
)
"""What may stand for a number inside a sum."""

_IS = r"(?:is|was|are|equals)"
_FORMS: tuple[tuple[str, _Made, str], ...] = (
    (
        rf"{_PER_CENT} (?:change|move|gain|loss|difference|drop|rise|return|increase|decrease)? ?(?:from|between) {_MONEY} (?:to|and|down to|up to) {_MONEY}",
        lambda n: f"({n[1]}-{n[0]})/{n[0]}",
        PERCENT,
    ),
    (
        rf"from {_MONEY} (?:down |up )?to {_MONEY}[,?]?(?: \w+){{0,3}}? {_PER_CENT}(?: \w+){{0,3}}",
        lambda n: f"({n[1]}-{n[0]})/{n[0]}",
        PERCENT,
    ),
    (
        rf"what {_PER_CENT} of {_MONEY} {_IS} {_MONEY}",
        lambda n: f"{n[1]}/{n[0]}",
        PERCENT,
    ),
    (
        rf"what {_PER_CENT} {_IS} {_MONEY} of {_MONEY}",
        lambda n: f"{n[0]}/{n[1]}",
        PERCENT,
    ),
    (
        rf"{_MONEY} (?:{_IS} (?:what|how many) {_PER_CENT} of|as an? {_PER_CENT} of) {_MONEY}",
        lambda n: f"{n[0]}/{n[1]}",
        PERCENT,
    ),
    (
        rf"(?:average|mean|midpoint|middle) (?:of|between) {_MONEY}(?:, ?| and | & ){_MONEY}",
        lambda n: f"({n[0]}+{n[1]})/2",
        "",
    ),
    (
        rf"(?:difference|distance) between {_MONEY} and {_MONEY}",
        lambda n: f"abs({n[0]}-{n[1]})",
        "",
    ),
    (rf"subtract {_MONEY} from {_MONEY}", lambda n: f"{n[1]}-{n[0]}", ""),
    (rf"multiply {_MONEY} (?:by|and|with) {_MONEY}", lambda n: f"{n[0]}*{n[1]}", ""),
    (rf"divide {_MONEY} by {_MONEY}", lambda n: f"{n[0]}/{n[1]}", ""),
    (
        rf"(?:add|(?:sum|total) of) {_MONEY} (?:and|to|plus) {_MONEY}",
        lambda n: f"{n[0]}+{n[1]}",
        "",
    ),
    (rf"add {_MONEY}{_PCT} to {_MONEY}", lambda n: f"{n[1]}*(1+{n[0]}%)", ""),
    (rf"take {_MONEY}{_PCT} (?:off|from) {_MONEY}", lambda n: f"{n[1]}*(1-{n[0]}%)", ""),
)

_FORM = [
    (re.compile(rf"(?<![\w.]){pattern}(?!\w|[.,]\d)"), made, unit) for pattern, made, unit in _FORMS
]

_OF_SHARES = re.compile(
    rf"(?<![\w.]){_MONEY} ?(?:shares?|units|coins|contracts|lots)(?: of [a-z.]+)? ?(?:at|@|of|for|times|x) ?{_MONEY}(?: each| apiece| a share| per share)?(?![\w%]|[.,]\d)"
)
_ASKS_MONEY = re.compile(
    r"\b(?:how much|what(?:'s| is| does| would| do)|worth|cost|total|value|pay|calculate)\b"
)

_OPERATORS = (
    (r"\bplus\b|\badded to\b", "+"),
    (r"\bminus\b|\bless\b", "-"),
    (r"\btimes\b|\bmultiplied by\b|[x×]", "*"),
    (r"\bdivided by\b|\bover\b|÷", "/"),
)
_OP = r" ?(?:[-+*/×÷x]|\b(?:plus|minus|less|times|over|added to|multiplied by|divided by)\b) ?"
_TERM = rf"\(* ?(?:{'|'.join(f'(?:{pattern})' for pattern, _ in _ATOMS)}|{_MONEY}%?) ?\)*"
_END = (
    r"(?![\w%]|[.,:/]\d| ?(?:%|percent\b|pct\b)"
    r"| ?(?:weeks?|wks?|days?|hours?|minutes?|mins?|period|bar|[es]?ma|dma|months?)\b)"
)
_CHAIN = re.compile(rf"(?<![\w.,/])-?{_TERM}(?:{_OP}{_TERM})+{_END}")
_ATOM = re.compile(rf"(?<![\w.,/])(?:{'|'.join(f'(?:{pattern})' for pattern, _ in _ATOMS)}){_END}")
_IN_PERCENT = re.compile(rf",? ?(?:in|as an?|expressed in) {_PER_CENT}(?!\w)")
_SPOKEN_OP = re.compile(r"\b(?:plus|minus|times|multiplied by|divided by|added to)\b|\*|×|÷| x ")
_ASKED = re.compile(r"\b(?:what(?:'s| is|s)|calculate|compute|calc|how much is|work out) $")
_LIKE_A_DATE = re.compile(r"\d{1,2}(?:[/-]\d{1,2})+(?:[/-]\d{2,4})?|\d{4}-\d+-\d+")
_RECKONING = re.compile(
    r"\b(?:what(?:'s| is| are|s)?|calculate|compute|calc|work out|evaluate|solve|how much (?:is|are|does|would)?|please|quick|quickly|math|the|result|answer|of|can|could|you|do|tell|me|thanks|thank|so|ok|okay|hey|hi|and|then|equals?|is|that|a|coach|now|also|give)\b|[^\w]"
)


def recognise_sums(canvas: Canvas) -> None:
    """Claim sums as `(expression, unit)`; the unit is empty, `PERCENT` or `SHARES`."""
    _sizing(canvas)
    for pattern, made, unit in _FORM:
        for match in canvas.free(pattern):
            canvas.take(match, Kind.SUM, (made(_numbers(match)), unit))
    for match in canvas.free(_OF_SHARES):
        if _ASKS_MONEY.search(canvas.low) or not canvas.low[: match.start()].strip():
            count, price = _numbers(match)
            canvas.take(match, Kind.SUM, (f"{count}*{price}", ""))
    for sums in (_CHAIN, _ATOM):
        for match in canvas.free(sums):
            _claim(canvas, match)


def _claim(canvas: Canvas, match: re.Match[str]) -> None:
    text, end = match[0], match.end()
    while text.endswith((")", " ")) and text.count(")") > text.count("("):
        text, end = text[:-1].rstrip(), end - 1
    asked = _IN_PERCENT.match(canvas.low, end)
    end = asked.end() if asked else end
    if text.count("(") != text.count(")") or not _is_meant(canvas, text, match.start(), end):
        return
    expression = _signs(text)
    unit = PERCENT if asked else ""
    canvas.claim(Mention(Kind.SUM, match.start(), end, values=(expression, unit)))


def _is_meant(canvas: Canvas, text: str, start: int, end: int) -> bool:
    """Whether words or an unmistakable sign make it a sum, or nothing else is asked for."""
    if _SPOKEN_OP.search(text) or _ATOM.search(text) or _ASKED.search(canvas.low[:start]):
        return True
    if _LIKE_A_DATE.fullmatch(text):
        return False
    return _RECKONING.sub("", canvas.low[:start] + " " + canvas.low[end:]) == ""


def _signs(text: str) -> str:
    """A sum written with signs only."""
    text = _PHRASE.sub(_rewritten, text)
    for pattern, sign in _OPERATORS:
        text = re.sub(pattern, sign, text)
    return re.sub(r"\s+", "", text)


_PHRASE = re.compile("|".join([*(f"(?:{pattern})" for pattern, _ in _ATOMS), _MONEY]))


def _rewritten(match: re.Match[str]) -> str:
    for pattern, made in _ATOMS:
        phrase = re.fullmatch(pattern, match[0])
        if phrase is not None:
            return f" {made(_numbers(phrase))} "
    return f" {_numbers_of(match)} "


def _numbers(match: re.Match[str]) -> list[str]:
    """The numbers of a match in plain digits; each is followed by a group for its `k`."""
    groups = match.groups()
    pairs = zip(groups[::2], groups[1::2], strict=True)
    return [_plain(number, thousands) for number, thousands in pairs if number is not None]


def _plain(number: str, thousands: str | None) -> str:
    digits = number.replace(",", "")
    return format(Decimal(digits) * 1000, "f") if thousands else digits


_RISK = re.compile(rf"\brisk(?:ing|s)?(?: is| of|:)? {_MONEY}({_PCT})?(?! ?(?:reward|to))")
_ACCOUNT = re.compile(
    rf"\b(?:account|capital|equity|bankroll)(?: size)?(?: is| of|:)? ?{_MONEY}|{_MONEY} (?:account|capital|bankroll)|\b(?:i have|i've got|ive got|i got|i've|with|got|trading with) {_MONEY}(?! ?(?:shares|%|percent))"
)
_ENTRY = re.compile(rf"\b(?:entry|entering|entered|buy|buying|in)(?: is| at|:)* {_MONEY}")
_STOP = re.compile(
    rf"\bstop(?:[- ]?loss)?(?: distance| width)?(?: is| at| of|:| out at)* {_MONEY}(?: (?:points?|pts|cents?))?( away| wide| below| under)?"
)
_CENTS = re.compile(r"\d cents?\b")
_DISTANCE = re.compile(
    rf"\bstop distance|\bstop\D*{_MONEY}(?: (?:points?|pts|cents?))? (?:away|wide|below|under)"
)
_TARGET = re.compile(rf"\b(?:target|tp|exit|take profit)(?: is| at|:)* {_MONEY}")
_SIZE = re.compile(r"\bhow (?:many|much)\b|\bposition siz|\bsize\b|\bshares\b")
_REWARD = re.compile(
    r"\brisk[ /:-]*(?:to[ -])?reward\b|\breward[ /:-]*(?:to[ -])?risk\b|\br[:/]?r\b|\b(?:r|are)[- ]multiple\b|\bhow many r\b|\bmultiple of r\b"
)


def _sizing(canvas: Canvas) -> None:
    """ "Risk 250 with a stop 1.20 away, how many shares", and reward over risk."""
    low = canvas.low
    stop, entry, target = (each.search(low) for each in (_STOP, _ENTRY, _TARGET))
    if stop is None:
        return
    used: list[re.Match[str] | None] = [stop]
    distance = _width_of(stop)
    if entry is not None and not _DISTANCE.search(low):
        distance = f"abs({_numbers_of(entry)}-{distance})"
        used.append(entry)
    if target is not None and entry is not None and _REWARD.search(low):
        reward = f"abs({_numbers_of(target)}-{_numbers_of(entry)})/{distance}"
        _claim_all(canvas, [*used, target], reward)
        return
    risk, account = _RISK.search(low), _ACCOUNT.search(low)
    if risk is None or not _SIZE.search(low):
        return
    money = _numbers_of(risk)
    if risk[3]:
        if account is None:
            return
        money = f"({_numbers_of(account)}*{money}%)"
        used.append(account)
    if _DISTANCE.search(low) or entry is not None:
        _claim_all(canvas, [*used, risk], f"{money}/{distance}", SHARES)


def _width_of(stop: re.Match[str]) -> str:
    """The number of a stop, in dollars."""
    number = _numbers_of(stop)
    return f"({number}/100)" if _CENTS.search(stop[0]) else number


def _numbers_of(match: re.Match[str]) -> str:
    """The first number in a match."""
    found = re.search(_MONEY, match[0])
    return _plain(found[1], found[2]) if found else ""


def _claim_all(
    canvas: Canvas, used: list[re.Match[str] | None], expression: str, unit: str = ""
) -> None:
    spans = [match.span() for match in used if match is not None]
    start, end = min(each[0] for each in spans), max(each[1] for each in spans)
    if canvas.is_free(start, end):
        canvas.claim(Mention(Kind.SUM, start, end, values=(expression, unit)))
