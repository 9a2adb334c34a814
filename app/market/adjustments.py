"""Splits of the last year, said beside prices that are adjusted for them.

Decided: every price here is in today's share count, so a split never looks like a gap, and whoever
remembers the old price is told why it is not there.
"""

from datetime import datetime, timedelta
from fractions import Fraction

from app.core.errors import NotFound, ProviderUnavailable
from app.core.symbols import AssetClass
from app.market.calendar import market_date
from app.market.models import Instrument
from app.market.protocol import MarketData
from app.market.vendor import Split

LOOKED_BACK = timedelta(days=365)


async def split_notes(
    market: MarketData, instrument: Instrument, as_of: datetime
) -> tuple[str, ...]:
    """A sentence for each split of the year before `as_of`, the latest first."""
    if instrument.asset_class not in (AssetClass.STOCK, AssetClass.ETF):
        return ()
    day = market_date(as_of, instrument.calendar)
    try:
        found = await market.splits(instrument.symbol, since=day - LOOKED_BACK)
    except (NotFound, ProviderUnavailable):
        return ()  # prices are adjusted all the same; only the remark is missing
    latest = sorted((each for each in found if each.on <= day), key=lambda each: each.on)
    return tuple(_sentence(each) for each in reversed(latest))


def _sentence(split: Split) -> str:
    shares = Fraction(split.ratio).limit_denominator(1000)
    return (
        f"Split {shares.numerator}-for-{shares.denominator} on {split.on:%-d %b %Y}: "
        "earlier prices are adjusted."
    )
