"""The bodies of `/api/v1`: what goes over the wire, with examples.

Prices and volumes are JSON numbers, times are ISO 8601 in UTC unless a field says Unix seconds.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from app.core.errors import InvalidInput, NotFound
from app.core.timeframes import Timeframe
from app.market.moments import parse_moment

Number = Annotated[Decimal, PlainSerializer(float, return_type=float)]


def _read_moment(text: object) -> object:
    """As tools and the command line read it: without an offset it is New York's time.

    `…T10:45:00 01:00` is `…T10:45:00+01:00`: a plus in an address arrives as a space.
    """
    if not isinstance(text, str):
        return text
    try:
        return parse_moment(text.replace(" ", "+") if "T" in text else text)
    except InvalidInput as error:
        raise ValueError(error.message) from error


Moment = Annotated[AwareDatetime, BeforeValidator(_read_moment)]


def key_of(text: str, what: str) -> UUID:
    """The id a caller spells; one that is none is of nothing here: `NotFound`."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(f"There is no such {what}.") from error


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SessionBody(Body):
    """A trading day; its times are UTC."""

    date: date
    open: datetime
    close: datetime
    half_day: bool


class SpecialDayBody(Body):
    """A holiday, or with `close` a half day."""

    date: date
    name: str
    close: datetime | None


class MarketStatus(Body):
    """Whether a market is open at `as_of`, and what comes next."""

    calendar: str = Field(examples=["XNYS", "24/7"])
    as_of: datetime
    phase: Literal["premarket", "regular", "after hours", "closed"]
    session: SessionBody | None = Field(description="The session of the day asked for, if any.")
    holiday: str | None = Field(description="Why there is none, if it is a holiday.")
    next_open: datetime
    next_close: datetime
    days_ahead: list[SpecialDayBody] = Field(description="The next holidays and half days.")
    provider: str
    simulated: bool


class QuoteBody(Body):
    """The last price before `as_of` and the day it belongs to. Absent numbers are null."""

    symbol: str = Field(examples=["SPX"])
    name: str
    asset_class: str
    last: Number
    change: Number | None
    change_pct: Number | None = Field(description="Percent of the previous close.")
    previous_close: Number | None
    open: Number | None
    high: Number | None
    low: Number | None
    volume: Number | None
    as_of: datetime = Field(description="When it last traded.")
    session_date: date
    phase: str
    decimals: int
    provider: str
    simulated: bool
    delay_minutes: int


class BarBody(Body):
    """One bar; `time` is its start in Unix seconds."""

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class HoursBody(Body):
    """Regular hours of one session in Unix seconds."""

    open: int
    close: int


class BarsBody(Body):
    """Bars, oldest first. `truncated` says that more were asked for than one answer holds."""

    symbol: str
    timeframe: Timeframe
    extended: bool
    as_of: datetime
    decimals: int
    is_forming: bool = Field(description="The last bar is not finished at `as_of`.")
    truncated: bool
    provider: str
    simulated: bool
    bars: list[BarBody]
    sessions: list[HoursBody] = Field(description="Regular hours under intraday bars.")


class ProfileBody(Body):
    """Volume by price. Rows have one height, `row`; the lowest begins at `bottom`. Without volume
    there are no rows, and `reason` says why in a sentence."""

    symbol: str
    window: str | None = Field(description="The window asked for; null for a range of bars.")
    as_of: datetime
    bottom: float | None
    row: float | None
    volumes: list[float]
    poc: float | None
    vah: float | None
    val: float | None
    share_pct: float | None = Field(description="Percent of the volume inside the value area.")
    reason: str


class DemoToken(Body):
    """A Bearer token of the demo member."""

    token: str
    expires_at: datetime
    member: "MemberBody"


class MemberBody(Body):
    id: str
    identifier: str = Field(examples=["demo"])
    name: str
    is_demo: bool


class ChatRequest(Body):
    """A question. Without `thread_id` a new conversation begins."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"message": "Where's PDH for SPX?"}]},
    )

    message: str = Field(min_length=1, max_length=4_000)
    thread_id: str | None = None
    as_of: Moment | None = Field(None, description="Ask as if it were this past moment.")


class OptionBody(Body):
    """An option's market and Greeks, per share: theta per calendar day, vega and rho per point. They
    are the provider's where it gives any; `computed` says that they are ours, from the middle of bid
    and ask. Null where there are none."""

    contract: str = Field(examples=["SPY261218C00600000"])
    kind: Literal["call", "put"]
    style: Literal["american", "european"]
    expiry: date
    strike: Number
    bid: Number | None
    ask: Number | None
    last: Number | None
    implied_volatility: Number | None = Field(description="A fraction: 0.25 is 25 %.")
    delta: Number | None
    gamma: Number | None
    theta: Number | None
    vega: Number | None
    rho: Number | None
    computed: bool = Field(description="Whether volatility and Greeks are ours.")
    volume: Number | None
    open_interest: Number | None
    as_of: datetime | None


class ChainBody(Body):
    """Listed options of an underlying, by expiry and strike, calls first."""

    symbol: str
    spot: Number | None
    as_of: datetime
    provider: str
    delay_minutes: int
    estimated: bool
    expiries: list[date]
    options: list[OptionBody]


class PointBody(Body):
    """A value that holds from `time`, Unix seconds, on."""

    time: int
    value: float


class AverageBody(Body):
    """A moving average as a line; each value holds until the next."""

    symbol: str
    name: str = Field(examples=["sma200@1d"])
    timeframe: str
    points: list[PointBody]


class CardBody(Body):
    """A card: the element that draws it and its properties."""

    element: str = Field(examples=["LevelsCard"])
    props: dict[str, Any]


class CallBody(Body):
    name: str = Field(examples=["get_key_levels"])
    arguments: dict[str, Any] = Field(examples=[{"symbol": "SPX", "names": ["PDH"]}])
    ok: bool


class GroundingBody(Body):
    """What was checked: numbers claimed, numbers bound to a source, the unbound as written."""

    numbers: int
    bound: int
    unbound: list[str]


class UsageBody(Body):
    prompt_tokens: int
    completion_tokens: int


class ChatAnswer(Body):
    """A turn. `answer` is markdown in which a number without a source is marked."""

    thread_id: str
    answer: str = Field(examples=["SPX's prior-day high is 6,012.40, 12.30 above the price."])
    cards: list[CardBody]
    tool_calls: list[CallBody]
    grounding: GroundingBody
    usage: UsageBody
    model: str = Field(examples=["offline coach"])


class ThreadBody(Body):
    id: str
    title: str
    created_at: datetime
    updated_at: datetime


class ThreadsBody(Body):
    threads: list[ThreadBody]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page.")


class MessageBody(Body):
    id: str
    role: Literal["member", "coach"]
    content: str
    created_at: datetime
    model: str | None
    cards: list[CardBody]
    tool_calls: list[CallBody]
    grounding: GroundingBody | None
    usage: UsageBody | None


class ThreadMessages(Body):
    thread: ThreadBody
    messages: list[MessageBody]


class Health(Body):
    status: Literal["ok"]
    version: str


class Component(Body):
    """One part: `what` is in use, `ok` whether it answers, `detail` why not."""

    ok: bool
    what: str
    detail: str = ""


class Readiness(Body):
    status: Literal["ready", "not ready"]
    components: dict[str, Component]
