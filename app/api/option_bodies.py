"""The bodies of options arithmetic: contracts and structures as numbers, nothing fetched.

Decided: volatility, rates and yields are fractions everywhere, 0.33 for 33 %; a volatility above ten is
refused, since it was meant in percent. Numbers must be finite.
"""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from app.api.schemas import Body
from app.core.errors import InvalidInput
from app.options.legs import MOST_LEGS

CONTRACTS_AT_MOST = 5_000
AMERICAN_AT_MOST = 200
YEARS_AT_MOST = 100.0

Finite = Annotated[float, Field(allow_inf_nan=False)]
Price = Annotated[float, Field(allow_inf_nan=False, ge=0.0, le=1e9)]
Positive = Annotated[float, Field(allow_inf_nan=False, gt=0.0, le=1e9)]
Years = Annotated[float, Field(allow_inf_nan=False, ge=0.0, le=YEARS_AT_MOST)]
Rate = Annotated[
    float,
    Field(allow_inf_nan=False, ge=-0.5, le=1.0, description="Continuous, a fraction: 0.04 is 4 %."),
]
Volatility = Annotated[
    float,
    Field(allow_inf_nan=False, ge=1e-4, le=10.0, description="A fraction a year: 0.33 is 33 %."),
]


class ContractAsked(Body):
    """One option: its time as `years` or `expires_at`, and either `volatility` or `price`."""

    type: Literal["call", "put"]
    style: Literal["european", "american"] = "european"
    spot: Positive
    strike: Positive
    years: Years | None = Field(None, description="Of 365 days.")
    expires_at: AwareDatetime | None = Field(None, description="Counted from the market's present.")
    rate: Rate
    dividend_yield: Rate = 0.0
    volatility: Volatility | None = None
    price: Price | None = Field(None, description="Per share; its implied volatility is found.")

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if (self.years is None) == (self.expires_at is None):
            raise ValueError("give either `years` or `expires_at`")
        if (self.volatility is None) == (self.price is None):
            raise ValueError("give either `volatility` or `price`")
        return self

    def years_from(self, now: datetime) -> float:
        if self.years is not None:
            return self.years
        assert self.expires_at is not None  # noqa: S101 - held by the validator
        years = (self.expires_at - now).total_seconds() / (365.0 * 86_400.0)
        if years > YEARS_AT_MOST:
            raise InvalidInput(f"An option ends within {YEARS_AT_MOST:g} years.")
        return years


class GreeksRequest(Body):
    """Contracts to be priced, answered in their order."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "contracts": [
                        {
                            "type": "call",
                            "spot": 62,
                            "strike": 60,
                            "years": 0.1096,
                            "rate": 0.04,
                            "volatility": 0.33,
                        }
                    ]
                }
            ]
        },
    )

    contracts: list[ContractAsked] = Field(min_length=1, max_length=CONTRACTS_AT_MOST)


class GreeksBody(Body):
    """Per share. Theta is per calendar day, vega per point of volatility, rho per point of the rate.

    Where a price has no implied volatility it is null, and so are the Greeks; what no engine can tell
    is null too.
    """

    price: float | None
    implied_volatility: float | None
    delta: float | None
    gamma: float | None
    theta: float | None
    vega: float | None
    rho: float | None
    probability_itm: float | None = Field(description="Risk-neutral, of ending in the money.")


class GreeksAnswer(Body):
    results: list[GreeksBody]


class LegAsked(Body):
    """`quantity` in contracts of 100 shares, or in shares of stock; `price` per share."""

    type: Literal["call", "put", "stock"]
    side: Literal["buy", "sell"]
    quantity: Annotated[float, Field(allow_inf_nan=False, ge=1e-6, le=1e7)] = 1.0
    strike: Positive | None = None
    price: Price


class StructureRequest(Body):
    """Legs that end together, `days` from now. Odds and Greeks need `volatility` and `days`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "spot": 4460,
                    "volatility": 0.16,
                    "rate": 0.04,
                    "days": 20,
                    "legs": [
                        {
                            "type": "put",
                            "side": "sell",
                            "quantity": 1,
                            "strike": 4450,
                            "price": 41.2,
                        },
                        {
                            "type": "put",
                            "side": "buy",
                            "quantity": 1,
                            "strike": 4430,
                            "price": 36.1,
                        },
                    ],
                }
            ]
        },
    )

    spot: Positive
    volatility: Volatility | None = None
    rate: Rate = 0.0
    days: Annotated[float, Field(allow_inf_nan=False, ge=0.0, le=36_500.0)] | None = None
    legs: list[LegAsked] = Field(min_length=1, max_length=MOST_LEGS)


class StructureGreeks(Body):
    """Of the whole structure: delta in shares, gamma in shares a dollar, theta in dollars a calendar
    day, vega and rho in dollars a point."""

    delta: float
    gamma: float
    theta: float
    vega: float
    rho: float


class StructureBody(Body):
    """In dollars, when everything ends. `max_profit` and `max_loss` are amounts without sign, null
    where they have no bound; `cost` is negative for a credit."""

    breakevens: list[float]
    max_profit: float | None
    max_loss: float | None
    cost: float
    probability_of_profit: float | None = Field(description="Risk-neutral, by a lognormal price.")
    greeks: StructureGreeks | None
