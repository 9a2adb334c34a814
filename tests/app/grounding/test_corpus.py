"""Right numbers of any habit pass, wrong ones do not: the promise, measured on hundreds of answers."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest

from app.core.figures import MINUS
from app.grounding.answer import Writer
from app.grounding.parts import NumberPart, Part

PRESENT = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
SWAPPED = {"PDH": "PDL", "PDL": "PDH", "R1": "S1", "S1": "R1", "R2": "S2", "R3": "S3"}
SWAPPED |= {"EMA9": "EMA21", "52WH": "52WL", "OR30H": "OR30L", "OR30L": "OR30H"}
DIRECTIONS = {"up": "down", "above": "below", "gained": "lost"}
DIRECTIONS |= {down: up for up, down in DIRECTIONS.items()}


def checked(answer, symbols, text=None):
    """The parts and the report of an answer, written the way it streams."""
    writer = Writer(
        answer.ledger, now=PRESENT, symbols=symbols, question=f"{answer.pair[0]} levels"
    )
    for piece in re.findall(r"(?s).{1,5}", text if text is not None else answer.text):
        writer.feed(piece)
    writer.close()
    return writer


def part_at(parts: list[Part], place: int) -> Part:
    at = 0
    for part in parts:
        at += len(part.text)
        if place < at:
            return part
    raise AssertionError("the answer is shorter than that")


def test_the_corpus_is_large_and_varied(corpus, habits):
    assert len(habits) >= 60
    assert len(corpus.answers) >= 500
    assert len({typed.figure.tool for answer in corpus.answers for typed in answer.typed}) == 5


def test_no_right_figure_is_marked(corpus):
    marked = {
        (answer.habit, answer.pair): (report.unbound, answer.text)
        for answer in corpus.answers
        if (report := checked(answer, corpus.symbols).report).unbound
    }
    assert not marked


def test_every_typed_figure_is_counted_and_bound(corpus):
    for answer in corpus.answers:
        writer = checked(answer, corpus.symbols)
        for typed in answer.typed:
            if "{" in answer.text:
                continue
            part = part_at(writer.parts, typed.start)
            assert isinstance(part, NumberPart), (answer.text, typed.figure.path)
            assert part.figures


def mutations(answer) -> Iterator[tuple[str, str, int, object]]:
    """Kind, mutated text, place of the wrong number, and the figure it was."""
    for typed in answer.typed:
        digits = answer.text[typed.start : typed.end]
        for kind, wrong in _wrong_digits(digits, typed):
            yield (
                kind,
                answer.text[: typed.start] + wrong + answer.text[typed.end :],
                typed.start,
                typed.figure,
            )


def _wrong_digits(text: str, typed) -> Iterator[tuple[str, str]]:
    number = re.search(r"\d[\d,]*(?:\.\d+)?", text)
    assert number
    plain = number.group().replace(",", "")
    places = len(plain.partition(".")[2])
    for step in (1, -1):
        value = int(plain.replace(".", "")) + step
        if value >= 0:
            yield "last digit", text.replace(number.group(), _shown(value, places, number.group()))
    for name, power in (("×10", 1), ("×100", 2)):
        value = int(plain.replace(".", "")) * 10**power
        if value:
            yield name, text.replace(number.group(), _shown(value, places, number.group()))
    if typed.form != "abs" and re.search(r"[1-9]", text):
        yield "sign", _other_sign(text)
    if (
        typed.form != "bare"
        and re.search(r"[1-9]", text)
        and re.search(r"%| ATR| hours| minutes|×", text)
    ):
        yield "unit", re.sub(r"%| ATR| hours| minutes|×", "", text)


def _shown(value: int, places: int, as_in: str) -> str:
    text = f"{value:0{places + 1}d}"
    whole, rest = (text[:-places], "." + text[-places:]) if places else (text, "")
    return (f"{int(whole):,}" if "," in as_in else whole) + rest


def _other_sign(text: str) -> str:
    if text[0] == MINUS:
        return "+" + text[1:]
    return MINUS + text.removeprefix("+")


def judged(writer, place: int, original) -> str:
    """What became of a wrong number: marked, a coincidence with another figure, or passed.

    "other rounding": half even and half up differ, and the mutation turned one into the other.
    """
    part = part_at(writer.parts, place)
    if not isinstance(part, NumberPart):
        return "passed"
    if not part.figures:
        return "marked"
    if original.id not in part.figures:
        return "coincidence"
    number = Decimal(re.sub(r"[^\d.]", "", part.text))
    places = Decimal(1).scaleb(number.as_tuple().exponent)
    halves = {abs(original.value).quantize(places, way) for way in (ROUND_HALF_UP, ROUND_HALF_EVEN)}
    return "other rounding" if len(halves) == 2 and number in halves else "passed"


def test_a_wrong_digit_sign_unit_or_factor_is_marked(corpus, record_property):
    seen: Counter[tuple[str, str]] = Counter()
    passed, coincidences = [], []
    for answer in corpus.answers:
        if "{" in answer.text:
            continue
        for kind, text, place, figure in mutations(answer):
            verdict = judged(checked(answer, corpus.symbols, text), place, figure)
            seen[kind, verdict] += 1
            if verdict == "passed":
                passed.append((kind, text, figure.path))
            if verdict == "coincidence":
                coincidences.append((kind, answer.pair, figure.path, text[place : place + 12]))
    record_property("verdicts", str(dict(seen)))
    record_property("coincidences", str(coincidences))
    assert not passed
    total = sum(seen.values())
    assert total > 5_000
    assert len(coincidences) < total * 0.01


@pytest.mark.parametrize("kind", ["label", "direction", "entity"])
def test_a_swapped_name_direction_or_symbol_is_marked(corpus, kind, record_property):
    coincidences, passed, total = [], [], 0
    for answer in corpus.answers:
        if "{" in answer.text:
            continue
        for text, place, figure in _swapped(answer, kind):
            total += 1
            verdict = judged(checked(answer, corpus.symbols, text), place, figure)
            if verdict == "passed":
                passed.append((text, figure.path))
            if verdict == "coincidence":
                coincidences.append((answer.pair, figure.path, text[place : place + 12]))
    record_property("coincidences", str(coincidences))
    assert not passed
    assert total > 50
    assert len(coincidences) <= total * 0.02


def _swapped(answer, kind: str) -> Iterator[tuple[str, int, object]]:
    if kind == "entity":
        yield from _with_swapped_entities(answer)
        return
    words = SWAPPED if kind == "label" else DIRECTIONS
    pattern = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in words))
    for typed in answer.typed:
        base = typed.figure.path.partition(".")[0]
        if kind == "label" and (base not in words or "." in typed.figure.path):
            continue
        if kind == "direction" and not _follows_direction(answer.text, typed):
            continue
        text, place = _replaced(answer.text, pattern, words, typed.start)
        if text != answer.text:
            yield text, place, typed.figure


def _follows_direction(text: str, typed) -> bool:
    if typed.form != "abs" or not re.search(r"[1-9]", text[typed.start : typed.end]):
        return False
    around = text[max(0, typed.start - 7) : typed.end + 7]
    return any(re.search(rf"\b{word}\b", around) for word in DIRECTIONS)


def _with_swapped_entities(answer) -> Iterator[tuple[str, int, object]]:
    first, second = answer.pair
    words = {first: second, second: first}
    pattern = re.compile(rf"\b(?:{first}|{second})\b")
    for typed in answer.typed:
        if typed.figure.entity in words:
            text, place = _replaced(answer.text, pattern, words, typed.start)
            if text != answer.text:
                yield text, place, typed.figure


def _replaced(text: str, pattern: re.Pattern[str], words: dict[str, str], place: int):
    moved = place
    for match in pattern.finditer(text, 0, place):
        moved += len(words[match.group()]) - len(match.group())
    return pattern.sub(lambda match: words[match.group()], text), moved
