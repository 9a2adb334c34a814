"""The model's door to changing positions: it drafts, a member's click stores.

Decided: this tool writes nothing at all. What it works out stands on a card; only the card's button,
pressed by the member, makes it a position.
"""

from decimal import Decimal
from uuid import UUID

from pydantic import Field

from app.core.errors import InvalidInput, NotFound
from app.core.symbols import Symbol
from app.macro.short_rate import short_rate
from app.market import calendar
from app.market.chains import OptionKind
from app.positions.drafts import VALID_FOR, Action, Draft, chosen, drafted, plain, terms_of
from app.positions.expiries import Expiry, read_expiry
from app.positions.marks import BookLine
from app.positions.models import (
    Asset,
    AssetKind,
    Holding,
    Lot,
    Position,
    Source,
    check_whole,
    checked,
    usual_multiplier,
)
from app.positions.roots import as_listed, underlying_of
from app.positions.valuation import value_positions
from tools.arguments import SymbolArgument
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.positions_card import HoldingsBook, book_freshness, shown
from widgets.positions import DraftRow, DraftTerms, PositionDraftCard

NOBODY = UUID(int=0)
"""The id of a position that only exists to be priced."""


class DraftArgs(ToolArgs):
    action: Action = Field(
        description="buy or sell (opens, adds or reduces), close what is held, or correct how much"
        " and at what price it is held."
    )
    symbol: SymbolArgument
    quantity: Decimal | None = Field(
        None,
        ge=0,
        description="How many shares, contracts or coins, without a sign. Leave out to close all. To"
        " correct: what is really held, 0 if it never was.",
    )
    price: Decimal | None = Field(
        None, description="Per share or per unit, as it was traded; leave out if it was not said."
    )
    right: OptionKind | None = Field(None, description="call or put, of an option.")
    strike: Decimal | None = Field(None, gt=0, description="Of an option.")
    expiry: str | None = Field(
        None,
        description="2027-04-16, apr, apr 16 or 4/16; a month is its third Friday.",
        max_length=40,
    )
    root: str | None = Field(
        None,
        description="Of an index option, if it was said: SPX settles in the morning, SPXW at the close.",
        max_length=6,
    )
    kind: AssetKind | None = Field(
        None, description="stock, option, future or crypto, where it is not plain from the rest."
    )
    multiplier: Decimal | None = Field(
        None, gt=0, description="Dollars a point of a future, if it was said."
    )


@tool(
    DraftArgs,
    examples=[
        Example("add two apr 130 calls in DIS at 3.20", {"action": "buy", "symbol": "DIS", "quantity": "2", "right": "call", "strike": "130", "expiry": "apr", "price": "3.20"}),
        Example("close one of them", {"action": "close", "symbol": "DIS", "quantity": "1"}),
        Example("sold 100 aapl at 231.50", {"action": "sell", "symbol": "AAPL", "quantity": "100", "price": "231.50"}),
        Example("i bought 50 nvda", {"action": "buy", "symbol": "NVDA", "quantity": "50"}),
        Example("close my tesla position", {"action": "close", "symbol": "TSLA"}),
        Example("add 0.5 bitcoin at 91000", {"action": "buy", "symbol": "BTC/USD", "quantity": "0.5", "price": "91000"}),
        Example("sold 3 dec 600 puts on spy for 4.10", {"action": "sell", "symbol": "SPY", "quantity": "3", "right": "put", "strike": "600", "expiry": "dec", "price": "4.10"}),
        Example("i actually hold 120 shares of amd at 140", {"action": "correct", "symbol": "AMD", "quantity": "120", "price": "140"}),
    ],
)  # fmt: skip
async def draft_position_change(args: DraftArgs, context: ToolContext) -> ToolResult:
    """Draft a change to the member's positions: a trade they made, a close, or a correction.

    It stores nothing: the member sees a card with exactly what would change and confirms it there.
    Say that it is a draft; never say that it is done. One contract or symbol a call.
    """
    positions = await context.holdings.positions()
    asset = await _asset(args, positions, context)
    line = await _priced(asset, context)
    held = await context.holdings.of_asset(asset.key)
    price, is_assumed = _price(args, line)
    draft = drafted(args.action, asset, held, quantity=args.quantity, price=price, at=context.now)
    check_whole(asset, draft.quantity)
    card, sentence = _drawn(draft, line, context, is_assumed=is_assumed)
    return ToolResult(sentence, (card,))


async def _asset(args: DraftArgs, positions: tuple[Position, ...], context: ToolContext) -> Asset:
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


async def _priced(asset: Asset, context: ToolContext) -> BookLine:
    """One of it at its market's price."""
    lot = Lot(quantity=Decimal(1), price=None, opened_at=context.now)
    one = Position(
        id=NOBODY,
        asset=asset,
        holding=Holding(lots=(lot,)),
        version=0,
        source=Source.TYPED,
        opened_at=context.now,
        updated_at=context.now,
    )
    rate = await short_rate(context.macro, as_of=context.now)
    lines = await value_positions([one], market=context.market, as_of=context.now, rate=rate.value)
    return lines[0]


def _price(args: DraftArgs, line: BookLine) -> tuple[Decimal | None, bool]:
    """The price said, else the market's, and whether it is that."""
    if args.price is not None:
        return checked(args.price, "The price"), False
    if args.action is Action.CORRECT or line.mark is None:
        return None, False
    return round(line.mark.price, 4), True


def _drawn(
    draft: Draft, line: BookLine, context: ToolContext, *, is_assumed: bool
) -> tuple[PositionDraftCard, str]:
    book, asset = HoldingsBook(context.book, context.now), draft.asset
    before = book.quantity("held.before", draft.before.quantity, "held before", asset)
    after = book.quantity("held.after", draft.after.quantity, "held after", asset)
    paid = [
        book.price(f"paid.{when}", holding.price, f"average paid {when}", asset.label)
        for when, holding in (("before", draft.before), ("after", draft.after))
    ]
    price = book.price("price", draft.price, "price of the draft", asset.label)
    quantity = book.quantity("quantity", abs(draft.quantity), "quantity of the draft", asset)
    card = PositionDraftCard(
        draft=DraftTerms.model_validate(terms_of(draft)),
        rows=(
            DraftRow(label="Held", before=shown(before), after=shown(after)),
            DraftRow(label="Average price", before=shown(paid[0]), after=shown(paid[1])),
        ),
        cash=shown(book.money("cash", draft.cash, "cash", entity=asset.label)),
        realised=shown(book.money("realised", draft.realised, "realised", entity=asset.label)),
        market=shown(
            book.price("market", line.mark.price if line.mark else None, "price now", asset.label)
        ),
        valid_minutes=int(VALID_FOR.total_seconds() // 60),
        outcome="",
        notes=tuple(_notes(draft, line, is_assumed=is_assumed)),
        freshness=book_freshness(
            [line],
            context.market.provider,
            context.now,
            f"market {calendar.phase_at(context.now).value}",
        ),
    )
    verb = _verb(draft)
    at = f" at {price.ref}" if price else ""
    sentence = (
        f"Here is a draft: {verb} {quantity.ref} {asset.label}{at}, which takes you from {before.ref}"
        f" to {after.ref} {asset.unit}. Nothing is stored until you confirm it on the card."
    )
    return card, sentence


def _verb(draft: Draft) -> str:
    """Never "close": before a number that is a price."""
    if draft.action is Action.CORRECT:
        return "correct to"
    is_sold = (draft.change.quantity or 0) < 0
    if draft.action is Action.CLOSE and not is_sold:
        return "buy back"
    return "sell" if is_sold else "buy"


def _notes(draft: Draft, line: BookLine, *, is_assumed: bool) -> list[str]:
    asset, notes = draft.asset, []
    if is_assumed:
        notes.append("You named no price: the market's is taken.")
    elif draft.price is None and draft.action is not Action.CORRECT:
        notes.append("Without a price profit and loss cannot be told.")
    if line.absence:
        notes.append(f"No price here: {line.absence}.")
    if draft.before.quantity * draft.after.quantity < 0:
        notes.append("This is more than is held: it turns the position around.")
    elif draft.action is Action.SELL and not draft.before.quantity:
        notes.append("Nothing of it is held: this opens a short position.")
    if asset.multiplier != 1:
        notes.append(f"One contract is {plain(asset.multiplier)} times its price.")
    return notes
