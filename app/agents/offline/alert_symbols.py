"""Which symbol of a sentence a condition is about: "SPY hits 600 and QQQ hits 500".

Decided: an alert watches one symbol. Conditions that stand side by side are drafts of their own, and
that is said; what joins two symbols, or compares them, is not watched as something else. Neither is
gold: the fund that stands for it has another price, so a typed price of gold is asked back.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.agents.offline import replies
from app.agents.offline.alert_conditions import Meant, meant_by
from app.agents.offline.alert_words import SLACK, SYMBOL
from app.agents.offline.mentions import Kind, Mention
from app.agents.offline.plans import Asked, Call
from app.agents.offline.reading import Reading

_GROUP = re.compile(rf"{SYMBOL}(?:(?:, and|, or|,| and| or|/| &) ?{SYMBOL})*")
_BETWEEN = re.compile(r",? and also |,? as well as |,? plus |; ?|,? or |,? and |, ")
_ASKED_AGAIN = re.compile(
    r"^(?:(?:tell|alert|ping|notify|text) me |let me know )?(?:when |if |once )?(?:the )?"
)
_JOINED = re.compile(r"\band (?!also\b|(?:tell|alert|ping|notify|text) me\b|let me know\b)")
_HAPPENS = re.compile(r"(?!.*(?:[<>]|\bwithin\b|\bbetween\b)).*(?:\bhits\b|\bcrosses\b|\btested\b)")
_STANDS_FOR = {
    "GLD": ("gold",),
    "SLV": ("silver",),
    "USO": ("oil", "crude", "crude oil"),
    "UNG": ("natural gas", "nat gas", "natgas"),
    "TLT": ("bonds", "long bonds", "treasuries", "20 year bonds"),
    "IEF": ("10 year bonds",),
    "SHY": ("short bonds",),
}
"""Funds by what they hold."""
_TYPED_PRICE = re.compile(
    r"(?:price|close\S*) (?:hits|tested|crosses(?: above| below)?|[<>]=?|between|within \S+ of) \$?\d(?![\d.]*%)|(?:within|by) \$"
)


def drafts_of(
    text: str, reading: Reading, usual: Sequence[str], asked: Mapping[str, Any]
) -> Asked | None:
    """The drafts that a condition asks for; None where it is none. `usual` is what is meant where no
    symbol is named."""
    every = symbols_named(reading)
    named = every[: text.count(SYMBOL)] or every
    text, groups = _grouped(text, named)
    if len(set(groups)) > 1:
        return _checked(_each(text, groups, asked), named, reading)
    symbols = list(dict.fromkeys(symbol for each in named for symbol in each.values))
    found = meant_by(text)
    if found is None:
        return Asked(said=[replies.ALERT_OF_TWO]) if len(symbols) > 1 else None
    if found.said:
        return Asked(said=[found.said])
    if "net_" in found.condition or "open_pnl" in found.condition:
        return Asked([_call(found, {}, asked)])
    wanted = symbols or list(usual)
    if not wanted:
        return Asked(said=[replies.ASK_ALERT_SYMBOL])
    return _checked(_asked([(tuple(wanted), found)], asked), named, reading)


def symbols_named(reading: Reading) -> list[Mention]:
    """In order; the way to be told is no company."""
    low = reading.canvas.low
    return [each for each in reading.whole.of(Kind.SYMBOL) if low[each.start : each.end] != SLACK]


def _grouped(text: str, named: Sequence[Mention]) -> tuple[str, list[tuple[str, ...]]]:
    """The text with each list of symbols as one, and what is in each list."""
    left = list(named)
    groups: list[tuple[str, ...]] = []

    def one(found: re.Match[str]) -> str:
        taken = [left.pop(0) for _ in range(min(found[0].count(SYMBOL), len(left)))]
        groups.append(tuple(dict.fromkeys(symbol for each in taken for symbol in each.values)))
        return SYMBOL

    return _GROUP.sub(one, text), groups


def _each(text: str, groups: Sequence[tuple[str, ...]], asked: Mapping[str, Any]) -> Asked:
    """A draft for each of several conditions, every one with a symbol of its own."""
    clauses = [_ASKED_AGAIN.sub("", each).strip() for each in _BETWEEN.split(text)]
    if any(each.count(SYMBOL) != 1 for each in clauses):
        return Asked(said=[replies.ALERT_OF_TWO])
    found = [meant for each in clauses if (meant := meant_by(each)) is not None and meant.condition]
    is_joined = _JOINED.search(text) and not all(_HAPPENS.match(each.condition) for each in found)
    if len(found) < len(clauses) or is_joined:
        return Asked(said=[replies.ALERT_OF_TWO])
    return _asked(list(zip(groups, found, strict=True)), asked)


def _asked(found: Sequence[tuple[tuple[str, ...], Meant]], asked: Mapping[str, Any]) -> Asked:
    calls = [
        _call(meant, {"symbol": symbol}, asked) for symbols, meant in found for symbol in symbols
    ]
    return Asked(calls, [replies.ALERTS_EACH] if len(calls) > 1 else [])


def _call(meant: Meant, about: Mapping[str, Any], asked: Mapping[str, Any]) -> Call:
    return Call("draft_alert", {**about, "condition": meant.condition, **meant.arguments, **asked})


def _checked(asked: Asked, named: Sequence[Mention], reading: Reading) -> Asked:
    """With a word on each fund that only stands for what was named; a typed price is none of its own."""
    for mention in named:
        surface = reading.canvas.low[mention.start : mention.end].removeprefix("the ").strip()
        ticker = mention.values[0]
        if surface not in _STANDS_FOR.get(ticker, ()):
            continue
        conditions = [call.arguments["condition"] for call in asked.calls if call.symbol == ticker]
        if any(_TYPED_PRICE.search(each) for each in conditions):
            return Asked(said=[replies.ALERT_OF_FUND_PRICE.format(name=surface, fund=ticker)])
        if conditions:
            asked.said.append(replies.ALERT_OF_FUND.format(name=surface.capitalize(), fund=ticker))
    return asked
