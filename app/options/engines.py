"""QuantLib's engines for one American option at a time, loaded when the first is asked for.

Decided: Andersen, Lake and Offengenden's exercise boundary ("High-performance American option
pricing", 2016), since a tree that is a hundred times less exact takes as long. Its accurate scheme,
since the one of high precision takes fifty times as long. Where interest outweighs volatility both go
astray, by all of the time value: there finite differences stand, twice, since what they miss halves
with their steps. Finite differences too where cash dividends fall, or where rates below zero leave two
boundaries.

QuantLib counts whole days. A price depends on rate, yield and variance only by their products with
time, so every option is priced over one long life with these scaled to it: minutes count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt
from threading import Lock
from typing import Any

_LIFE_YEARS = 100
_LIFE_DAYS = 365 * _LIFE_YEARS
_TIMES, _PRICES = 200, 400
_CALM = 1.0
"""Interest to the end against a standard deviation: above this the boundary is not to be trusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CashDividend:
    """`amount` in dollars a share; the stock trades without it from `years` on."""

    years: float
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """One option and what it is priced by, as `Contracts` has it in rows; `years` above zero."""

    is_call: bool
    spot: float
    strike: float
    years: float
    rate: float
    dividend_yield: float
    volatility: float

    @property
    def has_two_boundaries(self) -> bool:
        """Of a put while yield < rate < 0, of a call while rate < yield < 0."""
        earned, paid = self.rate, self.dividend_yield
        if self.is_call:
            earned, paid = paid, earned
        return paid < earned < 0.0

    @property
    def is_calm(self) -> bool:
        """What waiting costs outweighs what the price may do."""
        lost = self.dividend_yield if self.is_call else self.rate
        return lost * sqrt(self.years) > _CALM * self.volatility


def american_price(one: One, dividends: Sequence[CashDividend] = ()) -> float:
    """NaN where the engine has no answer."""
    return _desk().price(one, dividends)


@cache
def _desk() -> "_Desk":
    return _Desk()


class _Desk:
    """One process of prices whose numbers are set anew for every option, by one thread at a time."""

    def __init__(self) -> None:
        import QuantLib

        self._ql: Any = QuantLib
        self._lock = Lock()
        self._today = QuantLib.Date(1, 1, 2001)
        QuantLib.Settings.instance().evaluationDate = self._today
        self._numbers = [QuantLib.SimpleQuote(value) for value in (100.0, 0.0, 0.0, 0.2)]
        self._process = self._made_process()
        self._exercise = QuantLib.AmericanExercise(self._today, self._today + _LIFE_DAYS)
        scheme = QuantLib.QdFpAmericanEngine.accurateScheme()
        self._boundary = QuantLib.QdFpAmericanEngine(self._process, scheme)

    def price(self, one: One, dividends: Sequence[CashDividend]) -> float:
        ql, scale = self._ql, one.years / _LIFE_YEARS
        side = ql.Option.Call if one.is_call else ql.Option.Put
        option = ql.VanillaOption(ql.PlainVanillaPayoff(side, one.strike), self._exercise)
        values = (
            one.spot,
            one.rate * scale,
            one.dividend_yield * scale,
            one.volatility * sqrt(scale),
        )
        to_come = [each for each in dividends if 0.0 < each.years <= one.years]
        with self._lock:
            for number, value in zip(self._numbers, values, strict=True):
                number.setValue(value)
            try:
                return self._found(option, one, to_come)
            except RuntimeError:
                return float("nan")

    def _found(self, option: Any, one: One, to_come: Sequence[CashDividend]) -> float:
        if not to_come and not one.has_two_boundaries and not one.is_calm:
            return self._by(option, self._boundary)
        found = self._by(option, self._differences(one, to_come, _TIMES))
        if to_come or one.has_two_boundaries:
            return found
        return 2.0 * self._by(option, self._differences(one, to_come, 2 * _TIMES)) - found

    def _by(self, option: Any, engine: Any) -> float:
        option.setPricingEngine(engine)
        return float(option.NPV())

    def _differences(self, one: One, dividends: Sequence[CashDividend], times: int) -> Any:
        """Each dividend is a fall of the stock by its amount."""
        ql = self._ql
        falls = [
            ql.FixedDividend(
                each.amount, self._today + max(1, round(_LIFE_DAYS * each.years / one.years))
            )
            for each in dividends
        ]
        return ql.FdBlackScholesVanillaEngine(self._process, falls, times, _PRICES)

    def _made_process(self) -> Any:
        ql = self._ql
        spot, rate, dividend_yield, volatility = map(ql.QuoteHandle, self._numbers)
        days = ql.Actual365Fixed()

        def curve(number: Any) -> Any:
            return ql.YieldTermStructureHandle(ql.FlatForward(self._today, number, days))

        surface = ql.BlackConstantVol(self._today, ql.NullCalendar(), volatility, days)
        return ql.BlackScholesMertonProcess(
            spot, curve(dividend_yield), curve(rate), ql.BlackVolTermStructureHandle(surface)
        )
