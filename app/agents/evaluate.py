"""Question sets: whether the right tools are called with the right arguments.

Decided: a question lists the calls it means. Arguments that are named are compared after bringing
them to one spelling, others are free; `calls: []` forbids any call. A call for several `symbols`
equals one call for each; order is free. `must` and `must_not` are parts of the answer. `as_of` is
the present the question is asked in, `history` what the member asked before in the same thread, and
`or` holds further acceptable lists of calls.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from app.agents.coach import Coach
from app.agents.events import TurnDone
from app.agents.history import Memory, recall, stored_message
from app.agents.spelling import argument, canonical
from app.conversations.models import Role, StoredMessage
from app.core.errors import CoachError, InvalidInput
from app.core.ids import new_id


class ExpectedCall(BaseModel):
    """A call that should be made; only the arguments it names are compared."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict)


class Question(BaseModel):
    """One line of a question set."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    id: str
    topic: str = "other"
    question: str
    calls: tuple[ExpectedCall, ...]
    alternatives: tuple[tuple[ExpectedCall, ...], ...] = Field((), alias="or")
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    as_of: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no question, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class QuestionSet:
    questions: tuple[Question, ...]
    bad_lines: tuple[BadLine, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A call as it was made."""

    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a question: calls, the answer's text, numbers in it and how many were bound."""

    calls: tuple[Made, ...]
    text: str = ""
    numbers: int = 0
    bound: int = 0
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a question was answered. `right_arguments` implies `right_tools`."""

    question: Question
    answered: Answered
    right_tools: bool
    right_arguments: bool
    said_wrong: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        return self.right_arguments and not self.said_wrong and not self.answered.failure


@dataclass(frozen=True, slots=True)
class TopicRates:
    """Counts of one topic, and the rates they make."""

    topic: str
    questions: int
    right_tools: int
    right_arguments: int
    right: int
    numbers: int
    bound: int


@dataclass(frozen=True, slots=True)
class Report:
    verdicts: tuple[Verdict, ...]
    bad_lines: tuple[BadLine, ...] = field(default=())

    @property
    def rate(self) -> float:
        """The share of questions that are right in every respect; 0 for an empty set."""
        right = sum(verdict.is_right for verdict in self.verdicts)
        return right / len(self.verdicts) if self.verdicts else 0.0

    def topics(self) -> list[TopicRates]:
        """Rates by topic in the order of the set, the sum of all as the last."""
        by_topic: dict[str, list[Verdict]] = defaultdict(list)
        for verdict in self.verdicts:
            by_topic[verdict.question.topic].append(verdict)
        rows = [_rates(topic, verdicts) for topic, verdicts in by_topic.items()]
        return [*rows, _rates("all", self.verdicts)]


Ask = Callable[[Question], Awaitable[Answered]]


def load_questions(path: Path) -> QuestionSet:
    """Read a JSONL file. Lines that are no questions are listed, not guessed at; empty ones and
    lines that begin with `#` or `//` are skipped. `InvalidInput` if the file cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}.") from error
    questions: list[Question] = []
    bad: list[BadLine] = []
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith(("#", "//")):
            continue
        try:
            question = _question(line, number)
        except (ValueError, ValidationError) as error:
            bad.append(BadLine(number, _reason(error)))
            continue
        if question.id in seen:
            bad.append(BadLine(number, f"the id {question.id!r} was used before"))
            continue
        seen.add(question.id)
        questions.append(question)
    return QuestionSet(tuple(questions), tuple(bad))


def _question(line: str, number: int) -> Question:
    found = json.loads(line)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    found = {"id": str(number), **found}
    found["id"] = str(found["id"])
    found.setdefault("history", found.get("context") or [])
    for name in ("must", "must_not", "history"):
        if isinstance(found.get(name), str):
            found[name] = [found[name]]
        elif found.get(name) is None:
            found[name] = []
    return Question.model_validate(found)


def _reason(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        faults = error.errors(include_url=False)
        return "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in faults
        )
    return f"not JSON: {error}" if isinstance(error, json.JSONDecodeError) else str(error)


async def evaluate(questions: QuestionSet, ask: Ask, *, at_once: int = 4) -> Report:
    """Ask every question, `at_once` at a time, and judge the answers in the set's order.

    A question that raises a `CoachError` counts as wrong and carries its message.
    """
    gate = asyncio.Semaphore(at_once)

    async def one(question: Question) -> Verdict:
        async with gate:
            try:
                answered = await ask(question)
            except CoachError as error:
                answered = Answered((), failure=error.message)
        return judge(question, answered)

    verdicts = await asyncio.gather(*(one(question) for question in questions.questions))
    return Report(tuple(verdicts), questions.bad_lines)


def asking(coach: Coach) -> Ask:
    """Asks a coach, each question in a thread of its own that is kept in memory only."""

    async def ask(question: Question) -> Answered:
        thread: list[StoredMessage] = []
        letters = 0
        for text in question.history:
            memory = recall(thread, letters)
            done = await _turn(coach, text, memory, question.as_of)
            letters = memory.ledger.opened
            thread += _kept(text, done)
        done = await _turn(coach, question.question, recall(thread, letters), question.as_of)
        return Answered(
            tuple(Made(call.name, call.arguments) for call in done.calls),
            done.answer,
            numbers=done.grounding.numbers,
            bound=done.grounding.bound,
        )

    return ask


async def _turn(coach: Coach, text: str, memory: Memory, as_of: datetime | None) -> TurnDone:
    async for event in coach.answer(text, memory, as_of=as_of):
        if isinstance(event, TurnDone):
            return event
    raise RuntimeError("the turn ended without an answer")


_UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
"""Stored messages need a time; nothing here reads it."""


def _kept(text: str, done: TurnDone) -> list[StoredMessage]:
    thread_id = new_id()
    asked = StoredMessage(
        id=new_id(), thread_id=thread_id, role=Role.MEMBER, content=text, created_at=_UNDATED
    )
    return [asked, stored_message(done, message_id=new_id(), thread_id=thread_id, now=_UNDATED)]


def judge(question: Question, answered: Answered) -> Verdict:
    """Compare what was done with what was meant."""
    accepted = [question.calls, *question.alternatives]
    made = _one_symbol_each(answered.calls)
    wanted = [
        _one_symbol_each(Made(call.tool, call.arguments) for call in calls) for calls in accepted
    ]
    text = answered.text.casefold()
    wrong = [f"missing: {part}" for part in question.must if part.casefold() not in text]
    wrong += [f"not wanted: {part}" for part in question.must_not if part.casefold() in text]
    return Verdict(
        question,
        answered,
        right_tools=any(
            sorted(m.tool for m in made) == sorted(w.tool for w in each) for each in wanted
        ),
        right_arguments=any(_pairs_up(each, made) for each in wanted),
        said_wrong=tuple(wrong),
    )


def _one_symbol_each(calls: Iterable[Made]) -> list[Made]:
    """Calls of several symbols taken apart; the same call twice counts once."""
    result: list[Made] = []
    for call in calls:
        arguments = {name: value for name, value in call.arguments.items() if value is not None}
        symbols = arguments.pop("symbols", None)
        if symbols is None and isinstance(arguments.get("symbol"), list):
            symbols = arguments.pop("symbol")
        each = [{**arguments, "symbol": symbol} for symbol in symbols] if symbols else [arguments]
        result += [made for one in each if (made := Made(call.tool, one)) not in result]
    return result


def _pairs_up(wanted: Sequence[Made], made: Sequence[Made]) -> bool:
    """Whether every wanted call can be given a made one of its own, with none left over."""
    if len(wanted) != len(made):
        return False
    if not wanted:
        return True
    first, rest = wanted[0], wanted[1:]
    return any(
        _pairs_up(rest, [*made[:position], *made[position + 1 :]])
        for position, call in enumerate(made)
        if _matches(first, call)
    )


def _matches(wanted: Made, made: Made) -> bool:
    return wanted.tool == made.tool and all(
        canonical(name, value) == canonical(name, argument(name, made.arguments))
        for name, value in wanted.arguments.items()
    )


def _rates(topic: str, verdicts: Sequence[Verdict]) -> TopicRates:
    return TopicRates(
        topic=topic,
        questions=len(verdicts),
        right_tools=sum(verdict.right_tools for verdict in verdicts),
        right_arguments=sum(verdict.right_arguments for verdict in verdicts),
        right=sum(verdict.is_right for verdict in verdicts),
        numbers=sum(verdict.answered.numbers for verdict in verdicts),
        bound=sum(verdict.answered.bound for verdict in verdicts),
    )
