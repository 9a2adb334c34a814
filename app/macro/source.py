"""The port to what is known about companies' and the economy's dates, and about interest rates.

Decided: a source says only what it has. What it does not carry, or what the plan of its key does not
include, is `NotCovered` with a sentence that names the setting which would add it; that nothing is
scheduled is an empty answer. Nothing of this is ever simulated: an invented earnings date would be
acted on. Days are the market's, in New York; moments are aware, in UTC. Text is somebody else's: it
is shortened and cannot point at figures (`plain`).

Whoever asks for a past moment must not see beyond it. Dates may have been moved since and are told
as they are known now; results and rates are cut off by whoever asks (`app.macro.service`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Annotated, Protocol

from pydantic import PlainValidator
from typing_extensions import override

from app.core.symbols import Symbol
from app.macro.news import Article
from app.market.models import Provider
from app.market.vendor import NotCovered


class Importance(IntEnum):
    """How much a date is watched."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Timing(StrEnum):
    """When of its day a company reports."""

    BEFORE_OPEN = "before the open"
    IN_SESSION = "during the session"
    AFTER_CLOSE = "after the close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earnings:
    """A company's report on a day. `at` and `timing` are None where only the day is known;
    `period` is what it reports on, `Q3 2026`, or empty. Amounts are per share, in dollars."""

    symbol: Annotated[Symbol, PlainValidator(Symbol)]  # read back out of caches
    company: str
    on: date
    at: datetime | None = None
    timing: Timing | None = None
    is_confirmed: bool = False
    period: str = ""
    importance: Importance | None = None
    eps_estimate: Decimal | None = None
    eps_actual: Decimal | None = None
    provider: Provider


class Measure(StrEnum):
    """What the numbers of a release count."""

    PERCENT = "percent"
    INDEX = "index"
    COUNT = "count"
    THOUSANDS = "thousands"
    MILLIONS = "millions"
    BILLIONS = "billions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An economic number that is published at a moment; `period` is what it measures, `October`."""

    name: str
    at: datetime
    importance: Importance | None = None
    period: str = ""
    measure: Measure = Measure.PERCENT
    forecast: Decimal | None = None
    previous: Decimal | None = None
    actual: Decimal | None = None
    provider: Provider


class Tenor(StrEnum):
    """Maturities of Treasury securities, shortest first."""

    M1 = "1m"
    M3 = "3m"
    M6 = "6m"
    Y1 = "1y"
    Y2 = "2y"
    Y3 = "3y"
    Y5 = "5y"
    Y7 = "7y"
    Y10 = "10y"
    Y20 = "20y"
    Y30 = "30y"

    @property
    def months(self) -> int:
        return int(self[:-1]) * (12 if self.endswith("y") else 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Yields:
    """Yields of Treasury securities at the end of a day, in percent a year."""

    on: date
    points: Mapping[Tenor, Decimal]
    provider: Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflation:
    """What Treasury prices say inflation will average over five and ten years, in percent a year:
    nominal yields less those of inflation-protected securities."""

    on: date
    five_years: Decimal | None
    ten_years: Decimal | None
    provider: Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How likely a target range is after a Fed meeting, as of a day. Rates and the probability are
    in percent."""

    on: date
    meeting: date
    low: Decimal
    high: Decimal
    probability: Decimal
    provider: Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A dividend in dollars a share; `ex_date` is the first day the stock trades without it."""

    symbol: Annotated[Symbol, PlainValidator(Symbol)]  # read back out of caches
    ex_date: date
    amount: Decimal
    provider: Provider


NO_NEWS = (
    "News is not connected: put news.csv into the folder of COACH_MACRO__FOLDER, or take the real market "
    "from Massive (COACH_MASSIVE__API_KEY). Headlines and moods are never made up."
)


class MacroSource(Protocol):
    """Where dates and rates come from. Lists are sorted by day; latest days come last."""

    @property
    def name(self) -> str: ...

    async def earnings(
        self, first: date, last: date, symbol: Symbol | None = None
    ) -> tuple[Earnings, ...]:
        """Reports from `first` to `last`, both included; of one company, or of all."""
        ...

    async def releases(self, first: date, last: date) -> tuple[Release, ...]: ...

    async def yields(self, first: date, last: date) -> tuple[Yields, ...]:
        """One entry for each day that has any yield."""
        ...

    async def inflation(self, first: date, last: date) -> tuple[Inflation, ...]: ...

    async def outcomes(self, first: date, last: date) -> tuple[Outcome, ...]:
        """Probabilities that were stated on days from `first` to `last`."""
        ...

    async def dividends(self, first: date, last: date, symbol: Symbol) -> tuple[Distribution, ...]:
        """Declared dividends of one company that go ex from `first` to `last`, both included."""
        raise NotCovered(
            "Dividends need a source, and none is set up: put dividends.csv into the folder of "
            "COACH_MACRO__FOLDER. They are never simulated."
        )

    async def news(self, first: date, last: date, symbol: Symbol) -> tuple[Article, ...]:
        """What was published of one company from `first` to `last`, both included."""
        raise NotCovered(NO_NEWS)

    async def close(self) -> None: ...


class NoSource(MacroSource):
    """Nothing is set up: every question is answered with what to set."""

    @property
    @override
    def name(self) -> str:
        return "nobody"

    @override
    async def earnings(
        self, first: date, last: date, symbol: Symbol | None = None
    ) -> tuple[Earnings, ...]:
        raise NotCovered(
            "Earnings dates need a source, and none is set up: put earnings.csv into the folder of "
            "COACH_MACRO__FOLDER, or take the real market from Massive (COACH_MASSIVE__API_KEY). They "
            "are never simulated."
        )

    @override
    async def releases(self, first: date, last: date) -> tuple[Release, ...]:
        raise NotCovered(
            "Economic releases need a source, and none is set up: put releases.csv into the folder "
            "of COACH_MACRO__FOLDER. They are never simulated."
        )

    @override
    async def yields(self, first: date, last: date) -> tuple[Yields, ...]:
        raise NotCovered(
            "Treasury yields need a source, and none is set up: put yields.csv into the folder of "
            "COACH_MACRO__FOLDER, or take the real market from Massive (COACH_MASSIVE__API_KEY). They "
            "are never simulated."
        )

    @override
    async def inflation(self, first: date, last: date) -> tuple[Inflation, ...]:
        raise NotCovered(
            "Expected inflation needs a source, and none is set up: put inflation.csv into the "
            "folder of COACH_MACRO__FOLDER, or take the real market from Massive (COACH_MASSIVE__API_KEY)."
        )

    @override
    async def outcomes(self, first: date, last: date) -> tuple[Outcome, ...]:
        raise NotCovered(
            "Probabilities of a Fed decision are made from futures, which no provider here gives: "
            "put expectations.csv into the folder of COACH_MACRO__FOLDER."
        )

    @override
    async def close(self) -> None:
        pass


_UNSAFE = re.compile(r"[\x00-\x1f\x7f{}<>\[\]`*_|\\#]+")
_LONGEST = 80


def plain(text: str) -> str:
    """Text of a source as words: without markup, braces or line ends, and short."""
    return " ".join(_UNSAFE.sub(" ", text).split())[:_LONGEST].strip()
