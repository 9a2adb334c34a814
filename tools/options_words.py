"""What several options tools say and choose alike."""

from datetime import date

from app.core.errors import NotFound
from app.macro.short_rate import ShortRate
from app.options.chains import Series
from app.options.service import Listed
from tools.wording import day_in_words


def series_on(listed: Listed, expiry: date) -> Series:
    """That ends on this day; `NotFound` names near expiries. Of two, the one settled at the close."""
    found = [each for each in listed.measured.of_expiry(expiry) if each.years > 0.0]
    if found:
        return found[-1]
    near = sorted(listed.chain.expiries, key=lambda day: abs(day - expiry))[:3]
    raise NotFound(
        f"No options on {listed.instrument.symbol} expire on {day_in_words(expiry)}.",
        suggestions=[day.isoformat() for day in sorted(near)],
    )


def rate_note(rate: ShortRate) -> str:
    if rate.is_assumed:
        return f"Money is taken to earn {rate.percent:g} % a year; no Treasury yield is known here."
    return f"Money earns {rate.percent:g} % a year, the three-month Treasury yield of {rate.on}."
