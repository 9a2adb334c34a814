"""Option chains of the simulated market: its surface, quoted.

Decided: a price is a function of seed, symbol, contract and minute, like every simulated price, and
works for past moments too. Markets are rounded outwards to ticks, so that no spread bought at the ask
and sold at the bid costs less than nothing. Greeks are left to whoever computes them, as with vendors
that give none. American options are worth at least their intrinsic value, and nothing more for being
American.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import groupby

import numpy as np

from app.core.symbols import AssetClass
from app.market.chains import ExerciseStyle, OptionChain, OptionKind, OptionQuote
from app.market.models import Floats, Instrument
from app.market.providers.simulated_anchors import SIMULATED
from app.market.providers.simulated_chance import uniforms
from app.market.providers.simulated_listing import INDEX_ROOTS, Board
from app.market.providers.simulated_surface import Surface

_PREMIUM = 1.15
"""Options are priced for more volatility than there was."""
_YEAR_OF_SECONDS = 365.0 * 86_400.0
_CENT = 100
_DIVIDENDS = {
    "market": 0.013,
    "bonds": 0.04,
    "utilities": 0.03,
    "real estate": 0.035,
    "energy": 0.03,
    "staples": 0.025,
    "financials": 0.02,
    "health": 0.015,
}
_ORDINARY_DIVIDEND = 0.007
_PENNY = frozenset({"SPY", "QQQ", "IWM"})
"""Quoted in cents at any price; others so below three dollars, in nickels above, indices in nickels
and dimes."""
_DEAR = 3.0
_CROWD_REACH = 1.3
"""Open interest falls with the distance from the money, in standard deviations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Underlying:
    """What a chain is made from at a moment: `volatilities` of the sessions so far, a year, by session;
    `closes` of the last thirty; `turnover` in dollars a day."""

    instrument: Instrument
    sector: str
    path: str
    seed: int
    spot: Decimal
    volatilities: Floats
    turnover: float

    @property
    def surface(self) -> Surface:
        is_index = self.instrument.asset_class is not AssetClass.STOCK
        lean, bend = uniforms(2, self.seed, "smile", self.path).tolist()
        pays = self.sector not in ("crypto", "gold", "volatility")
        return Surface(
            spot=float(self.spot),
            variance=_PREMIUM**2 * float(self.volatilities[-1]) ** 2,
            long_variance=_PREMIUM**2 * float(np.mean(self.volatilities**2)),
            skew=-0.55 - 0.2 * lean if is_index else -0.15 - 0.3 * lean,
            curvature=0.55 + 0.35 * bend,
            dividend_yield=_DIVIDENDS.get(self.sector, _ORDINARY_DIVIDEND) if pays else 0.0,
        )


def quoted(
    underlying: Underlying, boards: Iterable[Board], at: datetime, part: float
) -> OptionChain:
    """All contracts of `boards` at `at`; `part` of the day's trading is done."""
    surface, symbol = underlying.surface, underlying.instrument.symbol
    quotes: list[OptionQuote] = []
    for _, together in groupby(boards, key=lambda each: each.expiry):
        day = [quote for each in together for quote in _quotes(underlying, surface, each, at, part)]
        quotes += sorted(day, key=_place)
    return OptionChain(
        underlying=symbol, quotes=tuple(quotes), provider=SIMULATED, as_of=at, spot=underlying.spot
    )


def model_prices(surface: Surface, board: Board, at: datetime) -> tuple[Floats, Floats]:
    """Of calls and puts before they are quoted."""
    years = (board.expires_at - at).total_seconds() / _YEAR_OF_SECONDS
    calls, puts = surface.prices(board.strike, years)
    if board.contracts[0].style is ExerciseStyle.AMERICAN:
        calls = np.maximum(calls, surface.spot - board.strike)
        puts = np.maximum(puts, board.strike - surface.spot)
    return calls, puts


def _place(quote: OptionQuote) -> tuple[Decimal, bool, str]:
    contract = quote.contract
    return contract.strike, contract.kind is OptionKind.PUT, contract.ticker


def _quotes(
    underlying: Underlying, surface: Surface, board: Board, at: datetime, part: float
) -> Sequence[OptionQuote]:
    price = np.column_stack(model_prices(surface, board, at)).ravel()
    bid, ask, tick = _market(underlying, price)
    chance = _chance(underlying, board)
    interest = _interest(underlying, surface, board, at, chance[0])
    volume = np.floor(interest * (0.02 + 0.4 * chance[1] ** 3) * part)
    last = bid + tick * np.rint((ask - bid) / tick * chance[2])
    last[(volume < 1) | (last < 1)] = -1
    columns = zip(
        board.contracts,
        bid.astype(np.int64).tolist(),
        ask.astype(np.int64).tolist(),
        last.astype(np.int64).tolist(),
        volume.astype(np.int64).tolist(),
        interest.astype(np.int64).tolist(),
        strict=True,
    )
    return [
        OptionQuote(
            contract=contract,
            bid=_dollars(low),
            ask=_dollars(high),
            last=None if traded < 0 else _dollars(traded),
            volume=_whole(count),
            open_interest=_whole(size),
            at=at,
        )
        for contract, low, high, traded, count, size in columns
    ]


def _market(underlying: Underlying, price: Floats) -> tuple[Floats, Floats, Floats]:
    """Bid, ask and tick in cents, rounded away from the price; wider where little trades."""
    thin = float(np.clip((2e10 / max(underlying.turnover, 1e6)) ** 0.25, 0.7, 6.0))
    half = thin * (0.006 + 0.006 * price)
    tick = _ticks(underlying.instrument, price)
    bid = np.floor(np.maximum(price - half, 0.0) * _CENT / tick + 1e-9) * tick
    ask = np.ceil((price + half) * _CENT / tick - 1e-9) * tick
    return bid, np.maximum(ask, bid + tick), tick


def _ticks(instrument: Instrument, price: Floats) -> Floats:
    """In cents."""
    if instrument.symbol in _PENNY:
        return np.ones(len(price))
    is_index = instrument.symbol in INDEX_ROOTS
    return np.where(price < _DEAR, 5.0 if is_index else 1.0, 10.0 if is_index else 5.0)


def _interest(
    underlying: Underlying, surface: Surface, board: Board, at: datetime, chance: Floats
) -> Floats:
    """Contracts open: more near the money, at round strikes and in monthly expiries."""
    days = max((board.expires_at - at) / timedelta(days=1), 1.0)
    forward = surface.forward(days / 365.0)
    deviation = np.sqrt(max(surface.at_the_money(days / 365.0), 1e-4))
    away = np.repeat(np.log(board.strike / forward) / deviation, 2)
    away[0::2] -= 0.6
    away[1::2] += 0.6
    crowd = np.exp(-0.5 * (away / _CROWD_REACH) ** 2)
    strike = np.repeat(board.strike, 2)
    roundness = 1.0 + 2.0 * (strike % 5 == 0) + 3.0 * (strike % 25 == 0) + 4.0 * (strike % 100 == 0)
    busy = 40.0 * np.sqrt(underlying.turnover / 1e8)
    if 15 <= board.expiry.day <= 21:
        busy *= 3.0
    size: Floats = np.floor(busy * crowd * roundness * (0.1 + chance) ** 2)
    return size


def _chance(underlying: Underlying, board: Board) -> Floats:
    """Three numbers in [0, 1) a contract that stay with it, whatever else is listed beside it."""
    [start] = uniforms(1, underlying.seed, "contracts", underlying.path, board.root, board.expiry)
    key = np.repeat(np.rint(board.strike * 1000).astype(np.uint64), 2) * np.uint64(2)
    key[1::2] += np.uint64(1)
    key += np.uint64(int(start * 2**52))
    return np.stack([_mixed(key + np.uint64(place << 60)) for place in range(3)])


def _mixed(key: "np.ndarray[tuple[int], np.dtype[np.uint64]]") -> Floats:
    """Steele, Lea and Flood's finaliser (SplitMix64, 2014): every bit of the key moves every bit."""
    mixed = key + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * 2.0**-53


@lru_cache(maxsize=1 << 17)
def _dollars(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


@lru_cache(maxsize=1 << 16)
def _whole(count: int) -> Decimal:
    return Decimal(count)
