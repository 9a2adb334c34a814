"""Days as people name them, and the date each of them is.

A `Day` is what was said ("last tuesday", "nov 3"); which date that is depends on the present and on
whether the question looks back or ahead, so it is resolved late.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_Rule = Callable[[int], date]


class Look(StrEnum):
    """Where a question looks when a day's name leaves it open."""

    BACK = "back"
    AHEAD = "ahead"
    NEAREST = "nearest"


@dataclass(frozen=True, slots=True)
class Day:
    """A spoken day; one of `offset`, `weekday`, `month` or `holiday` is set, or `day` alone
    ("the 12th").

    `which` is the word before it (`last`, `next`, `this` or empty), `shift` days are added after.
    """

    offset: int | None = None
    weekday: int | None = None
    year: int | None = None
    month: int | None = None
    day: int = 1
    holiday: str = ""
    which: str = ""
    shift: int = 0

    @property
    def is_today(self) -> bool:
        return self.offset == 0 and not self.shift

    def on(self, today: date, look: Look) -> date | None:
        """The date, None for a day that no calendar has (February 30)."""
        if self.offset is not None:
            return today + timedelta(days=self.offset + self.shift)
        if self.weekday is not None:
            return _weekday(today, self.weekday, self.which, look)
        look = {"last": Look.BACK, "next": Look.AHEAD}.get(self.which, look)
        if self.month is None and not self.holiday:
            return _choose(_months(today, self.day), today, look)
        years = [self.year] if self.year else range(today.year - 2, today.year + 3)
        dates = [found for year in years if (found := self._in(year)) is not None]
        return _choose(dates, today, look)

    def _in(self, year: int) -> date | None:
        if self.holiday:
            return HOLIDAYS[self.holiday](year) + timedelta(days=self.shift)
        try:
            return date(year, self.month or 1, self.day)
        except ValueError:
            return None


def _months(today: date, day: int) -> list[date]:
    """A day of this month and of its neighbours, where they have it."""
    found = []
    for step in (-1, 0, 1):
        year, month = divmod(today.year * 12 + today.month - 1 + step, 12)
        try:
            found.append(date(year, month + 1, day))
        except ValueError:
            continue
    return found


def _weekday(today: date, weekday: int, which: str, look: Look) -> date:
    ahead = (weekday - today.weekday()) % 7
    behind = (today.weekday() - weekday) % 7 or 7
    if which == "last":
        return today - timedelta(days=behind)
    if which == "next":
        same_week = 0 < ahead <= 6 - today.weekday()
        return today + timedelta(days=ahead + 7 if same_week else ahead or 7)
    if look is Look.AHEAD or (look is Look.NEAREST and not which and ahead < behind):
        return today + timedelta(days=ahead)
    if which == "this":
        return today + timedelta(days=weekday - today.weekday())
    return today - timedelta(days=behind)


def _choose(dates: list[date], today: date, look: Look) -> date | None:
    if look is Look.BACK:
        dates = [day for day in dates if day <= today] or dates
    elif look is Look.AHEAD:
        dates = [day for day in dates if day >= today] or dates
    return min(dates, key=lambda day: abs((day - today).days), default=None)


def _nth(month: int, weekday: int, count: int) -> _Rule:
    def rule(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (count - 1))

    return rule


def _fixed(month: int, day: int) -> _Rule:
    return lambda year: date(year, month, day)


def _memorial(year: int) -> date:
    last = date(year, 5, 31)
    return last - timedelta(days=last.weekday())


def easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, ch. 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _from_easter(days: int) -> _Rule:
    return lambda year: easter(year) + timedelta(days=days)


HOLIDAYS: dict[str, _Rule] = {
    "new year": _fixed(1, 1),
    "new year's eve": _fixed(12, 31),
    "martin luther king": _nth(1, 0, 3),
    "valentine": _fixed(2, 14),
    "presidents": _nth(2, 0, 3),
    "st patrick": _fixed(3, 17),
    "good friday": _from_easter(-2),
    "easter monday": _from_easter(1),
    "easter": easter,
    "memorial": _memorial,
    "juneteenth": _fixed(6, 19),
    "independence": _fixed(7, 4),
    "labor": _nth(9, 0, 1),
    "columbus": _nth(10, 0, 2),
    "halloween": _fixed(10, 31),
    "veterans": _fixed(11, 11),
    "thanksgiving": _nth(11, 3, 4),
    "black friday": lambda year: _nth(11, 3, 4)(year) + timedelta(days=1),
    "cyber monday": lambda year: _nth(11, 3, 4)(year) + timedelta(days=4),
    "christmas eve": _fixed(12, 24),
    "christmas": _fixed(12, 25),
    "boxing": _fixed(12, 26),
}
"""The days traders ask about, by rule; which of them are market holidays is the calendar's word."""
