"""The price of a whole structure, where the words leave a number in the place of one."""

import re
from dataclasses import dataclass

_AMOUNT = r"\$?(?P<amount>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?![\d/%]|\.\d| ?(?:%|percent|wide|delta|points?|days?|vol|dollars? wide))"
_BEFORE = re.compile(
    rf"\b(?:pa(?:id|ying)|pay|took in|taking in|take in|collect(?:ed|ing)?|receiv(?:ed|ing)|got)(?: me)?(?: an?)?(?: (?:net )?(?:credit|debit))?(?: of)? {_AMOUNT}"
)
"""Verbs of money say it wherever they stand."""
_MARKED = re.compile(
    rf"(?:\b(?:at|for|net|(?:credit|debit|cr|db)(?: of)?|costs?(?: me)?|price[d]?(?: at)?|premium(?: of)?|mark(?: of)?)(?: an?)?(?: (?:net )?(?:credit|debit|cr|db))?(?: of| at)?|@) ?{_AMOUNT}"
)
_NAMED = re.compile(rf"(?<![\w.$/]){_AMOUNT} ?(?:net )?(?:credit|debit|cr|db)\b")
_LEFT = re.compile(
    r"(?<![\w.$/<])\$?(?P<amount>\d*\.\d+|(?<=\$)\d+)(?![\d/%\w]|\.\d)(?! ?(?:%|percent|wide|delta|points?))"
)
"""A number with cents or a dollar sign, behind everything else."""
STRUCTURE_TOKEN = "<s>"  # noqa: S105 - a mark in a text


@dataclass(frozen=True, slots=True)
class Price:
    amount: str
    start: int
    end: int


def net_price(text: str, *, is_after: bool) -> Price | None:
    """Of a text without ends, strikes and counts, in which `<s>` stands for the structure's words.

    `is_after` says that all of the text may hold it.
    """
    start = 0 if is_after else max(text.find(STRUCTURE_TOKEN), 0)
    for shape, position in ((_BEFORE, 0), (_NAMED, 0), (_MARKED, start), (_LEFT, start)):
        if found := shape.search(text, position):
            return Price(found["amount"], *found.span())
    return None


_NUMBER = re.compile(r"(?<![\w.<])\$?\d[\d,]*(?:\.\d+)?(?![\w>]|\.\d)")


def is_left_over(text: str, price: Price | None) -> bool:
    """Whether a number stands in the text that is not the price."""
    rest = f"{text[: price.start]} {text[price.end :]}" if price else text
    return bool(_NUMBER.search(rest))
