"""Who is who, for whoever reads questions: the market's directory and what it leaves out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from app.agents.offline.sounds import sounds_of
from app.agents.offline.words import TRADED_WORDS
from app.market.directory import (
    ALIASES,
    EVERYDAY_WORDS,
    INSTRUMENTS,
    alias_key,
    find_instrument,
    former,
)
from app.market.listings.former import FORMER

_MORE_NAMES = {
    "berkshire b": "BRK.B",
    "berkshire hathaway b": "BRK.B",
    **{root: root.upper() for root in ("es", "nq", "ym", "rty", "mes", "mnq", "m2k")},
    "nq etf": "QQQ",
    "es etf": "SPY",
    "chase": "JPM",
    "chase bank": "JPM",
    "jp morgan chase bank": "JPM",
    "silicon valley bank": "SIVB",
    "svb": "SIVB",
    "and video": "NVDA",
    "in video": "NVDA",
    "en video": "NVDA",
    "invidia": "NVDA",
    "envidia": "NVDA",
    "and vidia": "NVDA",
    "google a": "GOOGL",
    "google c": "GOOG",
    "s and p": "SPX",
    "s and p 500": "SPX",
    "russel": "RUT",
    "russel 2000": "RUT",
    "mickey dees": "MCD",
    "micky dees": "MCD",
    "mickey d's": "MCD",
    "sap": "SAP",
    "siemens": "SIEMENS",
    "lvmh": "LVMH",
    "nestle": "NESTLE",
    "samsung": "SAMSUNG",
    "volkswagen": "VOLKSWAGEN",
    "bmw": "BMW",
    "rolex": "ROLEX",
    "dax": "DAX",
    "ftse": "FTSE",
    "nikkei": "NIKKEI",
    "cac": "CAC",
    "cac 40": "CAC",
    "stoxx": "STOXX",
    "euro stoxx": "STOXX",
    "hang seng": "HSI",
    "ibex": "IBEX",
    "bovespa": "BVSP",
    "es futures": "ES",
    "s&p futures": "ES",
    "nq futures": "NQ",
    "nasdaq futures": "NQ",
    "dow futures": "YM",
    "ym futures": "YM",
    "crude futures": "CL",
    "gold futures": "GC",
}
"""What the directory does not list: how names are heard by a dictating phone, and foreign indices,
so that the tools can say they are unknown."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "mag 7": ("AAPL", "MSFT", "GOOGL", "AMZN", "NVDA", "META", "TSLA"),
    "mag7": ("AAPL", "MSFT", "GOOGL", "AMZN", "NVDA", "META", "TSLA"),
    "mag seven": ("AAPL", "MSFT", "GOOGL", "AMZN", "NVDA", "META", "TSLA"),
    "magnificent 7": ("AAPL", "MSFT", "GOOGL", "AMZN", "NVDA", "META", "TSLA"),
    "magnificent seven": ("AAPL", "MSFT", "GOOGL", "AMZN", "NVDA", "META", "TSLA"),
    "faang": ("META", "AAPL", "AMZN", "NFLX", "GOOGL"),
    "fang": ("META", "AMZN", "NFLX", "GOOGL"),
    "major indices": ("SPX", "NDX", "DJI", "RUT"),
    "major indexes": ("SPX", "NDX", "DJI", "RUT"),
    "main indices": ("SPX", "NDX", "DJI", "RUT"),
    "big indices": ("SPX", "NDX", "DJI", "RUT"),
}
"""Names that mean several symbols."""

RENAMED = ("FB", "SQ", "ANTM", "VIAC", "PARA", "RTN", "UTX", "FI")
"""Former symbols whose company trades on under another one; others are told by the tools."""

_GONE = tuple(
    symbol
    for row in FORMER.strip().splitlines()
    if (symbol := row.split("|")[0].strip()) and find_instrument(symbol) is None
)
"""Symbols that nobody trades any more; the tools tell what became of them."""


@dataclass(frozen=True)
class Gazetteer:
    """Who is who: tickers, names in lower case, and tickers that have moved on."""

    tickers: frozenset[str]
    names: Mapping[str, str]
    renamed: Mapping[str, str] = field(default_factory=dict)
    everyday: frozenset[str] = frozenset()
    longest: int = 5

    def knows(self, word: str) -> bool:
        """Whether a lower-case word is a ticker or (part of) a name."""
        base = word.removesuffix("'s")
        return base.upper() in self.tickers or base in self.parts

    @cached_property
    def parts(self) -> frozenset[str]:
        """Every word of every name."""
        return frozenset(part for name in self.names for part in name.split())

    @cached_property
    def sounds(self) -> Mapping[str, str]:
        """Symbols by how their names sound; names that sound like two symbols are left out."""
        found: dict[str, set[str]] = {}
        for name, symbol in self.names.items():
            for sound in sounds_of(name):
                found.setdefault(sound, set()).add(symbol)
        return {sound: next(iter(every)) for sound, every in found.items() if len(every) == 1}

    def heard(self, name: str) -> str | None:
        """The symbol whose name sounds like `name`."""
        return next((self.sounds[key] for key in sounds_of(name) if key in self.sounds), None)

    @cached_property
    def doubtful(self) -> frozenset[str]:
        """Tickers and names that are as likely to be plain English."""
        return self.everyday - TRADED_WORDS


def _former_names() -> dict[str, str]:
    """What companies were called whose symbols are gone: `twitter` → TWTR."""
    gone = [each for symbol in _GONE if (each := former(symbol)) is not None]
    return {
        alias_key(name): str(each.symbol)
        for each in gone
        for whole in re.split(r",| then | once ", each.name)
        for name in {whole, whole.replace("&", "and")}
        if len(alias_key(name)) > 3 and each.symbol not in RENAMED
    }


def directory_gazetteer() -> Gazetteer:
    """Everybody in the market's directory, and where renamed symbols went."""
    pairs = {each.symbol.split("/")[0] for each in INSTRUMENTS if "/" in each.symbol}
    known = frozenset(str(each.symbol) for each in INSTRUMENTS) | frozenset(_GONE)
    return Gazetteer(
        tickers=known,
        names=_former_names()
        | _MORE_NAMES
        | {str(name): str(symbol) for name, symbol in ALIASES.items()}
        | {base.lower(): f"{base}/USD" for base in pairs if base not in known},
        renamed={
            symbol: str(gone.successor)
            for symbol in RENAMED
            if (gone := former(symbol)) is not None and gone.successor is not None
        },
        everyday=EVERYDAY_WORDS | {symbol.lower() for symbol in _GONE},
    )
