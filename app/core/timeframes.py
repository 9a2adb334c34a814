"""Timeframes of bars, in the one spelling used everywhere."""

import re
from enum import StrEnum
from typing import Self

from app.core.errors import InvalidInput


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

    @classmethod
    def parse(cls, text: str) -> Self:
        """The timeframe a person means: `15 minutes`, `hourly`, `1D`, `weekly`, `1M` (a month).

        Only the single letter `M` tells a minute from a month by its case, as on every platform.
        """
        spelled = text.strip()
        match = _SPELLED.fullmatch(spelled)
        if match:
            count, word = int(match["count"] or 1), match["word"]
            unit = "mo" if word == "M" else _UNITS.get(word.lower(), "")
            name = "1h" if (count, unit) == (60, "m") else f"{count}{unit}"
            if name in set(cls):
                return cls(name)
        known = ", ".join(cls)
        raise InvalidInput(f"`{spelled[:20]}` is not a timeframe. There are {known}.")

    @property
    def is_intraday(self) -> bool:
        return self in _MINUTES

    @property
    def minutes(self) -> int:
        """Minutes of an intraday bar; asking a day or longer is a mistake in the program."""
        return _MINUTES[self]


_SPELLED = re.compile(r"(?P<count>\d{1,3})?[\s-]*(?P<word>[A-Za-z]+)")

_UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "hourly"), "h"),
    **dict.fromkeys(("d", "day", "days", "daily"), "d"),
    **dict.fromkeys(("w", "wk", "week", "weeks", "weekly"), "w"),
    **dict.fromkeys(("mo", "mon", "month", "months", "monthly"), "mo"),
}

_MINUTES = {
    Timeframe.M1: 1,
    Timeframe.M5: 5,
    Timeframe.M15: 15,
    Timeframe.H1: 60,
    Timeframe.H4: 240,
}
