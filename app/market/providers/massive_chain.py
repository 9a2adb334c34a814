"""Massive's option snapshots as our chain.

Its Greeks are in our units already: theta per calendar day, vega per point of volatility.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from app.core.symbols import Symbol
from app.market.chains import ExerciseStyle, OptionContract, OptionKind, OptionQuote

Row = Mapping[str, Any]


def quotes_of(underlying: Symbol, rows: Sequence[Row]) -> Sequence[OptionQuote]:
    """Quotes by expiry, strike, calls first; rows that name no contract are left out."""
    found = [
        _quote(contract, row)
        for row in rows
        if (contract := _contract(row.get("details") or {}, underlying)) is not None
    ]
    return sorted(found, key=lambda each: _place(each.contract))


def _place(contract: OptionContract) -> tuple[object, ...]:
    return contract.expiry, contract.strike, contract.kind is OptionKind.PUT


def _contract(details: Row, underlying: Symbol) -> OptionContract | None:
    kind = details.get("contract_type")
    if kind not in set(OptionKind) or "strike_price" not in details:
        return None
    style = details.get("exercise_style")
    return OptionContract(
        ticker=str(details.get("ticker", "")).removeprefix("O:"),
        underlying=underlying,
        expiry=date.fromisoformat(details["expiration_date"]),
        strike=Decimal(str(details["strike_price"])),
        kind=OptionKind(kind),
        style=ExerciseStyle.EUROPEAN if style == "european" else ExerciseStyle.AMERICAN,
        multiplier=Decimal(str(details.get("shares_per_contract", 100))),
    )


def _quote(contract: OptionContract, row: Row) -> OptionQuote:
    quote, trade = row.get("last_quote") or {}, row.get("last_trade") or {}
    greeks, day = row.get("greeks") or {}, row.get("day") or {}
    stamp = quote.get("last_updated") or trade.get("sip_timestamp")
    return OptionQuote(
        contract=contract,
        bid=_decimal(quote.get("bid")),
        ask=_decimal(quote.get("ask")),
        last=_decimal(trade.get("price")),
        implied_volatility=_decimal(row.get("implied_volatility")),
        delta=_decimal(greeks.get("delta")),
        gamma=_decimal(greeks.get("gamma")),
        theta=_decimal(greeks.get("theta")),
        vega=_decimal(greeks.get("vega")),
        volume=_decimal(day.get("volume")),
        open_interest=_decimal(row.get("open_interest")),
        at=None if stamp is None else datetime.fromtimestamp(stamp / 1_000_000_000, UTC),
    )


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
