"""`./coach levels SYMBOL`: the map of levels in the terminal, without a server or a database."""

import argparse
import asyncio
import json
from datetime import UTC
from decimal import ROUND_HALF_UP, Decimal

from app.core.figures import format_decimal
from app.core.symbols import Symbol
from app.infra.settings import Settings
from app.levels.frame import spoken_date, wall_clock
from app.levels.models import Level, LevelMap, Period
from app.levels.pivots import PivotMethod
from app.levels.service import map_levels
from app.levels.windows import Window
from app.market.moments import parse_day, parse_moment


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("levels", help="show a symbol's key levels")
    parser.add_argument("symbol", help="AAPL, SPX, BRK.B, BTC/USD")
    parser.add_argument(
        "--as-of", metavar="T", help="2013-10-08T10:30 (New York time), or a date for its close"
    )
    parser.add_argument("--market", help="simulated, or files:DIR")
    parser.add_argument("--period", type=Period, choices=list(Period), default=Period.DAY)
    parser.add_argument(
        "--pivot", type=PivotMethod, choices=list(PivotMethod), default=PivotMethod.TRADITIONAL
    )
    parser.add_argument(
        "--profile", type=Window, choices=list(Window), help="whose volume; default: the period's"
    )
    parser.add_argument("--json", action="store_true", help="as GET /api/v1/levels gives it")
    parser.set_defaults(handler=_levels)


def _levels(arguments: argparse.Namespace) -> int:
    found = asyncio.run(_find(arguments))
    print(json.dumps(found.as_json(), indent=2) if arguments.json else _table(found))
    return 0


async def _find(arguments: argparse.Namespace) -> LevelMap:
    from app.wiring import build_market

    settings = Settings()
    if arguments.market:
        settings = settings.model_copy(update={"market": arguments.market})
    market, clock = build_market(settings)
    try:
        instrument = await market.instrument(Symbol.parse(arguments.symbol))
        asked: str | None = arguments.as_of
        return await map_levels(
            instrument.symbol,
            market=market,
            as_of=parse_moment(asked, instrument.calendar) if asked else clock.now(),
            period=arguments.period,
            pivot=arguments.pivot,
            profile=arguments.profile,
            date=parse_day(asked) if asked else None,
        )
    finally:
        await market.close()


def _table(found: LevelMap) -> str:
    """The ladder from the highest level to the lowest, with the last price in between."""
    session = found.session
    source = found.provider.name + (" (simulated)" if found.provider.is_simulated else "")
    at = wall_clock(found.as_of, session.calendar)
    atr = f"   ATR {_price(found, found.atr)}" if found.atr else ""
    head = [
        f"{found.symbol}   {found.instrument.name}",
        f"{spoken_date(session.date)} {session.date.year}, {at}   {source}",
        f"{_price(found, found.last)}{atr}   {found.pivot_method} pivots",
        "",
    ]
    rungs = sorted(found.levels, key=lambda level: level.price, reverse=True)
    above = [_rung(found, level) for level in rungs if level.side == "above"]
    below = [_rung(found, level) for level in rungs if level.side != "above"]
    here = f"{'—' * 7} {_price(found, found.last):>12} {'—' * 40}"
    reasons = dict.fromkeys(absence.reason for absence in found.absent)
    notes = [f"  {note}" for note in (*found.notes, *reasons)]
    return "\n".join((*head, *above, here, *below, *([""] if notes else []), *notes))


def _rung(found: LevelMap, level: Level) -> str:
    distance = format_decimal(_at(level.distance, found.instrument.decimals), signed=True)
    percent = format_decimal(_at(level.distance_pct, 2), signed=True)
    atrs = "" if level.distance_atr is None else f"{_at(abs(level.distance_atr), 2)} ATR"
    tested = f"tested {level.tested}×" if level.tested else ""
    since = f"{level.since.astimezone(UTC):%Y-%m-%d %H:%M}Z"
    return (
        f"{level.name:7} {_price(found, level.price):>12} {distance:>10} {percent:>7}% {atrs:>10}"
        f"  {since}  {tested}"
    ).rstrip()


def _price(found: LevelMap, price: Decimal) -> str:
    return format_decimal(_at(price, found.instrument.decimals))


def _at(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
