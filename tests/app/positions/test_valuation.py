"""What a book is worth, what it risks, and what it does when the market moves."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.chains import OptionKind
from app.market.models import Bars, Provider
from app.market.protocol import MarketData
from app.options.pricing import greeks
from app.options.recognition import StructureName
from app.positions.beta import beta
from app.positions.marks import BookLine
from app.positions.models import AssetKind, Holding, Position
from app.positions.risk import Shift, book_risk, shifted
from app.positions.structures import MOST_GROUPED, structures, unsorted_symbols
from app.positions.valuation import betas_of, value_positions
from tests.app.positions.conftest import DECEMBER, asset, held, option

RATE = 0.04


async def valued(market: MarketData, now: datetime, *positions: Position) -> tuple[BookLine, ...]:
    return await value_positions(positions, market=market, as_of=now, rate=RATE)


async def strike_near(market: MarketData, symbol: str, now: datetime, share: float) -> str:
    """The listed strike nearest to `share` of the spot."""
    chain = await market.option_chain(Symbol(symbol), expiry=DECEMBER, as_of=now)
    wanted = float(chain.spot or 0) * share
    return str(
        min((each.contract.strike for each in chain.quotes), key=lambda k: abs(float(k) - wanted))
    )


async def test_a_stock_of_yesterday_and_one_of_today_have_different_days(
    market: MarketData, now: datetime
) -> None:
    quote = await market.quote(Symbol("AAPL"), as_of=now)
    assert quote.previous_close is not None
    old = held(asset("AAPL"), "100", "150", now - timedelta(days=30))
    new = held(asset("AAPL"), "-10", "200", now - timedelta(minutes=5))

    before, today = await valued(market, now, old, new)

    assert before.value == 100 * quote.last
    assert before.open_result == 100 * (quote.last - 150)
    assert before.day_result == 100 * (quote.last - quote.previous_close)
    assert not before.is_day_estimated
    assert today.day_result == today.open_result == -10 * (quote.last - 200)


async def test_an_option_is_worth_its_market_and_moves_by_its_greeks(
    market: MarketData, now: datetime
) -> None:
    strike = await strike_near(market, "SPY", now, 1.02)
    line = (
        await valued(
            market,
            now,
            held(option("SPY", strike, OptionKind.CALL), "3", "5", now - timedelta(days=3)),
        )
    )[0]
    chain = await market.option_chain(Symbol("SPY"), expiry=DECEMBER, as_of=now)
    quoted = next(
        each
        for each in chain.quotes
        if each.contract.strike == Decimal(strike) and each.contract.kind is OptionKind.CALL
    )

    assert line.mark is not None
    assert line.greeks is not None
    assert line.sensitivity is not None
    assert line.spot is not None
    assert quoted.mark is not None
    assert line.mark.price == quoted.mark
    assert line.value == 300 * quoted.mark
    assert line.is_day_estimated
    single = greeks(line.sensitivity.contract, line.sensitivity.volatility)
    assert line.greeks.delta == pytest.approx(300 * single.delta[0])
    spot = float(line.spot)
    up, down = line.moved(spot=spot + 0.01), line.moved(spot=spot - 0.01)
    assert up is not None
    assert down is not None
    assert (up - down) / 0.02 == pytest.approx(line.greeks.delta, rel=1e-4)
    assert line.moved(spot=spot, days=0.01) == pytest.approx(line.greeks.theta * 0.01, rel=0.01)
    assert line.moved(spot=spot, points=0.01) == pytest.approx(line.greeks.vega * 0.01, rel=0.01)


async def test_a_line_without_a_market_says_why_and_spares_the_others(
    market: MarketData, now: datetime
) -> None:
    lines = await valued(
        market,
        now,
        held(asset("AAPL"), "1", "100", now),
        held(asset("NOSUCH"), "1", "100", now),
        held(option("SPY", "1", OptionKind.CALL), "1", "1", now),
        held(option("SPY", "600", OptionKind.CALL, date(2026, 11, 6)), "1", "1", now),
    )

    assert lines[0].value is not None
    assert [line.value for line in lines[1:]] == [None, None, None]
    assert "not listed" in lines[2].absence
    assert "expired" in lines[3].absence
    assert lines[1].absence


async def test_an_expiry_no_calendar_reaches_takes_no_other_line_away(
    market: MarketData, now: datetime
) -> None:
    strike = await strike_near(market, "SPY", now, 1)
    lines = await valued(
        market,
        now,
        held(asset("AAPL"), "1", "100", now),
        held(option("SPY", strike, OptionKind.CALL), "1", "5", now),
        held(option("SPY", "600", OptionKind.CALL, date(9999, 12, 31)), "-1", "1", now),
        held(option("SPY", "600", OptionKind.PUT, date(2050, 1, 21)), "1", "1", now),
    )

    assert [line.value is None for line in lines] == [False, False, True, True]
    assert all("expiry" in line.absence for line in lines[2:])
    assert structures(lines) == ()
    assert book_risk(lines, {}, None).left_out == lines[2:]


async def test_a_book_is_weighed_in_shares_of_spy(market: MarketData, now: datetime) -> None:
    lines = await valued(
        market, now, held(asset("SPY"), "10", "600", now), held(asset("NVDA"), "-50", "100", now)
    )
    betas, benchmark = await betas_of([Symbol("SPY"), Symbol("NVDA")], market=market, as_of=now)
    assert benchmark is not None
    spy = float(benchmark.last)

    found = book_risk(lines, betas, spy)

    nvidia = next(each for each in found.underlyings if each.symbol == "NVDA")
    spot = float((await market.quote(Symbol("NVDA"), as_of=now)).last)
    weight = betas[Symbol("NVDA")]
    assert weight is not None
    assert nvidia.weighted_delta == pytest.approx(-50 * spot * weight / spy)
    assert found.weighted_delta is not None
    assert nvidia.weighted_delta is not None
    assert found.weighted_delta == pytest.approx(10 + nvidia.weighted_delta)
    assert found.net.dollar_delta == pytest.approx(10 * spy - 50 * spot)
    assert sum(each.share for each in found.underlyings) == pytest.approx(1)
    assert [each.expiry for each in found.expiries] == [None]


async def test_a_move_by_beta_moves_each_underlying_by_its_own(
    market: MarketData, now: datetime
) -> None:
    lines = await valued(market, now, held(asset("NVDA"), "10", "100", now))
    worth = float(lines[0].value or 0)

    plain, _ = shifted(lines, Shift(percent=-2), {})
    by_beta, _ = shifted(lines, Shift(percent=-2, by_beta=True), {Symbol("NVDA"): 1.5})
    nothing, unknown = shifted(lines, Shift(percent=-2, by_beta=True), {})

    assert plain == pytest.approx(-0.02 * worth)
    assert by_beta == pytest.approx(-0.03 * worth)
    assert nothing == 0
    assert unknown == lines


async def test_greeks_are_told_by_expiry_soonest_first(market: MarketData, now: datetime) -> None:
    strike = await strike_near(market, "SPY", now, 1)
    near = option("SPY", strike, OptionKind.PUT, date(2026, 12, 11))
    lines = await valued(
        market,
        now,
        held(asset("SPY"), "100", "600", now),
        held(option("SPY", strike, OptionKind.CALL), "-1", "5", now),
        held(near, "1", "5", now),
    )

    found = book_risk(lines, {}, None)

    assert [each.expiry for each in found.expiries] == [date(2026, 12, 11), DECEMBER, None]
    assert found.expiries[0].exposure.theta < 0 < found.expiries[1].exposure.theta
    assert found.net.theta == pytest.approx(sum(each.exposure.theta for each in found.expiries))


async def test_what_was_opened_nobody_knows_when_counts_its_day_from_the_last_close(
    market: MarketData, now: datetime
) -> None:
    today = held(asset("AAPL"), "100", "150", now)
    (lot,) = today.holding.lots
    unknown = replace(today, holding=Holding(lots=(replace(lot, is_dated=False),)))

    bought, there = await valued(market, now, today, unknown)

    quote = await market.quote(Symbol("AAPL"), as_of=now)
    assert quote.previous_close is not None
    assert bought.day_result == 100 * (quote.last - 150)
    assert there.day_result == 100 * (quote.last - quote.previous_close)


async def test_loose_legs_are_seen_as_what_they_make(market: MarketData, now: datetime) -> None:
    low, high = [await strike_near(market, "SPY", now, share) for share in (0.96, 0.98)]
    lines = await valued(
        market,
        now,
        held(option("SPY", high, OptionKind.PUT), "-2", "6", now),
        held(option("SPY", low, OptionKind.PUT), "2", "4", now),
        held(asset("AAPL"), "100", "200", now),
    )

    (found,) = structures(lines)
    assert (found.symbol, found.name, found.units) == ("SPY", StructureName.BULL_PUT, 2)
    assert found.cost == -2 * 100 * (6 - 4)


async def test_more_loose_legs_than_are_sorted_are_named(market: MarketData, now: datetime) -> None:
    calls = [
        held(option("SPY", str(500 + place), OptionKind.CALL), "1", "5", now)
        for place in range(MOST_GROUPED + 1)
    ]
    stocks = [held(asset("AAPL"), "1", "100", now)]
    lines = await valued(market, now, *calls, *stocks)

    assert structures(lines) == ()
    assert unsorted_symbols(lines) == ("SPY",)
    assert unsorted_symbols(lines[1:]) == ()


async def test_futures_are_kept_though_nobody_prices_them(
    market: MarketData, now: datetime
) -> None:
    future = held(
        type(asset("ES"))(
            kind=AssetKind.FUTURE, symbol=Symbol("ES"), expiry=DECEMBER, multiplier=Decimal(50)
        ),
        "1",
        "6800",
        now,
    )
    line = (await valued(market, now, future))[0]

    assert line.value is None
    assert "futures" in line.absence
    assert book_risk([line], {}, None).left_out == (line,)


def daily(returns: list[float], *, skipped: int = 0) -> Bars:
    closes = 100 * np.exp(np.cumsum(returns))
    days = (np.arange(len(closes)) + 20_000) * 86_400
    return Bars(
        symbol=Symbol("X"),
        timeframe=Timeframe.D1,
        time=days[skipped:],
        open=closes[skipped:],
        high=closes[skipped:],
        low=closes[skipped:],
        close=closes[skipped:],
        volume=closes[skipped:],
        provider=Provider(name="test"),
    )


def test_beta_is_the_slope_of_returns() -> None:
    market = [0.01 * (-1) ** day * (1 + day % 3) for day in range(200)]
    twice = [2 * each + 0.001 for each in market]

    assert beta(daily(twice), daily(market)) == pytest.approx(2)
    assert beta(daily(twice, skipped=120), daily(market)) == pytest.approx(2)


def test_too_short_a_history_has_no_beta() -> None:
    returns = [0.01, -0.02] * 40
    assert beta(daily(returns, skipped=25), daily(returns)) is None
    assert beta(daily(returns), daily([0.0] * 80)) is None
