"""Which contract an index option is: SPX settles in the morning, SPXW at the close.

Decided: the underlying is the symbol, and the root tells the settlement, so that what is called SPXW by
one list and SPX by another is one position. Most days list one root, and that is it. Where a day lists
both and nobody says which, it is the one that is held; else the one the market lists, at the close if
there are both.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from app.core.errors import NotFound, ProviderUnavailable
from app.core.symbols import Symbol
from app.macro.schedule import expiry_of_month
from app.market.protocol import MarketData
from app.options.settlement import is_settled_in_the_morning, root_of
from app.positions.models import Asset, Position, check_expiry

_AT_CLOSE = {"SPX": "SPXW", "NDX": "NDXP", "RUT": "RUTW"}
"""Roots by underlying; that of the same name settles in the morning of the month's third Friday."""
_UNDERLYING = {root: symbol for symbol, root in _AT_CLOSE.items()}


def underlying_of(name: str) -> tuple[Symbol, str | None]:
    """What an option is on, and its root where the name says it: `SPXW` is on SPX."""
    symbol = Symbol.parse(name)
    found = _UNDERLYING.get(symbol)
    return (symbol, None) if found is None else (Symbol(found), str(symbol))


def roots_of(symbol: str, expiry: date, said: str | None = None) -> tuple[str, ...]:
    """The roots a contract of that day may have, as an `Asset` spells them; one where it is plain."""
    at_close = _AT_CLOSE.get(symbol)
    if at_close is None:
        return ("" if said in (None, symbol) else said or "",)
    if said == at_close or expiry != expiry_of_month(expiry.year, expiry.month):
        return (at_close,)
    return ("",) if said == symbol else (at_close, "")


async def as_listed(
    asset: Asset,
    said: str | None,
    held: Sequence[Position],
    *,
    market: MarketData,
    as_of: datetime,
) -> Asset:
    """The asset under its one root, whatever it was called."""
    if not asset.is_option or asset.expiry is None:
        return asset
    check_expiry(asset, as_of.date())
    either = [replace(asset, root=root) for root in roots_of(asset.symbol, asset.expiry, said)]
    if len(either) == 1:
        return either[0]
    keys = {each.asset.key for each in held}
    mine = [each for each in either if each.key in keys]
    return mine[0] if mine else await _of_market(asset, either, market, as_of)


async def _of_market(
    asset: Asset, either: Sequence[Asset], market: MarketData, as_of: datetime
) -> Asset:
    try:
        chain = await market.option_chain(asset.symbol, expiry=asset.expiry, as_of=as_of)
    except (NotFound, ProviderUnavailable):
        return either[0]
    contracts = [each.contract for each in chain.quotes if each.contract.expiry == asset.expiry]
    at_close = next((each for each in contracts if not is_settled_in_the_morning(each)), None)
    found = at_close or next(iter(contracts), None)
    if found is None:
        return either[0]
    root = root_of(found.ticker)
    return replace(asset, root="" if root == asset.symbol else root)
