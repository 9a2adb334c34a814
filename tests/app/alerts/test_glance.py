"""Where alerts stand, for a page that shows them all."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from typing_extensions import override

from app.alerts import glance
from app.alerts.drafts import Wish, draft_alert
from app.alerts.glance import glance_at, next_change, opens_after
from app.alerts.models import Alert, Status
from app.alerts.values import NoBook
from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.levels.models import Period
from app.levels.names import period_of
from app.levels.service import map_levels
from app.market.models import Quote
from app.market.providers.simulated import SimulatedMarket

AT = datetime(2026, 11, 20, 18, tzinfo=UTC)


class Counted(SimulatedMarket):
    """Counts who asks for a price; TSLA's vendor is dead."""

    def __init__(self) -> None:
        super().__init__(seed=7)
        self.asked: list[str] = []

    @override
    async def quote(self, symbol: Symbol, *, as_of: datetime) -> Quote:
        self.asked.append(str(symbol))
        if symbol == "TSLA":
            raise ProviderUnavailable("The vendor is down.")
        return await super().quote(symbol, as_of=as_of)


async def armed(condition: str, symbol: str | None = "SPY", **changes: Any) -> Alert:
    wish = Wish(symbol=Symbol(symbol) if symbol else None, condition=condition)
    terms = (await draft_alert(wish, market=SimulatedMarket(seed=7), book=NoBook(), at=AT)).terms
    values: dict[str, Any] = {
        "id": uuid4(),
        "member_id": uuid4(),
        "symbol": terms["symbol"],
        "terms": terms,
        "fingerprint": "",
        "status": Status.ARMED,
        "thread_id": None,
        "fired": 0,
        "fired_at": None,
        "armed_at": AT,
        "snoozed_until": None,
        "expires_at": None,
        "created_at": AT,
    }
    return Alert(**values | changes)


async def test_each_price_and_each_level_is_asked_for_once() -> None:
    market = Counted()
    alerts = [
        await armed("price crosses above pdh"),
        await armed("price crosses below pdh"),
        await armed("price hits 1234.5"),
        await armed("price crosses above pdh", "QQQ"),
    ]

    found = await glance_at(alerts, market=market, at=AT)

    assert sorted(market.asked) == ["QQQ", "SPY"]
    above, below, typed, other = [found[each.id] for each in alerts]
    assert above == below
    assert above.level is not None
    assert typed.level == 1234.5
    assert typed.price == above.price
    assert other.level not in (None, above.level)


@pytest.mark.parametrize(
    ("level", "name"), [("pdh", "PDH"), ("pwh", "PWH"), ("pmoh", "PMoH"), ("vwap", "VWAP")]
)
async def test_a_level_of_the_map_is_where_the_map_has_it(level: str, name: str) -> None:
    market, alert = Counted(), await armed(f"price crosses above {level}")
    period = period_of(name) or Period.DAY
    there = (await map_levels("SPY", market=market, as_of=AT, period=period)).find(name)

    found = await glance_at([alert], market=market, at=AT)

    assert there is not None
    assert found[alert.id].level == float(there.price)


async def test_any_other_level_is_worked_out() -> None:
    alert = await armed("price crosses above sma(200, 1d) * 1.01")
    plain = await armed("price crosses above sma(200, 1d)")

    found = await glance_at([alert, plain], market=Counted(), at=AT)

    base = found[plain.id].level
    assert base is not None
    assert found[alert.id].level == pytest.approx(base * 1.01)


async def test_what_is_about_a_formula_or_a_book_has_no_one_level() -> None:
    formula = await armed("rsi(14, 5m) crosses below 30")
    book = await armed("net_delta > 200", None)

    found = await glance_at([formula, book], market=Counted(), at=AT)

    assert found[formula.id].level is None
    assert found[formula.id].price is not None
    assert book.id not in found


async def test_a_dead_vendor_leaves_its_own_open_and_no_other() -> None:
    dead, alive = await armed("price hits 5", "TSLA"), await armed("price hits 5")

    found = await glance_at([dead, alive], market=Counted(), at=AT)

    assert found[dead.id].price is None
    assert found[alive.id].price is not None


async def test_a_vendor_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging(Counted):
        @override
        async def quote(self, symbol: Symbol, *, as_of: datetime) -> Quote:
            if symbol == "TSLA":
                await asyncio.Event().wait()
            return await super().quote(symbol, as_of=as_of)

    monkeypatch.setattr(glance, "PATIENCE_SECONDS", 0.5)
    hanging, alive = await armed("price hits 5", "TSLA"), await armed("price hits 5")

    found = await glance_at([hanging, alive], market=Hanging(), at=AT)

    assert found[hanging.id].price is None
    assert found[alive.id].price is not None


async def test_what_rests_is_not_looked_at() -> None:
    market = Counted()

    assert (
        await glance_at([await armed("price hits 5", status=Status.FIRED)], market=market, at=AT)
        == {}
    )
    assert market.asked == []


@pytest.mark.parametrize(
    ("at", "calendar", "opens"),
    [
        ("2026-11-20T18:00", "XNYS", "2026-11-23T14:30"),  # Friday at noon
        ("2026-11-23T12:00", "XNYS", "2026-11-24T14:30"),  # Monday before the open
        ("2026-11-21T18:00", "XNYS", "2026-11-23T14:30"),  # Saturday
        ("2026-11-25T18:00", "XNYS", "2026-11-27T14:30"),  # before Thanksgiving
        ("2026-11-24T02:00", "XNYS", "2026-11-24T14:30"),  # Monday evening in New York
        ("2026-11-21T18:00", "24/7", "2026-11-22T00:00"),
    ],
)
def test_the_open_of_a_later_day(at: str, calendar: str, opens: str) -> None:
    found = opens_after(datetime.fromisoformat(f"{at}+00:00"), calendar)

    assert found == datetime.fromisoformat(f"{opens}+00:00")


async def test_a_page_is_to_ask_again_when_the_next_silence_or_alert_ends() -> None:
    soon, later = AT + timedelta(minutes=30), AT + timedelta(days=1)
    ended = await armed(
        "price hits 5", status=Status.EXPIRED, expires_at=soon - timedelta(minutes=5)
    )
    over = await armed("price hits 5", snoozed_until=AT - timedelta(minutes=1), expires_at=later)
    silent = await armed("price hits 5", snoozed_until=soon)

    assert next_change([ended, over], AT) == later
    assert next_change([ended, over, silent], AT) == soon
    assert next_change([ended], AT) is None
