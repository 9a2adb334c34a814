from datetime import datetime
from decimal import Decimal

from app.core.figures import Unit
from app.grounding.ledger import Ledger
from widgets.sources import Sources


def test_sources_say_what_each_number_is_and_where_it_came_from(now: datetime) -> None:
    book = Ledger().open(
        call_id="1", tool="get_key_levels", provider="Simulated market", is_simulated=True
    )
    pdh = book.record(
        "PDH", Decimal("601.77"), Unit.USD, label="PDH", entity="SPY", as_of=now, decimals=2
    )
    away = book.record(
        "PDH.distance_atr",
        Decimal("0.0794"),
        Unit.ATR,
        label="PDH distance",
        entity="SPY",
        as_of=now,
        decimals=2,
    )

    sources = Sources.of([pdh, away, pdh], numbers=4, bound=3, unbound=["602.40"])

    assert [(row.number.text, row.number.figure, row.call) for row in sources.rows] == [
        ("601.77", "a1", "get_key_levels"),
        ("0.08 ATR", "a2", "get_key_levels"),
    ]
    assert all(
        row.is_simulated and row.entity == "SPY" and row.as_of == now for row in sources.rows
    )
    assert (sources.numbers, sources.bound, sources.unbound) == (4, 3, ("602.40",))
