"""Futures and coins, in each broker's spelling: `/ESZ25`, `ESZ5`, `ES Dec'25`, `BTC/USD`, `BTCUSD`.

Decided: only contracts whose point is known are futures, for a wrong size makes every figure wrong; and
a coin's bare symbol is none, for funds are called so as well. A future's name has a month and no day:
the day of an index future follows by rule, any other stays open.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.core.errors import InvalidInput
from app.market.listings.funds import CRYPTO
from app.positions.models import AssetKind, usual_multiplier

_CODES = "FGHJKMNQUVXZ"
"""Of the months, January first, as exchanges write them."""
_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_CODED = re.compile(rf"\.?/?([A-Z0-9]{{1,3}})([{_CODES}])(20\d\d|\d\d?)(?::[A-Z]+)?")
_NAMED = re.compile(rf"/?([A-Z0-9]{{1,3}}) ({'|'.join(_NAMES)})[A-Z]* ?(?:'|(?=20))(20\d\d|\d\d)")
_BARE = re.compile(r"/([A-Z0-9]{1,3})(?::[A-Z]+)?")
_WORDS = re.compile(r"(?: ?\b(?:FUTURES?|FUT|@?(?:CME|CBOT|NYMEX|COMEX|GLOBEX)))+$")
_PAIR = re.compile(r"([A-Z0-9]{2,6})[/-](USD|USDT|USDC|EUR|GBP)")
_TOGETHER = re.compile(r"([A-Z]{2,5})(USDT?|USDC)")
_INDEX = frozenset(["ES", "MES", "NQ", "MNQ", "YM", "MYM", "RTY", "M2K"])
_FRIDAY = 4
_TWO_DIGITS = 100

_LISTED = [[cell.strip() for cell in row.split("|")] for row in CRYPTO.strip().splitlines()]
_COINS = {row[0].partition("/")[0] for row in _LISTED}
_COIN_NAMES = {row[2].upper(): row[0] for row in _LISTED if row[2].upper() not in _COINS}


@dataclass(frozen=True, slots=True)
class Delivery:
    """The month a future ends in, as printed; `digit` is a year of which only the last is."""

    month: int
    year: int | None
    digit: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Future:
    """`root` is the contract's: `ES`. A name without a month has no delivery."""

    root: str
    delivery: Delivery | None = None


def future_in(text: str) -> Future | None:
    """The future that `text` names, in capitals; None if it names something else."""
    spelled = _WORDS.sub("", text.strip())
    coded, named, bare = (each.fullmatch(spelled) for each in (_CODED, _NAMED, _BARE))
    if bare and point_of(bare.group(1)):
        return Future(bare.group(1))
    found = coded or named
    if found is None or not point_of(found.group(1)):
        return None
    month = _CODES.index(found.group(2)) if coded else _NAMES.index(found.group(2))
    return Future(found.group(1), _delivery(month + 1, found.group(3), spelled))


def _delivery(month: int, year: str, text: str) -> Delivery:
    number = int(year)
    if len(year) == 1:
        return Delivery(month, None, number, text)
    return Delivery(month, number + 2000 if number < _TWO_DIGITS else number, None, text)


def coin_in(text: str) -> str | None:
    """The pair that `text` names, in capitals, as a symbol: `BTC/USD`."""
    spelled = text.strip()
    pair = _PAIR.fullmatch(spelled)
    together = _TOGETHER.fullmatch(spelled)
    if pair and not pair.group(1).isdigit():
        return f"{pair.group(1)}/{pair.group(2)}"
    if together and together.group(1) in _COINS:
        return f"{together.group(1)}/{together.group(2)}"
    words = [each for each in re.split(r"[ ()·]+", spelled) if each]
    names = {_COIN_NAMES[each] for each in words if each in _COIN_NAMES}
    others = {each for each in words if each not in _COIN_NAMES}
    if len(names) != 1 or others - {next(iter(names)).partition("/")[0]}:
        return None
    return names.pop()


def is_coins_symbol(text: str) -> bool:
    """Whether a bare ticker is called as a coin is."""
    return text in _COINS


def point_of(root: str) -> Decimal | None:
    """Dollars a point of this future; None of one that is not known."""
    try:
        return usual_multiplier(AssetKind.FUTURE, root)
    except InvalidInput:
        return None


def last_day(root: str, delivery: Delivery) -> date | None:
    """The third Friday of an index future's month; None where the rule is another, or the year is
    not printed whole."""
    if root not in _INDEX or delivery.year is None:
        return None
    first = date(delivery.year, delivery.month, 1)
    return first + timedelta(days=(_FRIDAY - first.weekday()) % 7 + 14)
