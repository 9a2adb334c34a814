"""A signal from outside, read out of what its sender posts: JSON, or one line of text.

Decided: what comes in is data. A symbol, a direction and up to three prices are taken out of it and
nothing else means anything; its reason is kept as the sender's words, to be quoted. Whatever cannot be
read is refused with what to change, because the sender's log is where somebody will look for it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise
from typing import Any

from app.core.errors import InvalidInput, TooLarge
from app.core.symbols import Symbol
from app.core.visible import one_line
from app.scanner.lists import symbol_of_cell
from app.scanner.setups import Direction
from app.scanner.signal_lines import LEAVING, OUT, read_line

LONGEST = 16 * 1024
"""Bytes of a body."""
REASON_LENGTH = 500
_LARGEST = Decimal(10) ** 9
_SMALLEST = Decimal("0.00000001")

_SYMBOL = ("symbol", "ticker")
_DIRECTION = ("direction", "side", "action", "order_action")
_ENTRY = ("entry", "price", "close", "last_price")
_STOP = ("stop", "stop_loss", "stoploss", "sl")
_TARGET = ("target", "take_profit", "takeprofit", "tp")
_REASON = ("reason", "message", "text", "comment", "note")
_KEY = ("id",)

_LONG = frozenset({"long", "buy", "bullish", "up"})
_SHORT = frozenset({"short", "sell", "bearish", "down"})
_PLAIN = re.compile(r"\d{1,12}(\.\d{1,8})?|\d{1,3}(,\d{3}){1,3}(\.\d{1,8})?")
_UNFILLED = re.compile(r"\{\{[^{}]*\}\}|%[a-z_]+%")


class Sent(StrEnum):
    """The setup of what a sender sent: there is none but its direction."""

    LONG = "signal_long"
    SHORT = "signal_short"

    @property
    def direction(self) -> Direction:
        return Direction.LONG if self is Sent.LONG else Direction.SHORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What somebody outside says of a symbol; prices where they gave them. `reason` is in their words,
    `key` their own name of it, empty where they gave none."""

    symbol: Symbol
    direction: Direction
    entry: Decimal | None = None
    stop: Decimal | None = None
    target: Decimal | None = None
    reason: str = ""
    key: str = ""

    @property
    def setup(self) -> Sent:
        return Sent.LONG if self.direction is Direction.LONG else Sent.SHORT

    @property
    def prices(self) -> dict[str, Decimal]:
        """Those that were given, by name."""
        named = {"entry": self.entry, "stop": self.stop, "target": self.target}
        return {name: price for name, price in named.items() if price is not None}


def read_signal(body: bytes) -> Signal:
    """The signal of a body; `InvalidInput` or `TooLarge` with what to change."""
    if len(body) > LONGEST:
        raise TooLarge(f"A signal has {LONGEST:,} bytes at most. Shorten its text.")
    try:
        text = body.decode().removeprefix("\ufeff").strip()
    except UnicodeDecodeError as error:
        raise InvalidInput("A signal is text in UTF-8.") from error
    if not text:
        raise InvalidInput("The body is empty. Send JSON, or a line such as: buy AAPL")
    signal = _of_json(text) if text.startswith(("{", "[")) else _of_line(text)
    return _sound(signal)


def _of_json(text: str) -> Signal:
    try:
        given = json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        unfilled = " A placeholder was not filled in." if _UNFILLED.search(text) else ""
        raise InvalidInput(
            "The body begins like JSON and is none. Look for missing quotation marks and commas."
            + unfilled
        ) from error
    except ArithmeticError as error:
        raise InvalidInput(
            "A number of the body is too large. Leave out what is no price."
        ) from error
    if not isinstance(given, dict):
        raise InvalidInput('Send one signal as an object: {"symbol": "AAPL", "direction": "long"}')
    fields = {str(name).strip().lower(): value for name, value in given.items()}
    prices = {
        name: _price(name, _first(fields, names))
        for name, names in (("entry", _ENTRY), ("stop", _STOP), ("target", _TARGET))
    }
    return Signal(
        symbol=_symbol(_text(fields, _SYMBOL)),
        direction=_direction(_way(fields), prices),
        reason=_quoted(_text(fields, _REASON)),
        key=_text(fields, _KEY)[:200],
        entry=prices["entry"],
        stop=prices["stop"],
        target=prices["target"],
    )


def _of_line(text: str) -> Signal:
    said = read_line(one_line(text))
    prices = {name: _price(name, given) for name, given in said.prices.items()}
    return Signal(
        symbol=_symbol(said.symbol),
        direction=_direction(said.way, prices),
        reason=_quoted(text),
        entry=prices["entry"],
        stop=prices["stop"],
        target=prices["target"],
    )


def _no_number(_: str) -> None:
    raise InvalidInput("A price is NaN or infinite. Leave out the prices that the sender lacks.")


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((fields[name] for name in names if fields.get(name) not in (None, "")), None)


def _text(fields: Mapping[str, Any], names: tuple[str, ...]) -> str:
    value = _first(fields, names)
    if value is None:
        return ""
    if not isinstance(value, str | Decimal):
        raise InvalidInput(f"`{names[0]}` must be text.")
    # JSON may name half a character, which nothing after this could store or send back
    return str(value).encode("utf-8", "replace").decode().strip()


def _symbol(text: str) -> Symbol:
    if not text:
        raise InvalidInput("Name the symbol: in JSON as `symbol`, in a line of text as first word.")
    if _UNFILLED.search(text):
        raise InvalidInput("The placeholder of the symbol was not filled in by the sender.")
    return symbol_of_cell(text)


def _way(fields: Mapping[str, Any]) -> str:
    """The word for the direction, where no other field says the opposite."""
    said = {str(fields.get(name, "")).strip().lower() for name in _DIRECTION}
    if said & _LONG and said & _SHORT:
        raise InvalidInput("Two fields say opposite directions. Send `direction` alone.")
    return _text(fields, _DIRECTION)


def _direction(text: str, prices: Mapping[str, Decimal | None]) -> Direction:
    """As said; else as stop and target lie."""
    said = text.lower()
    if said in _LONG:
        return Direction.LONG
    if said in _SHORT:
        return Direction.SHORT
    if said in OUT:
        raise InvalidInput(LEAVING)
    stop, target = prices["stop"], prices["target"]
    if not said and stop and target and stop != target:
        return Direction.LONG if stop < target else Direction.SHORT
    raise InvalidInput('Say which way: `direction` as "long" or "short" (or "buy", "sell").')


def _price(name: str, value: Any) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, str):
        value = _number(name, value.strip().removeprefix("$"))
    if not isinstance(value, Decimal):
        raise InvalidInput(f"`{name}` is no price. Write a plain number with a decimal point.")
    if not _SMALLEST <= value <= _LARGEST:
        raise InvalidInput(f"`{name}` is no possible price.")
    return value.quantize(_SMALLEST)


def _number(name: str, text: str) -> Decimal:
    if _UNFILLED.search(text):
        raise InvalidInput(f"The placeholder of `{name}` was not filled in by the sender.")
    try:
        if not _PLAIN.fullmatch(text):
            raise InvalidOperation
        return Decimal(text.replace(",", ""))
    except InvalidOperation as error:
        raise InvalidInput(
            f"`{name}` is no price. Write a plain number with a decimal point."
        ) from error


def _quoted(text: str) -> str:
    return one_line(text)[:REASON_LENGTH].strip()


def _sound(signal: Signal) -> Signal:
    """Stop, entry and target in the order of the direction."""
    given = [each for each in (signal.stop, signal.entry, signal.target) if each is not None]
    rising = given if signal.direction is Direction.LONG else given[::-1]
    if any(low >= high for low, high in pairwise(rising)):
        is_long = signal.direction is Direction.LONG
        below, above = ("stop", "target") if is_long else ("target", "stop")
        raise InvalidInput(
            f"These prices fit no {signal.direction} trade: its {below} lies below the entry and its "
            f"{above} above."
        )
    return signal
