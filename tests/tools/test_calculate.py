"""Arithmetic as a tool: over figures of the thread and the member's own numbers."""

from datetime import datetime
from decimal import Decimal

import pytest

from app.core.clock import FrozenClock
from app.core.errors import InvalidInput
from app.core.figures import Figure, Unit
from app.grounding.claims import numbers_said
from app.grounding.ledger import Ledger
from app.grounding.references import fill
from app.market.providers.simulated import SimulatedMarket
from tools.base import ToolContext
from tools.calculate import calculate


@pytest.fixture
def ledger(now: datetime) -> Ledger:
    ledger = Ledger()
    book = ledger.open(call_id="1", tool="get_key_levels")
    for path, value in (("last", "602.31"), ("PDH", "601.77"), ("atr", "6.80")):
        book.record(path, Decimal(value), Unit.USD, label=path, entity="SPY", as_of=now, decimals=2)
    return ledger


async def calculated(
    ledger: Ledger, clock: FrozenClock, said: str = "", **arguments: object
) -> tuple[str, Figure]:
    ledger.said |= numbers_said(said)
    book = ledger.open(call_id="2", tool="calculate")
    context = ToolContext(market=SimulatedMarket(seed=7), clock=clock, book=book, ledger=ledger)
    result = await calculate.call(arguments, context)
    return fill(result.sentence, ledger), book.figures[0]


async def test_figures_of_the_thread_are_computed_exactly(
    ledger: Ledger, clock: FrozenClock
) -> None:
    sentence, figure = await calculated(ledger, clock, expression="(a1-a2)/a3")
    assert sentence == "(last-PDH)/atr = 0.08 ATR."
    assert (figure.unit, figure.entity, figure.decimals) == (Unit.ATR, "SPY", 2)


@pytest.mark.parametrize(
    ("said", "arguments", "shown"),
    [
        ("what's 2% of 50,000", {"expression": "50000*2%", "unit": "USD"}, "1,000.00"),
        ("2% of 50k", {"expression": "2/100*50000"}, "1,000"),
        ("1200 divided by 8", {"expression": "1200/8"}, "150"),
        ("412.50 minus 409.1", {"expression": "412.50-409.1", "unit": "USD"}, "3.40"),
        ("10 / 3", {"expression": "10/3"}, "3.33"),
        ("from 210 to 231", {"expression": "(231-210)/210", "unit": "%"}, "10.00"),
        ("from 210 to 231", {"expression": "(231-210)/210*100", "unit": "%"}, "10"),
        ("square root of 144", {"expression": "sqrt(144)"}, "12"),
        ("1.2 times the root of 252", {"expression": "1.2*sqrt(252)"}, "19.0494"),
        ("risk 500 at 2.5", {"expression": "500/2.5", "unit": "shares", "decimals": 0}, "200"),
    ],
)
async def test_the_members_own_numbers_may_be_calculated_with(
    ledger: Ledger, clock: FrozenClock, said: str, arguments: dict[str, object], shown: str
) -> None:
    _, figure = await calculated(ledger, clock, said, **arguments)
    assert figure.text(with_unit=False) == shown


async def test_a_number_nobody_said_is_refused(ledger: Ledger, clock: FrozenClock) -> None:
    with pytest.raises(InvalidInput, match=r"6123\.45 has no source"):
        await calculated(ledger, clock, "spy?", expression="6123.45*1", unit="USD")


async def test_every_example_of_the_tool_can_be_computed(clock: FrozenClock) -> None:
    for example in calculate.examples:
        await calculated(Ledger(), clock, example.question, **example.arguments)


async def test_a_root_is_taken_of_the_members_own_positive_numbers_only(
    ledger: Ledger, clock: FrozenClock
) -> None:
    with pytest.raises(InvalidInput, match="no square root"):
        await calculated(ledger, clock, "root of 4 - 20", expression="sqrt(4-20)")
    with pytest.raises(InvalidInput, match="no figure"):
        await calculated(ledger, clock, expression="sqrt(a1)")


async def test_constants_that_nobody_wrote_are_not_repeated(
    ledger: Ledger, clock: FrozenClock
) -> None:
    sentence, _ = await calculated(ledger, clock, "20% off 145", expression="145*(1-20%)")
    assert sentence == "That makes 116.00."
