"""What was checked under an answer: each number's source, and the numbers that have none."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from app.core.figures import Figure
from widgets.base import BaseCard, CardNumber


class Source(BaseModel):
    """A figure an answer used, and where it came from.

    `call` is the tool that gave it, `path` its name inside that call, `as_of` the moment it holds
    for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: CardNumber
    label: str
    entity: str
    call: str
    path: str
    as_of: datetime
    provider: str
    is_simulated: bool
    delay_minutes: int = 0

    @classmethod
    def of(cls, figure: Figure) -> "Source":
        return cls(
            number=CardNumber.of(figure, with_unit=True),
            label=figure.label,
            entity=figure.entity,
            call=figure.tool,
            path=figure.path,
            as_of=figure.as_of,
            provider=figure.provider,
            is_simulated=figure.is_simulated,
            delay_minutes=figure.delay_minutes,
        )


class Sources(BaseCard):
    """ "14 numbers checked": one quiet line that opens into the list.

    `numbers` counts the claims of the answer, `bound` those a source supports; `unbound` are the
    others as they were written.
    """

    numbers: int
    bound: int
    unbound: tuple[str, ...]
    rows: tuple[Source, ...]

    @classmethod
    def of(
        cls, figures: Iterable[Figure], *, numbers: int, bound: int, unbound: Iterable[str] = ()
    ) -> "Sources":
        """The list under an answer that used `figures`, each shown once, in their order."""
        rows = {figure.id: Source.of(figure) for figure in figures}
        return cls(numbers=numbers, bound=bound, unbound=tuple(unbound), rows=tuple(rows.values()))
