"""A picture dropped into the chat that is a chart which was saved here.

Decided: a saved chart carries its own description, the page reads it and no picture is uploaded.
The description comes from a file, so anybody may have written it: it is data of one strict shape,
checked like a click, and no text of it is ever said to a model.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from typing_extensions import override

from app.agents.model import ChatModel, ModelEvent, ModelRequest, RoundEnd, TextDelta
from app.core.errors import InvalidInput
from tools.charts_arguments import ShowChartArgs
from tools.wording import NEW_YORK

FOREIGN = (
    "I can read charts that were saved here with “Save as PNG”: they carry their own description. "
    "This picture carries none, so I do not know what it shows and will not guess. Drop or paste a "
    "screenshot of your positions onto the page, and I read them from it."
)
LONGEST = 8_000


class SavedLine(BaseModel):
    """A level as it stood in the picture."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(max_length=24, pattern=r"^[A-Za-z0-9+.%/-]+( [A-Za-z0-9+.%/-]+){0,3}$")
    price: Decimal = Field(gt=0, allow_inf_nan=False)


class SavedChart(BaseModel):
    """What the page writes into a picture: the chart, its lines, and the moment it shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1]
    chart: ShowChartArgs
    lines: Annotated[tuple[SavedLine, ...], Field(max_length=80)]
    as_of: AwareDatetime

    @property
    def question(self) -> str:
        """What the member asks by dropping it."""
        zone_name = "UTC" if "/" in self.chart.symbol else "ET"
        zone = UTC if zone_name == "UTC" else NEW_YORK
        moment = f"{self.as_of.astimezone(zone):%-d %b %Y, %H:%M} {zone_name}"
        return f"Chart of {self.chart.symbol}, {self.chart.timeframe}, from my picture of {moment}"


class Picture(BaseModel):
    """What the page found in a dropped picture: a saved chart's description, or nothing."""

    model_config = ConfigDict(extra="forbid")

    chart: str | None = Field(max_length=LONGEST)


def saved_chart(text: str | None) -> SavedChart | None:
    """The chart that a picture describes; None if it is not one of ours."""
    if text is None:
        return None
    try:
        return SavedChart.model_validate_json(text)
    except (ValidationError, InvalidInput):
        return None


@dataclass(frozen=True, slots=True)
class Saying(ChatModel):
    """A model that says one sentence of ours."""

    sentence: str

    @property
    @override
    def name(self) -> str:
        return "picture"

    @override
    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        yield TextDelta(self.sentence)
        yield RoundEnd()
