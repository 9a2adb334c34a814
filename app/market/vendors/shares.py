"""In whose share count a vendor's bars are now: what a split makes wrong is told by this name."""

from dataclasses import dataclass
from datetime import date, datetime

from app.core.errors import CoachError, NotFound, ProviderUnavailable
from app.core.symbols import AssetClass
from app.market.calendar import market_date, session_on
from app.market.models import Instrument
from app.market.vendor import Vendor

SPLITS_SINCE = date(1990, 1, 1)
"""Every split there was: were old ones forgotten, the share count would seem to change."""


@dataclass(frozen=True, slots=True)
class ShareCount:
    """`name` is the date of the last split in effect, empty for none. While it `is_settling`, the
    vendor may not have adjusted its history yet, or did not say: `failure`; the name changes often."""

    name: str
    is_settling: bool = False
    failure: CoachError | None = None


async def share_count(vendor: Vendor, instrument: Instrument, now: datetime) -> ShareCount:
    """That of a vendor's bars at `now`. What is no share is never split."""
    if instrument.asset_class not in (AssetClass.STOCK, AssetClass.ETF):
        return ShareCount("")
    today = market_date(now, instrument.calendar)
    try:
        found = await vendor.splits(instrument, since=SPLITS_SINCE)
    except (ProviderUnavailable, NotFound) as error:
        return ShareCount(f"unknown-{today}", is_settling=True, failure=error)
    last = max((each.on for each in found if each.on <= today), default=None)
    if last is None:
        return ShareCount("")
    session = session_on(today, instrument.calendar)
    if last == today and (session is None or now < session.open):
        return ShareCount(f"{last}-{now:%H}h", is_settling=True)
    return ShareCount(f"{last}")
