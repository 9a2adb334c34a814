"""What a measured chain says about volatility: the smile, its middle, the term structure; and which
rows a trader means by a delta or by at the money.

Decided: one volatility a strike, of the side out of the money, where time value is all there is.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from app.market.chains import OptionKind
from app.market.models import Floats
from app.options.chains import MeasuredChain, Series
from app.options.models import Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Smile:
    """By rising strike; `volatility` as a fraction."""

    series: Series
    forward: float
    strike: Floats
    volatility: Floats

    def at_the_money(self) -> float | None:
        """Between the strikes around the forward, in logarithms; None where it lies outside of them."""
        return self.at(self.forward)

    def at(self, strike: float) -> float | None:
        if not len(self.strike) or not self.strike[0] <= strike <= self.strike[-1]:
            return None
        return float(np.interp(np.log(strike), np.log(self.strike), self.volatility))


@dataclass(frozen=True, slots=True, kw_only=True)
class TermPoint:
    """`straddle` is the price of call and put at the strike nearest to the forward, None unless both
    have one."""

    series: Series
    forward: float
    volatility: float | None
    straddle: float | None


def smile(chain: MeasuredChain, series: Series) -> Smile:
    rows = chain.on(series)
    strike, forward = chain.contracts.strike, _forward(chain, series)
    is_outside = np.where(chain.contracts.is_call, strike >= forward, strike < forward)
    known = np.flatnonzero(rows & is_outside & ~np.isnan(chain.volatility.value))
    order = known[np.argsort(strike[known])]
    return Smile(
        series=series,
        forward=forward,
        strike=strike[order],
        volatility=chain.volatility.value[order],
    )


def term_structure(chain: MeasuredChain) -> tuple[TermPoint, ...]:
    """One point a series that is still to end, nearest first."""
    points = []
    for series in chain.series:
        if series.years <= 0.0:
            continue
        curve = smile(chain, series)
        pair = at_the_money(chain, series)
        straddle = float("nan") if pair is None else float(chain.price[list(pair)].sum())
        points.append(
            TermPoint(
                series=series,
                forward=curve.forward,
                volatility=curve.at_the_money(),
                straddle=None if np.isnan(straddle) else straddle,
            )
        )
    return tuple(points)


def at_the_money(chain: MeasuredChain, series: Series) -> tuple[int, int] | None:
    """Rows of the call and the put at the strike nearest to the forward that lists both."""
    rows = np.flatnonzero(chain.on(series))
    is_call = chain.contracts.is_call[rows]
    calls, puts = rows[is_call], rows[~is_call]
    strike = chain.contracts.strike
    both = np.intersect1d(strike[calls], strike[puts])
    if not len(both):
        return None
    nearest = both[np.argmin(np.abs(both - _forward(chain, series)))]
    call = calls[np.argmax(strike[calls] == nearest)]
    put = puts[np.argmax(strike[puts] == nearest)]
    return int(call), int(put)


def nearest_delta(
    chain: MeasuredChain, series: Series, kind: OptionKind, delta: float
) -> int | None:
    """The row whose delta comes nearest; of a put, 0.30 means −0.30."""
    is_kind = chain.contracts.is_call == (kind is OptionKind.CALL)
    rows = np.flatnonzero(chain.on(series) & is_kind & ~np.isnan(chain.greeks.delta))
    if not len(rows):
        return None
    away = np.abs(np.abs(chain.greeks.delta[rows]) - abs(delta))
    return int(rows[np.argmin(away)])


def _forward(chain: MeasuredChain, series: Series) -> float:
    return float(chain.forward[np.argmax(chain.on(series))])


class Moneyness(StrEnum):
    """At the money is the one strike nearest to the forward."""

    IN = "in the money"
    AT = "at the money"
    OUT = "out of the money"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a trader asks of a chain; None asks nothing. Deltas are without sign; `spread` is the
    widest market, as a part of its middle; `each_side` counts strikes around the forward."""

    expiries: frozenset[date] | None = None
    kind: OptionKind | None = None
    moneyness: Moneyness | None = None
    strikes: tuple[float, float] | None = None
    each_side: int | None = None
    deltas: tuple[float, float] | None = None
    open_interest: float | None = None
    volume: float | None = None
    spread: float | None = None


def chosen(chain: MeasuredChain, wanted: Wanted) -> tuple[int, ...]:
    """Rows that have all of it, in the chain's order; what is not known is not had."""
    strike = chain.contracts.strike
    rows = np.ones(len(strike), dtype=bool)
    if wanted.expiries is not None:
        is_wanted = np.array([each.expiry in wanted.expiries for each in chain.series], dtype=bool)
        rows &= is_wanted[chain.place]
    if wanted.kind is not None:
        rows &= chain.contracts.is_call == (wanted.kind is OptionKind.CALL)
    for bounds, column in (
        (wanted.strikes, strike),
        (wanted.deltas, np.abs(chain.greeks.delta)),
        (_from(wanted.open_interest), chain.open_interest),
        (_from(wanted.volume), chain.volume),
        (_up_to(wanted.spread), (chain.ask - chain.bid) / chain.price),
    ):
        if bounds is not None:
            rows &= (column >= bounds[0]) & (column <= bounds[1])
    if wanted.moneyness is not None:
        rows &= _has(chain, wanted.moneyness)
    if wanted.each_side is not None:
        rows &= _is_near(chain, wanted.each_side)
    return tuple(int(row) for row in np.flatnonzero(rows))


def _has(chain: MeasuredChain, moneyness: Moneyness) -> Flags:
    if moneyness is Moneyness.IN:
        return chain.is_in_the_money
    if moneyness is Moneyness.OUT:
        return ~chain.is_in_the_money
    rows = np.zeros(len(chain.place), dtype=bool)
    for series in chain.series:
        rows[list(at_the_money(chain, series) or ())] = True
    return rows


def _from(least: float | None) -> tuple[float, float] | None:
    return None if least is None else (least, float("inf"))


def _up_to(most: float | None) -> tuple[float, float] | None:
    return None if most is None else (0.0, most)


def _is_near(chain: MeasuredChain, each_side: int) -> Flags:
    near = np.zeros(len(chain.place), dtype=bool)
    for series in chain.series:
        rows = chain.on(series)
        listed = np.unique(chain.contracts.strike[rows])
        middle = int(np.searchsorted(listed, _forward(chain, series)))
        kept = listed[max(middle - each_side, 0) : middle + each_side]
        near |= rows & np.isin(chain.contracts.strike, kept)
    return near
