"""Who is who: instruments, the names people call them, and symbols that are no more.

Decided: names are data in readable tables (`app.market.listings`), shared by every provider and by
whoever reads questions. A vendor's own list may be longer; this one is what we can talk about.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from app.core.errors import NotFound
from app.core.symbols import AssetClass, Symbol
from app.market.calendar import ROUND_THE_CLOCK, US
from app.market.listings.former import FORMER
from app.market.listings.funds import CRYPTO, FUNDS, INDICES
from app.market.listings.stocks import STOCKS
from app.market.listings.words import WORDS
from app.market.models import Instrument


@dataclass(frozen=True, slots=True)
class Former:
    """A symbol that was renamed, bought or closed; `successor` is what to look at instead."""

    symbol: Symbol
    name: str
    successor: Symbol | None
    story: str

    @property
    def sentence(self) -> str:
        """What happened: `FB (Facebook) has traded as META since June 2022.`"""
        return f"{self.symbol} ({self.name}) {self.story}."


@dataclass(frozen=True, slots=True)
class _Listing:
    instrument: Instrument
    sector: str
    aliases: tuple[str, ...]


def alias_key(text: str) -> str:
    """The spelling aliases are kept in: lower case, no apostrophes, dots and dashes as spaces.

    `The Q's` → `the qs`, `Coca-Cola` → `coca cola`, `S&P 500` → `s&p 500`.
    """
    bare = re.sub(r"['’`]", "", text.casefold())
    return " ".join(re.sub(r"[.,\-/]", " ", bare).split())


def find_instrument(symbol: str) -> Instrument | None:
    """The instrument of that exact symbol."""
    return _BY_SYMBOL.get(symbol)


def find_by_name(text: str) -> Instrument | None:
    """The instrument people mean by a whole name, `google` or `Apple Inc.`; exact after folding."""
    symbol = ALIASES.get(alias_key(text))
    return None if symbol is None else _BY_SYMBOL[symbol]


def former(symbol: str) -> Former | None:
    """What became of a symbol that no longer trades as it did."""
    return _FORMER.get(symbol)


def sector_of(symbol: str) -> str | None:
    """`semiconductors`, `energy`, …; for a fund or an index what it follows."""
    return SECTORS.get(Symbol(symbol))


@lru_cache(maxsize=1024)
def near(symbol: str, limit: int = 3) -> tuple[Symbol, ...]:
    """Symbols that `symbol` may have been meant to be, best first; empty if nothing is near.

    An exact name comes first, then a successor, then tickers one slip away (one letter wrong,
    missing, doubled or swapped), then names that are nearly spelled so.
    """
    wanted = symbol.strip().upper()
    found: dict[Symbol, None] = {}
    named = ALIASES.get(alias_key(symbol))
    if named is not None:
        found[named] = None
    gone = former(wanted)
    if gone is not None and gone.successor in _BY_SYMBOL:
        found[gone.successor] = None
    found |= dict.fromkeys(_one_slip_away(wanted))
    if len(wanted) >= _SHORTEST_NAME:
        found |= dict.fromkeys(_nearly_named(alias_key(symbol)))
    return tuple(each for each in found if each != wanted)[:limit]


def unknown(symbol: str) -> NotFound:
    """The error to raise for a symbol nobody knows: what became of it, or what is near."""
    gone = former(symbol)
    told = gone.sentence if gone is not None else f"There is no symbol `{symbol[:20]}`."
    return NotFound(told, suggestions=near(symbol))


_SHORTEST_NAME = 5
_LIKE_ENOUGH = 82.0
_FAMOUS = [
    "SPY",
    "QQQ",
    "AAPL",
    "TSLA",
    "NVDA",
    "AMZN",
    "MSFT",
    "META",
    "GOOGL",
    "AMD",
    "NFLX",
    "SPX",
    "IWM",
    "BTC/USD",
    "COIN",
    "PLTR",
    "BA",
    "DIS",
    "BAC",
    "JPM",
    "INTC",
    "GOOG",
    "BABA",
    "SOFI",
    "GME",
    "AMC",
    "NDX",
    "DIA",
    "VIX",
    "ETH/USD",
]
_FAME = {symbol: rank for rank, symbol in enumerate(_FAMOUS)}


def _one_slip_away(wanted: str) -> list[Symbol]:
    """Tickers at edit distance one (two for pairs), the most likely slip first."""
    reach = 2 if "/" in wanted else 1
    ranked = []
    for symbol in SECTORS:
        slips = OSA.distance(wanted, symbol, score_cutoff=reach)
        keeps_first = symbol[0] == wanted[:1]
        if 0 < slips <= reach and (keeps_first or len(wanted) > 2):
            changed = abs(len(symbol) - len(wanted))
            ranked.append((slips, not keeps_first, _FAME.get(symbol, 99), changed, symbol))
    return [row[-1] for row in sorted(ranked)]


def _nearly_named(key: str) -> list[Symbol]:
    names = process.extract(key, _LONG_NAMES, scorer=fuzz.ratio, score_cutoff=_LIKE_ENOUGH, limit=3)
    return [ALIASES[name] for name, _score, _place in names]


def _rows(table: str) -> Iterator[list[str]]:
    for line in table.strip().splitlines():
        yield [cell.strip() for cell in line.split("|")]


def _listings() -> Iterator[_Listing]:
    kinds = ((INDICES, AssetClass.INDEX), (FUNDS, AssetClass.ETF), (STOCKS, AssetClass.STOCK))
    for table, kind in kinds:
        for symbol, sector, name, aliases in _rows(table):
            instrument = Instrument(symbol=Symbol(symbol), name=name, asset_class=kind, calendar=US)
            yield _Listing(instrument, sector, _split(aliases))
    for symbol, decimals, name, aliases in _rows(CRYPTO):
        instrument = Instrument(
            symbol=Symbol(symbol),
            name=name,
            asset_class=AssetClass.CRYPTO,
            calendar=ROUND_THE_CLOCK,
            decimals=int(decimals),
        )
        yield _Listing(instrument, "crypto", _split(aliases))


def _split(aliases: str) -> tuple[str, ...]:
    return tuple(alias_key(each) for each in aliases.split(","))


_ALL = tuple(_listings())
_BY_SYMBOL: dict[str, Instrument] = {each.instrument.symbol: each.instrument for each in _ALL}
_FORMER: dict[str, Former] = {
    symbol: Former(Symbol(symbol), name, None if successor == "-" else Symbol(successor), story)
    for symbol, name, successor, story in _rows(FORMER)
}

INSTRUMENTS: tuple[Instrument, ...] = tuple(each.instrument for each in _ALL)
"""Indices, funds, stocks, then crypto; within each the best known first."""

SECTORS: Mapping[Symbol, str] = {each.instrument.symbol: each.sector for each in _ALL}

ALIASES: Mapping[str, Symbol] = {
    alias_key(each.instrument.name): each.instrument.symbol for each in _ALL
} | {alias: each.instrument.symbol for each in _ALL for alias in each.aliases}
"""What people say → symbol, by `alias_key`. Tickers themselves are not in it, but for crypto's."""

_LONG_NAMES = tuple(alias for alias in ALIASES if len(alias) >= _SHORTEST_NAME)

EVERYDAY_WORDS: frozenset[str] = frozenset(WORDS.split())
"""Tickers and names, folded, that are ordinary words too: they need a `$`, capitals or context."""
