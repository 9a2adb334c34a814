"""`/api/v1/scans/count`: how many symbols a filter lets through, while it is being written."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from app.api.auth import signed_in
from app.api.market import symbol_of
from app.api.responses import FAILURES
from app.api.scan_bodies import Price
from app.api.schemas import Body
from app.api.state import Doors, doors
from app.scanner.models import Search
from app.users.models import Member

router = APIRouter(prefix="/api/v1", tags=["scans"], responses={**FAILURES})


class CountRequest(Body):
    """As of a scan: empty `symbols` mean every listed stock and fund."""

    symbols: list[Annotated[str, Field(max_length=40)]] = Field(default=[], max_length=500)
    sector: str = Field("", max_length=40)
    min_price: Price | None = None
    max_price: Price | None = None
    where: str = Field("", max_length=1000)


class CountBody(Body):
    """`passing` of `considered` symbols, the first of them by name. `formula` is `where` as it is
    written out, `words` what it says; `without` counts symbols of which a column is not known."""

    passing: int
    considered: int
    named: list[str]
    formula: str
    words: str
    without: dict[str, int]


@router.post("/scans/count", summary="How many symbols pass a filter now")
async def count(
    at: Annotated[Doors, Depends(doors)],
    member: Annotated[Member, Depends(signed_in)],
    asked: CountRequest,
) -> CountBody:
    """Setups are not judged. Nothing is kept."""
    at.counts.take(str(member.id))
    search = Search(
        symbols=tuple(symbol_of(each) for each in asked.symbols),
        sector=asked.sector.strip(),
        min_price=asked.min_price,
        max_price=asked.max_price,
        where=asked.where,
    )
    found = await at.counter.count(search, market=at.market, as_of=at.clock.now())
    return CountBody(
        passing=found.passing,
        considered=found.considered,
        named=[str(each) for each in found.named],
        formula=found.formula,
        words=found.words,
        without=dict(found.without),
    )
