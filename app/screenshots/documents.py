"""A reading as JSON and back, as it lies in the database."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.screenshots.models import (
    Box,
    Broker,
    Evidence,
    FieldName,
    PositionRow,
    Reading,
    Seen,
    Shows,
    Value,
)

_NUMBERS = frozenset(FieldName) - {
    FieldName.UNDERLYING,
    FieldName.KIND,
    FieldName.RIGHT,
    FieldName.EXPIRY,
}


def written(reading: Reading) -> dict[str, Any]:
    return {
        "shows": reading.shows.value,
        "broker": reading.broker.value,
        "readers": list(reading.readers),
        "doubts": list(reading.doubts),
        "market": reading.market,
        "rows": [_written_row(row) for row in reading.rows],
    }


def read(document: Mapping[str, Any]) -> Reading:
    return Reading(
        shows=Shows(document["shows"]),
        broker=Broker(document["broker"]),
        readers=tuple(document["readers"]),
        doubts=tuple(document["doubts"]),
        market=document.get("market", ""),
        rows=tuple(_read_row(row) for row in document["rows"]),
    )


def _written_row(row: PositionRow) -> dict[str, Any]:
    return {
        "box": _written_box(row.box),
        "group": row.group,
        "doubts": list(row.doubts),
        "fields": {
            name.value: [
                str(seen.value),
                seen.text,
                _written_box(seen.box),
                seen.score,
                seen.evidence.value,
            ]
            for name, seen in row.fields.items()
        },
    }


def _read_row(row: Mapping[str, Any]) -> PositionRow:
    fields = {}
    for spelled, (value, text, box, score, evidence) in row["fields"].items():
        name = FieldName(spelled)
        fields[name] = Seen(_value(name, value), text, Box(*box), score, Evidence(evidence))
    return PositionRow(
        box=Box(*row["box"]), group=row["group"], doubts=tuple(row["doubts"]), fields=fields
    )


def _value(name: FieldName, text: str) -> Value:
    if name in _NUMBERS:
        return Decimal(text)
    return date.fromisoformat(text) if name is FieldName.EXPIRY else text


def _written_box(box: Box) -> list[int]:
    return [box.left, box.top, box.right, box.bottom]
