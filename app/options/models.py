"""Values of the options domain: contracts as parallel arrays, and what is computed of them.

Decided: one model for all. Black-Scholes-Merton is Black's formula on the forward
S·exp((rate − dividend yield)·years); an option on a forward or a future is the same with the
dividend yield equal to the rate, and only its rho differs. Units are a trader's: theta and charm per
calendar day, vega, rho, vanna and vomma per point (one percent), everything per share.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.market.models import Floats, Ints

Flags = NDArray[np.bool_]
Codes = NDArray[np.int8]

DAYS_A_YEAR = 365.0
POINT = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts:
    """European options, one a row. `years` may be zero or less: then they have expired.

    `rate` and `dividend_yield` are continuous, as fractions: 0.04 for 4 %.
    """

    is_call: Flags
    spot: Floats
    strike: Floats
    years: Floats
    rate: Floats
    dividend_yield: Floats
    is_on_forward: bool = False

    @classmethod
    def of(
        cls,
        *,
        is_call: ArrayLike,
        spot: ArrayLike,
        strike: ArrayLike,
        years: ArrayLike,
        rate: ArrayLike = 0.0,
        dividend_yield: ArrayLike = 0.0,
    ) -> Self:
        """Of numbers or arrays, stretched to one length."""
        columns = (spot, strike, years, rate, dividend_yield)
        flags, *numbers = np.broadcast_arrays(
            np.atleast_1d(np.asarray(is_call, dtype=np.bool_)),
            *(np.asarray(column, dtype=np.float64) for column in columns),
        )
        return cls(
            is_call=flags,
            spot=numbers[0],
            strike=numbers[1],
            years=numbers[2],
            rate=numbers[3],
            dividend_yield=numbers[4],
        )

    @classmethod
    def on_forward(
        cls,
        *,
        is_call: ArrayLike,
        forward: ArrayLike,
        strike: ArrayLike,
        years: ArrayLike,
        rate: ArrayLike = 0.0,
    ) -> Self:
        """Black-76: options on a forward or a future; delta and gamma are in terms of it."""
        made = cls.of(
            is_call=is_call,
            spot=forward,
            strike=strike,
            years=years,
            rate=rate,
            dividend_yield=rate,
        )
        return made.rows(slice(None), is_on_forward=True)

    def __len__(self) -> int:
        return len(self.spot)

    def rows(self, chosen: slice | Flags | Ints, *, is_on_forward: bool | None = None) -> Self:
        return type(self)(
            is_call=self.is_call[chosen],
            spot=self.spot[chosen],
            strike=self.strike[chosen],
            years=self.years[chosen],
            rate=self.rate[chosen],
            dividend_yield=self.dividend_yield[chosen],
            is_on_forward=self.is_on_forward if is_on_forward is None else is_on_forward,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeks:
    """Per share and long: delta per dollar, gamma per dollar², theta per calendar day, vega per point
    of volatility, rho per point of the rate."""

    delta: Floats
    gamma: Floats
    theta: Floats
    vega: Floats
    rho: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondGreeks:
    """How the Greeks move: vanna is delta per point of volatility, charm is delta per calendar day,
    vomma is vega (per point) per point of volatility."""

    vanna: Floats
    charm: Floats
    vomma: Floats


class NoVolatility(IntEnum):
    """Why a price has no implied volatility."""

    HAS_ONE = 0
    NO_PRICE = 1
    EXPIRED = 2
    NO_TIME_VALUE = 3
    ABOVE_MAXIMUM = 4
    UNRESOLVED = 5
    ONE_SIDED = 6
    CROSSED = 7

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    NoVolatility.HAS_ONE: "",
    NoVolatility.NO_PRICE: "there is no price",
    NoVolatility.EXPIRED: "it has expired",
    NoVolatility.NO_TIME_VALUE: "its price is no more than its intrinsic value",
    NoVolatility.ABOVE_MAXIMUM: "its price is above what an option can be worth",
    NoVolatility.UNRESOLVED: "its time value is lost in the rounding of its price",
    NoVolatility.ONE_SIDED: "nobody bids, or nobody offers",
    NoVolatility.CROSSED: "its bid is above its ask",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpliedVolatility:
    """`value` is a fraction a year, NaN where `absence` (a `NoVolatility`) is not zero."""

    value: Floats
    absence: Codes
