"""Arithmetic in words: "15 percent off 88", "half of 1,380.50", "3 times 12.40 plus 7".

Decided: a phrase that names a sum becomes its expression first, then the words for signs become
signs. What is left over beside the expression and is itself a number means that the sum was not
understood: a part of it is never answered as if it were the whole.
"""

import re
from collections.abc import Callable
from decimal import Decimal

from app.agents.offline.clauses import Clause

_N = r"\$?(\d+(?:\.\d+)?)"
_PERCENT = r" ?(?:%|percent)"
_Rewrite = Callable[[re.Match[str]], str] | str

_PHRASES: tuple[tuple[str, _Rewrite], ...] = (
    (rf"{_N}{_PERCENT} off (?:of )?{_N}", r"\2*(1-\1/100)"),
    (rf"{_N}{_PERCENT} (?:above|over|more than|higher than) {_N}", r"\2*(1+\1/100)"),
    (rf"{_N}{_PERCENT} (?:below|under|less than|lower than) {_N}", r"\2*(1-\1/100)"),
    (rf"{_N}{_PERCENT} of {_N}", r"\2*\1/100"),
    (
        rf"(?:percent(?:age)?|%) (?:change|move|gain|loss|difference|drop|rise) (?:from|between) {_N} (?:to|and) {_N}",
        r"(\2-\1)/\1*100",
    ),
    (rf"from {_N} to {_N} in (?:percent|%)", r"(\2-\1)/\1*100"),
    (rf"(?:a )?half of {_N}", r"\1/2"),
    (rf"(?:a )?third of {_N}", r"\1/3"),
    (rf"(?:a )?quarter of {_N}", r"\1/4"),
    (rf"(?:double|twice) {_N}", r"\1*2"),
    (
        rf"{_N} (?:shares|units|coins|contracts)?(?: of \w+)? ?(?:at|@) {_N}(?: each| a share)?",
        r"\1*\2",
    ),
    (
        rf"\brisk(?:ing)? {_N}\b.*?\bstop\b\D*{_N}(?: (?:away|wide|points|dollars|bucks))?.*\bhow many\b.*",
        r"\1/\2",
    ),
)
_SIGNS: tuple[tuple[str, str], ...] = (
    (r"\bplus\b|\badded to\b", "+"),
    (r"\bminus\b|\bless\b", "-"),
    (r"\b(?:times|multiplied by)\b|(?<=[\d)]) ?x ?(?=[\d(])|×", "*"),
    (r"\b(?:divided by|over)\b|÷", "/"),
    (r"(\d) ?percent\b", r"\1%"),
)
_EXPRESSION = re.compile(r"[-+(]*[\d(][\d\s.()+\-*/%]*[\d)%]")
_EQUATION = re.compile(r"[=^]")
_IN_PERCENT = re.compile(r"\bin (?:percent|%)|\bas a percent")
_NAMED = re.compile("|".join(f"(?:{pattern})" for pattern, _ in _PHRASES))


def names_a_sum(clause: Clause) -> bool:
    """Whether a phrase of arithmetic stands there, whatever else the words sound like."""
    return bool(_NAMED.search(_digits(clause.plain)))


def expression_of(text: str) -> str:
    """The sum that `text` asks for, in signs; empty if there is none or more than one."""
    written = _digits(text)
    for pattern, rewrite in _PHRASES:
        written = re.sub(pattern, rewrite, written)
    for pattern, sign in _SIGNS:
        written = re.sub(pattern, sign, written)
    found = [] if _EQUATION.search(text) else _EXPRESSION.findall(written)
    if len(found) != 1 or not re.search(r"[-+*/%]", found[0].lstrip("-+")):
        return ""
    expression = re.sub(r"\s+", "", found[0])
    return (
        f"({expression})*100"
        if _IN_PERCENT.search(text) and "100" not in expression
        else expression
    )


def _digits(text: str) -> str:
    """Numbers without separators, `25k` written out."""
    bare = (
        re.sub(r"(?<=\d),(?=\d{3})", "", text.lower()).replace("bucks", "").replace("dollars", "")
    )
    bare = re.sub(r"\$(?=\d)", "", bare)
    bare = re.sub(r"(\d+(?:\.\d+)?)k\b", lambda match: format(Decimal(match[1]) * 1000, "f"), bare)
    return re.sub(r"\s+", " ", bare)
