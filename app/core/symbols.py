"""Symbols, parsed once at the border.

A symbol is upper-case: `AAPL`, `BRK.B`, `SPX`, `BTC/USD`. Vendors' spellings (`^SPX`, `I:SPX`,
`$SPX`, `BRK-B`, `BTCUSDT`) are mapped by whoever talks to the vendor, not here.
"""

import re
from enum import StrEnum
from typing import Self

from app.core.errors import InvalidInput

_EQUITY = re.compile(r"[A-Z][A-Z0-9]{0,5}(\.[A-Z]{1,2})?")
_PAIR = re.compile(r"[A-Z0-9]{2,10}/[A-Z]{3,5}")


class AssetClass(StrEnum):
    STOCK = "stock"
    ETF = "etf"
    INDEX = "index"
    CRYPTO = "crypto"


class Symbol(str):
    """A ticker or a pair in its one spelling; a `str` so that it serialises as itself."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """The symbol `text` spells, else `InvalidInput`. Knows spelling, not existence."""
        spelled = text.strip().upper().removeprefix("$").removeprefix("^")
        spelled = re.sub(r"^([A-Z]+)-([A-Z])$", r"\1.\2", spelled)
        if _EQUITY.fullmatch(spelled) or _PAIR.fullmatch(spelled):
            return cls(spelled)
        raise InvalidInput(
            f"`{text[:40]}` is not a symbol. Write a ticker such as AAPL or BRK.B, or a pair such as BTC/USD."
        )
