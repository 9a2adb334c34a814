"""Scans of options that run by themselves: what is told once, what a provider is spared, what became of it."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from typing_extensions import override

from app.conversations import service as conversations
from app.conversations.models import StoredMessage
from app.core.clock import FrozenClock
from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.market.chains import OptionChain
from app.market.models import Provider
from app.market.providers.simulated import SimulatedMarket
from app.scanner import keeping, option_keeping
from app.scanner.kept import SavedScan, Status
from app.scanner.models import Search
from app.scanner.option_kept import KeptOption
from app.scanner.option_scan import OptionSearch
from app.scanner.option_setups import OptionSetup, Terms
from app.scanner.turns import LEASE
from workers import option_scans, turns
from workers.runner import JobContext
from workers.scanner import follow, run_due

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ENDED = tuple(each for each in Status if each is not Status.LIVE)


def condors(*symbols: str) -> Search:
    return Search(
        options=OptionSearch(
            setups=(OptionSetup.CONDOR,),
            symbols=tuple(map(Symbol, symbols or ("AMD", "SPY"))),
            terms=Terms(min_probability=0.0),
        )
    )


class Counting(SimulatedMarket):
    """Counts the chains that are asked of it; those of `silent` are not answered."""

    def __init__(self, *silent: str) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()
        self.silent = frozenset(silent)

    @override
    async def option_chain(
        self, symbol: Symbol, *, expiry: date | None = None, as_of: datetime
    ) -> OptionChain:
        self.asked[symbol] += 1
        if symbol in self.silent:
            raise ProviderUnavailable("Nobody answers.")
        return await super().option_chain(symbol, expiry=expiry, as_of=as_of)


class Desk:
    """A member with scans of options, and the worker that runs them."""

    def __init__(self, database: Database, member: UUID, clock: FrozenClock) -> None:
        self.database, self.member, self.clock = database, member, clock
        self.market = Counting()
        self.context = JobContext(database, clock, self.market)

    def later(self, by: timedelta) -> JobContext:
        return replace(self.context, clock=FrozenClock(self.clock.now() + by))

    async def save(
        self, name: str = "condors", search: Search | None = None, every: timedelta = HOUR
    ) -> SavedScan:
        async with self.database.member(self.member) as session:
            return await keeping.save_scan(
                session,
                name,
                search or condors(),
                every=every,
                allowed=(20, HOUR),
                now=self.clock.now(),
            )

    async def due_at(self, scan: SavedScan) -> datetime | None:
        async with self.database.member(self.member) as session:
            return (await keeping.get_scan(session, scan.id)).due_at

    async def told(self) -> list[StoredMessage]:
        async with self.database.member(self.member) as session:
            page = await conversations.list_threads(session)
            return [
                message
                for thread in page.threads
                for message in await conversations.list_messages(session, thread.id)
            ]

    async def kept(self, *statuses: Status) -> tuple[KeptOption, ...]:
        async with self.database.member(self.member) as session:
            return await option_keeping.list_options(session, statuses or (Status.LIVE,))


@pytest.fixture
def desk(database: Database, ada: UUID, clock: FrozenClock) -> Desk:
    return Desk(database, ada, clock)


async def test_a_due_scan_tells_what_is_new_with_its_card_and_bound_figures(desk: Desk) -> None:
    await desk.save("my *condors*")
    await run_due(desk.context)

    (message,) = await desk.told()
    assert message.content.startswith(r"**my \*condors\*** found ")
    assert message.grounding
    assert message.grounding["numbers"] == message.grounding["bound"] > 5
    (card,) = message.cards
    assert card.element == "OptionScanCard"
    assert [row["symbol"] for row in card.props["rows"]] == ["AMD", "SPY"]
    assert {each.symbol for each in await desk.kept()} == {"AMD", "SPY"}
    (call,) = message.calls
    assert call.arguments["symbols"] == ["AMD", "SPY"]
    assert call.arguments["setups"] == ["iron_condor"]


async def test_what_is_not_shown_is_counted_and_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.scan_messages.SHOWN", 1)
    monkeypatch.setattr("workers.option_scan_messages.SHOWN", 1)
    await desk.save("mine")
    await run_due(desk.context)

    (message,) = await desk.told()
    assert message.content.startswith(
        "**mine** found 2 new setups on options, 1 of them shown here and the others on your list "
    )
    assert len(message.cards[0].props["rows"]) == 1


async def test_what_still_stands_is_told_once_whichever_scan_finds_it(desk: Desk) -> None:
    await desk.save()
    await run_due(desk.context)
    await desk.save("the same")
    await run_due(desk.later(HOUR))

    assert len(await desk.told()) == 1
    assert len(await desk.kept()) == 2


async def test_nobody_else_is_told_or_has_what_was_found(
    desk: Desk, database: Database, bob: UUID
) -> None:
    await desk.save()
    await run_due(desk.context)
    other = Desk(database, bob, desk.clock)
    assert (await other.told(), await other.kept()) == ([], ())


class Dying(Counting):
    """Ends the process that asks whose prices it has once both chains were read: when the message is
    being written, after the finds were stored."""

    @property
    @override
    def provider(self) -> Provider:
        if self.asked.total() >= 2 and not self.is_reading:
            raise KeyboardInterrupt
        return SimulatedMarket().provider

    is_reading = False

    @override
    async def option_chain(
        self, symbol: Symbol, *, expiry: date | None = None, as_of: datetime
    ) -> OptionChain:
        self.is_reading = True
        found = await super().option_chain(symbol, expiry=expiry, as_of=as_of)
        self.is_reading = False
        return found


async def test_a_scan_that_is_killed_between_storing_and_telling_tells_once_later(
    desk: Desk,
) -> None:
    await desk.save()
    with pytest.raises(KeyboardInterrupt):
        await run_due(replace(desk.context, market=Dying()))
    assert (await desk.told(), await desk.kept()) == ([], ())

    later = desk.later(LEASE)
    await run_due(later)
    await run_due(later)
    assert len(await desk.told()) == 1
    assert len(await desk.kept()) == 2


async def test_a_scan_whose_provider_is_dead_waits_and_keeps_no_other_from_it(desk: Desk) -> None:
    dead = await desk.save("a dead one", condors("QQQ"))
    await desk.save("b", condors("AMD"))
    await run_due(replace(desk.context, market=Counting("QQQ")))

    (message,) = await desk.told()
    assert message.content.startswith("**b** found ")
    assert await desk.due_at(dead) == desk.clock.now() + turns.PAUSE
    await run_due(desk.later(turns.PAUSE))
    assert {each.symbol for each in await desk.kept()} == {"AMD", "QQQ"}


async def test_a_scan_of_nothing_that_exists_has_its_next_turn_like_others(desk: Desk) -> None:
    gone = await desk.save("gone", condors("ZZZZZ"))
    await run_due(desk.context)
    assert await desk.due_at(gone) == desk.clock.now() + HOUR


async def test_a_run_reads_so_many_chains_says_so_and_reads_the_others_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(option_scans, "CHAINS", 1)
    await desk.save()
    await run_due(desk.context)

    (first,) = await desk.told()
    assert "1 underlying was not read this time, to spare the provider" in first.content
    assert desk.market.asked.total() == 1
    (card,) = first.cards
    assert any(note.startswith("Not read this time") for note in card.props["notes"])
    await run_due(desk.later(HOUR))
    assert set(desk.market.asked) == {"AMD", "SPY"}
    assert len(await desk.kept()) == 2


async def test_what_is_not_answered_in_time_is_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(option_scans, "SECONDS", 0.0)
    await desk.save()
    await run_due(desk.context)
    assert (await desk.told(), await desk.kept()) == ([], ())


async def test_one_run_runs_so_many_scans_and_the_next_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(option_scans, "AT_ONCE", 1)
    await desk.save("a", condors("AMD"))
    await desk.save("b", condors("SPY"))
    await run_due(desk.context)
    assert desk.market.asked.total() == 1
    await run_due(desk.context)
    assert desk.market.asked.total() == 2


async def test_while_options_do_not_trade_only_daily_scans_ask(desk: Desk) -> None:
    await desk.save("hourly", condors("AMD"))
    await desk.save("daily", condors("SPY"), DAY)
    saturday = desk.later(DAY)
    await run_due(saturday)
    assert set(desk.market.asked) == {"SPY"}
    await run_due(saturday)
    assert desk.market.asked.total() == 1, "a turn that rests is over too"


async def test_finds_end_by_themselves_and_are_counted_after_their_expiry(desk: Desk) -> None:
    await desk.save()
    await run_due(desk.context)
    await follow(desk.later(timedelta(days=70)))

    assert await desk.kept() == ()
    ended = await desk.kept(*ENDED)
    assert [each.ending for each in ended].count(None) == 0
    assert all(each.result is not None and each.settled_at for each in ended)
    async with desk.database.member(desk.member) as session:
        record = (await option_keeping.option_records(session))[OptionSetup.CONDOR]
    assert record.cases == 2
    assert record.chance is not None


async def test_a_find_is_looked_at_once_an_hour_and_kept_where_nobody_answers(desk: Desk) -> None:
    await desk.save(search=condors("AMD"))
    await run_due(desk.context)
    desk.market.asked.clear()
    await follow(desk.later(timedelta(minutes=50)))
    assert desk.market.asked.total() == 0
    await follow(replace(desk.later(HOUR), market=Counting("AMD")))
    (each,) = await desk.kept()
    assert each.followed_to == desk.clock.now()
    await follow(desk.later(HOUR))
    assert desk.market.asked.total() == 1
