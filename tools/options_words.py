"""Words that several options tools say alike."""

from app.macro.short_rate import ShortRate


def rate_note(rate: ShortRate) -> str:
    if rate.is_assumed:
        return f"Money is taken to earn {rate.percent:g} % a year; no Treasury yield is known here."
    return f"Money earns {rate.percent:g} % a year, the three-month Treasury yield of {rate.on}."
