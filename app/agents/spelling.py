"""Arguments of calls in one spelling, so that two ways to write the same call compare equal."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from app.core.errors import InvalidInput
from app.core.timeframes import Timeframe
from app.market.directory import alias_key, find_by_name, find_instrument, former

DEFAULTS: Mapping[str, object] = {
    "period": "day",
    "pivot": "traditional",
    "levels": True,
    "extended": False,
    "names": [],
    "indicators": [],
    "averages": [],
}

OF_A_LEG: Mapping[str, object] = {"quantity": 1}


def argument(name: str, arguments: Mapping[str, Any]) -> Any:
    return arguments.get(name, DEFAULTS.get(name))


def canonical(name: str, value: Any) -> object:
    """One spelling of an argument: symbols, timeframes, moments, decimals, case; lists as
    sets, and what is made of parts without regard to their order."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (list, tuple, set, frozenset)):
        return frozenset(canonical(name, each) for each in value)
    if isinstance(value, Mapping):
        return frozenset(
            (key, canonical(key, each))
            for key, each in value.items()
            if each is not None and each != OF_A_LEG.get(key)
        )
    if name in ("symbol", "symbols"):
        return _symbol(str(value))
    if name == "timeframe":
        return _timeframe(str(value))
    if isinstance(value, (int, float, Decimal)):
        return Decimal(str(value)).normalize()
    return _text(str(value))


def _symbol(value: str) -> str:
    found = find_by_name(value)
    if found is not None:
        return str(found.symbol)
    spelled = value.strip().upper().lstrip("$^").removeprefix("I:").replace("-", ".")
    if find_instrument(spelled) is None:
        pair = find_by_name(alias_key(spelled.removesuffix("USD").removesuffix("USDT").strip("./")))
        if pair is not None and "/" in pair.symbol:
            return str(pair.symbol)
    gone = former(spelled)
    return str(gone.successor) if gone is not None and gone.successor else spelled


def _timeframe(value: str) -> str:
    try:
        return str(Timeframe.parse(value))
    except InvalidInput:
        return value.strip().lower()


_SAME = {
    "bollinger": "bb",
    "bbands": "bb",
    "stochastic": "stoch",
    "fib": "fibonacci",
    "cam": "camarilla",
}


def _text(value: str) -> object:
    spelled = value.strip().lower()
    try:
        return Decimal(spelled.replace(",", "").lstrip("$")).normalize()
    except InvalidOperation:
        pass
    moment = _moment(spelled)
    if moment is not None:
        return moment
    bare = "".join(sign for sign in spelled if sign not in " _()")
    bare = bare.removeprefix("simple").removeprefix("exponential")
    for default in ("rsi14", "atr14", "adx14"):
        if bare == default:
            return default[:3]
    if bare[:1].isdigit() and bare.endswith(("sma", "ema")):
        bare = bare[-3:] + bare[:-3]
    return _SAME.get(bare, bare)


def _moment(value: str) -> object | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment
