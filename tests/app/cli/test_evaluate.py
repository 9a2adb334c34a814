import json
from pathlib import Path

import pytest

from app.cli import main

RIGHT = '{"id": 1, "topic": "a", "question": "spy levels", "calls": [{"tool": "get_key_levels", "arguments": {"symbol": "SPY"}}]}'
WRONG = '{"id": 2, "topic": "b", "question": "hello", "calls": [{"tool": "get_quote"}]}'


@pytest.fixture
def questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "home"))
    file = tmp_path / "set.jsonl"
    file.write_text(f"{RIGHT}\n{WRONG}\n", encoding="utf-8")
    return file


def test_the_exit_code_follows_the_threshold(questions: Path) -> None:
    assert main(["evaluate", str(questions), "--at-least", "0.5"]) == 0
    assert main(["evaluate", str(questions), "--at-least", "51"]) == 1


def test_the_report_is_json_on_request(questions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["evaluate", str(questions), "--json"])
    report = json.loads(capsys.readouterr().out)
    assert report["model"] == "offline coach"
    assert report["rate"] == 0.5
    assert [topic["topic"] for topic in report["topics"]] == ["a", "b", "all"]
    assert [wrong["id"] for wrong in report["wrong"]] == ["2"]


def test_a_bad_line_is_named_and_fails_the_run(
    questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with questions.open("a", encoding="utf-8") as file:
        file.write("nonsense\n")
    assert main(["evaluate", str(questions)]) == 1
    assert "line 3: not JSON" in capsys.readouterr().err
