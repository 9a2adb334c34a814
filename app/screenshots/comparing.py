"""Two readers of one picture: what both saw, and where they differ.

The first reader's rows stand; the second confirms their fields or doubts them. A row that only the
second saw is told of, not added, for nothing in the picture shows where it is.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from app.screenshots.models import Evidence, FieldName, PositionRow, Seen, Value

_SAME_CONTRACT = (FieldName.UNDERLYING, FieldName.RIGHT, FieldName.STRIKE, FieldName.EXPIRY)
_BETTER = {Evidence.CLEAR, Evidence.FAINT}


def compare(
    rows: Sequence[PositionRow], others: Sequence[PositionRow]
) -> tuple[tuple[PositionRow, ...], tuple[str, ...]]:
    """The rows with what the second reader says of them, and doubts about the whole picture."""
    left = list(others)
    compared = []
    for row in rows:
        other = max(left, key=lambda each: _likeness(row, each), default=None)
        if other is None or row.value(FieldName.UNDERLYING) != other.value(FieldName.UNDERLYING):
            compared.append(replace(row, doubts=(*row.doubts, "Only one of two readers saw it.")))
            continue
        left.remove(other)
        compared.append(_compared(row, other))
    doubts = tuple(
        f"The second reader sees {each.value(FieldName.UNDERLYING)} as well, which is in no row."
        for each in left
    )
    return tuple(compared), doubts


def _likeness(row: PositionRow, other: PositionRow) -> int:
    names = (*_SAME_CONTRACT, FieldName.QUANTITY)
    same = sum(_same(row.value(name), other.value(name)) for name in names)
    is_same_name = row.value(FieldName.UNDERLYING) == other.value(FieldName.UNDERLYING)
    return same + len(names) * is_same_name


def _compared(row: PositionRow, other: PositionRow) -> PositionRow:
    fields: dict[FieldName, Seen] = {}
    doubts: list[str] = []
    for name, seen in row.fields.items():
        value = other.value(name)
        if value is None:
            fields[name] = seen
        elif _same(seen.value, value):
            is_better = seen.evidence in _BETTER
            fields[name] = replace(seen, evidence=Evidence.AGREED) if is_better else seen
        else:
            fields[name] = replace(seen, evidence=Evidence.DOUBTED)
            label = name.value.replace("_", " ")
            doubts.append(f"The {label} is {seen.value} to one reader and {value} to the other.")
    return replace(row, fields=fields, doubts=(*row.doubts, *doubts))


def _same(one: Value | None, other: Value | None) -> bool:
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return one == other
    return one is not None and str(one) == str(other)
