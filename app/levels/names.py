"""Level names as they are typed, brought to the names on the map."""

import re

from app.core.errors import InvalidInput
from app.levels.ladder import (
    EMA_LENGTHS,
    OPENING_MINUTES,
    PREVIOUS_NAMES,
    PROFILE_NAMES,
    SMA_LENGTHS,
    WEEK_AVERAGES,
    WEEKS,
)
from app.levels.models import Period

PIVOT_NAMES = ("PP", *(f"{side}{n}" for side in "RS" for n in range(1, 6)))
VWAP_NAMES = ("VWAP", "VWAP+1", "VWAP-1", "VWAP+2", "VWAP-2")
LEVEL_NAMES = (
    *(name for names in PREVIOUS_NAMES.values() for name in names),
    *("PMH", "PML", "ONH", "ONL"),
    *(f"OR{minutes}{side}" for minutes in OPENING_MINUTES for side in "HL"),
    *VWAP_NAMES,
    *PROFILE_NAMES,
    *PIVOT_NAMES,
    *(f"SMA{length}" for length in SMA_LENGTHS),
    *(f"EMA{length}" for length in EMA_LENGTHS),
    *WEEK_AVERAGES,
    *("52WH", "52WL"),
)
"""Every name a map may carry, whatever its period."""

_BY_KEY = {name.upper(): name for name in LEVEL_NAMES}

_SPOKEN = {
    "PD": PREVIOUS_NAMES[Period.DAY],
    "PREVIOUSDAY": PREVIOUS_NAMES[Period.DAY],
    "PREVIOUS": PREVIOUS_NAMES[Period.DAY],
    "PREVIOUSDAYHIGH": ("PDH",),
    "PREVIOUSDAYLOW": ("PDL",),
    "PREVIOUSDAYCLOSE": ("PDC",),
    "PREVIOUSHIGH": ("PDH",),
    "PREVIOUSLOW": ("PDL",),
    "PREVIOUSCLOSE": ("PDC",),
    "PREVIOUSWEEK": PREVIOUS_NAMES[Period.WEEK],
    "PREVIOUSWEEKHIGH": ("PWH",),
    "PREVIOUSWEEKLOW": ("PWL",),
    "PREVIOUSMONTH": PREVIOUS_NAMES[Period.MONTH],
    "PREVIOUSMONTHHIGH": ("PMoH",),
    "PREVIOUSMONTHLOW": ("PMoL",),
    "PREMARKET": ("PMH", "PML"),
    "PM": ("PMH", "PML"),
    "PREMARKETHIGH": ("PMH",),
    "PREMARKETLOW": ("PML",),
    "OVERNIGHT": ("ONH", "ONL"),
    "ON": ("ONH", "ONL"),
    "OVERNIGHTHIGH": ("ONH",),
    "OVERNIGHTLOW": ("ONL",),
    "OR": tuple(f"OR{minutes}{side}" for minutes in OPENING_MINUTES for side in "HL"),
    "OPENINGRANGE": tuple(f"OR{minutes}{side}" for minutes in OPENING_MINUTES for side in "HL"),
    "PIVOTS": PIVOT_NAMES,
    "PIVOT": ("PP",),
    "PIVOTPOINT": ("PP",),
    "SUPPORTS": ("S1", "S2", "S3"),
    "RESISTANCES": ("R1", "R2", "R3"),
    "VWAPBANDS": VWAP_NAMES,
    "PROFILE": PROFILE_NAMES,
    "VOLUMEPROFILE": PROFILE_NAMES,
    "POINTOFCONTROL": ("POC",),
    "VALUEAREA": ("VAH", "VAL"),
    "VA": ("VAH", "VAL"),
    "VALUEAREAHIGH": ("VAH",),
    "VALUEAREALOW": ("VAL",),
    "VALUEHIGH": ("VAH",),
    "VALUELOW": ("VAL",),
    "WEEKLYAVERAGES": WEEK_AVERAGES,
    "AVERAGES": ("SMA20", "SMA50", "SMA200", "EMA9", "EMA21"),
    "52WEEKHIGH": ("52WH",),
    "52WEEKLOW": ("52WL",),
    "52W": ("52WH", "52WL"),
    "52WEEKRANGE": ("52WH", "52WL"),
    **{f"OR{minutes}": (f"OR{minutes}H", f"OR{minutes}L") for minutes in OPENING_MINUTES},
    **{f"{length}DAY": (f"SMA{length}",) for length in SMA_LENGTHS},
    **{f"{length}SMA": (f"SMA{length}",) for length in SMA_LENGTHS},
    **{f"{length}EMA": (f"EMA{length}",) for length in EMA_LENGTHS},
    **{
        spelled.format(weeks): (f"EMA{weeks}W",)
        for weeks in WEEKS
        for spelled in ("{}WEEKEMA", "{}WEMA", "{}WEEK", "EMA{}WEEK", "EMA{}WEEKS", "{}WEEKLYEMA")
    },
}
_PREVIOUS = re.compile(r"^(?:PRIOR|LAST|YESTERDAYS?)")
_POSSESSIVE = re.compile(r"(?<=DAY|EEK|NTH)S(?=HIGH|LOW|CLOSE)")


def parse_level_names(text: str) -> tuple[str, ...]:
    """The names `text` stands for: `pdh` → PDH, `premarket` → PMH and PML, `50 sma` → SMA50.

    `InvalidInput` lists the names there are.
    """
    key = re.sub(r"[^A-Z0-9+−-]", "", text.upper()).replace("−", "-")
    key = key if key in _BY_KEY else key.replace("-", "")
    key = _POSSESSIVE.sub("", _PREVIOUS.sub("PREVIOUS", key))
    if key in _BY_KEY:
        return (_BY_KEY[key],)
    if key in _SPOKEN:
        return _SPOKEN[key]
    raise InvalidInput(
        f"`{text[:40]}` is not a level on the map. There are {', '.join(LEVEL_NAMES)}."
    )


def period_of(name: str) -> Period | None:
    """The only period whose map has `name`; None if several have it."""
    for period, names in PREVIOUS_NAMES.items():
        if name in names:
            return period
    return Period.DAY if name.startswith(("PM", "ON", "OR")) else None
