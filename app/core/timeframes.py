"""Timeframes of bars, in the one spelling used everywhere."""

from enum import StrEnum


class Timeframe(StrEnum):
    """How long a bar lasts. `1w` starts on Monday, `1mo` on the first day."""

    M1 = "1m"
    M5 = "5m"
    M15 = "15m"
    H1 = "1h"
    H4 = "4h"
    D1 = "1d"
    W1 = "1w"
    MO1 = "1mo"

    @property
    def is_intraday(self) -> bool:
        return self in _MINUTES

    @property
    def minutes(self) -> int:
        """Minutes of an intraday bar; asking a day or longer is a mistake in the program."""
        return _MINUTES[self]


_MINUTES = {
    Timeframe.M1: 1,
    Timeframe.M5: 5,
    Timeframe.M15: 15,
    Timeframe.H1: 60,
    Timeframe.H4: 240,
}
