"""Positions that make something together, by the name traders have for it.

Decided: what was opened together stays together, whatever it is; only what is left is sorted by how it
looks. A structure is made of parts of lines of the book, so its cost, results and Greeks are sums of
theirs, and silent where one of them is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from app.core.symbols import Symbol
from app.options.legs import Leg
from app.options.recognition import StructureName, grouped, recognised
from app.positions.groups import LegGroup, part, parted, units_of
from app.positions.marks import BookLine, LineGreeks
from app.positions.models import Position, leg_of

MOST_GROUPED = 12
"""Legs of one underlying that are sorted into structures; the time that takes grows with the fourth power,
so more are left as they are, and `unsorted_symbols` names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Two legs or more of one underlying; `lines` are as much of them as belongs to it."""

    symbol: Symbol
    name: StructureName
    lines: tuple[BookLine, ...]
    is_opened_together: bool

    @property
    def units(self) -> int:
        return units_of([line.position.quantity for line in self.lines])

    @property
    def cost(self) -> Decimal | None:
        """Paid in dollars, received if negative; None where one leg's price is not known."""
        return _whole(
            None if price is None else line.position.exposure * price
            for line in self.lines
            for price in [line.position.holding.price]
        )

    @property
    def value(self) -> Decimal | None:
        return _whole(line.value for line in self.lines)

    @property
    def day_result(self) -> Decimal | None:
        return _whole(line.day_result for line in self.lines)

    @property
    def open_result(self) -> Decimal | None:
        return _whole(line.open_result for line in self.lines)

    @property
    def greeks(self) -> LineGreeks | None:
        """In shares and dollars; None where one leg has none."""
        total = LineGreeks(delta=0.0)
        for line in self.lines:
            if line.greeks is None:
                return None
            total += line.greeks
        return total


def structures(lines: Sequence[BookLine], groups: Sequence[LegGroup] = ()) -> tuple[Structure, ...]:
    """By symbol; those opened together first."""
    by_id = {line.position.id: line for line in lines}
    sorted_out = parted([line.position for line in lines], groups)
    found = [
        structure
        for each in sorted_out.groups
        if (structure := _opened_together(_lines(each, by_id))) is not None
    ]
    rest = _lines(sorted_out.rest, by_id)
    for symbol in sorted({line.position.asset.symbol for line in rest}):
        found += _alike([line for line in rest if line.position.asset.symbol == symbol])
    return tuple(sorted(found, key=lambda each: each.symbol))


def unsorted_symbols(
    lines: Sequence[BookLine], groups: Sequence[LegGroup] = ()
) -> tuple[Symbol, ...]:
    """Underlyings with more loose legs than are sorted into structures."""
    by_id = {line.position.id: line for line in lines}
    rest = _lines(parted([line.position for line in lines], groups).rest, by_id)
    return tuple(
        symbol
        for symbol in sorted({line.position.asset.symbol for line in rest})
        if len(_legs([line for line in rest if line.position.asset.symbol == symbol]))
        > MOST_GROUPED
    )


def _lines(positions: Iterable[Position], by_id: dict[UUID, BookLine]) -> list[BookLine]:
    return [replace(by_id[each.id], position=each) for each in positions]


def _opened_together(lines: Sequence[BookLine]) -> Structure | None:
    """None for what is no structure: several underlyings, or a future among them."""
    legs = [_leg(line) for line in lines]
    known = [leg for leg in legs if leg is not None]
    symbols = {line.position.asset.symbol for line in lines}
    if len(known) != len(lines) or len(symbols) > 1:
        return None
    return Structure(
        symbol=symbols.pop(), name=recognised(known), lines=tuple(lines), is_opened_together=True
    )


def _alike(lines: Sequence[BookLine]) -> list[Structure]:
    """What loose legs of one underlying look like."""
    pairs = _legs(lines)
    if not pairs or len(pairs) > MOST_GROUPED:
        return []
    owner = {_contract(leg): line for leg, line in pairs}
    return [
        Structure(
            symbol=lines[0].position.asset.symbol,
            name=group.name,
            lines=tuple(_part(owner[_contract(leg)], leg) for leg in group.legs),
            is_opened_together=False,
        )
        for group in grouped([leg for leg, _ in pairs])
        if len(group.legs) > 1
    ]


def _legs(lines: Sequence[BookLine]) -> list[tuple[Leg, BookLine]]:
    """None where there is no option among them."""
    pairs = [(leg, line) for line in lines if (leg := _leg(line))]
    return pairs if any(leg.is_option for leg, _ in pairs) else []


def _leg(line: BookLine) -> Leg | None:
    """None also of an option whose end nobody knows: it makes nothing with others."""
    if line.position.asset.is_option and line.expires_at is None:
        return None
    return leg_of(line.position, line.expires_at)


def _part(line: BookLine, leg: Leg) -> BookLine:
    return replace(line, position=part(line.position, leg.quantity))


def _contract(leg: Leg) -> tuple[object, ...]:
    return leg.kind, leg.strike, leg.expires_at, leg.multiplier


def _whole(values: Iterable[Decimal | None]) -> Decimal | None:
    """The sum; None where one is not known."""
    every = list(values)
    known = [value for value in every if value is not None]
    return sum(known, Decimal(0)) if len(known) == len(every) else None
