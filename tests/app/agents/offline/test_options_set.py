"""The calls of all questions of `tests/evals/options.jsonl`, without running the tools."""

from pathlib import Path
from typing import Any

import pytest

from app.agents.evaluate import Answered, Made, Question, judge, load_questions
from app.agents.offline.model import OfflineCoach
from tests.app.agents.offline.conftest import Conversation

SET = Path(__file__).parents[3] / "evals" / "options.jsonl"
ENOUGH = 0.98


async def _made(coach: OfflineCoach, question: Question) -> tuple[Made, ...]:
    assert question.as_of is not None
    conversation = Conversation(coach, now=question.as_of)
    for text in question.history:
        await conversation.say(text)
    calls, _ = await conversation.say(question.question)
    return tuple(Made(call.name, call.arguments or {}) for call in calls)


@pytest.fixture
async def answers(coach: OfflineCoach) -> list[tuple[Question, tuple[Made, ...]]]:
    questions = load_questions(SET).questions
    return [(each, await _made(coach, each)) for each in questions]


async def test_nearly_all_calls_are_those_that_were_meant(
    answers: list[tuple[Question, tuple[Made, ...]]],
) -> None:
    wrong = [
        question.question
        for question, made in answers
        if not judge(question, Answered(made)).right_arguments
    ]
    assert len(wrong) <= (1 - ENOUGH) * len(answers), wrong


def _sides(legs: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {(leg["kind"], leg["side"], leg.get("strike"), leg.get("wide")) for leg in legs}


async def test_no_leg_is_ever_told_on_the_wrong_side(
    answers: list[tuple[Question, tuple[Made, ...]]],
) -> None:
    structures = 0
    for question, made in answers:
        for call in made:
            if call.tool != "analyze_structure":
                continue
            structures += 1
            wanted = [_sides(each.arguments["legs"]) for each in question.calls]
            assert _sides(call.arguments["legs"]) in wanted, question.question
    assert structures > 40
