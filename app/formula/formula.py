"""A formula: read once, then asked what it needs, written back, put in words, evaluated.

    formula = parse("rsi(14, 5m) crosses below 30 and price above sma(200, 1d)")
    formula.needs                # bars of 5m and 1d, no levels
    str(formula)                 # canonical text, reads back to an equal formula
    formula.in_words()           # for a card
    formula.as_threshold()       # None: RSI is no threshold on the live price

Evaluation is in `evaluating.py` (all bars of many symbols) and `live.py` (bar by bar, tick by tick).
"""

from dataclasses import dataclass, field, replace
from functools import lru_cache

from typing_extensions import override

from app.core.timeframes import Timeframe
from app.formula.errors import FormulaError
from app.formula.lent import VOCABULARY
from app.formula.needs import Needs, needs_of
from app.formula.reading import read
from app.formula.resolving import resolve
from app.formula.syntax import Condition, Node, Value
from app.formula.threshold import Threshold, threshold_of, watches_price
from app.formula.vocabulary import Kind, Vocabulary
from app.formula.wording import worded
from app.formula.writing import written


@dataclass(frozen=True)
class Formula:
    """A checked formula. Equal formulas mean the same, however they were typed.

    `tree` is a `Condition` (true, false or unknown per bar) or a `Value` (a number per bar).
    `base` is the timeframe of the bars it is asked on, None until `on` names it. `text` is what was
    typed.
    """

    tree: Node
    text: str = field(compare=False, repr=False)
    vocabulary: Vocabulary = field(compare=False, repr=False)
    base: Timeframe | None = None

    @override
    def __str__(self) -> str:
        """The canonical text: `parse(str(formula)) == formula`."""
        return written(self.tree)

    @property
    def kind(self) -> Kind:
        return self.tree.kind if isinstance(self.tree, Value) else Kind.CONDITION

    @property
    def needs(self) -> Needs:
        """What to fetch. Exact once `on` has named the bars; before, levels that daily bars could
        give by themselves are listed, and spans of time are counted in minutes."""
        return needs_of(self.tree if self.base is None else self.resolved, self.base)

    @property
    def watches_price(self) -> bool:
        """Whether the live price decides; False if it is enough to look when a bar is finished."""
        return watches_price(self.tree)

    @property
    def resolved(self) -> Node:
        """The tree as it is evaluated on bars of `base`."""
        if self.base is None:
            raise ValueError("Name the bars first: formula.on(timeframe).")
        return resolve(self.tree, self.base, self.vocabulary, self.text)

    def on(self, base: Timeframe) -> "Formula":
        """The same, asked on bars of `base`.

        `FormulaError` if those bars cannot tell it: `change(1h)` on daily bars.
        """
        asked = replace(self, base=base)
        _ = asked.resolved
        return asked

    def of(self, part: Node) -> "Formula":
        """A part of this one as a formula: a threshold's level, its guards."""
        return replace(self, tree=part)

    def in_words(self) -> str:
        """A plain English phrase without a capital or a full stop, for cards."""
        return worded(self.tree)

    def as_threshold(self) -> Threshold | None:
        """The condition as one meeting of the live price with a slow level; None if it is more."""
        return threshold_of(self.tree) if isinstance(self.tree, Condition) else None


def parse(text: str, vocabulary: Vocabulary = VOCABULARY) -> Formula:
    """The condition that `text` says; `FormulaError` tells what is wrong, where, and what to write."""
    formula = parse_value_or_condition(text, vocabulary)
    if isinstance(formula.tree, Condition):
        return formula
    raise FormulaError(
        "This is a value, not a condition: compare it with something.",
        text,
        formula.tree.at,
        suggestions=[f"{text.strip()} > …"] if len(text) <= 40 else (),
    )


def parse_value_or_condition(text: str, vocabulary: Vocabulary = VOCABULARY) -> Formula:
    """The same for texts that may be a value too: `sma(200, 1d)`, a column of a scan."""
    return Formula(_read(text, vocabulary), text, vocabulary)


def parse_value(text: str, vocabulary: Vocabulary = VOCABULARY) -> Formula:
    """The value that `text` says: a level to watch, a column to show."""
    formula = parse_value_or_condition(text, vocabulary)
    if isinstance(formula.tree, Value):
        return formula
    raise FormulaError("This is a condition; a value is expected.", text, formula.tree.at)


_read = lru_cache(maxsize=1024)(read)
