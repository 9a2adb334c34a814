"""Arithmetic over figures: exact, with units checked."""

from datetime import datetime
from decimal import Decimal

import pytest

from app.core.errors import InvalidInput
from app.core.figures import Unit
from app.grounding.expressions import compute
from app.grounding.ledger import Ledger

SAID = {Decimal(50000), Decimal(2), Decimal("412.50")}


@pytest.fixture
def ledger(now: datetime) -> Ledger:
    """a1 last, a2 PDH, a3 ATR and a4 change of SPY; a5 last of QQQ; a6 shares; b1, b2 coins."""
    ledger = Ledger()
    book = ledger.open(call_id="1", tool="get_key_levels")
    for path, value, unit, entity in (
        ("last", "602.31", Unit.USD, "SPY"),
        ("PDH", "601.77", Unit.USD, "SPY"),
        ("atr", "6.80", Unit.USD, "SPY"),
        ("change_pct", "0.42", Unit.PERCENT, "SPY"),
        ("other", "520.14", Unit.USD, "QQQ"),
        ("held", "100", Unit.SHARES, "SPY"),
        ("tiny", "0.3", Unit.ATR, "SPY"),
    ):
        book.record(path, Decimal(value), unit, label=path, entity=entity, as_of=now, decimals=2)
    return ledger


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("a1", "602.31"),
        ("a1-a2", "0.54"),
        ("(a1-a2)/a3", "0.08 ATR"),
        ("(a1-a2)/a3 : ATR, 3", "0.079 ATR"),
        ("(a1 − a2) ÷ a3 : ATRs", "0.08 ATR"),
        ("(a1-a2)/a2 : %", "0.09%"),
        ("(a1-a2)/a2*100", "0.09%"),
        ("100*(a1-a2)/a2 : %, 3", "0.090%"),
        ("(a1/a2-1)*100 : %", "0.09%"),
        ("(a1/a2-1) : %", "0.09%"),
        ("a1/a5 : ratio, 4", "1.1580"),
        ("a1/a5 : x, 1", "1.2×"),
        ("a6*a1", "60,231.00"),
        ("a1*(a4/100)", "2.53"),
        ("a7*a3", "2.04"),
        ("abs(a2-a1) : 1", "0.5"),
        ("max(a1, a2)-min(a1, a2)", "0.54"),
        ("(a1+a2)/2", "602.04"),
        ("-a1", "−602.31"),
        ("a1-412.50", "189.81"),
        ("50000*2% : USD, 0", "1,000"),
        ("50,000*2/100 : USD", "1,000"),
        ("50000/a1 : shares, 0", "83"),
    ],
)
def test_an_expression_is_computed_and_written_with_its_unit(
    ledger: Ledger, content: str, shown: str
) -> None:
    assert compute(content, ledger.find, said=SAID).text == shown


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("a1+a4", "USD and % do not add up"),
        ("a1-a5", "SPY and QQQ cannot be added or subtracted"),
        ("max(a1, a5)", "SPY and QQQ"),
        ("a1*a4", "write a percentage as `a5/100`"),
        ("a1*a4/100", "write a percentage as `a5/100`"),
        ("a1/(a2-a2)", "divides by zero"),
        ("a1-413", "413 has no source"),
        ("a1*1.37", "1.37 has no source"),
        ("a5/a3", "The ATR of SPY does not measure QQQ"),
        ("a1 : %", "not in %"),
        ("a4 : ATR", "not in ATR"),
        ("a1 : parsec", "no unit"),
        ("a9", "no figure `a9`"),
        ("4*5", "needs a figure"),
        ("(a1", "`)` is missing"),
        ("a1 a2", "not expected"),
        ("a1-", "ends too early"),
        ("a1; import os", "cannot be read"),
        ("__import__('os')", "cannot be read"),
        ("a1 : USD, 99", "Decimals go from 0 to 8"),
        ("(" * 200 + "a1" + ")" * 200, "at most 300"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_write(
    ledger: Ledger, content: str, why: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        compute(content, ledger.find, said=SAID)
    assert why in caught.value.message


def test_the_result_names_every_figure_it_came_from(ledger: Ledger) -> None:
    result = compute("(a1-a2)/a3", ledger.find)
    assert result.figures == ("a1", "a2", "a3")
    assert result.entity == "SPY"
    assert round(result.value, 20) == round(Decimal("0.54") / Decimal("6.80"), 20)
