"""What is wrong with a formula, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Place:
    """From which character of the text to before which."""

    start: int
    stop: int


NOWHERE = Place(0, 0)


class FormulaError(InvalidInput):
    """A formula that cannot be read or makes no sense.

    `reason` says what is wrong and what to write instead, `line` and `column` count from one,
    `caret` shows the line with the place marked below it, `suggestions` are near names or
    corrected texts, best first.
    """

    code = "invalid_formula"

    def __init__(
        self, reason: str, text: str, place: Place, *, suggestions: Sequence[str] = ()
    ) -> None:
        start = min(max(place.start, 0), len(text))
        before = text[:start]
        line_start = before.rfind("\n") + 1
        line = text[line_start:].partition("\n")[0]
        marked = max(1, min(place.stop, line_start + len(line)) - start)
        self.reason = reason
        self.place = place
        self.line = before.count("\n") + 1
        self.column = start - line_start + 1
        self.caret = f"{line}\n{' ' * (self.column - 1)}{'^' * marked}"
        self.suggestions = tuple(suggestions)
        super().__init__(f"{reason}{_or_these(self.suggestions)}")


def _or_these(suggestions: Sequence[str]) -> str:
    if not suggestions:
        return ""
    return f" Did you mean {' or '.join(f'`{each}`' for each in suggestions)}?"
