"""Earnings, Treasury yields, expected inflation, dividends and news from Massive.com.

Decided: Massive has no calendar of economic releases and no probabilities of Fed decisions, and both
are said to be absent; nothing is derived in their place. Earnings are Benzinga's, which a key needs a
plan of its own for. Their times are documented as UTC; midnight stands for "not known". Importance
runs from 0 to 5 there.

It only translates; `KeptSource` around it keeps to the key's limits and remembers.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from typing_extensions import override

from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.macro.news import Article, Mood, address_of, headline_of
from app.macro.source import (
    Distribution,
    Earnings,
    Importance,
    Inflation,
    MacroSource,
    Outcome,
    Release,
    Tenor,
    Yields,
    plain,
)
from app.macro.timing import timing_of
from app.market.calendar import market_date
from app.market.models import Provider
from app.market.providers.massive_client import Client, in_our_words
from app.market.vendor import NotCovered

T = TypeVar("T")
Row = Mapping[str, Any]

NAME = "Massive"
BENZINGA = f"Benzinga, through {NAME}"
_THREADS = 2
_FIELDS = {
    Tenor.M1: "yield_1_month",
    Tenor.M3: "yield_3_month",
    Tenor.M6: "yield_6_month",
    Tenor.Y1: "yield_1_year",
    Tenor.Y2: "yield_2_year",
    Tenor.Y3: "yield_3_year",
    Tenor.Y5: "yield_5_year",
    Tenor.Y7: "yield_7_year",
    Tenor.Y10: "yield_10_year",
    Tenor.Y20: "yield_20_year",
    Tenor.Y30: "yield_30_year",
}
_PLANS = {
    "/benzinga/v1/earnings": ("earnings, which are Benzinga's", "earnings.csv"),
    "/fed/v1/treasury-yields": ("Treasury yields", "yields.csv"),
    "/fed/v1/inflation-expectations": ("expected inflation", "inflation.csv"),
}
"""What a plan may lack, and the file that may stand in for it."""
_IMPORTANT = {4: Importance.HIGH, 5: Importance.HIGH, 2: Importance.MEDIUM, 3: Importance.MEDIUM}


class MassiveMacro(MacroSource):
    """Massive's answers, asked once and translated."""

    def __init__(self, api_key: str, *, base_url: str) -> None:
        self._client = Client(api_key, base_url, threads=_THREADS)

    @property
    @override
    def name(self) -> str:
        return NAME

    @override
    async def earnings(
        self, first: date, last: date, symbol: Symbol | None = None
    ) -> tuple[Earnings, ...]:
        asked = {"sort": "date.asc,last_updated.asc"}
        if symbol is not None:
            asked["ticker"] = str(symbol)
        rows = await self._told("/benzinga/v1/earnings", first, last, asked, _earnings)
        found = {(each.symbol, each.on): each for each in rows if each is not None}
        return tuple(sorted(found.values(), key=lambda each: each.on))

    @override
    async def releases(self, first: date, last: date) -> tuple[Release, ...]:
        raise NotCovered(
            "Massive has no calendar of economic releases: put releases.csv into the folder of "
            "COACH_MACRO__FOLDER."
        )

    @override
    async def yields(self, first: date, last: date) -> tuple[Yields, ...]:
        asked = {"sort": "date.asc"}
        found = await self._told("/fed/v1/treasury-yields", first, last, asked, _yields)
        return tuple(day for day in found if day.points)

    @override
    async def inflation(self, first: date, last: date) -> tuple[Inflation, ...]:
        asked = {"sort": "date.asc"}
        found = await self._told("/fed/v1/inflation-expectations", first, last, asked, _inflation)
        return tuple(day for day in found if day.five_years or day.ten_years)

    @override
    async def outcomes(self, first: date, last: date) -> tuple[Outcome, ...]:
        raise NotCovered(
            "Probabilities of a Fed decision are made from futures, which Massive's answers here do "
            "not hold: put expectations.csv into the folder of COACH_MACRO__FOLDER."
        )

    @override
    async def dividends(self, first: date, last: date, symbol: Symbol) -> tuple[Distribution, ...]:
        asked = {
            "ticker": str(symbol),
            "ex_dividend_date.gte": first.isoformat(),
            "ex_dividend_date.lte": last.isoformat(),
            "limit": "1000",
        }
        pages = await self._client.pages("/v3/reference/dividends", asked)
        found = in_our_words(lambda: [_dividend(row, symbol) for row in _results(pages)])
        told = [each for each in found if each is not None]
        return tuple(sorted(told, key=lambda each: each.ex_date))

    @override
    async def news(self, first: date, last: date, symbol: Symbol) -> tuple[Article, ...]:
        asked = {
            "ticker": str(symbol),
            "published_utc.gte": first.isoformat(),
            "published_utc.lt": (last + timedelta(days=2)).isoformat(),
            "sort": "published_utc",
            "order": "desc",
            "limit": "1000",
        }
        try:
            pages = await self._client.pages("/v2/reference/news", asked)
        except NotCovered as error:
            raise NotCovered(
                "The plan of the Massive key does not include news: add it there, or put news.csv into "
                "the folder of COACH_MACRO__FOLDER."
            ) from error
        found = in_our_words(lambda: [_article(row, symbol) for row in _results(pages)])
        told = [each for each in found if first <= market_date(each.at) <= last]
        return tuple(sorted(told, key=lambda each: each.at))

    @override
    async def close(self) -> None:
        self._client.close()

    async def _told(
        self,
        path: str,
        first: date,
        last: date,
        asked: Mapping[str, str],
        read: Callable[[Row], T],
    ) -> list[T]:
        """What the rows of an answer mean; a row that cannot be read makes it a broken one."""
        window = {"date.gte": first.isoformat(), "date.lte": last.isoformat(), "limit": "5000"}

        try:
            pages = await self._client.pages(path, {**window, **asked})
            return in_our_words(lambda: [read(row) for row in _results(pages)])
        except NotCovered as error:
            what, file = _PLANS[path]
            raise NotCovered(
                f"The plan of the Massive key does not include {what}: add it there, or put {file} "
                "into the folder of COACH_MACRO__FOLDER."
            ) from error


def _results(pages: Iterable[Row]) -> Iterable[Row]:
    for page in pages:
        yield from page.get("results") or ()


def _earnings(row: Row) -> Earnings | None:
    """None for what is no US ticker."""
    try:
        symbol = Symbol.parse(str(row["ticker"]))
    except InvalidInput:
        return None
    on = date.fromisoformat(row["date"])
    at = _moment(on, row.get("time"))
    in_dollars = row.get("currency") in (None, "USD")
    period = f"{row.get('fiscal_period') or ''} {row.get('fiscal_year') or ''}"
    return Earnings(
        symbol=symbol,
        company=plain(str(row.get("company_name") or "")),
        on=on,
        at=at,
        timing=timing_of(at) if at else None,
        is_confirmed=row.get("date_status") == "confirmed",
        period=plain(period),
        importance=_IMPORTANT.get(row.get("importance") or 0, Importance.LOW),
        eps_estimate=_decimal(row.get("estimated_eps")) if in_dollars else None,
        eps_actual=_decimal(row.get("actual_eps")) if in_dollars else None,
        provider=Provider(name=BENZINGA),
    )


def _yields(row: Row) -> Yields:
    found = ((tenor, _decimal(row.get(name))) for tenor, name in _FIELDS.items())
    return Yields(
        on=date.fromisoformat(row["date"]),
        points={tenor: value for tenor, value in found if value is not None},
        provider=Provider(name=NAME),
    )


def _inflation(row: Row) -> Inflation:
    return Inflation(
        on=date.fromisoformat(row["date"]),
        five_years=_decimal(row.get("market_5_year")),
        ten_years=_decimal(row.get("market_10_year")),
        provider=Provider(name=NAME),
    )


def _dividend(row: Row, symbol: Symbol) -> Distribution | None:
    """None for what is paid in another currency."""
    amount = _decimal(row.get("cash_amount"))
    if amount is None or row.get("currency") not in (None, "USD"):
        return None
    return Distribution(
        symbol=symbol,
        ex_date=date.fromisoformat(row["ex_dividend_date"]),
        amount=amount,
        provider=Provider(name=NAME),
    )


def _article(row: Row, symbol: Symbol) -> Article:
    moods = [each for each in row.get("insights") or () if each.get("ticker") == symbol]
    said = str(moods[0].get("sentiment") or "") if moods else ""
    publisher = row.get("publisher") or {}
    return Article(
        symbol=symbol,
        at=_in_utc(datetime.fromisoformat(row["published_utc"])),
        headline=headline_of(str(row["title"])),
        publisher=plain(str(publisher.get("name") or "")),
        url=address_of(str(row.get("article_url") or "")),
        mood=Mood(said) if said in set(Mood) else None,
        provider=Provider(name=NAME),
    )


def _in_utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _moment(on: date, said: str | None) -> datetime | None:
    if not said or said.startswith("00:00"):
        return None
    return datetime.combine(on, time.fromisoformat(said), UTC)


def _decimal(value: float | None) -> Decimal | None:
    """The number that was sent; a text in its place is a broken answer."""
    return None if value is None else Decimal(repr(float(value)))
