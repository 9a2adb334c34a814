"""Values of option chains, as vendors give them; Greeks are theirs, and say so by standing here.

Decided: a field a vendor does not give is None, never computed here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from app.core.symbols import Symbol
from app.market.models import Provider


class OptionKind(StrEnum):
    CALL = "call"
    PUT = "put"


class ExerciseStyle(StrEnum):
    AMERICAN = "american"
    EUROPEAN = "european"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionContract:
    """A listed option. `ticker` is its OSI name without spaces: `SPY261218C00600000`.

    `multiplier` is in shares a contract, `strike` in dollars or index points.
    """

    ticker: str
    underlying: Symbol
    expiry: date
    strike: Decimal
    kind: OptionKind
    style: ExerciseStyle
    multiplier: Decimal = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionQuote:
    """A contract's market. `delta` to `vega` are the vendor's own: theta per calendar day, vega per
    point of volatility; `implied_volatility` is a fraction, 0.25 for 25 %. `at` is the time of the
    quote or of the last trade, whichever the vendor gives."""

    contract: OptionContract
    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None
    implied_volatility: Decimal | None = None
    delta: Decimal | None = None
    gamma: Decimal | None = None
    theta: Decimal | None = None
    vega: Decimal | None = None
    volume: Decimal | None = None
    open_interest: Decimal | None = None
    at: datetime | None = None

    @property
    def mark(self) -> Decimal | None:
        """The middle of bid and ask; None unless both are there."""
        return None if self.bid is None or self.ask is None else (self.bid + self.ask) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionChain:
    """Options of one underlying, sorted by expiry, strike, calls first."""

    underlying: Symbol
    quotes: Sequence[OptionQuote]
    provider: Provider
    as_of: datetime
    spot: Decimal | None = None

    @property
    def expiries(self) -> tuple[date, ...]:
        return tuple(sorted({each.contract.expiry for each in self.quotes}))
