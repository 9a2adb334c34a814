"""Implied volatility and five Greeks of a chain: ours against vollib and its fast successors.

20,000 options on an index: 20 expiries of one day to two years, a smile, prices to all digits. Every
candidate gets the same arrays in the form it likes best, and CPU time of all threads counts, so cores
bring a peer nothing. Only options are in it that every candidate can solve: worth a cent or more, time
value above a millionth of that. There volatilities must agree to 1e-9 and Greeks to 1e-7; what misses
it is printed with its error, not left out.
"""

import importlib.metadata
import warnings
from collections.abc import Callable, Mapping

import numpy as np

from app.market.models import Floats
from app.options.models import Contracts
from app.options.pricing import implied_greeks, prices
from benchmarks.paired import paired_timings, print_timings

COUNT = 20_000
SPOT, RATE, DIVIDEND_YIELD = 5_000.0, 0.04, 0.013
COLUMNS = ("implied volatility", "delta", "gamma", "theta", "vega", "rho")
TOLERANCE = {"implied volatility": 1e-9}
GREEKS_TOLERANCE = 1e-7
Found = Mapping[str, Floats]
Candidate = Callable[[], Found]


def run() -> None:
    """Check that all agree, then print paired medians."""
    contracts, price = listed_chain()
    few = np.arange(COUNT) < 50
    print_timings(
        f"Implied volatility and five Greeks of {COUNT:,} options, CPU time per call",
        paired_timings(checked(contracts, price), rounds=7),
    )
    print_timings(
        f"The same of {few.sum()} options",
        paired_timings(checked(contracts.rows(few), price[few]), rounds=7),
    )


def listed_chain() -> tuple[Contracts, Floats]:
    days = np.concatenate(([1, 2, 3, 4, 5, 7, 9, 14, 21, 28], np.linspace(35, 730, 10)))
    years, deviations = np.meshgrid(days / 365, np.linspace(-5, 4, 800), indexing="ij")
    volatility = 0.18 - 0.02 * deviations + 0.005 * deviations**2
    strike = SPOT * np.exp(deviations * 0.18 * np.sqrt(years))
    columns = {"strike": strike, "years": years, "volatility": volatility}
    table = {name: np.tile(column.ravel(), 2) for name, column in columns.items()}
    contracts = Contracts.of(
        is_call=np.repeat([True, False], strike.size),
        spot=SPOT,
        strike=table["strike"],
        years=table["years"],
        rate=RATE,
        dividend_yield=DIVIDEND_YIELD,
    )
    price = prices(contracts, table["volatility"])
    held = SPOT * np.exp(-DIVIDEND_YIELD * contracts.years)
    owed = contracts.strike * np.exp(-RATE * contracts.years)
    intrinsic = np.maximum(np.where(contracts.is_call, held - owed, owed - held), 0.0)
    solvable = np.flatnonzero((price >= 0.01) & (price - intrinsic > 1e-6 * price))
    chosen = np.sort(np.random.default_rng(4).choice(solvable, COUNT, replace=False))
    return contracts.rows(chosen), price[chosen]


def checked(contracts: Contracts, price: Floats) -> Mapping[str, Candidate]:
    """All candidates, those that miss the tolerance by their error."""
    candidates: dict[str, Candidate] = {"trading coach (numpy)": lambda: by_us(contracts, price)}
    ours = by_us(contracts, price)
    peers = {
        f"vollib {_version('vollib')} (one by one)": lambda: by_vollib(contracts, price),
        f"iv-engine {_version('iv-engine')} + pyvolr Greeks": lambda: by_iv_engine(
            contracts, price
        ),
        f"pyvolr {_version('pyvolr')}": lambda: by_pyvolr(contracts, price),
        f"fast-vollib {_version('fast-vollib')}": lambda: by_fast_vollib(contracts, price),
    }
    for name, peer in peers.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            off = _worst(peer(), ours)
        candidates[name if off is None else f"{name}, {off}"] = peer
    return candidates


def by_us(contracts: Contracts, price: Floats) -> Found:
    found, greeks = implied_greeks(contracts, price)
    each = (greeks.delta, greeks.gamma, greeks.theta, greeks.vega, greeks.rho)
    return dict(zip(COLUMNS, (found.value, *each), strict=True))


def by_vollib(contracts: Contracts, price: Floats) -> Found:
    """A loop, as vollib takes one option at a time."""
    from vollib.black_scholes_merton.greeks import analytical
    from vollib.black_scholes_merton.implied_volatility import implied_volatility

    greeks = [getattr(analytical, name) for name in COLUMNS[1:]]
    rows = zip(
        np.where(contracts.is_call, "c", "p").tolist(),
        price.tolist(),
        contracts.strike.tolist(),
        contracts.years.tolist(),
        strict=True,
    )
    table = np.empty((6, len(price)))
    for index, (flag, paid, strike, years) in enumerate(rows):
        sigma = implied_volatility(paid, SPOT, strike, years, RATE, DIVIDEND_YIELD, flag)
        table[0, index] = sigma
        for row, greek in enumerate(greeks, start=1):
            table[row, index] = greek(flag, SPOT, strike, years, RATE, sigma, DIVIDEND_YIELD)
    return dict(zip(COLUMNS, table, strict=True))


def by_pyvolr(contracts: Contracts, price: Floats) -> Found:
    from pyvolr import bs

    flags = np.where(contracts.is_call, "c", "p")
    sigma = bs.implied_vol(
        price, flags, contracts.spot, contracts.strike, contracts.years, RATE, DIVIDEND_YIELD
    )
    return {"implied volatility": sigma, **_pyvolr_greeks(contracts, flags, sigma)}


def by_iv_engine(contracts: Contracts, price: Floats) -> Found:
    """It takes undiscounted prices on forwards, calls and puts apart, and has no rho."""
    from iv_engine import implied_volatilities

    grown = price * np.exp(RATE * contracts.years)
    forward = SPOT * np.exp((RATE - DIVIDEND_YIELD) * contracts.years)
    sigma = np.empty(len(price))
    for is_call in (True, False):
        rows = contracts.is_call == is_call
        sigma[rows] = implied_volatilities(
            grown[rows],
            forward[rows],
            contracts.strike[rows],
            contracts.years[rows],
            is_call=is_call,
            parallel=False,
        )
    flags = np.where(contracts.is_call, "c", "p")
    return {"implied volatility": sigma, **_pyvolr_greeks(contracts, flags, sigma)}


def by_fast_vollib(contracts: Contracts, price: Floats) -> Found:
    from fast_vollib import fast_implied_volatility, get_all_greeks

    flags = np.where(contracts.is_call, "c", "p")
    market = (contracts.spot, contracts.strike, contracts.years, RATE)
    how = {"model": "black_scholes_merton", "return_as": "numpy"}
    sigma = fast_implied_volatility(price, *market, flags, q=DIVIDEND_YIELD, **how)
    greeks = get_all_greeks(
        flags, *market, sigma, q=DIVIDEND_YIELD, model=how["model"], return_as="dict"
    )
    return {"implied volatility": sigma, **{name: greeks[name] for name in COLUMNS[1:]}}


def _pyvolr_greeks(contracts: Contracts, flags: np.ndarray, sigma: Floats) -> Found:
    """Its Greeks are per year and per whole: brought to days and points."""
    from pyvolr import bs

    found = bs.greeks(
        flags, contracts.spot, contracts.strike, contracts.years, RATE, sigma, DIVIDEND_YIELD
    )
    scale = {"theta": 1 / 365, "vega": 0.01, "rho": 0.01}
    return {name: np.asarray(found[name]) * scale.get(name, 1.0) for name in COLUMNS[1:]}


def _worst(found: Found, ours: Found) -> str | None:
    """The column farthest outside of its tolerance, in words; None if all are within."""
    errors = {}
    for name in COLUMNS:
        size = np.maximum(np.abs(ours[name]), 1e-9 if name != "implied volatility" else 0.0)
        error = float(np.nanmax(np.abs(found[name] - ours[name]) / size))
        if not error <= TOLERANCE.get(name, GREEKS_TOLERANCE):
            errors[name] = error
    if not errors:
        return None
    name = max(errors, key=lambda each: errors[each])
    return f"{name} off by {errors[name]:.0e}"


def _version(package: str) -> str:
    return importlib.metadata.version(package)
