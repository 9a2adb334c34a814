"""Minute bars of one simulated session, exactly consistent with its daily bar.

The regular hours are a Brownian bridge from the day's open to its close with the day's volatility
spread by a smile (busy at the bells), bent by a monotone map so that the highest high and the
lowest low are the day's own; volumes are shared out in whole shares that add up to the day's. Each
minute opens where the last one closed. Premarket leads from the evening's last price to the open,
after hours from the close towards the next morning; both are thin and have minutes without a trade.
"""

from dataclasses import dataclass

import numpy as np

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.models import Bars, Floats
from app.market.providers.simulated_anchors import SIMULATED
from app.market.providers.simulated_chance import normals, uniforms

MINUTE = 60
_WICK = 0.6
_NIGHT_SHARE = 0.3
"""How much of the coming gap the after hours already make."""


@dataclass(frozen=True, slots=True)
class DayFacts:
    """One day of `Days`, with its neighbours' prices, as the minutes need it."""

    symbol: Symbol
    open: float
    high: float
    low: float
    close: float
    volume: float
    sigma: float
    gap: float
    next_gap: float
    previous_close: float
    decimals: int


def regular_minutes(
    day: DayFacts, start: int, count: int, *, is_round_the_clock: bool, words: tuple[object, ...]
) -> Bars:
    """The regular session: every minute trades. `words` name the session's chance."""
    smile = _flat(count) if is_round_the_clock else _smile(count)
    drawn = normals(4 * count, *words, "regular").reshape(4, count)
    path = _bridge(day.open, day.close, day.sigma, smile, drawn[0])
    opens, closes = path[:-1], path[1:]
    reach = np.abs(drawn[1:3]) * _WICK * day.sigma * day.open * np.sqrt(smile / smile.sum()) + 1e-9
    tops, bottoms = np.maximum(opens, closes) + reach[0], np.minimum(opens, closes) - reach[1]
    bent = _bent(np.vstack((opens, tops, bottoms, closes)), day).round(day.decimals)
    weights = smile * np.exp(0.45 * drawn[3])
    return Bars(
        symbol=day.symbol,
        timeframe=Timeframe.M1,
        time=start + MINUTE * np.arange(count, dtype=np.int64),
        open=bent[0],
        high=bent[1],
        low=bent[2],
        close=bent[3],
        volume=_shared_out(day.volume, weights),
        provider=SIMULATED,
    )


def premarket_minutes(
    day: DayFacts, start: int, count: int, *, liquidity: float, words: tuple[object, ...]
) -> Bars:
    """04:00 to the open: ever more minutes trade as the open comes near."""
    evening = day.previous_close * np.exp(_NIGHT_SHARE * day.gap)
    rise = np.linspace(0.15, 1.0, count) ** 2
    return _thin(day, (evening, day.open), (start, count), 0.012 * rise, liquidity, words)


def after_hours_minutes(
    day: DayFacts, start: int, count: int, *, liquidity: float, words: tuple[object, ...]
) -> Bars:
    """The close to 20:00: trading dies down over the evening."""
    evening = day.close * np.exp(_NIGHT_SHARE * day.next_gap)
    fall = np.linspace(1.0, 0.25, count) ** 2
    return _thin(day, (day.close, evening), (start, count), 0.009 * fall, liquidity, words)


def part_of_minute(minute: tuple[float, ...], seconds: float, decimals: int) -> tuple[float, ...]:
    """Open, high, low, close and volume of a minute after its first `seconds` (0 to 60).

    The price goes in straight lines from the open to one extreme, to the other, to the close (the
    low comes first in a rising minute), so a part never shows what the rest will bring.
    """
    opened, high, low, close, volume = minute
    first, second = (low, high) if close >= opened else (high, low)
    stops = (0.0, 18.0, 42.0, 60.0)
    price = round(float(np.interp(seconds, stops, (opened, first, second, close))), decimals)
    seen = [opened, price]
    seen += [value for value, stop in ((first, 18.0), (second, 42.0)) if seconds >= stop]
    return opened, max(seen), min(seen), price, float(np.floor(volume * seconds / 60))


def _thin(
    day: DayFacts,
    ends: tuple[float, float],
    when: tuple[int, int],
    activity: Floats,
    liquidity: float,
    words: tuple[object, ...],
) -> Bars:
    (start, count), hours = when, activity / activity.mean()
    drawn = normals(3 * count, *words).reshape(3, count)
    path = _bridge(ends[0], ends[1], 0.35 * day.sigma, hours, drawn[0])
    opens, closes = path[:-1], path[1:]
    reach = np.abs(drawn[1:]) * 0.2 * day.sigma * day.open / np.sqrt(count)
    traded = uniforms(count, *words, "traded") < np.minimum(1.0, liquidity * hours)
    kept = np.flatnonzero(traded)
    prices = np.vstack(
        (opens, np.maximum(opens, closes) + reach[0], np.minimum(opens, closes) - reach[1], closes)
    )[:, kept].round(day.decimals)
    sizes = np.exp(0.9 * normals(count, *words, "trades")) * activity / count * day.volume
    return Bars(
        symbol=day.symbol,
        timeframe=Timeframe.M1,
        time=start + MINUTE * kept,
        open=prices[0],
        high=prices[1],
        low=prices[2],
        close=prices[3],
        volume=np.maximum(1.0, np.rint(sizes[kept])),
        provider=SIMULATED,
    )


def _bridge(start: float, end: float, sigma: float, smile: Floats, steps: Floats) -> Floats:
    """`len(steps) + 1` prices from `start` to `end`; variance is spread as `smile`."""
    share = np.concatenate(([0.0], np.cumsum(smile))) / smile.sum()
    walk = np.concatenate(([0.0], np.cumsum(steps * np.sqrt(smile / smile.sum()))))
    bridge = walk - share * walk[-1]
    path: Floats = start + (end - start) * share + sigma * start * bridge
    return path


def _bent(prices: Floats, day: DayFacts) -> Floats:
    """Prices mapped monotonely so that their extremes are the day's; between its open and close
    nothing is moved, so the ends stay where they are.
    """
    upper, lower = max(day.open, day.close), min(day.open, day.close)
    above = (day.high - upper) / (prices.max() - upper)
    below = (lower - day.low) / (lower - prices.min())
    over, under = np.maximum(prices - upper, 0.0), np.maximum(lower - prices, 0.0)
    bent: Floats = np.clip(prices, lower, upper) + over * above - under * below
    return bent


def _shared_out(total: float, weights: Floats) -> Floats:
    """Whole numbers that add up to `total`, at least one each, in proportion to `weights`."""
    if total == 0:
        return np.zeros(len(weights))
    marks = np.rint(np.cumsum(weights) / weights.sum() * (total - len(weights)))
    marks[-1] = total - len(weights)
    parts: Floats = np.diff(marks, prepend=0.0) + 1.0
    return parts


def _smile(count: int) -> Floats:
    """Activity by minute: high at the open, a quiet noon, a rise into the close."""
    place = np.linspace(0.0, 1.0, count)
    smile: Floats = 0.55 + 1.9 * np.exp(-place / 0.07) + 1.2 * np.exp((place - 1.0) / 0.06)
    return smile


def _flat(count: int) -> Floats:
    """Activity of a UTC day: a gentle wave that is highest when New York trades."""
    hour = np.linspace(0.0, 24.0, count)
    wave: Floats = 1.0 + 0.35 * np.cos((hour - 15.5) / 24.0 * 2 * np.pi)
    return wave
