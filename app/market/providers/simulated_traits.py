"""Sectors, market caps and usual option volumes of the simulated market.

Decided: a cap is made of what trades and a chance of the symbol's own; round figures, so
that nobody takes one for a real one. Only stocks have one. Options trade in the measure of the stock.
"""

from collections.abc import Mapping
from decimal import Decimal

from app.core.symbols import AssetClass, Symbol
from app.market.providers.simulated_anchors import Anchor
from app.market.providers.simulated_chance import uniforms
from app.market.providers.simulated_listing import has_options
from app.market.traits import Traits

_LARGE, _TRADED = 2e12, 1e10
"""A company of this worth trades so many dollars a day; a tenth of that, a hundredth of the worth."""
_CONTRACTS = 8_000.0
"""A day, of a stock that trades a hundred million dollars."""


def simulated_traits(anchors: Mapping[Symbol, Anchor]) -> Mapping[Symbol, Traits]:
    return {symbol: _traits(anchor) for symbol, anchor in anchors.items()}


def _traits(anchor: Anchor) -> Traits:
    instrument, turnover = anchor.instrument, anchor.price * anchor.volume
    cap = None
    if instrument.asset_class is AssetClass.STOCK:
        chance = float(uniforms(1, "market cap", instrument.symbol)[0])
        cap = _round(_LARGE * (turnover / _TRADED) ** 2 * (0.5 + chance))
    has_any = turnover > 0 and has_options(instrument)
    volume = int(_round(_CONTRACTS * (turnover / 1e8) ** 0.5)) if has_any else None
    is_fund = instrument.asset_class is not AssetClass.STOCK
    return Traits(None if is_fund else anchor.sector, cap, volume)


def _round(value: float) -> Decimal:
    """Two digits."""
    return Decimal(f"{value:.1e}").quantize(Decimal(1))
