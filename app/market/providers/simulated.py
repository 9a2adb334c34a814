"""The simulated market: a `MarketData` that needs no vendor, no key and no network.

Decided: prices are a function of seed, symbol and date, never of when or in which order they are
asked for. Daily bars come first (`simulated_daily`), minutes are made to fit them on demand
(`simulated_minutes`), everything longer is resampled. Nothing is stored but bounded caches.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache

import numpy as np
from typing_extensions import override

from app.core.errors import NotFound
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.calendar import (
    SessionTable,
    latest_session,
    market_date,
    phase_at,
    session_table,
    sessions_overlapping,
)
from app.market.chains import OptionChain
from app.market.directory import INSTRUMENTS, unknown
from app.market.models import Bars, Floats, Instrument, Provider, Quote, decimal_of
from app.market.protocol import MarketData
from app.market.providers.simulated_anchors import SIMULATED, Anchor, anchors
from app.market.providers.simulated_chain import Underlying, quoted
from app.market.providers.simulated_clock import SimulatedClock
from app.market.providers.simulated_daily import OVERNIGHT_SHARE, Days, simulate_days
from app.market.providers.simulated_listing import (
    Board,
    board,
    ends_at,
    expiries,
    has_options,
    strikes,
)
from app.market.providers.simulated_minutes import (
    MINUTE,
    DayFacts,
    after_hours_minutes,
    part_of_minute,
    premarket_minutes,
    regular_minutes,
)
from app.market.providers.simulated_traits import simulated_traits
from app.market.resample import (
    empty_bars,
    join_bars,
    resample_daily,
    resample_intraday,
    resample_longer,
)
from app.market.traits import Traits
from app.market.vendor import NotCovered
from app.market.windows import covering_days, require_aware

__all__ = ["SimulatedClock", "SimulatedMarket"]

_SYMBOLS_KEPT = 128
_SESSIONS_KEPT = 1024
_CHAINS_KEPT = 32
_STRIKES_FROM = 30
_VOLATILITY_FROM = 252
"""Sessions that options' strikes, and their long-run volatility, are taken from."""
_TURNOVER_OF_INDICES = 3e10
_LATEST_FIRST = ("after hours", "regular", "premarket")
_LIQUID = 1.5e9
"""Dollars a day from which even premarket minutes seldom lack a trade."""


@dataclass(frozen=True, slots=True)
class _Series:
    """Everything about one symbol that does not depend on the moment asked for."""

    anchor: Anchor
    table: SessionTable
    days: Days

    @property
    def instrument(self) -> Instrument:
        return self.anchor.instrument


class SimulatedMarket(MarketData):
    """Ten years and more of made-up prices; `provider.is_simulated` says so."""

    def __init__(self, seed: int = 7) -> None:
        self._seed = seed
        self._anchors = anchors(seed)
        self._series = lru_cache(maxsize=_SYMBOLS_KEPT)(self._make_series)
        self._minutes = lru_cache(maxsize=_SESSIONS_KEPT)(self._make_minutes)
        self._chains = lru_cache(maxsize=_CHAINS_KEPT)(self._make_chain)

    @property
    @override
    def provider(self) -> Provider:
        return SIMULATED

    @override
    async def instrument(self, symbol: Symbol) -> Instrument:
        return self._anchor(symbol).instrument

    @override
    async def instruments(self) -> Sequence[Instrument]:
        return INSTRUMENTS

    @override
    async def traits(self) -> Mapping[Symbol, Traits]:
        """Made up, as prices are."""
        return simulated_traits(self._anchors)

    @override
    async def bars(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        *,
        start: datetime,
        end: datetime,
        as_of: datetime,
        extended: bool = False,
    ) -> Bars:
        require_aware(start, end, as_of)
        series = self._series(symbol)
        until = min(end, as_of)
        if until <= start:
            return empty_bars(symbol, timeframe, SIMULATED)
        if timeframe.is_intraday:
            found = self._intraday(series, timeframe, (start, until, as_of), extended=extended)
        else:
            found = self._longer(series, timeframe, (start, until, as_of))
        return found.between(start, until)

    @override
    async def quote(self, symbol: Symbol, *, as_of: datetime) -> Quote:
        require_aware(as_of)
        series = self._series(symbol)
        instrument = series.instrument
        index, last, at = self._last_trade(series, as_of)
        minutes = self._minutes(symbol, index, "regular")
        regular = _seen(minutes, as_of, instrument.decimals)
        has_opened = len(regular) > 0
        has_volume = has_opened and instrument.has_volume
        return Quote(
            symbol=symbol,
            last=decimal_of(last),
            as_of=at,
            session_date=series.table.session(index).date,
            phase=phase_at(as_of, instrument.calendar),
            previous_close=decimal_of(series.days.close[index - 1 - series.days.first]),
            open=decimal_of(regular.open[0]) if has_opened else None,
            high=decimal_of(regular.high.max()) if has_opened else None,
            low=decimal_of(regular.low.min()) if has_opened else None,
            volume=decimal_of(regular.volume.sum()) if has_volume else None,
            provider=SIMULATED,
        )

    @override
    async def option_chain(
        self, symbol: Symbol, *, expiry: date | None = None, as_of: datetime
    ) -> OptionChain:
        """As of the minute; outside of regular hours as of the last close, like the options' own
        market. Made in a thread, as thousands of options take long."""
        require_aware(as_of)
        instrument = self._anchor(symbol).instrument
        if not has_options(instrument):
            raise NotCovered(f"The simulated market lists no options on {symbol}.")
        minute = as_of.replace(second=0, microsecond=0)
        return await asyncio.to_thread(self._chains, symbol, expiry, minute)

    def _last_trade(self, series: _Series, as_of: datetime) -> tuple[int, float, datetime]:
        """Session, price and time of the last trade before `as_of`."""
        instrument, table, now = series.instrument, series.table, as_of.timestamp()
        parts: Sequence[str] = _LATEST_FIRST if instrument.has_extended_hours else ("regular",)
        begun = int(np.searchsorted(table.premarket_opens, now, side="left")) - 1
        for index in range(begun, max(begun - 2, series.days.first), -1):
            for part in parts:
                minutes = self._minutes(instrument.symbol, index, part)
                seen = _seen(minutes, as_of, instrument.decimals)
                if len(seen) > 0:
                    end = min(float(seen.time[-1]) + MINUTE, now)
                    return index, float(seen.close[-1]), datetime.fromtimestamp(end, UTC)
        raise NotFound(f"There are no prices of {instrument.symbol} that far back.")

    def _intraday(
        self,
        series: _Series,
        timeframe: Timeframe,
        window: tuple[datetime, datetime, datetime],
        *,
        extended: bool,
    ) -> Bars:
        start, until, as_of = window
        instrument = series.instrument
        extended = extended and instrument.has_extended_hours
        days = sessions_overlapping(start, until, instrument.calendar, extended=extended)
        first, stop = max(days.start, series.days.first + 1), days.stop
        kinds = ("premarket", "regular", "after hours") if extended else ("regular",)
        parts = [
            self._minutes(instrument.symbol, index, kind)
            for index in range(first, stop)
            for kind in kinds
        ]
        if not parts:
            return empty_bars(instrument.symbol, timeframe, SIMULATED)
        minutes = _seen(join_bars(parts), as_of, instrument.decimals)
        return resample_intraday(
            minutes, timeframe, calendar=instrument.calendar, as_of=as_of, extended=extended
        )

    def _longer(
        self, series: _Series, timeframe: Timeframe, window: tuple[datetime, datetime, datetime]
    ) -> Bars:
        start, until, as_of = window
        table, days = series.table, series.days
        calendar = series.instrument.calendar
        covered = covering_days(timeframe, start, until, as_of, calendar)
        first = max(covered.start, days.first)
        finished = int(np.searchsorted(table.closes, as_of.timestamp(), side="right"))
        stop = min(covered.stop, finished)
        place = slice(first - days.first, max(first, stop) - days.first)
        daily = Bars(
            symbol=series.instrument.symbol,
            timeframe=Timeframe.D1,
            time=table.opens[first : max(first, stop)],
            open=days.open[place],
            high=days.high[place],
            low=days.low[place],
            close=days.close[place],
            volume=days.volume[place],
            provider=SIMULATED,
        )
        if max(first, finished) < covered.stop:
            daily = join_bars([daily, self._forming_day(series, finished, as_of)])
        if timeframe is Timeframe.D1:
            return daily
        return resample_longer(daily, timeframe, calendar=calendar, as_of=as_of)

    def _make_chain(self, symbol: Symbol, expiry: date | None, minute: datetime) -> OptionChain:
        session = latest_session(minute)
        at = min(minute, session.close)
        boards = [
            self._board(symbol, root, day, session.date)
            for root, day in expiries(self._anchor(symbol).instrument, market_date(minute))
            if expiry in (None, day) and ends_at(root, day) > minute
        ]
        done = (at - session.open) / (session.close - session.open)
        return quoted(self._underlying(symbol, session.date, at), boards, at, done)

    def _board(self, symbol: Symbol, root: str, day: date, session: date) -> Board:
        """Listed around the closes of the sessions before `session`."""
        series = self._series(symbol)
        before = _position(series, session)
        closes = series.days.close[max(before - _STRIKES_FROM, 0) : max(before, 1)]
        volatility = float(_volatilities(series, before).mean())
        years = (day - session).days / 365.0
        listed = strikes(series.instrument, closes, volatility, years)
        return board(series.instrument, root, day, listed)

    def _underlying(self, symbol: Symbol, session: date, at: datetime) -> Underlying:
        series = self._series(symbol)
        anchor = series.anchor
        _, last, _ = self._last_trade(series, at)
        return Underlying(
            instrument=series.instrument,
            sector=anchor.sector,
            path=anchor.path,
            seed=self._seed,
            spot=decimal_of(last),
            volatilities=_volatilities(series, _position(series, session)),
            turnover=anchor.volume * anchor.price or _TURNOVER_OF_INDICES,
        )

    def _forming_day(self, series: _Series, index: int, as_of: datetime) -> Bars:
        minutes = self._minutes(series.instrument.symbol, index, "regular")
        seen = _seen(minutes, as_of, series.instrument.decimals)
        return resample_daily(seen, calendar=series.instrument.calendar, as_of=as_of)

    def _anchor(self, symbol: Symbol) -> Anchor:
        anchor = self._anchors.get(symbol)
        if anchor is None:
            raise unknown(symbol)
        return anchor

    def _make_series(self, symbol: Symbol) -> _Series:
        anchor = self._anchor(symbol)
        table = session_table(anchor.instrument.calendar)
        return _Series(anchor, table, simulate_days(anchor, self._seed))

    def _make_minutes(self, symbol: Symbol, index: int, part: str) -> Bars:
        """One part of one session: its regular hours, its premarket or its after hours."""
        series = self._series(symbol)
        table, anchor = series.table, series.anchor
        facts = _facts(series, index)
        words = (self._seed, "minutes", anchor.path, int(table.ordinals[index]), part)
        liquidity = float(np.sqrt(anchor.volume * anchor.price / _LIQUID))
        starts = {
            "premarket": (int(table.premarket_opens[index]), int(table.opens[index])),
            "regular": (int(table.opens[index]), int(table.closes[index])),
            "after hours": (int(table.closes[index]), int(table.after_hours_closes[index])),
        }
        start, end = starts[part]
        count = (end - start) // MINUTE
        if part == "regular":
            always = anchor.instrument.is_round_the_clock
            return regular_minutes(facts, start, count, is_round_the_clock=always, words=words)
        make = premarket_minutes if part == "premarket" else after_hours_minutes
        return make(facts, start, count, liquidity=liquidity, words=words)


def _position(series: _Series, session: date) -> int:
    """Of that session among the simulated days."""
    table = series.table
    return int(np.searchsorted(table.ordinals, session.toordinal())) - series.days.first


def _volatilities(series: _Series, position: int) -> Floats:
    """Of the sessions up to that one, a year; it is drawn before the session's prices are."""
    sigma = series.days.sigma[max(position - _VOLATILITY_FROM, 0) : position + 1]
    yearly: Floats = sigma * np.sqrt(_VOLATILITY_FROM / (1.0 - OVERNIGHT_SHARE))
    return yearly


def _facts(series: _Series, index: int) -> DayFacts:
    days, place = series.days, index - series.days.first
    return DayFacts(
        symbol=series.instrument.symbol,
        open=float(days.open[place]),
        high=float(days.high[place]),
        low=float(days.low[place]),
        close=float(days.close[place]),
        volume=float(days.volume[place]),
        sigma=float(days.sigma[place]),
        gap=float(days.gap[place]),
        next_gap=float(days.gap[place + 1]) if place + 1 < len(days.gap) else 0.0,
        previous_close=float(days.close[place - 1]),
        decimals=series.instrument.decimals,
    )


def _seen(minutes: Bars, as_of: datetime, decimals: int) -> Bars:
    """The minutes that had begun before `as_of`; of the running one only what had happened."""
    now = as_of.timestamp()
    stop = int(np.searchsorted(minutes.time, now, side="left"))
    begun = minutes.slice(0, stop)
    if stop == 0 or begun.time[-1] + MINUTE <= now:
        return begun
    columns = (begun.open, begun.high, begun.low, begun.close, begun.volume)
    running = tuple(float(column[-1]) for column in columns)
    part = part_of_minute(running, now - float(begun.time[-1]), decimals)
    opened, high, low, close, volume = (
        np.append(column[:-1], value) for column, value in zip(columns, part, strict=True)
    )
    return replace(
        begun, open=opened, high=high, low=low, close=close, volume=volume, is_forming=True
    )
