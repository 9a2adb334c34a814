"""Text to lark's tree, and what went wrong in a reader's words."""

import difflib
import re
from typing import cast

from lark import Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from app.formula.errors import FormulaError, Place
from app.formula.grammar import parser_of
from app.formula.vocabulary import Vocabulary

LONGEST = 1000
DEEPEST = 60
Branch = Tree[Token]

_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_WORD = re.compile(r"[A-Za-z_]\w*")
_KEYWORDS = (
    "and", "or", "not", "crosses", "above", "below", "within", "between", "tested", "times", "for",
    "before", "after", "rises", "falls", "moves", "hits", "on", "of", "in",
)  # fmt: skip
_EXPECTED = (
    (("RPAR",), "a closing parenthesis"),
    (("NAME", "NUMBER"), "a value, such as a price, a level or an indicator"),
    (("RELATION", "CROSSES"), "a comparison, such as `>` or `crosses above`"),
    (("_OF",), "`of` and a level"),
    (("_AND",), "`and`"),
    (("_TIMES",), "`times`"),
    (("SPAN",), "a length of time or a count of bars, such as `1h` or `3 bars`"),
    (("WEEKDAY",), "a day of the week"),
)


def parse_tree(text: str, vocabulary: Vocabulary) -> Branch:
    """The tree of `text`; `FormulaError` with the place and what is expected there."""
    if not text.strip():
        raise FormulaError("The formula is empty.", text, Place(0, 0))
    if len(text) > LONGEST:
        raise FormulaError(
            f"A formula has at most {LONGEST} characters.", text, Place(LONGEST, len(text))
        )
    _check_parentheses(text)
    try:
        tree: Branch = parser_of(vocabulary).parse(_without_thousands(text))
    except UnexpectedInput as error:
        raise _unexpected(text, error, vocabulary) from None
    _check_depth(tree, text)
    return tree


def _without_thousands(text: str) -> str:
    """`5,930` as `5_930`, of the same length; inside parentheses only behind a $, because there a
    comma separates."""

    def joined(match: re.Match[str]) -> str:
        before = text[: match.start()]
        is_inside = before.count("(") > before.count(")")
        is_money = before.rstrip().endswith("$")
        return match[0].replace(",", "_") if is_money or not is_inside else match[0]

    return _THOUSANDS.sub(joined, text)


def _check_parentheses(text: str) -> None:
    opened: list[int] = []
    for at, sign in enumerate(_without_strings(text)):
        if sign == "(":
            opened.append(at)
        elif sign == ")" and opened:
            opened.pop()
        elif sign == ")":
            raise FormulaError("This parenthesis was never opened.", text, Place(at, at + 1))
    if opened:
        raise FormulaError(
            "This parenthesis is never closed: a `)` is missing.",
            text,
            Place(opened[-1], opened[-1] + 1),
            suggestions=[text.rstrip() + ")" * len(opened)] if len(text) <= 80 else (),
        )


def _without_strings(text: str) -> str:
    return re.sub(r'"[^"\n]*"|“[^”\n]*”', lambda match: " " * len(match[0]), text)


def _check_depth(tree: Branch, text: str) -> None:
    level: list[Branch] = [tree]
    for _ in range(DEEPEST):
        level = [each for branch in level for each in branch.children if isinstance(each, Tree)]
        if not level:
            return
    raise FormulaError("The formula is nested too deeply.", text, Place(0, len(text)))


def _unexpected(text: str, error: UnexpectedInput, vocabulary: Vocabulary) -> FormulaError:
    if isinstance(error, UnexpectedCharacters):
        return _unreadable(
            text, cast(int, error.pos_in_stream), set(error.allowed or ()), vocabulary
        )
    expected = set(error.accepts or ()) if isinstance(error, UnexpectedToken) else set()
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        return _unreadable(text, error.token.start_pos or 0, expected, vocabulary)
    end = len(text.rstrip())
    return FormulaError(
        f"The formula ends too early: {_wanted(expected)} is missing.", text, Place(end, end + 1)
    )


def _unreadable(text: str, at: int, expected: set[str], vocabulary: Vocabulary) -> FormulaError:
    misspelt = _misspelt_before(text, at, vocabulary)
    if misspelt is not None:
        return misspelt
    word = _WORD.match(text, at)
    if word is None:
        sign = text[at : at + 1]
        hint = " Write `==` to compare." if sign == "=" else ""
        return FormulaError(
            f"`{sign}` is not expected here: {_wanted(expected)} is.{hint}",
            text,
            Place(at, at + 1),
        )
    near = [each for each in _KEYWORDS if _is_near(word[0], each)]
    return FormulaError(
        f"`{word[0][:40]}` is not expected here: {_wanted(expected)} is.",
        text,
        Place(*word.span()),
        suggestions=near[:3] or (vocabulary.near(word[0]) if "NAME" in expected else ()),
    )


def _misspelt_before(text: str, at: int, vocabulary: Vocabulary) -> FormulaError | None:
    """`crosses abve 5` is read as a crossing of `abve`, and fails only behind it."""
    words = list(_WORD.finditer(text, 0, at))
    if not words or text[words[-1].end() : at].strip():
        return None
    if words[-1][0].lower() in _KEYWORDS or vocabulary.find(words[-1][0]):
        return None
    near = [each for each in _KEYWORDS if _is_near(words[-1][0], each)]
    if not near:
        return None
    place = Place(*words[-1].span())
    reason = f"`{words[-1][0]}` is not a word I know."
    return FormulaError(reason, text, place, suggestions=near[:3])


def _is_near(word: str, keyword: str) -> bool:
    ratio = difflib.SequenceMatcher(None, word.lower(), keyword).ratio()
    return ratio >= 0.75 and word.lower() != keyword


def _wanted(expected: set[str]) -> str:
    for tokens, words in _EXPECTED:
        if all(token in expected for token in tokens):
            return words
    return "the end of the formula" if expected <= {"$END"} else "something else"
