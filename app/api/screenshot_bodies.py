"""What goes over the wire of `/api/v1/screenshots`, and how a reading becomes it."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from app.api.schemas import Body, Number
from app.core.errors import CoachError, RateLimited
from app.screenshots import service
from app.screenshots.confidence import confidence
from app.screenshots.models import FieldName, Kind, PositionRow, Seen, Shows
from app.screenshots.repository import Screenshot


class CropBody(Body):
    """Where a row stands in the picture, in pixels, and its own picture."""

    left: int
    top: int
    width: int
    height: int
    url: str


class FieldBody(Body):
    """What was read: a number, a date or a word; `confidence` is the share of such fields that were
    right when measured, `evidence` why."""

    value: Number | date | str
    text: str
    confidence: float
    evidence: Literal["checked", "agreed", "clear", "faint", "derived", "doubted"]


class RowBody(Body):
    """A position. A field that could not be read is null; `doubts` say in words what is unsure.
    `group` names the line of a combination that the row is a leg of."""

    index: int
    crop: CropBody
    group: str
    doubts: list[str]
    fields: dict[str, FieldBody | None]


class ScreenshotBody(Body):
    """A picture that was read. Nothing of it is a position before it is confirmed."""

    id: str
    created_at: datetime
    kept_until: datetime
    keep_days: int = Field(description="As chosen; 0 is until it is confirmed.")
    confirmed_at: datetime | None
    width: int
    height: int
    url: str
    shows: str = Field(examples=["positions", "a list of orders"])
    says: str = Field(description="One sentence for a person.")
    broker: str = Field(examples=["thinkorswim"])
    readers: list[str] = Field(examples=[["ocr"]])
    market: str = Field(description="Whether the rows were held against the market.")
    doubts: list[str]
    rows: list[RowBody]


class RefusedBody(Body):
    """A picture that could not be read, and why: `status` and `code` are those it would have had
    alone. `retry_after` are seconds, where waiting helps."""

    name: str
    detail: str
    status: int = Field(examples=[429])
    code: str = Field(examples=["rate_limited"])
    retry_after: int | None = None


class ScreenshotsBody(Body):
    screenshots: list[ScreenshotBody]
    refused: list[RefusedBody]


class ListedBody(Body):
    """A picture without its rows; `rows` is how many there are."""

    id: str
    created_at: datetime
    kept_until: datetime
    confirmed_at: datetime | None
    url: str
    shows: str
    says: str
    broker: str
    rows: int


class ScreenshotListBody(Body):
    screenshots: list[ListedBody]


KeepDays = Annotated[int, Field(ge=0, le=service.MOST_DAYS, examples=[7])]


class KeepingBody(Body):
    """For how many days a picture is kept; 0 is until it is confirmed, an hour at most."""

    keep_days: KeepDays


Finite = Annotated[Decimal, Field(allow_inf_nan=False)]


class ConfirmedRow(Body):
    """A row as the member confirms it; negative quantities are short. `price` is what was paid."""

    underlying: str = Field(min_length=1, max_length=20, examples=["SPY"])
    quantity: Finite
    kind: Kind = Kind.STOCK
    right: Literal["call", "put"] | None = None
    strike: Finite | None = None
    expiry: date | None = None
    price: Finite | None = None
    group: str = Field("", max_length=80, description="As read: rows of one are one structure.")


class Confirmation(Body):
    """`keep_days` says how long to keep the picture from when it was sent; 0 erases it with this."""

    rows: list[ConfirmedRow] = Field(min_length=1, max_length=100)
    keep_days: KeepDays | None = None


class ConfirmedPosition(Body):
    id: str
    label: str = Field(examples=["SPY 410 call 16 Jun 2023"])
    quantity: Number


class ConfirmedBody(Body):
    """`is_repeated` where this very confirmation had been stored before; `remarks` say what was kept
    of positions whose cost the picture does not show."""

    positions: list[ConfirmedPosition]
    is_repeated: bool
    remarks: list[str]


def body_of(screenshot: Screenshot) -> ScreenshotBody:
    reading = screenshot.reading
    url = f"/api/v1/screenshots/{screenshot.id}"
    return ScreenshotBody(
        id=str(screenshot.id),
        created_at=screenshot.created_at,
        kept_until=screenshot.kept_until,
        keep_days=(screenshot.kept_until - screenshot.created_at).days,
        confirmed_at=screenshot.confirmed_at,
        width=screenshot.width,
        height=screenshot.height,
        url=f"{url}/picture",
        shows=reading.shows.value,
        says=sentence(reading.shows, len(reading.rows)),
        broker=reading.broker.value,
        readers=list(reading.readers),
        market=reading.market,
        doubts=list(reading.doubts),
        rows=[_row(index, row, url) for index, row in enumerate(reading.rows)],
    )


def listed(screenshot: Screenshot) -> ListedBody:
    reading = screenshot.reading
    return ListedBody(
        id=str(screenshot.id),
        created_at=screenshot.created_at,
        kept_until=screenshot.kept_until,
        confirmed_at=screenshot.confirmed_at,
        url=f"/api/v1/screenshots/{screenshot.id}",
        shows=reading.shows.value,
        says=sentence(reading.shows, len(reading.rows)),
        broker=reading.broker.value,
        rows=len(reading.rows),
    )


def refused_of(name: str, error: CoachError) -> RefusedBody:
    wait = error.retry_after_seconds if isinstance(error, RateLimited) else None
    return RefusedBody(
        name=name, detail=error.message, status=error.status, code=error.code, retry_after=wait
    )


def sentence(shows: Shows, rows: int) -> str:
    """What a picture is, for a person."""
    if shows is Shows.POSITIONS:
        return f"{rows} position{'' if rows == 1 else 's'} found. Check them before you confirm."
    return f"No positions: the picture shows {shows.value}."


def _row(index: int, row: PositionRow, url: str) -> RowBody:
    box = row.box
    return RowBody(
        index=index,
        crop=CropBody(
            left=box.left,
            top=box.top,
            width=box.right - box.left,
            height=box.height,
            url=f"{url}/crops/{index}",
        ),
        group=row.group,
        doubts=list(row.doubts),
        fields=_fields(row.fields),
    )


def _fields(seen: Mapping[FieldName, Seen]) -> dict[str, FieldBody | None]:
    return {name.value: _field(seen[name]) if name in seen else None for name in FieldName}


def _field(seen: Seen) -> FieldBody:
    found: dict[str, Any] = {"value": seen.value, "text": seen.text[:80]}
    return FieldBody(**found, confidence=confidence(seen), evidence=seen.evidence.value)
