"""Alerts: drafts that wait and that are true already, a list, a change, and what fired."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from app.core.figures import Unit
from app.grounding.ledger import Book
from widgets.alerts import (
    AlertChangeCard,
    AlertDraftCard,
    AlertFiring,
    AlertHistoryCard,
    AlertRow,
    AlertsCard,
)
from widgets.base import BaseCard, CardNumber

LONG = "RSI(14) on 5-minute bars crosses below 30 and price is above the 200-day average"
Status = Literal["armed", "snoozed", "fired", "expired"]


class Alarms:
    """The cards of alerts."""

    def __init__(self, samples: Any) -> None:
        self.samples = samples
        self.book: Book = samples.book("draft_alert")

    def all(self) -> dict[str, tuple[BaseCard, ...]]:
        return {
            "alert": (self.draft(),),
            "alertnow": (self.draft(is_true=True),),
            "alerts": (self.listed(),),
            "alertchange": (self.change(),),
            "alertsilence": (self.silence("SPX"),),
            "alertsilences": (self.silence("SPX", "BTC/USD"),),
            "alertpast": (self.past(),),
        }

    def draft(self, *, is_true: bool = False) -> AlertDraftCard:
        return AlertDraftCard(
            symbol="SPY" if is_true else "MU",
            words="price is above 600" if is_true else LONG,
            condition="price > 600"
            if is_true
            else "rsi(14, 5m) crosses below 30 and price > sma(200, 1d)",
            note="" if is_true else "trim half",
            where="here and by Telegram only"
            if is_true
            else "here and as your notifications are set",
            told="once",
            ends_at=None if is_true else self.samples.now + timedelta(days=1),
            stands=is_true,
            fires_at_once=is_true,
            price=self._number("price", "602.31"),
            level=self._number("level", "600") if is_true else None,
            level_name="",
            distance=self._number("distance", "-2.31", signed=True) if is_true else None,
            distance_percent=self._number("percent", "-0.38", Unit.PERCENT, signed=True)
            if is_true
            else None,
            terms={"kind": "threshold" if is_true else "formula", "timeframe": "1m"},
            hash="0" * 64,
            valid_minutes=15,
            outcome="",
            notes=(),
            freshness=self.samples.freshness(),
        )

    def listed(self) -> AlertsCard:
        return AlertsCard(
            title="",
            rows=(
                self._row("1", "SPX", "price hits 5,930", "armed"),
                self._row("2", "NVDA", LONG, "snoozed", note="earnings are near"),
                self._row("3", "BTC/USD", "price moves by 3% in 1 hour", "fired"),
                self._row("4", "", "your net delta crosses above 200", "expired"),
            ),
            notes=(),
            freshness=self.samples.freshness(),
        )

    def change(self) -> AlertChangeCard:
        return AlertChangeCard(
            change="snooze",
            minutes=30,
            summary="Snoozed",
            rows=(self._row("1", "SPX", "price hits 5,930", "armed"),),
            outcome="",
            valid_minutes=15,
            notes=(),
            freshness=self.samples.freshness(),
        )

    def silence(self, *symbols: str) -> AlertChangeCard:
        """Until the next open of each."""
        ends = (datetime(2026, 11, 30, 14, 30, tzinfo=UTC), datetime(2026, 11, 28, tzinfo=UTC))
        rows = tuple(self._row(each, each, "price hits 5,930", "fired") for each in symbols)
        return self.change().model_copy(update={"rows": rows, "ends": ends[: len(rows)]})

    def past(self) -> AlertHistoryCard:
        return AlertHistoryCard(
            title="SPX: price crosses above yesterday's high",
            is_replayed=True,
            zone="America/New_York",
            count=self._number("count", "3", Unit.INDEX, decimals=0),
            rows=tuple(
                AlertFiring(
                    at=self.samples.now - timedelta(days=day),
                    words="",
                    price=self._number(f"fired.{day}", f"593{day}.20"),
                    is_late=day == 1,
                )
                for day in (1, 2, 5)
            ),
            notes=("From finished bars, as if it had been armed for every time.",),
            freshness=self.samples.freshness(),
        )

    def _row(self, name: str, symbol: str, words: str, status: Status, note: str = "") -> AlertRow:
        has_fired = status == "fired"
        return AlertRow(
            id=f"00000000-0000-0000-0000-00000000000{name}",
            symbol=symbol,
            words=words,
            note=note,
            status=status,
            until=self.samples.now + timedelta(minutes=30) if status == "snoozed" else None,
            told="every time" if has_fired else "once",
            fired=self._number(f"{name}.fired", "2" if has_fired else "0", Unit.INDEX, decimals=0),
            fired_at=self.samples.now - timedelta(hours=1) if has_fired else None,
        )

    def _number(
        self,
        path: str,
        value: str,
        unit: Unit = Unit.USD,
        *,
        decimals: int = 2,
        signed: bool = False,
    ) -> CardNumber:
        made: CardNumber = self.samples.number(
            self.book,
            f"{len(self.book.figures)}.{path}",
            Decimal(value),
            unit,
            decimals=decimals,
            signed=signed,
        )
        return made
