"""The offline coach against our own questions, which the tools' examples do not contain."""

from pathlib import Path

import pytest

from app.agents.coach import Coach
from app.agents.evaluate import QuestionSet, Report, asking, evaluate, load_questions
from app.agents.offline.model import OfflineCoach
from app.core.clock import WallClock
from app.market.providers.simulated import SimulatedMarket
from tools import TOOLBOX

HERE = Path(__file__).parent
ENOUGH = 0.95
SETS = (
    "questions.jsonl",
    "holdout.jsonl",
    "strangers.jsonl",
    "positions.jsonl",
    "options.jsonl",
    "scans.jsonl",
    "alerts.jsonl",
)


@pytest.mark.parametrize("name", SETS)
def test_every_line_is_a_question(name: str) -> None:
    assert load_questions(HERE / name).bad_lines == ()


def test_there_are_enough_questions_of_many_kinds() -> None:
    questions = [each for name in SETS for each in load_questions(HERE / name).questions]
    assert len(questions) >= 300
    assert len({each.topic for each in questions}) >= 15


def test_no_question_is_a_tools_own_example() -> None:
    examples = {each.question.casefold() for tool in TOOLBOX for each in tool.examples}
    asked = {
        each.question.casefold()
        for name in SETS
        for each in load_questions(HERE / name).questions
        if len(each.question.split()) > 3
    }
    assert asked & examples == set()


@pytest.mark.parametrize("name", SETS)
async def test_the_offline_coach_answers_at_least_95_of_100_right(
    name: str, tmp_path: Path
) -> None:
    questions = load_questions(HERE / name)
    every_fourth = QuestionSet(questions.questions[::4], ())
    report = await evaluate(every_fourth, asking(_coach(tmp_path)))
    assert report.rate >= ENOUGH, _wrong(report)
    assert report.topics()[-1].bound == report.topics()[-1].numbers


def _coach(folder: Path) -> Coach:
    model = OfflineCoach(TOOLBOX, vectors=folder)
    return Coach(model, TOOLBOX, SimulatedMarket(), WallClock())


def _wrong(report: Report) -> list[str]:
    return [each.question.question for each in report.verdicts if not each.is_right]
