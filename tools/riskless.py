"""The rate that options are discounted by: what three-month Treasuries yield, else an assumption.

Decided: the assumption is said wherever a figure depends on it.
"""

from dataclasses import dataclass
from math import log1p

from app.core.errors import ProviderUnavailable
from app.macro.service import read_rates
from app.macro.source import Tenor
from tools.base import ToolContext

ASSUMED = 0.04


@dataclass(frozen=True, slots=True)
class Riskless:
    """`rate` is continuous, a fraction a year; `note` is empty where it is the market's own."""

    rate: float
    note: str = ""


async def riskless_rate(context: ToolContext) -> Riskless:
    try:
        found = await read_rates(context.macro, as_of=context.now)
    except ProviderUnavailable:
        found = None
    if found is None or found.yields is None or Tenor.M3 not in found.yields.points:
        return Riskless(ASSUMED, f"An interest rate of {ASSUMED:.0%} is assumed.")
    return Riskless(log1p(float(found.yields.points[Tenor.M3]) / 100))
