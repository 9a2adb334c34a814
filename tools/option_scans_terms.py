"""A find on options in its own terms: what it is taken at, what ends it, what such finds came to.

Decided: the chance that was computed and the rate that was counted stand side by side, each under its
own name. Where nothing could be counted yet no rate is drawn.
"""

from app.core.figures import Figure
from app.scanner.option_kept import Ending, KeptOption, OptionRecord
from app.scanner.option_setups import OptionSetup, Spread
from tools.options_figures import OptionFigures
from widgets.base import CardNumber
from widgets.option_scans import OptionScanFact

_SPREAD = (
    "No longer valid once the price trades at a sold strike, buying back costs twice the credit or half "
    "of it, or the expiry is near."
)
INVALID = {
    OptionSetup.RANK: "No longer valid once the IV rank falls below what was looked for, or after a month.",
    OptionSetup.UNUSUAL: "No longer valid after a week, or once the expiry is near.",
    OptionSetup.CRUSH: "No longer valid ten days after the report.",
    OptionSetup.CONDOR: _SPREAD,
    OptionSetup.BULL_PUT: _SPREAD,
    OptionSetup.BEAR_CALL: _SPREAD,
}
ENDED = {
    Ending.HALF_KEPT: "half of the credit could be kept",
    Ending.DOUBLED: "was stopped at twice the credit",
    Ending.BROKEN: "the price reached a sold strike",
    Ending.RANK_FELL: "its IV rank fell",
    Ending.NEAR: "its expiry came near",
    Ending.OVER: "its time was over",
}


class Facts:
    """Collects the figures of one find in the order they are drawn."""

    def __init__(self, book: OptionFigures, name: str) -> None:
        self.book, self._name = book, name
        self.drawn: list[OptionScanFact] = []

    def path(self, path: str) -> str:
        return f"{self._name}.{path}"

    def draw(self, label: str, figure: Figure | None, *, with_unit: bool = False) -> str:
        """Its reference; empty where there is none."""
        if figure is None:
            return ""
        number = CardNumber.of(figure, with_unit=with_unit)
        self.drawn.append(OptionScanFact(label=label, number=number))
        return figure.ref


def draw_terms(facts: Facts, kept: KeptOption) -> None:
    """Where it would be left again, with a gain or with a loss; a contract's price."""
    book, path = facts.book, facts.path
    if kept.setup is OptionSetup.UNUSUAL:
        facts.draw("Price", book.premium(path("entry"), kept.entry, "price a share when found"))
    facts.draw("Target, buy back at", book.premium(path("target"), kept.target, "target a share"))
    facts.draw("Stop, buy back at", book.premium(path("stop"), kept.stop, "stop a share"))


def draw_record(facts: Facts, kept: KeptOption, record: OptionRecord | None) -> None:
    """What it came to itself, and how often others of its setup came out well."""
    book, path = facts.book, facts.path
    if kept.result is not None and kept.legs:
        made = book.money(path("result"), kept.result, "what it came to at expiry", signed=True)
        facts.draw("Came to, at expiry", made)
    elif kept.result is not None:
        left = book.volatility(
            path("result"), float(kept.result), "implied less what followed", signed=True
        )
        facts.draw("Implied less what followed", left, with_unit=True)
    if record is None or not record.cases:
        return
    what = "in profit at expiry" if kept.legs else "less moved than was implied"
    rate = book.volatility(path("hit_rate"), record.hits / record.cases, f"{what}, counted")
    facts.draw(f"Counted, {what}", rate, with_unit=True)
    facts.draw("Cases counted", book.count(path("cases"), record.cases, "finds counted"))
    if record.chance is not None and isinstance(kept.fact, Spread):
        said = book.volatility(path("mean_chance"), record.chance, "mean chance computed for them")
        facts.draw("Chance computed for those", said, with_unit=True)
