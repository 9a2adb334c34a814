"""Alerts on the week in which something that is held reports, out of files whose every date is known."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from typing_extensions import override

from app.alerts import service
from app.alerts.beginning import standing
from app.alerts.drafts import Drafted, Wish, asked_of, draft_alert
from app.alerts.models import Alert
from app.alerts.monitor_book import MemberBook, MemberBooks
from app.alerts.monitor_symbol import Desk
from app.alerts.protocol import MemberAlerts
from app.alerts.reporting import monday_of
from app.alerts.telling import Writer
from app.alerts.values import truths_since
from app.conversations import service as conversations
from app.conversations.models import StoredMessage
from app.core.clock import FrozenClock, WallClock
from app.core.errors import ProviderUnavailable
from app.core.figures import Unit
from app.core.symbols import Symbol
from app.grounding.ledger import Ledger
from app.grounding.references import fill
from app.infra.db.database import Database
from app.macro.source import Earnings, MacroSource, NoSource
from app.macro.sources.files import FilesSource
from app.market.chains import OptionKind
from app.market.providers.simulated import SimulatedMarket
from app.market.standins.zigzag import FastClock
from app.market.vendor import NotCovered
from app.positions import service as positions
from app.positions.models import Asset, AssetKind, Source
from app.positions.protocol import MemberHoldings
from app.users.plans import ELITE
from tests.app.alerts.conftest import Street, until
from tools.alerts import draft_alert as draft_alert_tool
from tools.base import ToolContext
from widgets.alerts import AlertDraftCard
from workers.alert_messages import MessageWriter

EARNINGS = """\
symbol,date,time,company,confirmed
NVDA,2026-11-24,16:20,NVIDIA,yes
DIS,2026-11-25,before open,Disney,no
MU,2026-11-27,,Micron,yes
AMD,2026-11-24,16:05,AMD,yes
NVDA,2026-12-02,16:20,NVIDIA,yes
"""
"""Held are NVDA as stock, DIS and MU by options; nobody holds AMD."""
CONDITION = "reports_this_week >= 1"
MARKET = SimulatedMarket()
MONDAY = datetime(2026, 11, 23, 15, tzinfo=UTC)
"""10:00 in New York."""


@pytest.fixture
def source(tmp_path: Path) -> FilesSource:
    (tmp_path / "earnings.csv").write_text(EARNINGS, encoding="utf-8")
    return FilesSource(tmp_path)


@pytest.fixture
async def held(database: Database, ada: UUID) -> None:
    expiry = date(2027, 1, 15)
    options = [
        Asset(
            kind=AssetKind.OPTION,
            symbol=Symbol(symbol),
            right=OptionKind.CALL,
            strike=Decimal(100),
            expiry=expiry,
            multiplier=Decimal(100),
        )
        for symbol in ("DIS", "MU")
    ]
    stock = Asset(kind=AssetKind.STOCK, symbol=Symbol("NVDA"))
    coin = Asset(kind=AssetKind.CRYPTO, symbol=Symbol("BTC/USD"))
    openings = [
        positions.Opening(asset=each, quantity=Decimal(1), price=Decimal(1))
        for each in (stock, coin, *options)
    ]
    async with database.member(ada) as session:
        await positions.open_positions(
            session, openings, source=Source.TYPED, key="k", now=MONDAY - timedelta(days=30)
        )


class _Interrupted(NoSource):
    """A source that answered and then does not."""

    def __init__(self, inner: MacroSource) -> None:
        self._inner, self.is_dead = inner, False

    @property
    @override
    def name(self) -> str:
        return self._inner.name

    @override
    async def earnings(
        self, first: date, last: date, symbol: Symbol | None = None
    ) -> tuple[Earnings, ...]:
        if self.is_dead:
            raise ProviderUnavailable("The calendar does not answer.")
        return await self._inner.earnings(first, last, symbol)


async def _number(book: MemberBook, at: datetime) -> float:
    drafted = await _drafted(book, at)
    asked = asked_of(drafted.terms, MARKET, book)
    numbers = await book.numbers(asked.formula.needs.outside, at)
    return numbers["reports_this_week"]


async def _drafted(book: MemberBook, at: datetime, condition: str = CONDITION) -> Drafted:
    wish = Wish(symbol=None, condition=condition)
    return await draft_alert(wish, market=MARKET, book=book, at=at)


@pytest.mark.parametrize(
    ("at", "monday"),
    [
        (datetime(2026, 11, 23, 5, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 28, 4, 59, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 28, 5, 0, tzinfo=UTC), None),
        (datetime(2026, 11, 28, 12, 59, tzinfo=UTC), None),
        (datetime(2026, 11, 28, 13, 0, tzinfo=UTC), date(2026, 11, 30)),
        (datetime(2026, 11, 30, 4, 59, tzinfo=UTC), date(2026, 11, 30)),
    ],
)
def test_a_week_ends_on_friday_and_the_next_counts_from_saturday_morning(
    at: datetime, monday: date | None
) -> None:
    assert monday_of(at) == monday


@pytest.mark.database
@pytest.mark.usefixtures("held")
@pytest.mark.parametrize(
    ("at", "number"),
    [
        (MONDAY, 3.0),
        (datetime(2026, 11, 24, 21, 19, tzinfo=UTC), 3.0),
        (datetime(2026, 11, 24, 21, 20, tzinfo=UTC), 2.0),
        (datetime(2026, 11, 25, 14, 30, tzinfo=UTC), 1.0),
        (datetime(2026, 11, 28, 4, 59, tzinfo=UTC), 1.0),
        (datetime(2026, 11, 28, 5, 0, tzinfo=UTC), 0.0),
        (datetime(2026, 11, 28, 13, 0, tzinfo=UTC), 1.0),
        (datetime(2026, 12, 5, 13, 0, tzinfo=UTC), 0.0),
    ],
)
async def test_what_is_held_counts_until_its_report_is_out(
    database: Database, ada: UUID, source: FilesSource, at: datetime, number: float
) -> None:
    assert await _number(MemberBook(database, ada, MARKET, source), at) == number


@pytest.mark.database
@pytest.mark.usefixtures("held")
async def test_the_same_book_goes_from_one_week_to_the_next_and_is_false_between(
    database: Database, ada: UUID, source: FilesSource
) -> None:
    """So an alert told every time is told once for each week."""
    book = MemberBook(database, ada, MARKET, source)
    friday = datetime(2026, 11, 28, 4, 58, tzinfo=UTC)
    asked = asked_of((await _drafted(book, friday)).terms, MARKET, book)

    stood = []
    for at in (friday, friday + timedelta(minutes=3), friday + timedelta(hours=9)):
        stood += [each.truth for each in await truths_since(asked, at.timestamp(), at)]

    assert stood == [True, False, True]


@pytest.mark.database
@pytest.mark.usefixtures("held")
async def test_without_a_source_the_draft_says_what_to_set_up(
    database: Database, ada: UUID
) -> None:
    book = MemberBook(database, ada, MARKET, NoSource())

    outlook = (await _drafted(book, MONDAY)).outlook

    assert (outlook.is_true, outlook.fires_at_once) == (None, False)
    assert "Earnings dates need a source" in outlook.absence
    with pytest.raises(NotCovered):
        await _number(book, MONDAY)


@pytest.mark.database
@pytest.mark.usefixtures("held")
async def test_what_else_is_asked_for_is_told_without_the_reports(
    database: Database, ada: UUID
) -> None:
    book = MemberBook(database, ada, MARKET, NoSource())

    outlook = (await _drafted(book, MONDAY, f"{CONDITION} or open_pnl > -$1000000")).outlook

    assert outlook.is_true is True


@pytest.mark.database
@pytest.mark.usefixtures("held")
async def test_a_source_that_stops_answering_is_remembered_for_minutes(
    database: Database, ada: UUID, source: FilesSource
) -> None:
    interrupted = _Interrupted(source)
    books = MemberBooks(database, MARKET, interrupted)
    assert await _number(books.of(ada), MONDAY) == 3.0

    interrupted.is_dead = True

    assert await _number(books.of(ada), MONDAY + timedelta(minutes=4)) == 3.0
    with pytest.raises(ProviderUnavailable):
        await _number(books.of(ada), MONDAY + timedelta(minutes=6))
    assert books.week_at(ada, MONDAY + timedelta(minutes=6)) is not None
    assert books.week_at(ada, MONDAY + timedelta(minutes=11)) is None
    assert books.week_at(uuid4(), MONDAY) is None


async def _said(
    database: Database, member: UUID, macro: MacroSource, at: datetime = MONDAY
) -> tuple[AlertDraftCard, str, Ledger]:
    ledger = Ledger()
    context = ToolContext(
        market=MARKET,
        clock=FrozenClock(at),
        book=ledger.open(call_id="call", tool="draft_alert"),
        ledger=ledger,
        macro=macro,
        holdings=MemberHoldings(database, member),
        alerts=MemberAlerts(database, member),
    )
    result = await draft_alert_tool.call({"condition": CONDITION, "repeats": True}, context)
    [card] = result.cards
    assert isinstance(card, AlertDraftCard)
    return card, fill(result.sentence, ledger), ledger


@pytest.mark.database
@pytest.mark.usefixtures("held")
async def test_a_draft_says_how_many_report_which_and_when(
    database: Database, ada: UUID, source: FilesSource
) -> None:
    card, sentence, ledger = await _said(database, ada, source)

    assert (card.stands, card.fires_at_once, card.told) == (True, True, "every time")
    assert (
        "It is true now, so it fires at once when armed. Of what you hold, 3 still to report in the "
        "week of Monday 23 November 2026: NVDA on Tuesday 24 November 2026 after the close, tomorrow; "
        "DIS on Wednesday 25 November 2026 before the open, expected but not confirmed, in 2 days; "
        "MU on Friday 27 November 2026, at a time that is not known, in 4 days." in sentence
    )
    assert card.notes == (
        "NVDA on Tuesday 24 November 2026 after the close",
        "DIS on Wednesday 25 November 2026 before the open, expected but not confirmed",
        "MU on Friday 27 November 2026, at a time that is not known",
    )
    counted = next(each for each in ledger if each.path == "reports")
    assert (counted.value, counted.unit, counted.provider) == (Decimal(3), Unit.INDEX, source.name)


@pytest.mark.database
@pytest.mark.usefixtures("held")
async def test_a_draft_says_that_nothing_reports(
    database: Database, ada: UUID, source: FilesSource
) -> None:
    card, sentence, _ = await _said(database, ada, source, MONDAY + timedelta(days=14))

    assert (card.stands, card.fires_at_once, card.notes) == (False, False, ())
    assert "Nothing that you hold is still to report in the week of Monday 7 December" in sentence


@pytest.mark.database
@pytest.mark.usefixtures("held")
async def test_a_draft_without_a_source_says_so_on_its_card(database: Database, ada: UUID) -> None:
    card, sentence, _ = await _said(database, ada, NoSource())

    assert card.stands is None
    assert any("Earnings dates need a source" in note for note in card.notes)
    assert "cannot be told. Earnings dates need a source" in sentence


@dataclass
class _Exchange(Street):
    """A street whose monitors know dates of reports."""

    macro: MacroSource = field(default_factory=NoSource)
    weeks_are_told: bool = True

    @override
    def desk(self, writer: Writer | None = None) -> Desk:
        books = MemberBooks(self.database, self.market, self.macro)
        told = MessageWriter(books) if self.weeks_are_told else MessageWriter()
        return replace(super().desk(writer or told), books=books)


async def _fired(exchange: _Exchange, member: UUID) -> tuple[Alert, StoredMessage, dict[str, Any]]:
    book = MemberBook(exchange.database, member, exchange.market, exchange.macro)
    at, now = exchange.clock.now(), WallClock().now()
    drafted = await _drafted(book, at)
    begins = await standing(drafted.terms, market=exchange.market, book=book, at=at)
    async with exchange.monitor():
        async with exchange.database.member(member) as session:
            stored = await service.store_draft(
                session, member, drafted.terms, key=uuid4().hex, thread_id=None, now=now
            )
            done = await service.arm(
                session, stored.id, stored.fingerprint, begins, plan=ELITE, now=now
            )

        async def has_fired() -> bool:
            return bool(await exchange.firings(member, done.alert))

        await until(has_fired)
    (told,) = await exchange.firings(member, done.alert)
    async with exchange.database.member(member) as session:
        message = await conversations.get_message(session, told.message_id)
    return done.alert, message, dict(told.body)


@pytest.fixture
def exchange(street: Street, source: FilesSource) -> _Exchange:
    """Monday's morning, at the pace of the wall."""
    wall = WallClock()
    clock = FastClock(wall, MONDAY, wall.now(), 1.0)
    return _Exchange(street.database, street.url, market=MARKET, clock=clock, macro=source)


@pytest.mark.database
@pytest.mark.usefixtures("held")
async def test_the_message_says_who_reports_when_as_figures_of_the_source(
    exchange: _Exchange, ada: UUID
) -> None:
    _, message, body = await _fired(exchange, ada)

    assert "still to report this week is at least 1. Of what you hold, 3 still" in message.content
    assert "NVDA on Tuesday 24 November 2026 after the close, tomorrow" in message.content
    assert "DIS on Wednesday 25 November 2026 before the open" in message.content
    assert "AMD" not in message.content
    assert message.grounding is not None
    assert message.grounding["bound"] == message.grounding["numbers"] == 4
    by_path = {each["path"]: each for each in body["figures"]}
    assert by_path["reports"]["provider"] == exchange.macro.name
    assert by_path["reports.2"]["value"] == "2"


@pytest.mark.database
@pytest.mark.usefixtures("held")
async def test_a_message_that_cannot_know_who_reports_says_the_number_only(
    exchange: _Exchange, ada: UUID
) -> None:
    exchange.weeks_are_told = False

    _, message, _ = await _fired(exchange, ada)

    assert "still to report this week is at least 1." in message.content
    assert "NVDA" not in message.content
