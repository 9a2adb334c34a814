"""Levels and indicators of the watched symbols, worked out before the open.

Decided: what takes time before a map of levels is its bars, so working the maps out once fetches
them into the memory that all processes share; the maps themselves are done anew in a millisecond or
two for whoever asks, with the price of that moment.
"""

from datetime import timedelta
from itertools import product

from app.core.errors import NotFound, ProviderUnavailable
from app.core.jobs import Job
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.indicators.averages import average_points
from app.infra.telemetry import get_logger
from app.levels.models import Period
from app.levels.service import map_levels
from app.market.calendar import current_session
from app.market.vendors.routed import RoutedMarket
from workers.runner import JobContext, job

BEFORE_THE_OPEN = timedelta(minutes=75)

_AVERAGES = ("ema9", "ema21", "sma50", "sma200")
_CHART = timedelta(days=10)

_log = get_logger(__name__)


@job(Job.PREPARE_LEVELS, retries=0)
async def prepare(context: JobContext) -> None:
    """Work out every map and average of the watched symbols whose market is about to open.

    Only of real ones: what is simulated is worked out faster than it is fetched.
    """
    if not isinstance(context.market, RoutedMarket):
        return
    now = context.clock.now()
    for symbol in context.watched:
        try:
            instrument = await context.market.instrument(Symbol.parse(symbol))
            opens = current_session(now, instrument.calendar).open
            if timedelta() <= opens - now <= BEFORE_THE_OPEN:
                await _prepare(context, instrument.symbol)
        except (NotFound, ProviderUnavailable) as error:
            _log.warning("levels.not_prepared", symbol=symbol, reason=error.message)


async def _prepare(context: JobContext, symbol: Symbol) -> None:
    market, now = context.market, context.clock.now()
    for period in Period:
        await map_levels(symbol, market=market, as_of=now, period=period)
    for timeframe, average in product((Timeframe.M5, Timeframe.D1), _AVERAGES):
        await average_points(
            average,
            market=market,
            symbol=symbol,
            timeframe=timeframe,
            start=now - _CHART,
            as_of=now,
        )
    _log.info("levels.prepared", symbol=symbol)
