"""Settings are read in one place, written down once and refused when they are misspelt."""

import os
import re
from pathlib import Path

import pytest

from app.cli import pages
from app.infra.faults import CannotStart
from app.infra.settings import ROOT, Settings, read_settings


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever this machine sets, the defaults are meant."""
    for name in list(os.environ):  # noqa: TID251 - to empty it
        if name.startswith("COACH_"):
            monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / ".env")


def test_the_generated_pages_are_current() -> None:
    assert pages.outdated() == []


def test_every_setting_says_what_it_means() -> None:
    silent = [entry.name for entry in pages.entries() if not entry.description]
    assert silent == []


def test_the_example_taken_at_its_word_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    env = tmp_path / "example.env"
    lines = re.findall(r"^# (COACH_\w+=.*)$", pages.env_example(), re.MULTILINE)
    env.write_text("\n".join(lines))
    monkeypatch.setitem(Settings.model_config, "env_file", env)

    assert len(lines) == len(list(pages.entries()))
    assert read_settings() == Settings.model_construct(
        **{name: field.default for name, field in Settings.model_fields.items()}
    )


def test_wrong_values_are_one_readable_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_WEB__PORT", "eighty")
    monkeypatch.setenv("COACH_LLM__MODLE", "gpt-5")
    monkeypatch.setenv("COACH_LOG_LEVEL", "loud")

    with pytest.raises(CannotStart) as refused:
        read_settings()

    first, *wrong = refused.value.message.splitlines()
    assert first == "These settings cannot be used:"
    assert sorted(line.partition(":")[0] for line in wrong) == [
        "COACH_LLM__MODLE",
        "COACH_LOG_LEVEL",
        "COACH_WEB__PORT",
    ]
    assert "COACH_LLM__MODLE: there is no such setting" in wrong


def test_a_group_set_as_one_value_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_LLM", "gpt-5")
    with pytest.raises(CannotStart, match="COACH_GROUP__NAME"):
        read_settings()


def test_a_refused_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_DATABASE__URLL", "postgresql://coach:sesame@db/coach")
    with pytest.raises(CannotStart) as refused:
        read_settings()
    assert "sesame" not in refused.value.message


def test_a_relative_home_is_seen_from_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_HOME", "elsewhere")
    assert read_settings().home == ROOT / "elsewhere"


def test_the_environment_is_read_in_few_places() -> None:
    reading = {
        str(path.relative_to(ROOT))
        for folder in ("app", "tools", "prompts", "widgets", "knowledge", "workers")
        for path in (ROOT / folder).rglob("*.py")
        if "os.environ" in path.read_text(encoding="utf-8")
    }
    assert reading <= {
        "app/cli/benchmark.py",
        "app/cli/doctor.py",
        "app/cli/parts.py",
        "app/cli/progress.py",
        "app/cli/run.py",
        "app/cli/setup.py",
        "app/chat/surroundings.py",
    }
