"""What money earns for three months, for whoever prices options.

Decided: the newest three-month Treasury yield where a source has one, else four percent that says it
is assumed. An option of a month hardly feels the difference; a LEAPS does.
"""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.core.errors import ProviderUnavailable
from app.macro.rates import known_at
from app.macro.source import MacroSource, Tenor
from app.market.calendar import market_date
from app.market.models import Provider

ASSUMED_PERCENT = 4.0
_REACH = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortRate:
    """`value` is continuous, a fraction; `on` and `provider` are None where it is assumed."""

    percent: float
    on: date | None = None
    provider: Provider | None = None

    @property
    def value(self) -> float:
        """Of a yield that is paid twice a year."""
        return 2.0 * math.log1p(self.percent / 200.0)

    @property
    def is_assumed(self) -> bool:
        return self.provider is None


async def short_rate(source: MacroSource, *, as_of: datetime) -> ShortRate:
    """The newest that was known at `as_of`."""
    today = market_date(as_of)
    try:
        days = await source.yields(today - _REACH, today)
    except ProviderUnavailable:
        days = ()
    known = [each for each in days if Tenor.M3 in each.points and known_at(each.on) <= as_of]
    newest = max(known, key=lambda each: each.on, default=None)
    if newest is None:
        return ShortRate(percent=ASSUMED_PERCENT)
    return ShortRate(percent=float(newest.points[Tenor.M3]), on=newest.on, provider=newest.provider)
