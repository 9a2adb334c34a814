"""Setups that options show: rules over the figures of one underlying's chain and its past.

Decided: no rule reads a later figure or fetches anything, and each is written down in docs/setups.md.
What a rule needs and nobody tells (open interest, a past, a company's report) is said to be missing,
which is not the same as the setup not standing. Odds are those that the options' own prices contain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

import numpy as np

from app.market.chains import OptionContract, OptionKind
from app.options.analysis import analysed
from app.options.chains import Series
from app.options.legs import Leg, LegKind
from app.options.past import VolatilityHistory
from app.options.service import Listed, nearest_series, reading
from app.options.smile import nearest_delta
from app.options.valuation import Market

LEAST_RANK = 0.5
LEAST_VOLUME = 500
LEAST_OPEN = 100
LEAST_RATIO = 3.0
LEAST_FALL = 0.15
REPORT_DAYS = 10
"""A crush is one of the last so many calendar days."""
_BEFORE = timedelta(days=7)
"""The record before a report is not older than that."""
WIDTH = 0.02
"""Of the underlying's price, where no width is named."""
_NEAR_DELTA = 0.5
"""A short strike's delta lies within this part of the wanted one."""


class OptionSetup(StrEnum):
    RANK = "iv_rank_high"
    UNUSUAL = "unusual_options"
    CRUSH = "post_earnings_crush"
    CONDOR = "iron_condor"
    BULL_PUT = "bull_put"
    BEAR_CALL = "bear_call"


_SOLD = {
    OptionSetup.CONDOR: (OptionKind.PUT, OptionKind.CALL),
    OptionSetup.BULL_PUT: (OptionKind.PUT,),
    OptionSetup.BEAR_CALL: (OptionKind.CALL,),
}
SPREADS = tuple(_SOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Of spreads: the delta of short strikes without sign, days to expiry, the width in dollars, the
    least probability of profit."""

    delta: float = 0.16
    days: int = 45
    width: float | None = None
    min_probability: float = 0.65


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A company's report: nothing of it was known until `before`, all of it from `after` on."""

    on: date
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RichVolatility:
    """Fractions; `realised` None where there is too little history."""

    rank: float
    percentile: float | None
    volatility: float
    realised: float | None

    @property
    def strength(self) -> float:
        return self.rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """The contract that stands out most; `others` more of the chain pass the rule. `price` per share
    is the middle of its market, or its last trade."""

    contract: OptionContract
    volume: int
    open_interest: int
    others: int
    price: Decimal | None = None

    @property
    def strength(self) -> float:
        return self.volume / self.open_interest


@dataclass(frozen=True, slots=True, kw_only=True)
class Crush:
    """Volatility thirty days out: the last record before the report, and now."""

    on: date
    before: float
    now: float

    @property
    def strength(self) -> float:
        """What part of it is gone."""
        return 1.0 - self.now / self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadLeg:
    """`delta` is with its sign, of one bought contract."""

    leg: Leg
    delta: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One unit at the middle of each market. `width` and `credit` per share; `profit` and `loss` in
    dollars, without signs."""

    expiry: date
    legs: tuple[SpreadLeg, ...]
    width: Decimal
    credit: Decimal
    profit: Decimal
    loss: Decimal
    breakevens: tuple[Decimal, ...]
    probability: float

    @property
    def strength(self) -> float:
        """Return on risk."""
        return float(self.profit / self.loss)

    @property
    def sold(self) -> tuple[SpreadLeg, ...]:
        return tuple(each for each in self.legs if each.leg.quantity < 0)


Fact = RichVolatility | Unusual | Crush | Spread


class NotKnown(Exception):
    """A rule cannot be judged; the words say what is missing."""


def rich_volatility(history: VolatilityHistory, least: float = LEAST_RANK) -> RichVolatility | None:
    now = history.today.at_the_money
    if history.rank is None or now is None:
        raise NotKnown(history.absence or "volatility never moved")
    if history.rank < least:
        return None
    return RichVolatility(
        rank=history.rank,
        percentile=history.percentile,
        volatility=now,
        realised=history.today.realised,
    )


def unusual_options(listed: Listed) -> Unusual | None:
    """The contract whose volume is the largest multiple of its open interest."""
    chain = listed.measured
    is_told = ~np.isnan(chain.volume) & ~np.isnan(chain.open_interest)
    if not is_told.any():
        raise NotKnown("the provider tells no volume with its open interest")
    is_alive = np.array([each.years > 0.0 for each in chain.series])[chain.place]
    enough = (chain.volume >= LEAST_VOLUME) & (chain.open_interest >= LEAST_OPEN)
    rows = np.flatnonzero(is_alive & enough & (chain.volume >= LEAST_RATIO * chain.open_interest))
    if not len(rows):
        return None
    best = int(rows[np.argmax(chain.volume[rows] / chain.open_interest[rows])])
    return Unusual(
        contract=chain.quotes[best].contract,
        volume=int(chain.volume[best]),
        open_interest=int(chain.open_interest[best]),
        others=len(rows) - 1,
        price=None if np.isnan(chain.price[best]) else _price(float(chain.price[best])),
    )


def post_earnings_crush(history: VolatilityHistory, report: Report) -> Crush | None:
    """Against the last record from before the report."""
    at, now = history.today.at, history.today.at_the_money
    if at < report.after or at - report.after > timedelta(days=REPORT_DAYS):
        return None
    if now is None:
        raise NotKnown(history.absence or "it has no volatility a month out")
    before = [
        each.at_the_money
        for each in history.days
        if each.at_the_money and report.before - _BEFORE <= each.at < report.before
    ]
    if not before:
        raise NotKnown("no volatility was kept in the week before its report")
    found = Crush(on=report.on, before=before[-1], now=now)
    return found if found.strength >= LEAST_FALL else None


def spread(listed: Listed, setup: OptionSetup, terms: Terms) -> Spread | None:
    """The spread of that kind by `terms`, None where no strikes make one that is likely enough."""
    series = nearest_series(listed, days=terms.days)
    rows: list[tuple[int, int]] = []
    for kind in _SOLD[setup]:
        pair = _vertical(listed, series, kind, terms)
        if pair is None:
            return None
        rows += ((pair[0], -1), (pair[1], 1))
    found = _worked_out(listed, series, rows)
    return found if found and found.probability >= terms.min_probability else None


def _vertical(
    listed: Listed, series: Series, kind: OptionKind, terms: Terms
) -> tuple[int, int] | None:
    """Rows of the short strike and of the one that protects it."""
    chain = listed.measured
    short = nearest_delta(chain, series, kind, terms.delta)
    if short is None or chain.is_in_the_money[short] or not _is_quoted(listed, short):
        return None
    if abs(abs(float(chain.greeks.delta[short])) - terms.delta) > _NEAR_DELTA * terms.delta:
        return None
    strikes = chain.contracts.strike
    width = WIDTH * chain.spot if terms.width is None else terms.width
    out = 1.0 if kind is OptionKind.CALL else -1.0
    is_kind = chain.contracts.is_call == (kind is OptionKind.CALL)
    away = out * (strikes - strikes[short])
    beyond = np.flatnonzero(chain.on(series) & is_kind & (away >= width - 1e-9))
    quoted = [row for row in beyond.tolist() if _is_quoted(listed, row)]
    if not quoted:
        return None
    return short, min(quoted, key=lambda row: float(away[row]))


def _is_quoted(listed: Listed, row: int) -> bool:
    """Whether both sides of its market are there, and so a middle."""
    chain = listed.measured
    return bool(not np.isnan(chain.price[row]) and not chain.is_last[row])


def _worked_out(listed: Listed, series: Series, rows: Sequence[tuple[int, int]]) -> Spread | None:
    chain = listed.measured
    volatilities = [reading(listed, row).volatility for row, _ in rows]
    known = tuple(each for each in volatilities if each is not None)
    if len(known) < len(rows):
        return None
    legs = tuple(
        SpreadLeg(leg=_leg(listed, series, row, quantity), delta=float(chain.greeks.delta[row]))
        for row, quantity in rows
    )
    pays = 0.0
    if series.implied is not None:
        pays = series.implied.dividend_yield(chain.spot, series.years, listed.rate)
    model = Market(
        at=chain.as_of,
        spot=chain.spot,
        volatilities=known,
        rate=listed.rate,
        dividend_yield=pays,
    )
    found = analysed([each.leg for each in legs], model, spot=None)
    best, worst, odds = found.best, found.worst, found.probability_of_profit
    if best is None or worst is None or odds is None or best <= 0 or worst >= 0:
        return None
    return Spread(
        expiry=series.expiry,
        legs=legs,
        width=_width(legs),
        credit=-found.cost / legs[0].leg.multiplier,
        profit=best,
        loss=-worst,
        breakevens=found.breakevens,
        probability=odds,
    )


def _leg(listed: Listed, series: Series, row: int, quantity: int) -> Leg:
    chain = listed.measured
    contract = chain.quotes[row].contract
    return Leg(
        kind=LegKind(contract.kind.value),
        quantity=Decimal(quantity),
        price=_price(float(chain.price[row])),
        strike=contract.strike,
        expires_at=series.expires_at,
        multiplier=contract.multiplier,
    )


def _price(value: float) -> Decimal:
    return Decimal(repr(round(value, 4)))


def _width(legs: Sequence[SpreadLeg]) -> Decimal:
    """The wider side's."""
    strikes = [each.leg.strike or Decimal(0) for each in legs]
    pairs = zip(strikes[0::2], strikes[1::2], strict=True)
    return max(abs(short - long) for short, long in pairs)
