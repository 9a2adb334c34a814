"""Levels and formulas that are asked for beside the stream."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from typing_extensions import override

from app.alerts.models import Watch, shard_of
from app.alerts.monitor_book import MemberBooks
from app.alerts.monitor_judging import Found, Judge
from app.alerts.monitor_shares import Shares
from app.alerts.monitor_symbol import SymbolWatch
from app.alerts.service import Standing
from app.alerts.triggers import Already, Crosses, Side, State, Tape, Trigger
from app.alerts.values import Asked, Book, NoBook, truths_since
from app.conversations import service as conversations
from app.core.clock import FrozenClock
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.formula.formula import parse
from app.infra.db.database import Database
from app.macro.source import NoSource
from app.market.models import Bars
from app.market.providers.simulated import SimulatedMarket
from app.positions import service as positions
from app.positions.models import Asset, AssetKind, Source
from tests.app.alerts.conftest import COIN, Street, rises

AT = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
SPY = Symbol("SPY")


class NoBooks:
    """Nobody holds anything."""

    def of(self, member_id: UUID) -> Book:
        return NoBook()


def watch_of(member: UUID, **terms: Any) -> Watch:
    return Watch(
        alert_id=uuid4(),
        member_id=member,
        symbol=SPY,
        terms={
            "kind": "threshold",
            "symbol": "SPY",
            "condition": "",
            "timeframe": "1m",
            "trigger": Trigger(condition=Crosses(Side.ABOVE)).json(),
            "level": "",
            **terms,
        },
        state=State(),
        seen=None,
        snoozed_until=None,
        expires_at=None,
        version=0,
        armed=0,
        is_live=True,
    )


async def hold(database: Database, member: UUID, shares: int) -> None:
    asset = Asset(kind=AssetKind.STOCK, symbol=SPY)
    opening = positions.Opening(asset=asset, quantity=Decimal(shares), price=Decimal(1))
    async with database.member(member) as session:
        await positions.open_positions(session, [opening], source=Source.TYPED, key="k", now=AT)


@pytest.mark.database
async def test_a_level_out_of_a_book_is_that_of_its_member_alone(
    database: Database, ada: UUID, bob: UUID
) -> None:
    await hold(database, ada, 100)
    await hold(database, bob, 300)
    market = SimulatedMarket(seed=7)
    judge = Judge(market, MemberBooks(database, market, NoSource()), lambda: None)
    hers, his = (watch_of(member, level="open_pnl") for member in (ada, bob))
    for each in (hers, his):
        judge.put(each)

    levels: Mapping[UUID, float | None] = {}
    while not levels:  # a busy machine may take longer than is waited for
        levels = (await judge.levels_at(AT.timestamp())).levels

    mine, theirs = levels[hers.alert_id], levels[his.alert_id]
    assert mine is not None
    assert theirs is not None
    assert theirs == pytest.approx(3 * mine)


async def test_a_bar_is_compared_with_the_levels_of_its_own_day_whenever_it_is_asked() -> None:
    market, coin = SimulatedMarket(), Symbol("BTC/USD")
    for day in range(2, 20):
        midnight = datetime(2026, 11, day, tzinfo=UTC)
        since = (midnight - timedelta(minutes=21)).timestamp()
        for text in ("close > pdh", "close < pdl", "close > pdc"):
            formula = parse(f"{text} and rvol(20) > 0.1x").on(Timeframe.M5)
            asked = Asked(formula=formula, symbol=coin, market=market, book=NoBook())
            then = await truths_since(asked, since, midnight - timedelta(seconds=1))
            later = await truths_since(asked, since, midnight + timedelta(minutes=7))
            told = {each.at: each.truth for each in later if each.is_final}
            assert [each.at for each in later] == sorted(each.at for each in later)
            assert [told[each.at] for each in then if each.is_final] == [
                each.truth for each in then if each.is_final
            ]


class Counting(SimulatedMarket):
    """It counts how often it is asked for bars, and breaks on quarters of an hour."""

    asked = 0

    @override
    async def bars(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        *,
        start: datetime,
        end: datetime,
        as_of: datetime,
        extended: bool = False,
    ) -> Bars:
        self.asked += 1
        if timeframe is Timeframe.M15:
            raise ZeroDivisionError("nobody thought of this")
        return await super().bars(
            symbol, timeframe, start=start, end=end, as_of=as_of, extended=extended
        )


async def answer(judge: Judge, at: datetime, since: Mapping[UUID, float]) -> Found:
    judge.ask(at.timestamp(), lambda alert: since.get(alert, at.timestamp() - 120))
    assert judge._asking is not None
    await asyncio.wait([judge._asking])
    found = judge.take()
    assert found is not None
    return found


async def test_the_same_condition_of_many_members_is_asked_once() -> None:
    market = Counting(seed=7)
    judge = Judge(market, NoBooks(), lambda: None)
    alone = Judge(market, NoBooks(), lambda: None)
    condition = {"kind": "formula", "condition": "rsi(14, 1m) > 1 and price > 1"}
    watches = [watch_of(uuid4(), **condition) for _ in range(20)]
    for each in watches:
        judge.put(each)
    alone.put(watches[0])
    await answer(alone, AT, {})
    once, market.asked = market.asked, 0

    late, early = watches[0].alert_id, watches[1].alert_id
    since = {late: AT.timestamp() - 60, early: AT.timestamp() - 600}
    found = await answer(judge, AT, since)

    assert market.asked == once
    assert found.verdicts.keys() == {each.alert_id for each in watches}
    assert len(found.verdicts[early]) > len(found.verdicts[late])
    assert all(each.at > since[late] for each in found.verdicts[late])


async def test_a_formula_that_breaks_is_set_aside_alone() -> None:
    market = Counting(seed=7)
    judge = Judge(market, NoBooks(), lambda: None)
    breaks, holds = (
        watch_of(uuid4(), kind="formula", condition=text)
        for text in ("rsi(14, 15m) > 1 and price > 1", "rsi(14, 1m) > 1 and price > 1")
    )
    judge.put(breaks)
    judge.put(holds)

    found = await answer(judge, AT, {})
    assert found.verdicts.keys() == {holds.alert_id}

    market.asked = 0
    later = await answer(judge, AT + timedelta(minutes=1), {})
    assert later.verdicts.keys() == {holds.alert_id}
    assert judge._asked(judge._formulas).keys() == {holds.alert_id}


@pytest.mark.database
async def test_a_member_is_told_once_that_an_alert_cannot_be_worked_out(
    street: Street, ada: UUID
) -> None:
    street.market = Counting(seed=7)
    street.clock = FrozenClock(AT)
    terms = {"kind": "formula", "condition": "rsi(14, 15m) > 1 and price > 1"}
    waits = rises(already=Already.WAITS)
    await street.armed(ada, waits, 1.5, begins=Standing(state=State(), tape=Tape()), **terms)
    held = await Shares(street.database, uuid4().hex, 60.0).renew()
    watch = SymbolWatch(COIN, held[shard_of(COIN)], street.desk())
    await watch._take_up()
    armed = list(watch._watched.watches)

    for _ in range(2):
        watch._watched.judge._set_aside("rsi(14, 15m)", armed, ZeroDivisionError())
        await watch._go_on()

    async with street.database.member(ada) as session:
        (thread,) = (await conversations.list_threads(session)).threads
        (message,) = await conversations.list_messages(session, thread.id)
    assert thread.title == "Alerts"
    assert "One of your alerts on BTC/USD cannot be worked out" in message.content
