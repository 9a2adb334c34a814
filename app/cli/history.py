"""`./coach history`: what is kept of prices, filling it, and holding it against the providers."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, time, timedelta

from pydantic import SecretStr

from app.cli.databases import open_database
from app.cli.progress import faint, say, step
from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.infra.settings import Settings, read_settings
from app.market.history.partitions import FAR_PAST, Window
from app.market.history.tables import BARS
from app.market.models import Instrument
from app.market.moments import parse_day
from app.market.vendors.filling import fill
from app.market.vendors.routed import RoutedMarket
from app.market.vendors.stored import Stored

_DAYS_BACK = timedelta(days=20 * 365)
"""How far back days are filled unless `--since` says otherwise."""
_VERIFIED = timedelta(days=7)

Work = Callable[["_Desk"], Awaitable[int]]


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("history", help="what is kept of prices", description=__doc__)
    parser.add_argument(
        "action",
        nargs="?",
        choices=list(_ACTIONS),
        default="status",
        help="fill: ask for what is missing; verify: ask again for what is kept, and mend it",
    )
    parser.add_argument("symbols", nargs="*", help="SPY QQQ BTC/USD; without any, those watched")
    parser.add_argument(
        "--timeframe",
        action="append",
        type=Timeframe,
        choices=list(BARS),
        help="1m, 5m or 1d; may be given twice; without it all",
    )
    parser.add_argument("--since", metavar="DATE", help="2024-01-01")
    parser.set_defaults(handler=_history)


class _Desk:
    """What an action works with."""

    def __init__(self, settings: Settings, arguments: argparse.Namespace) -> None:
        from app.wiring import build_database, build_history, build_market

        self.database = build_database(settings)
        self.history = build_history(settings.history, self.database)
        self.market, self.clock = build_market(settings, self.database)
        self.symbols: Sequence[str] = arguments.symbols or settings.history.symbols
        self.timeframes: Sequence[Timeframe] = arguments.timeframe or list(BARS)
        self._since: str | None = arguments.since

    async def stored(self, symbol: str) -> tuple[Instrument, Stored]:
        """A symbol's instrument and where its history is; InvalidInput if none is kept."""
        if not isinstance(self.market, RoutedMarket):
            raise InvalidInput(
                "Only what real providers say is kept. Set a provider's key; "
                "docs/providers.md names them."
            )
        instrument = await self.market.instrument(Symbol.parse(symbol))
        stored = self.market.stored_for(instrument)
        if stored is None:
            raise InvalidInput(f"No history is kept of {instrument.symbol}: it is simulated.")
        return instrument, stored

    def window(self, default: timedelta) -> Window:
        """From `--since`, or so long ago, until now."""
        now = self.clock.now()
        if self._since is None:
            return Window(max(FAR_PAST, now - default), now)
        day = parse_day(self._since)
        if day is None:
            raise InvalidInput(f"`{self._since}` is no date. Write it as 2024-01-31.")
        return Window(datetime.combine(day, time(), UTC), now)

    async def close(self) -> None:
        await self.market.close()
        await self.database.close()


def _history(arguments: argparse.Namespace) -> int:
    settings = read_settings()
    with open_database(settings) as urls:
        database = settings.database.model_copy(
            update={
                "url": SecretStr(urls.owner),
                "app_url": SecretStr(urls.application) if urls.application else None,
            }
        )
        given = settings.model_copy(update={"database": database})
        return asyncio.run(_at_desk(_ACTIONS[arguments.action], given, arguments))


async def _at_desk(work: Work, settings: Settings, arguments: argparse.Namespace) -> int:
    desk = _Desk(settings, arguments)
    try:
        return await work(desk)
    finally:
        await desk.close()


async def _status(desk: _Desk) -> int:
    holdings = await desk.history.holdings()
    if not holdings:
        say("Nothing is kept yet. `./coach history fill SPY` begins.")
        return 0
    say(
        faint(
            f"{'symbol':<10} {'':<4} {'provider':<14} {'bars':>9}  from        to          verified"
        )
    )
    for holding in holdings:
        series, covered = holding.series, holding.covered
        count = await desk.history.count(series)
        span = (
            f"{covered[0].start:%Y-%m-%d}  {covered[-1].end:%Y-%m-%d}" if covered else f"{'—':<22}"
        )
        gaps = f"  {len(covered) - 1} gaps" if len(covered) > 1 else ""
        verified = f"{holding.verified_at:%Y-%m-%d}" if holding.verified_at else "—"
        say(
            f"{series.symbol:<10} {series.timeframe:<4} {series.provider:<14} {count:>9,}"
            f"  {span}  {verified}{gaps}"
        )
    return 0


async def _fill(desk: _Desk) -> int:
    for symbol in desk.symbols:
        instrument, stored = await desk.stored(symbol)
        for timeframe in desk.timeframes:
            name = f"{instrument.symbol} {timeframe}"
            with step(name) as line:
                line.note(f"{name}: nothing is missing")
                async for at in fill(stored, instrument, timeframe, desk.window(_DAYS_BACK)):
                    line.note(f"{name}: {at.done} of {at.chunks}, {at.bars:,} bars")
    return 0


async def _verify(desk: _Desk) -> int:
    mended = 0
    for symbol in desk.symbols:
        instrument, stored = await desk.stored(symbol)
        for timeframe in desk.timeframes:
            with step(f"{instrument.symbol} {timeframe}") as line:
                different = await stored.verify(instrument, timeframe, desk.window(_VERIFIED))
                found = f"{different:,} bars mended" if different else "as the provider has it"
                line.note(f"{instrument.symbol} {timeframe}: {found}")
                mended += different
    return 0


_ACTIONS: dict[str, Work] = {"status": _status, "fill": _fill, "verify": _verify}
