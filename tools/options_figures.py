"""Figures of options: each with the unit a trader reads it in.

Decided: volatilities and odds are percent, premiums and what they bring in a day or a point are
dollars, delta and gamma are plain. A strike is a figure too: a sentence points at it like at a price.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.core.figures import Figure, Unit
from app.core.symbols import AssetClass
from app.grounding.ledger import Book
from app.market.chains import OptionContract
from app.market.models import Instrument, Provider
from tools.wording import name_provider, price_unit

CALCULATED = Provider(name="calculated from your numbers")


@dataclass(frozen=True, slots=True)
class GreekWords:
    """What one Greek counts; `decimals` per share."""

    unit: Unit
    decimals: int
    words: str


GREEKS = {
    "delta": GreekWords(Unit.RATIO, 3, "per dollar of the underlying"),
    "gamma": GreekWords(Unit.RATIO, 4, "delta per dollar of the underlying"),
    "theta": GreekWords(Unit.USD, 3, "dollars per calendar day"),
    "vega": GreekWords(Unit.USD, 3, "dollars per point of volatility"),
    "rho": GreekWords(Unit.USD, 3, "dollars per point of the rate"),
    "vanna": GreekWords(Unit.RATIO, 4, "delta per point of volatility"),
    "charm": GreekWords(Unit.RATIO, 4, "delta per calendar day"),
    "vomma": GreekWords(Unit.USD, 4, "vega per point of volatility"),
}


class OptionFigures:
    """Records what concerns options of `entity`; whatever is None is not recorded and stays None."""

    def __init__(
        self, book: Book, entity: str, as_of: datetime, provider: Provider, *, unit: Unit = Unit.USD
    ) -> None:
        name_provider(book, provider)
        self._book, self._entity, self._as_of, self._unit = book, entity, as_of, unit

    def price(self, path: str, value: float | Decimal | None, label: str) -> Figure | None:
        """Of the underlying."""
        return self._record(path, value, self._unit, label, 2)

    def strike(self, path: str, value: Decimal | float) -> Figure:
        found = Decimal(str(value))
        return self._sure(path, found, self._unit, "strike", 0 if found % 1 == 0 else 2)

    def premium(
        self, path: str, value: float | Decimal | None, label: str, *, signed: bool = False
    ) -> Figure | None:
        return self._record(path, value, Unit.USD, label, 2, signed=signed)

    def money(
        self, path: str, value: Decimal | float, label: str, *, signed: bool = False
    ) -> Figure:
        """Dollars of a whole position."""
        return self._sure(path, Decimal(str(value)), Unit.USD, label, 2, signed=signed)

    def dollars(self, path: str, value: float, label: str) -> Figure:
        """Whole dollars of a whole position, signed."""
        return self._sure(path, Decimal(repr(value)), Unit.USD, label, 0, signed=True)

    def volatility(
        self, path: str, value: float | None, label: str, *, signed: bool = False
    ) -> Figure | None:
        """A fraction, told in percent."""
        told = None if value is None else 100.0 * value
        return self._record(path, told, Unit.PERCENT, label, 1, signed=signed)

    def greek(self, path: str, name: str, value: float | None, *, places: int = 0) -> Figure | None:
        words = GREEKS[name]
        label = f"{name}, {words.words}"
        return self._record(path, value, words.unit, label, places or words.decimals, signed=True)

    def count(self, path: str, value: float | Decimal | None, label: str) -> Figure | None:
        return self._record(path, value, Unit.SHARES, label, 0)

    def ratio(self, path: str, value: float | None, label: str) -> Figure | None:
        return self._record(path, value, Unit.RATIO, label, 2)

    def days(self, path: str, until: datetime | date, label: str) -> Figure:
        """Calendar days on the exchange's wall."""
        end = until.date() if isinstance(until, datetime) else until
        left = Decimal((end - self._as_of.date()).days)
        return self._sure(path, left, Unit.DAYS, label, 0)

    def left(self, path: str, years: float, label: str) -> Figure:
        """Until it is settled: days, on the last one hours, in the last hour minutes."""
        days = 365.0 * years
        if days >= 1.0:
            return self.span(path, round(days, 1), label)
        hours = Decimal(repr(24.0 * days))
        if hours >= 1:
            return self._sure(path, hours, Unit.HOURS, label, 1)
        return self._sure(path, 60 * hours, Unit.MINUTES, label, 0)

    def span(self, path: str, days: float, label: str) -> Figure:
        value = Decimal(repr(days))
        return self._sure(path, value, Unit.DAYS, label, 0 if value % 1 == 0 else 1)

    def points(self, path: str, value: float, label: str) -> Figure:
        return self._sure(path, Decimal(repr(value)), Unit.INDEX, label, 1, signed=True)

    def _record(
        self,
        path: str,
        value: float | Decimal | None,
        unit: Unit,
        label: str,
        decimals: int,
        *,
        signed: bool = False,
    ) -> Figure | None:
        if value is None:
            return None
        exact = value if isinstance(value, Decimal) else Decimal(repr(value))
        return self._sure(path, exact, unit, label, decimals, signed=signed)

    def _sure(
        self,
        path: str,
        value: Decimal,
        unit: Unit,
        label: str,
        decimals: int,
        *,
        signed: bool = False,
    ) -> Figure:
        return self._book.record(
            path,
            value,
            unit,
            label=label,
            entity=self._entity,
            as_of=self._as_of,
            decimals=decimals,
            signed=signed,
        )


def unit_of(instrument: Instrument) -> Unit:
    return price_unit(instrument)


def is_index(instrument: Instrument | None) -> bool:
    return instrument is not None and instrument.asset_class is AssetClass.INDEX


def contract_words(contract: OptionContract) -> str:
    """`AMD 112.5 put of 8 January 2027`."""
    day = contract.expiry
    return (
        f"{contract.underlying} {contract.strike.normalize():f} {contract.kind} of "
        f"{day.day} {day:%B} {day.year}"
    )
