"""What a scan tells of symbols with odd prices, odd volumes and odd last days."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.market.calendar import sessions_between
from app.market.models import Bars, Floats, Instrument, Provider
from app.market.providers.files import FilesMarket
from app.scanner.evidence import evidence
from app.scanner.histories import histories_of
from app.scanner.models import Opportunity, Search
from app.scanner.service import current, judge, run_scan
from app.scanner.setups import Setup, prepare

DAYS = 300
OPENS = [each.open for each in sessions_between(date(2025, 1, 1), date(2026, 11, 20))][-DAYS:]


def traded(close: Floats, volume: Floats, *, spread: float) -> Bars:
    """Days of ACME up to Friday 2026-11-20."""
    return Bars(
        symbol=Symbol("ACME"),
        timeframe=Timeframe.D1,
        time=np.array([int(each.timestamp()) for each in OPENS]),
        open=close,
        high=close + spread,
        low=close - spread,
        close=close,
        volume=volume,
        provider=Provider(name="files"),
    )


def broken_out(price: float, *, by: float, spread: float) -> Bars:
    """A base at a price, and a last close above it on volume."""
    close: Floats = price + spread / 15 * (np.arange(DAYS) % 2).astype(np.float64)
    close[-1] = price + by
    volume = np.full(DAYS, 1000.0)
    volume[-1] = 4000
    return traded(close, volume, spread=spread)


def listed(symbol: str = "ACME") -> Instrument:
    return Instrument(
        symbol=Symbol(symbol), name=symbol, asset_class=AssetClass.STOCK, calendar="XNYS"
    )


def found_in(bars: Bars) -> dict[Setup, Opportunity]:
    found = judge(Search(), {bars.symbol: listed()}, {bars.symbol: bars}, {})
    return {each.setup: each for each in found}


@pytest.mark.parametrize("price", [0.04, 0.0123, 0.7, 4.0])
def test_a_cheap_stock_is_told_in_prices_that_can_be_told_apart(price: float) -> None:
    each = found_in(broken_out(price, by=0.12 * price, spread=0.05 * price))[Setup.BREAKOUT]

    assert Decimal(0) < each.stop < each.entry < each.target
    ratio = (each.target - each.entry) / (each.entry - each.stop)
    assert each.reward_to_risk == pytest.approx(float(ratio))
    assert each.entry == pytest.approx(Decimal(str(1.12 * price)), rel=Decimal("0.001"))


def test_prices_that_fall_together_in_cents_are_no_opportunity() -> None:
    bars = broken_out(100, by=0.004, spread=0.001)
    assert Setup.BREAKOUT not in found_in(bars)
    assert Setup.BREAKOUT in found_in(broken_out(100, by=4, spread=1))


def test_a_target_below_nothing_is_never_told() -> None:
    random = np.random.default_rng(1)
    for _ in range(40):
        close: Floats = 5 * np.exp(np.cumsum(random.normal(-0.004, 0.12, DAYS)))
        bars = traded(close, np.full(DAYS, 1000.0), spread=1)
        bars = replace(bars, high=close * 1.25, low=close * 0.75)
        assert all(each.target > 0 and each.stop > 0 for each in found_in(bars).values())


def test_against_no_volume_at_all_nothing_is_unusual() -> None:
    bars = broken_out(100, by=3, spread=1.5)
    quiet = replace(bars, volume=np.append(np.zeros(DAYS - 1), 10.0))
    assert Setup.BREAKOUT in found_in(bars)
    assert not {Setup.BREAKOUT, Setup.SPIKE_UP} & set(found_in(quiet))


def test_a_figure_that_is_not_known_is_not_told() -> None:
    bars = broken_out(100, by=3, spread=1.5)
    quiet = histories_of(
        {bars.symbol: replace(bars, volume=np.append(np.zeros(DAYS - 1), 10.0))}, count=DAYS
    )
    past = prepare(quiet.until(DAYS - 1))
    names = [fact.name for fact in evidence(Setup.SPIKE_UP, past, quiet.row(-1), 0)]
    assert names == ["high before"]


def test_without_cases_there_is_no_chance_and_no_expectation() -> None:
    each = found_in(broken_out(100, by=3, spread=1.5))[Setup.BREAKOUT]
    assert (each.chance, each.score, each.expectation) == (None, None, None)
    assert each.record.cases == 0
    assert each.days == 1


SATURDAY = datetime(2026, 11, 21, 12, tzinfo=UTC)


def until(last: date) -> Bars:
    bars = broken_out(100, by=3, spread=1.5)
    return replace(bars, time=bars.time - int((date(2026, 11, 20) - last).total_seconds()))


@pytest.mark.parametrize(
    ("last", "is_kept", "is_halted"),
    [
        (date(2026, 11, 20), True, False),
        (date(2026, 11, 19), True, True),
        (date(2026, 11, 18), False, False),
        (date(2026, 5, 4), False, False),
    ],
)
def test_a_symbol_whose_bars_end_before_the_markets_do_is_left_out(
    last: date, is_kept: bool, is_halted: bool
) -> None:
    kept, ended, halted = current(
        {Symbol("ACME"): until(last)}, {Symbol("ACME"): listed()}, SATURDAY
    )
    assert (bool(kept), bool(halted)) == (is_kept, is_halted)
    assert (Symbol("ACME") in ended) is not is_kept
    assert is_kept or str(last) in ended[Symbol("ACME")]


def test_while_a_session_runs_the_bar_of_the_one_before_is_no_halt() -> None:
    opened = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    thursday = until(date(2026, 11, 19))
    assert current({Symbol("ACME"): thursday}, {Symbol("ACME"): listed()}, opened)[2] == ()


async def test_what_stopped_trading_months_ago_does_not_stand_now(tmp_path: Path) -> None:
    bars = broken_out(100, by=3, spread=1.5)
    for symbol, late in (("LIVE", 0), ("GONE", 130)):
        days = [each for each in OPENS if each <= OPENS[-1] - timedelta(days=late)]
        rows = [
            f"{day.date()},{bars.open[at]},{bars.high[at]},{bars.low[at]},{bars.close[at]},{bars.volume[at]}"
            for at, day in enumerate(days, start=DAYS - len(days))
        ]
        folder = tmp_path / symbol / "1d"
        folder.mkdir(parents=True)
        text = "\n".join(["time,open,high,low,close,volume", *rows])
        (folder / "bars.csv").write_text(text + "\n", encoding="utf-8")

    search = Search(symbols=(Symbol("LIVE"), Symbol("GONE")))
    found = await run_scan(search, market=FilesMarket(tmp_path), as_of=SATURDAY)

    assert {str(each.instrument.symbol) for each in found.found} == {"LIVE"}
    assert found.scanned == 1
    assert "Its bars end in the session of 2026-07" in found.left_out[Symbol("GONE")]
