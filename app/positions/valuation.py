"""Value a member's positions by the market: quotes, chains, and a year of days for beta.

Decided: everything is asked for at once, each symbol and each chain one time. What does not answer
makes its own lines silent, with the reason, and never the whole book.
"""

from asyncio import gather, to_thread
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

import numpy as np

from app.core.errors import InvalidInput, NotFound, ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market import calendar
from app.market.chains import ExerciseStyle, OptionChain, OptionContract, OptionQuote
from app.market.models import Bars, Instrument, Quote, decimal_of
from app.market.protocol import MarketData
from app.options.chains import MeasuredChain, measured
from app.options.contract_values import EXERCISE, contract_values
from app.options.settlement import expires_at, root_of
from app.positions.beta import BENCHMARK, beta
from app.positions.marks import BookLine, Mark, Sensitivity, price_at
from app.positions.models import Asset, AssetKind, Position

HISTORY = timedelta(days=380)
"""Calendar days that hold a year of sessions."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An underlying and its last price."""

    instrument: Instrument
    quote: Quote


async def value_positions(
    positions: Sequence[Position], *, market: MarketData, as_of: datetime, rate: float
) -> tuple[BookLine, ...]:
    """One line a position, in their order. `rate` is continuous, a fraction."""
    symbols = sorted({each.asset.symbol for each in positions if _has_price(each.asset)})
    series = sorted({_series(each.asset) for each in positions if each.asset.is_option})
    standings, chains = await gather(
        gather(*(_answered(_standing(market, symbol, as_of)) for symbol in symbols)),
        gather(
            *(
                _answered(market.option_chain(symbol, expiry=expiry, as_of=as_of))
                for symbol, expiry in series
            )
        ),
    )
    board = _Board(
        as_of=as_of,
        rate=rate,
        standings=dict(zip(symbols, standings, strict=True)),
        chains=dict(zip(series, chains, strict=True)),
    )
    return await to_thread(board.lines, positions)


async def betas_of(
    symbols: Sequence[Symbol], *, market: MarketData, as_of: datetime
) -> tuple[dict[Symbol, float | None], Quote | None]:
    """Beta of each symbol to SPY, and SPY's quote; None where there is no telling."""
    wanted = sorted({*symbols, BENCHMARK})
    found, quote = await gather(
        gather(*(_answered(_days(market, symbol, as_of)) for symbol in wanted)),
        _answered(market.quote(BENCHMARK, as_of=as_of)),
    )
    bars = {
        symbol: each
        for symbol, each in zip(wanted, found, strict=True)
        if not isinstance(each, str)
    }
    benchmark = bars.get(BENCHMARK)
    betas = {
        symbol: beta(bars[symbol], benchmark) if benchmark and symbol in bars else None
        for symbol in symbols
    }
    return betas, None if isinstance(quote, str) else quote


def contract_of(asset: Asset) -> OptionContract:
    """An option as the exchange names it, for its settlement."""
    assert asset.right is not None and asset.strike is not None and asset.expiry is not None  # noqa: S101, PT018 - an `Asset` of an option has them
    root = asset.root or str(asset.symbol)
    cents = f"{int(asset.strike * 1000):08d}"
    side = asset.right.value[0].upper()
    return OptionContract(
        ticker=f"{root}{asset.expiry:%y%m%d}{side}{cents}",
        underlying=asset.symbol,
        expiry=asset.expiry,
        strike=asset.strike,
        kind=asset.right,
        style=ExerciseStyle.AMERICAN,
        multiplier=asset.multiplier,
    )


def end_of(asset: Asset) -> datetime | None:
    """When an option ends; None where no calendar reaches."""
    try:
        return expires_at(contract_of(asset))
    except InvalidInput:
        return None


@dataclass(frozen=True, slots=True)
class _Board:
    """What the market answered; a text stands for an answer that did not come."""

    as_of: datetime
    rate: float
    standings: dict[Symbol, Standing | str]
    chains: dict[tuple[Symbol, date], OptionChain | str]
    measured: dict[tuple[Symbol, date], MeasuredChain] = field(default_factory=dict)

    def lines(self, positions: Sequence[Position]) -> tuple[BookLine, ...]:
        return tuple(self.line(position) for position in positions)

    def line(self, position: Position) -> BookLine:
        try:
            return self._line(position)
        except InvalidInput as error:
            return BookLine(position=position, absence=error.message)

    def _line(self, position: Position) -> BookLine:
        asset = position.asset
        if not _has_price(asset):
            return BookLine(position=position, absence="there are no prices of futures here")
        standing = self.standings[asset.symbol]
        if asset.is_option:
            return self._option(position, standing)
        if isinstance(standing, str):
            return BookLine(position=position, absence=standing)
        quote = standing.quote
        mark = Mark(
            price=quote.last,
            yesterday=quote.previous_close,
            opened=_day_began(standing),
            as_of=quote.as_of,
            provider=quote.provider,
        )
        return BookLine(position=position, mark=mark, spot=quote.last)

    def _option(self, position: Position, standing: Standing | str) -> BookLine:
        asset = position.asset
        ends = end_of(asset)
        chain = self.chains[_series(asset)]
        silent = BookLine(position=position, expires_at=ends)
        if ends is None:
            return _without(silent, "no calendar reaches its expiry: close or correct it")
        if ends <= self.as_of:
            return _without(silent, f"it expired on {asset.expiry}: close or correct it")
        if isinstance(standing, str):
            return _without(silent, standing)
        if isinstance(chain, str):
            return _without(silent, chain)
        spot = standing.quote.last if chain.spot is None else chain.spot
        row = _row_of(chain, asset)
        if row is None:
            return _without(silent, "this contract is not listed", spot)
        found = self._measured(asset, chain, spot)
        if np.isnan(found.price[row]):
            return _without(silent, "nobody quotes it", spot)
        return self._quoted(silent, standing, chain, row, spot)

    def _measured(self, asset: Asset, chain: OptionChain, spot: Decimal) -> MeasuredChain:
        series = _series(asset)
        if series not in self.measured:
            self.measured[series] = measured(chain, rate=self.rate, spot=float(spot))
        return self.measured[series]

    def _quoted(
        self, silent: BookLine, standing: Standing, chain: OptionChain, row: int, spot: Decimal
    ) -> BookLine:
        found = self._measured(silent.position.asset, chain, spot)
        quoted: OptionQuote = found.quotes[row]
        price = decimal_of(round(float(found.price[row]), 6))
        sensitivity = _sensitivity(found, row)
        yesterday = standing.quote.previous_close
        opened = _day_began(standing)
        before = None
        if sensitivity is not None and yesterday is not None:
            ago = (_last_close(standing) - self.as_of) / timedelta(days=1)
            before = price_at(sensitivity, spot=yesterday, days=ago, price=price)
        mark = Mark(
            price=price,
            yesterday=before,
            is_estimated=True,
            opened=opened,
            as_of=quoted.at or found.as_of,
            provider=chain.provider,
        )
        return BookLine(
            position=silent.position,
            mark=mark,
            spot=spot,
            sensitivity=sensitivity,
            expires_at=silent.expires_at,
            absence=_silence(sensitivity),
        )


def _without(line: BookLine, reason: str, spot: Decimal | None = None) -> BookLine:
    return BookLine(position=line.position, spot=spot, expires_at=line.expires_at, absence=reason)


def _sensitivity(found: MeasuredChain, row: int) -> Sensitivity | None:
    """By the row's own volatility, else by that of its strike's other side: deep in the money a price
    hardly contains any. None where its Greeks are not known."""
    values = contract_values(found, row)
    volatility = values.model_volatility
    if volatility is None or values.delta is None:
        return None
    return Sensitivity(values=values, volatility=volatility)


def _silence(sensitivity: Sensitivity | None) -> str:
    if sensitivity is None:
        return "its price contains no volatility"
    return f"no volatility: {EXERCISE}" if sensitivity.values.is_due else ""


def _row_of(chain: OptionChain, asset: Asset) -> int | None:
    """The row of the contract; of several roots on that day the asset's own, else the first."""
    rows = [
        (row, each.contract)
        for row, each in enumerate(chain.quotes)
        if (each.contract.expiry, each.contract.strike, each.contract.kind)
        == (asset.expiry, asset.strike, asset.right)
    ]
    root = asset.root or str(asset.symbol)
    own = [row for row, contract in rows if root_of(contract.ticker) == root]
    return next(iter(own or [row for row, _ in rows]), None)


def _has_price(asset: Asset) -> bool:
    return asset.kind is not AssetKind.FUTURE


def _series(asset: Asset) -> tuple[Symbol, date]:
    return asset.symbol, asset.expiry or date.min


def _day_began(standing: Standing) -> datetime:
    """What was opened later than this was opened today."""
    session = calendar.session_on(standing.quote.session_date, standing.instrument.calendar)
    return standing.quote.as_of if session is None else session.premarket_open


def _last_close(standing: Standing) -> datetime:
    """The end of the session whose close the day is measured from."""
    session = calendar.session_on(standing.quote.session_date, standing.instrument.calendar)
    return standing.quote.as_of if session is None else calendar.previous_session(session).close


async def _standing(market: MarketData, symbol: Symbol, as_of: datetime) -> Standing:
    instrument = await market.instrument(symbol)
    return Standing(instrument=instrument, quote=await market.quote(instrument.symbol, as_of=as_of))


async def _days(market: MarketData, symbol: Symbol, as_of: datetime) -> Bars:
    return await market.bars(symbol, Timeframe.D1, start=as_of - HISTORY, end=as_of, as_of=as_of)


async def _answered(asked: Awaitable[T]) -> T | str:
    """The answer, or why there is none."""
    try:
        return await asked
    except (InvalidInput, NotFound, ProviderUnavailable) as error:
        return error.message
