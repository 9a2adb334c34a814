"""What a chart is asked to show."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from app.core.errors import InvalidInput
from app.core.timeframes import Timeframe
from app.indicators.averages import parse_chart_average
from app.levels.windows import Window, parse_window
from tools.arguments import AsOf, SymbolArgument, TimeframeArgument
from tools.base import ToolArgs

Family = Literal["levels", "pivots", "vwap", "profile"]
VISIBLE = "visible"
Zoom = Literal["today", "week", "month", "quarter", "half", "ytd", "year", "all"]
HIGHEST_PRICE = 10_000_000


def _profile(value: object) -> object:
    """A window in any spelling, or what is seen."""
    if not isinstance(value, str) or value == VISIBLE:
        return value
    try:
        return parse_window(value)
    except InvalidInput as error:
        raise ValueError(f"{error.message} Or `visible`.") from error


class ShowChartArgs(ToolArgs):
    symbol: SymbolArgument
    timeframe: TimeframeArgument = Timeframe.M5
    levels: bool = Field(default=True, description="Draw today's key levels as lines.")
    hide: tuple[Family, ...] = Field(
        (), description="Families of levels to leave out: pivots, vwap, profile.", max_length=4
    )
    show: tuple[Family, ...] = Field(
        (),
        description="Families the member asked to see, all of whose lines are drawn, however far: "
        "pivots, vwap, profile. With levels=false they are drawn alone.",
        max_length=4,
    )
    profile: Annotated[Window | Literal["visible"] | None, BeforeValidator(_profile)] = Field(
        None,
        description="Volume by price drawn along the left edge: of the bars in view (visible), or of "
        "the day, previous (the session before), week, month, 3m or 1y.",
    )
    averages: tuple[str, ...] = Field(
        (),
        description="Moving averages to draw, such as sma50, ema9; sma200@1d is one of days, "
        "whatever the bars.",
        max_length=6,
    )
    marks: tuple[Decimal, ...] = Field(
        (), description="Prices the member wants marked with a line.", max_length=8
    )
    mark_names: tuple[Annotated[str, Field(pattern=r"^[a-z]+( [a-z]+)?$", max_length=20)], ...] = (
        Field(
            (),
            description="What each marked price is, in their order: entry, stop, target.",
            max_length=8,
        )
    )
    compare: tuple[SymbolArgument, ...] = Field(
        (), description="Symbols to lay beside it, all in percent.", max_length=4
    )
    zoom: Zoom | None = Field(
        None,
        description="How far back to look: today, week, month, quarter, half (a year), ytd, year, all.",
    )
    extended: bool = Field(default=False, description="Show premarket and after hours too.")
    as_of: AsOf = None

    @property
    def shown(self) -> tuple[str, ...]:
        """The families to be drawn whole; what is hidden is not."""
        return tuple(each for each in self.show if each != "levels" and each not in self.hide)

    @property
    def volume_of(self) -> "Window | Literal['visible'] | None":
        """Whose volume is drawn: none beside other symbols, whose scale is percent, or if hidden."""
        return None if self.compare or "profile" in self.hide else self.profile

    @field_validator("averages", mode="after")
    @classmethod
    def _known(cls, averages: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(parse_chart_average(each) for each in averages))

    @field_validator("marks", mode="after")
    @classmethod
    def _priced(cls, marks: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
        if any(not 0 < mark < HIGHEST_PRICE for mark in marks):
            raise ValueError("a marked price is a positive number")
        return tuple(dict.fromkeys(marks))

    @property
    def named_marks(self) -> tuple[tuple[str, Decimal], ...]:
        """Marked prices with their names; a price without one is nameless."""
        names = (*self.mark_names, *[""] * len(self.marks))
        return tuple(zip(names, self.marks, strict=False))
