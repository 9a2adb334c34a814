"""Pages that are written by a program from the code, and checked to be current.

A table that is typed twice is wrong once. `./coach check --fix` writes them anew.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.formula.lent import VOCABULARY
from app.formula.reference import words_tables
from app.infra.settings import ROOT, Settings, variable
from tools import TOOLBOX


@dataclass(frozen=True, slots=True)
class Entry:
    """One setting as a reader meets it: `subject` is its group's sentence."""

    name: str
    default: str
    description: str
    subject: str


def entries() -> Iterator[Entry]:
    """Every setting, those without a group first."""
    fields = Settings.model_fields
    for name, field in fields.items():
        if _group_of(field) is None:
            yield Entry(variable(name), _shown(field), field.description or "", "The whole")
    for name, field in fields.items():
        group = _group_of(field)
        if group is not None:
            for inner, inner_field in group.model_fields.items():
                yield Entry(
                    variable(name, inner),
                    _shown(inner_field),
                    inner_field.description or "",
                    _first_line(group) or name.title(),
                )


def settings_page() -> str:
    """`docs/settings.md`."""
    lines = [
        "# Settings",
        "",
        "Each is an environment variable, or a line of `.env` beside the README; the environment",
        "wins. Nothing needs to be set. `./coach doctor` says what is in use.",
    ]
    for subject, members in _by_subject():
        lines += ["", f"## {subject}", "", "| name | default | meaning |", "|---|---|---|"]
        lines += [
            f"| `{each.name}` | {_code(each.default)} | {each.description} |" for each in members
        ]
    return "\n".join(lines) + "\n"


def env_example() -> str:
    """`.env.example`: every setting, commented out at its default."""
    lines = ["# Copy to .env and take away the # of what you want to change."]
    for subject, members in _by_subject():
        lines += ["", f"# {subject}"]
        for each in members:
            lines += [f"#   {each.description}", f"# {each.name}={each.default}"]
    return "\n".join(lines) + "\n"


def readme() -> str:
    """`README.md` with the table of what can be asked, one row a tool."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    before, rest = page.split(_QUESTIONS_BEGIN, 1)
    after = rest.split(_QUESTIONS_END, 1)[1]
    rows = [
        f"| {' · '.join(each.question for each in tool.examples[:_QUESTIONS_SHOWN])} | `{tool.name}` |"
        for tool in TOOLBOX
    ]
    table = "\n".join(["", "| ask | tool |", "| --- | --- |", *rows, ""])
    return before + _QUESTIONS_BEGIN + table + _QUESTIONS_END + after


_QUESTIONS_BEGIN = "<!-- questions: made from the toolbox by ./coach check --fix -->"
_QUESTIONS_END = "<!-- /questions -->"
_QUESTIONS_SHOWN = 3


def formulas() -> str:
    """`docs/formulas.md` with the words of the language."""
    page = (ROOT / "docs" / "formulas.md").read_text(encoding="utf-8")
    before, rest = page.split(_WORDS_BEGIN, 1)
    after = rest.split(_WORDS_END, 1)[1]
    return before + _WORDS_BEGIN + "\n" + words_tables(VOCABULARY) + _WORDS_END + after


_WORDS_BEGIN = "<!-- words: made from the vocabulary by ./coach check --fix -->"
_WORDS_END = "<!-- /words -->"

PAGES: dict[str, Callable[[], str]] = {
    "docs/settings.md": settings_page,
    ".env.example": env_example,
    "README.md": readme,
    "docs/formulas.md": formulas,
}


def outdated() -> list[Path]:
    """Pages on disk that differ from what the code says today."""
    return [
        ROOT / name
        for name, write in PAGES.items()
        if not (ROOT / name).exists() or (ROOT / name).read_text(encoding="utf-8") != write()
    ]


def write_all() -> None:
    for name, write in PAGES.items():
        (ROOT / name).parent.mkdir(exist_ok=True)
        (ROOT / name).write_text(write(), encoding="utf-8")


def _by_subject() -> list[tuple[str, list[Entry]]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries():
        found.setdefault(entry.subject, []).append(entry)
    return list(found.items())


def _group_of(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _first_line(group: type[BaseModel]) -> str:
    return (group.__doc__ or "").strip().splitlines()[0] if group.__doc__ else ""


def _shown(field: FieldInfo) -> str:
    """The default as one would type it; empty for none, and folders as seen from the checkout."""
    value = field.default
    if value is None:
        return ""
    if isinstance(value, Path):
        return str(value.relative_to(ROOT)) if value.is_relative_to(ROOT) else str(value)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _code(value: str) -> str:
    return f"`{value}`" if value else "–"
