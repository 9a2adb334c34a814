"""What is taught to a person: lessons in markdown, with a title and a source in their front matter."""

from collections.abc import Iterator
from pathlib import Path

SHELF = Path(__file__).parent


def documents() -> Iterator[Path]:
    """Every lesson, by path."""
    yield from sorted(SHELF.rglob("*.md"))
