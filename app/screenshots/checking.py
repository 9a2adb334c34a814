"""What arithmetic says of a row: fields that confirm each other, and doubts in words.

A check passes within what the printed digits can hold: a price of 1.11 may have been 1.105 or
1.115. Nothing is corrected; a field that a check speaks against keeps what was read. Where only a
sign speaks against it, every signed figure of the row is doubted, for `quantity × mark = value` holds
as well with both signs lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.screenshots.models import Evidence, FieldName, Kind, PositionRow, Seen
from app.screenshots.numerals import unit
from app.screenshots.outright import point_of

CONTRACT_SIZE = Decimal(100)
_HALF = Decimal("0.5")
_SURE = 0.9

_F = FieldName
_SIGNED = {_F.QUANTITY, _F.MARKET_VALUE, _F.COST, _F.PNL_OPEN}


@dataclass(frozen=True, slots=True)
class _Check:
    """An equation between fields that the row has."""

    names: tuple[FieldName, ...]
    expected: Decimal
    printed: Decimal
    slack: Decimal
    words: str

    @property
    def holds(self) -> bool:
        return abs(self.expected - self.printed) <= self.slack

    @property
    def holds_but_for_the_sign(self) -> bool:
        return abs(abs(self.expected) - abs(self.printed)) <= self.slack


def check_row(row: PositionRow) -> PositionRow:
    """The row with what its arithmetic says."""
    agreed: set[FieldName] = set()
    contested: set[FieldName] = set()
    doubts: list[str] = []
    signed: set[FieldName] = set()
    size = _size(row)
    for check in _checks(row, size):
        if check.holds:
            agreed.update(check.names)
            continue
        doubts.append(check.words)
        if check.holds_but_for_the_sign:
            signed = _SIGNED
        else:
            contested.update(check.names)
    doubted = (contested - agreed) | signed
    fields = {
        name: replace(seen, evidence=_evidence(name, seen, agreed - signed, doubted))
        for name, seen in row.fields.items()
    }
    return replace(row, fields=fields, doubts=(*row.doubts, *doubts, *_missing(row)))


def _size(row: PositionRow) -> Decimal:
    """What one of it is worth a dollar of its price."""
    kind = row.value(_F.KIND)
    if kind == Kind.FUTURE:
        return point_of(str(row.value(_F.UNDERLYING))) or Decimal(1)
    return Decimal(1) if kind in (Kind.STOCK, Kind.CRYPTO) else CONTRACT_SIZE


def is_worth_a_hundred(row: PositionRow) -> bool:
    """Whether value or profit fit a contract of a hundred, and no share."""
    checks = [list(_checks(row, size)) for size in (Decimal(1), CONTRACT_SIZE)]
    if not checks[0]:
        return False
    return not any(each.holds for each in checks[0]) and all(each.holds for each in checks[1])


def check_total(rows: Sequence[PositionRow], total: Decimal | None) -> str | None:
    """A doubt if the open profits of the rows do not add up to the printed total."""
    numbers = [row.number(_F.PNL_OPEN) for row in rows]
    if total is None or not numbers or None in numbers:
        return None
    known = [number for number in numbers if number is not None]
    slack = sum((unit(number) * _HALF for number in known), unit(total) * _HALF)
    if abs(sum(known, Decimal(0)) - total) <= slack:
        return None
    return f"The open profits of the rows add up to {sum(known)}, the picture's total says {total}."


def with_doubtful_profit(row: PositionRow) -> PositionRow:
    """The row of a table whose total is another, unless its own figures confirm its profit."""
    seen = row.fields.get(_F.PNL_OPEN)
    if seen is None or seen.evidence is Evidence.CHECKED:
        return row
    fields = {**row.fields, _F.PNL_OPEN: replace(seen, evidence=Evidence.DOUBTED)}
    return replace(row, fields=fields)


def _evidence(
    name: FieldName, seen: Seen, agreed: set[FieldName], doubted: set[FieldName]
) -> Evidence:
    if seen.evidence is Evidence.DERIVED:
        return seen.evidence
    if name in agreed:
        return Evidence.CHECKED
    if name in doubted:
        return Evidence.DOUBTED
    return Evidence.CLEAR if seen.score >= _SURE else Evidence.FAINT


def _checks(row: PositionRow, size: Decimal) -> Iterable[_Check]:
    if row.group:
        return
    have = {name: number for name in _F if (number := row.number(name)) is not None}
    if row.value(_F.KIND) == Kind.FUTURE:
        # What brokers print as a future's value may be its notional, its margin or its profit.
        have = {name: have[name] for name in have if name not in (_F.MARKET_VALUE, _F.COST)}
    quantity = have.get(_F.QUANTITY)
    if quantity is None:
        return
    for price, worth in ((_F.MARK, _F.MARKET_VALUE), (_F.ENTRY_PRICE, _F.COST)):
        if price in have and worth in have:
            yield _worth(have, price, worth, size)
    if _F.PNL_OPEN in have:
        yield from _profit(have, size)


def _worth(
    have: Mapping[FieldName, Decimal], price: FieldName, worth: FieldName, size: Decimal
) -> _Check:
    quantity = have[_F.QUANTITY]
    expected = quantity * have[price] * size
    slack = _loose(have[price], quantity, size) + unit(have[worth])
    return _Check(
        (_F.QUANTITY, price, worth),
        expected,
        have[worth],
        slack,
        f"{quantity:f} × {have[price]} × {size} is {expected:f}, the picture says {have[worth]}.",
    )


def _profit(have: Mapping[FieldName, Decimal], size: Decimal) -> Iterable[_Check]:
    quantity, profit = have[_F.QUANTITY], have[_F.PNL_OPEN]
    if _F.MARKET_VALUE in have and _F.COST in have:
        expected = have[_F.MARKET_VALUE] - have[_F.COST]
        slack = unit(have[_F.MARKET_VALUE]) + unit(have[_F.COST]) + unit(profit)
        names: tuple[FieldName, ...] = (_F.MARKET_VALUE, _F.COST, _F.PNL_OPEN)
    elif _F.MARK in have and _F.ENTRY_PRICE in have:
        expected = quantity * (have[_F.MARK] - have[_F.ENTRY_PRICE]) * size
        slack = unit(profit) + sum(
            _loose(have[price], quantity, size) for price in (_F.MARK, _F.ENTRY_PRICE)
        )
        names = (_F.QUANTITY, _F.MARK, _F.ENTRY_PRICE, _F.PNL_OPEN)
    else:
        return
    words = (
        f"The open profit should be about {expected:f} by the other figures, "
        f"the picture says {profit}."
    )
    yield _Check(names, expected, profit, slack, words)


def _loose(price: Decimal, quantity: Decimal, size: Decimal) -> Decimal:
    return unit(price) * _HALF * abs(quantity) * size


def _missing(row: PositionRow) -> Iterable[str]:
    wanted = [_F.UNDERLYING, _F.QUANTITY]
    if row.value(_F.KIND) == Kind.OPTION:
        wanted += [_F.RIGHT, _F.STRIKE, _F.EXPIRY]
    for name in wanted:
        if name not in row.fields and not any(name.value in doubt for doubt in row.doubts):
            yield f"The {name.value} could not be read."
