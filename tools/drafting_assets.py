"""What the words of a draft name: something held, or something new; and what it costs now."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from app.core.errors import InvalidInput, NotFound
from app.core.symbols import Symbol
from app.macro.short_rate import short_rate
from app.market import calendar
from app.positions.drafts import Action, chosen
from app.positions.expiries import Expiry, read_expiry
from app.positions.marks import BookLine
from app.positions.models import (
    Asset,
    AssetKind,
    Holding,
    Lot,
    Position,
    Source,
    check_expiry,
    usual_multiplier,
)
from app.positions.roots import as_listed, underlying_of
from app.positions.valuation import value_positions
from tools.base import ToolContext
from tools.drafting_arguments import DraftArgs

NOBODY = UUID(int=0)
"""The id of a position that only exists to be priced."""


async def asset_of(args: DraftArgs, positions: tuple[Position, ...], context: ToolContext) -> Asset:
    """What the words name: something held, or something new under the root it is listed by."""
    symbol, named = underlying_of(args.symbol)
    root = named or (args.root and args.root.strip().upper())
    today = calendar.market_date(context.now)
    expiry = None if args.expiry is None else read_expiry(args.expiry, today)
    kind = AssetKind.OPTION if root else _kind(args, symbol)
    spelled = None if root is None else "" if root == symbol else root
    wanted = {"kind": kind, "right": args.right, "strike": args.strike, "root": spelled}
    matches = [
        each
        for each in chosen(positions, symbol, wanted)
        if expiry is None or expiry.means(each.asset.expiry)
    ]
    is_held = args.action in (Action.CLOSE, Action.CORRECT)
    if is_held or (kind is AssetKind.OPTION and None in (args.right, args.strike, expiry)):
        return _held(matches, symbol, args)
    if len(matches) == 1:
        return matches[0].asset
    new = _new(args, kind or _usual_kind(symbol), symbol, expiry)
    check_expiry(new, today)
    return await as_listed(new, root, positions, market=context.market, as_of=context.now)


def _kind(args: DraftArgs, symbol: Symbol) -> AssetKind | None:
    """None where it is left open: a close may mean whatever is held."""
    if args.right or args.strike:
        return AssetKind.OPTION
    if args.kind or args.action in (Action.CLOSE, Action.CORRECT):
        return args.kind
    return AssetKind.FUTURE if args.expiry else _usual_kind(symbol)


def _usual_kind(symbol: Symbol) -> AssetKind:
    return AssetKind.CRYPTO if "/" in symbol else AssetKind.STOCK


def _held(matches: list[Position], symbol: Symbol, args: DraftArgs) -> Asset:
    if len(matches) == 1:
        return matches[0].asset
    if matches:
        listed = "; ".join(each.asset.label for each in matches)
        raise InvalidInput(f"Which one? In {symbol} you hold: {listed}.")
    if args.action in (Action.CLOSE, Action.CORRECT):
        raise NotFound(f"You hold no such position in {symbol}.")
    missing = [
        word
        for word, value in (
            ("call or put", args.right),
            ("strike", args.strike),
            ("expiry", args.expiry),
        )
        if value is None
    ]
    raise InvalidInput(f"To draft an option its {', '.join(missing)} is needed.")


def _new(args: DraftArgs, kind: AssetKind, symbol: Symbol, expiry: Expiry | None) -> Asset:
    if kind is AssetKind.FUTURE and expiry is None:
        raise InvalidInput("To draft a future its expiry is needed.")
    ends = kind in (AssetKind.OPTION, AssetKind.FUTURE)
    return Asset(
        kind=kind,
        symbol=symbol,
        right=args.right,
        strike=args.strike,
        expiry=expiry.on if expiry and ends else None,
        multiplier=args.multiplier or usual_multiplier(kind, symbol),
    )


async def priced(assets: Sequence[Asset], context: ToolContext) -> tuple[BookLine, ...]:
    """One of each at its market's price."""
    lot = Lot(quantity=Decimal(1), price=None, opened_at=context.now)
    ones = [
        Position(
            id=NOBODY,
            asset=asset,
            holding=Holding(lots=(lot,)),
            version=0,
            source=Source.TYPED,
            opened_at=context.now,
            updated_at=context.now,
        )
        for asset in assets
    ]
    rate = await short_rate(context.macro, as_of=context.now)
    return await value_positions(ones, market=context.market, as_of=context.now, rate=rate.value)
