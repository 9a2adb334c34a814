"""Fail-over as it is assembled: two vendors' stand-ins over HTTP, their limits and their memory."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr
from typing_extensions import override

from app.core.clock import Clock
from app.core.errors import NotFound, ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.infra.faults import CannotStart
from app.infra.settings import MassiveSettings, ProvidersSettings, Settings
from app.levels.service import map_levels
from app.market.models import Bars, Instrument, Provider
from app.market.protocol import ExchangeSign
from app.market.providers.alpaca import Alpaca
from app.market.providers.massive import Massive
from app.market.providers.simulated import SimulatedMarket
from app.market.providers.simulated_vendor import SimulatedVendor
from app.market.standins import alpaca as alpacas
from app.market.standins import massive as massives
from app.market.vendor import Vendor
from app.market.vendors.routed import RoutedMarket, routed
from app.wiring import build_vendors

NOW = datetime(2026, 11, 19, 16, 30, 20, tzinfo=UTC)
MARKET = SimulatedMarket(seed=7)
AAPL, SPX = Symbol("AAPL"), Symbol("SPX")
LAST_HOUR: dict[str, Any] = {"start": NOW - timedelta(hours=1), "end": NOW, "as_of": NOW}


class Moving(Clock):
    """Time that a test moves on."""

    at = NOW

    @override
    def now(self) -> datetime:
        return self.at


@dataclass
class Pair:
    """Massive first, then Alpaca."""

    market: RoutedMarket
    clock: Moving
    massive: massives.MassiveStandIn
    alpaca: alpacas.AlpacaStandIn


@pytest.fixture
async def pair(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pair]:
    monkeypatch.setattr("app.market.vendors.routed.PASS_ON_SECONDS", 1.0)
    clock = Moving()
    async with AsyncExitStack() as stack:
        massive = await stack.enter_async_context(massives.massive_stand_in(MARKET, clock))
        alpaca = await stack.enter_async_context(alpacas.alpaca_stand_in(MARKET, clock))
        vendors: dict[str, Vendor] = {
            "massive": Massive(
                massives.KEY, base_url=massive.base_url, requests_per_minute=6000, clock=clock
            ),
            "alpaca": Alpaca(
                alpacas.KEY,
                alpacas.SECRET,
                feed="iex",
                base_url=alpaca.base_url,
                requests_per_minute=6000,
                clock=clock,
            ),
        }
        market = routed(vendors, {}, clock)
        yield Pair(market, clock, massive, alpaca)
        massive.faults.delay_seconds = alpaca.faults.delay_seconds = 0
        await market.close()


async def test_both_in_health_the_first_answers_alone(pair: Pair) -> None:
    quote = await pair.market.quote(AAPL, as_of=NOW)

    assert (quote.provider.name, quote.provider.instead_of) == ("Massive", ())
    assert pair.alpaca.log.requests == []


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_dead_or_limited_vendor_is_passed_over_and_named(pair: Pair, status: int) -> None:
    pair.massive.faults.status = status

    quote = await pair.market.quote(AAPL, as_of=NOW)

    assert quote.provider.name.startswith("Alpaca")
    assert quote.provider.instead_of == ("Massive",)


async def test_a_vendor_that_answers_with_a_page_of_a_proxy_is_passed_over(pair: Pair) -> None:
    pair.massive.faults.body = "<html>It works!</html>"

    bars = await pair.market.bars(AAPL, Timeframe.M1, **LAST_HOUR)

    assert bars.provider.instead_of == ("Massive",)
    assert len(bars) == 60


async def test_a_silent_vendor_is_waited_for_only_a_moment(pair: Pair) -> None:
    pair.massive.faults.delay_seconds = 5

    quote = await pair.market.quote(AAPL, as_of=NOW)

    assert quote.provider.instead_of == ("Massive",)


async def test_what_the_plan_does_not_include_is_passed_on_in_silence(pair: Pair) -> None:
    pair.massive.faults.status = 403

    quote = await pair.market.quote(AAPL, as_of=NOW)

    assert quote.provider.name.startswith("Alpaca")
    assert quote.provider.instead_of == ()


async def test_when_all_are_down_the_last_answer_stands_in_with_its_age(pair: Pair) -> None:
    before = await pair.market.quote(AAPL, as_of=NOW)
    pair.massive.faults.status = pair.alpaca.faults.status = 503
    pair.clock.at += timedelta(minutes=10)

    kept = await pair.market.quote(AAPL, as_of=pair.clock.at)

    assert kept.last == before.last
    assert kept.provider.name == "Massive"
    assert kept.provider.stale_since == NOW


async def test_when_all_are_down_and_nothing_is_kept_each_reason_is_told(pair: Pair) -> None:
    pair.massive.faults.status = pair.alpaca.faults.status = 503

    with pytest.raises(ProviderUnavailable) as told:
        await pair.market.quote(AAPL, as_of=NOW)

    assert "Massive" in told.value.message
    assert "Alpaca" in told.value.message


async def test_a_symbol_nobody_lists_is_not_found(pair: Pair) -> None:
    with pytest.raises(NotFound):
        await pair.market.quote(Symbol("QQQQX"), as_of=NOW)


async def test_levels_of_two_vendors_say_so(pair: Pair) -> None:
    window: dict[str, Any] = {"start": NOW - timedelta(days=400), "end": NOW, "as_of": NOW}
    await pair.market.bars(AAPL, Timeframe.D1, **window)
    pair.clock.at += timedelta(seconds=20)
    healthy = await map_levels("AAPL", market=pair.market, as_of=pair.clock.at)
    mixed = await map_levels("AAPL", market=_DaysOf(pair.market), as_of=pair.clock.at)

    told = "Days before this one are from simulated market, the minutes from Massive."
    assert told in mixed.notes
    assert not any("the minutes from" in note for note in healthy.notes)


class _DaysOf(SimulatedMarket):
    """Days of one vendor, minutes of another, as when the first fails in between."""

    def __init__(self, minutes: RoutedMarket) -> None:
        super().__init__(seed=7)
        self._minutes_of = minutes

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
        if timeframe is Timeframe.D1:
            return await super().bars(
                symbol, timeframe, start=start, end=end, as_of=as_of, extended=extended
            )
        return await self._minutes_of.bars(
            symbol, timeframe, start=start, end=end, as_of=as_of, extended=extended
        )


async def test_a_question_of_levels_is_one_request_for_days_and_one_for_minutes(
    pair: Pair,
) -> None:
    await map_levels("AAPL", market=pair.market, as_of=NOW)

    asked = [each for each in pair.massive.log.requests if "/aggs/" in each]
    assert sorted("/1/day/" in each for each in asked) == [False, True], asked


async def test_health_names_who_does_not_answer_and_asks_no_more_than_once(pair: Pair) -> None:
    pair.alpaca.faults.status = 503

    first = await pair.market.health()
    asked = len(pair.massive.log.requests) + len(pair.alpaca.log.requests)
    again = await pair.market.health()

    assert [each.failure is None for each in first] == [True, False]
    assert again == first
    assert len(pair.massive.log.requests) + len(pair.alpaca.log.requests) == asked


class Lying(SimulatedVendor):
    """Says its bars in a wrong order, twice, with one that cannot be and some nobody asked for."""

    @override
    async def bars(
        self, instrument: Instrument, timeframe: Timeframe, *, start: datetime, end: datetime
    ) -> Bars:
        found = await super().bars(instrument, timeframe, start=start - timedelta(hours=2), end=end)
        rows = np.concatenate((np.arange(len(found))[::-1], np.arange(len(found))))
        columns = {name: getattr(found, name)[rows] for name in _COLUMNS}
        columns["low"] = np.where(columns["time"] == _SPOILED, -1.0, columns["low"])
        return replace(found, **columns)


_COLUMNS: Iterable[str] = ("time", "open", "high", "low", "close", "volume")
_SPOILED = int(NOW.replace(second=0).timestamp()) - 600


async def test_what_a_lying_vendor_says_is_mended_before_it_is_kept() -> None:
    clock = Moving()
    market = routed({"liar": Lying(MARKET, clock)}, {"stocks": ["liar"]}, clock)
    real = await MARKET.bars(AAPL, Timeframe.M1, **LAST_HOUR)

    for _ in range(2):
        found = await market.bars(AAPL, Timeframe.M1, **LAST_HOUR)

        kept = real.time != _SPOILED
        assert found.time.tolist() == real.time[kept].tolist()
        assert found.close.tolist() == real.close[kept].tolist()
        assert market.notes(AAPL) == (
            "1 bar of simulated market could not be right and was left out.",
        )
    await market.close()


async def test_good_days_do_not_hide_a_bad_minute() -> None:
    clock = Moving()
    market = routed({"liar": Lying(MARKET, clock)}, {"stocks": ["liar"]}, clock)

    await market.bars(AAPL, Timeframe.M1, **LAST_HOUR)
    days: dict[str, Any] = {
        "start": NOW - timedelta(days=9),
        "end": NOW - timedelta(days=1),
        "as_of": NOW,
    }
    await market.bars(AAPL, Timeframe.D1, **days)

    assert len(market.notes(AAPL)) == 1
    await market.close()


def _split_in_four(stand_in: massives.MassiveStandIn, on: str) -> None:
    stand_in.recorded["/v3/reference/splits"] = {
        "status": "OK",
        "results": [{"execution_date": on, "split_from": 1, "split_to": 4}],
    }


class Quartered(SimulatedMarket):
    """The simulated market in the share count of after a split, once it is told so."""

    ratio = 1.0

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
        found = await super().bars(
            symbol, timeframe, start=start, end=end, as_of=as_of, extended=extended
        )
        prices = {
            name: getattr(found, name) / self.ratio for name in ("open", "high", "low", "close")
        }
        return replace(found, **prices)


@pytest.mark.parametrize("is_told", [True, False], ids=["told", "not told"])
async def test_a_split_never_fakes_a_gap(is_told: bool) -> None:
    """Bars kept in yesterday's share count are not joined with today's, even where splits cannot
    be asked for."""
    clock, source = Moving(), Quartered(seed=7)
    async with massives.massive_stand_in(source, clock) as stand_in:
        vendor = Massive(
            massives.KEY, base_url=stand_in.base_url, requests_per_minute=6000, clock=clock
        )
        market = routed({"massive": vendor}, {}, clock)
        days: dict[str, Any] = {"start": NOW - timedelta(days=60), "end": NOW + timedelta(days=3)}
        if not is_told:
            stand_in.recorded["/v3/reference/splits"] = {"results": [{"nonsense": True}]}
        await market.bars(AAPL, Timeframe.M1, start=NOW - timedelta(days=3), end=NOW, as_of=NOW)
        await market.bars(AAPL, Timeframe.D1, as_of=NOW, **days)

        source.ratio = 4.0
        if is_told:
            _split_in_four(stand_in, "2026-11-20")
        clock.at = NOW + timedelta(days=1)
        minutes = await market.bars(
            AAPL, Timeframe.M1, start=NOW - timedelta(days=3), end=clock.at, as_of=clock.at
        )
        daily = await market.bars(AAPL, Timeframe.D1, as_of=clock.at, **days)
        await market.close()

    for found in (minutes, daily):
        assert found.time[-1] > NOW.timestamp() - 24 * 3600
        assert found.close.max() / found.close.min() < Decimal(2)


async def test_history_that_is_adjusted_in_the_night_of_a_split_is_asked_for_again() -> None:
    clock, source = Moving(), Quartered(seed=7)
    async with massives.massive_stand_in(source, clock) as stand_in:
        vendor = Massive(
            massives.KEY, base_url=stand_in.base_url, requests_per_minute=6000, clock=clock
        )
        market = routed({"massive": vendor}, {}, clock)
        _split_in_four(stand_in, "2026-11-20")
        window: dict[str, Any] = {"start": NOW - timedelta(days=9), "end": NOW - timedelta(days=1)}

        clock.at = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
        unadjusted = await market.bars(AAPL, Timeframe.D1, as_of=clock.at, **window)
        source.ratio = 4.0
        clock.at = datetime(2026, 11, 20, 14, 31, tzinfo=UTC)
        adjusted = await market.bars(AAPL, Timeframe.D1, as_of=clock.at, **window)
        await market.close()

    assert np.allclose(unadjusted.close / 4, adjusted.close)


async def test_what_the_exchanges_do_is_asked_of_the_first_that_knows(pair: Pair) -> None:
    assert await pair.market.exchange_sign() == ExchangeSign(is_open=True, provider="Massive")

    pair.massive.recorded["/v1/marketstatus/now"] = {"market": "closed"}
    assert await pair.market.exchange_sign() == ExchangeSign(is_open=True, provider="Massive")
    pair.clock.at += timedelta(seconds=61)
    assert await pair.market.exchange_sign() == ExchangeSign(is_open=False, provider="Massive")


async def test_a_dead_provider_gives_no_sign_of_the_exchanges(pair: Pair) -> None:
    pair.massive.faults.status = 500

    assert await pair.market.exchange_sign() is None


async def test_files_stand_in_a_list_like_any_provider(tmp_path: Path) -> None:
    folder = tmp_path / "SPY" / "1d"
    folder.mkdir(parents=True)
    rows = "2026-11-17,1,2,0.5,1.5,100\n2026-11-18,1.5,2.5,1,2,100\n"
    (folder / "days.csv").write_text(f"time,open,high,low,close,volume\n{rows}", encoding="utf-8")
    clock = Moving()
    async with massives.massive_stand_in(MARKET, clock) as massive:
        settings = Settings(
            massive=MassiveSettings(api_key=SecretStr(massives.KEY), base_url=massive.base_url),
            providers=ProvidersSettings(stocks="files,massive", files=tmp_path),
        )
        market = routed(build_vendors(settings, clock), settings.providers.orders, clock)
        week: dict[str, Any] = {
            "start": NOW - timedelta(days=7),
            "end": NOW - timedelta(days=1),
            "as_of": NOW,
        }

        spy = await market.bars(Symbol("SPY"), Timeframe.D1, **week)
        aapl = await market.bars(AAPL, Timeframe.D1, **week)
        await market.close()

    assert spy.close.tolist() == [1.5, 2]
    assert aapl.provider == Provider(name="Massive")


def test_files_without_a_folder_are_refused() -> None:
    settings = Settings(providers=ProvidersSettings(stocks="files"))

    with pytest.raises(CannotStart, match="COACH_PROVIDERS__FILES"):
        build_vendors(settings, Moving())
