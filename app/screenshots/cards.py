"""Positions listed without headings: a name, beneath it how many, and a price to the right.

So Robinhood lists them. A share count must stand directly under a ticker and a price beside the
two; a plan that says "BUY 191 SHARES" has neither.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.screenshots.cells import Cell, Entry
from app.screenshots.contracts import Contract, parse_contract, take_date
from app.screenshots.grid import Line
from app.screenshots.headings import Column
from app.screenshots.models import PositionRow
from app.screenshots.numerals import parse_number
from app.screenshots.outright import is_coins_symbol
from app.screenshots.rows import TableRows

_SHARES = re.compile(r"(?i)^(\d[\d,]*(?:\.\d+)?) ?shares?$")
_COINS = re.compile(r"^(\d[\d,]*(?:\.\d+)?) ([A-Z]{2,5})$")
_OPTIONS = re.compile(r"(?i)(?:^|[ ·•-])(\d{1,5}) ?(buys?|sells?|long|short|contracts?)$")
_PRICE = re.compile(r"^\$?[\d,]*\.\d{2,4}$")
_APART = 1.1
"""Of the letters' height: the gap that parts two phrases."""
_ALIGNED = 0.8
_BENEATH = 2.4


def read_cards(lines: Sequence[Line], rows: TableRows) -> tuple[PositionRow, ...]:
    """The positions of a list without headings."""
    phrases = [phrase for line in lines for phrase in phrases_of(line)]
    places = _Places.of(phrases)
    for count in phrases:
        entry = _card(count, places)
        if entry is not None:
            rows.take(entry)
    return rows.finish()


@dataclass(frozen=True, slots=True)
class _Places:
    """Phrases by the middle of their height, so that neighbours are found without asking all."""

    phrases: Sequence[Cell]
    middles: Sequence[float]

    @classmethod
    def of(cls, phrases: Sequence[Cell]) -> "_Places":
        ordered = sorted(phrases, key=lambda each: each.box.middle)
        return cls(ordered, [each.box.middle for each in ordered])

    def between(self, top: float, bottom: float) -> Sequence[Cell]:
        """Those whose middle lies between the two, neither included."""
        first = bisect_right(self.middles, top)
        return self.phrases[first : bisect_left(self.middles, bottom, first)]


def phrases_of(line: Line) -> list[Cell]:
    """Words of a line that stand close together."""
    found: list[list[int]] = []
    for index, word in enumerate(line.words):
        before = line.words[index - 1] if index else None
        if before and word.box.left - before.box.right < _APART * word.box.height:
            found[-1].append(index)
        else:
            found.append([index])
    return [Cell(tuple(line.words[index] for index in each)) for each in found]


def _card(count: Cell, places: _Places) -> Entry | None:
    quantity = _quantity(count)
    name = None if quantity is None else _above(count, places)
    if quantity is None or name is None:
        return None
    contract = parse_contract(name.text)
    if contract is None or contract.underlying is None:
        return None
    coin = _COINS.match(count.text)
    if coin:
        name = _pair(name, coin.group(2), contract)
    elif bool(_SHARES.match(count.text)) == contract.is_option:
        return None
    if name is None:
        return None
    price = _beside(name, count, places)
    if price is None:
        return None
    cells = {Column.INSTRUMENT: name, Column.QUANTITY: quantity, Column.MARK: price}
    if contract.is_option and take_date(count.text.upper())[1] is not None:
        cells[Column.EXPIRY] = count
    return Entry(cells, name.box.around(count.box).around(price.box))


def _pair(name: Cell, coin: str, contract: Contract) -> Cell | None:
    """The name as a pair, where the quantity is one of that coin."""
    if (contract.underlying or "").partition("/")[0] != coin:
        return None
    return Cell((replace(name.words[0], text=f"{coin}/USD", box=name.box, score=name.score),))


def _quantity(count: Cell) -> Cell | None:
    """The phrase as a cell that holds just the signed number."""
    shares, options = _SHARES.match(count.text), _OPTIONS.search(count.text)
    coins = _COINS.match(count.text)
    if coins and is_coins_symbol(coins.group(2)):
        spelled = coins.group(1)
    elif shares:
        spelled = shares.group(1)
    elif options:
        is_written = options.group(2).lower().startswith(("sell", "short"))
        spelled = ("-" if is_written else "") + options.group(1)
    else:
        return None
    digits = [word.score for word in count.words if word.text.strip("-").isdigit()]
    word = replace(count.words[0], text=spelled, box=count.box, score=min(digits or [count.score]))
    return Cell((word,))


def _above(count: Cell, places: _Places) -> Cell | None:
    """The phrase directly above, flush left."""
    height = count.box.height
    found = [
        each
        for each in places.between(count.box.middle - _BENEATH * height, count.box.middle)
        if abs(each.box.left - count.box.left) < _ALIGNED * height
    ]
    return max(found, key=lambda each: each.box.middle, default=None)


def _beside(name: Cell, count: Cell, places: _Places) -> Cell | None:
    """The price to the right of the two."""
    slack = 0.3 * count.box.height
    found = [
        each
        for each in places.between(name.box.top - slack, count.box.bottom + slack)
        if each.box.left > max(name.box.right, count.box.right)
        and _PRICE.match(each.text.replace("S", "$", 1))
        and isinstance(parse_number(each.text), Decimal)
    ]
    return min(found, key=lambda each: each.box.middle, default=None)
