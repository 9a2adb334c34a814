"""What it takes to see the words of a picture."""

from dataclasses import dataclass
from typing import Protocol

from app.screenshots.models import PositionRow, Word


@dataclass(frozen=True, slots=True)
class Sight:
    """The words of a picture, and the picture as it was turned to read them, without its origin."""

    words: tuple[Word, ...]
    width: int
    height: int
    picture: bytes


class Recogniser(Protocol):
    """Sees words where they stand. `InvalidInput` where the picture cannot be opened,
    `ProviderUnavailable` where recognition itself fails."""

    async def see(self, content: bytes) -> Sight: ...

    async def close(self) -> None: ...


class SecondReader(Protocol):
    """Reads the positions of a picture on its own, to be compared."""

    @property
    def name(self) -> str: ...

    async def read(self, picture: bytes) -> tuple[PositionRow, ...]: ...

    async def close(self) -> None: ...
