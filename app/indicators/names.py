"""Indicators as traders spell them, brought to one spelling.

`rsi`, `RSI 14`, `rsi(7)`, `50 sma`, `sma50`, `200 day`, `ema(9)`, `9/21 ema` (two), `macd(12,26,9)`.
Averages are written `sma50` and `ema9`, all others with their settings: `rsi(14)`, `bb(20,2)`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.core.errors import InvalidInput


class IndicatorKind(StrEnum):
    """Which formula."""

    SMA = "sma"
    EMA = "ema"
    RSI = "rsi"
    MACD = "macd"
    ATR = "atr"
    BB = "bb"
    STOCH = "stoch"
    ADX = "adx"
    CCI = "cci"
    WILLR = "willr"
    MFI = "mfi"
    ROC = "roc"
    OBV = "obv"
    VWAP = "vwap"


@dataclass(frozen=True, slots=True)
class Indicator:
    """A formula with its settings; lengths are in bars."""

    kind: IndicatorKind
    settings: tuple[float, ...] = ()

    @property
    def name(self) -> str:
        """The one spelling."""
        shown = ",".join(f"{setting:g}" for setting in self.settings)
        if self.kind in (IndicatorKind.SMA, IndicatorKind.EMA):
            return f"{self.kind}{shown}"
        return f"{self.kind}({shown})" if shown else str(self.kind)

    @property
    def needs_volume(self) -> bool:
        return self.kind in (IndicatorKind.OBV, IndicatorKind.MFI, IndicatorKind.VWAP)


DEFAULTS: Mapping[IndicatorKind, tuple[float, ...]] = {
    IndicatorKind.SMA: (20,),
    IndicatorKind.EMA: (20,),
    IndicatorKind.RSI: (14,),
    IndicatorKind.MACD: (12, 26, 9),
    IndicatorKind.ATR: (14,),
    IndicatorKind.BB: (20, 2),
    IndicatorKind.STOCH: (14, 3, 3),
    IndicatorKind.ADX: (14,),
    IndicatorKind.CCI: (20,),
    IndicatorKind.WILLR: (14,),
    IndicatorKind.MFI: (14,),
    IndicatorKind.ROC: (12,),
    IndicatorKind.OBV: (),
    IndicatorKind.VWAP: (),
}
"""Settings where none are named: TradingView's."""

LONGEST = 500
"""Bars an indicator may look back on."""

_SPOKEN = {
    "ma": "sma",
    "dma": "sma",
    "day": "sma",
    "average": "sma",
    "moving average": "sma",
    "simple moving average": "sma",
    "exponential moving average": "ema",
    "relative strength": "rsi",
    "relative strength index": "rsi",
    "average true range": "atr",
    "bollinger": "bb",
    "bollinger band": "bb",
    "bollinger bands": "bb",
    "bbands": "bb",
    "stochastic": "stoch",
    "stochastics": "stoch",
    "slow stochastic": "stoch",
    "williams": "willr",
    "williams %r": "willr",
    "%r": "willr",
    "money flow": "mfi",
    "money flow index": "mfi",
    "rate of change": "roc",
    "momentum": "roc",
    "on balance volume": "obv",
}

_WORD = r"(?P<word>[a-z%]+(?: [a-z%]+){0,3})"
_SETTINGS = r"(?P<settings>\d+(?:\.\d+)?(?:\s*[,/ ]\s*\d+(?:\.\d+)?){0,2})"
_WORD_FIRST = re.compile(rf"{_WORD}\s*\(?\s*{_SETTINGS}?\s*\)?")
_NUMBER_FIRST = re.compile(rf"{_SETTINGS}\s*{_WORD}")
_LENGTH_LAST = re.compile(
    r"\s*\b(?:day|days|bar|bars|period)\b(?=.)|^the\s+|(?<=\d)(?:day|bar|period)(?= )"
)


def parse_indicator(text: str) -> Indicator:
    """The indicator `text` spells, with default settings where none are named.

    `InvalidInput` names those there are.
    """
    spelled = re.sub(r"[\s_-]+", " ", text.strip().lower())
    spelled = _LENGTH_LAST.sub(" ", spelled).strip()
    match = _WORD_FIRST.fullmatch(spelled) or _NUMBER_FIRST.fullmatch(spelled)
    word = match["word"].strip() if match else ""
    word = _SPOKEN.get(word, word)
    if match is None or word not in set(IndicatorKind):
        raise InvalidInput(f"`{text[:40]}` is not an indicator I know. There are {_KNOWN}.")
    return _checked(IndicatorKind(word), re.findall(r"[\d.]+", match["settings"] or ""), text)


def parse_average(text: str) -> str:
    """The one spelling of a moving average: `sma50`, `ema9`; `InvalidInput` for anything else."""
    average = parse_indicator(text)
    if average.kind not in (IndicatorKind.SMA, IndicatorKind.EMA):
        raise InvalidInput(f"`{text[:40]}` is not a moving average. Write sma50 or ema9.")
    return average.name


def _checked(kind: IndicatorKind, numbers: list[str], text: str) -> Indicator:
    """Settings named first, defaults for the rest; lengths must be whole and within reach."""
    defaults = DEFAULTS[kind]
    if len(numbers) > len(defaults):
        takes = len(defaults) or "no"
        raise InvalidInput(f"`{text[:40]}`: {kind} takes {takes} settings, such as {_like(kind)}.")
    settings = tuple(float(number) for number in numbers) + defaults[len(numbers) :]
    lengths = settings[:1] if kind is IndicatorKind.BB else settings
    if any(not 1 <= length <= LONGEST or length % 1 for length in lengths) or not _fits(
        kind, settings
    ):
        raise InvalidInput(
            f"`{text[:40]}`: a length is a whole number of bars from 2 to {LONGEST}, "
            f"such as {_like(kind)}."
        )
    return Indicator(kind, settings)


def _fits(kind: IndicatorKind, settings: tuple[float, ...]) -> bool:
    """TA-Lib's own limits: one bar makes no average gain, band or slow line."""
    if kind is IndicatorKind.MACD:
        return 2 <= settings[0] < settings[1]
    if kind is IndicatorKind.BB:
        return settings[0] >= 2 and 0 < settings[1] <= 10
    return kind is IndicatorKind.STOCH or not settings or settings[0] >= 2


def _like(kind: IndicatorKind) -> str:
    return Indicator(kind, DEFAULTS[kind]).name


_KNOWN = ", ".join(_like(kind) for kind in IndicatorKind)
