import re

import knowledge
from app.levels.names import LEVEL_NAMES
from app.levels.pivots import PivotMethod
from app.levels.touches import AWAY, NEAR

LESSON = (knowledge.SHELF / "concepts" / "key-levels.md").read_text(encoding="utf-8")


def test_every_lesson_has_a_title_and_a_source() -> None:
    lessons = list(knowledge.documents())
    assert lessons
    for lesson in lessons:
        assert re.match(r"---\ntitle: .+\nsource: .+\n---\n", lesson.read_text(encoding="utf-8"))


def test_the_lesson_on_levels_explains_every_level_there_is() -> None:
    ranges = {f"{side}{n}" for side in "RS" for n in range(2, 5)}
    openings = {f"OR{minutes}{side}" for minutes in (5, 15, 30, 60) for side in "HL"}
    assert "OR5H … OR60L" in LESSON
    unexplained = {name for name in LEVEL_NAMES if name not in LESSON}
    assert unexplained <= ranges | openings


def test_the_lesson_names_every_method_and_the_limits_of_a_test() -> None:
    assert all(f"| {method} |" in LESSON for method in PivotMethod)
    assert f"within {NEAR:.2f} ATR" in LESSON
    assert f"{AWAY:.2f} ATR away" in LESSON
