"""What one line of a book is worth now: its price, where that is from, and its Greeks.

Decided: a line is priced by its own market or not at all. What keeps it from a price stands beside it
in words, and the rest of the book is valued without it. Volatility and Greeks are those of
`app.options.contract_values`, as in a chain. An option's change on the day needs its price
of yesterday, which chains do not give; it is computed from the underlying's last close at today's
volatility, and marked as estimated.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

import numpy as np

from app.market.models import Provider
from app.options.american import american_prices
from app.options.contract_values import ContractValues
from app.options.models import POINT, Contracts
from app.options.pricing import prices
from app.positions.models import Lot, Position

_PLACES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A price, and `yesterday`'s, against which the day is measured. `opened` is when the day began:
    lots known to be younger count from what was paid for them."""

    price: Decimal
    yesterday: Decimal | None
    is_estimated: bool = False
    opened: datetime
    as_of: datetime
    provider: Provider


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sensitivity:
    """What an option's model needs: its values, and its volatility as a fraction."""

    values: ContractValues
    volatility: float

    @property
    def contract(self) -> Contracts:
        """As one row."""
        return self.values.contract

    def worth(
        self, *, spot: float | None = None, days: float = 0.0, volatility: float | None = None
    ) -> float:
        """A share, by the model; with the right to exercise early where that counts."""
        at = self.contract
        moved = _shifted(at, spot=float(at.spot[0]) if spot is None else spot, days=days)
        by = american_prices if self.values.is_american else prices
        return float(by(moved, self.volatility if volatility is None else volatility)[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class LineGreeks:
    """Of the whole line: delta in shares, gamma in shares a dollar, theta in dollars a calendar day,
    vega and rho in dollars a point."""

    delta: float
    gamma: float = 0.0
    theta: float = 0.0
    vega: float = 0.0
    rho: float = 0.0

    def __add__(self, other: "LineGreeks") -> "LineGreeks":
        return LineGreeks(
            delta=self.delta + other.delta,
            gamma=self.gamma + other.gamma,
            theta=self.theta + other.theta,
            vega=self.vega + other.vega,
            rho=self.rho + other.rho,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class BookLine:
    """A position with its market. `absence` says why there is no price, or no Greeks; `spot` is the
    underlying's price."""

    position: Position
    mark: Mark | None = None
    spot: Decimal | None = None
    sensitivity: Sensitivity | None = None
    expires_at: datetime | None = None
    absence: str = ""

    @property
    def value(self) -> Decimal | None:
        """In dollars; negative where it would cost to close."""
        return None if self.mark is None else self.position.exposure * self.mark.price

    @property
    def open_result(self) -> Decimal | None:
        """Profit or loss of what is held since it was opened."""
        mark = self.mark
        if mark is None:
            return None
        return self._against([(lot, lot.price) for lot in self.position.holding.lots])

    @property
    def day_result(self) -> Decimal | None:
        """Profit or loss of what is held since the last close, or since it was opened today; what was
        opened nobody knows when was there before."""
        mark = self.mark
        if mark is None:
            return None
        return self._against(
            [
                (lot, mark.yesterday if _was_there(lot, mark) else lot.price)
                for lot in self.position.holding.lots
            ]
        )

    @property
    def is_day_estimated(self) -> bool:
        mark = self.mark
        return (
            mark is not None
            and mark.is_estimated
            and any(_was_there(lot, mark) for lot in self.position.holding.lots)
        )

    @cached_property
    def greeks(self) -> LineGreeks | None:
        held = float(self.position.exposure)
        if not self.position.asset.is_option:
            return None if self.mark is None else LineGreeks(delta=held)
        if self.sensitivity is None:
            return None
        found = self.sensitivity.values
        return LineGreeks(
            delta=held * (found.delta or 0.0),
            gamma=held * (found.gamma or 0.0),
            theta=held * (found.theta or 0.0),
            vega=held * (found.vega or 0.0),
            rho=held * (found.rho or 0.0),
        )

    def _against(self, pairs: Iterable[tuple[Lot, Decimal | None]]) -> Decimal | None:
        total = Decimal(0)
        for lot, before in pairs:
            if before is None or self.mark is None:
                return None
            total += lot.quantity * (self.mark.price - before)
        return total * self.position.asset.multiplier

    def moved(self, *, spot: float, points: float = 0.0, days: float = 0.0) -> float | None:
        """Profit or loss in dollars if the underlying were at `spot`, volatility so many points
        higher, so many days later. None where it is not known how the line moves."""
        held = float(self.position.exposure)
        if not self.position.asset.is_option:
            return None if self.mark is None else held * (spot - float(self.mark.price))
        if self.sensitivity is None:
            return None
        model = self.sensitivity
        wilder = max(model.volatility + POINT * points, 0.0)
        after = model.worth(spot=spot, days=days, volatility=wilder)
        return held * (after - model.worth())


def _was_there(lot: Lot, mark: Mark) -> bool:
    """When the day began."""
    return not lot.is_dated or lot.opened_at < mark.opened


def price_at(
    sensitivity: Sensitivity, *, spot: Decimal, days: float, price: Decimal
) -> Decimal | None:
    """What the option that costs `price` would cost with the underlying at `spot`, `days` on (before
    now if negative), by the model; the part of the price that the model does not explain stays."""
    apart = float(price) - sensitivity.worth()
    then = sensitivity.worth(spot=float(spot), days=days) + apart
    if not np.isfinite(then):
        return None
    return Decimal(repr(round(max(then, 0.0), _PLACES)))


def _shifted(contract: Contracts, *, spot: float, days: float) -> Contracts:
    return Contracts.of(
        is_call=contract.is_call,
        spot=spot,
        strike=contract.strike,
        years=contract.years - days / 365.0,
        rate=contract.rate,
        dividend_yield=contract.dividend_yield,
    )
