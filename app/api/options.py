"""`/api/v1/options/{symbol}/chain`, `/greeks` and `/structures/analyze`: listed options, and arithmetic
over numbers that the caller brings."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Query

from app.api.auth import signed_in
from app.api.market import AtDoor, InPath, symbol_of
from app.api.option_bodies import (
    AMERICAN_AT_MOST,
    ContractAsked,
    GreeksAnswer,
    GreeksBody,
    GreeksRequest,
    LegAsked,
    StructureBody,
    StructureGreeks,
    StructureRequest,
)
from app.api.responses import FAILURES
from app.api.schemas import ChainBody, OptionBody
from app.core.errors import InvalidInput
from app.macro.short_rate import short_rate
from app.market.chains import OptionChain, OptionQuote
from app.options.analysis import analysed
from app.options.legs import Leg, LegKind
from app.options.models import Contracts
from app.options.pricer import Priced, priced
from app.options.service import Reading, exact_reading, listed_options
from app.options.valuation import Market, PositionGreeks

router = APIRouter(
    prefix="/api/v1", tags=["options"], dependencies=[Depends(signed_in)], responses=FAILURES
)

STRIKES_AT_MOST = 200


@router.get("/options/{symbol}/chain", summary="The option chain of an underlying")
async def chain(
    at: AtDoor,
    symbol: InPath,
    expiry: Annotated[date | None, Query(description="One expiry; without it the nearest.")] = None,
    strikes: Annotated[
        int, Query(ge=1, le=STRIKES_AT_MOST, description="How many on each side of the spot.")
    ] = 10,
) -> ChainBody:
    now = at.clock.now()
    rate = await short_rate(at.macro, as_of=now)
    listed = await listed_options(
        at.market, symbol_of(symbol), as_of=now, rate=rate.value, expiry=expiry
    )
    found = listed.chain
    rows = {each.contract.ticker: row for row, each in enumerate(found.quotes)}
    around = _around(found, expiry, listed.spot, strikes)
    return ChainBody(
        symbol=found.underlying,
        spot=listed.spot,
        as_of=found.as_of,
        provider=found.provider.name,
        delay_minutes=found.provider.delay_minutes,
        estimated=found.provider.is_estimated,
        expiries=list(found.expiries),
        options=await asyncio.to_thread(
            lambda: [_body(exact_reading(listed, rows[each.contract.ticker])) for each in around]
        ),
    )


@router.post("/greeks", summary="Prices, implied volatility and Greeks of contracts by numbers")
async def greeks(at: AtDoor, asked: GreeksRequest) -> GreeksAnswer:
    now = at.clock.now()
    american = sum(each.style == "american" for each in asked.contracts)
    if american > AMERICAN_AT_MOST:
        raise InvalidInput(
            f"Send at most {AMERICAN_AT_MOST} American contracts in one request; these are {american}."
        )
    found = await asyncio.to_thread(_priced, asked.contracts, now)
    return GreeksAnswer(results=_results(found))


@router.post("/structures/analyze", summary="What a structure of options can win and lose")
async def analyze(at: AtDoor, asked: StructureRequest) -> StructureBody:
    now = at.clock.now()
    legs = [
        _leg(each, None if asked.days is None else now + timedelta(days=asked.days))
        for each in asked.legs
    ]
    market = None
    if asked.volatility is not None and asked.days is not None:
        market = Market(
            at=now,
            spot=asked.spot,
            volatilities=(asked.volatility,) * len(legs),
            rate=asked.rate,
        )
    found = analysed(legs, market, spot=_exact(asked.spot))
    return StructureBody(
        breakevens=[price for each in found.breakevens if np.isfinite(price := float(each))],
        max_profit=None if found.best is None else max(0.0, float(found.best)),
        max_loss=None if found.worst is None else max(0.0, -float(found.worst)),
        cost=float(found.cost),
        probability_of_profit=found.probability_of_profit,
        greeks=_whole(found.greeks),
    )


def _around(
    chain: OptionChain, expiry: date | None, spot: Decimal, count: int
) -> Sequence[OptionQuote]:
    """The quotes of one expiry whose strikes are the `count` nearest on each side of the spot."""
    day = expiry or min(chain.expiries, default=None)
    quotes = [each for each in chain.quotes if each.contract.expiry == day]
    listed = sorted({each.contract.strike for each in quotes})
    below = [strike for strike in listed if strike <= spot][-count:]
    above = [strike for strike in listed if strike > spot][:count]
    kept = {*below, *above}
    return [each for each in quotes if each.contract.strike in kept]


def _body(found: Reading) -> OptionBody:
    quote, contract = found.quote, found.quote.contract
    return OptionBody(
        contract=contract.ticker,
        kind=contract.kind.value,
        style=contract.style.value,
        expiry=contract.expiry,
        strike=contract.strike,
        bid=quote.bid,
        ask=quote.ask,
        last=quote.last,
        implied_volatility=_number(found.volatility),
        delta=_number(found.delta),
        gamma=_number(found.gamma),
        theta=_number(found.theta),
        vega=_number(found.vega),
        rho=_number(found.rho),
        computed=not found.is_vendors,
        volume=quote.volume,
        open_interest=quote.open_interest,
        as_of=quote.at,
    )


def _priced(contracts: Sequence[ContractAsked], now: datetime) -> Priced:
    return priced(
        Contracts.of(
            is_call=[each.type == "call" for each in contracts],
            spot=[each.spot for each in contracts],
            strike=[each.strike for each in contracts],
            years=[each.years_from(now) for each in contracts],
            rate=[each.rate for each in contracts],
            dividend_yield=[each.dividend_yield for each in contracts],
        ),
        volatility=np.array([_or_nan(each.volatility) for each in contracts]),
        price=np.array([_or_nan(each.price) for each in contracts]),
        is_american=np.array([each.style == "american" for each in contracts]),
    )


def _results(found: Priced) -> list[GreeksBody]:
    own = found.greeks
    columns = (
        found.price,
        found.volatility.value,
        own.delta,
        own.gamma,
        own.theta,
        own.vega,
        own.rho,
        found.odds,
    )
    return [
        GreeksBody(
            price=_known(price),
            implied_volatility=_known(volatility),
            delta=_known(delta),
            gamma=_known(gamma),
            theta=_known(theta),
            vega=_known(vega),
            rho=_known(rho),
            probability_itm=_known(odds),
        )
        for price, volatility, delta, gamma, theta, vega, rho, odds in zip(
            *(column.tolist() for column in columns), strict=True
        )
    ]


def _leg(asked: LegAsked, end: datetime | None) -> Leg:
    is_stock = asked.type == "stock"
    quantity = _exact(asked.quantity)
    return Leg(
        kind=LegKind(asked.type),
        quantity=quantity if asked.side == "buy" else -quantity,
        price=_exact(asked.price),
        strike=None if asked.strike is None else _exact(asked.strike),
        expires_at=None if is_stock else end,
    )


def _whole(found: PositionGreeks | None) -> StructureGreeks | None:
    if found is None:
        return None
    return StructureGreeks(
        delta=found.delta,
        gamma=found.gamma,
        theta=found.theta,
        vega=found.vega,
        rho=found.rho,
    )


def _exact(value: float) -> Decimal:
    return Decimal(repr(value))


def _number(value: float | None) -> Decimal | None:
    return None if value is None else _exact(value)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
