"""Values of the market as JSON and bytes, and back: what is kept outside of the process.

Decided: no pickle. Bars are their columns one after the other, float64 and int64 in little endian;
everything else is JSON with decimals as text.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np

from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.market.chains import (
    ExerciseStyle,
    OptionChain,
    OptionContract,
    OptionKind,
    OptionQuote,
)
from app.market.models import Bars, Instrument, Provider
from app.market.vendor import Snapshot

Values = Mapping[str, Any]

_SNAPSHOT = ("last", "open", "high", "low", "volume", "previous_close")
_QUOTE = (
    "bid",
    "ask",
    "last",
    "implied_volatility",
    "delta",
    "gamma",
    "theta",
    "vega",
    "volume",
    "open_interest",
)
_COLUMNS = ("open", "high", "low", "close", "volume")


def packed_bars(bars: Bars) -> tuple[Values, bytes]:
    """The head and the columns."""
    columns = [bars.time.astype("<i8"), *(getattr(bars, name).astype("<f8") for name in _COLUMNS)]
    body = b"".join(column.tobytes() for column in columns)
    return {"count": len(bars), "provider": provider_values(bars.provider)}, body


def unpacked_bars(symbol: Symbol, timeframe: Timeframe, head: Values, body: bytes) -> Bars:
    """The bars that `packed_bars` packed; the columns are views of `body`."""
    count = int(head["count"])
    time = np.frombuffer(body, "<i8", count)
    columns = np.frombuffer(body, "<f8", count * len(_COLUMNS), offset=8 * count)
    opened, high, low, close, volume = columns.reshape(len(_COLUMNS), count)
    return Bars(
        symbol=symbol,
        timeframe=timeframe,
        time=time,
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=volume,
        provider=provider_from(head["provider"]),
    )


def provider_values(provider: Provider) -> Values:
    values = asdict(provider)
    values["stale_since"] = provider.stale_since and provider.stale_since.isoformat()
    return values


def provider_from(values: Values) -> Provider:
    since = values["stale_since"]
    return Provider(
        **{
            **values,
            "stale_since": since and datetime.fromisoformat(since),
            "instead_of": tuple(values["instead_of"]),
        }
    )


def snapshot_values(snapshot: Snapshot) -> Values:
    return {
        "symbol": snapshot.symbol,
        "at": snapshot.at.isoformat(),
        "provider": provider_values(snapshot.provider),
        **{name: _text(getattr(snapshot, name)) for name in _SNAPSHOT},
    }


def snapshot_from(values: Values) -> Snapshot:
    return Snapshot(
        symbol=Symbol(values["symbol"]),
        at=datetime.fromisoformat(values["at"]),
        provider=provider_from(values["provider"]),
        **{name: _decimal(values[name]) for name in _SNAPSHOT},  # type: ignore[arg-type]
    )


def instrument_values(instrument: Instrument) -> Values:
    return asdict(instrument)


def instrument_from(values: Values) -> Instrument:
    return Instrument(
        **{
            **values,
            "symbol": Symbol(values["symbol"]),
            "asset_class": AssetClass(values["asset_class"]),
        }
    )


def chain_values(chain: OptionChain) -> Values:
    return {
        "underlying": chain.underlying,
        "provider": provider_values(chain.provider),
        "as_of": chain.as_of.isoformat(),
        "spot": _text(chain.spot),
        "quotes": [_quote_values(each) for each in chain.quotes],
    }


def chain_from(values: Values) -> OptionChain:
    underlying = Symbol(values["underlying"])
    return OptionChain(
        underlying=underlying,
        quotes=tuple(_quote_from(each, underlying) for each in values["quotes"]),
        provider=provider_from(values["provider"]),
        as_of=datetime.fromisoformat(values["as_of"]),
        spot=_decimal(values["spot"]),
    )


def _quote_values(quote: OptionQuote) -> Values:
    contract = quote.contract
    return {
        "ticker": contract.ticker,
        "expiry": contract.expiry.isoformat(),
        "strike": str(contract.strike),
        "kind": contract.kind,
        "style": contract.style,
        "multiplier": str(contract.multiplier),
        "at": quote.at and quote.at.isoformat(),
        "quote": [_text(getattr(quote, name)) for name in _QUOTE],
    }


def _quote_from(values: Values, underlying: Symbol) -> OptionQuote:
    at = values["at"]
    return OptionQuote(
        contract=OptionContract(
            ticker=values["ticker"],
            underlying=underlying,
            expiry=date.fromisoformat(values["expiry"]),
            strike=Decimal(values["strike"]),
            kind=OptionKind(values["kind"]),
            style=ExerciseStyle(values["style"]),
            multiplier=Decimal(values["multiplier"]),
        ),
        at=at and datetime.fromisoformat(at),
        **dict(zip(_QUOTE, map(_decimal, values["quote"]), strict=True)),
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
