"""A question about options as its readers see it: without names, with its days and its thread."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.agents.offline.dates import today_of, traded_date
from app.agents.offline.days import Look
from app.agents.offline.intents import HELD, Intent
from app.agents.offline.mentions import Kind
from app.agents.offline.option_ends import Ends
from app.agents.offline.plans import Frame
from app.agents.offline.reading import Reading
from app.market.directory import find_by_name, find_instrument

OTHERS = frozenset({Intent.REFUSED, Intent.ALERT, Intent.ORDER, Intent.JOURNAL, *HELD})
"""What is not asked of the market, unless it is surely analysed."""
_BETS = re.compile(r"\b(?:best|which|good|recommend\w*|should i)\b")


@dataclass(frozen=True, slots=True)
class Question:
    """A question as its readers see it: `low` without symbols, `plain` with them."""

    low: str
    plain: str
    symbols: list[str]
    reading: Reading
    frame: Frame
    now: datetime

    @property
    def today(self) -> date:
        return today_of(self.now)

    @property
    def intents(self) -> set[Intent]:
        return {wish.intent for wish in self.reading.wishes}

    @property
    def symbol(self) -> dict[str, str]:
        known = self.symbols or self.frame.symbols
        return {"symbol": known[0]} if known else {}


def question_of(reading: Reading, frame: Frame, now: datetime) -> Question:
    plain = re.sub(r"\s+", " ", reading.canvas.low).strip(" ?!.")
    low, symbols = _without_symbols(reading)
    if not symbols and (found := _hidden(low)) is not None:
        match, symbol = found
        low = f"{low[: match.start(1)]} {low[match.end(1) :]}"
        symbols = [symbol]
    low = re.sub(r"\s+", " ", low).strip(" ?!.")
    return Question(low, plain, symbols, reading, frame, now)


def _hidden(low: str) -> tuple[re.Match[str], str] | None:
    """A one-letter ticker, or a name inside of what was read as a sum."""
    if (letter := _LETTER.search(low)) and find_instrument(letter[1].upper()):
        return letter, letter[1].upper()
    held = _SHARES_OF.search(low)
    named = held and (find_by_name(held[1]) or find_instrument(held[1].upper()))
    return (held, str(named.symbol)) if held and named else None


_SHARES_OF = re.compile(r"\bshares of ([a-z.&]+) (?:at|@)")
_LETTER = re.compile(
    r"(?:^|(?<= ))(f|(?<=on )[tvx]|(?<=in )[tvx]|(?<=of )[tvx])(?=, | (?:\$?\d|calls?\b|puts?\b|options?\b|chain\b|covered|strangle|straddle|put|call))"
)
"""One-letter tickers that nobody writes in capitals; only options stand beside a number so."""


def _without_symbols(reading: Reading) -> tuple[str, list[str]]:
    """The plain text, without names between the numbers that belong together; `K=105` is no name."""
    symbols: list[str] = []
    low = reading.canvas.low
    for mention in reversed(reading.whole.of(Kind.SYMBOL)):
        if low[mention.end : mention.end + 1] == "=":
            continue
        symbols = [*mention.values, *symbols]
        low = f"{low[: mention.start]} {low[mention.end :]}"
    return low, list(dict.fromkeys(symbols))


def ends_of(ends: Ends, question: Question) -> list[dict[str, Any]]:
    """Each end by its words, else a weekday that was named."""
    told = [end.told for end in ends]
    return told or ([found] if (found := weekday(question, "expiry")) else [])


def weekday(question: Question, name: str) -> dict[str, Any]:
    days = question.reading.whole.days
    if not days:
        return {}
    named = traded_date(days[0], question.now, "", Look.AHEAD)
    return {} if named is None or named < question.today else {name: named.isoformat()}


def wants_an_answer(question: Question) -> bool:
    """Whether what is incomplete is asked back here: not where advice or an explanation is wanted."""
    is_other = {
        Intent.ADVICE,
        Intent.EXPLAIN,
        Intent.NEWS,
        Intent.SCAN,
        *OTHERS,
    } & question.intents
    return not (is_other or _BETS.search(question.plain))
