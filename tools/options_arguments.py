"""Arguments of the options tools, as models and people spell them."""

from datetime import date as Date  # noqa: N812 - `date` is a word of arguments
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from app.market.chains import OptionKind
from tools.arguments import AsOf, SymbolArgument
from tools.base import ToolArgs

EACH_SIDE = 5
MOST_EACH_SIDE = 15


def _kind(value: object) -> object:
    """`calls`, `C` and the like."""
    if not isinstance(value, str):
        return value
    return {"c": "call", "p": "put"}.get(value.strip().lower()[:1], value)


_FRACTION = 2.0
"""A volatility below two percent was meant as a fraction."""


def _percent(value: float) -> float:
    if value < _FRACTION:
        raise ValueError("volatility is in percent: write 33 for 33 %, not 0.33")
    return value


Percent = Annotated[
    float, Field(gt=0, le=1000, description="In percent a year: 33."), AfterValidator(_percent)
]
KindArgument = Annotated[OptionKind, BeforeValidator(_kind)]
Days = Annotated[
    int | None,
    Field(ge=0, le=2000, description="Days to expiry; the nearest listed expiry is taken."),
]
Expiry = Annotated[Date | None, Field(description="The expiry's date, if one was named.")]


class ChainArgs(ToolArgs):
    symbol: SymbolArgument
    expiry: Expiry = None
    days: Days = None
    kind: KindArgument | None = Field(None, description="call or put; leave out for both.")
    strikes: int = Field(
        EACH_SIDE, ge=1, le=MOST_EACH_SIDE, description="How many on each side of the price."
    )
    min_delta: float | None = Field(None, ge=0, le=1, description="Without sign: 0.2.")
    max_delta: float | None = Field(None, ge=0, le=1, description="Without sign: 0.4.")
    min_open_interest: int | None = Field(None, ge=0, description="Contracts open, at least.")
    min_volume: int | None = Field(None, ge=0, description="Contracts traded today, at least.")
    max_spread: float | None = Field(
        None, gt=0, le=200, description="Widest market, in percent of its middle."
    )
    as_of: AsOf = None


class GreeksArgs(ToolArgs):
    kind: KindArgument = Field(OptionKind.CALL, description="call or put.")
    symbol: SymbolArgument | None = Field(None, description="Underlying of a listed contract.")
    strike: float | None = Field(None, gt=0, description="The option's strike.")
    delta: float | None = Field(
        None, gt=-1, lt=1, description="Find the listed contract nearest to this delta: 0.30."
    )
    expiry: Expiry = None
    days: Days = None
    spot: float | None = Field(
        None, gt=0, description="Price of the underlying; with it nothing is looked up."
    )
    volatility: Percent | None = Field(None, description="In percent a year: 33.")
    price: float | None = Field(None, ge=0, description="What the option costs, per share.")
    rate: float | None = Field(None, ge=-10, le=50, description="Interest, in percent: 4.")
    dividend_yield: float = Field(0.0, ge=0, le=50, description="In percent a year.")
    is_american: bool = Field(
        default=False, description="May be exercised early; for given numbers."
    )
    as_of: AsOf = None


class VolatilityArgs(ToolArgs):
    symbol: SymbolArgument
    expiry: Expiry = None
    days: Days = None
    as_of: AsOf = None
