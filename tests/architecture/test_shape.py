"""Rules of the structure that no linter knows."""

import re
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import widgets
from tools import TOOLBOX
from tools.base import Tool

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "tools", "prompts", "widgets", "knowledge", "workers")
CODE = [
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
]


@pytest.mark.parametrize("name", PACKAGES)
def test_our_top_level_names_are_ours(name: str) -> None:
    origin = import_module(name).__file__
    assert origin is not None
    assert Path(origin).is_relative_to(ROOT)
    assert set(packages_distributions().get(name, [])) <= {"trading-coach"}


def test_nothing_else_stands_at_the_top() -> None:
    tracked = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."}
    assert tracked - {"__pycache__"} == {*PACKAGES, "tests", "benchmarks", "docs"}


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_is_and_stays_readable(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 400
    assert lines[0].startswith('"""')


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_name_hides_what_a_module_does(path: Path) -> None:
    words = set(re.split(r"[_\W]", path.stem))
    assert not words & {
        "util",
        "utils",
        "helper",
        "helpers",
        "manager",
        "processor",
        "misc",
        "common",
    }


@pytest.mark.parametrize("tool", TOOLBOX.tools, ids=lambda tool: tool.name)
def test_a_tool_says_what_it_does_in_traders_words(tool: Tool) -> None:  # type: ignore[type-arg]
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", tool.name)
    assert tool.description.split("\n\n")[0].endswith(".")
    assert len(tool.examples) >= 5
    for example in tool.examples:
        tool.args.model_validate(dict(example.arguments))


def test_examples_belong_to_one_tool_each() -> None:
    questions = [example.question.lower() for tool in TOOLBOX for example in tool.examples]
    assert len(questions) == len(set(questions))


def test_every_argument_of_a_tool_is_described_for_the_model() -> None:
    undescribed = [
        f"{tool.name}.{name}"
        for tool in TOOLBOX
        for name, field in tool.args.model_fields.items()
        if not field.description
    ]
    assert undescribed == []


@pytest.mark.parametrize("jsx", sorted(widgets.ELEMENTS.glob("*.jsx")), ids=lambda path: path.stem)
def test_a_file_of_elements_draws_a_card_we_have(jsx: Path) -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "widgets").glob("*.py"))
    assert f"class {jsx.stem}(BaseCard)" in source
