"""What options of the watched symbols said of volatility, noted after each close."""

from datetime import datetime, timedelta

from app.core.errors import NotFound, ProviderUnavailable
from app.core.jobs import Job
from app.core.symbols import Symbol
from app.infra.telemetry import get_logger
from app.macro.short_rate import short_rate
from app.market.calendar import finished_session
from app.options.past import remember, volatility_day
from app.options.records import StoredRecords
from workers.runner import JobContext, job

AFTER_THE_CLOSE = timedelta(hours=6)
"""Until then quotes are the closing ones, and time has not gone on much."""

_log = get_logger(__name__)


@job(Job.RECORD_VOLATILITY, retries=0)
async def record(context: JobContext) -> None:
    """Remember the session that has just ended, of each watched symbol that lists options.

    Only of real ones: a simulated past can be asked for. One that cannot be had keeps none of the
    others from it; the job runs again within the hour, and asks only for what is not there yet.
    """
    if context.market.provider.is_simulated:
        return
    now = context.clock.now()
    if now - finished_session(now).close > AFTER_THE_CLOSE:
        return
    rate = await short_rate(context.macro, as_of=now)
    for symbol in context.watched:
        try:
            await _record(context, Symbol.parse(symbol), now, rate.value)
        except (NotFound, ProviderUnavailable) as error:
            _log.warning("volatility.not_recorded", symbol=symbol, reason=error.message)


async def _record(context: JobContext, symbol: Symbol, now: datetime, rate: float) -> None:
    session, records = finished_session(now), StoredRecords(context.database)
    instrument = await context.market.instrument(symbol)
    kept = await records.between(instrument.symbol, session.date, session.date)
    if kept and kept[0].at >= session.close:
        return
    chain = await context.market.option_chain(instrument.symbol, as_of=now)
    if chain.provider.is_simulated:
        return
    found = await volatility_day(context.market, instrument, chain, rate=rate)
    is_kept = await remember(records, found)
    _log.info("volatility.recorded", symbol=symbol, day=str(found.day), is_kept=is_kept)
