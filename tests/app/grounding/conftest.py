"""A ledger filled by the real tools on the simulated market, and answers in many habits over it."""

import asyncio
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from app.agents.calling import Caller
from app.agents.coach import symbol_names
from app.agents.model import ToolCall
from app.core.clock import FrozenClock
from app.core.figures import Figure, Unit, format_decimal
from app.core.ids import new_id
from app.grounding.ledger import Ledger
from app.grounding.mentions import Symbols
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


@pytest.fixture
def spy(now: datetime) -> Ledger:
    """A small hand-made ledger: SPY and QQQ with a few levels each."""
    ledger = Ledger()
    for entity, last, pdh, pdl, change in (
        ("SPY", "602.31", "601.77", "597.40", "0.42"),
        ("QQQ", "520.14", "522.90", "515.05", "-0.37"),
    ):
        book = ledger.open(call_id=entity, tool="get_key_levels", provider="simulated")
        distance = str(Decimal(pdh) - Decimal(last))
        for path, value, unit in (
            ("last", last, Unit.USD),
            ("atr", "6.80", Unit.USD),
            ("PDH", pdh, Unit.USD),
            ("PDL", pdl, Unit.USD),
            ("PDH.distance", distance, Unit.USD),
            ("change_pct", change, Unit.PERCENT),
        ):
            book.record(
                path,
                Decimal(value),
                unit,
                label=path.partition(".")[0],
                entity=entity,
                as_of=now,
                decimals=2,
                signed=path in {"PDH.distance", "change_pct"},
            )
    return ledger
