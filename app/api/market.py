"""`/api/v1/market/status`, `/quotes`, `/bars` and `/levels`: the market as JSON, as of any moment.

A symbol stands in the path as traders write it: `SPX`, `BRK.B`, `BTC/USD`; `BTC-USD` means the
latter too. Levels come exactly as the levels engine writes them.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from app.api.auth import signed_in
from app.api.responses import FAILURES
from app.api.schemas import (
    AverageBody,
    BarBody,
    BarsBody,
    HoursBody,
    MarketStatus,
    Moment,
    PointBody,
    ProfileBody,
    QuoteBody,
    SessionBody,
    SpecialDayBody,
)
from app.api.state import Doors, doors
from app.core.clock import latest
from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.indicators.averages import average_points
from app.levels.models import Period
from app.levels.pivots import PivotMethod
from app.levels.profile import Profile
from app.levels.service import map_levels
from app.levels.windows import Window, profile_on, trade_window, why_no_profile
from app.market import calendar
from app.market.models import Bars, Instrument, Phase, Session

BARS_AT_MOST = 5_000
BARS_BY_DEFAULT = 500
DAYS_AHEAD = 5
FIRST_MOMENT = datetime.combine(calendar.FIRST_DAY, time(), UTC)
_PAIR_WITH_DASH = re.compile(r"[A-Za-z0-9]{2,10}-[A-Za-z]{3,5}")

router = APIRouter(
    prefix="/api/v1", tags=["market"], dependencies=[Depends(signed_in)], responses=FAILURES
)

At = Annotated[
    Moment | None, Query(description="See the market as of this past moment; nothing later.")
]
InPath = Annotated[str, Path(description="SPX, BRK.B, BTC/USD or BTC-USD", examples=["SPX"])]
AtDoor = Annotated[Doors, Depends(doors)]


def symbol_of(text: str) -> Symbol:
    """The symbol a path spells; `InvalidInput` if it spells none."""
    return Symbol.parse(text.replace("-", "/") if _PAIR_WITH_DASH.fullmatch(text) else text)


def moment_of(at: Doors, as_of: datetime | None) -> datetime:
    """`as_of`, or the market's present; what lies after that and after real time is refused."""
    if as_of is None:
        return at.clock.now()
    if as_of > (present := latest(at.clock, at.wall)):
        raise InvalidInput(f"`as_of` lies in the future; the present is {present:%FT%TZ}.")
    return as_of


@router.get("/market/status", summary="Whether the market is open, and what comes next")
async def market_status(
    at: AtDoor,
    symbol: Annotated[str | None, Query(description="Whose market; default: US stocks.")] = None,
    day: Annotated[date | None, Query(alias="date", description="A session's date.")] = None,
    as_of: At = None,
) -> MarketStatus:
    now = moment_of(at, as_of)
    name = calendar.US
    if symbol is not None:
        name = (await at.market.instrument(symbol_of(symbol))).calendar
    wanted = day or calendar.market_date(now, name)
    session = calendar.session_on(wanted, name)
    ahead = calendar.upcoming_special_days(now, DAYS_AHEAD, name)
    return MarketStatus(
        calendar=name,
        as_of=now,
        phase=_phase(now, name).value,
        session=_session(session),
        holiday=calendar.holiday_name(wanted, name),
        next_open=calendar.next_open(now, name),
        next_close=calendar.next_close(now, name),
        days_ahead=[
            SpecialDayBody(date=each.date, name=each.name, close=each.close) for each in ahead
        ],
        provider=at.market.provider.name,
        simulated=at.market.provider.is_simulated,
    )


def _phase(now: datetime, name: str) -> Phase:
    return Phase.REGULAR if name == calendar.ROUND_THE_CLOCK else calendar.phase_at(now, name)


def _session(session: Session | None) -> SessionBody | None:
    if session is None:
        return None
    return SessionBody(
        date=session.date, open=session.open, close=session.close, half_day=session.is_half_day
    )


@router.get("/quotes/{symbol:path}", summary="The last price of a symbol and its day")
async def quote(at: AtDoor, symbol: InPath, as_of: At = None) -> QuoteBody:
    instrument = await at.market.instrument(symbol_of(symbol))
    found = await at.market.quote(instrument.symbol, as_of=moment_of(at, as_of))
    provider = found.provider
    return QuoteBody(
        symbol=found.symbol,
        name=instrument.name,
        asset_class=instrument.asset_class.value,
        last=found.last,
        change=found.change,
        change_pct=None if found.change_pct is None else round(found.change_pct, 4),
        previous_close=found.previous_close,
        open=found.open,
        high=found.high,
        low=found.low,
        volume=found.volume,
        as_of=found.as_of,
        session_date=found.session_date,
        phase=found.phase.value,
        decimals=instrument.decimals,
        provider=provider.name,
        simulated=provider.is_simulated,
        delay_minutes=provider.delay_minutes,
    )


@router.get("/bars/{symbol:path}", summary="Bars of a symbol, oldest first")
async def bars(  # noqa: PLR0913 - the things that say which bars
    at: AtDoor,
    symbol: InPath,
    timeframe: Timeframe = Timeframe.D1,
    start: Annotated[
        Moment | None, Query(description="The first bar starts here or later.")
    ] = None,
    end: Annotated[Moment | None, Query(description="Bars start before this.")] = None,
    extended: Annotated[bool, Query(description="With premarket and after hours.")] = False,  # noqa: FBT002
    limit: Annotated[int, Query(ge=1, le=BARS_AT_MOST)] = BARS_BY_DEFAULT,
    as_of: At = None,
) -> BarsBody:
    instrument = await at.market.instrument(symbol_of(symbol))
    now = moment_of(at, as_of)
    until = min(end or now, now)
    reach = max(until - _span(timeframe, BARS_AT_MOST if start else limit), FIRST_MOMENT)
    since = max(start, reach) if start else reach
    if since >= until:
        raise InvalidInput("`start` must lie before `end`.")
    found = await at.market.bars(
        instrument.symbol, timeframe, start=since, end=until, as_of=now, extended=extended
    )
    most = BARS_AT_MOST if start else limit
    cut = len(found) > most or (start is not None and start < reach)
    return _bars_body(
        at, instrument, found.slice(-most) if len(found) > most else found
    ).model_copy(
        update={"as_of": now, "extended": extended, "truncated": cut and start is not None}
    )


def _span(timeframe: Timeframe, count: int) -> timedelta:
    """Calendar time that holds `count` bars even of a stock, with its nights and holidays."""
    if timeframe.is_intraday:
        # 390 minutes of 1440, five days of seven, and a holiday: a bar needs up to six times its length
        return timedelta(minutes=timeframe.minutes * count * 6, days=5)
    days = {Timeframe.D1: 1.5, Timeframe.W1: 7, Timeframe.MO1: 31}[timeframe]
    return timedelta(days=min(days * count, 40 * 365) + 5)


def _bars_body(at: Doors, instrument: Instrument, found: Bars) -> BarsBody:
    columns = (found.time, found.open, found.high, found.low, found.close, found.volume)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return BarsBody(
        symbol=found.symbol,
        timeframe=found.timeframe,
        extended=False,
        as_of=at.clock.now(),
        decimals=instrument.decimals,
        is_forming=found.is_forming,
        truncated=False,
        sessions=_hours(found, instrument),
        provider=found.provider.name,
        simulated=found.provider.is_simulated,
        bars=[
            BarBody(time=time, open=o, high=h, low=low, close=c, volume=v)
            for time, o, h, low, c, v in rows
        ],
    )


def _hours(found: Bars, instrument: Instrument) -> list[HoursBody]:
    """The regular hours under intraday bars, of a pair its UTC days: a chart shades what lies outside
    of them, and begins VWAP anew with each."""
    if not found.timeframe.is_intraday or len(found) == 0:
        return []
    first, last = (datetime.fromtimestamp(int(found.time[at]), UTC) for at in (0, -1))
    sessions = calendar.sessions_between(first.date(), last.date(), instrument.calendar)
    return [
        HoursBody(open=int(each.open.timestamp()), close=int(each.close.timestamp()))
        for each in sessions
    ]


@router.get("/averages/{symbol:path}", summary="A moving average as a line on a chart")
async def averages(  # noqa: PLR0913 - the things that say which line
    at: AtDoor,
    symbol: InPath,
    name: Annotated[str, Query(description="sma50, or ema50@1w", examples=["sma200@1d"])],
    start: Annotated[Moment, Query(description="Where the chart begins.")],
    timeframe: Timeframe = Timeframe.D1,
    extended: Annotated[bool, Query(description="With premarket and after hours.")] = False,  # noqa: FBT002
    as_of: At = None,
) -> AverageBody:
    instrument = await at.market.instrument(symbol_of(symbol))
    points = await average_points(
        name,
        market=at.market,
        symbol=instrument.symbol,
        timeframe=timeframe,
        start=start,
        as_of=moment_of(at, as_of),
        extended=extended,
    )
    return AverageBody(
        symbol=instrument.symbol,
        name=name,
        timeframe=timeframe,
        points=[PointBody(time=time, value=value) for time, value in points],
    )


@router.get("/profile/{symbol:path}", summary="Volume by price, of a window or of a range of bars")
async def profile(  # noqa: PLR0913 - the things that say which bars
    at: AtDoor,
    symbol: InPath,
    window: Annotated[
        Window | None, Query(description="Regular hours of this; not with `start`.")
    ] = None,
    timeframe: Timeframe = Timeframe.D1,
    start: Annotated[Moment | None, Query(description="A chart's bars from here on.")] = None,
    end: Annotated[Moment | None, Query(description="Bars start before this.")] = None,
    extended: Annotated[bool, Query(description="With premarket and after hours.")] = False,  # noqa: FBT002
    as_of: At = None,
) -> ProfileBody:
    """A window's volume, the day's by default; with `start` that of the bars a chart shows."""
    instrument = await at.market.instrument(symbol_of(symbol))
    now = moment_of(at, as_of)
    if start is None:
        traded = await trade_window(at.market, instrument, window or Window.DAY, now)
        return _profile_body(instrument, now, traded.profile, traded.reason, traded.window)
    if window is not None:
        raise InvalidInput("A profile is of a `window` or of bars from `start` on, not of both.")
    until = min(end or now, now)
    since = max(start, until - _span(timeframe, BARS_AT_MOST), FIRST_MOMENT)
    if since >= until:
        raise InvalidInput("`start` must lie before `end`.")
    found = await at.market.bars(
        instrument.symbol, timeframe, start=since, end=until, as_of=now, extended=extended
    )
    by_price = profile_on(instrument, found)
    reason = "" if by_price else why_no_profile(instrument, found)
    return _profile_body(instrument, now, by_price, reason, None)


def _profile_body(
    instrument: Instrument,
    as_of: datetime,
    found: Profile | None,
    reason: str,
    window: Window | None,
) -> ProfileBody:
    return ProfileBody(
        symbol=instrument.symbol,
        window=window,
        as_of=as_of,
        bottom=found and found.edge(0),
        row=found and found.row,
        volumes=[round(volume, 4) for volume in found.volume.tolist()] if found else [],
        poc=found and found.poc,
        vah=found and found.vah,
        val=found and found.val,
        share_pct=found and round(found.share * 100, 4),
        reason=reason,
    )


@router.get(
    "/levels/{symbol:path}",
    summary="The key levels of a symbol, nearest first",
    response_model=None,
)
async def levels(  # noqa: PLR0913 - whose map, when, and how two of its families are made
    at: AtDoor,
    symbol: InPath,
    period: Period = Period.DAY,
    pivot: PivotMethod = PivotMethod.TRADITIONAL,
    profile: Annotated[
        Window | None, Query(description="Whose volume POC, VAH and VAL are of; default: period's.")
    ] = None,
    day: Annotated[date | None, Query(alias="date", description="A session's date.")] = None,
    as_of: At = None,
) -> dict[str, Any]:
    """`session` is the day the map is for, `levels` name price, distance in price, percent and
    ATRs, how often each was tested, and since when it stands."""
    found = await map_levels(
        symbol_of(symbol),
        market=at.market,
        as_of=moment_of(at, as_of),
        period=period,
        pivot=pivot,
        profile=profile,
        date=day,
    )
    return found.as_json()
