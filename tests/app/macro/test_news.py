"""News out of files and out of Massive's answers, over real HTTP; the payloads are ours, in its fields."""

from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from massive.rest.models.tickers import TickerNews

from app.core.clock import FrozenClock
from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.macro.news import HEADLINE_LENGTH, Mood, address_of, headline_of
from app.macro.source import NoSource
from app.macro.sources.chosen import ChosenSource
from app.macro.sources.files import FilesSource
from app.macro.sources.kept import KeptSource
from app.macro.sources.massive import MassiveMacro
from app.market.providers.massive import allowance_of
from app.market.providers.simulated import SimulatedMarket
from app.market.standins.massive import KEY, MassiveStandIn, massive_stand_in
from app.market.vendor import NotCovered
from app.market.vendors.cache import Cache
from app.market.vendors.guarded import Guards

NOW = datetime(2026, 11, 19, 16, 30, tzinfo=UTC)
PATH = "/v2/reference/news"
FIRST, LAST = date(2026, 11, 12), date(2026, 11, 19)
AMD = Symbol("AMD")


def article(title: str, at: str, **more: Any) -> dict[str, Any]:
    return {
        "id": title,
        "title": title,
        "published_utc": at,
        "publisher": {"name": "The Chip Wire", "homepage_url": "https://chips.example"},
        "tickers": ["AMD", "NVDA"],
        "article_url": "https://chips.example/a",
        **more,
    }


ARTICLES = [
    article(
        "AMD to add\n 3,000 jobs",
        "2026-11-19T13:05:00Z",
        insights=[
            {"ticker": "NVDA", "sentiment": "negative", "sentiment_reasoning": "…"},
            {"ticker": "AMD", "sentiment": "positive", "sentiment_reasoning": "…"},
        ],
    ),
    article("An evening in New York", "2026-11-13T01:00:00Z", article_url="javascript:alert(1)"),
    article("The day before", "2026-11-12T04:59:00Z"),
]


@pytest.fixture
async def stand_in() -> AsyncIterator[MassiveStandIn]:
    async with massive_stand_in(SimulatedMarket(seed=7), FrozenClock(NOW)) as running:
        running.recorded[PATH] = {"status": "OK", "results": ARTICLES}
        yield running


@pytest.fixture
async def massive(stand_in: MassiveStandIn) -> AsyncIterator[MassiveMacro]:
    source = MassiveMacro(KEY, base_url=stand_in.base_url)
    yield source
    await source.close()


def test_the_rows_of_these_tests_have_the_vendors_fields() -> None:
    assert set(ARTICLES[0]) <= {each.name for each in fields(TickerNews)}


async def test_massives_articles_are_told_oldest_first_with_the_companys_mood(
    massive: MassiveMacro,
) -> None:
    evening, jobs = await massive.news(FIRST, LAST, AMD)

    assert (jobs.headline, jobs.publisher) == ("AMD to add 3,000 jobs", "The Chip Wire")
    assert (jobs.at, jobs.mood) == (datetime(2026, 11, 19, 13, 5, tzinfo=UTC), Mood.POSITIVE)
    assert (jobs.url, jobs.provider.name) == ("https://chips.example/a", "Massive")
    assert (evening.headline, evening.mood, evening.url) == ("An evening in New York", None, "")


async def test_a_plan_without_news_says_what_would_add_it(
    massive: MassiveMacro, stand_in: MassiveStandIn
) -> None:
    stand_in.not_entitled.add(PATH)
    with pytest.raises(NotCovered, match=r"does not include news: .* news\.csv"):
        await massive.news(FIRST, LAST, AMD)


@pytest.mark.parametrize("broken", [{"title": "no moment"}, {"published_utc": "yesterday"}, 7])
async def test_a_broken_article_makes_a_broken_answer(
    massive: MassiveMacro, stand_in: MassiveStandIn, broken: object
) -> None:
    stand_in.recorded[PATH] = {"status": "OK", "results": [broken]}
    with pytest.raises(ProviderUnavailable):
        await massive.news(FIRST, LAST, AMD)


async def test_what_was_told_is_told_again_without_asking(
    massive: MassiveMacro, stand_in: MassiveStandIn
) -> None:
    kept = KeptSource(
        massive, allowance_of(60), FrozenClock(NOW), guards=Guards(None), cache=Cache(None)
    )
    first = await kept.news(FIRST, LAST, AMD)
    stand_in.recorded[PATH] = {"status": "OK", "results": []}
    assert await kept.news(FIRST, LAST, AMD) == first
    assert first[1].mood is Mood.POSITIVE


async def test_files_come_first_and_without_either_it_is_said(
    massive: MassiveMacro, tmp_path: Path
) -> None:
    files = FilesSource(tmp_path)
    both = ChosenSource([files, massive])
    assert len(await both.news(FIRST, LAST, AMD)) == 2

    text = (
        "symbol,date,time,headline,publisher,url,mood\n"
        'amd,2026-11-18,09:15,"A base, then?",Own notes,https://notes.example,neutral\n'
        "nvda,2026-11-18,09:20,Another,Own notes,,\n"
    )
    (tmp_path / "news.csv").write_text(text, encoding="utf-8")
    (found,) = await both.news(FIRST, LAST, AMD)
    assert (found.headline, found.mood) == ("A base, then?", Mood.NEUTRAL)
    assert found.at == datetime(2026, 11, 18, 14, 15, tzinfo=UTC)

    with pytest.raises(NotCovered, match="News is not connected: "):
        await NoSource().news(FIRST, LAST, AMD)


async def test_a_faulty_row_is_named(tmp_path: Path) -> None:
    (tmp_path / "news.csv").write_text("symbol,date,time,headline\namd,2026-11-18,09:15,x\n")
    (fault,) = FilesSource(tmp_path).faults()
    assert fault == "news.csv, line 2: publisher: is missing"


def test_a_headline_is_one_short_line_and_an_address_is_safe() -> None:
    assert headline_of("\U000e0041Base\u2060 broken\u061c") == "Base broken"
    assert headline_of("a\u202e\x00 b\n" + "c" * 500) == ("a b " + "c" * 500)[:HEADLINE_LENGTH]
    for unsafe in (
        "http://a.example",
        "javascript:x",
        "https://",
        "https://a\n.example",
        "x" * 600,
    ):
        assert address_of(unsafe) == ""
