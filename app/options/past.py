"""Volatility against its own past: today's record, and where it lies among those of a year.

Decided: thirty days out, between the expiries around that day, so that yesterday's figure and today's
speak of the same thing. Rank and percentile wait for `NEEDED` sessions and say how many there are
until then. The simulated market's past is asked of itself, week by week, and is called simulated.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.calendar import (
    current_session,
    finished_session,
    market_date,
    previous_session,
    session_on,
)
from app.market.chains import OptionChain
from app.market.models import Floats, Instrument
from app.market.protocol import MarketData
from app.market.vendor import NotCovered
from app.options.chains import MeasuredChain, measured
from app.options.history import (
    constant_maturity,
    realised_volatility,
    volatility_percentile,
    volatility_rank,
)
from app.options.records import VolatilityDay, VolatilityRecords
from app.options.smile import TermPoint, term_structure

NEEDED = 60
"""Sessions before a rank says anything: a quarter's."""
_YEAR = timedelta(days=365)
_WEEKS = 52
_NEEDED_WEEKS = 13
_MONTH = timedelta(days=30)
_REALISED_SESSIONS = 21


@dataclass(frozen=True, slots=True, kw_only=True)
class VolatilityHistory:
    """`days` are those of the year before today, oldest first: sessions, or weeks of a simulated
    market. `rank` and `percentile` are fractions of today among them, None with the reason in
    `absence`."""

    today: VolatilityDay
    days: tuple[VolatilityDay, ...]
    needed: int
    is_simulated: bool
    rank: float | None
    percentile: float | None
    absence: str


async def volatility_history(
    market: MarketData,
    symbol: Symbol,
    *,
    records: VolatilityRecords,
    as_of: datetime,
    rate: float,
    chain: OptionChain | None = None,
) -> VolatilityHistory:
    """A year of it, and today's record, which is remembered if it is the session's first.

    `chain` is that of `symbol` at `as_of` with all its expiries, if it is at hand already.
    """
    instrument = await market.instrument(symbol)
    if chain is None:
        chain = await market.option_chain(instrument.symbol, as_of=as_of)
    today = await volatility_day(market, instrument, chain, rate=rate)
    is_simulated = chain.provider.is_simulated
    if is_simulated:
        days = tuple([each async for each in _simulated_past(market, instrument, as_of, rate)])
    else:
        await remember(records, today)
        last = today.day - timedelta(days=1)
        days = tuple(await records.between(instrument.symbol, today.day - _YEAR, last))
    return _ranked(today, days, is_simulated=is_simulated)


async def volatility_day(
    market: MarketData, instrument: Instrument, chain: OptionChain, *, rate: float
) -> VolatilityDay:
    """What a whole chain says, and what the price did until then."""
    found = await _measured(market, chain, rate)
    at = chain.as_of
    points = () if found is None else term_structure(found)
    calls, puts = (None, None) if found is None else _open_interest(found)
    return VolatilityDay(
        symbol=instrument.symbol,
        day=_session_of(at),
        at=at,
        provider=chain.provider.name,
        at_the_money=constant_maturity(points),
        realised=await _realised(market, instrument, at),
        call_open_interest=calls,
        put_open_interest=puts,
    )


async def remember(records: VolatilityRecords, found: VolatilityDay) -> bool:
    """Keep it, at most once while the session lasts and once after; whether it was kept.

    Before the open and on other days nobody quotes options, so nothing is said of them.
    """
    session = session_on(found.day)
    is_quoted = session is not None and market_date(found.at) == found.day
    if session is None or not is_quoted or found.at < session.open or found.at_the_money is None:
        return False
    return await records.keep(found, close=session.close)


def _ranked(
    today: VolatilityDay, days: Sequence[VolatilityDay], *, is_simulated: bool
) -> VolatilityHistory:
    known = [each.at_the_money for each in days if each.at_the_money is not None]
    needed = _NEEDED_WEEKS if is_simulated else NEEDED
    past: Floats = np.array(known, dtype=np.float64)
    now = today.at_the_money
    absence = ""
    if now is None:
        absence = f"no expiries around {_MONTH.days} days from now have a volatility"
    elif len(known) < needed:
        what = "weeks" if is_simulated else "days"
        absence = f"it needs {needed} {what} of history; there are {len(known)}"
    rank = percentile = None
    if now is not None and not absence:
        rank, percentile = volatility_rank(past, now), volatility_percentile(past, now)
    return VolatilityHistory(
        today=today,
        days=tuple(days),
        needed=needed,
        is_simulated=is_simulated,
        rank=rank,
        percentile=percentile,
        absence=absence,
    )


async def _simulated_past(
    market: MarketData, instrument: Instrument, as_of: datetime, rate: float
) -> AsyncIterator[VolatilityDay]:
    """A minute before the close, week by week, of the expiries around a month out; open interest is
    left out, as they are not all. Ends where the market's past does."""
    for week in range(_WEEKS, 0, -1):
        session = finished_session(as_of - timedelta(days=7 * week), instrument.calendar)
        at = session.close - timedelta(minutes=1)
        points: list[TermPoint] = []
        for expiry in _fridays_around(session.date + _MONTH):
            try:
                chain = await market.option_chain(instrument.symbol, expiry=expiry, as_of=at)
            except NotCovered:
                return
            found = await _measured(market, chain, rate)
            points += () if found is None else term_structure(found)
        # A simulated market never waits, so others would have to.
        await asyncio.sleep(0)
        yield VolatilityDay(
            symbol=instrument.symbol,
            day=session.date,
            at=at,
            provider=market.provider.name,
            at_the_money=constant_maturity(points),
        )


def _fridays_around(day: date) -> tuple[date, date]:
    """The last trading days of the week that ended by `day` and of the one that follows."""
    before = day - timedelta(days=(day.weekday() - 4) % 7)
    return _traded(before), _traded(before + timedelta(days=7))


def _traded(day: date) -> date:
    while session_on(day) is None:
        day -= timedelta(days=1)
    return day


async def _measured(market: MarketData, chain: OptionChain, rate: float) -> MeasuredChain | None:
    if not chain.quotes:
        return None
    spot = chain.spot
    if spot is None:
        spot = (await market.quote(chain.underlying, as_of=chain.as_of)).last
    return await asyncio.to_thread(measured, chain, rate=rate, spot=float(spot))


async def _realised(market: MarketData, instrument: Instrument, as_of: datetime) -> float | None:
    """Of the last month's sessions that are over."""
    end = finished_session(as_of, instrument.calendar).close
    start = end - 2 * _MONTH
    bars = await market.bars(instrument.symbol, Timeframe.D1, start=start, end=end, as_of=end)
    if len(bars) <= _REALISED_SESSIONS:
        return None
    return realised_volatility(bars.close[-_REALISED_SESSIONS - 1 :])


def _open_interest(found: MeasuredChain) -> tuple[int | None, int | None]:
    """Of calls and of puts; None where no contract tells any."""
    is_call, size = found.contracts.is_call, found.open_interest
    if np.isnan(size).all():
        return None, None
    return int(np.nansum(size[is_call])), int(np.nansum(size[~is_call]))


def _session_of(at: datetime) -> date:
    """The session that `at` is in or comes after."""
    session = current_session(at)
    return session.date if session.open <= at else previous_session(session).date
