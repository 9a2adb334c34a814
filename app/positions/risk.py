"""The risk of a whole book: its Greeks added up, by underlying and by expiry, and what-ifs.

Decided: shares of different stocks cannot be added, so sums are in dollars, or in shares of SPY after
weighting each underlying by its beta. Gamma is added as the dollars of delta that a move of one
percent brings. A line without Greeks is left out of sums and named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.core.symbols import Symbol
from app.positions.beta import BENCHMARK
from app.positions.marks import BookLine

_ONE_PERCENT = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Greeks of lines together: `dollar_delta` is dollars of underlying held, `gamma` how many dollars
    that changes by on a move of one percent, theta dollars a calendar day, vega and rho dollars a
    point."""

    dollar_delta: float = 0.0
    gamma: float = 0.0
    theta: float = 0.0
    vega: float = 0.0
    rho: float = 0.0

    def __add__(self, other: "Exposure") -> "Exposure":
        return Exposure(
            dollar_delta=self.dollar_delta + other.dollar_delta,
            gamma=self.gamma + other.gamma,
            theta=self.theta + other.theta,
            vega=self.vega + other.vega,
            rho=self.rho + other.rho,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderlyingRisk:
    """One underlying; `delta` in its own shares. `beta` and `weighted_delta`, in shares of SPY, are
    None where it has too little history. `share` is its part of all dollar deltas, sign left out."""

    symbol: Symbol
    delta: float
    exposure: Exposure
    beta: float | None
    weighted_delta: float | None
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryRisk:
    """What ends on one day; `expiry` is None for what never ends."""

    expiry: date | None
    lines: int
    exposure: Exposure


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRisk:
    """`weighted_delta` is in shares of SPY, None without any beta; `unweighted` have none, and
    `left_out` are lines without Greeks."""

    net: Exposure
    weighted_delta: float | None
    weighted_dollars: float | None
    underlyings: tuple[UnderlyingRisk, ...]
    expiries: tuple[ExpiryRisk, ...]
    left_out: tuple[BookLine, ...]
    unweighted: tuple[Symbol, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A what-if: underlyings by percent (of the market's move times their beta if `by_beta`),
    volatility by points, days on."""

    percent: float = 0.0
    points: float = 0.0
    days: float = 0.0
    by_beta: bool = False


def book_risk(
    lines: Sequence[BookLine], betas: Mapping[Symbol, float | None], benchmark: float | None
) -> BookRisk:
    """`benchmark` is the price of SPY."""
    counted = [line for line in lines if line.greeks is not None and line.spot is not None]
    gross = sum(abs(_together(group).dollar_delta) for _, group in _by_symbol(counted))
    underlyings = [
        _underlying(symbol, group, betas.get(symbol), benchmark, gross)
        for symbol, group in _by_symbol(counted)
    ]
    underlyings.sort(key=lambda each: (-each.share, each.symbol))
    weighted = [each.weighted_delta for each in underlyings if each.weighted_delta is not None]
    total = sum(weighted) if weighted else None
    return BookRisk(
        net=_together(counted),
        weighted_delta=total,
        weighted_dollars=None if total is None or benchmark is None else total * benchmark,
        underlyings=tuple(underlyings),
        expiries=tuple(_expiries(counted)),
        left_out=tuple(line for line in lines if line not in counted),
        unweighted=tuple(each.symbol for each in underlyings if each.weighted_delta is None),
    )


def shifted(
    lines: Sequence[BookLine], shift: Shift, betas: Mapping[Symbol, float | None]
) -> tuple[float, tuple[BookLine, ...]]:
    """Profit or loss of the book in dollars, and the lines it is not known of."""
    total, unknown = 0.0, []
    for line in lines:
        moved = _moved(line, shift, betas)
        if moved is None:
            unknown.append(line)
        else:
            total += moved
    return total, tuple(unknown)


def _moved(line: BookLine, shift: Shift, betas: Mapping[Symbol, float | None]) -> float | None:
    symbol = line.position.asset.symbol
    weight = _weight(symbol, betas) if shift.by_beta else 1.0
    if weight is None or line.spot is None:
        return None
    spot = float(line.spot) * max(1.0 + weight * shift.percent * _ONE_PERCENT, 0.0)
    return line.moved(spot=spot, points=shift.points, days=shift.days)


def _weight(symbol: Symbol, betas: Mapping[Symbol, float | None]) -> float | None:
    return 1.0 if symbol == BENCHMARK else betas.get(symbol)


def _exposure(line: BookLine) -> Exposure:
    greeks, spot = line.greeks, line.spot
    if greeks is None or spot is None:
        return Exposure()
    price = float(spot)
    return Exposure(
        dollar_delta=greeks.delta * price,
        gamma=greeks.gamma * price * price * _ONE_PERCENT,
        theta=greeks.theta,
        vega=greeks.vega,
        rho=greeks.rho,
    )


def _together(lines: Iterable[BookLine]) -> Exposure:
    return sum((_exposure(line) for line in lines), Exposure())


def _by_symbol(lines: Sequence[BookLine]) -> list[tuple[Symbol, list[BookLine]]]:
    found: dict[Symbol, list[BookLine]] = {}
    for line in lines:
        found.setdefault(line.position.asset.symbol, []).append(line)
    return sorted(found.items())


def _expiries(lines: Sequence[BookLine]) -> Iterable[ExpiryRisk]:
    """Soonest first, what never ends last."""
    found: dict[date | None, list[BookLine]] = {}
    for line in lines:
        found.setdefault(line.position.asset.expiry, []).append(line)
    for expiry, group in sorted(found.items(), key=lambda each: each[0] or date.max):
        yield ExpiryRisk(expiry=expiry, lines=len(group), exposure=_together(group))


def _underlying(
    symbol: Symbol,
    lines: Sequence[BookLine],
    beta: float | None,
    benchmark: float | None,
    gross: float,
) -> UnderlyingRisk:
    exposure = _together(lines)
    weight = 1.0 if symbol == BENCHMARK else beta
    weighted = None
    if weight is not None and benchmark:
        weighted = weight * exposure.dollar_delta / benchmark
    return UnderlyingRisk(
        symbol=symbol,
        delta=sum(line.greeks.delta for line in lines if line.greeks is not None),
        exposure=exposure,
        beta=weight,
        weighted_delta=weighted,
        share=abs(exposure.dollar_delta) / gross if gross else 0.0,
    )
