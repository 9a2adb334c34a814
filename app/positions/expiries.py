"""Expiries as traders write them: `apr`, `apr 27`, `17 apr`, `4/17`, `2027-04-16`.

A month alone means its third Friday, of the next such month to come.
"""

import re
from dataclasses import dataclass
from datetime import date

from app.core.errors import InvalidInput
from app.macro.schedule import expiry_of_month

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_MONTH = re.compile(rf"{_NAME}(?:\s*'?(?P<year>\d{{4}}|(?<=')\d{{2}}))?")
_DAY_FIRST = re.compile(
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*{_NAME}(?:\s*'?(?P<year>\d{{4}}|\d{{2}}))?"
)
_DAY_LAST = re.compile(
    rf"{_NAME}\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s*'?(?P<year>\d{{4}}|\d{{2}}))?"
)
_SLASHED = re.compile(r"(?P<number>\d{1,2})/(?P<day>\d{1,2})(?:/(?P<year>\d{4}|\d{2}))?")
_CENTURY = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """A day, or a whole month of which `on` is the third Friday."""

    on: date
    is_month: bool = False

    def means(self, day: date | None) -> bool:
        if day is None:
            return False
        return (
            (day.year, day.month) == (self.on.year, self.on.month)
            if self.is_month
            else day == self.on
        )


def read_expiry(text: str, today: date) -> Expiry:
    """`InvalidInput` for what is no day and no month."""
    said = " ".join(text.lower().split())
    try:
        return Expiry(on=date.fromisoformat(said))
    except ValueError:
        pass
    if month := _MONTH.fullmatch(said):
        return _month(month, today)
    for shape in (_DAY_FIRST, _DAY_LAST, _SLASHED):
        if found := shape.fullmatch(said):
            return Expiry(on=_day(found, today))
    raise InvalidInput(f"`{text[:40]}` is no expiry. Write 2027-04-16, apr, or apr 16.")


def _month(found: re.Match[str], today: date) -> Expiry:
    month, year = _number_of(found), _year(found)
    if year is not None:
        return Expiry(on=expiry_of_month(year, month), is_month=True)
    this = expiry_of_month(today.year, month)
    on = this if this >= today else expiry_of_month(today.year + 1, month)
    return Expiry(on=on, is_month=True)


def _day(found: re.Match[str], today: date) -> date:
    month, day, year = _number_of(found), int(found["day"]), _year(found)
    try:
        if year is not None:
            return date(year, month, day)
        this = date(today.year, month, day)
    except ValueError as error:
        raise InvalidInput(f"There is no day {found[0]}.") from error
    return this if this >= today else date(today.year + 1, month, day)


def _number_of(found: re.Match[str]) -> int:
    named = found.groupdict()
    if "number" in named:
        return int(named["number"])
    return _MONTHS.index(named["month"]) + 1


def _year(found: re.Match[str]) -> int | None:
    written = found["year"]
    if not written:
        return None
    return int(written) if len(written) > 2 else _CENTURY + int(written)
