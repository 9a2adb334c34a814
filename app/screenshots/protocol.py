"""What it takes to read a picture."""

from dataclasses import dataclass
from typing import Protocol

from app.screenshots.models import PositionRow, Reading


@dataclass(frozen=True, slots=True)
class Sight:
    """What a picture says, and the picture as it was turned to read it, without its origin."""

    reading: Reading
    width: int
    height: int
    picture: bytes


class Recogniser(Protocol):
    """Recognises words where they stand, and what they say. `InvalidInput` where the picture cannot be opened,
    `ProviderUnavailable` where recognition itself fails."""

    async def see(self, content: bytes) -> Sight: ...

    async def close(self) -> None: ...


class SecondReader(Protocol):
    """Reads the positions of a picture on its own, to be compared."""

    @property
    def name(self) -> str: ...

    async def read(self, picture: bytes) -> tuple[PositionRow, ...]: ...

    async def close(self) -> None: ...
