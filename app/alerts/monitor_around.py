"""What stands around one symbol as its alerts fire, asked for no oftener than it changes.

Decided: it is an ornament. What was found a moment ago serves those that fire after it, and a market
that did not say it in time is not waited for again at once.
"""

import asyncio
from datetime import timedelta

from app.alerts.monitor_path import moment
from app.alerts.surroundings import Surroundings, look_around
from app.core.symbols import Symbol
from app.market.protocol import MarketData

AROUND_SECONDS = 0.6
"""So long a message waits for it."""
KEPT_SECONDS = 5.0


class Around:
    """Of `symbol`."""

    def __init__(self, symbol: Symbol, market: MarketData) -> None:
        self._symbol = symbol
        self._market = market
        self._found: Surroundings | None = None
        self._of = 0.0
        self._again_at = 0.0

    async def at(self, at: float) -> Surroundings | None:
        """As of that moment of the market's time or some seconds before it; None where it is not
        known."""
        now = asyncio.get_running_loop().time()
        if self._found is not None and 0 <= at - self._of < KEPT_SECONDS:
            return self._found
        if self._found is None and now < self._again_at:
            return None
        self._found = await look_around(
            self._symbol,
            market=self._market,
            at=moment(at) + timedelta(milliseconds=1),
            seconds=AROUND_SECONDS,
        )
        self._of, self._again_at = at, now + KEPT_SECONDS
        return self._found
