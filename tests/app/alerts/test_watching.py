"""Moving levels, formulas and books are watched beside the stream; a plan's limit holds."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from app.alerts import service
from app.alerts.beginning import standing
from app.alerts.drafts import Wish, draft_alert
from app.alerts.models import Alert
from app.alerts.monitor_book import MemberBook
from app.conversations import service as conversations
from app.core.clock import WallClock
from app.core.errors import Conflict, NotEntitled
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.macro.source import NoSource
from app.market.providers.simulated import SimulatedMarket
from app.market.standins.zigzag import FastClock
from app.positions import service as positions
from app.positions.models import Asset, AssetKind, Source
from app.users.plans import ELITE, FREE, LITE, PRO, Plan
from tests.app.alerts.conftest import COIN, Street, rises, standing_now, terms_of, until

pytestmark = pytest.mark.database

MORNING = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.fixture
def wall_street(street: Street) -> Street:
    """The simulated market from 10:00 in New York on, sixty times as fast."""
    wall = WallClock()
    street.market = SimulatedMarket(seed=7)
    street.clock = FastClock(wall, MORNING, wall.now(), 60.0)
    return street


async def _arm(
    street: Street,
    member: UUID,
    condition: str,
    symbol: str | None = "SPY",
    *,
    repeats: bool = False,
) -> Alert:
    at, now = street.clock.now(), WallClock().now()
    book = MemberBook(street.database, member, street.market, NoSource())
    wish = Wish(symbol=Symbol(symbol) if symbol else None, condition=condition, repeats=repeats)
    drafted = await draft_alert(wish, market=street.market, book=book, at=at)
    begins = await standing(drafted.terms, market=street.market, book=book, at=at)
    async with street.database.member(member) as session:
        stored = await service.store_draft(
            session, member, drafted.terms, key=uuid4().hex, thread_id=None, now=now
        )
        done = await service.arm(
            session, stored.id, stored.fingerprint, begins, plan=ELITE, now=now
        )
    return done.alert


async def _has_fired(street: Street, member: UUID, alert: Alert) -> bool:
    return bool(await street.firings(member, alert))


async def test_a_level_that_moves_is_met_where_it_is_then(wall_street: Street, ada: UUID) -> None:
    async with wall_street.feed(), wall_street.monitor():
        alerts = [
            await _arm(wall_street, ada, f"price crosses {side} vwap", symbol)
            for symbol in ("SPY", "QQQ", "NVDA", "TSLA")
            for side in ("above", "below")
        ]

        async def any_has() -> bool:
            return any([await _has_fired(wall_street, ada, each) for each in alerts])

        await until(any_has)
        fired = [each for each in alerts if await _has_fired(wall_street, ada, each)]

    (told,) = await wall_street.firings(ada, fired[0])
    assert abs(told.body["price"] / told.body["level"] - 1) < 0.01
    async with wall_street.database.member(ada) as session:
        message = await conversations.get_message(session, told.message_id)
    assert "VWAP" in message.content
    assert "its usual volume" in message.content
    assert [card.element for card in message.cards][-1] == "PriceChart"
    assert message.cards[-1].props["as_of"] is not None


async def test_a_formula_fires_when_it_becomes_true(wall_street: Street, ada: UUID) -> None:
    async with wall_street.feed(), wall_street.monitor():
        holds = await _arm(wall_street, ada, "rsi(14, 1m) > 1 and price > 1")
        never = await _arm(wall_street, ada, "rsi(14, 1m) > 99.99 and price > 1")
        await until(lambda: _has_fired(wall_street, ada, holds))

    (told,) = await wall_street.firings(ada, holds)
    assert told.body["price"] > 1
    async with wall_street.database.member(ada) as session:
        message = await conversations.get_message(session, told.message_id)
    assert "RSI(14) on 1-minute bars is above 1 and price is above 1" in message.content
    assert message.grounding is not None
    assert message.grounding["bound"] == message.grounding["numbers"] >= 3
    assert await wall_street.firings(ada, never) == []


async def test_a_book_is_looked_at_without_any_symbol(wall_street: Street, ada: UUID) -> None:
    asset = Asset(kind=AssetKind.STOCK, symbol=Symbol("SPY"))
    opening = positions.Opening(asset=asset, quantity=Decimal(300), price=Decimal(1))
    async with wall_street.database.member(ada) as session:
        await positions.open_positions(
            session, [opening], source=Source.TYPED, key="k", now=wall_street.clock.now()
        )
    async with wall_street.monitor():
        over = await _arm(wall_street, ada, "net_delta > 200", None)
        under = await _arm(wall_street, ada, "net_delta > 400", None)
        named = await _arm(wall_street, ada, 'position("SPY").pnl > 100', None)
        await until(lambda: _has_fired(wall_street, ada, over))
        await until(lambda: _has_fired(wall_street, ada, named))

    assert await wall_street.firings(ada, under) == []


@pytest.mark.parametrize("plan", [LITE, PRO])
async def test_a_plan_watches_so_many_and_no_more(
    street: Street, database: Database, ada: UUID, plan: Plan
) -> None:
    assert plan.alerts is not None
    now = WallClock().now()
    begins = standing_now(street, 104.0)

    async def arm_one() -> Alert:
        async with database.member(ada) as session:
            stored = await service.store_draft(
                session, ada, terms_of(rises(), 104.0), key=uuid4().hex, thread_id=None, now=now
            )
        async with database.member(ada) as session:
            done = await service.arm(
                session, stored.id, stored.fingerprint, begins, plan=plan, now=now
            )
        return done.alert

    armed = [await arm_one() for _ in range(plan.alerts)]
    with pytest.raises(NotEntitled, match=f"The {plan.name} plan watches"):
        await arm_one()
    async with database.member(ada) as session:
        await service.drop(session, armed[0].id, now=now)
    assert (await arm_one()).symbol == COIN


async def test_a_draft_that_grew_old_is_not_armed(
    street: Street, database: Database, ada: UUID
) -> None:
    now = WallClock().now()
    async with database.member(ada) as session:
        stored = await service.store_draft(
            session, ada, terms_of(rises(), 104.0), key="once", thread_id=None, now=now
        )
    with pytest.raises(Conflict, match="too old"):
        async with database.member(ada) as session:
            await service.arm(
                session,
                stored.id,
                stored.fingerprint,
                standing_now(street, 104.0),
                plan=ELITE,
                now=now + service.VALID_FOR + timedelta(seconds=1),
            )


async def test_the_free_plan_watches_nothing(street: Street, database: Database, ada: UUID) -> None:
    now = WallClock().now()
    begins = standing_now(street, 104.0)
    async with database.member(ada) as session:
        stored = await service.store_draft(
            session, ada, terms_of(rises(), 104.0), key=uuid4().hex, thread_id=None, now=now
        )
        with pytest.raises(NotEntitled, match=r"The free plan watches no alerts\."):
            await service.arm(session, stored.id, stored.fingerprint, begins, plan=FREE, now=now)
