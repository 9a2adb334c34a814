"""Options: a chain around its price, one contract's Greeks, a structure's payoff, volatility."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from widgets.base import BaseCard, CardNumber, Freshness


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ChainSide(_Part):
    """A call or a put at one strike; `is_computed` says that volatility and delta are ours, `is_early`
    that the right to exercise early makes a difference."""

    contract: str
    bid: CardNumber | None
    ask: CardNumber | None
    volatility: CardNumber | None
    delta: CardNumber | None
    open_interest: CardNumber | None
    is_in_the_money: bool
    is_computed: bool
    is_early: bool


class ChainRow(_Part):
    """One strike; a side that was filtered out or is not listed is None."""

    strike: CardNumber
    call: ChainSide | None
    put: ChainSide | None


class OptionChainCard(BaseCard):
    """Calls to the left, puts to the right, strikes between them, the price where it stands."""

    symbol: str
    name: str
    expiry: date
    days: CardNumber
    spot: CardNumber
    volatility: CardNumber | None
    move: CardNumber | None
    rows: tuple[ChainRow, ...]
    expiries: tuple[date, ...]
    notes: tuple[str, ...]
    freshness: Freshness


class GreekRow(_Part):
    """One Greek per share and per contract; `words` says what it counts."""

    name: str
    words: str
    share: CardNumber | None
    contract: CardNumber | None


class GreeksCard(BaseCard):
    """One contract: its price, its volatility, and how the price moves."""

    title: str
    subtitle: str
    price: CardNumber | None
    bid: CardNumber | None
    ask: CardNumber | None
    spot: CardNumber
    days: CardNumber
    volatility: CardNumber | None
    odds: CardNumber | None
    greeks: tuple[GreekRow, ...]
    notes: tuple[str, ...]
    freshness: Freshness


class AssignmentRow(_Part):
    """A sold option that may be assigned, and why: the time value a holder gives up, against what
    exercise brings. `label` is empty where something is said of the underlying."""

    label: str
    words: str
    time_value: CardNumber | None
    gained: CardNumber | None


class StructureLeg(_Part):
    """`action` is buy or sell; `words` what: `110 call of 18 December 2026`."""

    action: str
    quantity: CardNumber
    words: str
    price: CardNumber | None
    early: CardNumber | None
    """What the right to exercise early is worth a share, where it makes a difference."""


class PayoffPoint(_Part):
    """Dollars by price of the underlying: when the first options end, and now; geometry, not figures."""

    price: float
    at_end: float
    now: float | None


class ScenarioRow(_Part):
    """What it makes or loses if so much happens."""

    words: str
    result: CardNumber


class GridRow(_Part):
    """Results on one day, by move of the price."""

    words: str
    results: tuple[CardNumber, ...]


class GridShift(_Part):
    """All days, with volatility moved by so many points."""

    words: str
    rows: tuple[GridRow, ...]


class ScenarioGrid(_Part):
    """Results by price, day and volatility; `moves` head the columns, in percent."""

    moves: tuple[str, ...]
    shifts: tuple[GridShift, ...]


class AgedRow(_Part):
    """So many days on, with nothing else moved."""

    days: CardNumber
    result: CardNumber
    theta: CardNumber


class StructureCard(BaseCard):
    """A structure's payoff as a line, with what it costs, makes, loses and where it breaks even.

    `best` and `worst` None say that there is no bound. `is_modelled` says that legs end at different
    times, so that the line is a model's on the day the first ends.
    """

    title: str
    subtitle: str
    legs: tuple[StructureLeg, ...]
    cost: CardNumber
    is_credit: bool
    best: CardNumber | None
    worst: CardNumber | None
    breakevens: tuple[CardNumber, ...]
    odds: CardNumber | None
    touch: CardNumber | None
    margin: CardNumber | None
    greeks: tuple[GreekRow, ...]
    spot: CardNumber | None
    curve: tuple[PayoffPoint, ...]
    grid: ScenarioGrid | None
    scenarios: tuple[ScenarioRow, ...]
    assignments: tuple[AssignmentRow, ...]
    aged: tuple[AgedRow, ...]
    is_modelled: bool
    notes: tuple[str, ...]
    freshness: Freshness


class SmilePoint(_Part):
    """Geometry, not figures; volatility in percent."""

    strike: float
    volatility: float


class TermPointRow(_Part):
    """The middle of one expiry; `days` for the drawing."""

    expiry: date
    days: float
    volatility: CardNumber


class VolatilityFact(_Part):
    """A number with its name; absent numbers say why."""

    label: str
    number: CardNumber | None
    absent_because: str = ""


class VolatilityCard(BaseCard):
    """Where volatility stands: now, against what was realised, by strike and by expiry."""

    symbol: str
    name: str
    expiry: date
    spot: CardNumber
    volatility: CardNumber | None
    facts: tuple[VolatilityFact, ...]
    smile: tuple[SmilePoint, ...]
    term: tuple[TermPointRow, ...]
    notes: tuple[str, ...]
    freshness: Freshness
