"""The ladder as a function of its bars: what scales, what is ordered, what is absent and why."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import NotFound
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.levels.evidence import Evidence, gather_evidence
from app.levels.frame import choose_frame
from app.levels.ladder import average_true_range, collect_ladder
from app.levels.models import Period
from app.levels.pivots import PivotMethod
from app.levels.touches import AWAY, NEAR
from app.market.calendar import US, sessions_between
from app.market.models import Bars, Instrument, Provider, decimal_of

STOCK = Instrument(
    symbol=Symbol("SPY"), name="SPDR S&P 500 ETF Trust", asset_class=AssetClass.ETF, calendar=US
)
AT = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)


def bars_of(timeframe: Timeframe, time: np.ndarray, closes: np.ndarray, scale: float) -> Bars:
    """Bars around `closes`; a `scale` that is a power of two changes no other digit."""
    wiggle = np.round(np.abs(np.sin(np.arange(len(closes)))) + 0.01, 2)
    return Bars(
        provider=Provider(name="hand"),
        symbol=STOCK.symbol,
        timeframe=timeframe,
        time=time.astype(np.int64),
        open=np.round(closes - 0.01, 2) * scale,
        high=np.round(closes + wiggle, 2) * scale,
        low=np.round(closes - wiggle, 2) * scale,
        close=closes * scale,
        volume=(1 + np.arange(len(closes)) % 7).astype(np.float64),
    )


def evidence_of(
    seed: int, *, years: float = 2, scale: float = 1.0, period: Period = Period.DAY
) -> Evidence:
    random = np.random.default_rng(seed)
    frame = choose_frame(AT, US, period=period, on=None)
    first = date.fromordinal(frame.session.date.toordinal() - int(365 * years))
    days = [int(each.open.timestamp()) for each in sessions_between(first, frame.before[-1].date)]
    minutes = np.concatenate(
        [
            np.arange(int(begin.timestamp()), int(min(end, AT).timestamp()), 60)
            for begin, end in (
                (frame.before[-1].open, frame.before[-1].after_hours_close),
                (frame.session.premarket_open, frame.session.after_hours_close),
            )
        ]
    )
    daily = np.round(300 + np.cumsum(random.normal(0, 2, len(days))), 2)
    intraday = np.round(300 + np.cumsum(random.normal(0, 0.1, len(minutes))), 2)
    by_minute = bars_of(Timeframe.M1, minutes, intraday, scale)
    by_day = bars_of(Timeframe.D1, np.array(days), daily, scale)
    prior = by_minute.between(frame.before[-1].open, frame.before[-1].close)
    by_day.open[-1], by_day.close[-1] = prior.open[0], prior.close[-1]
    by_day.high[-1], by_day.low[-1] = prior.high.max() + scale, prior.low.min() - scale
    return gather_evidence(STOCK, frame, by_day, by_minute)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.25, 4.0]), st.sampled_from(PivotMethod))
def test_levels_scale_with_prices(seed: int, scale: float, method: PivotMethod) -> None:
    once = collect_ladder(evidence_of(seed), method).drafts
    scaled = collect_ladder(evidence_of(seed, scale=scale), method).drafts
    assert [draft.name for draft in once] == [draft.name for draft in scaled]
    assert [draft.since for draft in once] == [draft.since for draft in scaled]
    for before, after in zip(once, scaled, strict=True):
        assert abs(after.price - before.price * Decimal(scale)) < Decimal("1e-7")


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_levels_keep_their_order(seed: int) -> None:
    found = {
        draft.name: draft.price
        for draft in collect_ladder(evidence_of(seed), PivotMethod.TRADITIONAL).drafts
    }
    assert found["PDL"] <= found["PDC"] <= found["PDH"]
    assert found["PML"] <= found["PMH"] <= found["ONH"]
    assert found["ONL"] <= found["PML"]
    assert found["OR60L"] <= found["OR30L"] <= found["OR15L"] <= found["OR5L"]
    assert found["OR5H"] <= found["OR15H"] <= found["OR30H"] <= found["OR60H"]
    assert found["VWAP-2"] <= found["VWAP-1"] <= found["VWAP"] <= found["VWAP+1"] <= found["VWAP+2"]
    assert abs((found["VWAP+2"] - found["VWAP"]) - 2 * (found["VWAP"] - found["VWAP-1"])) < Decimal(
        "1e-7"
    )
    assert found["S1"] <= found["PP"] <= found["R1"]
    assert found["52WL"] <= found["52WH"]


def test_previous_prices_are_the_bars_own_digits() -> None:
    evidence = evidence_of(1)
    prior = evidence.minutes.between(
        evidence.frame.before[-1].open, evidence.frame.before[-1].close
    )
    found = {d.name: d for d in collect_ladder(evidence, PivotMethod.TRADITIONAL).drafts}
    assert found["PDH"].price == decimal_of(prior.high.max())
    assert found["PDC"].price == decimal_of(evidence.days.close[-1])
    at = np.flatnonzero(prior.time == int(found["PDH"].since.timestamp()))
    assert prior.high[at] == prior.high.max()


def test_daily_and_minute_bars_of_different_prices_are_not_mixed() -> None:
    evidence = evidence_of(1)
    doubled = evidence_of(1, scale=2.0)
    frame = evidence.frame
    mixed = gather_evidence(STOCK, frame, doubled.days, evidence.minutes)
    assert mixed.previous is not None
    assert mixed.previous.prices.high == decimal_of(doubled.days.high[-1])
    assert mixed.previous.prices.low == decimal_of(doubled.days.low[-1])


def test_averages_and_the_atr_rest_on_finished_sessions() -> None:
    evidence = evidence_of(2)
    found = {d.name: d.price for d in collect_ladder(evidence, PivotMethod.TRADITIONAL).drafts}
    assert int(evidence.days.time[-1]) == int(evidence.frame.before[-1].open.timestamp())
    for length in (20, 50, 200):
        mean = evidence.days.close[-length:].mean()
        assert float(found[f"SMA{length}"]) == pytest.approx(mean, abs=1e-8)
    days = evidence.days
    ranges = np.maximum(days.high[1:], days.close[:-1]) - np.minimum(days.low[1:], days.close[:-1])
    wilder = ranges[:14].mean()
    for true_range in ranges[14:]:
        wilder += (true_range - wilder) / 14
    atr = average_true_range(evidence)
    assert atr is not None
    assert float(atr) == pytest.approx(wilder, abs=1e-8)


def test_the_year_is_the_52_weeks_before_the_session() -> None:
    evidence = evidence_of(3)
    found = {d.name: d for d in collect_ladder(evidence, PivotMethod.TRADITIONAL).drafts}
    first = int(datetime(2025, 11, 21, tzinfo=UTC).timestamp())
    year = evidence.days.time >= first
    assert found["52WH"].price == decimal_of(evidence.days.high[year].max())
    assert found["52WL"].price == decimal_of(evidence.days.low[year].min())
    assert 0 < year.sum() < len(year)


def test_too_little_history_is_absent_with_its_reason() -> None:
    ladder = collect_ladder(evidence_of(4, years=0.2), PivotMethod.TRADITIONAL)
    reasons = {name: absence.reason for absence in ladder.absent for name in absence.names}
    assert reasons["SMA200"].startswith("SMA200 needs 200 finished daily bars; there are ")
    assert "52WH" in reasons
    assert "SMA20" not in reasons


def test_too_few_weeks_are_absent_with_their_number() -> None:
    ladder = collect_ladder(evidence_of(4, years=2, period=Period.WEEK), PivotMethod.TRADITIONAL)
    reasons = {name: absence.reason for absence in ladder.absent for name in absence.names}
    weeks = reasons["EMA200W"].removeprefix(
        "EMA200W needs 200 finished weeks of history; there are "
    )
    assert 102 <= int(weeks.removesuffix(".")) <= 104
    assert "EMA50W" in {draft.name for draft in ladder.drafts}


def test_without_any_bar_there_is_no_map() -> None:
    frame = choose_frame(AT, US, period=Period.DAY, on=None)
    nothing = bars_of(Timeframe.D1, np.array([]), np.array([]), 1.0)
    with pytest.raises(NotFound, match=r"no prices of SPY.*20 November 2026"):
        gather_evidence(STOCK, frame, nothing, nothing)


def test_leaving_a_level_takes_more_than_coming_near() -> None:
    assert 0 < NEAR < AWAY


@pytest.mark.parametrize(("delay", "missing"), [(0, 15), (15, 0)])
def test_minutes_that_a_delayed_provider_has_yet_to_tell_are_not_missing(
    delay: int, missing: int
) -> None:
    evidence = evidence_of(1)
    told = evidence.minutes.between(evidence.frame.before[-1].open, AT - timedelta(minutes=15))
    late = dataclasses.replace(told, provider=Provider(name="late", delay_minutes=delay))
    found = gather_evidence(STOCK, evidence.frame, evidence.days, late)
    assert found.missing_bars == missing
