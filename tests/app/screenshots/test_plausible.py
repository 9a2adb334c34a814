"""What the market says of rows: doubts in words, never another field."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from typing_extensions import override

from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.market.chains import OptionChain, OptionQuote
from app.market.models import Instrument, Provider, Quote
from app.market.providers.simulated import SimulatedMarket
from app.screenshots.models import FieldName, PositionRow, Reading
from app.screenshots.plausible import against_market
from app.screenshots.reading import read_words
from tests.app.screenshots.conftest import table

F = FieldName
NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
EDGES = (20, -480, -580, -680)
HEAD = ("Symbol", "Qty", "Mark", "Value")


class Exchange(SimulatedMarket):
    """A market whose prices count, or that is away, for options or for all."""

    def __init__(self, *, is_away: bool = False) -> None:
        super().__init__(seed=7)
        self._is_away = is_away

    @property
    @override
    def provider(self) -> Provider:
        return Provider(name="the exchange")

    @override
    async def instrument(self, symbol: Symbol) -> Instrument:
        self._answer()
        return await super().instrument(symbol)

    @override
    async def quote(self, symbol: Symbol, *, as_of: datetime) -> Quote:
        self._answer()
        return replace(await super().quote(symbol, as_of=as_of), provider=self.provider)

    @override
    async def option_chain(
        self, symbol: Symbol, *, expiry: date | None = None, as_of: datetime
    ) -> OptionChain:
        self._answer()
        found = await super().option_chain(symbol, expiry=expiry, as_of=as_of)
        return replace(found, provider=self.provider)

    def _answer(self) -> None:
        if self._is_away:
            raise ProviderUnavailable("The exchange does not answer.")


async def _put(market: SimulatedMarket) -> OptionQuote:
    """A listed put near the money, with a spread."""
    chain = await SimulatedMarket(seed=7).option_chain(Symbol("SPY"), as_of=NOW)
    assert chain.spot is not None
    later = [e for e in chain.expiries if e > NOW.date() + timedelta(days=20)]
    puts = [
        each
        for each in chain.quotes
        if each.contract.expiry == later[0] and each.contract.kind.value == "put" and each.bid
    ]
    spot = chain.spot
    return min(puts, key=lambda each: abs(each.contract.strike - spot))


def _row(put: OptionQuote, mark: Decimal, strike: Decimal | None = None) -> tuple[str, ...]:
    day = put.contract.expiry
    name = f"SPY {day:%Y-%m-%d} {strike or put.contract.strike.normalize():f} PUT"
    return (name, "1", f"{mark:.2f}", "")


async def _checked(market: SimulatedMarket, *rows: tuple[str, ...]) -> tuple[Reading, Reading]:
    seen = read_words(table(EDGES, HEAD, *rows))
    return seen, await against_market(seen, market, as_of=NOW)


def _same_but_for_doubts(one: PositionRow, other: PositionRow) -> bool:
    return replace(one, doubts=()) == replace(other, doubts=())


async def test_a_listed_contract_at_its_price_has_no_doubt() -> None:
    put = await _put(Exchange())
    assert put.mark is not None
    seen, checked = await _checked(Exchange(), _row(put, put.mark))
    assert checked.rows == seen.rows
    assert checked.market == "Checked against the exchange."


async def test_doubts_are_added_and_no_field_is_changed() -> None:
    put = await _put(Exchange())
    assert put.mark is not None
    odd = put.contract.strike + Decimal("0.37")
    share = (await Exchange().quote(Symbol("AAPL"), as_of=NOW)).last
    seen, checked = await _checked(
        Exchange(),
        _row(put, put.mark, odd),
        _row(put, put.contract.strike + 1),
        _row(put, put.mark * 9 + 9),
        (f"SPY {date(2026, 12, 13)} 600 PUT", "1", "5.00", ""),
        ("AAPL", "10", f"{share * 2:.2f}", ""),
        ("QZQZQ", "10", "5.00", ""),
        ("AAPL", "10", f"{share:.2f}", ""),
    )
    says = (
        "lists no put",
        "more than its strike",
        "far outside",
        "lists no",
        "far from",
        "knows no",
    )
    for row, words in zip(checked.rows, says, strict=False):
        assert any(words in doubt for doubt in row.doubts), (words, row.doubts)
    assert checked.rows[-1].doubts == ()
    assert all(map(_same_but_for_doubts, seen.rows, checked.rows))


async def test_an_expiry_that_is_over_is_told_whatever_the_market_says() -> None:
    _, checked = await _checked(SimulatedMarket(seed=7), ("SPY Jun16'23 410 PUT", "1", "5.00", ""))
    assert checked.rows[0].doubts == ("Its expiry 2023-06-16 is over.",)


@pytest.mark.parametrize(
    ("market", "why"),
    [(SimulatedMarket(seed=7), "simulated"), (Exchange(is_away=True), "says nothing")],
    ids=["simulated", "away"],
)
async def test_a_market_that_cannot_know_gives_no_verdict(
    market: SimulatedMarket, why: str
) -> None:
    seen, checked = await _checked(market, ("QZQZQ", "10", "5.00", ""), ("AAPL", "1", "1.00", ""))
    assert checked.rows == seen.rows
    assert checked.market.startswith("Not checked against the market")
    assert why in checked.market


async def test_rows_that_the_market_says_nothing_of_are_told() -> None:
    _, checked = await _checked(
        Exchange(), ("/ESZ26", "1", "6,000.00", ""), ("AAPL", "1", "228.00", "")
    )
    assert checked.market == "Checked against the exchange. Some rows could not be checked."


async def test_a_picture_without_rows_asks_nobody() -> None:
    _, checked = await _checked(Exchange(is_away=True))
    assert checked.market == ""
