"""The ladder of key levels, and the table that compares several symbols."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from widgets.base import BaseCard, CardNumber, Freshness


class Rung(BaseModel):
    """One level on the ladder. `kind` chooses the colour family, `side` says above or below."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    kind: Literal[
        "previous",
        "premarket",
        "overnight",
        "opening",
        "vwap",
        "profile",
        "pivot",
        "average",
        "range",
    ]
    side: Literal["above", "at", "below"]
    price: CardNumber
    distance: CardNumber
    distance_pct: CardNumber
    distance_atr: CardNumber | None
    tested: CardNumber | None
    since: datetime | None
    is_nearest: bool = False
    is_highlighted: bool = False
    """The question named this one."""


class LevelsCard(BaseCard):
    """The price between its levels, highest first; `notes` say what is missing or special."""

    symbol: str
    name: str
    title: str
    """What the map is for: "key levels, Friday 20 November" or "levels of this week"."""
    last: CardNumber
    change_pct: CardNumber | None
    atr: CardNumber | None
    rungs: tuple[Rung, ...]
    pivot_method: str
    profile: str = ""
    """The window of the volume profile, "day" or "3m"; empty without one."""
    notes: tuple[str, ...]
    freshness: Freshness


class LevelsRow(BaseModel):
    """One symbol of the comparison: `levels` in the order of the card's `columns`, None = absent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    symbol: str
    last: CardNumber
    change_pct: CardNumber | None
    levels: tuple[CardNumber | None, ...]
    distances: tuple[CardNumber | None, ...]
    nearest: str
    freshness: Freshness


class LevelsTable(BaseCard):
    """Levels of several symbols side by side."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[LevelsRow, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, cards: Sequence[LevelsCard]) -> "LevelsTable":
        """One row a ladder; a level stands in every row or, where a symbol lacks it, as a gap.

        Columns are the names the question asked for, else those of `COMPARED` that any ladder has.
        """
        present = [rung.name for card in cards for rung in card.rungs]
        asked = [rung.name for card in cards for rung in card.rungs if rung.is_highlighted]
        columns = tuple(dict.fromkeys(asked)) or tuple(name for name in COMPARED if name in present)
        return cls(
            title=" · ".join(card.symbol for card in cards),
            columns=columns,
            rows=tuple(_row(card, columns) for card in cards),
            notes=tuple(f"{card.symbol}: {note}" for card in cards for note in card.notes),
        )


COMPARED = ("PDH", "PDL", "PMH", "PML", "VWAP")
"""What traders compare across symbols when they name nothing; as many as a column of text holds."""


def _row(card: LevelsCard, columns: Sequence[str]) -> LevelsRow:
    rungs = {rung.name: rung for rung in card.rungs}
    return LevelsRow(
        symbol=card.symbol,
        last=card.last,
        change_pct=card.change_pct,
        levels=tuple(rungs[name].price if name in rungs else None for name in columns),
        distances=tuple(rungs[name].distance_atr if name in rungs else None for name in columns),
        nearest=next((rung.name for rung in card.rungs if rung.is_nearest), ""),
        freshness=card.freshness,
    )
