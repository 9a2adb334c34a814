"""Drafts of structures: legs opened together, or all legs of a held one closed, on one card."""

from collections.abc import Sequence
from decimal import Decimal

from app.core.errors import InvalidInput, NotFound
from app.market import calendar
from app.options.recognition import recognised
from app.positions.drafts import VALID_FOR, Action, drafted, terms_of
from app.positions.groups import part
from app.positions.marks import BookLine
from app.positions.models import AssetKind, Position, check_whole, checked, leg_of
from app.positions.roots import underlying_of
from app.positions.structure_drafts import (
    StructureDraft,
    Trade,
    at_net,
    closing,
    named,
    net_of,
)
from app.positions.structures import Structure, structures
from tools.base import ToolContext, ToolResult
from tools.drafting_arguments import DraftArgs, DraftLeg
from tools.drafting_assets import asset_of, priced
from tools.positions_card import HoldingsBook, book_freshness
from tools.positions_lines import book_lines
from tools.wording import shown
from widgets.positions import DraftRow, DraftTerms, PositionDraftCard


async def structure_drafted(
    args: DraftArgs, positions: Sequence[Position], context: ToolContext
) -> ToolResult | None:
    """The draft of a structure; None where the words are about one contract."""
    if len(args.legs) > 1:
        return await _opened(args, positions, context)
    if args.action is not Action.CLOSE:
        return None
    symbol, _ = underlying_of(args.symbol)
    if args.structure is None and not _means_all(args, symbol, positions):
        return None
    lines, _ = await book_lines(symbol, context)
    made = structures(lines, await context.holdings.groups())
    if args.structure is None:
        alone = [each for each in made if len(each.lines) == len(lines)]
        return await _closed(args, alone[0], context) if len(alone) == 1 else None
    return await _closed(args, _meant(made, args.structure, symbol), context)


def _means_all(args: DraftArgs, symbol: str, positions: Sequence[Position]) -> bool:
    """ "Close my AMD position" of several contracts, which may make one structure."""
    terms = (args.right, args.strike, args.expiry, args.kind, args.quantity)
    is_bare = all(term is None for term in terms)
    return is_bare and sum(each.asset.symbol == symbol for each in positions) > 1


def _meant(made: Sequence[Structure], said: str, symbol: str) -> Structure:
    found = named(made, said)
    together = [each for each in found if each.is_opened_together] or found
    if len(together) == 1:
        return together[0]
    if together:
        listed = "; ".join(f"{each.name} of {_strikes(each)}" for each in together)
        raise InvalidInput(f"Which one? In {symbol} you hold: {listed}. Close them leg by leg.")
    raise NotFound(f"You hold no such structure in {symbol}.")


def _strikes(found: Structure) -> str:
    return ", ".join(line.position.asset.label for line in found.lines)


async def _closed(args: DraftArgs, found: Structure, context: ToolContext) -> ToolResult:
    trades = closing(found, args.quantity)
    units = found.units if args.quantity is None else int(args.quantity)
    if args.price is not None:
        now = net_of(trades, units)
        is_paid = (found.cost or 0) < 0 if now is None else now > 0
        side = 1 if is_paid else -1
        trades = at_net(trades, side * checked(args.price, "The price"), units)
    name = f"{found.symbol} {found.name}"
    return await _draft(args, name, trades, found.lines, context, units=units)


async def _opened(
    args: DraftArgs, positions: Sequence[Position], context: ToolContext
) -> ToolResult:
    if args.action not in (Action.BUY, Action.SELL):
        raise InvalidInput("Legs are opened together; name the structure to close it.")
    units = _units(args.quantity)
    held = tuple(positions)
    assets = [await asset_of(_alone(args, leg), held, context) for leg in args.legs]
    if len({asset.key for asset in assets}) < len(assets):
        raise InvalidInput("Two legs are the same contract: name each once, with its quantity.")
    lines = await priced(assets, context)
    trades = []
    for leg, asset, line in zip(args.legs, assets, lines, strict=True):
        sign = 1 if leg.side == "buy" else -1
        market = None if line.mark is None else round(line.mark.price, 4)
        price = market if leg.price is None else checked(leg.price, "The price")
        trades.append(Trade(asset=asset, quantity=sign * leg.quantity * units, price=price))
    if args.price is not None:
        side = 1 if args.action is Action.BUY else -1
        trades = at_net(trades, side * checked(args.price, "The price"), units)
    legs = [
        known
        for trade, line in zip(trades, lines, strict=True)
        if (known := leg_of(part(line.position, trade.quantity), line.expires_at)) is not None
    ]
    symbols = {asset.symbol for asset in assets}
    name = f"{assets[0].symbol} {recognised(legs)}" if len(legs) == len(assets) else "structure"
    if len(symbols) > 1:
        raise InvalidInput("The legs of a structure are on one underlying.")
    return await _draft(args, name, trades, lines, context, units=units)


def _units(quantity: Decimal | None) -> int:
    if quantity is None:
        return 1
    if quantity < 1 or quantity != quantity.to_integral_value():
        raise InvalidInput("Say how many of the structure: a whole number.")
    return int(quantity)


def _alone(args: DraftArgs, leg: DraftLeg) -> DraftArgs:
    """The leg as it would be drafted alone."""
    return args.model_copy(
        update={
            "right": leg.right,
            "strike": leg.strike,
            "expiry": (leg.expiry or args.expiry) if leg.right else None,
            "kind": AssetKind.OPTION if leg.right else AssetKind.STOCK,
            "legs": (),
        }
    )


async def _draft(
    args: DraftArgs,
    name: str,
    trades: Sequence[Trade],
    lines: Sequence[BookLine],
    context: ToolContext,
    *,
    units: int,
) -> ToolResult:
    drafts = []
    for trade in trades:
        held = await context.holdings.of_asset(trade.asset.key)
        action = args.action
        if action is not Action.CLOSE:
            action = Action.BUY if trade.quantity > 0 else Action.SELL
        quantity = abs(trade.quantity)
        check_whole(trade.asset, quantity)
        drafts.append(
            drafted(action, trade.asset, held, quantity=quantity, price=trade.price, at=context.now)
        )
    found = StructureDraft(
        name=name,
        action=args.action,
        drafts=tuple(drafts),
        net=net_of(trades, units),
        is_opening=args.action is not Action.CLOSE,
    )
    return _drawn(found, lines, context, args)


def _drawn(
    found: StructureDraft, lines: Sequence[BookLine], context: ToolContext, args: DraftArgs
) -> ToolResult:
    book = HoldingsBook(context.book, context.now)
    rows = []
    for place, each in enumerate(found.drafts):
        before, after = (
            shown(book.quantity(f"leg{place}.{when}", holding.quantity, f"held {when}", each.asset))
            for when, holding in (("before", each.before), ("after", each.after))
        )
        rows.append(DraftRow(label=each.summary, before=before, after=after))
    legs = tuple(DraftTerms.model_validate(terms_of(each)) for each in found.drafts)
    cash = book.money("cash", found.cash, "cash", entity=found.name)
    card = PositionDraftCard(
        draft=legs[0].model_copy(update={"summary": found.summary}),
        legs=legs,
        is_opening=found.is_opening,
        rows=tuple(rows),
        cash=shown(cash),
        realised=shown(book.money("realised", found.realised, "realised", entity=found.name)),
        market=None,
        valid_minutes=int(VALID_FOR.total_seconds() // 60),
        outcome="",
        notes=tuple(_notes(found, lines, args)),
        freshness=book_freshness(
            lines,
            context.market.provider,
            context.now,
            f"market {calendar.phase_at(context.now).value}",
        ),
    )
    count = book.count("legs", len(legs), "legs of the draft")
    verb = "opens" if found.is_opening else "closes"
    assumed = " at the market's prices, for none was named" if _is_assumed(args) else ""
    money = f", for {cash.ref} USD{assumed}" if cash else ""
    sentence = (
        f"Here is a draft that {verb} the {found.name}, {count.ref} legs in one{money}. Nothing is"
        " stored until you confirm it on the card."
    )
    return ToolResult(sentence, (card,))


def _is_assumed(args: DraftArgs) -> bool:
    """The price of a leg at least is the market's, not the member's."""
    is_each_named = bool(args.legs) and all(leg.price is not None for leg in args.legs)
    return args.price is None and not is_each_named


def _notes(found: StructureDraft, lines: Sequence[BookLine], args: DraftArgs) -> list[str]:
    notes = ["All legs are stored together or none."]
    if args.price is not None:
        notes.append("The net price is laid over the legs' market prices.")
    elif _is_assumed(args):
        notes.append("You named no price: the market's is taken for each leg.")
    if found.net is None:
        notes.append("Without the price of each leg profit and loss cannot be told.")
    notes += [f"{line.position.asset.label}: {line.absence}." for line in lines if line.absence]
    return notes
