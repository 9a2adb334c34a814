"""What is looked for, and what was found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from app.core.symbols import Symbol
from app.market.models import Instrument, Provider
from app.market.traits import Traits
from app.scanner.evidence import Fact
from app.scanner.luck import Odds
from app.scanner.option_scan import OptionSearch
from app.scanner.outcomes import Record
from app.scanner.setups import Direction, Setup


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is asked of a scan. Empty `setups` means all of them, empty `symbols` everything listed
    (of `sector`, where one is named). Prices are of the last bar, in the instrument's currency;
    `where` is a condition of the formula language on daily bars. With `options` whole chains are
    looked over by that instead, and nothing else here counts. `known` is what the member's own list says
    of its symbols."""

    setups: tuple[Setup, ...] = ()
    direction: Direction | None = None
    symbols: tuple[Symbol, ...] = ()
    sector: str = ""
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    min_reward_to_risk: float | None = None
    where: str = ""
    options: OptionSearch | None = None
    known: tuple[tuple[Symbol, Traits], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity:
    """A setup that stands, with what taking it would risk.

    `at` is when its bar began, `is_forming` whether that bar is still open, `days` for how many bars
    the setup has stood, that one included. `record` counts what past cases of such days came to over
    everything that was scanned; `odds` are read from it, None where there are not cases enough, and
    so are `chance`, `score` and `expectation`.
    """

    instrument: Instrument
    setup: Setup
    at: datetime
    is_forming: bool
    provider: Provider
    entry: Decimal
    stop: Decimal
    target: Decimal
    reward_to_risk: float
    record: Record
    facts: tuple[Fact, ...]
    odds: Odds | None = None
    days: int = 1

    @property
    def chance(self) -> float | None:
        """That the target comes before the stop and in time, 0 to 1."""
        return self.odds.reached if self.odds else None

    @property
    def score(self) -> float | None:
        """Chance times reward to risk."""
        return self.odds.reached * self.reward_to_risk if self.odds else None

    @property
    def expectation(self) -> float | None:
        """What is won less what is lost on average for each unit risked."""
        return self.odds.expectation(self.reward_to_risk) if self.odds else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """Opportunities, best expectation first. `left_out` gives what had no bars, or none of late, with
    the reason; `halted` what has none of the last finished session alone;
    `passing` the symbols that meet the search's condition, None where it has none. `without` counts,
    of `considered` symbols, those of which a column of the table that is asked for is not known, by its
    name: they are not among what passes."""

    as_of: datetime
    scanned: int
    found: tuple[Opportunity, ...]
    left_out: Mapping[Symbol, str] = field(default_factory=dict)
    halted: tuple[Symbol, ...] = ()
    passing: tuple[Symbol, ...] | None = None
    considered: int = 0
    without: Mapping[str, int] = field(default_factory=dict)
