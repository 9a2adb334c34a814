"""Which options a roll is about: those the member holds, else the one that was typed.

Decided: what is held decides. Only where nothing held answers to the words is the contract taken as it
was typed, and what was left out of it is assumed and said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from app.core.errors import InvalidInput, NotFound, NotSignedIn
from app.core.symbols import Symbol
from app.market.chains import OptionKind
from app.options.roll_rules import LONG_LIVED
from app.options.roll_targets import Held
from app.options.service import Listed, contract_row, nearest_series
from app.positions.models import Position
from app.positions.valuation import end_of
from tools.base import ToolContext
from tools.options_words import series_on
from tools.rolls_arguments import RollArgs

MOST = 3
"""Options of one answer."""
USUAL_DAYS = 30
NOTHING = (
    "You hold no such option here. Name its underlying, strike and expiry and I take it as typed."
)
_SPREAD = "It is one of several options you hold in {symbol}; the others stay as they are."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One option to roll. `expiry` None means about a month out; `paid` a share, None if not known;
    `lived` is how many days it has been held."""

    symbol: Symbol
    kind: OptionKind
    strike: Decimal
    expiry: date | None
    quantity: Decimal
    multiplier: Decimal
    root: str = ""
    paid: Decimal | None = None
    lived: float = 0.0
    notes: tuple[str, ...] = ()
    is_held: bool = True

    @property
    def is_long(self) -> bool:
        return self.quantity > 0

    @property
    def shares(self) -> Decimal:
        return self.quantity * self.multiplier


async def wanted(args: RollArgs, context: ToolContext, at: datetime) -> tuple[list[Wanted], bool]:
    """Those that answer to the words, at most `MOST`, and whether there are more."""
    is_typed = args.symbol is not None and args.strike is not None
    try:
        positions = await context.holdings.positions()
    except NotSignedIn:
        if not is_typed:
            raise
        positions = ()
    held = [each for each in positions if _answers(each, args, at)]
    if held:
        return [_of_position(each, positions, at) for each in held[:MOST]], len(held) > MOST
    if not is_typed:
        raise NotFound(NOTHING)
    return [_typed(args)], False


def _answers(position: Position, args: RollArgs, at: datetime) -> bool:
    asset = position.asset
    if not asset.is_option or asset.expiry is None:
        return False
    ends = end_of(asset)
    if ends is None or ends <= at:
        return False
    side = "buy" if position.quantity > 0 else "sell"
    pairs = (
        (args.symbol, asset.symbol),
        (args.kind, asset.right),
        (args.strike, asset.strike),
        (args.expiry, asset.expiry),
        (args.year, asset.expiry.year),
        (args.side, side),
    )
    if args.is_leaps and not _is_leaps(position):
        return False
    return all(asked is None or asked == own for asked, own in pairs)


def _is_leaps(position: Position) -> bool:
    asset = position.asset
    opened = min((lot.opened_at for lot in position.holding.lots), default=position.opened_at)
    ends = end_of(asset)
    return ends is not None and ends - opened >= timedelta(days=LONG_LIVED)


def _of_position(position: Position, all_held: Sequence[Position], at: datetime) -> Wanted:
    asset, holding = position.asset, position.holding
    assert asset.strike is not None and asset.right is not None  # noqa: S101, PT018 - it is an option
    beside = any(
        each.asset.is_option and each.asset.symbol == asset.symbol and each is not position
        for each in all_held
    )
    first = min((lot.opened_at for lot in holding.lots), default=at)
    return Wanted(
        symbol=asset.symbol,
        kind=asset.right,
        strike=asset.strike,
        expiry=asset.expiry,
        quantity=position.quantity,
        multiplier=asset.multiplier,
        root=asset.root,
        paid=holding.price,
        lived=max((at - first) / timedelta(days=1), 0.0),
        notes=(_SPREAD.format(symbol=asset.symbol),) if beside else (),
    )


def _typed(args: RollArgs) -> Wanted:
    assert args.symbol is not None and args.strike is not None  # noqa: S101, PT018 - so it is typed
    if args.kind is None:
        raise InvalidInput("Say whether it is a call or a put.")
    notes = ["You hold none of it here; it is taken as you typed it."]
    if args.side is None:
        notes.append("It is taken as bought: say short if it was sold.")
    sign = -1 if args.side == "sell" else 1
    expiry = args.expiry
    if expiry is None and args.year is not None:
        expiry = _leaps_of(args.year)
    if expiry is None:
        notes.append("No expiry was named: the listed one nearest to a month out is taken.")
    return Wanted(
        symbol=Symbol(args.symbol),
        kind=args.kind,
        strike=args.strike,
        expiry=expiry,
        quantity=Decimal(sign * (args.quantity or 1)),
        multiplier=Decimal(100),
        paid=args.price,
        notes=tuple(notes),
        is_held=False,
    )


def _leaps_of(year: int) -> date:
    """The third Friday of January, when LEAPS end."""
    first = date(year, 1, 1)
    return first + timedelta(days=(4 - first.weekday()) % 7 + 14)


def found_in(listed: Listed, asked: Wanted) -> Held:
    """The row of the chain; `NotFound` names near expiries or strikes."""
    if asked.expiry is None:
        series = nearest_series(listed, days=USUAL_DAYS)
    else:
        series = series_on(listed, asked.expiry)
        own = [
            each
            for each in listed.measured.of_expiry(asked.expiry)
            if each.root == asked.root and each.years > 0.0
        ]
        series = own[0] if own else series
    row = contract_row(listed, series, asked.kind, strike=float(asked.strike))
    return Held(listed=listed, row=row, is_long=asked.is_long)
