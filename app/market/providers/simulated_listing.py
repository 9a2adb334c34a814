"""Which options the simulated market lists: expiries by the exchange's calendar, strikes by spacing.

Decided: one rule for all dates, today's. Indices and the largest funds expire every session of five
weeks, every stock and fund on Fridays of eight, then monthly (the third Friday, or the session before
it), quarterly and in January for years. Strikes are listed around every close of thirty sessions, so
that a contract somebody holds is still there when the price has moved away.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

import numpy as np

from app.core.symbols import AssetClass, Symbol
from app.market.calendar import LAST_DAY, session_on, sessions_between
from app.market.chains import ExerciseStyle, OptionContract, OptionKind
from app.market.models import Floats, Instrument

INDEX_ROOTS = {"SPX": "SPXW", "NDX": "NDXP", "RUT": "RUTW"}
"""Indices with options. The root of the key ends on the third Friday at the open, the other one at
the close of any session."""

_DAILY = frozenset({"SPX", "NDX", "RUT", "SPY", "QQQ", "IWM"})
_DAILY_FOR = timedelta(days=35)
_WEEKLY_FOR = timedelta(days=56)
_MONTHLY_FOR = timedelta(days=215)
_MONTHLY_OF_INDICES_FOR = timedelta(days=365)
_QUARTERLY_FOR = timedelta(days=400)
_JANUARY_FOR = timedelta(days=900)
_DECEMBER_OF_INDICES_FOR = timedelta(days=1850)
_FRIDAY = 4

_LADDER = (0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0)
_STEPS = ((10.0, 0.5), (75.0, 1.0), (200.0, 2.5), (500.0, 5.0), (1500.0, 10.0), (8000.0, 25.0))
"""Up to this price that step."""
_STEPS_OF_FUNDS = ((25.0, 0.5), (1000.0, 1.0))
_STEPS_OF_INDICES = ((10_000.0, 5.0), (30_000.0, 10.0))
_WIDEST_STEP = 50.0
_COARSER_AFTER = (0.28, 1.1)
"""In years: each time one step up the ladder."""
_FINE_REACH = 2.5
_FULL_REACH = 6.0
"""In standard deviations of thirty days, and of the time to the end."""
_MONTH = 30.0 / 365.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The options of one root and expiry, calls and puts at every strike."""

    root: str
    expiry: date
    expires_at: datetime
    strike: Floats
    contracts: tuple[OptionContract, ...]
    """Twice as many as strikes: call and put, strike by strike."""


def has_options(instrument: Instrument) -> bool:
    if instrument.asset_class is AssetClass.INDEX:
        return instrument.symbol in INDEX_ROOTS
    return instrument.asset_class in (AssetClass.STOCK, AssetClass.ETF)


def expiries(instrument: Instrument, on: date) -> tuple[tuple[str, date], ...]:
    """Roots and days listed on a day, that day included, by day."""
    symbol = instrument.symbol
    monthly_root = str(symbol).replace(".", "")
    other_root = INDEX_ROOTS.get(symbol, monthly_root)
    is_index = symbol in INDEX_ROOTS
    found = {(monthly_root, day) for day in _monthlies(on, is_index=is_index)}
    found |= {(other_root, day) for day in _fridays(on)}
    if symbol in _DAILY:
        found |= {(other_root, each.date) for each in sessions_between(on, on + _DAILY_FOR)}
    return tuple(sorted(found, key=lambda each: (each[1], each[0])))


def ends_at(root: str, expiry: date) -> datetime:
    """The moment its settlement price is made."""
    session = session_on(expiry)
    if session is None:  # expiries are made of sessions
        raise ValueError(f"{expiry} has no session")
    return session.open if root in INDEX_ROOTS else session.close


def strikes(
    instrument: Instrument, closes: Floats, volatility: float, years: float
) -> tuple[float, ...]:
    """Rising, around all `closes`: finely spaced near them, coarsely beyond."""
    step = _step(instrument, float(closes[-1]))
    for _ in (after for after in _COARSER_AFTER if years > after):
        step = _coarser(step)
    wide = _coarser(_coarser(step))
    month = volatility * np.sqrt(_MONTH)
    whole = volatility * np.sqrt(max(years, _MONTH))
    low, high = float(closes.min()), float(closes.max())
    fine = _multiples(step, low * np.exp(-_FINE_REACH * month), high * np.exp(_FINE_REACH * month))
    coarse = _multiples(
        wide, low * np.exp(-_FULL_REACH * whole), high * np.exp(_FULL_REACH * whole)
    )
    return tuple(sorted({*fine, *coarse}))


@lru_cache(maxsize=512)
def board(instrument: Instrument, root: str, expiry: date, listed: tuple[float, ...]) -> Board:
    is_index = instrument.symbol in INDEX_ROOTS
    style = ExerciseStyle.EUROPEAN if is_index else ExerciseStyle.AMERICAN
    contracts = tuple(
        _contract(instrument.symbol, root, expiry, strike, kind, style)
        for strike in listed
        for kind in (OptionKind.CALL, OptionKind.PUT)
    )
    return Board(
        root=root,
        expiry=expiry,
        expires_at=ends_at(root, expiry),
        strike=np.array(listed),
        contracts=contracts,
    )


def _contract(
    symbol: Symbol, root: str, expiry: date, strike: float, kind: OptionKind, style: ExerciseStyle
) -> OptionContract:
    letter = "C" if kind is OptionKind.CALL else "P"
    return OptionContract(
        ticker=f"{root}{expiry:%y%m%d}{letter}{round(strike * 1000):08d}",
        underlying=symbol,
        expiry=expiry,
        strike=Decimal(repr(strike)) if strike % 1 else Decimal(int(strike)),
        kind=kind,
        style=style,
    )


def _fridays(on: date) -> Iterator[date]:
    friday = on + timedelta(days=(_FRIDAY - on.weekday()) % 7)
    while friday <= on + _WEEKLY_FOR:
        if (day := _session_by(friday)) >= on:
            yield day
        friday += timedelta(days=7)


def _monthlies(on: date, *, is_index: bool) -> Iterator[date]:
    last = min(on + (_DECEMBER_OF_INDICES_FOR if is_index else _JANUARY_FOR), LAST_DAY)
    for count in range(on.year * 12 + on.month - 1, last.year * 12 + last.month):
        day = _session_by(_third_friday(count // 12, count % 12 + 1))
        if on <= day <= last and _is_listed(day, on, is_index=is_index):
            yield day


def _is_listed(day: date, on: date, *, is_index: bool) -> bool:
    ahead, month = day - on, day.month
    if is_index:
        return ahead <= _MONTHLY_OF_INDICES_FOR or month == 12
    return ahead <= _MONTHLY_FOR or month == 1 or (ahead <= _QUARTERLY_FOR and month % 3 == 0)


def _third_friday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(_FRIDAY - first.weekday()) % 7 + 14)


def _session_by(day: date) -> date:
    """That day, or the last session before it."""
    return sessions_between(day - timedelta(days=7), day)[-1].date


def _step(instrument: Instrument, price: float) -> float:
    table = {
        AssetClass.INDEX: _STEPS_OF_INDICES,
        AssetClass.ETF: _STEPS_OF_FUNDS,
    }.get(instrument.asset_class, _STEPS)
    return next((step for up_to, step in table if price <= up_to), _WIDEST_STEP)


def _coarser(step: float) -> float:
    return next((after for before, after in pairwise(_LADDER) if before == step), _LADDER[-1])


def _multiples(step: float, low: float, high: float) -> Iterator[float]:
    first, last = max(int(np.ceil(low / step)), 1), int(np.floor(high / step))
    return (round(step * count, 2) for count in range(first, last + 1))
