"""Alpaca's option snapshots as our chain.

Its Greeks are in our units already: theta per calendar day, vega per point. Contracts are named in
OSI: `SPY240426C00555000`.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.core.symbols import Symbol
from app.market.chains import ExerciseStyle, OptionContract, OptionKind, OptionQuote

_OSI = re.compile(r"(?P<root>[A-Z.]{1,6}\d?)(?P<day>\d{6})(?P<kind>[CP])(?P<strike>\d{8})")


def quotes_of(underlying: Symbol, rows: Mapping[str, Mapping[str, Any]]) -> Sequence[OptionQuote]:
    """Quotes by expiry, strike, calls first; contracts whose name is no OSI name are left out."""
    found = [
        _quote(contract, row)
        for ticker, row in rows.items()
        if (contract := contract_of(ticker, underlying)) is not None
    ]
    return sorted(found, key=lambda each: _place(each.contract))


def contract_of(ticker: str, underlying: Symbol) -> OptionContract | None:
    """The contract an OSI name stands for."""
    match = _OSI.fullmatch(ticker)
    if match is None:
        return None
    return OptionContract(
        ticker=ticker,
        underlying=underlying,
        expiry=datetime.strptime(match["day"], "%y%m%d").date(),  # noqa: DTZ007 - a date
        strike=(Decimal(match["strike"]) / 1000).normalize(),
        kind=OptionKind.CALL if match["kind"] == "C" else OptionKind.PUT,
        style=ExerciseStyle.AMERICAN,
    )


def _place(contract: OptionContract) -> tuple[object, ...]:
    return contract.expiry, contract.strike, contract.kind is OptionKind.PUT


def _quote(contract: OptionContract, row: Mapping[str, Any]) -> OptionQuote:
    quote, trade = row.get("latestQuote") or {}, row.get("latestTrade") or {}
    greeks, day = row.get("greeks") or {}, row.get("dailyBar") or {}
    at = quote.get("t") or trade.get("t")
    return OptionQuote(
        contract=contract,
        bid=_decimal(quote.get("bp")),
        ask=_decimal(quote.get("ap")),
        last=_decimal(trade.get("p")),
        implied_volatility=_decimal(row.get("impliedVolatility")),
        delta=_decimal(greeks.get("delta")),
        gamma=_decimal(greeks.get("gamma")),
        theta=_decimal(greeks.get("theta")),
        vega=_decimal(greeks.get("vega")),
        volume=_decimal(day.get("v")),
        at=None if at is None else datetime.fromisoformat(at),
    )


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
