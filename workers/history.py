"""Housekeeping of what is kept of prices: partitions, what is missing, what was corrected."""

from datetime import timedelta

from app.core.errors import NotFound, ProviderUnavailable
from app.core.jobs import Job
from app.core.symbols import Symbol
from app.infra.telemetry import get_logger
from app.market.history.partitions import FAR_PAST, Window
from app.market.history.tables import BARS, PARTITIONED
from app.market.vendors.filling import fill
from app.market.vendors.routed import RoutedMarket
from workers.runner import JobContext, job

AHEAD = timedelta(days=40)
"""Partitions are there this long before the first row that needs them."""

VERIFIED = timedelta(days=4)
"""The last session, over any weekend."""

_log = get_logger(__name__)


@job(Job.CUT_HISTORY)
async def cut(context: JobContext) -> None:
    """Make the partitions that are needed next and drop those that have expired."""
    if not isinstance(context.market, RoutedMarket) or context.market.history is None:
        return
    partitions, now = context.market.history.partitions, context.clock.now()
    made = 0
    for table in PARTITIONED:
        made += await partitions.make(table, Window(now, now + AHEAD))
    _log.info("history.cut", made=made, dropped=await partitions.drop_expired(now))


@job(Job.FILL_HISTORY)
async def fill_watched(context: JobContext) -> None:
    """Fill what is missing of the watched symbols and verify their last session.

    One that cannot be filled keeps none of the others from it. What is left when the job's time is
    up comes the next time: what is there by then is not asked for again.
    """
    market = context.market
    if not isinstance(market, RoutedMarket):
        return
    for symbol in context.watched:
        try:
            await _fill_one(context, market, symbol)
        except (NotFound, ProviderUnavailable) as error:
            _log.warning("history.not_filled", symbol=symbol, reason=error.message)


async def _fill_one(context: JobContext, market: RoutedMarket, symbol: str) -> None:
    instrument = await market.instrument(Symbol.parse(symbol))
    stored, now = market.stored_for(instrument), context.clock.now()
    if stored is None:
        return
    for timeframe in BARS:
        bars = 0
        async for progress in fill(stored, instrument, timeframe, Window(FAR_PAST, now)):
            bars = progress.bars
        mended = await stored.verify(instrument, timeframe, Window(now - VERIFIED, now))
        _log.info("history.filled", symbol=symbol, timeframe=timeframe, bars=bars, mended=mended)
