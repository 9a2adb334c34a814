"""Words and figures that every market tool says the same way: prices, days, freshness."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.core.figures import Figure, Unit
from app.core.symbols import AssetClass
from app.grounding.ledger import Book
from app.market import calendar
from app.market.models import Instrument, Provider, Session
from widgets.base import CardNumber, Freshness

NEW_YORK = ZoneInfo("America/New_York")


def price_unit(instrument: Instrument) -> Unit:
    """Indices are counted in points, everything else in dollars."""
    return Unit.POINTS if instrument.asset_class is AssetClass.INDEX else Unit.USD


def volume_unit(instrument: Instrument) -> Unit:
    return Unit.COINS if instrument.asset_class is AssetClass.CRYPTO else Unit.SHARES


class PriceBook:
    """Records figures of one instrument at one moment, at its own decimals."""

    def __init__(
        self, book: Book, instrument: Instrument, as_of: datetime, provider: Provider
    ) -> None:
        name_provider(book, provider)
        self._book = book
        self._instrument = instrument
        self._as_of = as_of

    def price(
        self, path: str, value: Decimal, label: str, *, as_of: datetime | None = None
    ) -> Figure:
        return self._record(
            path, value, price_unit(self._instrument), label, self._instrument.decimals, as_of=as_of
        )

    def move(self, path: str, value: Decimal, label: str) -> Figure:
        """A signed difference of prices."""
        unit = price_unit(self._instrument)
        return self._record(path, value, unit, label, self._instrument.decimals, signed=True)

    def percent(self, path: str, value: Decimal, label: str, *, signed: bool = True) -> Figure:
        return self._record(path, value, Unit.PERCENT, label, 2, signed=signed)

    def volume(self, path: str, value: Decimal, label: str) -> Figure:
        unit = volume_unit(self._instrument)
        return self._record(path, value, unit, label, 0 if unit is Unit.SHARES else 2)

    def _record(  # noqa: PLR0913 - a figure has that many properties
        self,
        path: str,
        value: Decimal,
        unit: Unit,
        label: str,
        decimals: int,
        *,
        signed: bool = False,
        as_of: datetime | None = None,
    ) -> Figure:
        return self._book.record(
            path,
            value,
            unit,
            label=label,
            entity=str(self._instrument.symbol),
            as_of=as_of or self._as_of,
            decimals=decimals,
            signed=signed,
        )


def day_in_words(day: date) -> str:
    """`Friday 20 November 2026`: the year is said, because as-of answers are read later."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def time_in_words(at: datetime, instrument: Instrument) -> str:
    """`10:31 ET`, or `14:31 UTC` for what trades round the clock."""
    return time_in_words_of(at, instrument.calendar)


def time_in_words_of(at: datetime, exchange: str) -> str:
    """The same, for a calendar's name."""
    if exchange == calendar.ROUND_THE_CLOCK:
        return f"{at:%H:%M} UTC"
    return f"{at.astimezone(NEW_YORK):%H:%M} ET"


def freshness(
    provider: Provider,
    instrument: Instrument,
    as_of: datetime,
    session: Session | None,
    *,
    asked_at: datetime | None = None,
) -> Freshness:
    """How fresh a card's prices are, with the phase of the session they belong to.

    `as_of` is when the price was made; `asked_at` the moment the card answers for, if later.
    """
    if instrument.is_round_the_clock:
        phase = "trades round the clock"
    else:
        phase = f"{session.phase(asked_at or as_of)} session" if session else "closed"
    return Freshness(
        provider=provider.name,
        as_of=as_of,
        asked_at=asked_at,
        is_simulated=provider.is_simulated,
        delay_minutes=provider.delay_minutes,
        is_estimated=provider.is_estimated,
        stale_since=provider.stale_since,
        instead_of=provider.instead_of,
        session="closed" if phase == "closed session" else phase,
    )


def joined_provider(providers: Iterable[Provider]) -> Provider | None:
    """Several providers of one card as one: all names, the oldest age; None for none."""
    found = list(providers)
    if not found:
        return None
    return Provider(
        name=", ".join(dict.fromkeys(each.name for each in found)),
        stale_since=min((each.stale_since for each in found if each.stale_since), default=None),
        instead_of=tuple(dict.fromkeys(name for each in found for name in each.instead_of)),
    )


def name_provider(book: Book, provider: Provider) -> None:
    """The figures that `book` records from now on come from `provider`."""
    book.comes_from(
        provider.name,
        is_simulated=provider.is_simulated,
        delay_minutes=provider.delay_minutes,
    )


def shown(figure: Figure | None, *, with_unit: bool = False) -> CardNumber | None:
    """On a card; what there is no figure of stays None."""
    return None if figure is None else CardNumber.of(figure, with_unit=with_unit)
