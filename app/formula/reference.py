"""The words of the language as the tables of `docs/formulas.md`."""

from collections.abc import Iterator

from app.formula.arguments import default_of
from app.formula.syntax import Number, Span
from app.formula.vocabulary import Role, Vocabulary, Word

_TITLES = {
    Role.BARS: "Bars",
    Role.INDICATOR: "Indicators",
    Role.CLOCK: "The clock",
    Role.ARITHMETIC: "Arithmetic",
    Role.LEVEL: "Levels",
    Role.OUTSIDE: "From outside",
}


def words_tables(vocabulary: Vocabulary) -> str:
    """A table for each kind of word, in the order of the vocabulary."""
    lines: list[str] = []
    for role, title in _TITLES.items():
        words = [word for word in vocabulary if word.role is role]
        lines += ["", f"### {title}", "", "| word | is | also | example |", "|---|---|---|---|"]
        lines += [_row(word) for word in words]
    return "\n".join(lines) + "\n"


def _row(word: Word) -> str:
    also = ", ".join(sorted(word.spoken)) or "–"
    example = f"`{word.example}`" if word.example else "–"
    return f"| `{_signature(word)}` | {_meaning(word)} | {also} | {example} |"


def _signature(word: Word) -> str:
    given = ["of"] if word.source else []
    for parameter in word.parameters:
        default = default_of(parameter) if parameter.default is not None else None
        match default:
            case Number(value=value):
                given.append(f"{parameter.name}={value}")
            case Span(count=count, unit=unit):
                given.append(f"{parameter.name}={count}{unit}")
            case _:
                given.append(f'"{parameter.name}"')
    if word.has_timeframe:
        given.append("timeframe")
    if word.role is Role.ARITHMETIC:
        given = ["a"] if word.name == "abs" else ["a", "b", "…"]
    return f"{word.name}({', '.join(given)})" if given else word.name


def _meaning(word: Word) -> str:
    return "; ".join(_facts(word))


def _facts(word: Word) -> Iterator[str]:
    yield word.meaning
    if word.source:
        yield f"of `{word.source}` unless another series is named"
    if word.parts:
        yield f"parts {', '.join(f'`.{part.name}`' for part in word.parts)}"
    if word.daily:
        yield f"on daily bars `{word.daily}`"
