"""Arguments as models and people spell them, brought to the one spelling the domains know."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.levels.windows import Window, parse_window
from app.market.directory import find_by_name, find_instrument
from app.market.moments import parse_moment


def _symbol(value: str) -> Symbol:
    """The symbol a ticker or a company's everyday name stands for; a known ticker comes first."""
    try:
        spelled = Symbol.parse(value)
    except InvalidInput as error:
        named = find_by_name(value)
        if named is None:
            raise ValueError(error.message) from error
        return named.symbol
    if find_instrument(spelled) is None and (named := find_by_name(value)):
        return named.symbol
    return spelled


def _timeframe(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return Timeframe.parse(value)
    except InvalidInput as error:
        raise ValueError(error.message) from error


def _moment(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return parse_moment(value)
    except InvalidInput as error:
        raise ValueError(error.message) from error


def _window(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return parse_window(value)
    except InvalidInput as error:
        raise ValueError(error.message) from error


SymbolArgument = Annotated[
    str,
    AfterValidator(_symbol),
    Field(
        description="Ticker such as AAPL, SPX or BRK.B, or a crypto pair such as BTC/USD.",
        max_length=40,
    ),
]
TimeframeArgument = Annotated[
    Timeframe,
    BeforeValidator(_timeframe),
    Field(description="Length of a bar: 1m, 5m, 15m, 1h, 4h, 1d, 1w or 1mo."),
]
WindowArgument = Annotated[Window, BeforeValidator(_window)]
AsOf = Annotated[
    datetime | None,
    BeforeValidator(_moment),
    Field(description="A past moment to answer for, ISO 8601; without an offset it is New York's."),
]
