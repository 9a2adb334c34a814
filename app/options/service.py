"""Fetch listed options and measure them: whole chains, one contract, what volatility says.

Decided: a vendor's volatility and Greeks stand where it gives them, ours where it does not, and each
row says whose they are. Ours are European values on the forward that the chain itself implies; of the
rows that are shown American ones, where early exercise counts (`exact_reading`).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np

from app.core.errors import NotFound
from app.core.symbols import Symbol
from app.market.calendar import market_date
from app.market.chains import ExerciseStyle, OptionChain, OptionKind, OptionQuote
from app.market.models import Instrument
from app.market.protocol import MarketData
from app.options.chains import MeasuredChain, Series, measured
from app.options.contract_values import contract_values
from app.options.contract_values import early_premium as contract_premium
from app.options.interest import Interest, interest
from app.options.models import NoVolatility
from app.options.odds import Outlook, standard_move, straddle_move
from app.options.past import VolatilityHistory
from app.options.pricing import may_be_exercised_early
from app.options.smile import (
    Smile,
    TermPoint,
    at_the_money,
    nearest_delta,
    smile,
    term_structure,
)

_LEAST_YEARS = 1.0 / 365.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The options of an underlying, as the market gives them and measured at `rate`."""

    instrument: Instrument
    chain: OptionChain
    measured: MeasuredChain
    rate: float

    @property
    def spot(self) -> Decimal:
        return Decimal(repr(self.measured.spot))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One contract. Volatility is a fraction; Greeks per share, theta per calendar day, vega and rho
    per point. None where there is none, and `absence` says why. `is_vendors` tells whose they are;
    rho is always ours. `price` is the middle of the market, or the last trade. `is_american` where the
    right to exercise early is counted in, `is_due` where it should be exercised now."""

    quote: OptionQuote
    series: Series
    price: float | None
    volatility: float | None
    delta: float | None
    gamma: float | None
    theta: float | None
    vega: float | None
    rho: float | None
    is_vendors: bool
    absence: str
    may_be_exercised_early: bool
    is_american: bool = False
    is_due: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedMove:
    """Until one expiry, in price: a standard deviation by volatility, and by the straddle."""

    by_volatility: float | None
    by_straddle: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VolatilityNow:
    """What options of one underlying say about volatility; fractions. `history` is of the volatility
    a month out, whatever the expiry."""

    listed: Listed
    series: Series
    history: VolatilityHistory
    smile: Smile
    term: tuple[TermPoint, ...]
    at_the_money: float | None
    skew: float | None
    """Of a put of a quarter's delta less a call's."""
    move: ExpectedMove
    interest: Interest


async def listed_options(
    market: MarketData,
    symbol: Symbol,
    *,
    as_of: datetime,
    rate: float,
    expiry: date | None = None,
) -> Listed:
    """Everything listed, or one expiry; `NotFound` names near expiries.

    Measured in a thread: whole chains take long enough for others to notice.
    """
    instrument = await market.instrument(symbol)
    chain = await market.option_chain(instrument.symbol, expiry=expiry, as_of=as_of)
    if not chain.quotes:
        raise await _nothing_listed(market, instrument, expiry, as_of)
    spot = chain.spot
    if spot is None:
        spot = (await market.quote(instrument.symbol, as_of=as_of)).last
    found = await asyncio.to_thread(measured, chain, rate=rate, spot=float(spot))
    return Listed(instrument=instrument, chain=chain, measured=found, rate=rate)


async def _nothing_listed(
    market: MarketData, instrument: Instrument, expiry: date | None, as_of: datetime
) -> NotFound:
    if expiry is None:
        return NotFound(f"There are no listed options on {instrument.symbol}.")
    chain = await market.option_chain(instrument.symbol, as_of=as_of)
    near = sorted(chain.expiries, key=lambda day: abs(day - expiry))[:3]
    return NotFound(
        f"No options on {instrument.symbol} expire on {expiry.isoformat()}.",
        suggestions=[day.isoformat() for day in sorted(near)],
    )


def nearest_series(
    listed: Listed, *, days: float | None = None, expiry: date | None = None
) -> Series:
    """The series that ends nearest to so many days on, or on that date; by default the first.

    Of two on one day, the one settled at the close.
    """
    alive = [each for each in listed.measured.series if each.years > 0.0]
    if not alive:
        raise NotFound(f"All listed options on {listed.instrument.symbol} have expired.")
    wanted = expiry
    if wanted is None and days is not None:
        wanted = market_date(listed.chain.as_of) + timedelta(days=round(days))
    if wanted is None:
        wanted = alive[0].expiry
    return min(alive, key=lambda each: (abs(each.expiry - wanted), -each.years))


def reading(listed: Listed, row: int) -> Reading:
    chain = listed.measured
    quote = chain.quotes[row]
    is_vendors = quote.implied_volatility is not None and quote.delta is not None
    own = chain.greeks
    absence = NoVolatility(int(chain.volatility.absence[row]))
    rows = slice(row, row + 1)
    is_american = quote.contract.style is ExerciseStyle.AMERICAN
    early = bool(may_be_exercised_early(chain.contracts.rows(rows))[0])
    return Reading(
        quote=quote,
        series=chain.series[int(chain.place[row])],
        price=_known(chain.price[row]),
        volatility=_either(
            quote.implied_volatility, chain.volatility.value[row], is_vendors=is_vendors
        ),
        delta=_either(quote.delta, own.delta[row], is_vendors=is_vendors),
        gamma=_either(quote.gamma, own.gamma[row], is_vendors=is_vendors),
        theta=_either(quote.theta, own.theta[row], is_vendors=is_vendors),
        vega=_either(quote.vega, own.vega[row], is_vendors=is_vendors),
        rho=_known(own.rho[row]),
        is_vendors=is_vendors,
        absence="" if is_vendors else absence.words,
        may_be_exercised_early=is_american and early and not is_vendors,
    )


def exact_reading(listed: Listed, row: int) -> Reading:
    """With the right to exercise early counted in where it is worth a cent a share or more; it takes
    milliseconds there, so it is for the rows that are shown."""
    found = reading(listed, row)
    if not found.may_be_exercised_early:
        return found
    own = contract_values(listed.measured, row)
    if not own.is_american:
        return found
    return replace(
        found,
        volatility=own.volatility,
        delta=own.delta,
        gamma=own.gamma,
        theta=own.theta,
        vega=own.vega,
        rho=own.rho,
        absence=own.absence,
        is_american=True,
        is_due=own.is_due,
    )


def early_premium(listed: Listed, row: int) -> float:
    """As of `contract_values`; zero too where the vendor's own values count it in."""
    if not reading(listed, row).may_be_exercised_early:
        return 0.0
    return contract_premium(listed.measured, row)


def contract_row(
    listed: Listed,
    series: Series,
    kind: OptionKind,
    *,
    strike: float | None = None,
    delta: float | None = None,
) -> int:
    """The row of a contract by strike, by delta, or at the money.

    `NotFound` names the nearest strikes that are listed.
    """
    chain = listed.measured
    if strike is not None:
        return _at_strike(listed, series, kind, strike)
    if delta is not None:
        row = nearest_delta(chain, series, kind, delta)
        if row is None:
            raise NotFound(f"No {kind} of {series.expiry.isoformat()} has a delta to look for.")
        return row
    pair = at_the_money(chain, series)
    if pair is None:
        raise NotFound(f"Nothing of {series.expiry.isoformat()} is listed at the money.")
    return pair[0] if kind is OptionKind.CALL else pair[1]


def _at_strike(listed: Listed, series: Series, kind: OptionKind, strike: float) -> int:
    chain = listed.measured
    is_kind = chain.contracts.is_call == (kind is OptionKind.CALL)
    rows = np.flatnonzero(chain.on(series) & is_kind)
    away = np.abs(chain.contracts.strike[rows] - strike)
    if len(rows) and away.min() < 1e-6:
        return int(rows[np.argmin(away)])
    near = sorted(chain.contracts.strike[rows[np.argsort(away)[:4]]].tolist())
    raise NotFound(
        f"No {kind} on {listed.instrument.symbol} of {series.expiry.isoformat()} has that strike.",
        suggestions=[f"{each:g} {kind}" for each in near],
    )


def strikes_around(listed: Listed, series: Series, each_side: int) -> tuple[float, ...]:
    """The listed strikes nearest to the price of the underlying, so many below and above."""
    chain = listed.measured
    strikes = np.unique(chain.contracts.strike[chain.on(series)])
    middle = int(np.searchsorted(strikes, chain.spot, side="right"))
    near = strikes[max(middle - each_side, 0) : middle + each_side]
    return tuple(near.tolist())


def expected_move(listed: Listed, series: Series) -> ExpectedMove:
    chain = listed.measured
    volatility = smile(chain, series).at_the_money()
    pair = at_the_money(chain, series)
    straddle = None
    if pair is not None and not np.isnan(chain.price[list(pair)]).any():
        straddle = straddle_move(*chain.price[list(pair)].tolist())
    outlook = Outlook(spot=chain.spot, years=series.years, volatility=volatility or 0.0)
    return ExpectedMove(
        by_volatility=None if volatility is None else standard_move(outlook),
        by_straddle=straddle,
    )


def volatility_now(listed: Listed, series: Series, history: VolatilityHistory) -> VolatilityNow:
    """What the chain says of one expiry, beside its past."""
    chain = listed.measured
    rows, curve = chain.on(series), smile(chain, series)
    return VolatilityNow(
        listed=listed,
        series=series,
        history=history,
        smile=curve,
        term=tuple(each for each in term_structure(chain) if each.series.years >= _LEAST_YEARS),
        at_the_money=curve.at_the_money(),
        skew=_skew(listed, series),
        move=expected_move(listed, series),
        interest=interest(
            chain.contracts.is_call[rows], chain.contracts.strike[rows], chain.open_interest[rows]
        ),
    )


def _skew(listed: Listed, series: Series) -> float | None:
    chain = listed.measured
    put = nearest_delta(chain, series, OptionKind.PUT, 0.25)
    call = nearest_delta(chain, series, OptionKind.CALL, 0.25)
    if put is None or call is None:
        return None
    return _known(chain.volatility.value[put] - chain.volatility.value[call])


def _either(vendors: Decimal | None, own: float, *, is_vendors: bool) -> float | None:
    if is_vendors:
        return None if vendors is None else float(vendors)
    return _known(own)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def rows_of(listed: Listed, series: Series, strikes: Sequence[float]) -> tuple[int, ...]:
    """Of these strikes, in the chain's order."""
    chain = listed.measured
    wanted = np.isin(chain.contracts.strike, np.array(strikes))
    return tuple(np.flatnonzero(chain.on(series) & wanted).tolist())
