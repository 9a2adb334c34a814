"""One question under way, however many wait for its answer, within a process.

Decided: a flight goes on when who asked has given up, since another may be waiting by then.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


class Flights:
    """Questions that are under way, by key."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[Any]] = {}
        self._brings: dict[str, frozenset[str]] = {}

    async def bring(self, keys: Sequence[str], ask: Callable[[], Awaitable[None]]) -> None:
        """Wait for entries: for a flight under way that brings them all, or for one of their own."""
        wanted = frozenset(keys)
        flight = next(
            (key for key, brought in self._brings.items() if wanted <= brought),
            f"{keys[0]}-{keys[-1]}",
        )
        self._brings.setdefault(flight, wanted)
        await self.join(flight, ask)

    async def join(self, key: str, ask: Callable[[], Awaitable[T]]) -> T:
        """One flight a key, however many wait for it. It goes on when one of them gives up."""
        flight = self._tasks.get(key)
        if flight is None:
            flight = asyncio.ensure_future(ask())
            self._tasks[key] = flight
            flight.add_done_callback(lambda done: self._landed(key, done))
        result: T = await asyncio.shield(flight)
        return result

    async def close(self) -> None:
        flights = list(self._tasks.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    def _landed(self, key: str, flight: "asyncio.Task[Any]") -> None:
        self._tasks.pop(key, None)
        self._brings.pop(key, None)
        if not flight.cancelled():
            flight.exception()  # who waited was told; that all of them left is no error
