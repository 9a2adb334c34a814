"""What a member means by a name of something held: `T`, `AMD 180c jan`, `SPX condor`, `DIS 130 call 16 Apr 2027`.

Decided: the first word that is none of a contract is its ticker, whole; strikes, dates and sides are
each their own. A word that fits nowhere fits nothing: nothing else is ever taken for what was named.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.positions.models import Asset

_CONTRACT = re.compile(r"(\d+(?:\.\d+)?)\s*([cp])\b")
_SIDES = {"call": "call", "calls": "call", "put": "put", "puts": "put"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(
    r"(jan)(?:uary)?|(feb)(?:ruary)?|(mar)(?:ch)?|(apr)(?:il)?|(may)|(jun)e?|(jul)y?|(aug)(?:ust)?|(sep)t?(?:ember)?|(oct)(?:ober)?"
    r"|(nov)(?:ember)?|(dec)(?:ember)?"
)
_NUMBER = re.compile(r"\$?(\d+(?:\.\d+)?)(?:st|nd|rd|th)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_STRUCTURES = re.compile(
    r"(?:iron|condor|butterfly|butterflies|fly|flies|spread|straddle|strangle|calendar|diagonal|collar|covered|vertical|ratio|credit|debit"
    r"|bull|bear|jade|lizard|option|contract)s?"
)
_SHARES = frozenset(("share", "shares", "stock"))
_NEUTRAL = frozenset(
    ("position", "positions", "trade", "trades", "holding", "holdings", "my", "the")
)


def called(name: str, assets: Sequence[Asset]) -> list[Asset]:
    """Those of `assets` that a member calls so; none for a name without a meaning."""
    tickers = {ticker for each in assets for ticker in _tickers(each)}
    tests: list[Callable[[Asset], bool]] = []
    words = _words(name)
    is_dated = any(_MONTH.fullmatch(word) for word in words)
    has_ticker = False
    for word in words:
        if word in _NEUTRAL:
            continue
        test = None if not has_ticker and word in tickers else _test(word, is_dated=is_dated)
        if test is None and not has_ticker:
            has_ticker, test = True, _OfTicker(word)
        tests.append(test or _nothing)
    return [each for each in assets if tests and all(test(each) for test in tests)]


def _words(name: str) -> list[str]:
    spelled = _CONTRACT.sub(
        lambda found: f"{found[1]} {'call' if found[2] == 'c' else 'put'}", name.lower()
    )
    return spelled.replace(",", " ").split()


def _tickers(asset: Asset) -> set[str]:
    symbol = str(asset.symbol).lower()
    return {symbol, symbol.partition("/")[0], asset.root.lower()} - {""}


def _test(word: str, *, is_dated: bool) -> Callable[[Asset], bool] | None:
    """What a word of a contract asks of it; None for another word."""
    if word in _SHARES:
        return lambda asset: not asset.is_option
    if _STRUCTURES.fullmatch(word):
        return lambda asset: asset.is_option
    if word in _SIDES:
        return _OfSide(_SIDES[word])
    if month := _MONTH.fullmatch(word):
        return _OfMonth(_MONTHS.index(month[month.lastindex or 0]) + 1)
    if _DATE.fullmatch(word):
        return _OnDay(word)
    number = _NUMBER.fullmatch(word)
    return _OfNumber(Decimal(number[1]), is_dated) if number else None


def _nothing(_asset: Asset) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class _OfTicker:
    ticker: str

    def __call__(self, asset: Asset) -> bool:
        return self.ticker in _tickers(asset)


@dataclass(frozen=True, slots=True)
class _OfSide:
    side: str

    def __call__(self, asset: Asset) -> bool:
        return asset.right is not None and asset.right.value == self.side


@dataclass(frozen=True, slots=True)
class _OfMonth:
    month: int

    def __call__(self, asset: Asset) -> bool:
        return asset.expiry is not None and asset.expiry.month == self.month


@dataclass(frozen=True, slots=True)
class _OnDay:
    day: str

    def __call__(self, asset: Asset) -> bool:
        return asset.expiry is not None and asset.expiry.isoformat() == self.day


@dataclass(frozen=True, slots=True)
class _OfNumber:
    """A strike; beside a month also its day or year."""

    number: Decimal
    is_dated: bool

    def __call__(self, asset: Asset) -> bool:
        if asset.strike == self.number:
            return True
        return self.is_dated and asset.expiry is not None and self._is_in(asset.expiry)

    def _is_in(self, expiry: date) -> bool:
        return self.number in (expiry.day, expiry.year)
