"""The port to a market.

Contract, held by `tests/contracts/test_market_data.py` for every adapter:

- Nothing later than `as_of` is seen: a bar that starts at or after it does not exist, and the bar
  it falls into is built only from what happened before it (`Bars.is_forming`).
- Times are starts; `[start, end)` is half open; bars come sorted, without duplicates.
- Regular hours only, unless `extended`; asking extended hours of an instrument that has none gives
  the regular ones.
- Absence is an empty `Bars` or None. An unknown symbol raises `NotFound` with near names. Failure
  raises `ProviderUnavailable`; nothing is made up.
- Intraday bars longer than a minute are anchored at the session's open (regular) or at the
  premarket open (extended); daily bars are regular hours only, weeks start on Monday.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.chains import OptionChain
from app.market.models import Bars, Instrument, Provider, Quote
from app.market.traits import Traits
from app.market.vendor import NotCovered, Split


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a provider answers; `failure` says what keeps it from that."""

    provider: str
    failure: str | None


@dataclass(frozen=True, slots=True)
class ExchangeSign:
    """Whether US exchanges hold a regular session now, by the word of `provider`."""

    is_open: bool
    provider: str


class MarketData(Protocol):
    """Quotes and bars of many symbols, as of any moment."""

    @property
    def provider(self) -> Provider: ...

    async def instrument(self, symbol: Symbol) -> Instrument:
        """What `symbol` is; `NotFound` with suggestions if there is no such thing."""
        ...

    async def instruments(self) -> Sequence[Instrument]:
        """Everything this market knows, by symbol."""
        ...

    async def bars(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        *,
        start: datetime,
        end: datetime,
        as_of: datetime,
        extended: bool = False,
    ) -> Bars: ...

    async def quote(self, symbol: Symbol, *, as_of: datetime) -> Quote:
        """The last price before `as_of` and its day; `NotFound` if there was none yet."""
        ...

    async def option_chain(
        self, symbol: Symbol, *, expiry: date | None = None, as_of: datetime
    ) -> OptionChain:
        """Listed options of an underlying, of one expiry or of all; `NotCovered` where there are
        none to be had."""
        raise NotCovered(f"There are no option chains of the {self.provider.name}.")

    async def splits(self, symbol: Symbol, *, since: date) -> Sequence[Split]:
        """Splits of `since` or later, for which all bars are adjusted already."""
        return ()

    async def traits(self) -> Mapping[Symbol, Traits]:
        """Sectors, market caps and the like, of the symbols that a table of this market has; a table
        without dates."""
        return {}

    async def exchange_sign(self) -> ExchangeSign | None:
        """What a provider says of the exchanges right now, which no calendar knows: an unscheduled
        closure. None where nobody says it."""
        return None

    def notes(self, symbol: Symbol) -> tuple[str, ...]:
        """Sentences to stand with any answer about `symbol`, such as rows that were left out."""
        return ()

    async def health(self) -> Sequence[Health]:
        """Which of its providers answer. A market that needs nobody else has none to name."""
        return ()

    async def close(self) -> None:
        """Let go of connections; a market that has none does nothing."""
        return
