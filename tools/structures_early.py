"""What early exercise does to a structure: what the right is worth on each leg, and who may use it.

Decided: a leg is valued by its own market, at the American volatility its price contains. Below half
a cent a share the right makes no difference, and nothing is said of it.
"""

from decimal import Decimal

import numpy as np

from app.market.calendar import market_date
from app.options.american import american_volatility, early_exercise
from app.options.legs import Leg, LegKind
from app.options.models import Contracts
from app.options.service import Reading
from tools.assignment import Assignment, Setting, Sold, assignment
from tools.base import ToolContext
from tools.options_figures import OptionFigures, is_index
from tools.structures_market import Settled

LEAST = 0.005
"""Dollars a share."""


def early_premiums(settled: Settled) -> tuple[float | None, ...]:
    """Dollars a share, by leg; None where the right makes no difference, or there is none."""
    if settled.model is None or settled.instrument is None or is_index(settled.instrument):
        return tuple(None for _ in settled.legs)
    return tuple(
        _premium(settled, leg, found, volatility)
        for leg, found, volatility in zip(
            settled.legs, settled.readings, settled.model.volatilities, strict=True
        )
    )


def _premium(settled: Settled, leg: Leg, found: Reading | None, volatility: float) -> float | None:
    model = settled.model
    if found is None or not found.may_be_exercised_early or model is None:
        return None
    series = found.series
    dividend_yield = model.dividend_yield
    if series.implied is not None:
        dividend_yield = series.implied.dividend_yield(model.spot, series.years, model.rate)
    contract = Contracts.of(
        is_call=leg.kind is LegKind.CALL,
        spot=model.spot,
        strike=float(leg.strike or 0),
        years=series.years,
        rate=model.rate,
        dividend_yield=dividend_yield,
    )
    if found.price is not None:
        own = float(american_volatility(contract, found.price).value[0])
        volatility = volatility if np.isnan(own) else own
    premium = float(early_exercise(contract, volatility).premium[0])
    return premium if premium >= LEAST else None


async def assigned(context: ToolContext, book: OptionFigures, settled: Settled) -> Assignment:
    """Its sold options that may be assigned."""
    if settled.spot is None or settled.model is None or settled.instrument is None:
        return Assignment()
    setting = Setting(
        instrument=settled.instrument,
        at=settled.model.at,
        spot=Decimal(repr(settled.spot)),
        rate=Decimal(repr(settled.model.rate)),
    )
    sold = [
        Sold(label=leg_label(leg), path=f"leg{place}", leg=leg, mark=Decimal(repr(found.price)))
        for place, (leg, found) in enumerate(zip(settled.legs, settled.readings, strict=True), 1)
        if found is not None and found.price is not None
    ]
    return await assignment(context, book, setting, sold)


def leg_label(leg: Leg) -> str:
    """`120 call of 18 December 2026`, as sentences name a leg."""
    if leg.strike is None:
        return "stock"
    words = f"{leg.strike.normalize():f} {leg.kind}"
    if leg.expires_at is None:
        return words
    day = market_date(leg.expires_at)
    return f"{words} of {day.day} {day:%B} {day.year}"
