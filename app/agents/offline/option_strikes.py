"""The strikes of a named structure: listed, one by one, around a middle, by delta, or at the money."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.agents.offline.option_ends import COUNT_WORDS
from app.agents.offline.option_legs import NUMBER, count, delta_of, number, plain
from app.agents.offline.option_prices import STRUCTURE_TOKEN
from app.agents.offline.option_shapes import Part, Shape

AT_THE_MONEY = re.compile(
    r"\bat[- ]the[- ]money\b|\batm\b|\bright now(?= (?:\w+ )?(?:calls?|puts?|straddles?|iron|spreads?|\w*fly))"
)
"""`atm` may have been written out as "right now" before it comes here."""
_DELTA = re.compile(r"(?<![\w.])(\d{1,2}|0?\.\d+)[ -]?(?:deltas?\b|Δ|d(?= ))")
_TWO_DELTAS = re.compile(
    r"(?<![\w./])(\d{1,2}|0?\.\d+)(?:[ -]?deltas?)?(?: \w+){0,2}?(?:,? and |/|, ?| )(?:the )?(\d{1,2}|0?\.\d+)[ -]?deltas?\b"
)
_HELD = re.compile(
    r"\b(?:on|with|against|over|have|own|for) (?:my )?(\d{1,3}00)(?: shares?)?(?: of)?(?= |,|$)(?! ?/)"
)
_WIDE = re.compile(
    rf"\b(?:width|wings?)(?: of| is)? \$?({NUMBER})(?![\d.]| ?delta)(?: wide)?|\$?({NUMBER})[ -]?(?:(?:dollars?|points?|pts?|bucks)[ -]?)?wide(?: wings?)?"
    rf"|\$?({NUMBER})[ -](?:dollar|point|pt)s? wings?"
)
_RATIO = re.compile(r"(?<![\w.])(\d)(?: ?x ?|:|[ -](?:by|to)[ -])(\d)(?![\w.])")
_STOCK = re.compile(
    rf"\b(?:shares?|stock)(?: (?:bought|cost|basis))?(?: (?:at|@|for|from)) ?\$?(?P<price>{NUMBER})|\bcost basis(?: of| is)? \$?(?P<basis>{NUMBER})"
)
_JOINED = re.compile(
    rf"(?<![\w./])\$?{NUMBER}[cp]?(?:(?: ?/ ?|(?<=\d)-(?=\d))\$?{NUMBER}[cp]?)+(?![\w/])"
)
_LOOSE = re.compile(
    rf"(?<![\w./<])(?P<mark>(?:at|for|@|paid|collected|credit|debit|of|costs?|net|took in|received) )?\$?(?P<value>{NUMBER})(?![\d%]|\.\d)(?P<unit> ?(?:strike|calls?|puts?|[cp])\b)?"
)
_AS_STRIKE = ("at", "of")


@dataclass(slots=True)
class Strikes:
    """What was found, and the `rest` of the text, `<s>` where the structure's words stood."""

    rest: str
    values: list[float] = field(default_factory=list)
    delta: float | None = None
    outer_delta: float | None = None
    wide: float | None = None
    is_at_the_money: bool = False
    lots: int = 0
    ratio: tuple[int, int] | None = None
    stock_price: float | None = None
    lacks_width: bool = False

    def of(self, shape: Shape, place: int) -> dict[str, Any]:
        """The strike of one part, or how it is found in the market."""
        part = shape.parts[place]
        if self.values:
            return {"strike": plain(self.values[part.place])}
        if _is_outer(shape, part) and self.outer_delta is not None:
            return {"delta": self.outer_delta}
        if _is_outer(shape, part):
            return {"wide": plain(self.wide or 0.0)}
        return {"delta": self.delta} if self.delta is not None else {"at_the_money": True}

    def order(self, shape: Shape) -> list[int]:
        """Places of parts; where strikes are relative, from the money outwards."""
        places = list(range(len(shape.parts)))
        if self.values:
            return places
        inner = [at for at in places if not _is_outer(shape, shape.parts[at])]
        outer = [at for at in places if at not in inner]
        pairs = [[at, *(o for o in outer if _kind(shape, o) == _kind(shape, at))] for at in inner]
        return [at for pair in pairs for at in pair]


def _kind(shape: Shape, place: int) -> str:
    return shape.parts[place].kind


def _is_outer(shape: Shape, part: Part) -> bool:
    """Whether another part of the kind is nearer to the money."""
    others = [each.place for each in shape.parts if each.kind == part.kind]
    return part.place < max(others) if part.kind == "put" else part.place > min(others)


def strikes_of(text: str, shape: Shape) -> Strikes | None:
    """None where they are not said."""
    named = shape.words.search(text)
    if named is None:
        return None
    found = Strikes(text)
    _take_stock(found)
    if shape.lots and (held := _take(found, _HELD)):
        found.lots = int(held[1]) // 100
    _take_relative(found)
    if "ratio" in shape.name or "backspread" in shape.name:
        _take_ratio(found)
    if _listed(found, shape) or _loose(found, shape):
        return found
    return found if _relative(found, shape) else None


def has_list(text: str) -> bool:
    """Whether strikes of another structure stand there."""
    return bool(_JOINED.search(text))


def _take(found: Strikes, pattern: re.Pattern[str]) -> re.Match[str] | None:
    match = pattern.search(found.rest)
    if match is not None:
        found.rest = f"{found.rest[: match.start()]} {found.rest[match.end() :]}"
    return match


def _take_stock(found: Strikes) -> None:
    if match := _take(found, _STOCK):
        found.stock_price = number(match["price"] or match["basis"])


def _take_ratio(found: Strikes) -> None:
    if match := _take(found, _RATIO):
        few, many = sorted((int(match[1]), int(match[2])))
        found.ratio = (few, many)


def _take_relative(found: Strikes) -> None:
    if match := _take(found, _TWO_DELTAS):
        found.outer_delta, found.delta = sorted((delta_of(match[1]), delta_of(match[2])))
    elif match := _take(found, _DELTA):
        found.delta = delta_of(match[1])
    if match := _take(found, _WIDE):
        found.wide = number(match[1] or match[2] or match[3])
    found.is_at_the_money = bool(_take(found, AT_THE_MONEY))


def _listed(found: Strikes, shape: Shape) -> bool:
    """A list of as many numbers as the structure has strikes."""
    for match in _JOINED.finditer(found.rest):
        values = [number(each) for each in re.findall(NUMBER, match[0])]
        if len(values) == shape.strikes:
            found.values = sorted(values)
            before, after = found.rest[: match.start()], found.rest[match.end() :]
            found.rest = _marked(f"{before} {STRUCTURE_TOKEN} {after}", shape, found)
            return True
    return False


def _loose(found: Strikes, shape: Shape) -> bool:
    """Numbers one by one; one too many before them counts the structures."""
    found.rest = re.sub(r"(?<=\d) ?/ ?(?=\d)", " ", found.rest)
    numbers = [each for each in _LOOSE.finditer(found.rest) if _may_be_strike(each)]
    around = shape.strikes if found.wide is None else _middle(shape)
    if around == 0 or len(numbers) < around:
        return False
    has_count = len(numbers) > around and _counts(numbers[0], numbers[1:], shape, found.rest)
    kept = numbers[has_count : has_count + around]
    if len(kept) < around or _is_money(kept, shape):
        return False
    found.lots = int(number(numbers[0]["value"])) if has_count else found.lots
    values = sorted(number(each["value"]) for each in kept)
    found.values = values if around == shape.strikes else _wings(values[0], found.wide or 0, shape)
    gone = [numbers[0], *kept] if has_count else kept
    text = found.rest
    for match in reversed(gone):
        text = f"{text[: match.start()]} {text[match.end() :]}"
    found.rest = _marked(text, shape, found)
    return True


def _may_be_strike(match: re.Match[str]) -> bool:
    mark = (match["mark"] or "").strip()
    return mark in ("", *_AS_STRIKE)


def _is_money(kept: Sequence[re.Match[str]], shape: Shape) -> bool:
    """Whether what would be strikes is a price: cents behind "at"."""
    return all(each["mark"] and "." in each["value"] for each in kept)


def _counts(first: re.Match[str], rest: Sequence[re.Match[str]], shape: Shape, text: str) -> bool:
    """Whether a number before the name counts: whole, and smaller than what follows."""
    value = number(first["value"])
    named = shape.words.search(text)
    follows = [number(each["value"]) for each in rest if "." not in each["value"]]
    is_whole = value == int(value) and "." not in first["value"] and not first["unit"]
    is_before = named is not None and first.start() < named.start()
    return is_whole and is_before and bool(follows) and value < min(follows)


def _middle(shape: Shape) -> int:
    """How many strikes say where a structure of equal wings is; none where that is not known."""
    if shape.strikes == 3 and not shape.name.startswith("jade"):
        return 1
    return 1 if shape.strikes == 2 and len({part.kind for part in shape.parts}) == 1 else 0


def _wings(value: float, wide: float, shape: Shape) -> list[float]:
    if shape.strikes == 3:
        return [value - wide, value, value + wide]
    is_put = shape.parts[0].kind == "put"
    return [value - wide, value] if is_put else [value, value + wide]


_COUNT_BEFORE = re.compile(
    rf"(?:^|[ ,(])(?P<count>\d{{1,4}}|(?!an?\b)(?:{COUNT_WORDS})) ?x?(?: (?:<\w+>|long|short|calls?|puts?|debit|credit|more|of|the|these|naked|broken|wing))*$"
)


def _marked(text: str, shape: Shape, found: Strikes) -> str:
    """The text with a mark for the structure's name; a count right before it is taken as well."""
    squeezed = re.sub(r"\s+", " ", text).strip()
    named = shape.words.search(squeezed)
    if named is None:
        return squeezed
    before, after = squeezed[: named.start()].rstrip(), squeezed[named.end() :]
    counted = _COUNT_BEFORE.search(before)
    if counted and not found.lots:
        found.lots = count(counted["count"])
        before = before[: counted.start()]
    return re.sub(r"\s+", " ", f"{before} {STRUCTURE_TOKEN} {after}").strip()


_LISTED_ONLY = ("butterfly", "put butterfly", "call condor", "put condor")
"""Whose middle is not what is bought or sold nearest to the money."""


def _relative(found: Strikes, shape: Shape) -> bool:
    """By delta or at the money, with a width where there are wings."""
    if shape.has_two_ends or shape.name in _LISTED_ONLY:
        return False
    if found.delta is None and (not found.is_at_the_money or shape.strikes > 3):
        return False
    has_wings = any(_is_outer(shape, part) for part in shape.parts)
    found.lacks_width = has_wings and found.wide is None and found.outer_delta is None
    found.rest = _marked(found.rest, shape, found)
    return True
