"""Pivot points: the previous period's prices turned into support and resistance.

The formulas are TradingView's "Pivot Points Standard"
(https://www.tradingview.com/support/solutions/43000521824/), with one exception: Camarilla's PP is
the previous close, the centre its own bands are built around, as in Stock.Indicators.

Decided: constants are written as whole numbers (0.382 r is `382 * r / 1000`), so that the same
lines are exact for Decimals, to 28 digits, and fast for arrays.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from app.market.models import Floats

N = TypeVar("N", Decimal, Floats)


class PivotMethod(StrEnum):
    """Whose formula."""

    TRADITIONAL = "traditional"
    FIBONACCI = "fibonacci"
    CAMARILLA = "camarilla"
    WOODIE = "woodie"
    DEMARK = "demark"


@dataclass(frozen=True, slots=True)
class Prices(Generic[N]):
    """Open, high, low and close of the finished period that pivots are drawn from."""

    open: N
    high: N
    low: N
    close: N


def traditional_pivots(last: Prices[N]) -> dict[str, N]:
    """R1 to R5 and S1 to S5. R3 follows "Traditional", not "Classic" (which is PP + 2 range)."""
    high, low = last.high, last.low
    pivot = (high + low + last.close) / 3
    return {
        "PP": pivot,
        "R1": 2 * pivot - low,
        "S1": 2 * pivot - high,
        "R2": pivot + (high - low),
        "S2": pivot - (high - low),
        "R3": 2 * pivot + (high - 2 * low),
        "S3": 2 * pivot - (2 * high - low),
        "R4": 3 * pivot + (high - 3 * low),
        "S4": 3 * pivot - (3 * high - low),
        "R5": 4 * pivot + (high - 4 * low),
        "S5": 4 * pivot - (4 * high - low),
    }


def fibonacci_pivots(last: Prices[N]) -> dict[str, N]:
    """PP with 38.2 %, 61.8 % and 100 % of the range on both sides."""
    reach = last.high - last.low
    pivot = (last.high + last.low + last.close) / 3
    return {
        "PP": pivot,
        "R1": pivot + 382 * reach / 1000,
        "S1": pivot - 382 * reach / 1000,
        "R2": pivot + 618 * reach / 1000,
        "S2": pivot - 618 * reach / 1000,
        "R3": pivot + reach,
        "S3": pivot - reach,
    }


def camarilla_pivots(last: Prices[N]) -> dict[str, N]:
    """The close with 1.1 range / 12, 6, 4 and 2 on both sides; R5 is close × high / low."""
    close, reach = last.close, 11 * (last.high - last.low) / 10
    farthest = last.high / last.low * close
    return {
        "PP": close,
        "R1": close + reach / 12,
        "S1": close - reach / 12,
        "R2": close + reach / 6,
        "S2": close - reach / 6,
        "R3": close + reach / 4,
        "S3": close - reach / 4,
        "R4": close + reach / 2,
        "S4": close - reach / 2,
        "R5": farthest,
        "S5": 2 * close - farthest,
    }


def woodie_pivots(last: Prices[N], current_open: N) -> dict[str, N]:
    """PP weighs the current period's open twice, so there is none before that open."""
    high, low = last.high, last.low
    reach = high - low
    pivot = (high + low + 2 * current_open) / 4
    third_up, third_down = high + 2 * (pivot - low), low - 2 * (high - pivot)
    return {
        "PP": pivot,
        "R1": 2 * pivot - low,
        "S1": 2 * pivot - high,
        "R2": pivot + reach,
        "S2": pivot - reach,
        "R3": third_up,
        "S3": third_down,
        "R4": third_up + reach,
        "S4": third_down - reach,
    }


def demark_pivots(last: Prices[Decimal]) -> dict[str, Decimal]:
    """One line on each side; which price counts twice depends on how the period closed."""
    open_, high, low, close = last.open, last.high, last.low, last.close
    if close == open_:
        weighed = high + low + 2 * close
    elif close > open_:
        weighed = 2 * high + low + close
    else:
        weighed = high + 2 * low + close
    return {"PP": weighed / 4, "R1": weighed / 2 - low, "S1": weighed / 2 - high}


_FROM_LAST: Mapping[PivotMethod, Callable[[Prices[Decimal]], dict[str, Decimal]]] = {
    PivotMethod.TRADITIONAL: traditional_pivots,
    PivotMethod.FIBONACCI: fibonacci_pivots,
    PivotMethod.CAMARILLA: camarilla_pivots,
    PivotMethod.DEMARK: demark_pivots,
}


def pivots(
    method: PivotMethod, last: Prices[Decimal], current_open: Decimal | None = None
) -> dict[str, Decimal]:
    """Names and prices by `method`; empty for Woodie's while the current open is unknown."""
    if method is PivotMethod.WOODIE:
        return {} if current_open is None else woodie_pivots(last, current_open)
    return _FROM_LAST[method](last)
