"""The market's rules over a vendor: the same answers as the market the vendor speaks for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from app.core.clock import FrozenClock
from app.core.errors import NotFound
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.models import Bars, Instrument
from app.market.providers.simulated import SimulatedMarket
from app.market.providers.simulated_vendor import SimulatedVendor
from app.market.vendor import NotCovered, Snapshot
from app.market.vendors.market import VendorMarket

NOW = datetime(2026, 11, 19, 16, 30, 20, tzinfo=UTC)
MARKET = SimulatedMarket(seed=7)
AAPL, BTC = Symbol("AAPL"), Symbol("BTC/USD")


class Counting(SimulatedVendor):
    """Counts what it is asked, and may get rows wrong."""

    def __init__(self, at: datetime = NOW) -> None:
        super().__init__(MARKET, FrozenClock(at))
        self.asked: list[str] = []
        self.spoil: Callable[[Bars], Bars] = lambda bars: bars

    @override
    async def bars(
        self, instrument: Instrument, timeframe: Timeframe, *, start: datetime, end: datetime
    ) -> Bars:
        self.asked.append(str(timeframe))
        return self.spoil(await super().bars(instrument, timeframe, start=start, end=end))

    @override
    async def snapshot(self, instrument: Instrument) -> Snapshot:
        self.asked.append("snapshot")
        return await super().snapshot(instrument)


def _market(vendor: SimulatedVendor | None = None, at: datetime = NOW) -> VendorMarket:
    return VendorMarket(vendor or SimulatedVendor(MARKET, FrozenClock(at)), FrozenClock(at))


MOMENTS = st.integers(0, 60 * 24 * 60).map(
    lambda minute: NOW.replace(second=0) - timedelta(minutes=minute)
)


@settings(max_examples=120, deadline=None)
@given(
    symbol=st.sampled_from([AAPL, BTC, Symbol("SPX")]),
    timeframe=st.sampled_from(list(Timeframe)),
    as_of=MOMENTS,
    back=st.integers(1, 9 * 24 * 60),
    length=st.integers(1, 9 * 24 * 60),
    extended=st.booleans(),
)
async def test_any_past_question_is_answered_as_the_market_itself_would(
    symbol: Symbol,
    timeframe: Timeframe,
    as_of: datetime,
    back: int,
    length: int,
    extended: bool,
) -> None:
    start = as_of - timedelta(minutes=back)
    end = start + timedelta(minutes=length)
    as_of -= timedelta(minutes=1)
    question = {"start": start, "end": end, "as_of": as_of, "extended": extended}

    ours = await _market().bars(symbol, timeframe, **question)  # type: ignore[arg-type]

    real = await MARKET.bars(symbol, timeframe, **question)  # type: ignore[arg-type]
    assert ours.time.tolist() == real.time.tolist()
    for name in ("open", "high", "low", "close", "volume"):
        assert np.array_equal(getattr(ours, name), getattr(real, name)), name
    assert ours.is_forming == real.is_forming


@pytest.mark.parametrize("symbol", ["AAPL", "BTC/USD", "SPX"])
async def test_the_present_quote_is_the_markets(symbol: str) -> None:
    assert await _market().quote(Symbol(symbol), as_of=NOW) == await MARKET.quote(
        Symbol(symbol), as_of=NOW
    )


@settings(max_examples=60, deadline=None)
@given(symbol=st.sampled_from([AAPL, BTC]), at=MOMENTS)
async def test_a_past_quote_is_the_markets(symbol: Symbol, at: datetime) -> None:
    at -= timedelta(minutes=1)

    assert await _market().quote(symbol, as_of=at) == await MARKET.quote(symbol, as_of=at)


async def test_the_running_minute_counts_only_in_the_present() -> None:
    now = await _market().bars(
        AAPL, Timeframe.M1, start=NOW - timedelta(minutes=3), end=NOW, as_of=NOW
    )
    past = await _market(at=NOW + timedelta(hours=1)).bars(
        AAPL, Timeframe.M1, start=NOW - timedelta(minutes=3), end=NOW, as_of=NOW
    )

    assert now.is_forming
    assert int(now.time[-1]) == int(NOW.replace(second=0).timestamp())
    assert not past.is_forming
    assert int(past.time[-1]) == int(NOW.replace(second=0).timestamp()) - 60


async def test_days_and_minutes_of_a_month_are_three_requests_without_a_memory() -> None:
    vendor = Counting()
    market = _market(vendor)

    await market.bars(AAPL, Timeframe.D1, start=NOW - timedelta(days=400), end=NOW, as_of=NOW)
    await market.bars(
        AAPL, Timeframe.M1, start=NOW - timedelta(days=30), end=NOW, as_of=NOW, extended=True
    )

    assert sorted(vendor.asked) == ["1d", "1m", "1m"], "the second minutes are the running day's"


async def test_a_full_snapshot_is_a_quote_without_another_request() -> None:
    vendor = Counting()

    await _market(vendor).quote(AAPL, as_of=NOW)

    assert vendor.asked == ["snapshot"]


def _doubled(bars: Bars) -> Bars:
    rows = np.concatenate((np.arange(len(bars))[::-1], [0, 0]))
    return replace(
        bars,
        **{
            name: getattr(bars, name)[rows]
            for name in ("time", "open", "high", "low", "close", "volume")
        },
    )


async def test_order_and_duplicates_of_a_vendor_are_mended() -> None:
    vendor = Counting()
    vendor.spoil = _doubled

    found = await _market(vendor).bars(
        AAPL, Timeframe.M1, start=NOW - timedelta(hours=1), end=NOW, as_of=NOW
    )

    assert (np.diff(found.time) == 60).all()
    assert len(found) == 60


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("close", float("nan")),
        ("low", -1.0),
        ("high", 1.0),
        ("volume", -5.0),
        ("open", float("inf")),
    ],
)
async def test_a_bar_that_cannot_be_is_left_out_and_said(column: str, value: float) -> None:
    def spoiled(bars: Bars) -> Bars:
        wrong = getattr(bars, column).copy()
        wrong[3] = value
        return replace(bars, **{column: wrong})

    vendor = Counting()
    vendor.spoil = spoiled
    market = _market(vendor)

    found = await market.bars(
        AAPL, Timeframe.M1, start=NOW - timedelta(hours=1), end=NOW, as_of=NOW
    )

    assert len(found) == 59
    assert market.notes(AAPL) == ("1 bar of simulated market could not be right and was left out.",)


async def test_bars_outside_of_what_was_asked_are_not_believed() -> None:
    vendor = Counting()
    vendor.spoil = lambda bars: replace(bars, time=bars.time + 86_400)

    found = await _market(vendor).bars(
        AAPL, Timeframe.M1, start=NOW - timedelta(hours=1), end=NOW, as_of=NOW
    )

    assert len(found) == 0


async def test_an_unknown_symbol_names_what_is_near() -> None:
    with pytest.raises(NotFound) as told:
        await _market().instrument(Symbol("APPL"))

    assert "AAPL" in told.value.suggestions


async def test_a_chain_of_a_past_moment_is_not_to_be_had() -> None:
    with pytest.raises(NotCovered):
        await _market().option_chain(AAPL, as_of=NOW - timedelta(days=1))


class Late(Counting):
    """A vendor on a delayed plan: a quarter of an hour of the present is not there yet."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.known = at - timedelta(minutes=15)
        self.spoil = lambda bars: replace(
            bars.between(datetime(1990, 1, 1, tzinfo=UTC), self.known),
            provider=replace(bars.provider, delay_minutes=15),
        )


@pytest.mark.parametrize(
    ("minutes_after_close", "is_forming"), [(1, True), (14, True), (16, False)]
)
async def test_of_a_late_vendor_a_day_is_finished_only_when_it_has_told_its_end(
    minutes_after_close: int, is_forming: bool
) -> None:
    at = datetime(2026, 11, 19, 21, tzinfo=UTC) + timedelta(minutes=minutes_after_close)
    market = _market(Late(at), at)
    week = {"start": at - timedelta(days=7), "end": at, "as_of": at}

    found = await market.bars(AAPL, Timeframe.D1, **week)  # type: ignore[arg-type]

    assert len(found) == 5
    assert found.is_forming == is_forming


async def test_of_a_late_vendor_the_bar_it_is_in_is_still_forming() -> None:
    at = NOW.replace(minute=46)
    hour = {"start": at - timedelta(hours=1), "end": at, "as_of": at}

    found = await _market(Late(at), at).bars(AAPL, Timeframe.M5, **hour)  # type: ignore[arg-type]

    assert found.is_forming
    assert int(found.time[-1]) == int(at.replace(minute=30, second=0).timestamp())


async def test_minutes_that_a_vendor_no_longer_has_are_said_to_be_missing() -> None:
    class Short(Counting):
        @override
        def reaches(self, timeframe: Timeframe, start: datetime) -> bool:
            return start >= NOW - timedelta(hours=12)

    short = Short()
    short.spoil = lambda bars: bars.between(NOW - timedelta(hours=12), NOW)
    market = _market(short)

    async def ask(hours: int) -> tuple[str, ...]:
        start = NOW - timedelta(hours=hours)
        await market.bars(BTC, Timeframe.M1, start=start, end=NOW, as_of=NOW)
        return market.notes(BTC)

    assert await ask(6) == ()
    [note] = await ask(16)
    assert "from 04:31 UTC on" in note
    assert await ask(6) == ()
