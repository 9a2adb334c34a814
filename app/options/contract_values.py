"""What one listed contract is worth and how it moves: the one reading for book, chain and rolls.

Decided: a contract whose right to exercise early is worth a cent a share or more is American throughout,
in volatility and Greeks; every other has the chain's European values, which differ from it by less than
is shown. Where the price contains no volatility that of its strike's other side is borrowed. Where
exercise is best now there is none to tell, and the contract moves as stock does.
"""

from dataclasses import dataclass

import numpy as np

from app.market.chains import ExerciseStyle
from app.options.american import early_exercise
from app.options.chains import MeasuredChain
from app.options.models import Contracts, Greeks, NoVolatility
from app.options.pricer import priced
from app.options.pricing import greeks, may_be_exercised_early
from app.options.smile import smile

EARLY_FROM = 0.01
"""Dollars a share: what the right to exercise early is worth where it counts."""
_CENT = 0.01 + 1e-9
EXERCISE = "it should be exercised"

_NAMES = ("delta", "gamma", "theta", "vega", "rho")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContractValues:
    """Per share and bought; None where there is none. `volatility` is what the price contains, and
    `borrowed` what stands in for it. `is_american` where the right to exercise early counts, `is_due`
    where exercise is best now."""

    contract: Contracts
    volatility: float | None
    borrowed: float | None
    delta: float | None
    gamma: float | None
    theta: float | None
    vega: float | None
    rho: float | None
    absence: str
    is_american: bool
    is_due: bool = False

    @property
    def model_volatility(self) -> float | None:
        """To compute with; what is due needs none."""
        found = self.borrowed if self.volatility is None else self.volatility
        return 0.0 if found is None and self.is_due else found


def contract_values(chain: MeasuredChain, row: int) -> ContractValues:
    """A row of the chain. Some milliseconds where early exercise counts, else next to nothing."""
    return _american(chain, row) if _counts(chain, row) else _european(chain, row)


def early_premium(chain: MeasuredChain, row: int) -> float:
    """What the right to exercise early adds to the European value, in dollars a share, at its volatility
    or, where its price contains none, at its strike's. Zero where there is no such right."""
    contract = _contract(chain, row)
    if not _has_the_right(chain, row, contract):
        return 0.0
    volatility = _known(chain.volatility.value[row]) or _borrowed(chain, row)
    return float(early_exercise(contract, volatility).premium[0]) if volatility else 0.0


def _counts(chain: MeasuredChain, row: int) -> bool:
    if np.isnan(chain.price[row]):
        return False
    if early_premium(chain, row) >= EARLY_FROM:
        return True
    contract = _contract(chain, row)
    return (
        _has_the_right(chain, row, contract)
        and _has_no_time_value(chain, row, contract)
        and _borrowed(chain, row) is None
    )


def _has_the_right(chain: MeasuredChain, row: int, contract: Contracts) -> bool:
    is_american = chain.quotes[row].contract.style is ExerciseStyle.AMERICAN
    return is_american and bool(may_be_exercised_early(contract)[0])


def _has_no_time_value(chain: MeasuredChain, row: int, contract: Contracts) -> bool:
    """No more than a cent above what exercise brings: the middle of a market is no finer."""
    at_once = _at_once(contract)
    return at_once > 0.0 and float(chain.price[row]) <= at_once + _CENT


def _american(chain: MeasuredChain, row: int) -> ContractValues:
    contract, nan = _contract(chain, row), np.array([np.nan])
    borrowed = _borrowed(chain, row)
    if _is_due(chain, row, contract, borrowed):
        moves = _of_stock(contract)
        return _values(contract, moves, (None, borrowed), EXERCISE, is_american=True)
    american, paid = np.array([True]), chain.price[row : row + 1]
    found = priced(contract, volatility=nan, price=paid, is_american=american)
    own, moves = _known(found.volatility.value[0]), found.greeks
    absence = NoVolatility(int(found.volatility.absence[0])).words
    if own is not None:
        return _values(contract, moves, (own, None), absence, is_american=True)
    if borrowed is not None:
        at = np.array([borrowed])
        moves = priced(contract, volatility=at, price=nan, is_american=american).greeks
    return _values(contract, moves, (None, borrowed), absence, is_american=True)


def _is_due(chain: MeasuredChain, row: int, contract: Contracts, borrowed: float | None) -> bool:
    """Exercise brings what is bid or more, and is best at the volatility of its strike; without one, by
    its price alone."""
    is_spent = _has_no_time_value(chain, row, contract)
    if borrowed is None:
        return is_spent
    if not is_spent and not chain.bid[row] <= _at_once(contract):
        return False
    return bool(early_exercise(contract, borrowed).is_best_now[0])


def _at_once(contract: Contracts) -> float:
    side = 1.0 if contract.is_call[0] else -1.0
    return side * float(contract.spot[0] - contract.strike[0])


def _of_stock(contract: Contracts) -> Greeks:
    nothing = np.zeros(1)
    return Greeks(
        delta=np.where(contract.is_call, 1.0, -1.0),
        gamma=nothing,
        theta=nothing,
        vega=nothing,
        rho=nothing,
    )


def _european(chain: MeasuredChain, row: int) -> ContractValues:
    contract, own = _contract(chain, row), _known(chain.volatility.value[row])
    absence = NoVolatility(int(chain.volatility.absence[row])).words
    if own is not None:
        one = slice(row, row + 1)
        moves = Greeks(**{name: getattr(chain.greeks, name)[one] for name in _NAMES})
        return _values(contract, moves, (own, None), absence, is_american=False)
    borrowed = _borrowed(chain, row)
    moves = greeks(contract, np.nan if borrowed is None else borrowed)
    return _values(contract, moves, (None, borrowed), absence, is_american=False)


def _values(
    contract: Contracts,
    moves: Greeks,
    volatilities: tuple[float | None, float | None],
    absence: str,
    *,
    is_american: bool,
) -> ContractValues:
    """`volatilities` are its own and what stands in for it."""
    own, borrowed = volatilities
    return ContractValues(
        contract=contract,
        volatility=own,
        borrowed=borrowed,
        delta=_known(moves.delta[0]),
        gamma=_known(moves.gamma[0]),
        theta=_known(moves.theta[0]),
        vega=_known(moves.vega[0]),
        rho=_known(moves.rho[0]),
        absence=absence,
        is_american=is_american,
        is_due=absence == EXERCISE,
    )


def _borrowed(chain: MeasuredChain, row: int) -> float | None:
    curve = smile(chain, chain.series[int(chain.place[row])])
    return curve.at(float(chain.contracts.strike[row]))


def _contract(chain: MeasuredChain, row: int) -> Contracts:
    return chain.contracts.rows(slice(row, row + 1))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
