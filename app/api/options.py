"""`/api/v1/options/{symbol}/chain`: listed options as their provider gives them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from app.api.auth import signed_in
from app.api.market import AtDoor, InPath, symbol_of
from app.api.responses import FAILURES
from app.api.schemas import ChainBody, OptionBody
from app.market.chains import OptionChain, OptionQuote

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
    instrument = await at.market.instrument(symbol_of(symbol))
    found = await at.market.option_chain(instrument.symbol, expiry=expiry, as_of=now)
    spot = found.spot
    if spot is None:
        spot = (await at.market.quote(instrument.symbol, as_of=now)).last
    return ChainBody(
        symbol=found.underlying,
        spot=spot,
        as_of=found.as_of,
        provider=found.provider.name,
        delay_minutes=found.provider.delay_minutes,
        estimated=found.provider.is_estimated,
        expiries=list(found.expiries),
        options=[_body(each) for each in _around(found, expiry, spot, strikes)],
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


def _body(quote: OptionQuote) -> OptionBody:
    contract = quote.contract
    return OptionBody(
        contract=contract.ticker,
        kind=contract.kind.value,
        style=contract.style.value,
        expiry=contract.expiry,
        strike=contract.strike,
        bid=quote.bid,
        ask=quote.ask,
        last=quote.last,
        implied_volatility=quote.implied_volatility,
        delta=quote.delta,
        gamma=quote.gamma,
        theta=quote.theta,
        vega=quote.vega,
        volume=quote.volume,
        open_interest=quote.open_interest,
        as_of=quote.at,
    )
