"""What a map of levels says in one breath: the answer first, every number by reference."""

from collections.abc import Sequence
from decimal import Decimal

from app.core.figures import Figure
from app.levels.ladder import PROFILE_NAMES, WEEK_AVERAGES
from app.levels.models import Level, LevelMap, Period, Side, side_of
from app.levels.names import PIVOT_NAMES
from tools.levels_card import PRICE, MapFigures

ATR = "ATR"
"""Not a level, but asked for among them."""

SITS_ON = Decimal("0.05")
"""ATRs within which a price is said to sit on a level."""

_FUNDS = {"SPX": "SPY", "NDX": "QQQ", "DJI": "DIA", "RUT": "IWM"}
"""Funds that follow an index and trade before the open."""

_RANGES = {
    frozenset((f"{family}H", f"{family}L")): (f"{family}H", f"{family}L")
    for family in ("PD", "PW", "PMo", "PM", "ON", "OR5", "OR15", "OR30", "OR60", "52W")
}
_RANGE_TITLES = {
    "PDH": "The previous day's range",
    "PWH": "Last week's range",
    "PMoH": "Last month's range",
    "PMH": "The premarket range",
    "ONH": "The overnight range",
    "52WH": "The 52-week range",
}
_MAPS = {Period.DAY: "", Period.WEEK: " on the weekly map", Period.MONTH: " on the monthly map"}
_OPPOSITE: dict[Side, Side] = {"above": "below", "at": "at", "below": "above"}


def say_map(found: LevelMap, figures: MapFigures) -> str:
    """Where the price stands: the nearest level on both sides, and how often the nearest held."""
    above, below = found.nearest("above"), found.nearest("below")
    start = f"{found.symbol} is at {figures['last'].ref}{_MAPS[found.period]}"
    met = found.nearest("at")
    if met:
        start += f", exactly at {met.name}"
    alone = above or below
    if above and below:
        text = f"{start}, between {_with_gap(above, figures)} and {_with_gap(below, figures)}."
    elif alone:
        side = _OPPOSITE[alone.side]
        text = f"{start}, {side} all other levels; the nearest is {_with_gap(alone, figures)}."
    else:
        text = f"{start}; there are no other levels yet."
    said = [level for level in (above, below, met) if level]
    return text + _tests(found.levels[:1], figures) + _long_averages(found, said, figures)


def _long_averages(found: LevelMap, said: Sequence[Level], figures: MapFigures) -> str:
    """What else a map of weeks or months has for swing traders; empty on a day's."""
    lines = [each for name in WEEK_AVERAGES if (each := found.find(name)) and each not in said]
    if not lines:
        return ""
    return f" Averages of weeks: {', '.join(_with_gap(level, figures) for level in lines)}."


def say_levels(found: LevelMap, names: Sequence[str], figures: MapFigures) -> str:
    """The levels that were asked for, and the reason for each one that is missing."""
    levels = [level for name in names if (level := found.find(name))]
    parts = []
    pair = _RANGES.get(frozenset(names))
    if set(names) in _PROFILES and len(levels) == len(names):
        return _say_profile(found, figures)
    if pair and len(levels) == len(pair):
        parts.append(_say_range(found, pair, figures))
    elif len(levels) == 1:
        parts.append(_say_one(found, levels[0], figures))
    elif levels:
        parts.append(_say_list(found, levels, figures))
    if ATR in names:
        parts.append(_say_atr(found, figures))
    missing = [name for name in names if name != ATR and found.find(name) is None]
    return " ".join((*parts, *dict.fromkeys(_why(found, name) for name in missing)))


def say_place(found: LevelMap, price: Decimal, figures: MapFigures) -> str:
    """What a price that the member named means among the levels."""
    asked, last = figures[PRICE], figures["last"]
    nearest = min(found.levels, key=lambda level: abs(level.price - price), default=None)
    if nearest is None:
        return f"There are no levels of {found.symbol} to hold {asked.ref} against."
    if _sits_on(nearest, price, found.atr):
        gap = "" if nearest.price == price else f", {_between(nearest, asked, figures)} away"
        text = f"{asked.ref} on {found.symbol} sits on {_titled(nearest)} at {figures[nearest.name].ref}{gap}."
        text += _tests([nearest], figures)
    else:
        text = f"{asked.ref} on {found.symbol} is no level itself: {_neighbours(found, price, figures)}."
    side = side_of(price, found.last)
    where = "That is the last price" if side == "at" else (
        f"That is {{abs({asked.id}-{last.id})}} {side} the last price {last.ref}"
    )  # fmt: skip
    return f"{text} {where}."


def _neighbours(found: LevelMap, price: Decimal, figures: MapFigures) -> str:
    sides: tuple[Side, ...] = ("below", "above")
    near = [level for side in sides if (level := found.nearest(side, price))]
    said = [
        f"{_titled(level)} at {figures[level.name].ref} is "
        f"{_between(level, figures[PRICE], figures)} {side_of(level.price, price)} it"
        for level in near
    ]
    return " and ".join(said) + (
        "" if len(near) == len(sides) else f", with nothing {_free_side(near[0], price)} it"
    )


def _free_side(level: Level, price: Decimal) -> Side:
    return _OPPOSITE[side_of(level.price, price)]


def _say_one(found: LevelMap, level: Level, figures: MapFigures) -> str:
    price, last = figures[level.name], figures["last"]
    if level.kind in ("vwap", "average"):
        if level.side == "at":
            text = f"{found.symbol} at {last.ref} is exactly at its {level.name}."
        else:
            text = (
                f"{found.symbol} at {last.ref} is {_size(level, figures)} {_OPPOSITE[level.side]} "
                f"its {level.name} of {price.ref}{_in_atrs(level, figures)}."
            )
    else:
        text = f"{level.name} of {found.symbol} is {price.ref} ({level.title})"
        if level.side == "at":
            text += f", exactly where the last price is, {last.ref}."
        else:
            text += (
                f", {_size(level, figures)} {level.side} the last price {last.ref}"
                f"{_in_atrs(level, figures)}."
            )
    return text + _tests([level], figures)


def _say_range(found: LevelMap, pair: tuple[str, str], figures: MapFigures) -> str:
    high, low = (figures[name] for name in pair)
    last, atr = figures["last"], figures.get("atr")
    title = _RANGE_TITLES.get(pair[0]) or f"The {pair[0][2:-1]}-minute opening range"
    width = f"{{{high.id}-{low.id}}} wide"
    if atr:
        width += f", {{({high.id}-{low.id})/{atr.id} : ATR, 2}}"
    if found.last > high.value:
        place = f"{{{last.id}-{high.id}}} above it"
    elif found.last < low.value:
        place = f"{{{low.id}-{last.id}}} below it"
    else:
        place = "inside it"
    tested = _tests([level for name in pair if (level := found.find(name))], figures)
    return (
        f"{title} of {found.symbol} is {low.ref} to {high.ref} ({width}). "
        f"The last price {last.ref} is {place}.{tested}"
    )


_PROFILES = ({"VAH", "VAL"}, set(PROFILE_NAMES))


def _say_profile(found: LevelMap, figures: MapFigures) -> str:
    """Where most traded, the area around it, and whether the price is inside."""
    poc, vah, val = (figures[name] for name in PROFILE_NAMES)
    last, words = figures["last"], found.profile.words if found.profile else ""
    if found.last > vah.value:
        place = f"{{{last.id}-{vah.id}}} above it"
    elif found.last < val.value:
        place = f"{{{val.id}-{last.id}}} below it"
    else:
        place = "inside it"
    return (
        f"Volume profile of {found.symbol}, {words}: most traded at POC {poc.ref}; the value area "
        f"is between VAL {val.ref} and VAH {vah.ref} ({{{vah.id}-{val.id}}} wide, "
        f"{figures['profile.share'].ref} of the volume). The last price {last.ref} is {place}."
    )


def _say_list(found: LevelMap, levels: Sequence[Level], figures: MapFigures) -> str:
    kind = f", {found.pivot_method} pivots" if all(each.kind == "pivot" for each in levels) else ""
    listed = ", ".join(_with_gap(level, figures) for level in levels)
    return f"{found.symbol} at {figures['last'].ref}{kind}: {listed}."


def _say_atr(found: LevelMap, figures: MapFigures) -> str:
    atr, last = figures.get("atr"), figures["last"]
    if atr is None:
        return f"{found.symbol} has too few finished bars for an ATR(14): it needs fifteen."
    return (
        f"The ATR(14) of {found.symbol} is {atr.ref}, "
        f"{{{atr.id}/{last.id} : %, 2}} of its last price {last.ref}."
    )


def _why(found: LevelMap, name: str) -> str:
    reason = found.why_absent(name)
    if reason is None and name in PIVOT_NAMES:
        return f"{str(found.pivot_method).capitalize()} pivots have no {name}."
    if reason is None:
        return f"{name} is not on the {found.period}'s map."
    fund = _FUNDS.get(found.symbol)
    if fund and name.startswith(("PM", "ON", "VWAP", *PROFILE_NAMES)):
        return f"{reason} {fund}, the fund that follows it, has one."
    return reason


def _with_gap(level: Level, figures: MapFigures) -> str:
    """`PDH at {a5} ({abs(a6)} below, {abs(a8)})`."""
    price = f"{level.name} at {figures[level.name].ref}"
    if level.side == "at":
        return price
    return f"{price} ({_size(level, figures)} {level.side}{_in_atrs(level, figures, away='')})"


def _titled(level: Level) -> str:
    return level.name if level.kind in ("pivot", "vwap") else f"{level.name} ({level.title})"


def _size(level: Level, figures: MapFigures) -> str:
    return f"{{abs({figures[f'{level.name}.distance'].id})}}"


def _in_atrs(level: Level, figures: MapFigures, *, away: str = " away") -> str:
    figure = figures.get(f"{level.name}.distance_atr")
    return f", {{abs({figure.id})}}{away}" if figure else ""


def _between(level: Level, price: Figure, figures: MapFigures) -> str:
    """The gap between a level and a named price, with its ATRs."""
    gap = f"abs({figures[level.name].id}-{price.id})"
    atr = figures.get("atr")
    return f"{{{gap}}}" + (f" ({{{gap}/{atr.id} : ATR, 2}})" if atr else "")


def _tests(levels: Sequence[Level], figures: MapFigures) -> str:
    tested = [level for level in levels if level.tested]
    if not tested:
        return ""
    said = " and ".join(f"{level.name} {figures[f'{level.name}.tested'].ref}" for level in tested)
    return f" Tested so far: {said}."


def _sits_on(level: Level, price: Decimal, atr: Decimal | None) -> bool:
    return abs(level.price - price) <= SITS_ON * (atr or 0)
