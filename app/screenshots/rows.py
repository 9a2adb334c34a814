"""Positions out of the lines of a table.

What brokers do differently: an option's underlying may stand in its own line, in a line above it
that heads a group, or in a line above it that belongs to the same cell; right, strike and expiry
may be columns; a combination may be one line. Whatever names no contract is no position.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from app.screenshots.cells import Cell, Entry
from app.screenshots.checking import check_row, is_worth_a_hundred
from app.screenshots.contracts import (
    Contract,
    Leg,
    PrintedDate,
    date_in_column,
    fuller,
    is_ticker,
    next_such_day,
    parse_combination,
    parse_contract,
    take_date,
)
from app.screenshots.headings import Column
from app.screenshots.models import Box, Evidence, FieldName, Kind, PositionRow, Seen
from app.screenshots.numerals import parse_number
from app.screenshots.outright import Future, is_coins_symbol, last_day

_PRICED = {FieldName.MARK, FieldName.MARKET_VALUE, FieldName.ENTRY_PRICE, FieldName.COST}
_FEWEST_PRICES = 2
_NEAR = 1.5
_TOTALS = ("total", "subtotal", "overall", "sum", "grand total")


@dataclass(slots=True)
class TableRows:
    """Reads the entries of one table, in order; remembers the group it is in.

    `days` are those that the picture itself shows outside its rows.
    """

    days: frozenset[date] = frozenset()
    total: Decimal | None = None
    doubts: list[str] = field(default_factory=list)
    _group: Cell | None = None
    _heading: Entry | None = None
    _rows: list[PositionRow] = field(default_factory=list)

    def take(self, entry: Entry) -> bool:
        """Read one line; False if it says nothing of a position."""
        text = entry.text(Column.INSTRUMENT)
        if text.lower().startswith(_TOTALS):
            self._take_total(entry)
            return True
        legs = parse_combination(text)
        if legs and entry.quantity is not None:
            self._rows.extend(self._combination(entry, legs))
            return True
        taken = self._take_single(entry, _named(entry))
        if not taken and text:
            # The lines below may belong to what this line would have named, so to nothing known.
            self._close_group()
            self._doubt_unread(entry)
        return taken

    def _doubt_unread(self, entry: Entry) -> None:
        if entry.quantity is not None and len(entry.numbers) >= _FEWEST_PRICES:
            self.doubts.append(
                f"A line with the quantity {entry.quantity.text} names nothing that can be read."
            )

    def finish(self) -> tuple[PositionRow, ...]:
        self._close_group()
        return tuple(self._rows)

    def _take_total(self, entry: Entry) -> None:
        self._close_group()
        profit = entry.numbers.get(FieldName.PNL_OPEN)
        if profit is not None and isinstance(profit.value, Decimal):
            self.total = profit.value

    def _take_single(self, entry: Entry, named: Contract | None) -> bool:
        cell = entry.cells.get(Column.INSTRUMENT)
        if named is None:
            return self._take_described(entry)
        contract = _with_columns(named, entry)
        if contract.underlying is None and self._group is None:
            return False
        if entry.quantity is None and not contract.is_option:
            if cell is None:
                return False
            self._open_group(cell, contract, entry)
            return True
        if contract.underlying is None and not contract.is_option and not self._is_two_lines(entry):
            return False
        if contract.is_option and entry.quantity is None and not _is_priced(entry):
            return False
        self._add(entry, contract)
        return True

    def _take_described(self, entry: Entry) -> bool:
        """A line of a company's name under its symbol is the shares of the group."""
        text = entry.text(Column.INSTRUMENT).upper()
        is_name = not take_date(text)[1] and not {"CALL", "PUT"} & set(text.split())
        if entry.quantity is None or self._group is None or not is_name:
            return False
        self._add(entry, Contract(None))
        return True

    def _is_two_lines(self, entry: Entry) -> bool:
        return self._heading is not None and not self._heading.numbers

    def _open_group(self, cell: Cell, contract: Contract, entry: Entry) -> None:
        self._close_group()
        word = next((each for each in cell.words if is_ticker(each.text.upper())), cell.words[0])
        self._group = Cell((replace(word, text=contract.underlying or word.text),))
        self._heading = entry

    def _close_group(self) -> None:
        """A group that nothing followed was a position whose quantity could not be read."""
        heading, group = self._heading, self._group
        self._heading = None
        if heading is not None and group is not None and _is_priced(heading):
            self._rows.append(self._row(heading, Contract(group.text)))
        self._group = None

    def _add(self, entry: Entry, contract: Contract) -> None:
        if contract.underlying is not None:
            self._close_group()
        self._rows.append(self._row(entry, contract))
        self._heading = None

    def _row(self, entry: Entry, contract: Contract) -> PositionRow:
        fields, doubts = self._contract_fields(entry, contract)
        if entry.quantity is not None:
            fields[FieldName.QUANTITY] = entry.quantity
        fields |= entry.numbers
        doubts += [f"The {name} could not be read." for name in entry.unreadable]
        box = _with_name(entry.box, fields.get(FieldName.UNDERLYING))
        return check_row(_sized(PositionRow(box=box, fields=fields, doubts=tuple(doubts))))

    def _contract_fields(
        self, entry: Entry, contract: Contract
    ) -> tuple[dict[FieldName, Seen], list[str]]:
        name = entry.cells.get(Column.INSTRUMENT) or self._group
        where = name or next(iter(entry.cells.values()))
        fields: dict[FieldName, Seen] = {}
        if contract.underlying is not None:
            fields[FieldName.UNDERLYING] = where.seen(contract.underlying)
        elif self._group is not None:
            fields[FieldName.UNDERLYING] = self._group.seen(self._group.text)
        fields[FieldName.KIND] = where.seen(contract.kind.value)
        if contract.right is not None:
            fields[FieldName.RIGHT] = (entry.cells.get(Column.RIGHT) or where).seen(contract.right)
        if contract.strike is not None:
            at = entry.cells.get(Column.STRIKE) or where
            fields[FieldName.STRIKE] = at.seen(contract.strike)
        if contract.future is not None and contract.expiry is None:
            return fields, _delivered(where, contract.future, fields)
        doubts = self._expiry(entry.cells.get(Column.EXPIRY) or where, contract.expiry, fields)
        return fields, doubts

    def _expiry(
        self, cell: Cell, printed: PrintedDate | None, fields: dict[FieldName, Seen]
    ) -> list[str]:
        if printed is None:
            return []
        if printed.year is None:
            return self._derived_expiry(cell, printed, fields)
        doubts: list[str] = []
        day = printed.date
        if day is None:
            return [f"The expiry {printed.text} is no date."]
        fields[FieldName.EXPIRY] = Seen(day, cell.text, cell.box, cell.score)
        if day.weekday() > 4:
            doubts.append(f"The expiry {day} is no weekday.")
        return doubts

    def _derived_expiry(
        self, cell: Cell, printed: PrintedDate, fields: dict[FieldName, Seen]
    ) -> list[str]:
        """The year out of the day that the picture shows, or none."""
        spelled = f"The expiry is printed without its year ({printed.text})"
        day = next_such_day(printed, self.days)
        if day is None:
            return [f"{spelled}, so it stays open."]
        fields[FieldName.EXPIRY] = Seen(day, cell.text, cell.box, cell.score, Evidence.DERIVED)
        return [
            f"{spelled}; the picture shows {min(self.days)} elsewhere, and {day} is the next such day."
        ]

    def _combination(self, entry: Entry, legs: Sequence[Leg]) -> Iterator[PositionRow]:
        """One row per leg; prices of the combination are no leg's, so they have none."""
        quantity = entry.quantity
        name = entry.cells[Column.INSTRUMENT].text
        if quantity is None or not isinstance(quantity.value, Decimal):
            return
        for leg in legs:
            fields, doubts = self._contract_fields(entry, leg.contract)
            count = abs(quantity.value) * leg.direction
            fields[FieldName.QUANTITY] = replace(quantity, value=count)
            note = "A leg of a combination: its own price is not in the picture."
            row = PositionRow(box=entry.box, fields=fields, doubts=(note, *doubts), group=name)
            yield check_row(row)


def _delivered(cell: Cell, future: Future, fields: dict[FieldName, Seen]) -> list[str]:
    """The day an index future ends on; of any other the name has no day."""
    if future.delivery is None:
        return [f"Of the future {future.root} no month is printed, so its expiry stays open."]
    day = last_day(future.root, future.delivery)
    if day is None:
        return [
            f"The expiry is printed as a month ({future.delivery.text}), so its day stays open."
        ]
    fields[FieldName.EXPIRY] = Seen(day, cell.text, cell.box, cell.score, Evidence.DERIVED)
    return [
        f"The expiry is printed as a month ({future.delivery.text}); {day} is its third Friday, on "
        "which such contracts end."
    ]


def _with_name(box: Box, name: Seen | None) -> Box:
    """The row's box, and the name above it if it stands right there."""
    is_near = name is not None and box.top - name.box.bottom < _NEAR * name.box.height
    return box.around(name.box) if name is not None and is_near else box


def _sized(row: PositionRow) -> PositionRow:
    """Without its kind where a share may be something else: an option whose terms were not read is
    worth a hundred times its price, and a coin may be called as a fund is."""
    if row.value(FieldName.KIND) != Kind.STOCK:
        return row
    name = str(row.value(FieldName.UNDERLYING))
    if is_worth_a_hundred(row):
        doubt = (
            "Its value is a hundred times quantity and price: an option, whose terms are not read."
        )
    elif is_coins_symbol(name):
        doubt = f"{name} is a coin, and a fund may be called so as well: choose which it is."
    else:
        return row
    fields: dict[FieldName, Seen] = dict(row.fields)
    del fields[FieldName.KIND]
    return replace(row, fields=fields, doubts=(*row.doubts, doubt))


def _named(entry: Entry) -> Contract | None:
    """What the line names; a contract of nothing where it has no name at all."""
    cell = entry.cells.get(Column.INSTRUMENT)
    if cell is None:
        return Contract(None)
    return parse_contract(cell.text) if cell.is_legible else None


def _is_priced(entry: Entry) -> bool:
    return len(_PRICED & set(entry.numbers)) >= _FEWEST_PRICES


def _with_columns(contract: Contract, entry: Entry) -> Contract:
    """The contract with what columns of their own say of it."""
    right = {"C": "call", "CALL": "call", "P": "put", "PUT": "put"}.get(
        entry.text(Column.RIGHT).upper().rstrip("S") or " "
    )
    strike = parse_number(entry.text(Column.STRIKE)) if Column.STRIKE in entry.cells else None
    expiry = date_in_column(entry.text(Column.EXPIRY))
    return Contract(
        contract.underlying,
        contract.right or right,
        contract.strike or strike,
        fuller(contract.expiry, expiry),
        None if right or strike else contract.future,
        contract.is_coin,
    )
