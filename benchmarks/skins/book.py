"""Made-up positions, and what of them a screen shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

_UNDERLYINGS = {
    "AAPL": 228, "MSFT": 415, "NVDA": 134, "TSLA": 342, "AMZN": 204, "META": 561, "GOOGL": 177, "AMD": 138,
    "SPY": 590, "QQQ": 503, "IWM": 234, "DIS": 114, "BA": 149, "KO": 62, "F": 11, "T": 23, "XOM": 121,
    "PLTR": 62, "SOFI": 15, "COIN": 305, "BRK.B": 470, "INTC": 24, "UBER": 71, "GLD": 247, "TLT": 90, "V": 309,
}  # fmt: skip
COMPANIES = {
    "AAPL": "Apple Inc", "MSFT": "Microsoft Corp", "NVDA": "NVIDIA Corp", "TSLA": "Tesla Inc",
    "AMZN": "Amazon.com Inc", "META": "Meta Platforms", "GOOGL": "Alphabet Inc", "AMD": "Advanced Micro Devices",
    "SPY": "SPDR S&P 500 ETF", "QQQ": "Invesco QQQ Trust", "IWM": "iShares Russell 2000", "DIS": "Walt Disney Co",
    "BA": "Boeing Co", "KO": "Coca-Cola Co", "F": "Ford Motor Co", "T": "AT&T Inc", "XOM": "Exxon Mobil",
    "PLTR": "Palantir", "SOFI": "SoFi Technologies", "COIN": "Coinbase Global", "BRK.B": "Berkshire Hathaway",
    "INTC": "Intel Corp", "UBER": "Uber Technologies", "GLD": "SPDR Gold Shares", "TLT": "iShares 20+ Year",
    "V": "Visa Inc",
}  # fmt: skip
_FRIDAY = 4
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Held:
    """A position; what is worked out of it is rounded as brokers round it."""

    underlying: str
    quantity: Decimal
    entry: Decimal
    mark: Decimal
    before: Decimal
    right: str | None = None
    strike: Decimal | None = None
    expiry: date | None = None

    @property
    def size(self) -> int:
        return 1 if self.right is None else 100

    @property
    def value(self) -> Decimal:
        return (self.quantity * self.mark * self.size).quantize(_CENT)

    @property
    def cost(self) -> Decimal:
        return (self.quantity * self.entry * self.size).quantize(_CENT)

    @property
    def pnl_open(self) -> Decimal:
        return self.value - self.cost

    @property
    def pnl_day(self) -> Decimal:
        return (self.quantity * (self.mark - self.before) * self.size).quantize(_CENT)

    @property
    def strike_text(self) -> str:
        return "" if self.strike is None else f"{self.strike.normalize():f}"


def random_book(random: Random, count: int, *, shares_only: bool = False) -> list[Held]:
    """`count` positions, options and shares, long and short, of different underlyings."""
    names = random.sample(sorted(_UNDERLYINGS), count)
    return [_held(random, name, is_stock=shares_only or random.random() < 0.4) for name in names]


def _held(random: Random, name: str, *, is_stock: bool) -> Held:
    spot = Decimal(_UNDERLYINGS[name])
    if is_stock:
        mark = _near(random, spot, 0.1)
        quantity = Decimal(random.choice([1, 3, 10, 25, 100, 150, 340, 1200, 2500]))
        quantity *= random.choice([1, 1, 1, -1])
        return Held(name, quantity, _near(random, mark, 0.3), mark, _near(random, mark, 0.02))
    step = Decimal(5) if spot > 100 else Decimal(1)
    strike = (spot / step).quantize(Decimal(1)) * step + step * random.randint(-6, 6)
    if random.random() < 0.15:
        strike += Decimal("0.5") if spot < 100 else Decimal("2.5")
    friday = date(2025, 1, 3) + timedelta(weeks=random.randint(0, 110))
    mark = _near(random, max(spot * Decimal("0.03"), Decimal("0.4")), 0.9)
    return Held(
        name,
        Decimal(random.choice([1, 2, 3, 5, 8, 10, 20, 45]) * random.choice([1, -1])),
        _near(random, mark, 0.5),
        mark,
        _near(random, mark, 0.1),
        random.choice(["call", "put"]),
        max(strike, step),
        friday,
    )


def _near(random: Random, price: Decimal, share: float) -> Decimal:
    moved = price * Decimal(1 + random.uniform(-share, share))
    return max(moved, _CENT * 5).quantize(_CENT)


Truth = dict[str, str | None]


def truth_of(held: Held, shown: Sequence[str], *, has_year: bool = True) -> Truth:
    """What a reader should find: the contract, the quantity, and those numbers that are shown."""
    found: Truth = {
        "underlying": held.underlying,
        "kind": "stock" if held.right is None else "option",
        "quantity": str(held.quantity),
        "right": held.right,
        "strike": None if held.strike is None else str(held.strike),
        "expiry": held.expiry.isoformat() if held.expiry and has_year else None,
    }
    numbers = {
        "mark": held.mark,
        "entry_price": held.entry,
        "market_value": held.value,
        "cost": held.cost,
        "pnl_open": held.pnl_open,
        "pnl_day": held.pnl_day,
    }
    return found | {name: str(numbers[name]) if name in shown else None for name in numbers}
