"""A small ledger, made by hand."""

from datetime import datetime
from decimal import Decimal

import pytest

from app.core.figures import Unit
from app.grounding.ledger import Ledger


@pytest.fixture
def spy(now: datetime) -> Ledger:
    """A small hand-made ledger: SPY and QQQ with a few levels each."""
    ledger = Ledger()
    for entity, last, pdh, pdl, change in (
        ("SPY", "602.31", "601.77", "597.40", "0.42"),
        ("QQQ", "520.14", "522.90", "515.05", "-0.37"),
    ):
        book = ledger.open(call_id=entity, tool="get_key_levels", provider="simulated")
        distance = str(Decimal(pdh) - Decimal(last))
        for path, value, unit in (
            ("last", last, Unit.USD),
            ("atr", "6.80", Unit.USD),
            ("PDH", pdh, Unit.USD),
            ("PDL", pdl, Unit.USD),
            ("PDH.distance", distance, Unit.USD),
            ("change_pct", change, Unit.PERCENT),
        ):
            book.record(
                path,
                Decimal(value),
                unit,
                label=path.partition(".")[0],
                entity=entity,
                as_of=now,
                decimals=2,
                signed=path in {"PDH.distance", "change_pct"},
            )
    return ledger
