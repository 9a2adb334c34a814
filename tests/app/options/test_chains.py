"""Whole chains: a real one as CBOE published it, and small ones by hand."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.market.chains import ExerciseStyle, OptionChain, OptionContract, OptionKind, OptionQuote
from app.market.models import Provider
from app.options.chains import MeasuredChain, Series, measured
from app.options.interest import interest
from app.options.models import Contracts, NoVolatility
from app.options.odds import Outlook, straddle_move
from app.options.parity import implied_discount, implied_forward
from app.options.pricing import prices
from app.options.smile import (
    Moneyness,
    Wanted,
    at_the_money,
    chosen,
    nearest_delta,
    smile,
    term_structure,
)

NOW = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
MONTH = date(2026, 12, 18)
LATER = date(2027, 3, 19)


def quoted(
    kind: OptionKind,
    strike: float,
    bid: str | None,
    ask: str | None,
    *,
    root: str = "SPY",
    expiry: date = MONTH,
    last: str | None = None,
    open_interest: str | None = None,
) -> OptionQuote:
    letter = "C" if kind is OptionKind.CALL else "P"
    return OptionQuote(
        contract=OptionContract(
            ticker=f"{root}{expiry:%y%m%d}{letter}{int(strike * 1000):08d}",
            underlying=Symbol("SPY"),
            expiry=expiry,
            strike=Decimal(str(strike)),
            kind=kind,
            style=ExerciseStyle.AMERICAN,
        ),
        bid=None if bid is None else Decimal(bid),
        ask=None if ask is None else Decimal(ask),
        last=None if last is None else Decimal(last),
        open_interest=None if open_interest is None else Decimal(open_interest),
    )


def chain_of(quotes: list[OptionQuote], spot: str | None = "600") -> OptionChain:
    return OptionChain(
        underlying=Symbol("SPY"),
        quotes=quotes,
        provider=Provider(name="hand"),
        as_of=NOW,
        spot=None if spot is None else Decimal(spot),
    )


def skewed(strike: float) -> float:
    return 0.2 - 0.3 * float(np.log(strike / 600))


def smiling_chain(dividend_yield: float = 0.013, rate: float = 0.04) -> OptionChain:
    """Two expiries whose prices come from a skew, a cent wide to five digits."""
    quotes = []
    for expiry, years in ((MONTH, 28.1875 / 365), (LATER, 119.14583333333333 / 365)):
        for strike in range(480, 721, 5):
            for kind in OptionKind:
                contract = Contracts.of(
                    is_call=kind is OptionKind.CALL,
                    spot=600,
                    strike=strike,
                    years=years,
                    rate=rate,
                    dividend_yield=dividend_yield,
                )
                worth = float(prices(contract, skewed(strike))[0])
                quotes.append(
                    quoted(
                        kind, strike, f"{worth * 0.999:.9f}", f"{worth * 1.001:.9f}", expiry=expiry
                    )
                )
    return chain_of(quotes)


@pytest.fixture(scope="module")
def smiling() -> MeasuredChain:
    return measured(smiling_chain(), rate=0.04)


def test_a_series_ends_at_the_close_in_new_york(smiling: MeasuredChain) -> None:
    assert [each.expiry for each in smiling.series] == [MONTH, LATER]
    assert smiling.series[0].expires_at == datetime(2026, 12, 18, 21, 0, tzinfo=UTC)
    assert smiling.series[0].years == pytest.approx(28.1875 / 365)
    assert smiling.series[1].expires_at == datetime(2027, 3, 19, 20, 0, tzinfo=UTC)


def test_the_forward_is_found_without_knowing_dividends(smiling: MeasuredChain) -> None:
    for series in smiling.series:
        assert series.implied is not None
        expected = 600 * np.exp((0.04 - 0.013) * series.years)
        assert series.implied.value == pytest.approx(expected, abs=1e-5)
        assert series.implied.dividend_yield(600, series.years, 0.04) == pytest.approx(
            0.013, abs=1e-6
        )


def test_the_skew_that_made_the_prices_comes_back(smiling: MeasuredChain) -> None:
    for series in smiling.series:
        curve = smile(smiling, series)
        assert len(curve.strike) > 40
        np.testing.assert_allclose(
            curve.volatility, [skewed(strike) for strike in curve.strike], atol=2e-6
        )
        assert curve.at_the_money() == pytest.approx(skewed(curve.forward), abs=2e-5)
        assert curve.at(100) is None


def test_term_structure_has_a_point_a_series(smiling: MeasuredChain) -> None:
    points = term_structure(smiling)
    assert [point.series.expiry for point in points] == [MONTH, LATER]
    first = points[0]
    assert first.volatility == pytest.approx(skewed(first.forward), abs=2e-5)
    assert first.straddle is not None
    outlook = Outlook(spot=600, years=first.series.years, volatility=first.volatility or 0)
    assert first.straddle == pytest.approx(np.sqrt(2 / np.pi) * 600 * outlook.total, rel=0.02)
    assert straddle_move(first.straddle / 2, first.straddle / 2) == pytest.approx(
        0.85 * first.straddle
    )


def test_a_trader_finds_a_delta_and_the_money(smiling: MeasuredChain) -> None:
    series = smiling.series[0]
    row = nearest_delta(smiling, series, OptionKind.PUT, 0.30)
    assert row is not None
    assert smiling.quotes[row].contract.kind is OptionKind.PUT
    assert smiling.greeks.delta[row] == pytest.approx(-0.30, abs=0.05)
    pair = at_the_money(smiling, series)
    assert pair is not None
    call, put = (smiling.quotes[each].contract for each in pair)
    assert call.strike == put.strike == Decimal(600)
    assert (call.kind, put.kind) == (OptionKind.CALL, OptionKind.PUT)


def test_filters_keep_what_has_all_of_it(smiling: MeasuredChain) -> None:
    near = chosen(smiling, Wanted(expiries=frozenset({MONTH}), each_side=10, kind=OptionKind.CALL))
    strikes = [smiling.quotes[row].contract.strike for row in near]
    assert len(strikes) == 20
    assert strikes[9] <= Decimal(602) < strikes[10]
    at = chosen(smiling, Wanted(moneyness=Moneyness.AT))
    assert [smiling.quotes[row].contract.strike for row in at] == [600, 600, 605, 605]
    outside = chosen(smiling, Wanted(moneyness=Moneyness.OUT, kind=OptionKind.PUT))
    assert max(smiling.quotes[row].contract.strike for row in outside) == 600
    inside = chosen(smiling, Wanted(moneyness=Moneyness.IN, kind=OptionKind.PUT))
    assert min(smiling.quotes[row].contract.strike for row in inside) == 605
    deltas = chosen(smiling, Wanted(deltas=(0.2, 0.4)))
    assert deltas
    assert all(0.2 <= abs(smiling.greeks.delta[row]) <= 0.4 for row in deltas)
    assert chosen(smiling, Wanted(spread=0.01)) == tuple(range(len(smiling.quotes)))
    assert chosen(smiling, Wanted(spread=0.0001)) == ()
    assert chosen(smiling, Wanted(open_interest=1)) == ()
    assert chosen(smiling, Wanted(strikes=(600, 600))) == tuple(
        row for row, quote in enumerate(smiling.quotes) if quote.contract.strike == 600
    )


def test_what_is_wrong_with_a_quote_is_said() -> None:
    call = OptionKind.CALL
    found = measured(
        chain_of(
            [
                quoted(call, 600, "10", "10.2"),
                quoted(call, 601, "10", "9"),
                quoted(call, 602, None, "9"),
                quoted(call, 603, "0", "9"),
                quoted(call, 604, None, None),
                quoted(call, 605, None, None, last="8"),
                quoted(call, 400, "190", "191"),
            ]
        ),
        rate=0.04,
        dividend_yield=0.0,
    )
    assert [NoVolatility(code) for code in found.volatility.absence] == [
        NoVolatility.HAS_ONE,
        NoVolatility.CROSSED,
        NoVolatility.ONE_SIDED,
        NoVolatility.ONE_SIDED,
        NoVolatility.NO_PRICE,
        NoVolatility.HAS_ONE,
        NoVolatility.NO_TIME_VALUE,
    ]
    assert found.is_last.tolist() == [False, False, False, False, False, True, False]
    assert np.isnan(found.greeks.delta[1])
    assert found.is_in_the_money.tolist() == [False] * 6 + [True]


def test_two_roots_of_one_day_are_two_series() -> None:
    """The third Friday has SPX, settled at the opening, and SPXW, settled at the close."""
    kinds = (OptionKind.CALL, OptionKind.PUT)
    found = measured(
        chain_of(
            [quoted(kind, 600, "10", "11", root=root) for root in ("SPX", "SPXW") for kind in kinds]
        ),
        rate=0.04,
    )
    assert [series.root for series in found.series] == ["SPX", "SPXW"]
    opening, close = found.of_expiry(MONTH)
    assert opening.expires_at == datetime(2026, 12, 18, 14, 30, tzinfo=UTC)
    assert close.expires_at == datetime(2026, 12, 18, 21, 0, tzinfo=UTC)
    assert found.on(opening).tolist() == [True, True, False, False]


def test_a_chain_without_a_price_of_its_underlying_is_refused() -> None:
    with pytest.raises(InvalidInput, match="SPY"):
        measured(chain_of([quoted(OptionKind.CALL, 600, "1", "2")], spot=None), rate=0.04)
    given = measured(
        chain_of([quoted(OptionKind.CALL, 600, "1", "2")], spot=None), rate=0.04, spot=580
    )
    assert given.spot == 580


def test_an_empty_chain_measures_to_nothing() -> None:
    found = measured(chain_of([]), rate=0.04)
    assert found.series == ()
    assert term_structure(found) == ()
    assert chosen(found, Wanted()) == ()


def test_one_stale_quote_does_not_move_the_forward() -> None:
    strike = np.arange(90.0, 111.0)
    forward, years, rate = 100.7, 0.5, 0.03
    discount = np.exp(-rate * years)
    put = np.maximum(strike - forward, 0) * discount + 2
    call = put + discount * (forward - strike)
    call[10] += 1.5
    found = implied_forward(strike, call, put, years=years, rate=rate)
    assert found is not None
    assert found.value == pytest.approx(forward)
    assert found.spread == pytest.approx(1.5 / discount)
    call[10] -= 1.5
    assert implied_discount(strike, call, put, years=years) == pytest.approx(rate)
    nothing = np.full_like(strike, np.nan)
    assert implied_forward(strike, nothing, put, years=years, rate=rate) is None
    assert implied_discount(strike, nothing, put, years=years) is None


def test_walls_ratio_and_max_pain() -> None:
    is_call = np.array([True, True, True, False, False, False])
    strike = np.array([90.0, 100, 110, 90, 100, 110])
    found = interest(is_call, strike, np.array([10.0, 50, 200, 300, 60, np.nan]))
    assert (found.call_wall, found.put_wall) == (110, 90)
    assert found.put_call_ratio == pytest.approx(360 / 260)
    paid = {
        price: 10 * max(price - 90, 0)
        + 50 * max(price - 100, 0)
        + 200 * max(price - 110, 0)
        + 300 * max(90 - price, 0)
        + 60 * max(100 - price, 0)
        for price in (90, 100, 110)
    }
    assert found.max_pain == min(paid, key=lambda price: paid[price]) == 100
    assert interest(is_call, strike, np.zeros(6)).max_pain is None


def cboe_chain(path: Path) -> tuple[OptionChain, np.ndarray]:
    """CBOE's page of all SPX options, and its own volatilities in the chain's order."""
    quotes, volatilities = [], []
    lines = path.read_text().splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("Expiration Date"))
    for row in csv.reader(lines[start + 1 :]):
        if len(row) < 22:
            continue
        expiry = datetime.strptime(row[0], "%a %b %d %Y").replace(tzinfo=UTC).date()
        for kind, first in ((OptionKind.CALL, 1), (OptionKind.PUT, 12)):
            quotes.append(
                OptionQuote(
                    contract=OptionContract(
                        ticker=row[first],
                        underlying=Symbol("SPX"),
                        expiry=expiry,
                        strike=Decimal(row[11]),
                        kind=kind,
                        style=ExerciseStyle.EUROPEAN,
                    ),
                    bid=Decimal(row[first + 3]),
                    ask=Decimal(row[first + 4]),
                    open_interest=Decimal(row[first + 9]),
                )
            )
            volatilities.append(float(row[first + 6]))
    at = datetime(2022, 6, 10, 20, 15, tzinfo=UTC)
    chain = OptionChain(
        underlying=Symbol("SPX"),
        quotes=quotes,
        provider=Provider(name="CBOE"),
        as_of=at,
        spot=Decimal("3900.86"),
    )
    return chain, np.array(volatilities)


@pytest.fixture(scope="module")
def spx(shared_data: Path) -> tuple[MeasuredChain, np.ndarray]:
    chain, theirs = cboe_chain(shared_data / "options/CBOE_SPX_quotedata_2022-06-11.csv")
    return measured(chain, rate=0.017), theirs


def liquid(chain: MeasuredChain, series: Series) -> np.ndarray:
    """Out of the money, quoted tightly, worth a dollar at least."""
    is_tight = (chain.ask - chain.bid) < 0.1 * chain.price
    found: np.ndarray = chain.on(series) & ~chain.is_in_the_money & is_tight & (chain.price > 1)
    return found


@pytest.mark.shared_data
def test_cboes_own_volatilities_are_met(spx: tuple[MeasuredChain, np.ndarray]) -> None:
    """CBOE publishes four digits and does not say its rate; half a point is the agreement."""
    chain, theirs = spx
    compared = 0
    for series in chain.series:
        if not 10 / 365 < series.years < 1.0:
            continue
        rows = liquid(chain, series) & (theirs > 0)
        apart = np.abs(chain.volatility.value[rows] - theirs[rows])
        assert np.median(apart) < 0.005, series
        compared += int(rows.sum())
    assert compared > 2000


@pytest.mark.shared_data
def test_a_real_chain_is_measured_or_says_why_not(spx: tuple[MeasuredChain, np.ndarray]) -> None:
    chain, _ = spx
    assert len(chain.quotes) > 10_000
    is_known = ~np.isnan(chain.volatility.value)
    assert np.array_equal(is_known, chain.volatility.absence == NoVolatility.HAS_ONE)
    assert np.array_equal(is_known, ~np.isnan(chain.greeks.delta))
    assert is_known.mean() > 0.75
    over = next(series for series in chain.series if series.expiry == date(2022, 6, 10))
    assert not is_known[chain.on(over)].any()


@pytest.mark.shared_data
def test_strikes_of_a_real_chain_agree_on_its_forward(
    spx: tuple[MeasuredChain, np.ndarray],
) -> None:
    """Within a dime where it trades much; what it implies is a dividend yield, less borrowing."""
    chain, _ = spx
    yields = [
        series.implied.dividend_yield(chain.spot, series.years, 0.017)
        for series in chain.series
        if series.years > 0.25 and series.implied is not None
    ]
    assert len(yields) > 20
    assert -0.006 < min(yields) < max(yields) < 0.01
    spreads = [series.implied.spread for series in chain.series if series.implied is not None]
    assert np.median(spreads) < 0.2
