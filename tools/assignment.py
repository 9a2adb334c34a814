"""What is said of sold options that may be assigned: for a structure, for the book, for a roll.

Decided: it is said only where it applies, with the figures that speak for it. Options on an index are
European and paid in cash, so nothing is said of them. A dividend nobody told us of is not known, which
is another thing than none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from app.core.errors import ProviderUnavailable
from app.core.symbols import AssetClass, Symbol
from app.market.calendar import market_date
from app.market.models import Instrument
from app.options.exercise import Dividend, ExerciseReason, ExerciseRisk, exercise_risk
from app.options.legs import Leg, LegKind
from tools.base import ToolContext
from tools.options_figures import OptionFigures
from tools.wording import day_in_words, shown
from widgets.options import AssignmentRow

_MOST_SAID = 3
_MAY_DELIVER = (AssetClass.STOCK, AssetClass.ETF)
UNKNOWN = (
    "Whether {symbol} pays a dividend before then is not known here; the day before one, a sold call in "
    "the money may be assigned."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """A sold option at its mark; `path` begins the names of its figures."""

    label: str
    path: str
    leg: Leg
    mark: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What holds for all sold options of one underlying."""

    instrument: Instrument
    at: datetime
    spot: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Assignment:
    """Rows for a card, and the same in sentences."""

    rows: tuple[AssignmentRow, ...] = ()
    sentences: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The first of them, with a blank before; a long list is the card's."""
        told = [*self.sentences[:_MOST_SAID]]
        if len(self.sentences) > _MOST_SAID:
            told.append("The card names more that may be assigned.")
        return "".join(f" {each}" for each in told)

    def __add__(self, other: "Assignment") -> "Assignment":
        """What is known comes before what is not."""
        pairs = zip(self.rows + other.rows, self.sentences + other.sentences, strict=True)
        ordered = sorted(pairs, key=lambda pair: not pair[0].label)
        return Assignment(
            tuple(row for row, _ in ordered), tuple(sentence for _, sentence in ordered)
        )


async def assignment(
    context: ToolContext, book: OptionFigures, setting: Setting, sold: Sequence[Sold]
) -> Assignment:
    """What may be assigned early or on the last day; empty where nothing is."""
    short = [each for each in sold if each.leg.quantity < 0 and each.leg.expires_at is not None]
    if not short or setting.instrument.asset_class not in _MAY_DELIVER:
        return Assignment()
    found = await _dividends(context, setting, short)
    rows, said = [], []
    for each in short:
        risk = exercise_risk(
            each.leg,
            at=setting.at,
            spot=setting.spot,
            mark=each.mark,
            rate=setting.rate,
            dividend=next(iter(found or ()), None),
        )
        if risk is not None:
            row, words = _told(book, each, risk, found)
            rows.append(row)
            said.append(words)
    if found is None and any(_hangs_on_a_dividend(each, setting) for each in short):
        words = UNKNOWN.format(symbol=setting.instrument.symbol)
        rows.append(AssignmentRow(label="", words=words, time_value=None, gained=None))
        said.append(words)
    return Assignment(tuple(rows), tuple(said))


async def _dividends(
    context: ToolContext, setting: Setting, short: Sequence[Sold]
) -> tuple[Dividend, ...] | None:
    """Those before the last end, the next one first; None where nobody knows."""
    if not any(_hangs_on_a_dividend(each, setting) for each in short):
        return ()
    last = max(each.leg.expires_at for each in short if each.leg.expires_at is not None)
    first = market_date(setting.at) + timedelta(days=1)
    try:
        found = await context.macro.dividends(
            first, market_date(last), Symbol(str(setting.instrument.symbol))
        )
    except ProviderUnavailable:
        return None
    return tuple(Dividend(ex_date=each.ex_date, amount=each.amount) for each in found)


def _hangs_on_a_dividend(sold: Sold, setting: Setting) -> bool:
    return sold.leg.kind is LegKind.CALL and sold.leg.intrinsic(setting.spot) > 0


def _told(
    book: OptionFigures,
    sold: Sold,
    risk: ExerciseRisk,
    dividends: Sequence[Dividend] | None,
) -> tuple[AssignmentRow, str]:
    left = book.premium(f"{sold.path}.time_value", risk.time_value, "time value")
    gained = None
    words = _WORDS[risk.reason]
    if risk.reason in _GAINS:
        gained = book.premium(f"{sold.path}.gained", risk.gained, _GAINS[risk.reason])
    assert left is not None  # noqa: S101 - a risk has one
    day = day_in_words(dividends[0].ex_date) if dividends else ""
    said = words.format(
        label=sold.label, left=left.ref, gained=gained.ref if gained else "", day=day
    )
    row = AssignmentRow(
        label=sold.label,
        words=_BRIEF[risk.reason].format(day=day),
        time_value=shown(left),
        gained=shown(gained),
    )
    return row, said


_GAINS = {
    ExerciseReason.DIVIDEND: "dividend a share",
    ExerciseReason.INTEREST: "interest on the strike until the end",
}
_WORDS = {
    ExerciseReason.DIVIDEND: (
        "The sold {label} may be assigned before it goes ex-dividend on {day}: its time value of {left} "
        "is less than the dividend of {gained}."
    ),
    ExerciseReason.INTEREST: (
        "The sold {label} may be assigned early: its time value of {left} is less than the {gained} of "
        "interest its strike earns until the end."
    ),
    ExerciseReason.NOTHING_LEFT: (
        "The sold {label} may be assigned on any day: {left} of time value is left."
    ),
    ExerciseReason.EXPIRY: (
        "The sold {label} is in the money on its last day: unless it is closed it will be assigned."
    ),
    ExerciseReason.PIN: (
        "The sold {label} is next to its strike on its last day: whether it is assigned is known only "
        "after the close."
    ),
}
_BRIEF = {
    ExerciseReason.DIVIDEND: "may be assigned before it goes ex-dividend on {day}",
    ExerciseReason.INTEREST: "may be assigned early, for the interest on its strike",
    ExerciseReason.NOTHING_LEFT: "may be assigned on any day: next to no time value is left",
    ExerciseReason.EXPIRY: "in the money on its last day: assigned unless it is closed",
    ExerciseReason.PIN: "next to its strike on its last day: assigned or not, known after the close",
}
