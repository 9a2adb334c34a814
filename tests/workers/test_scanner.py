"""Scans that run by themselves, and what the member is told of them."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from typing_extensions import override

from app.conversations import service as conversations
from app.conversations.models import StoredMessage
from app.core.clock import FrozenClock
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.market.models import Provider
from app.market.providers.simulated import SimulatedMarket
from app.scanner import keeping
from app.scanner.kept import Status
from app.scanner.models import Search
from app.scanner.setups import Setup
from workers.runner import JobContext
from workers.scanner import follow, run_due

SYMBOLS = tuple(map(Symbol, ("AMD", "NVDA", "TSLA", "SPY", "XOM", "META", "SCHW", "IWM", "DIS")))
HOUR = timedelta(hours=1)


class Desk:
    """A member with scans, and the worker that runs them."""

    def __init__(self, database: Database, member: UUID, clock: FrozenClock) -> None:
        self.database, self.member, self.clock = database, member, clock
        self.context = JobContext(database, clock, SimulatedMarket())

    def later(self, by: timedelta) -> JobContext:
        return replace(self.context, clock=FrozenClock(self.clock.now() + by))

    async def save(self, name: str = "mine", search: Search | None = None) -> None:
        async with self.database.member(self.member) as session:
            await keeping.save_scan(
                session,
                name,
                search or Search(symbols=SYMBOLS),
                every=HOUR,
                allowed=(5, HOUR),
                now=self.clock.now(),
            )

    async def told(self) -> list[StoredMessage]:
        async with self.database.member(self.member) as session:
            page = await conversations.list_threads(session)
            return [
                message
                for thread in page.threads
                for message in await conversations.list_messages(session, thread.id)
            ]

    async def kept(self, *statuses: Status) -> int:
        async with self.database.member(self.member) as session:
            return len(await keeping.list_opportunities(session, statuses or (Status.LIVE,)))


@pytest.fixture
def desk(database: Database, ada: UUID, clock: FrozenClock) -> Desk:
    return Desk(database, ada, clock)


async def test_a_due_scan_tells_what_is_new_with_its_card_and_bound_figures(desk: Desk) -> None:
    await desk.save("morning *look*")
    await run_due(desk.context)

    (message,) = await desk.told()
    assert message.content.startswith("**morning look** found ")
    assert message.grounding
    assert message.grounding["numbers"] == message.grounding["bound"] > 5
    (card,) = message.cards
    assert card.element == "OpportunitiesCard"
    assert await desk.kept() == len(card.props["rows"]) > 0


async def test_what_was_told_is_not_told_again(desk: Desk) -> None:
    await desk.save()
    await run_due(desk.context)
    await run_due(desk.context)
    assert len(await desk.told()) == 1

    await desk.save("the same")
    await run_due(desk.context)
    assert len(await desk.told()) == 1


class Dying(SimulatedMarket):
    """Ends the process that asks whose prices it has: when the message is being written."""

    @property
    @override
    def provider(self) -> Provider:
        raise KeyboardInterrupt


async def test_a_scan_that_is_killed_before_it_tells_is_due_again(desk: Desk) -> None:
    await desk.save()
    with pytest.raises(KeyboardInterrupt):
        await run_due(replace(desk.context, market=Dying()))
    assert (await desk.told(), await desk.kept()) == ([], 0)

    await run_due(desk.context)
    assert len(await desk.told()) == 1


async def test_a_scan_that_cannot_run_keeps_no_other_from_it(desk: Desk) -> None:
    await desk.save("a broken one", Search(symbols=(Symbol("ZZZZZ"),)))
    await desk.save("b")
    await run_due(desk.context)
    assert len(await desk.told()) == 1


async def test_a_scan_that_finds_nothing_says_nothing(desk: Desk) -> None:
    await desk.save("rare", Search(symbols=(Symbol("SPY"),), min_reward_to_risk=900))
    await run_due(desk.context)
    assert await desk.told() == []


async def test_a_scan_runs_again_when_its_time_has_come(desk: Desk) -> None:
    await desk.save("all", Search(setups=(Setup.SPIKE_UP, Setup.REJECTION, Setup.BOUNCE)))
    await run_due(desk.context)
    first = await desk.kept(*Status)
    await run_due(desk.later(timedelta(days=3)))
    assert await desk.kept(*Status) > first
    assert len(await desk.told()) == 2


async def test_opportunities_end_by_themselves(desk: Desk) -> None:
    await desk.save()
    await run_due(desk.context)
    found = await desk.kept()
    await follow(desk.later(timedelta(days=45)))

    assert await desk.kept() == 0
    assert await desk.kept(Status.REACHED, Status.STOPPED, Status.EXPIRED) == found
