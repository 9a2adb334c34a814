"""What a broker may ask as security: an estimate by the public rules, never a broker's figure.

Decided: FINRA 4210(f)(2) as most US brokers apply it to Regulation T accounts. What is covered is asked
its worst result; a short option that is not costs its premium and 20 % of the underlying (15 % of a broad
index) less what it is out of the money, 10 % at least, of the strike for puts. Of naked calls and puts
together the dearer side counts, with the other's premium. Stock sold short that no call stands for is
asked 150 % of its value, the proceeds among it, and a put sold beside it what it is in the money. What
is left beside naked legs is asked its worst result too. Portfolio margin is another matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.options.legs import Leg, LegKind
from app.options.payoff import ZERO, payoff

_SHARE = Decimal("0.20")
_SHARE_OF_INDEX = Decimal("0.15")
_LEAST = Decimal("0.10")
_SHORT_STOCK = Decimal("1.50")


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """An estimate in dollars; `is_defined` where no short option is naked and it is the worst result."""

    required: Decimal
    is_defined: bool


def estimated_margin(legs: Sequence[Leg], spot: Decimal, *, is_index: bool = False) -> Margin:
    """Of legs that end together."""
    bare = [_naked_shares(leg, legs) for leg in legs]
    sold_short = _bare_stock(legs)
    if not any(bare) and not sold_short:
        worst = payoff(legs).worst
        return Margin(required=max(-(worst or ZERO), ZERO), is_defined=True)
    beside = _puts_beside_stock(legs, bare, sold_short)
    required = _of_naked(legs, bare, spot, _SHARE_OF_INDEX if is_index else _SHARE)
    required += _SHORT_STOCK * spot * sold_short
    required += sum(
        (shares * leg.intrinsic(spot) for leg, shares in zip(legs, beside, strict=True)), ZERO
    )
    rest = _rest(legs, [one + other for one, other in zip(bare, beside, strict=True)], sold_short)
    worst = payoff(rest).worst if rest else None
    return Margin(required=required + max(-(worst or ZERO), ZERO), is_defined=False)


def _of_naked(
    legs: Sequence[Leg], bare: Sequence[Decimal], spot: Decimal, share: Decimal
) -> Decimal:
    sides = []
    for kind in (LegKind.CALL, LegKind.PUT):
        of_kind = [
            (leg, shares) for leg, shares in zip(legs, bare, strict=True) if leg.kind is kind
        ]
        premium = sum((shares * leg.price for leg, shares in of_kind), ZERO)
        deposit = sum((shares * _deposit(leg, spot, share) for leg, shares in of_kind), ZERO)
        sides.append((deposit, premium))
    return max(deposit for deposit, _ in sides) + sum((premium for _, premium in sides), ZERO)


def _bare_stock(legs: Sequence[Leg]) -> Decimal:
    """Shares sold short beyond what bought calls, less the sold ones, stand for."""
    stock = sum((leg.shares for leg in legs if not leg.is_option), ZERO)
    calls = sum((leg.shares for leg in legs if leg.kind is LegKind.CALL), ZERO)
    return max(-stock - max(calls, ZERO), ZERO)


def _puts_beside_stock(
    legs: Sequence[Leg], bare: Sequence[Decimal], sold_short: Decimal
) -> list[Decimal]:
    """Shares of sold puts, by leg, that only stock sold short stands for."""
    options = [leg for leg in legs if leg.is_option]
    found, left = [], sold_short
    for leg, naked in zip(legs, bare, strict=True):
        is_put = leg.kind is LegKind.PUT
        without = _naked_shares(leg, options) - naked if is_put else ZERO
        found.append(min(without, left))
        left -= found[-1]
    return found


def _rest(legs: Sequence[Leg], taken: Sequence[Decimal], sold_short: Decimal) -> list[Leg]:
    """Without what is asked for by itself."""
    found = []
    for leg, shares in zip(legs, taken, strict=True):
        away = shares
        if not leg.is_option and leg.shares < 0:
            away = min(-leg.shares, sold_short)
            sold_short -= away
        left = leg.shares + away
        if left:
            found.append(replace(leg, quantity=left / leg.multiplier if leg.is_option else left))
    return found


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
