"""What is looked for on options, and what was found, as JSON.

Decided: a find is kept with all its figures as they were, so that it can be drawn, followed and
counted later without asking a market what it said then.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.core.symbols import Symbol
from app.market.chains import ExerciseStyle, OptionContract, OptionKind
from app.options.legs import Leg, LegKind
from app.scanner.option_scan import OptionSearch
from app.scanner.option_setups import (
    Crush,
    Fact,
    OptionSetup,
    RichVolatility,
    Spread,
    SpreadLeg,
    Terms,
    Unusual,
)


def option_search_body(search: OptionSearch) -> dict[str, Any]:
    """JSON-ready."""
    return {
        "setups": [setup.value for setup in search.setups],
        "symbols": [str(symbol) for symbol in search.symbols],
        "terms": asdict(search.terms),
        "min_rank": search.min_rank,
        "is_after_earnings": search.is_after_earnings,
    }


def option_search_of(body: Mapping[str, Any]) -> OptionSearch:
    return OptionSearch(
        setups=tuple(OptionSetup(each) for each in body["setups"]),
        symbols=tuple(Symbol(each) for each in body["symbols"]),
        terms=Terms(**body["terms"]),
        min_rank=body["min_rank"],
        is_after_earnings=body["is_after_earnings"],
    )


def fact_body(fact: Fact) -> dict[str, Any]:
    """JSON-ready."""
    if isinstance(fact, RichVolatility):
        return asdict(fact)
    if isinstance(fact, Crush):
        return {"on": fact.on.isoformat(), "before": fact.before, "now": fact.now}
    if isinstance(fact, Unusual):
        return _unusual_body(fact)
    return _spread_body(fact)


def fact_of(setup: OptionSetup, body: Mapping[str, Any]) -> Fact:
    if setup is OptionSetup.RANK:
        return RichVolatility(**body)
    if setup is OptionSetup.CRUSH:
        return Crush(on=date.fromisoformat(body["on"]), before=body["before"], now=body["now"])
    if setup is OptionSetup.UNUSUAL:
        return _unusual_of(body)
    return _spread_of(body)


def _unusual_body(fact: Unusual) -> dict[str, Any]:
    contract = fact.contract
    return {
        "contract": {
            "ticker": contract.ticker,
            "underlying": str(contract.underlying),
            "expiry": contract.expiry.isoformat(),
            "strike": str(contract.strike),
            "kind": contract.kind.value,
            "style": contract.style.value,
            "multiplier": str(contract.multiplier),
        },
        "volume": fact.volume,
        "open_interest": fact.open_interest,
        "others": fact.others,
        "price": None if fact.price is None else str(fact.price),
    }


def _unusual_of(body: Mapping[str, Any]) -> Unusual:
    contract = body["contract"]
    return Unusual(
        contract=OptionContract(
            ticker=contract["ticker"],
            underlying=Symbol(contract["underlying"]),
            expiry=date.fromisoformat(contract["expiry"]),
            strike=Decimal(contract["strike"]),
            kind=OptionKind(contract["kind"]),
            style=ExerciseStyle(contract["style"]),
            multiplier=Decimal(contract["multiplier"]),
        ),
        volume=body["volume"],
        open_interest=body["open_interest"],
        others=body["others"],
        price=None if body["price"] is None else Decimal(body["price"]),
    )


def _spread_body(fact: Spread) -> dict[str, Any]:
    return {
        "expiry": fact.expiry.isoformat(),
        "legs": [_leg_body(each) for each in fact.legs],
        "width": str(fact.width),
        "credit": str(fact.credit),
        "profit": str(fact.profit),
        "loss": str(fact.loss),
        "breakevens": [str(each) for each in fact.breakevens],
        "probability": fact.probability,
    }


def _spread_of(body: Mapping[str, Any]) -> Spread:
    return Spread(
        expiry=date.fromisoformat(body["expiry"]),
        legs=tuple(_leg_of(each) for each in body["legs"]),
        width=Decimal(body["width"]),
        credit=Decimal(body["credit"]),
        profit=Decimal(body["profit"]),
        loss=Decimal(body["loss"]),
        breakevens=tuple(Decimal(each) for each in body["breakevens"]),
        probability=body["probability"],
    )


def _leg_body(each: SpreadLeg) -> dict[str, Any]:
    leg = each.leg
    return {
        "kind": leg.kind.value,
        "quantity": str(leg.quantity),
        "price": str(leg.price),
        "strike": str(leg.strike),
        "expires_at": leg.expires_at.isoformat() if leg.expires_at else None,
        "multiplier": str(leg.multiplier),
        "delta": each.delta,
    }


def _leg_of(body: Mapping[str, Any]) -> SpreadLeg:
    ends = body["expires_at"]
    leg = Leg(
        kind=LegKind(body["kind"]),
        quantity=Decimal(body["quantity"]),
        price=Decimal(body["price"]),
        strike=Decimal(body["strike"]),
        expires_at=datetime.fromisoformat(ends) if ends else None,
        multiplier=Decimal(body["multiplier"]),
    )
    return SpreadLeg(leg=leg, delta=body["delta"])
