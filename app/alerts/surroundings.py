"""What stood around a price as an alert fired: its levels, VWAP, and how busy trading was."""

from asyncio import gather, timeout
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from app.core.errors import CoachError
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.infra.telemetry import get_logger
from app.levels.models import Level, LevelMap
from app.levels.service import map_levels
from app.market.calendar import current_session, previous_session
from app.market.models import Bars, Session, decimal_of
from app.market.protocol import MarketData

SESSIONS = 10
"""So many sessions before this one make the usual volume."""
_REACH = timedelta(days=20)
_PLACES = Decimal("0.01")
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """`volume` is today's so far in multiples of what is usual until this time of day, None where
    there is no telling."""

    levels: LevelMap
    volume: Decimal | None

    @property
    def vwap(self) -> Level | None:
        return self.levels.find("VWAP")


async def look_around(
    symbol: Symbol, *, market: MarketData, at: datetime, seconds: float
) -> Surroundings | None:
    """What stood around `symbol` at that moment; None where the market does not say it in time: an
    alert is not held up for its ornaments."""
    try:
        async with timeout(seconds):
            levels, volume = await gather(
                map_levels(symbol, market=market, as_of=at), usual_volume(symbol, market, at)
            )
    except (CoachError, TimeoutError) as error:
        _log.info("nothing stands around an alert", symbol=symbol, reason=str(error))
        return None
    return Surroundings(levels=levels, volume=volume)


async def usual_volume(symbol: Symbol, market: MarketData, at: datetime) -> Decimal | None:
    """The session's volume so far over what the sessions before had traded by then."""
    instrument = await market.instrument(symbol)
    session = current_session(at, instrument.calendar)
    if not instrument.has_volume or at <= session.open:
        return None
    bars = await market.bars(symbol, Timeframe.M5, start=at - _REACH, end=at, as_of=at)
    elapsed = min(at, session.close) - session.open
    today = _traded(bars, session, elapsed)
    before = [
        traded for each in _sessions_before(session) if (traded := _traded(bars, each, elapsed)) > 0
    ]
    if not today or not before:
        return None
    return decimal_of(today / float(np.mean(before))).quantize(_PLACES)


def _sessions_before(session: Session) -> list[Session]:
    found = []
    for _ in range(SESSIONS):
        session = previous_session(session)
        found.append(session)
    return found


def _traded(bars: Bars, session: Session, elapsed: timedelta) -> float:
    """Volume from the open on; of a bar that reaches beyond `elapsed` only that share."""
    until = session.open + elapsed
    part = bars.between(session.open, until)
    if not len(part):
        return 0.0
    total = float(part.volume.sum())
    over = part.time[-1] + Timeframe.M5.minutes * 60 - until.timestamp()
    is_whole = not part.is_forming and over > 0
    return total - float(part.volume[-1]) * over / 300 if is_whole else total
