"""Lists of symbols as people have them: pasted, out of a CSV, or exported by TradingView or Finviz.

Decided: what a list says is data. A cell that is no symbol is refused by its line and the rest is
taken; beside symbols only sectors, market caps and option volumes are read.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.market.traits import Traits, read_traits, table_header

LONGEST = 400_000
"""Characters of a list."""

_COLUMNS = ("ticker", "symbol", "tickers", "symbols", "sym")
_SECTION = re.compile(r"#[^,\n]*")
_SEPARATORS = re.compile(r"[\s,;|]+")
_EXCHANGE = re.compile(r"([A-Z_0-9]{2,20}):(.+)", re.IGNORECASE)
_COINS = {
    "BINANCE", "BITSTAMP", "BYBIT", "COINBASE", "CRYPTO", "GEMINI", "KRAKEN", "KUCOIN", "OKX",
}  # fmt: skip
_AMERICAN = {
    "AMEX", "ARCA", "BATS", "CBOE", "DJ", "IEX", "NASDAQ", "NYSE", "NYSEAMERICAN", "NYSEARCA", "OTC",
    "OTCMKTS", "SP", "US",
}  # fmt: skip
_INDICES = {"SPX", "NDX", "VIX", "RUT", "DJI"}
"""These are the same wherever they are quoted."""
_PAIR = re.compile(r"([A-Z0-9]{2,10}?)(USDT|USDC|USD|EUR)")


@dataclass(frozen=True, slots=True)
class Refused:
    """A cell that is no symbol of ours, by its line, counted from 1, and why."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class SymbolList:
    """Symbols in the order of the list, each once; `known` is what its columns say of them."""

    symbols: tuple[Symbol, ...]
    refused: tuple[Refused, ...]
    known: tuple[tuple[Symbol, Traits], ...] = ()


def read_list(text: str) -> SymbolList:
    """The symbols of a list; `InvalidInput` if there is none in it.

    A table is known by a header with a column `Ticker` or `Symbol`; everything else is symbols
    between commas, spaces or lines, with TradingView's exchange in front (`NASDAQ:AAPL`) and its
    sections (`###Banks`) left out.
    """
    if len(text) > LONGEST:
        raise InvalidInput(f"A list has at most {LONGEST:,} characters; split it.")
    found: dict[Symbol, None] = {}
    refused: list[Refused] = []
    for line, cell in _cells(text.removeprefix("\ufeff")):
        try:
            found[symbol_of_cell(cell)] = None
        except InvalidInput as error:
            refused.append(Refused(line, cell[:40], error.message))
    if not found:
        why = f" {refused[0].reason}" if refused else ""
        raise InvalidInput(
            "There is no symbol in this list. Separate tickers by commas, spaces or lines, or give a "
            f"table with a column named Ticker or Symbol.{why}"
        )
    told = read_traits(text)
    known = tuple((symbol, told[symbol]) for symbol in found if symbol in told)
    return SymbolList(tuple(found), tuple(refused), known)


def _cells(text: str) -> Iterator[tuple[int, str]]:
    lines = text.splitlines()
    header = table_header(lines)
    if header is not None:
        column = next(header.names.index(name) for name in _COLUMNS if name in header.names)
        table = "\n".join(lines[header.line :])
        yield from _table(table, header.line, header.separator, column)
        return
    for at, line in enumerate(lines, 1):
        for cell in filter(None, _SEPARATORS.split(_SECTION.sub("", line))):
            yield at, cell


def _table(text: str, before: int, separator: str, column: int) -> Iterator[tuple[int, str]]:
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    next(reader)
    try:
        for row in reader:
            if len(row) > column and row[column].strip():
                yield before + reader.line_num, row[column].strip()
    except csv.Error as error:
        raise InvalidInput(
            "A cell of this table has no end: look for a quotation mark that is not closed."
        ) from error


def symbol_of_cell(cell: str) -> Symbol:
    """What a cell or a sender calls a symbol, with an exchange in front or without."""
    bare = cell.strip().strip("\"'")
    with_exchange = _EXCHANGE.fullmatch(bare)
    if with_exchange is None:
        return Symbol.parse(bare)
    exchange, name = with_exchange[1].upper(), with_exchange[2].upper().removesuffix(".P")
    pair = _PAIR.fullmatch(name)
    if exchange in _COINS and pair:
        return Symbol.parse(f"{pair[1]}/{'USD' if pair[2].startswith('USD') else pair[2]}")
    if exchange in _AMERICAN or name in _INDICES:
        return Symbol.parse(name)
    raise InvalidInput(
        f"{exchange} is no exchange of the United States: {name} there is not what {name} is here."
    )
