"""Figures: every number a member may read, with its unit, its entity and its source.

Decided: a number is never text first. Tools record figures, sentences and cards refer to them, and
`Figure.text` is the one place where digits are made, so prose and card cannot disagree.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

MINUS = "\N{MINUS SIGN}"


class Unit(StrEnum):
    """What a figure counts. The value is how the unit is written after a number."""

    USD = "USD"
    POINTS = "points"
    PERCENT = "%"
    PERCENTAGE_POINTS = "percentage points"
    ATR = "ATR"
    SIGMA = "σ"
    SHARES = "shares"
    COINS = "coins"
    CONTRACTS = "contracts"
    COUNT = "×"
    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"
    SECONDS = "seconds"
    RATIO = "ratio"
    INDEX = "index"
    """A pure reading on a scale of its own, such as RSI or MACD's kin."""


_WRITTEN = {
    Unit.PERCENT: "%",
    Unit.PERCENTAGE_POINTS: " percentage points",
    Unit.ATR: " ATR",
    Unit.SIGMA: "σ",
    Unit.COUNT: "×",
    Unit.DAYS: " days",
    Unit.HOURS: " hours",
    Unit.MINUTES: " minutes",
    Unit.SECONDS: " seconds",
}
"""Units that stand behind the number; prices, volumes and readings go bare, as traders write them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number out of a tool.

    `id` is unique in its thread (`a3`: third figure of the thread's first call). `path` names the
    figure inside its call (`PDH`, `PDH.distance`). `value` is exact; `decimals`, `signed` and
    `grouped` say how it is shown. `entity` is what it is about (`SPY`, a contract, `portfolio`),
    `as_of` the moment it holds for, aware; `provider` gave it, `delay_minutes` late by contract.
    """

    id: str
    call_id: str
    tool: str
    path: str
    value: Decimal
    unit: Unit
    label: str
    entity: str
    as_of: datetime
    decimals: int
    signed: bool = False
    grouped: bool = True
    provider: str = ""
    is_simulated: bool = False
    delay_minutes: int = 0

    @property
    def ref(self) -> str:
        """How a sentence points at this figure."""
        return "{" + self.id + "}"

    @property
    def rounded(self) -> Decimal:
        """The value as displayed: `decimals` places, half up."""
        return self.value.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP)

    def text(self, *, with_unit: bool = True) -> str:
        """The digits a member reads: `6,012.40`, `+0.42%`, `0.25 ATR`."""
        shown = format_decimal(self.rounded, signed=self.signed, grouped=self.grouped)
        return shown + _WRITTEN.get(self.unit, "") if with_unit else shown


def format_decimal(value: Decimal, *, signed: bool = False, grouped: bool = True) -> str:
    """`value` in plain digits at its own exponent, with a true minus sign, `+` if `signed`."""
    digits = f"{abs(value):,f}" if grouped else f"{abs(value):f}"
    if value == 0:
        return digits
    if value < 0:
        return MINUS + digits
    return "+" + digits if signed else digits


def written_unit(unit: Unit) -> str:
    """What stands behind a number of this unit, with its space."""
    return _WRITTEN.get(unit, "")
