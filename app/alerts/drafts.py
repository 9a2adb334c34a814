"""Drafts: what a member asked to be told of, read, looked at now, and written down as it is shown.

Decided: a draft's terms are all that is ever watched, so that what is armed is what was shown. A
condition that is one meeting of the price with a level becomes a threshold of the index; any other is
watched as a formula, whose truth is a line that is crossed: at `TRUE` it holds, at `FALSE` it does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.alerts.channels import written
from app.alerts.edges import crossing, minute_of
from app.alerts.triggers import (
    ALWAYS,
    AT,
    Already,
    Condition,
    Crosses,
    Distance,
    NthTest,
    Passes,
    Reaches,
    Side,
    Trigger,
    Window,
    usual_rearm,
    usual_width,
)
from app.alerts.values import (
    Asked,
    Book,
    NoBook,
    check_givers,
    is_about_book,
    level_name,
    truths_since,
    value_of,
)
from app.core.errors import CoachError, InvalidInput
from app.core.figures import Unit
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.formula.formula import Formula, parse, parse_value_or_condition
from app.formula.syntax import DayTime, Node, Number
from app.formula.threshold import Threshold, ThresholdKind
from app.formula.vocabulary import Kind
from app.levels.service import map_levels
from app.market.calendar import timezone_of
from app.market.models import Instrument
from app.market.protocol import MarketData
from app.notifications.models import ChannelKind

FALSE, TRUE = 1.0, 2.0
LINE = 1.5
"""Between them: what a formula's truth crosses."""

_SIDES = {
    ThresholdKind.CROSSES_ABOVE: Side.ABOVE,
    ThresholdKind.ABOVE: Side.ABOVE,
    ThresholdKind.CROSSES_BELOW: Side.BELOW,
    ThresholdKind.BELOW: Side.BELOW,
}
_LASTING = (ThresholdKind.ABOVE, ThresholdKind.BELOW, ThresholdKind.WITHIN)
_LONGEST_TITLE = 200
_LONGEST_CLOSURE, _LONGEST_BAR = timedelta(days=5), timedelta(days=40)
"""What surely holds the end of a minute's or an hour's bar, and of any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a member asks for. `timeframe` is that of bars nobody named; `symbol` None is the book,
    `channels` None whatever the member chose for alerts."""

    symbol: Symbol | None
    condition: str
    timeframe: Timeframe = Timeframe.M5
    repeats: bool = False
    next_only: bool = False
    expires_at: datetime | None = None
    title: str = ""
    channels: tuple[ChannelKind, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How it stands as it is drafted. `is_true` None: it cannot be told, and `absence` says why.
    `fires_at_once` if arming it tells it. `awaits_bar`: it was true when the last bar ended, and is told
    if it still is when the running one ends, since it looks at whole bars."""

    price: Decimal | None
    level: float | None
    is_true: bool | None
    fires_at_once: bool
    awaits_bar: bool = False
    absence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    terms: Mapping[str, Any]
    outlook: Outlook


async def draft_alert(wish: Wish, *, market: MarketData, book: Book, at: datetime) -> Drafted:
    """Read what was asked for and look at it now. `FormulaError` and `InvalidInput` say what to
    change; a market that does not answer leaves the outlook open."""
    formula = parse(wish.condition)
    check_givers(formula)
    if wish.expires_at is not None and wish.expires_at <= at:
        raise InvalidInput("This alert would end before it begins: choose a later end.")
    if is_about_book(formula):
        terms = _terms(wish, formula, None)
    elif wish.symbol is None:
        raise InvalidInput("Say of which symbol.")
    else:
        terms = _terms(wish, formula, await market.instrument(wish.symbol))
        await _measure(terms, formula, wish, market, at)
    return Drafted(terms=terms, outlook=await _outlook(terms, market, book, at))


def asked_of(terms: Mapping[str, Any], market: MarketData, book: Book) -> Asked:
    """The level of a threshold, or the whole condition."""
    is_threshold = terms["kind"] == "threshold"
    text = terms["level"] if is_threshold else terms["condition"]
    formula = parse_value_or_condition(text).on(Timeframe(terms["timeframe"]))
    symbol = None if terms["kind"] == "book" else Symbol(terms["symbol"])
    return Asked(formula=formula, symbol=symbol, market=market, book=book)


def fixed_level(terms: Mapping[str, Any]) -> float | None:
    """The level that is a typed number, or a formula's line; None for one that has to be looked up."""
    if terms["kind"] != "threshold":
        return LINE
    tree = parse_value_or_condition(terms["level"]).tree
    return float(tree.value) if isinstance(tree, Number) else None


def _terms(wish: Wish, formula: Formula, instrument: Instrument | None) -> dict[str, Any]:
    """The terms but for the trigger of a threshold, which is measured."""
    kind = "book" if instrument is None else "formula"
    symbol = str(instrument.symbol) if instrument else ""
    words = formula.in_words()
    title = wish.title or (f"{symbol}: {words}" if symbol else words)
    trigger = Trigger(
        condition=Crosses(Side.ABOVE),
        repeats=wish.repeats,
        already=Already.WAITS if wish.next_only else Already.FIRES,
        zone=str(timezone_of(instrument.calendar)) if instrument else "America/New_York",
        expires_at=wish.expires_at.timestamp() if wish.expires_at else None,
    )
    base = Timeframe.M1 if formula.watches_price or kind == "book" else wish.timeframe
    formula.on(base)
    return {
        "kind": kind,
        "symbol": symbol,
        "condition": str(formula),
        "words": words,
        "title": title[:_LONGEST_TITLE],
        "timeframe": base.value,
        "trigger": trigger.json(),
        "level": "",
        "level_name": "",
        "expires_at": wish.expires_at.isoformat() if wish.expires_at else None,
        "channels": written(wish.channels),
        "instrument": {
            "decimals": instrument.decimals if instrument else 2,
            "unit": _unit(instrument).value,
            "calendar": instrument.calendar if instrument else "XNYS",
        },
    }


async def _measure(
    terms: dict[str, Any], formula: Formula, wish: Wish, market: MarketData, at: datetime
) -> None:
    """Make a threshold of the terms where the condition is one."""
    found = formula.as_threshold()
    if found is None or not (found.guards is None or isinstance(found.guards, DayTime)):
        return
    symbol = Symbol(terms["symbol"])
    price, atr = await _scale(symbol, market, at)
    asked = Asked(formula=formula, symbol=symbol, market=market, book=NoBook())
    await _check_reachable(formula.of(found.level), asked, Timeframe(terms["timeframe"]), at)
    width = await _width(found, asked, price, atr, at)
    trigger = Trigger.of(terms["trigger"])
    lasts = found.kind in _LASTING and not wish.next_only
    terms["kind"] = "threshold"
    terms["level"] = str(formula.of(found.level))
    terms["level_name"] = _name(formula.of(found.level))
    terms["trigger"] = Trigger(
        condition=_condition(found, width),
        rearm=usual_rearm(price, atr),
        repeats=trigger.repeats,
        already=Already.FIRES if lasts else Already.WAITS,
        zone=_zone(found.guards) or trigger.zone,
        active=_window(found.guards),
        expires_at=trigger.expires_at,
    ).json()


async def _scale(symbol: Symbol, market: MarketData, at: datetime) -> tuple[float, float | None]:
    """The last price and the daily ATR, by which near and away are measured."""
    try:
        found = await map_levels(symbol, market=market, as_of=at)
    except InvalidInput:
        raise
    except CoachError:
        return float((await market.quote(symbol, as_of=at)).last), None
    return float(found.last), float(found.atr) if found.atr else None


async def _check_reachable(level: Formula, asked: Asked, base: Timeframe, at: datetime) -> None:
    value = await value_of(replace(asked, formula=level.on(base)), at)
    if value is not None and value <= 0:
        raise InvalidInput(f"No price comes to `{level}`, which is zero or less.")


async def _width(
    found: Threshold, asked: Asked, price: float, atr: float | None, at: datetime
) -> Distance:
    """How near is near: as it was said, else as near as a test is on the map."""
    if found.kind is ThresholdKind.TESTED and found.band is None:
        return Distance(usual_width(price, atr))
    if found.band is None:
        return AT
    band = asked.formula.of(found.band)
    width = await value_of(replace(asked, formula=band.on(Timeframe.M1)), at)
    if width is None:
        raise InvalidInput("How near is near cannot be told now: write a number or a percentage.")
    return Distance(width, is_percent=band.kind is Kind.PERCENT)


def _condition(found: Threshold, width: Distance) -> Condition:
    if found.kind in _SIDES:
        return Crosses(_SIDES[found.kind], includes=found.includes)
    if found.kind is ThresholdKind.CROSSES:
        return Passes()
    if found.kind is ThresholdKind.TESTED:
        return NthTest(times=found.times, within=width)
    return Reaches(width)


def _name(level: Formula) -> str:
    """A level by its name on the map, any other value in words; nothing for a typed number."""
    if isinstance(level.tree, Number):
        return ""
    needs = level.needs.levels
    return level_name(needs[0]) if str(level) in level.needs.keys and needs else level.in_words()


def _window(guards: Node | None) -> Window:
    if not isinstance(guards, DayTime):
        return ALWAYS
    start = guards.start.seconds // 60 if guards.start else 0
    end = guards.end.seconds // 60 if guards.end else 24 * 60
    return Window(start=start, end=end)


def _zone(guards: Node | None) -> str | None:
    clock = (guards.start or guards.end) if isinstance(guards, DayTime) else None
    return clock.zone if clock else None


def _unit(instrument: Instrument | None) -> Unit:
    is_index = instrument is not None and instrument.asset_class is AssetClass.INDEX
    return Unit.POINTS if is_index else Unit.USD


async def _outlook(
    terms: Mapping[str, Any], market: MarketData, book: Book, at: datetime
) -> Outlook:
    trigger = Trigger.of(terms["trigger"])
    price: Decimal | None = None
    try:
        if terms["symbol"]:
            price = (await market.quote(Symbol(terms["symbol"]), as_of=at)).last
        level, is_true = await _stands(terms, trigger, asked_of(terms, market, book), price, at)
    except InvalidInput:
        raise
    except CoachError as error:
        return Outlook(
            price=price, level=None, is_true=None, fires_at_once=False, absence=error.message
        )
    absence = "" if is_true is not None else _ABSENT
    is_due = bool(is_true) and trigger.already is Already.FIRES
    by_bars = terms["kind"] == "formula" and not parse(terms["condition"]).watches_price
    return Outlook(
        price=price,
        level=level,
        is_true=is_true,
        fires_at_once=is_due and not by_bars,
        awaits_bar=is_due and by_bars,
        absence=absence,
    )


_ABSENT = "What it is measured by is not known at this moment."


async def _stands(
    terms: Mapping[str, Any],
    trigger: Trigger,
    asked: Asked,
    price: Decimal | None,
    at: datetime,
) -> tuple[float | None, bool | None]:
    """The level of a threshold, and whether the condition holds."""
    if terms["kind"] != "threshold":
        return None, await _truth(asked, at)
    level = await value_of(asked, at)
    if level is None or price is None:
        return level, None
    is_active = trigger.active.holds(minute_of(trigger.zone, at.timestamp()))
    return level, is_active and holds(trigger.condition, float(price), level)


async def _truth(asked: Asked, at: datetime) -> bool | None:
    """Of now where the live price or a book decides, else of the last bar that ended."""
    is_live = asked.symbol is None or asked.formula.watches_price
    base = asked.formula.base or Timeframe.M1
    since = at if is_live else at - (_LONGEST_CLOSURE if base.is_intraday else _LONGEST_BAR)
    found = await truths_since(asked, since.timestamp(), at)
    judged = [each for each in found if is_live or each.is_final]
    return judged[-1].truth if judged else None


def holds(condition: Condition, price: float, level: float | None) -> bool:
    """Whether a condition that lasts is true at `price`; what happens is never true already."""
    if level is None:
        return False
    match condition:
        case Crosses() as crosses:
            edge = crossing(crosses, level, 0.0)
            return price * edge.sign >= edge.fires
        case Reaches(within):
            return abs(price - level) <= within.of(level)
        case _:
            return False
