"""Right numbers of any habit pass, wrong ones do not: the promise, measured on hundreds of answers.

The figures are those of the real tools on the simulated market; `habits.md` holds the answers,
with places such as `[A.PDH|abs]` for a typed figure and `[A.change?up:down]` for its direction.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from app.agents.calling import Caller
from app.agents.coach import symbol_names
from app.agents.model import ToolCall
from app.core.clock import FrozenClock
from app.core.figures import MINUS, Figure, format_decimal
from app.core.ids import new_id
from app.grounding.answer import Writer
from app.grounding.ledger import Ledger
from app.grounding.mentions import Symbols
from app.grounding.parts import NumberPart, Part
from app.market.providers.simulated import SimulatedMarket
from tools import TOOLBOX

PRESENT = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
PAIRS = (
    ("SPY", "QQQ"),
    ("AAPL", "MSFT"),
    ("NVDA", "AMD"),
    ("TSLA", "F"),
    ("KO", "PEP"),
    ("XOM", "CVX"),
    ("JPM", "GS"),
    ("META", "GOOGL"),
    ("DIA", "IWM"),
)
Record = Callable[[str, object], None]
_PLACE = re.compile(
    r"\[(?P<who>A|B|market|calc)\.(?P<path>[^\]|?]+)(?:\|(?P<form>\w+)|\?(?P<up>\w+):(?P<down>\w+))?\]"
    r"|\{(?P<ref_who>A|B)\.(?P<ref_path>[^}]+)\}|\b(?P<symbol>SPY|A|B)\b(?='s|\W|$)"
)


@dataclass(frozen=True, slots=True)
class Typed:
    """A figure as an answer types it, at its place."""

    start: int
    end: int
    figure: Figure
    form: str


@dataclass(slots=True)
class Answer:
    """An answer, its typed figures, and the two symbols it may be about."""

    habit: int
    text: str
    pair: tuple[str, str]
    ledger: Ledger
    typed: list[Typed] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Corpus:
    answers: list[Answer]
    symbols: Symbols


SWAPPED = {"PDH": "PDL", "PDL": "PDH", "R1": "S1", "S1": "R1", "R2": "S2", "R3": "S3"}
SWAPPED |= {"EMA9": "EMA21", "52WH": "52WL", "OR30H": "OR30L", "OR30L": "OR30H"}
DIRECTIONS = {"up": "down", "above": "below", "gained": "lost"}
DIRECTIONS |= {down: up for up, down in DIRECTIONS.items()}


@pytest.fixture(scope="session")
def habits() -> list[str]:
    text = (Path(__file__).parent / "habits.md").read_text(encoding="utf-8")
    return [habit.strip("\n") for habit in text.split("\n---\n")]


@pytest.fixture(scope="session")
def corpus(habits: list[str]) -> Corpus:
    """Every habit over every pair of symbols whose figures it needs."""
    return asyncio.run(_corpus(habits))


async def _corpus(habits: list[str]) -> Corpus:
    market = SimulatedMarket(seed=7)
    answers = []
    for pair in PAIRS:
        ledger = await _looked_up(market, pair)
        figures = {(figure.entity, figure.path): figure for figure in ledger}
        for number, habit in enumerate(habits):
            answer = _written(number, habit, pair, ledger, figures)
            if answer is not None:
                answers.append(answer)
    return Corpus(answers, Symbols(symbol_names(await market.instruments())))


async def _looked_up(market: SimulatedMarket, pair: tuple[str, str]) -> Ledger:
    ledger = Ledger()
    caller = Caller(
        toolbox=TOOLBOX,
        market=market,
        clock=FrozenClock(PRESENT),
        ledger=ledger,
        tool_seconds=20,
    )
    wanted = ["rsi", "atr", "macd", "bb"]
    calls = [
        ToolCall(str(new_id()), name, arguments)
        for symbol in pair
        for name, arguments in (
            ("get_key_levels", {"symbol": symbol}),
            ("get_quote", {"symbol": symbol}),
            ("get_indicators", {"symbol": symbol, "indicators": wanted}),
        )
    ]
    calls.append(ToolCall(str(new_id()), "get_market_status", {}))
    outcomes = await caller.call_all(calls)
    first, second = outcomes[0].answer.figures["last"], outcomes[3].answer.figures["last"]
    ratio = {"expression": f"{first}/{second}", "unit": "ratio", "decimals": 4}
    outcomes += await caller.call_all([ToolCall(str(new_id()), "calculate", ratio)])
    assert all(outcome.answer.ok for outcome in outcomes)
    return ledger


def _written(
    number: int,
    habit: str,
    pair: tuple[str, str],
    ledger: Ledger,
    figures: dict[tuple[str, str], Figure],
) -> Answer | None:
    """The habit with the pair's figures typed in; None if one of them is absent."""
    entities = {"A": pair[0], "B": pair[1], "SPY": pair[0], "market": "market"}
    entities["calc"] = f"{pair[0]} / {pair[1]}"
    answer = Answer(number, "", pair, ledger)
    at = 0
    for place in _PLACE.finditer(habit):
        answer.text += habit[at : place.start()]
        at = place.end()
        if place["symbol"]:
            answer.text += entities[place["symbol"]]
            continue
        who, path = place["who"] or place["ref_who"], place["path"] or place["ref_path"]
        figure = figures.get((entities[who], path))
        if figure is None:
            return None
        if place["up"]:
            answer.text += place["up"] if figure.value > 0 else place["down"]
        elif place["ref_who"]:
            answer.text += figure.ref
        else:
            text = _typed(figure, place["form"] or "")
            start = len(answer.text)
            answer.text += text
            answer.typed.append(Typed(start, len(answer.text), figure, place["form"] or ""))
    answer.text += habit[at:]
    return answer


def _typed(figure: Figure, form: str) -> str:
    if form.isdigit():
        return format_decimal(round(figure.value, int(form)) if form != "0" else _whole(figure))
    if form.startswith("M"):
        millions = figure.value / 1_000_000
        return f"{round(millions, int(form[1]))}M"
    text = figure.text(with_unit=form != "bare")
    return text.lstrip("+−") if form == "abs" else text


def _whole(figure: Figure) -> Decimal:
    return figure.value.quantize(Decimal(1))


def checked(answer: Answer, symbols: Symbols, text: str | None = None) -> Writer:
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


def test_the_corpus_is_large_and_varied(corpus: Corpus, habits: list[str]) -> None:
    assert len(habits) >= 60
    assert len(corpus.answers) >= 500
    assert len({typed.figure.tool for answer in corpus.answers for typed in answer.typed}) == 5


def test_no_right_figure_is_marked(corpus: Corpus) -> None:
    marked = {
        (answer.habit, answer.pair): (report.unbound, answer.text)
        for answer in corpus.answers
        if (report := checked(answer, corpus.symbols).report).unbound
    }
    assert not marked


def test_every_typed_figure_is_counted_and_bound(corpus: Corpus) -> None:
    for answer in corpus.answers:
        writer = checked(answer, corpus.symbols)
        for typed in answer.typed:
            if "{" in answer.text:
                continue
            part = part_at(writer.parts, typed.start)
            assert isinstance(part, NumberPart), (answer.text, typed.figure.path)
            assert part.figures


def mutations(answer: Answer) -> Iterator[tuple[str, str, int, Figure]]:
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


def _wrong_digits(text: str, typed: Typed) -> Iterator[tuple[str, str]]:
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


def judged(writer: Writer, place: int, original: Figure) -> str:
    """What became of a wrong number: marked, a coincidence with another figure, or passed.

    "other rounding": half even and half up (of the value, or of the digits shown) differ, and the
    mutation turned one into the other.
    """
    part = part_at(writer.parts, place)
    if not isinstance(part, NumberPart):
        return "passed"
    if not part.figures:
        return "marked"
    if original.id not in part.figures:
        return "coincidence"
    number = Decimal(re.sub(r"[^\d.]", "", part.text))
    places = Decimal(1).scaleb(int(number.as_tuple().exponent))
    halves = {
        abs(value).quantize(places, way)
        for value in (original.value, original.rounded)
        for way in (ROUND_HALF_UP, ROUND_HALF_EVEN)
    }
    return "other rounding" if len(halves) == 2 and number in halves else "passed"


def test_a_wrong_digit_sign_unit_or_factor_is_marked(
    corpus: Corpus, record_testsuite_property: Record
) -> None:
    seen: Counter[tuple[str, str]] = Counter()
    passed: list[object] = []
    coincidences: list[object] = []
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
    record_testsuite_property("verdicts on wrong numbers", str(dict(seen)))
    record_testsuite_property("coincidences of wrong numbers", str(coincidences))
    assert not passed
    total = sum(seen.values())
    assert total > 5_000
    assert len(coincidences) < total * 0.01


@pytest.mark.parametrize("kind", ["label", "direction", "entity"])
def test_a_swapped_name_direction_or_symbol_is_marked(
    corpus: Corpus, kind: str, record_testsuite_property: Record
) -> None:
    coincidences: list[object] = []
    passed: list[object] = []
    total = 0
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
    record_testsuite_property(f"coincidences of a swapped {kind}", str(coincidences))
    assert not passed
    assert total > 50
    assert len(coincidences) <= total * 0.02


def _swapped(answer: Answer, kind: str) -> Iterator[tuple[str, int, Figure]]:
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


def _follows_direction(text: str, typed: Typed) -> bool:
    if typed.form != "abs" or not re.search(r"[1-9]", text[typed.start : typed.end]):
        return False
    around = text[max(0, typed.start - 7) : typed.end + 7]
    return any(re.search(rf"\b{word}\b", around) for word in DIRECTIONS)


def _with_swapped_entities(answer: Answer) -> Iterator[tuple[str, int, Figure]]:
    first, second = answer.pair
    words = {first: second, second: first}
    pattern = re.compile(rf"\b(?:{first}|{second})\b")
    for typed in answer.typed:
        if typed.figure.entity in words:
            text, place = _replaced(answer.text, pattern, words, typed.start)
            if text != answer.text:
                yield text, place, typed.figure


def _replaced(
    text: str, pattern: re.Pattern[str], words: Mapping[str, str], place: int
) -> tuple[str, int]:
    moved = place
    for match in pattern.finditer(text, 0, place):
        moved += len(words[match.group()]) - len(match.group())
    return pattern.sub(lambda match: words[match.group()], text), moved
