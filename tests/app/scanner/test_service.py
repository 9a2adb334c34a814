"""What a scan tells of symbols with odd prices, odd volumes and odd last days."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.market.calendar import sessions_between
from app.market.models import Bars, Floats, Instrument, Provider
from app.scanner.evidence import evidence
from app.scanner.histories import histories_of
from app.scanner.models import Opportunity, Search
from app.scanner.service import judge
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
