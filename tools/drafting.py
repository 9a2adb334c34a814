"""The model's door to changing positions: it drafts, a member's click stores.

Decided: this tool writes nothing at all. What it works out stands on a card; only the card's button,
pressed by the member, makes it a position.
"""

from decimal import Decimal

from app.market import calendar
from app.positions.drafts import VALID_FOR, Action, Draft, drafted, plain, terms_of
from app.positions.marks import BookLine
from app.positions.models import check_whole, checked
from tools.base import Example, ToolContext, ToolResult, tool
from tools.drafting_arguments import DraftArgs
from tools.drafting_assets import asset_of, priced
from tools.drafting_structures import structure_drafted
from tools.positions_card import HoldingsBook, book_freshness
from tools.wording import shown
from widgets.positions import DraftRow, DraftTerms, PositionDraftCard


@tool(
    DraftArgs,
    examples=[
        Example("add two apr 130 calls in DIS at 3.20", {"action": "buy", "symbol": "DIS", "quantity": "2", "right": "call", "strike": "130", "expiry": "apr", "price": "3.20"}),
        Example("close one of them", {"action": "close", "symbol": "DIS", "quantity": "1"}),
        Example("sold 100 aapl at 231.50", {"action": "sell", "symbol": "AAPL", "quantity": "100", "price": "231.50"}),
        Example("i bought 50 nvda", {"action": "buy", "symbol": "NVDA", "quantity": "50"}),
        Example("close my tesla position", {"action": "close", "symbol": "TSLA"}),
        Example("close my amd iron condor", {"action": "close", "symbol": "AMD", "structure": "iron condor"}),
        Example("sold the spy 600/590 put spread dec at 2.10", {"action": "sell", "symbol": "SPY", "expiry": "dec", "price": "2.10", "legs": [{"side": "sell", "right": "put", "strike": "600"}, {"side": "buy", "right": "put", "strike": "590"}]}),
        Example("add 0.5 bitcoin at 91000", {"action": "buy", "symbol": "BTC/USD", "quantity": "0.5", "price": "91000"}),
        Example("sold 3 dec 600 puts on spy for 4.10", {"action": "sell", "symbol": "SPY", "quantity": "3", "right": "put", "strike": "600", "expiry": "dec", "price": "4.10"}),
        Example("i actually hold 120 shares of amd at 140", {"action": "correct", "symbol": "AMD", "quantity": "120", "price": "140"}),
    ],
)  # fmt: skip
async def draft_position_change(args: DraftArgs, context: ToolContext) -> ToolResult:
    """Draft a change to the member's positions: a trade they made, a close, or a correction.

    It stores nothing: the member sees a card with exactly what would change and confirms it there.
    Say that it is a draft; never say that it is done. One contract or symbol a call, or one
    structure: its `legs` to open it, its name in `structure` to close all of it.
    """
    positions = await context.holdings.positions()
    if found := await structure_drafted(args, positions, context):
        return found
    asset = await asset_of(args, positions, context)
    (line,) = await priced([asset], context)
    held = await context.holdings.of_asset(asset.key)
    price, is_assumed = _price(args, line)
    draft = drafted(args.action, asset, held, quantity=args.quantity, price=price, at=context.now)
    check_whole(asset, draft.quantity)
    card, sentence = _drawn(draft, line, context, is_assumed=is_assumed)
    return ToolResult(sentence, (card,))


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
    assumed = ", the market's price, for none was named" if is_assumed else ""
    at = f" at {price.ref}{assumed}" if price else ""
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
