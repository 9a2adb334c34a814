"""What is known of a symbol beside its prices: sector, market cap, how much its options usually trade.

Decided: these come out of a table, the market's own or a member's, and are what that table says; it has
no dates. What a table does not say is absent. Nothing is worked out of prices to fill a gap.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.core.errors import InvalidInput
from app.core.symbols import Symbol

SEPARATORS = (",", ";", "\t")
_SYMBOL = ("ticker", "symbol", "tickers", "symbols", "sym")
_SECTOR = ("sector",)
_CAP = ("market cap", "market capitalization", "market capitalisation", "marketcap", "market_cap")
_OPTIONS = (
    "option volume", "options volume", "usual option volume", "average option volume",
    "avg option volume", "option_volume", "usual_option_volume",
)  # fmt: skip
_ABOVE = 4
"""Lines among which a header is looked for."""
_FINVIZ = "no."
"""Finviz numbers its rows, and exports market caps in millions."""
_MILLION = Decimal(1_000_000)
_AMOUNT = re.compile(r"\$?\s*([\d,]*\.?\d+(?:e[+-]?\d+)?)\s*([KMBT]?)(?:\s*USD)?", re.IGNORECASE)
_SIZES = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
_LONGEST_SECTOR = 60
_ALIKE = (
    ("financ", "bank"),
    ("health", "pharma", "biotech"),
    ("energy", "oil"),
    ("communic", "telecom", "media"),
    ("discretionary", "cyclical", "retail"),
    ("staples", "defensive", "non-durables"),
    ("utilit",),
    ("material", "mineral", "basic"),
    ("real estate", "reit"),
    ("semiconductor", "semis", "chip"),
    ("industrial", "producer manufacturing"),
    ("tech",),
)
"""Words that one sector goes by, in our names, Finviz's and TradingView's."""


@dataclass(frozen=True, slots=True)
class Traits:
    """None where the table does not say. `market_cap` in dollars, `option_volume` in contracts a day."""

    sector: str | None = None
    market_cap: Decimal | None = None
    option_volume: int | None = None

    def over(self, other: "Traits | None") -> "Traits":
        """These, and what only `other` knows."""
        if other is None:
            return self
        return replace(
            self,
            sector=self.sector or other.sector,
            market_cap=other.market_cap if self.market_cap is None else self.market_cap,
            option_volume=other.option_volume if self.option_volume is None else self.option_volume,
        )


def is_of_sector(sector: str, wanted: str) -> bool:
    """Whether `wanted` names it: by a part of the name, or by another word for the same sector."""
    given, asked = sector.casefold().strip(), wanted.casefold().strip()
    if asked in given or given in asked:
        return True
    return any(_has(given, words) and _has(asked, words) for words in _ALIKE)


def _has(name: str, words: Iterable[str]) -> bool:
    if "health" in name and "health" not in words:
        return False
    return any(word in name for word in words)


def read_traits(text: str) -> Mapping[Symbol, Traits]:
    """What a table with a column of symbols says of each; empty where it has no such columns.

    Amounts are dollars, `1.2B` and `350M` too; an export of Finviz has millions.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    found = table_header(lines)
    if found is None or len(found.names) < 2:
        return {}
    return _read("\n".join(lines[found.line :]), found.separator, found.names)


@dataclass(frozen=True, slots=True)
class Header:
    """The line of a table that names its columns, counted from 0, and the names in lower case."""

    line: int
    separator: str
    names: Sequence[str]


def table_header(lines: Sequence[str]) -> Header | None:
    """The header of a table with a column of symbols: its first line, or one of the next below a title
    or Excel's `sep=;`; None if this is no table."""
    written = [at for at, line in enumerate(lines) if line.strip()][:_ABOVE]
    for place, at in enumerate(written):
        for separator in SEPARATORS:
            names = header(lines[at], separator)
            known = _SYMBOL if place == 0 or lines[written[0]].startswith("sep=") else _SYMBOL[:4]
            if set(names) & set(known) and (len(names) > 1 or place == 0):
                return Header(at, separator, names)
    return None


def header(line: str, separator: str) -> Sequence[str]:
    try:
        cells = next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []
    return [name.strip().lower() for name in cells]


def _read(table: str, separator: str, names: Sequence[str]) -> Mapping[Symbol, Traits]:
    places = [_place(names, each) for each in (_SYMBOL, _SECTOR, _CAP, _OPTIONS)]
    unit = _MILLION if _FINVIZ in names else Decimal(1)
    rows = csv.reader(io.StringIO(table), delimiter=separator)
    next(rows)
    found: dict[Symbol, Traits] = {}
    for row in rows:
        symbol, sector, cap, options = (_cell(row, place) for place in places)
        traits = Traits(_sector(sector), _cap(cap, unit), _count(options))
        key = _symbol(symbol)
        if key is not None and traits != Traits():
            found[key] = traits
    return found


def _place(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    """The column of one of these names; a currency behind it is no part of the name."""
    bare = [re.sub(r"\s*(?:[-,(].*)$", "", name) for name in names]
    return next((bare.index(name) for name in wanted if name in bare), None)


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""


def _symbol(cell: str) -> Symbol | None:
    try:
        return Symbol.parse(cell.strip("\"'").rpartition(":")[2])
    except InvalidInput:
        return None


def _sector(cell: str) -> str | None:
    bare = " ".join(cell.split())
    is_name = bare.isprintable() and 1 < len(bare) <= _LONGEST_SECTOR
    return bare if is_name and bare.lower() not in ("n/a", "none", "nan") else None


def _amount(cell: str) -> Decimal | None:
    found = _AMOUNT.fullmatch(cell)
    if found is None:
        return None
    value = Decimal(found[1].replace(",", "")) * _SIZES[found[2].upper()]
    return value if 0 < value < 10**16 else None


def _cap(cell: str, unit: Decimal) -> Decimal | None:
    amount = _amount(cell)
    if amount is None or cell[-1:].upper() in "KMBT":
        return amount
    return amount * unit


def _count(cell: str) -> int | None:
    if cell in ("0", "0.0"):
        return 0
    amount = _amount(cell)
    return None if amount is None else int(amount)
