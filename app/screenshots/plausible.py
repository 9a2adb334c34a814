"""Rows against the market: whether it lists the contract, and whether the price is possible.

Decided: the market adds doubts and changes no field, for a picture may be older than its prices. So the
bounds are wide: what no price of any day could be, and what is far outside of what is quoted now. A
market that is simulated or does not answer gives no verdict, and that is said.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from app.core.errors import CoachError, InvalidInput, NotFound
from app.core.symbols import Symbol
from app.market.chains import OptionChain, OptionKind, OptionQuote
from app.market.models import Provider, Quote
from app.market.protocol import MarketData
from app.positions.roots import underlying_of
from app.screenshots.models import FieldName, Kind, PositionRow, Reading

MOST_QUESTIONS = 24
SECONDS = 12.0
_MOVED = Decimal("0.25")
"""Of the spot: how far it may have moved since the picture."""
_FAR = 3
_TICK = Decimal("0.25")
_SHARE = Decimal("0.5")

_F = FieldName


@dataclass(frozen=True, slots=True)
class _Absent:
    """The market says there is no such thing."""


_Answer = OptionChain | Quote | _Absent
_Question = tuple[Symbol, date | None]
"""A chain of one expiry, or with none the quote."""


async def against_market(reading: Reading, market: MarketData, *, as_of: datetime) -> Reading:
    """The reading with what the market says of its rows, and whether it was asked at all."""
    if not reading.rows:
        return reading
    asked = [_question(row) for row in reading.rows]
    answers = await _asked(market, [each for each in asked if each is not None], as_of)
    rows, names = [], set()
    for row, question in zip(reading.rows, asked, strict=True):
        answer = None if question is None else answers.get(question)
        doubts = [*_over(row, as_of.date()), *(() if answer is None else _says(row, answer))]
        rows.append(replace(row, doubts=(*row.doubts, *doubts)))
        names |= {"" if answer is None else _name(answer, market.provider)}
    return replace(reading, rows=tuple(rows), market=_verdict(names, market.provider))


def _verdict(names: set[str], provider: Provider) -> str:
    said = ", ".join(sorted(names - {""}))
    if said:
        others = " Some rows could not be checked." if "" in names else ""
        return f"Checked against {said}.{others}"
    why = "its prices are simulated" if provider.is_simulated else "it says nothing of these rows"
    return f"Not checked against the market: {why}."


def _name(answer: _Answer, provider: Provider) -> str:
    return provider.name if isinstance(answer, _Absent) else answer.provider.name


def _question(row: PositionRow) -> _Question | None:
    """What to ask of a row; None where its contract is not whole, and of futures."""
    kind, expiry = row.value(_F.KIND), row.value(_F.EXPIRY)
    try:
        symbol, _ = underlying_of(str(row.value(_F.UNDERLYING) or ""))
    except InvalidInput:
        return None
    if kind in (Kind.STOCK, Kind.CRYPTO):
        return symbol, None
    is_whole = row.number(_F.STRIKE) is not None and row.value(_F.RIGHT) is not None
    if kind == Kind.OPTION and is_whole and isinstance(expiry, date):
        return symbol, expiry
    return None


async def _asked(
    market: MarketData, questions: Sequence[_Question], as_of: datetime
) -> Mapping[_Question, _Answer]:
    """Answers by question; what has none in time, or only from a simulation, is left out."""
    if market.provider.is_simulated:
        return {}
    alive = [each for each in dict.fromkeys(questions) if not (each[1] and each[1] < as_of.date())]
    tasks = {
        question: asyncio.create_task(_ask(market, question, as_of))
        for question in alive[:MOST_QUESTIONS]
    }
    if not tasks:
        return {}
    _, late = await asyncio.wait(tasks.values(), timeout=SECONDS)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    answers = {question: task.result() for question, task in tasks.items() if task not in late}
    return {question: answer for question, answer in answers.items() if answer is not None}


async def _ask(market: MarketData, question: _Question, as_of: datetime) -> _Answer | None:
    symbol, expiry = question
    try:
        await market.instrument(symbol)
        ask = _chain(market, symbol, expiry) if expiry else _quote(market, symbol)
        answer = await ask(as_of)
    except NotFound:
        return _Absent()
    except CoachError:
        return None
    return None if answer.provider.is_simulated else answer


_Ask = Callable[[datetime], Awaitable[OptionChain | Quote]]


def _chain(market: MarketData, symbol: Symbol, expiry: date) -> _Ask:
    return lambda as_of: market.option_chain(symbol, expiry=expiry, as_of=as_of)


def _quote(market: MarketData, symbol: Symbol) -> _Ask:
    return lambda as_of: market.quote(symbol, as_of=as_of)


def _over(row: PositionRow, today: date) -> Iterator[str]:
    expiry = row.value(_F.EXPIRY)
    if isinstance(expiry, date) and expiry < today:
        yield f"Its expiry {expiry} is over."


def _says(row: PositionRow, answer: _Answer) -> Iterator[str]:
    name = row.value(_F.UNDERLYING)
    if isinstance(answer, _Absent):
        yield f"The market knows no {name} with such terms."
    elif isinstance(answer, Quote):
        yield from _far_from(row.number(_F.MARK), answer.last)
    else:
        yield from _of_chain(row, answer)


def _far_from(mark: Decimal | None, last: Decimal) -> Iterator[str]:
    if mark is not None and last > 0 and abs(mark / last - 1) > _SHARE:
        yield f"The mark {mark} is far from the market's last price, {last}."


def _of_chain(row: PositionRow, chain: OptionChain) -> Iterator[str]:
    expiry, strike = row.value(_F.EXPIRY), row.number(_F.STRIKE)
    right, mark = row.value(_F.RIGHT), row.number(_F.MARK)
    day = [each for each in chain.quotes if each.contract.expiry == expiry]
    if not day:
        yield f"The market lists no options on {chain.underlying} of {expiry}."
        return
    same = [
        each for each in day if (each.contract.strike, each.contract.kind.value) == (strike, right)
    ]
    if not same:
        yield f"The market lists no {right} with the strike {strike} of {expiry}."
        return
    if mark is not None:
        doubts = [_impossible(mark, each, chain.spot) for each in same]
        if None not in doubts:
            yield doubts[0] or ""


def _impossible(mark: Decimal, quote: OptionQuote, spot: Decimal | None) -> str | None:
    """Why this contract can hardly cost `mark`; None if it can."""
    strike, is_call = quote.contract.strike, quote.contract.kind is OptionKind.CALL
    if not is_call and mark > strike:
        return f"A put is never worth more than its strike, but the mark is {mark}."
    if spot is not None:
        room = spot * _MOVED
        inside = spot - strike if is_call else strike - spot
        if is_call and mark > spot + room:
            return f"A call is never worth more than its underlying, but the mark is {mark}."
        if mark < inside - room:
            return (
                f"The mark {mark} is below what exercising would bring with the market at {spot}."
            )
    if quote.bid is None or quote.ask is None:
        return None
    if quote.bid / _FAR - _TICK <= mark <= quote.ask * _FAR + _TICK:
        return None
    return f"The mark {mark} is far outside of what is quoted, {quote.bid} to {quote.ask}."
