"""Daily bars of the simulated market: factors, memory, clustering volatility.

A symbol's log price is a trend plus a slowly forgetting sum of returns, so that it wanders like a
price and yet keeps its order of magnitude for ever. A return is made of the market's, the sector's
and its own, each split into an overnight gap and a session. Volatility is a process of its own
(log-normal, autocorrelated, rising after falls). Highs and lows are drawn from the distribution of
a Brownian bridge's extremes between open and close (Karatzas and Shreve, problem 2.8.3).

Everything is drawn at once for the fixed days from 2014 to the end of the calendar, so a day does
not depend on when it is asked for.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from app.core.symbols import AssetClass
from app.market.calendar import ROUND_THE_CLOCK, US, SessionTable, session_table
from app.market.models import Floats, Ints
from app.market.providers.simulated_anchors import ORDINARY_SECTOR_VOL, SECTOR_VOLS, Anchor
from app.market.providers.simulated_chance import normals, uniforms

FIRST_DAY = date(2014, 1, 2)
_TREND_FROM = date(2026, 1, 1)
_MARKET_VOL = 0.14
OVERNIGHT_SHARE = 0.28
_CALM = 0.975
_RESTLESS = 0.075
_FALLS_FRIGHTEN = -0.6
_EARNINGS_EVERY = 63
_EARNINGS_JUMP = 3.5


@dataclass(frozen=True, slots=True)
class Days:
    """Daily bars as arrays. `first` is the position of the first in the calendar's table.

    `sigma` is the standard deviation of the session's log return, for its minutes; `gap` the log
    return from the previous close to the open.
    """

    first: int
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    sigma: Floats
    gap: Floats


@dataclass(frozen=True, slots=True)
class _Factor:
    """Returns of the day, overnight and in session, and the volatility they were drawn with."""

    gap: Floats
    session: Floats
    stress: Floats


def first_position(calendar: str) -> int:
    """Where the simulated days begin in the calendar's table."""
    return int(np.searchsorted(session_table(calendar).ordinals, FIRST_DAY.toordinal()))


def simulate_days(anchor: Anchor, seed: int) -> Days:
    """All days of a symbol."""
    calendar = anchor.instrument.calendar
    table, first = session_table(calendar), first_position(calendar)
    factor = _market(seed, calendar)
    sector = _sector(seed, anchor.sector, calendar)
    own = _own(anchor, seed, len(table) - first, factor.stress)
    load = anchor.sector_load
    gap = anchor.beta * factor.gap + load * sector.gap + own.gap
    session = anchor.beta * factor.session + load * sector.session + own.session
    variance = (
        (anchor.beta * _MARKET_VOL * factor.stress) ** 2
        + (load * SECTOR_VOLS.get(anchor.sector, ORDINARY_SECTOR_VOL) * sector.stress) ** 2
        + (anchor.own_vol * own.stress) ** 2
    )
    part = 1.0 if calendar == ROUND_THE_CLOCK else 1 - OVERNIGHT_SHARE
    sigma = np.sqrt(variance * part / _year(calendar))
    deviation = _remembered(gap + session, anchor.memory)
    level = np.log(anchor.price) + anchor.trend * _years(table, first)
    log_close = level + deviation
    log_open = log_close - session
    if calendar == ROUND_THE_CLOCK:
        log_open[1:] = log_close[:-1]
    return _priced(anchor, seed, first, log_open, log_close, sigma)


def _priced(
    anchor: Anchor, seed: int, first: int, log_open: Floats, log_close: Floats, sigma: Floats
) -> Days:
    count, decimals = len(log_open), anchor.instrument.decimals
    up, down = uniforms(2 * count, seed, "extremes", anchor.path).reshape(2, count)
    move = log_close - log_open
    log_high = log_open + (move + np.sqrt(move**2 - 2 * sigma**2 * np.log(up))) / 2
    log_low = log_open + (move - np.sqrt(move**2 - 2 * sigma**2 * np.log(down))) / 2
    close, opened = _ticks(log_close, decimals), _ticks(log_open, decimals)
    gap = np.zeros(count)
    gap[1:] = log_open[1:] - log_close[:-1]
    return Days(
        first=first,
        open=opened,
        high=np.maximum(_ticks(log_high, decimals), np.maximum(opened, close)),
        low=np.minimum(_ticks(log_low, decimals), np.minimum(opened, close)),
        close=close,
        volume=_volumes(anchor, seed, move / sigma, sigma),
        sigma=sigma,
        gap=gap,
    )


def _ticks(log_price: Floats, decimals: int) -> Floats:
    prices: Floats = np.exp(log_price).round(decimals)
    return prices


def _volumes(anchor: Anchor, seed: int, surprise: Floats, sigma: Floats) -> Floats:
    """Shares a day: more on nervous days and on large moves. Zero for an index."""
    if not anchor.instrument.has_volume:
        return np.zeros(len(sigma))
    nervous = np.log(sigma / np.median(sigma))
    noise = 0.22 * normals(len(sigma), seed, "volume", anchor.instrument.symbol)
    busy = np.exp(noise + 0.55 * nervous + 0.18 * np.abs(surprise) - 0.18)
    return np.maximum(np.rint(anchor.volume * busy), 5000.0)


@lru_cache(maxsize=8)
def _market(seed: int, calendar: str) -> _Factor:
    """The factor everything follows; crypto's days take the share market's on its trading days."""
    count = len(session_table(calendar)) - first_position(calendar)
    if calendar != US:
        stocks, (ours, theirs) = _market(seed, US), _common_days(calendar)
        gap, session, stress = np.zeros(count), np.zeros(count), np.ones(count)
        session[ours] = (stocks.gap + stocks.session)[theirs]
        stress[ours] = stocks.stress[theirs]
        return _Factor(gap, session, stress)
    return _drawn(_MARKET_VOL, count, calendar, seed, "all shares")


@lru_cache(maxsize=32)
def _sector(seed: int, sector: str, calendar: str) -> _Factor:
    """A sector's factor; shares that live on crypto follow the coins' own factor."""
    vol = SECTOR_VOLS.get(sector, ORDINARY_SECTOR_VOL)
    if sector == "crypto" and calendar != ROUND_THE_CLOCK:
        coins, (ours, theirs) = _sector(seed, sector, ROUND_THE_CLOCK), _common_days(calendar)
        moves = np.zeros(len(session_table(calendar)) - first_position(calendar))
        stress = np.ones(len(moves))
        moves[ours], stress[ours] = coins.session[theirs], coins.stress[theirs]
        share = np.sqrt(OVERNIGHT_SHARE)
        return _Factor(moves * share, moves * (1 - share), stress)
    count = len(session_table(calendar)) - first_position(calendar)
    return _drawn(vol, count, calendar, seed, "sector", sector)


def _own(anchor: Anchor, seed: int, count: int, market_stress: Floats) -> _Factor:
    """What concerns this symbol alone, with a jump overnight at its quarterly earnings."""
    calendar = anchor.instrument.calendar
    drawn = _drawn(anchor.own_vol, count, calendar, seed, "own", anchor.path)
    gap = drawn.gap
    if anchor.instrument.asset_class is AssetClass.STOCK:
        offset = int(uniforms(1, seed, "earnings", anchor.path)[0] * _EARNINGS_EVERY)
        gap[offset::_EARNINGS_EVERY] *= _EARNINGS_JUMP
    shared = np.sqrt(market_stress)
    return _Factor(gap * shared, drawn.session * shared, drawn.stress * shared)


def _drawn(vol: float, count: int, calendar: str, *words: object) -> _Factor:
    """A factor of a yearly volatility whose own volatility clusters and rises after falls."""
    overnight, session, wind = normals(3 * count, *words).reshape(3, count)
    fright = _FALLS_FRIGHTEN * session + np.sqrt(1 - _FALLS_FRIGHTEN**2) * wind
    fright = np.concatenate(([0.0], fright[:-1]))
    steady = _RESTLESS**2 / (1 - _CALM**2)
    stress = np.exp(_remembered(_RESTLESS * fright, _CALM) - steady)
    daily = vol * stress / np.sqrt(_year(calendar))
    share = 0.0 if calendar == ROUND_THE_CLOCK else OVERNIGHT_SHARE
    return _Factor(daily * np.sqrt(share) * overnight, daily * np.sqrt(1 - share) * session, stress)


def _remembered(shocks: Floats, memory: float) -> Floats:
    """x[t] = memory·x[t-1] + shock[t], in blocks short enough for memory's powers to stay finite."""
    result = np.empty_like(shocks)
    last, block = 0.0, max(1, int(30 / -np.log(memory)))
    for start in range(0, len(shocks), block):
        part = shocks[start : start + block]
        powers = memory ** np.arange(1, len(part) + 1)
        result[start : start + block] = powers * (last + np.cumsum(part / powers))
        last = float(result[min(start + block, len(shocks)) - 1])
    return result


def _common_days(calendar: str) -> tuple[Ints, Ints]:
    """Positions, since the first simulated day, of dates that both calendars trade."""
    other = ROUND_THE_CLOCK if calendar == US else US
    mine = session_table(calendar).ordinals[first_position(calendar) :]
    theirs = session_table(other).ordinals[first_position(other) :]
    _dates, ours, others = np.intersect1d(mine, theirs, assume_unique=True, return_indices=True)
    return ours.astype(np.int64), others.astype(np.int64)


def _year(calendar: str) -> int:
    return 365 if calendar == ROUND_THE_CLOCK else 252


def _years(table: SessionTable, first: int) -> Floats:
    since: Floats = (table.ordinals[first:] - _TREND_FROM.toordinal()) / 365.25
    return since
