"""Alerts as the member who asks is told: drafts on the simulated market, and what is kept of theirs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from typing_extensions import override

from app.alerts.channels import INSTEAD
from app.alerts.drafts import Wish
from app.alerts.drafts import draft_alert as drafted_alert
from app.alerts.models import Alert, Status, Told, fingerprint_of
from app.alerts.protocol import History, NothingWatched, Watched
from app.alerts.service import LISTED
from app.alerts.values import Book, NoBook
from app.core.clock import FrozenClock
from app.core.errors import InvalidInput, NotFound, NotSignedIn
from app.core.ids import new_id
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.formula.errors import FormulaError
from app.grounding.ledger import Ledger
from app.grounding.references import fill
from app.macro.source import MacroSource
from app.market.calendar import sessions_between
from app.market.protocol import MarketData
from app.market.providers.simulated import SimulatedMarket
from app.notifications.models import Channel, ChannelKind
from tools.alerts import draft_alert, list_alerts
from tools.alerts_changing import change_alert, replay_alert
from tools.base import Tool, ToolContext, ToolResult
from widgets.alerts import AlertChangeCard, AlertDraftCard, AlertHistoryCard, AlertsCard

NOW = datetime(2026, 11, 19, 18, tzinfo=UTC)
MARKET = SimulatedMarket()


@dataclass
class Kept(Watched):
    """What a member has, at hand."""

    found: Sequence[Alert] = ()
    told: Sequence[Told] = ()
    reached: Sequence[Channel] = ()
    gone: Sequence[Alert] = ()

    @override
    async def alerts(self) -> Sequence[Alert]:
        return self.found

    @override
    async def history(self, symbol: Symbol | None, *, limit: int) -> History:
        known = {each.id: each for each in (*self.found, *self.gone)}
        told = [(each, known[each.alert_id]) for each in self.told]
        about = [each for each in told if symbol in (None, each[1].symbol)]
        return History(len(about), about[:limit])

    @override
    async def channels(self) -> Sequence[Channel]:
        return self.reached

    @override
    def book(self, market: MarketData, macro: MacroSource) -> Book:
        return NoBook()


@dataclass(frozen=True)
class Said:
    sentence: str
    result: ToolResult
    figures: dict[str, str]


async def ask(tool: Tool[Any], watched: Watched | None = None, **arguments: Any) -> Said:
    ledger = Ledger()
    context = ToolContext(
        market=MARKET,
        clock=FrozenClock(NOW),
        book=ledger.open(call_id="call", tool=tool.name),
        ledger=ledger,
        alerts=watched or NothingWatched(),
    )
    result = await tool.call(arguments, context)
    figures = {each.path: each.text() for each in ledger}
    return Said(fill(result.sentence, ledger), result, figures)


async def drafted(**arguments: Any) -> tuple[AlertDraftCard, Said]:
    said = await ask(draft_alert, **arguments)
    [card] = said.result.cards
    assert isinstance(card, AlertDraftCard)
    return card, said


async def alert(symbol: str, condition: str, **changes: Any) -> Alert:
    wish = Wish(symbol=Symbol(symbol), condition=condition)
    terms = (await drafted_alert(wish, market=MARKET, book=NoBook(), at=NOW)).terms
    made = Alert(
        id=new_id(),
        member_id=new_id(),
        symbol=symbol,
        terms=terms,
        fingerprint=fingerprint_of(terms),
        status=Status.ARMED,
        thread_id=None,
        fired=0,
        fired_at=None,
        armed_at=NOW,
        snoozed_until=None,
        expires_at=None,
        created_at=NOW,
    )
    return replace(made, **changes)


async def test_a_draft_says_what_would_fire_and_how_far_it_is() -> None:
    card, said = await drafted(symbol="SPX", condition="price hits 5930")

    last = (await MARKET.quote(Symbol("SPX"), as_of=NOW)).last
    assert (card.stands, card.fires_at_once, card.outcome) == (False, False, "")
    assert card.price is not None
    assert card.distance is not None
    assert card.price.value == format(last, "f")
    assert float(card.distance.value) == pytest.approx(5930 - float(last))
    assert card.hash == fingerprint_of(card.terms)
    assert "SPX, price hits 5,930; told once, until it is armed again" in said.sentence
    assert said.sentence.endswith("Nothing is watched until you arm it on the card.")
    assert said.result.sentence.count("5,930") == 0


async def test_what_is_true_already_fires_at_once_unless_only_the_next_time_is_wanted() -> None:
    at_once, said = await drafted(symbol="SPX", condition="price > 10")
    waits, then = await drafted(symbol="SPX", condition="price > 10", next_cross_only=True)

    assert (at_once.stands, at_once.fires_at_once) == (True, True)
    assert (waits.stands, waits.fires_at_once) == (True, False)
    assert "It is true now, so it fires at once when armed." in said.sentence
    assert "only the next time it becomes true is told" in then.sentence
    assert at_once.hash != waits.hash


async def test_limits_stand_on_the_card_and_in_what_is_armed() -> None:
    ends = NOW + timedelta(days=1)
    card, _ = await drafted(
        symbol="SPY",
        condition="price hits 600",
        active="before 11:00",
        repeats=True,
        expires_at=ends.isoformat(),
        note="trim {a1} half",
    )
    assert (card.told, card.ends_at, card.note) == ("every time", ends, "trim a1 half")
    assert card.terms["trigger"]["active"] == {"start": 0, "end": 11 * 60}
    assert "before 11:00" in card.words


async def test_what_is_held_needs_no_symbol_and_says_when_it_cannot_be_told() -> None:
    card, said = await drafted(condition="net_delta > 200")
    assert (card.symbol, card.stands, card.price) == ("", None, None)
    assert "Whether it is true now cannot be told." in said.sentence
    assert card.notes


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"symbol": "SPX", "condition": "price abve 5"}, FormulaError, "Did you mean `above`"),
        ({"condition": "price > 5"}, InvalidInput, "Say of which symbol"),
        ({"symbol": "SPX", "condition": "iv_rank > 50"}, InvalidInput, "cannot be watched"),
        ({"symbol": "ZZZZZ", "condition": "price > 5"}, NotFound, "ZZZZZ"),
        (
            {"symbol": "SPX", "condition": "price > 5", "expires_at": "2026-01-01T00:00:00Z"},
            InvalidInput,
            "end before it begins",
        ),
    ],
)
async def test_what_cannot_be_watched_is_refused_with_what_to_change(
    arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        await ask(draft_alert, **arguments)


async def test_alerts_are_listed_by_how_they_stand() -> None:
    kept = Kept(
        [
            await alert("SPX", "price hits 5930"),
            await alert("NVDA", "price > 200", snoozed_until=NOW + timedelta(minutes=5)),
            await alert("GLD", "price > 1", status=Status.FIRED, fired=2, fired_at=NOW),
        ]
    )
    said = await ask(list_alerts, kept)
    [card] = said.result.cards

    assert isinstance(card, AlertsCard)
    assert [row.status for row in card.rows] == ["armed", "snoozed", "fired"]
    assert [row.fired.text for row in card.rows] == ["0", "0", "2"]
    assert said.sentence == (
        "Your alerts: 1 armed, 1 snoozed, 1 fired. They are: SPX: price hits 5,930; "
        "NVDA: price is above 200; GLD: price is above 1."
    )
    only = await ask(list_alerts, kept, symbol="NVDA")
    assert [row.symbol for row in only.result.cards[0].rows] == ["NVDA"]  # type: ignore[attr-defined]


async def test_no_alerts_are_said_to_be_none_and_nobodys_need_a_member() -> None:
    assert "Nothing is watched for you" in (await ask(list_alerts, Kept())).sentence
    with pytest.raises(NotSignedIn):
        await ask(list_alerts)
    with pytest.raises(NotFound, match="no alerts"):
        await ask(change_alert, Kept(), change="drop")


def told_of(fired: Alert, number: int = 1) -> Told:
    return Told(
        id=new_id(),
        alert_id=fired.id,
        sequence=number,
        at=NOW,
        told_at=NOW,
        is_late=True,
        body={"price": 5930.2, "level": 5930.0, "number": number},
        thread_id=new_id(),
        message_id=new_id(),
    )


async def test_the_history_is_of_what_was_told() -> None:
    fired = await alert("SPX", "price hits 5930", fired=1, fired_at=NOW)
    said = await ask(list_alerts, Kept([fired], [told_of(fired)]), history=True)
    [card] = said.result.cards

    assert isinstance(card, AlertHistoryCard)
    assert [(row.price.text, row.is_late) for row in card.rows if row.price] == [("5,930.20", True)]
    assert said.sentence == "Your alerts fired 1 time; the last was SPX: price hits 5,930."


async def test_what_a_dropped_alert_told_stays_in_the_history() -> None:
    dropped = await alert("SPX", "price hits 5930", status=Status.DROPPED)
    kept = Kept([], [told_of(dropped)], gone=[dropped])
    mine = await ask(list_alerts, kept, history=True, symbol="SPX")
    other = await ask(list_alerts, kept, history=True, symbol="AMD")
    listed = await ask(list_alerts, kept)

    assert mine.sentence == "Your alerts on SPX fired 1 time; the last was SPX: price hits 5,930."
    assert other.sentence == "None of your alerts on AMD has fired yet."
    assert listed.sentence == "Nothing is watched for you."


async def test_a_history_counts_all_and_shows_the_latest() -> None:
    fired = await alert("SPX", "price hits 5930")
    kept = Kept([fired], [told_of(fired, number) for number in range(700, 0, -1)])
    said = await ask(list_alerts, kept, history=True)
    [card] = said.result.cards

    assert isinstance(card, AlertHistoryCard)
    assert said.sentence.startswith("Your alerts fired 700 times;")
    assert (len(card.rows), card.notes) == (50, ("Only the latest are shown.",))


async def test_a_list_that_is_cut_says_of_how_many_it_speaks() -> None:
    one = await alert("SPX", "price hits 5930")
    every = [replace(one, id=new_id()) for _ in range(LISTED)]
    some = await ask(list_alerts, Kept(every[1:]))
    many = await ask(list_alerts, Kept(every))

    assert some.sentence.startswith("Your alerts: 499 armed.")
    assert many.sentence.startswith("Of your newest 500 alerts, those there: 500 armed.")


async def test_a_draft_says_where_it_is_told_and_which_channel_is_not_set_up() -> None:
    telegram = Channel(
        id=new_id(), kind=ChannelKind.TELEGRAM, name="", hint="…", created_at=NOW, confirmed_at=NOW
    )
    asked = {"symbol": "SPX", "condition": "price hits 1"}
    usual = await ask(draft_alert, Kept(), **asked)
    named = await ask(draft_alert, Kept(reached=[telegram]), **asked, channels=["telegram"])
    absent = await ask(draft_alert, Kept(reached=[telegram]), **asked, channels=["email"])

    cards = [each.result.cards[0] for each in (usual, named, absent)]
    where = [each.where for each in cards if isinstance(each, AlertDraftCard)]
    assert where == [
        "here and as your notifications are set",
        "here and by Telegram only",
        "here and by e-mail only",
    ]
    notes = [each.notes for each in cards if isinstance(each, AlertDraftCard)]
    missing = "E-mail is not set up, so nothing goes out there: add it under notifications."
    assert notes == [(), (), (missing, INSTEAD)]
    assert "here and" not in usual.sentence
    assert "until it is armed again, here and by Telegram only. It is" in named.sentence
    assert f"by e-mail only. {missing} {INSTEAD} It is" in absent.sentence


async def test_a_list_says_once_that_a_channel_which_armed_ones_name_cannot_be_told() -> None:
    one = await alert("SPX", "price hits 1")
    named = [
        replace(one, id=new_id(), terms={**one.terms, "channels": kinds})
        for kinds in (["email"], ["telegram", "email"])
    ]
    resting = replace(named[0], status=Status.FIRED)
    said = await ask(list_alerts, Kept(named))
    [card] = said.result.cards
    assert isinstance(card, AlertsCard)
    absent = [f"{name} is not set up, so nothing goes out there: add it under notifications." for name in ("E-mail", "Telegram")]  # fmt: skip
    assert card.notes == (*absent, INSTEAD)
    assert said.sentence.endswith(" ".join(card.notes))
    for quiet in (Kept([one]), Kept([resting])):
        [card] = (await ask(list_alerts, quiet)).result.cards
        assert isinstance(card, AlertsCard)
        assert card.notes == ()


async def test_a_row_says_which_channels_an_alert_names() -> None:
    terms = (await alert("SPX", "price hits 1")).terms
    named = await alert("SPX", "price hits 1", terms={**terms, "channels": ["telegram"]})
    [card] = (await ask(list_alerts, Kept([named]))).result.cards
    assert isinstance(card, AlertsCard)
    assert card.rows[0].told == "once, here and by Telegram only"


async def test_a_change_is_proposed_for_the_alert_that_is_meant() -> None:
    gold = await alert("GLD", "price > 1")
    fired = await alert("SPX", "price hits 5930", fired=1, fired_at=NOW)
    kept = Kept([gold, fired])

    by_name = await ask(change_alert, kept, change="drop", words="gold")
    by_last = await ask(change_alert, kept, change="snooze", minutes=45)

    [named], [last] = by_name.result.cards, by_last.result.cards
    assert isinstance(named, AlertChangeCard)
    assert isinstance(last, AlertChangeCard)
    assert [row.id for row in named.rows] == [str(gold.id)]
    assert [row.id for row in last.rows] == [str(fired.id)]
    assert "snooze for 45 minutes: SPX: price hits 5,930" in by_last.sentence
    assert "Nothing changes until you confirm it" in by_last.sentence
    with pytest.raises(NotFound, match="None of your alerts"):
        await ask(change_alert, kept, change="drop", symbol="AAPL")


async def test_a_number_names_the_alert_that_has_it_whole() -> None:
    sixty, more = await alert("AMD", "price hits 60"), await alert("AMD", "price hits 600")
    said = await ask(change_alert, Kept([more, sixty]), change="drop", words="60")
    [card] = said.result.cards
    assert isinstance(card, AlertChangeCard)
    assert [row.id for row in card.rows] == [str(sixty.id)]


async def test_a_snooze_until_a_day_ends_by_each_exchanges_own_clock() -> None:
    stock = await alert("SPX", "price hits 5930", fired=1, fired_at=NOW)
    pair = await alert("BTC/USD", "price hits 1")
    kept = Kept([stock, pair])

    one = await ask(change_alert, kept, change="snooze", symbol="SPX", until="friday the close")
    both = await ask(change_alert, kept, change="snooze", every=True, until="tomorrow")

    [card], [every] = one.result.cards, both.result.cards
    assert isinstance(card, AlertChangeCard)
    assert isinstance(every, AlertChangeCard)
    assert card.ends == (datetime(2026, 11, 20, 21, tzinfo=UTC),)
    assert "snooze until Friday 20 November 2026 at 16:00 ET: SPX" in one.sentence
    assert every.ends == (
        datetime(2026, 11, 20, 14, 30, tzinfo=UTC),
        datetime(2026, 11, 20, tzinfo=UTC),
    )
    assert "each by its own exchange's clock" in both.sentence
    with pytest.raises(InvalidInput, match="Say until when"):
        await ask(change_alert, kept, change="snooze", until="some day")
    with pytest.raises(InvalidInput, match="30 days at most"):
        await ask(change_alert, kept, change="snooze", until="2027-11-20")


async def test_where_several_fit_they_are_shown_and_none_is_chosen() -> None:
    kept = Kept([await alert("SPX", f"price hits {level}") for level in (5930, 5950)])

    one = await ask(change_alert, kept, change="drop", symbol="SPX")
    unsaid = await ask(change_alert, kept, change="drop")
    every = await ask(change_alert, kept, change="drop", symbol="SPX", every=True)

    assert isinstance(one.result.cards[0], AlertsCard)
    assert isinstance(unsaid.result.cards[0], AlertsCard)
    assert "Which one do you mean?" in one.sentence
    assert isinstance(every.result.cards[0], AlertChangeCard)
    assert len(every.result.cards[0].rows) == 2


async def test_a_replay_counts_the_days_on_which_yesterdays_high_was_touched() -> None:
    said = await ask(replay_alert, symbol="AAPL", condition="pdh tested 1 time", days=20)
    [card] = said.result.cards
    assert isinstance(card, AlertHistoryCard)

    since = NOW - timedelta(days=20)
    minutes = await MARKET.bars(
        Symbol("AAPL"), Timeframe.M1, start=since - timedelta(days=5), end=NOW, as_of=NOW
    )
    sessions = sessions_between((since - timedelta(days=5)).date(), NOW.date())
    touched = []
    for before, session in pairwise(sessions):
        high = minutes.between(before.open, before.close).high.max()
        day = minutes.between(max(session.open, since), min(session.close, NOW))
        if len(day) and ((day.low <= high) & (day.high >= high)).any():
            touched.append(session.date)
    regular = {
        row.at.date()
        for row in card.rows
        if any(each.open <= row.at < each.close for each in sessions)
    }
    assert len(touched) > 3
    assert set(touched) <= regular
    assert int(said.figures["fired"]) == len(card.rows)
    assert f"it would have fired {said.figures['fired']} times in the last 20 days" in said.sentence


async def test_a_replay_of_a_plain_level_is_told_at_the_level() -> None:
    price = round(float((await MARKET.quote(Symbol("AAPL"), as_of=NOW)).last))
    said = await ask(replay_alert, symbol="AAPL", condition=f"price hits {price}", days=5)
    never = await ask(replay_alert, symbol="AAPL", condition="price hits 99999", days=5)

    [card] = said.result.cards
    assert isinstance(card, AlertHistoryCard)
    assert card.rows
    assert all(row.price and abs(float(row.price.value) - price) < 2 for row in card.rows)
    assert [row.at for row in card.rows] == sorted((row.at for row in card.rows), reverse=True)
    assert never.sentence.endswith("it would have fired 0 times in the last 5 days.")


async def test_a_replay_keeps_to_its_hours_and_counts_what_became_true() -> None:
    every = await ask(replay_alert, symbol="AAPL", condition="rsi(14, 5m) < 35", days=20)
    early = await ask(
        replay_alert, symbol="AAPL", condition="rsi(14, 5m) < 35", active="before 11:00", days=20
    )
    assert int(every.figures["fired"]) > int(early.figures["fired"]) > 0


@pytest.mark.parametrize(
    ("condition", "words"),
    [("net_delta > 200", "no replay"), ("price hits poc", "grows with the day")],
)
async def test_what_has_no_kept_past_has_no_replay(condition: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        await ask(replay_alert, symbol="AAPL", condition=condition)
