"""Cards of rolls: a LEAPS that is bought, and a call that is sold and may be assigned."""

from decimal import Decimal
from typing import Any

from app.core.figures import Unit
from app.grounding.ledger import Book
from widgets.base import BaseCard, CardNumber
from widgets.options import AssignmentRow
from widgets.rolls import FadeRow, RollCard, RollRow, RuleRow


class Rolls:
    """The cards a member sees who asks about rolling."""

    def __init__(self, samples: Any) -> None:
        self.samples = samples

    def all(self) -> dict[str, tuple[BaseCard, ...]]:
        return {"roll": (self.leaps(),), "rollshort": (self.sold(),)}

    def _plain(self, book: Book, path: str, value: str, decimals: int = 2) -> CardNumber:
        made: CardNumber = self.samples.number(book, path, Decimal(value), decimals=decimals)
        return made

    def _signed(self, book: Book, path: str, value: str, decimals: int = 2) -> CardNumber:
        made: CardNumber = self.samples.number(
            book, path, Decimal(value), decimals=decimals, signed=True
        )
        return made

    def _days(self, book: Book, path: str, value: int) -> CardNumber:
        made: CardNumber = self.samples.number(book, path, Decimal(value), Unit.DAYS, decimals=0)
        return made

    def leaps(self) -> RollCard:
        book = self.samples.book("compare_rolls")
        return RollCard(
            title="AMD 120 call of 21 January 2028",
            held="held, bought",
            quantity=self._plain(book, "quantity", "2", 0),
            price=self._plain(book, "price", "28.28"),
            paid=self._plain(book, "paid", "20.00"),
            spot=self._plain(book, "spot", "120.97"),
            days=self._days(book, "days", 427),
            delta=self._signed(book, "delta", "0.636", 3),
            theta=self._signed(book, "theta", "-6.56"),
            time_value=self._plain(book, "time_value", "27.31"),
            breakeven=self._plain(book, "breakeven", "140.00"),
            rolls=(
                self._roll(book, "same strike, later", 120, ("-10.23", "-2046", "-11.10", "150.23")),
                self._roll(book, "same delta, later", 130, ("-6.58", "-1316", "-7.40", "156.58")),
                self._roll(book, "up and out", 150, ("0.40", "80", None, None)),
            ),
            fades=tuple(
                FadeRow(
                    words=words,
                    days=self._days(book, f"{words}.days", days),
                    value=self._plain(book, f"{words}.value", value),
                    time_value=self._plain(book, f"{words}.time_value", rest),
                    delta=self._signed(book, f"{words}.delta", delta, 3),
                    theta=self._signed(book, f"{words}.theta", theta),
                    vega=self._signed(book, f"{words}.vega", vega),
                )
                for words, days, value, rest, delta, theta, vega in (
                    ("now", 0, "28.28", "27.31", "0.636", "-6.56", "97.12"),
                    ("20 Dec 2026", 30, "27.27", "26.30", "0.632", "-6.82", "94.10"),
                    ("19 Feb 2027", 91, "25.10", "24.13", "0.623", "-7.44", "87.40"),
                    ("20 Nov 2027", 365, "10.88", "9.91", "0.567", "-17.06", "39.24"),
                )
            ),
            rules=(
                self._rule(book, "half a year left", ("180", "427"), "Friday 23 July 2027", 245, is_days=True),
                self._rule(book, "decay a day at twice today's", ("0.07", "0.03"), "Thursday 7 October 2027", 321),
                self._rule(book, "a delta at which it moves like stock", ("0.90", "0.64"), "not before its end"),
            ),
            assignments=(),
            notes=("Rules of thumb are what traders go by, not advice; when to roll is yours to decide.",),
            freshness=self.samples.freshness(),
        )  # fmt: skip

    def sold(self) -> RollCard:
        """Without a volatility, and what was received is not known."""
        book = self.samples.book("compare_rolls")
        card = self.leaps()
        risk = AssignmentRow(
            label="AMD 90 call of 18 December 2026",
            words="may be assigned before it goes ex-dividend on Friday 4 December 2026",
            time_value=self._plain(book, "left", "0.12"),
            gained=self._plain(book, "gained", "0.85"),
        )
        changes: dict[str, Any] = {
            "title": "AMD 90 call of 18 December 2026",
            "held": "held, sold",
            "paid": None,
            "delta": None,
            "theta": None,
            "breakeven": None,
            "fades": (),
            "rules": (),
            "assignments": (risk,),
        }
        return card.model_copy(update=changes)

    def _roll(
        self, book: Book, way: str, strike: int, numbers: tuple[str, str, str | None, str | None]
    ) -> RollRow:
        net, dollars, crossed, breakeven = numbers
        name = f"{strike}"
        return RollRow(
            way=way,
            contract=f"AMD {strike} call of 19 January 2029",
            price=self._plain(book, f"{name}.price", "38.51"),
            days=self._days(book, f"{name}.days", 364),
            net=self._signed(book, f"{name}.net", net),
            dollars=self._signed(book, f"{name}.dollars", dollars, 0),
            crossed=None if crossed is None else self._signed(book, f"{name}.crossed", crossed),
            delta=self._signed(book, f"{name}.delta", "0.676", 3),
            theta=self._signed(book, f"{name}.theta", "-4.68"),
            vega=self._signed(book, f"{name}.vega", "108.20"),
            time_value=self._plain(book, f"{name}.time_value", "37.53"),
            breakeven=None if breakeven is None else self._plain(book, f"{name}.be", breakeven),
            no_breakeven="" if breakeven else "none is left: what was locked in decides",
        )

    def _rule(
        self,
        book: Book,
        words: str,
        numbers: tuple[str, str],
        when: str,
        days: int | None = None,
        *,
        is_days: bool = False,
    ) -> RuleRow:
        at, now = numbers
        return RuleRow(
            words=words,
            threshold=self._days(book, f"{words}.at", int(at))
            if is_days
            else self._plain(book, f"{words}.at", at),
            now=self._days(book, f"{words}.now", int(now))
            if is_days
            else self._plain(book, f"{words}.now", now),
            when=when,
            days=None if days is None else self._days(book, f"{words}.days", days),
        )
