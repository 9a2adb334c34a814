"""Option finds that are kept, followed to their end and counted after their expiry."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from app.core.errors import NotFound
from app.core.ids import new_id
from app.core.symbols import AssetClass, Symbol
from app.infra.db.database import Database
from app.market.calendar import sessions_between
from app.market.chains import ExerciseStyle, OptionChain, OptionContract, OptionKind, OptionQuote
from app.market.models import Instrument, Provider
from app.market.providers.files import FilesMarket
from app.options.legs import Leg, LegKind
from app.scanner import keeping, option_keeping, option_repository
from app.scanner.kept import SavedScan, Status
from app.scanner.models import Search
from app.scanner.option_bodies import fact_body, fact_of
from app.scanner.option_following import Sight, buying_back, count, ending, worth
from app.scanner.option_kept import (
    Ending,
    KeptOption,
    kept_of,
    shown_body,
    shown_of,
)
from app.scanner.option_scan import OptionFind, OptionSearch
from app.scanner.option_setups import (
    Crush,
    Fact,
    OptionSetup,
    RichVolatility,
    Spread,
    SpreadLeg,
    Terms,
    Unusual,
)

NOW = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
EXPIRY = date(2026, 12, 18)
ENDS = datetime(2026, 12, 18, 21, tzinfo=UTC)
ACME = Instrument(symbol=Symbol("ACME"), name="Acme", asset_class=AssetClass.STOCK, calendar="XNYS")
TOLD = Provider(name="Told")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SEARCH = OptionSearch(
    setups=(OptionSetup.CONDOR,),
    symbols=(Symbol("SPX"), Symbol("NDX")),
    terms=Terms(delta=0.2, days=30, width=5.0, min_probability=0.7),
    min_rank=0.4,
    is_after_earnings=True,
)


def leg(kind: LegKind, quantity: int, strike: int, price: str) -> SpreadLeg:
    made = Leg(
        kind=kind,
        quantity=Decimal(quantity),
        price=Decimal(price),
        strike=Decimal(strike),
        expires_at=ENDS,
    )
    return SpreadLeg(leg=made, delta=0.16)


CONDOR = Spread(
    expiry=EXPIRY,
    legs=(
        leg(LegKind.PUT, -1, 90, "1.00"),
        leg(LegKind.PUT, 1, 88, "0.60"),
        leg(LegKind.CALL, -1, 110, "1.10"),
        leg(LegKind.CALL, 1, 112, "0.70"),
    ),
    width=Decimal(2),
    credit=Decimal("0.80"),
    profit=Decimal(80),
    loss=Decimal(120),
    breakevens=(Decimal("89.20"), Decimal("110.80")),
    probability=0.7,
)
RICH = RichVolatility(rank=0.8, percentile=0.9, volatility=0.42, realised=None)
CRUSH = Crush(on=date(2026, 11, 18), before=0.6, now=0.4)
UNUSUAL = Unusual(
    contract=OptionContract(
        ticker="ACME261218C00110000",
        underlying=ACME.symbol,
        expiry=EXPIRY,
        strike=Decimal(110),
        kind=OptionKind.CALL,
        style=ExerciseStyle.AMERICAN,
    ),
    volume=4000,
    open_interest=500,
    others=2,
    price=Decimal("1.10"),
)
FACTS: dict[OptionSetup, Fact] = {
    OptionSetup.CONDOR: CONDOR,
    OptionSetup.RANK: RICH,
    OptionSetup.CRUSH: CRUSH,
    OptionSetup.UNUSUAL: UNUSUAL,
}


def find(setup: OptionSetup = OptionSetup.CONDOR, fact: Fact | None = None) -> OptionFind:
    return OptionFind(
        instrument=ACME, setup=setup, fact=fact or FACTS[setup], provider=TOLD, at=NOW
    )


def kept(setup: OptionSetup = OptionSetup.CONDOR, fact: Fact | None = None) -> KeptOption:
    return kept_of(find(setup, fact), SEARCH, key=new_id(), now=NOW)


class Desk:
    """What a member does with option finds, each in a transaction of its own."""

    def __init__(self, database: Database, member: UUID) -> None:
        self.database, self.member = database, member

    async def keep(
        self, *found: OptionFind, search: OptionSearch = SEARCH, now: datetime = NOW
    ) -> int:
        async with self.database.member(self.member) as session:
            return len(await option_keeping.keep_options(session, found, search, now=now))

    async def listed(self, *statuses: Status) -> tuple[KeptOption, ...]:
        async with self.database.member(self.member) as session:
            return await option_keeping.list_options(session, statuses or (Status.LIVE,))

    async def end(self, each: KeptOption, why: Ending | None, now: datetime = NOW) -> bool:
        async with self.database.member(self.member) as session:
            return await option_repository.set_followed(session, each, why, now)

    async def settle(self, each: KeptOption, result: str | None) -> None:
        value = None if result is None else Decimal(result)
        async with self.database.member(self.member) as session:
            await option_repository.set_result(session, each, value, NOW)


@pytest.fixture
def desk(database: Database, ada: UUID) -> Desk:
    return Desk(database, ada)


@pytest.mark.parametrize("setup", FACTS)
def test_a_find_is_the_same_after_it_was_written_down(setup: OptionSetup) -> None:
    assert fact_of(setup, fact_body(FACTS[setup])) == FACTS[setup]
    made = kept(setup)
    assert shown_of(shown_body(made), key=made.id) == made


async def test_a_search_of_options_is_saved_as_any_other(desk: Desk) -> None:
    async with desk.database.member(desk.member) as session:
        made: SavedScan = await keeping.save_scan(
            session, "condors", Search(options=SEARCH), every=HOUR, allowed=(1, HOUR), now=NOW
        )
    assert made.search == Search(options=SEARCH)
    assert made.every == HOUR


@pytest.mark.parametrize("setup", FACTS)
async def test_a_find_is_kept_as_it_was(desk: Desk, setup: OptionSetup) -> None:
    assert await desk.keep(find(setup)) == 1
    (found,) = await desk.listed()
    assert (found.fact, found.symbol, found.setup) == (FACTS[setup], "ACME", setup)
    expected = kept(setup)
    for name in ("entry", "stop", "target", "variant", "lapses_at", "settles_at", "min_rank"):
        assert getattr(found, name) == getattr(expected, name), name


def test_a_spread_is_sold_for_its_credit_and_ends_at_half_or_twice_of_it() -> None:
    made = kept()
    assert (made.entry, made.target, made.stop) == (
        Decimal("0.80"),
        Decimal("0.40"),
        Decimal("1.60"),
    )
    assert made.settles_at == ENDS
    assert made.lapses_at == ENDS - timedelta(days=7)
    assert made.probability == 0.7


def test_what_expires_soon_lapses_after_half_of_its_life() -> None:
    soon = NOW + timedelta(days=2)
    legs = tuple(replace(each, leg=replace(each.leg, expires_at=soon)) for each in CONDOR.legs)
    assert kept(fact=replace(CONDOR, legs=legs)).lapses_at == NOW + DAY


async def test_what_stands_is_not_new_again_on_another_day_or_at_other_strikes(desk: Desk) -> None:
    moved = replace(CONDOR, credit=Decimal("0.75"))
    assert await desk.keep(find()) == 1
    assert await desk.keep(find()) == 0
    tomorrow = replace(find(fact=moved), at=NOW + DAY)
    assert await desk.keep(tomorrow, now=NOW + DAY) == 0


async def test_other_terms_another_expiry_and_another_setup_are_new(desk: Desk) -> None:
    assert await desk.keep(find()) == 1
    wider = replace(SEARCH, terms=replace(SEARCH.terms, delta=0.3))
    assert await desk.keep(find(), search=wider) == 1
    assert await desk.keep(find(fact=replace(CONDOR, expiry=date(2027, 1, 15)))) == 1
    assert await desk.keep(find(OptionSetup.RANK)) == 1


async def test_what_ended_is_new_on_the_next_day_at_the_earliest(desk: Desk) -> None:
    await desk.keep(find())
    (first,) = await desk.listed()
    assert await desk.end(first, Ending.BROKEN)
    assert await desk.keep(find()) == 0
    assert await desk.keep(replace(find(), at=NOW + DAY), now=NOW + DAY) == 1


async def test_what_somebody_ended_stays_ended(desk: Desk) -> None:
    await desk.keep(find())
    (each,) = await desk.listed()
    assert await desk.end(each, Ending.HALF_KEPT)
    assert not await desk.end(each, Ending.DOUBLED)
    (ended,) = await desk.listed(Status.REACHED, Status.STOPPED)
    assert (ended.status, ended.ending) == (Status.REACHED, Ending.HALF_KEPT)


async def test_another_members_find_does_not_exist(
    desk: Desk, database: Database, bob: UUID
) -> None:
    await desk.keep(find())
    (mine,) = await desk.listed()
    await desk.settle(mine, "80")
    other = Desk(database, bob)
    assert await other.listed() == ()
    assert not await other.end(mine, Ending.BROKEN)
    async with database.member(bob) as session:
        assert await option_keeping.option_records(session) == {}
        with pytest.raises(NotFound):
            await option_keeping.rate_option(session, mine.id, liked=True)
    assert await other.keep(find()) == 1
    assert len(await desk.listed()) == 1


async def test_thumbs_are_kept_taken_back_and_weigh(desk: Desk) -> None:
    await desk.keep(find())
    (each,) = await desk.listed()
    for liked, expected in ((True, 1), (False, -1), (None, None)):
        async with desk.database.member(desk.member) as session:
            await option_keeping.rate_option(session, each.id, liked=liked)
            weight = (await option_keeping.option_taste(session))[OptionSetup.CONDOR]
        (now,) = await desk.listed()
        assert now.liked == expected
        assert (weight > 1, weight < 1) == (expected == 1, expected == -1)


async def test_a_thumb_on_a_card_keeps_what_it_showed_once(desk: Desk) -> None:
    for liked in (True, False):
        async with desk.database.member(desk.member) as session:
            await option_keeping.keep_rated(session, kept(), liked=liked)
    (found,) = await desk.listed()
    assert (found.fact, found.liked) == (CONDOR, -1)


async def test_the_hit_rate_is_counted_beside_the_chance_that_was_computed(desk: Desk) -> None:
    for place, result in enumerate(("80", "-120", "10", None)):
        fact = replace(CONDOR, expiry=EXPIRY + DAY * place, probability=0.6 + place / 10)
        await desk.keep(find(fact=fact))
        (newest, *_) = await desk.listed()
        await desk.settle(newest, result)
    async with desk.database.member(desk.member) as session:
        records = await option_keeping.option_records(session)
    record = records[OptionSetup.CONDOR]
    assert (record.cases, record.hits) == (3, 2)
    assert record.chance == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Sight(), None),
        (Sight(high=109.99, low=90.01, back=Decimal("0.41")), None),
        (Sight(high=110.0, low=95.0), Ending.BROKEN),
        (Sight(high=100.0, low=90.0), Ending.BROKEN),
        (Sight(back=Decimal("1.60")), Ending.DOUBLED),
        (Sight(back=Decimal("0.40")), Ending.HALF_KEPT),
        (Sight(high=111.0, low=95.0, back=Decimal("0.10")), Ending.BROKEN),
    ],
)
def test_a_spread_ends_at_its_levels_and_at_what_buying_it_back_costs(
    seen: Sight, expected: Ending | None
) -> None:
    assert ending(kept(), seen, NOW + DAY) == expected


@pytest.mark.parametrize(("rank", "expected"), [(0.36, None), (0.349, Ending.RANK_FELL)])
def test_rich_volatility_ends_when_its_rank_fell_clearly(
    rank: float, expected: Ending | None
) -> None:
    assert ending(kept(OptionSetup.RANK), Sight(rank=rank), NOW + DAY) == expected


def test_each_ends_when_its_time_has_come() -> None:
    week = ENDS - timedelta(days=7)
    assert ending(kept(), Sight(), week - HOUR) is None
    assert ending(kept(), Sight(), week) == Ending.NEAR
    assert ending(kept(), Sight(), ENDS + HOUR) == Ending.OVER
    assert ending(kept(OptionSetup.RANK), Sight(), NOW + timedelta(days=30)) == Ending.OVER
    assert ending(kept(OptionSetup.CRUSH), Sight(), NOW + timedelta(days=10)) == Ending.OVER
    assert ending(kept(OptionSetup.UNUSUAL), Sight(), NOW + timedelta(days=7)) == Ending.NEAR


def chain(marks: dict[tuple[OptionKind, int], str | None]) -> OptionChain:
    quotes = [
        OptionQuote(
            contract=replace(
                UNUSUAL.contract,
                ticker=f"ACME261218{kind[0].upper()}{strike * 1000:08d}",
                strike=Decimal(strike),
                kind=kind,
            ),
            bid=None if mark is None else Decimal(mark) - Decimal("0.05"),
            ask=None if mark is None else Decimal(mark) + Decimal("0.05"),
        )
        for (kind, strike), mark in marks.items()
    ]
    return OptionChain(underlying=ACME.symbol, quotes=quotes, provider=TOLD, as_of=NOW)


def test_buying_back_is_counted_at_the_middle_of_every_leg() -> None:
    marks: dict[tuple[OptionKind, int], str | None] = {
        (OptionKind.PUT, 90): "0.70",
        (OptionKind.PUT, 88): "0.40",
        (OptionKind.CALL, 110): "0.50",
        (OptionKind.CALL, 112): "0.30",
    }
    assert buying_back(kept().legs, chain(marks)) == Decimal("0.50")
    marks[OptionKind.CALL, 112] = None
    assert buying_back(kept().legs, chain(marks)) is None


@pytest.mark.parametrize(
    ("price", "made"),
    [("100", "80"), ("90", "80"), ("89.20", "0"), ("88", "-120"), ("70", "-120"), ("111", "-20")],
)
def test_a_structure_comes_to_what_it_was_worth_at_its_expiry(price: str, made: str) -> None:
    assert worth(kept().legs, Decimal(price)) == Decimal(made)


@pytest.fixture
def market(tmp_path: Path) -> Callable[..., FilesMarket]:
    """Closes of ACME by day, each a minute of its session that opened at 100."""

    def make(*days: tuple[date, float]) -> FilesMarket:
        lines = ["time,open,high,low,close,volume"]
        for day, close in days:
            high, low = max(100.0, close), min(100.0, close)
            lines.append(f"{day}T09:30:00-05:00,100,{high},{low},{close},10")
        folder = tmp_path / "ACME" / "1m"
        folder.mkdir(parents=True)
        (folder / "bars.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return FilesMarket(tmp_path)

    return make


async def counted(each: KeptOption, market: FilesMarket, now: datetime) -> list[Decimal | None]:
    return [result for _, result in await count([each], market, now)]


async def test_a_find_is_counted_at_the_close_of_its_last_day(
    market: Callable[..., FilesMarket],
) -> None:
    found = market((date(2026, 12, 17), 100.0), (EXPIRY, 111.0), (date(2026, 12, 21), 100.0))
    assert await counted(kept(), found, ENDS + HOUR) == [Decimal(-20)]
    assert await counted(kept(OptionSetup.UNUSUAL), found, ENDS + HOUR) == [Decimal(-10)]


async def test_options_that_settle_in_the_morning_are_counted_at_the_open(
    market: Callable[..., FilesMarket],
) -> None:
    opens = datetime(2026, 12, 18, 14, 30, tzinfo=UTC)
    found = market((EXPIRY, 111.0))
    assert await counted(replace(kept(), settles_at=opens), found, ENDS + HOUR) == [Decimal(80)]


async def test_what_has_no_close_is_counted_later_and_given_up_in_the_end(
    market: Callable[..., FilesMarket],
) -> None:
    found = market((date(2026, 12, 17), 100.0), (date(2026, 12, 21), 100.0))
    assert await counted(kept(), found, ENDS + HOUR) == []
    assert await counted(kept(), found, ENDS + timedelta(days=15)) == [None]


async def test_volatility_is_counted_against_what_followed(
    market: Callable[..., FilesMarket],
) -> None:
    days = sessions_between(NOW.date(), date(2027, 1, 15))
    still = market(*((day.date, 100.0 + place % 2) for place, day in enumerate(days)))
    rich = kept(OptionSetup.RANK)
    assert await counted(rich, still, NOW + timedelta(days=20)) == []
    [result] = await counted(rich, still, NOW + timedelta(days=50))
    assert result is not None
    realised = 0.42 - float(result)
    assert realised == pytest.approx(0.158, abs=0.001)
