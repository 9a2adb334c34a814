"""Several sources as one: the first that carries what is asked answers.

Decided: sources are asked in order, one's own files before a vendor. Who does not carry something is
passed over silently; who should have answered and did not is passed over too and named on the answer.
When nobody carries it, each says what would add it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from typing_extensions import override

from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.macro.news import Article
from app.macro.source import (
    Distribution,
    Earnings,
    Inflation,
    MacroSource,
    Outcome,
    Release,
    Yields,
)
from app.market.vendor import NotCovered

Row = TypeVar("Row", Earnings, Release, Yields, Inflation, Outcome, Distribution, Article)


class ChosenSource(MacroSource):
    """`sources` in the order they are asked."""

    def __init__(self, sources: Sequence[MacroSource]) -> None:
        self._sources = tuple(sources)

    @property
    @override
    def name(self) -> str:
        return ", ".join(each.name for each in self._sources)

    @override
    async def earnings(
        self, first: date, last: date, symbol: Symbol | None = None
    ) -> tuple[Earnings, ...]:
        return await self._first(lambda source: source.earnings(first, last, symbol))

    @override
    async def releases(self, first: date, last: date) -> tuple[Release, ...]:
        return await self._first(lambda source: source.releases(first, last))

    @override
    async def yields(self, first: date, last: date) -> tuple[Yields, ...]:
        return await self._first(lambda source: source.yields(first, last))

    @override
    async def inflation(self, first: date, last: date) -> tuple[Inflation, ...]:
        return await self._first(lambda source: source.inflation(first, last))

    @override
    async def outcomes(self, first: date, last: date) -> tuple[Outcome, ...]:
        return await self._first(lambda source: source.outcomes(first, last))

    @override
    async def dividends(self, first: date, last: date, symbol: Symbol) -> tuple[Distribution, ...]:
        return await self._first(lambda source: source.dividends(first, last, symbol))

    @override
    async def news(self, first: date, last: date, symbol: Symbol) -> tuple[Article, ...]:
        return await self._first(lambda source: source.news(first, last, symbol))

    @override
    async def close(self) -> None:
        for each in self._sources:
            await each.close()

    async def _first(
        self, ask: Callable[[MacroSource], Awaitable[tuple[Row, ...]]]
    ) -> tuple[Row, ...]:
        absent: list[NotCovered] = []
        failed: list[tuple[str, ProviderUnavailable]] = []
        for source in self._sources:
            try:
                found = await ask(source)
            except NotCovered as error:
                absent.append(error)
            except ProviderUnavailable as error:
                failed.append((source.name, error))
            else:
                return _instead(found, tuple(name for name, _ in failed))
        if failed:
            raise ProviderUnavailable(" ".join(error.message for _, error in failed))
        raise NotCovered(" ".join(error.message for error in absent))


def _instead(found: tuple[Row, ...], names: tuple[str, ...]) -> tuple[Row, ...]:
    if not names:
        return found
    return tuple(replace(row, provider=replace(row.provider, instead_of=names)) for row in found)
