"""Strikes of legs that are named by delta, at the money, or by their distance from another leg.

Decided: they become listed strikes before anything is computed, so that the answer can say which; a
distance that is not listed becomes the nearest one that is, on the same side of the leg it counts from.
"""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from app.core.errors import InvalidInput, NotFound
from app.market.chains import OptionKind
from app.options.chains import Series
from app.options.legs import LegKind
from app.options.service import Listed, contract_row, nearest_series, reading
from tools.options_words import series_on
from tools.structures_arguments import LegArg, StructureArgs


def with_strikes(args: StructureArgs, listed: Listed | None, *, usual_days: int) -> StructureArgs:
    """The same structure with a strike on every option."""
    legs: list[LegArg] = []
    for leg in args.legs:
        is_struck = leg.kind is LegKind.STOCK or leg.strike is not None
        legs.append(leg if is_struck else _struck(args, leg, listed, legs, usual_days))
    return args.model_copy(update={"legs": tuple(legs)})


def series_of(args: StructureArgs, leg: LegArg, listed: Listed, *, usual_days: int) -> Series:
    """The expiry of a leg: its own, that of the structure, else about a month out."""
    expiry, days = leg.expiry or args.expiry, leg.days if leg.days is not None else args.days
    if expiry is not None:
        return series_on(listed, expiry)
    return nearest_series(listed, days=usual_days if days is None else days)


def _struck(
    args: StructureArgs,
    leg: LegArg,
    listed: Listed | None,
    before: Sequence[LegArg],
    usual_days: int,
) -> LegArg:
    if leg.delta is None and leg.wide is None and not leg.at_the_money:
        raise InvalidInput(f"Name the strike of the {leg.kind}.")
    if listed is None:
        raise InvalidInput(
            "Name the symbol: strikes by delta, by width or at the money are looked up in its options."
        )
    series = series_of(args, leg, listed, usual_days=usual_days)
    if leg.wide is not None:
        return leg.model_copy(update={"strike": _away(listed, series, leg, leg.wide, before)})
    row = contract_row(listed, series, OptionKind(leg.kind.value), delta=leg.delta)
    return leg.model_copy(update={"strike": reading(listed, row).quote.contract.strike})


def _away(
    listed: Listed, series: Series, leg: LegArg, wide: Decimal, before: Sequence[LegArg]
) -> Decimal:
    """The listed strike nearest to so far out of the money from the last leg of this kind."""
    inner = next((each for each in reversed(before) if each.kind is leg.kind), None)
    if inner is None or inner.strike is None:
        raise InvalidInput(f"The {leg.kind} that is so wide needs another {leg.kind} before it.")
    way = 1 if leg.kind is LegKind.CALL else -1
    start = float(inner.strike)
    is_call = listed.measured.contracts.is_call == (leg.kind is LegKind.CALL)
    rows = np.flatnonzero(listed.measured.on(series) & is_call)
    beyond = rows[way * (listed.measured.contracts.strike[rows] - start) > 0]
    if not len(beyond):
        raise NotFound(f"No {leg.kind} is listed further out of the money than that.")
    wanted = start + way * float(wide)
    nearest = beyond[np.argmin(np.abs(listed.measured.contracts.strike[beyond] - wanted))]
    return reading(listed, int(nearest)).quote.contract.strike
