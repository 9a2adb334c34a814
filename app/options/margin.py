"""What a broker may ask as security: an estimate by the public rules, never a broker's figure.

Decided: FINRA 4210(f)(2) as most US brokers apply it to Regulation T accounts. What is covered is asked
its worst result; a short option that is not costs its premium and 20 % of the underlying (15 % of a broad
index) less what it is out of the money, 10 % at least, of the strike for puts. Of naked calls and puts
together the dearer side counts, with the other's premium. Portfolio margin is another matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.options.legs import Leg, LegKind
from app.options.payoff import ZERO, payoff

_SHARE = Decimal("0.20")
_SHARE_OF_INDEX = Decimal("0.15")
_LEAST = Decimal("0.10")


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """An estimate in dollars; `is_defined` where no short option is naked and it is the worst result."""

    required: Decimal
    is_defined: bool


def estimated_margin(legs: Sequence[Leg], spot: Decimal, *, is_index: bool = False) -> Margin:
    """Of legs that end together."""
    worst = payoff(legs).worst
    naked = [(leg, bare) for leg in legs if (bare := _naked_shares(leg, legs)) > 0]
    if not naked and worst is not None:
        return Margin(required=max(-worst, ZERO), is_defined=True)
    share = _SHARE_OF_INDEX if is_index else _SHARE
    sides = []
    for kind in (LegKind.CALL, LegKind.PUT):
        of_kind = [(leg, bare) for leg, bare in naked if leg.kind is kind]
        premium = sum((bare * leg.price for leg, bare in of_kind), ZERO)
        deposit = sum((bare * _deposit(leg, spot, share) for leg, bare in of_kind), ZERO)
        sides.append((deposit, premium))
    premiums = sum((premium for _, premium in sides), ZERO)
    return Margin(required=max(deposit for deposit, _ in sides) + premiums, is_defined=False)


def _naked_shares(leg: Leg, legs: Sequence[Leg]) -> Decimal:
    """Shares sold by this leg that no stock and no bought option of its kind stands for.

    Cover goes to the legs in their order.
    """
    if not leg.is_option or leg.shares > 0:
        return ZERO
    of_stock = 1 if leg.kind is LegKind.CALL else -1
    cover = sum((max(each.shares, ZERO) for each in legs if each.kind is leg.kind), ZERO)
    cover += sum((max(of_stock * each.shares, ZERO) for each in legs if not each.is_option), ZERO)
    for each in legs:
        if each is leg:
            break
        if each.kind is leg.kind and each.shares < 0:
            cover += each.shares
    return max(-leg.shares - max(cover, ZERO), ZERO)


def _deposit(leg: Leg, spot: Decimal, share: Decimal) -> Decimal:
    """Per share, without the premium."""
    strike = leg.strike or ZERO
    is_call = leg.kind is LegKind.CALL
    out = max(strike - spot if is_call else spot - strike, ZERO)
    return max(share * spot - out, _LEAST * (spot if is_call else strike))
