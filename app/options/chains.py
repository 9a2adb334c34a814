"""A vendor's chain as parallel arrays, with our own volatility and Greeks beside every quote.

Decided: a series is all options of one root and expiry, since SPX and SPXW may share a day and end
hours apart. Each series is priced on the forward its own calls and puts imply, so that dividends and
borrowing need no forecast; where too few strikes trade on both sides, or a dividend yield is given,
that yield is taken. The price of a row is the middle of its market; a last trade stands in only where
there is no quote at all, and is marked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

import numpy as np

from app.core.errors import InvalidInput
from app.market.chains import OptionChain, OptionKind, OptionQuote
from app.market.models import Floats, Ints
from app.options.models import Codes, Contracts, Flags, Greeks, ImpliedVolatility, NoVolatility
from app.options.parity import Forward, implied_forward
from app.options.pricing import implied_greeks
from app.options.settlement import expires_at, root_of, years_until

_FEWEST_PAIRS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Options of one root and expiry; `years` may be negative. `implied` is the forward that its prices
    contain, None where too few of them tell."""

    root: str
    expiry: date
    expires_at: datetime
    years: float
    implied: Forward | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredChain:
    """One row a quote, in the chain's order; `place` is that of its series. `bid` to `price`, `volume`
    and `open_interest` are NaN where there is none."""

    quotes: Sequence[OptionQuote]
    as_of: datetime
    spot: float
    contracts: Contracts
    series: tuple[Series, ...]
    place: Ints
    bid: Floats
    ask: Floats
    price: Floats
    is_last: Flags
    volume: Floats
    open_interest: Floats
    volatility: ImpliedVolatility
    greeks: Greeks

    @property
    def forward(self) -> Floats:
        """Of each row's expiry."""
        contracts = self.contracts
        return contracts.spot * np.exp(
            (contracts.rate - contracts.dividend_yield) * contracts.years
        )

    @property
    def is_in_the_money(self) -> Flags:
        strike = self.contracts.strike
        below, above = strike < self.spot, strike > self.spot
        return np.where(self.contracts.is_call, below, above)

    def on(self, series: Series) -> Flags:
        """Its rows."""
        rows: Flags = self.place == self.series.index(series)
        return rows

    def of_expiry(self, expiry: date) -> tuple[Series, ...]:
        """Usually one; none if nothing expires on that day."""
        return tuple(each for each in self.series if each.expiry == expiry)


def measured(
    chain: OptionChain,
    *,
    rate: float,
    spot: float | None = None,
    dividend_yield: float | None = None,
) -> MeasuredChain:
    """Everything that can be computed of a chain, as of its own time.

    `rate` is continuous, a fraction. `spot` replaces the chain's; one of them must be there.
    """
    underlying = spot if spot is not None else _number(chain.spot)
    if not underlying > 0.0:
        raise InvalidInput(f"There is no price of {chain.underlying} to measure its options by.")
    quotes = chain.quotes
    bid = _column(quotes, lambda quote: quote.bid)
    ask = _column(quotes, lambda quote: quote.ask)
    last = _column(quotes, lambda quote: quote.last)
    price, is_last, doubt = _prices(bid, ask, last)
    series, place = _series(quotes, chain.as_of)
    plain = Contracts.of(
        is_call=[quote.contract.kind is OptionKind.CALL for quote in quotes],
        spot=np.full(len(quotes), underlying),
        strike=[float(quote.contract.strike) for quote in quotes],
        years=np.array([each.years for each in series])[place],
        rate=rate,
        dividend_yield=dividend_yield or 0.0,
    )
    if dividend_yield is None:
        series = tuple(
            replace(
                each, implied=_implied_forward(plain.rows(place == index), price[place == index])
            )
            for index, each in enumerate(series)
        )
    contracts = _on_implied_forwards(plain, series, place)
    volatility, greeks = implied_greeks(contracts, price)
    absence = np.where(np.isnan(price) & (doubt > 0), doubt, volatility.absence)
    return MeasuredChain(
        quotes=quotes,
        as_of=chain.as_of,
        spot=underlying,
        contracts=contracts,
        series=series,
        place=place,
        bid=bid,
        ask=ask,
        price=price,
        is_last=is_last,
        volume=_column(quotes, lambda quote: quote.volume),
        open_interest=_column(quotes, lambda quote: quote.open_interest),
        volatility=ImpliedVolatility(value=volatility.value, absence=absence),
        greeks=greeks,
    )


def _prices(bid: Floats, ask: Floats, last: Floats) -> tuple[Floats, Flags, Codes]:
    """The price of each, whether it is a last trade, and what is wrong with its quote."""
    is_unquoted = np.isnan(bid) & np.isnan(ask)
    is_crossed = bid > ask
    is_one_sided = ~is_unquoted & ~is_crossed & ~((bid > 0.0) & (ask > 0.0))
    doubt = np.where(is_crossed, np.int8(NoVolatility.CROSSED), np.int8(0))
    doubt[is_one_sided] = NoVolatility.ONE_SIDED
    middle = np.where(doubt > 0, np.nan, 0.5 * (bid + ask))
    is_last = is_unquoted & ~np.isnan(last)
    return np.where(is_last, last, middle), is_last, doubt


def _series(quotes: Sequence[OptionQuote], at: datetime) -> tuple[tuple[Series, ...], Ints]:
    """All series, the first to end first, and the place of each quote among them."""
    keys = [(root_of(quote.contract.ticker), quote.contract.expiry) for quote in quotes]
    one_of = dict(zip(keys, (quote.contract for quote in quotes), strict=True))
    ends = {key: expires_at(contract) for key, contract in one_of.items()}
    ordered = sorted(ends, key=lambda key: (ends[key], key))
    places = {key: place for place, key in enumerate(ordered)}
    series = tuple(
        Series(
            root=root,
            expiry=expiry,
            expires_at=ends[root, expiry],
            years=years_until(ends[root, expiry], at),
        )
        for root, expiry in ordered
    )
    return series, np.array([places[key] for key in keys], dtype=np.int64)


def _implied_forward(contracts: Contracts, price: Floats) -> Forward | None:
    """Of the rows of one series."""
    if contracts.years[0] <= 0.0:
        return None
    strike, place = np.unique(contracts.strike, return_inverse=True)
    calls, puts = np.full(len(strike), np.nan), np.full(len(strike), np.nan)
    calls[place[contracts.is_call]] = price[contracts.is_call]
    puts[place[~contracts.is_call]] = price[~contracts.is_call]
    years, rate = float(contracts.years[0]), float(contracts.rate[0])
    forward = implied_forward(strike, calls, puts, years=years, rate=rate)
    return forward if forward is not None and forward.strikes >= _FEWEST_PAIRS else None


def _on_implied_forwards(
    contracts: Contracts, series: tuple[Series, ...], place: Ints
) -> Contracts:
    """Each row with the dividend yield that its series implies, where it does."""
    yields = contracts.dividend_yield.copy()
    for index, each in enumerate(series):
        if each.implied is not None:
            rows = place == index
            spot, rate = float(contracts.spot[0]), float(contracts.rate[0])
            yields[rows] = each.implied.dividend_yield(spot, each.years, rate)
    return replace(contracts, dividend_yield=yields)


def _column(
    quotes: Sequence[OptionQuote], value: Callable[[OptionQuote], Decimal | None]
) -> Floats:
    return np.array([_number(value(quote)) for quote in quotes], dtype=np.float64)


def _number(value: Decimal | None) -> float:
    return float("nan") if value is None else float(value)
