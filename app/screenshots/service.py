"""Pictures come in, are read, wait to be confirmed, and are deleted when their time is over.

Decided: reading stores the picture and what was seen in it, and no position. A position is made by
`confirm` alone, out of what the member sends back, once a picture: the same confirmation again
changes nothing. A session speaks for one member. A picture whose time is over is gone from that moment
on, whenever the housekeeping comes by; one that is to go at once lives for the hour it takes to look it
over, and is erased when it is confirmed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import CoachError, InvalidInput, NotFound
from app.core.ids import new_id
from app.core.symbols import Symbol
from app.infra.telemetry import get_logger
from app.market.chains import OptionKind
from app.market.protocol import MarketData
from app.positions.models import Asset, AssetKind, Source, Stored, checked, usual_multiplier
from app.positions.roots import as_listed, underlying_of
from app.positions.service import Opening, list_positions, open_positions
from app.screenshots import documents, repository
from app.screenshots.comparing import compare
from app.screenshots.models import Kind, Reading, Shows
from app.screenshots.pictures import crop_clean
from app.screenshots.protocol import Recogniser, SecondReader, Sight
from app.screenshots.repository import Screenshot

DEFAULT_DAYS = 7
MOST_DAYS = 90
BRIEF = timedelta(hours=1)
"""For how long a picture is there that is to go as soon as it was looked over."""
_MARGIN = 6
"""Pixels around a row in its crop."""

MOST_LISTED = 100
_GONE = "There is no such screenshot."

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PictureReader:
    """Reads a picture by recognition and, where there is one, by a second reader as well."""

    recogniser: Recogniser
    second: SecondReader | None = None

    async def read(self, content: bytes) -> tuple[Sight, Reading]:
        """What is seen and what it says; `InvalidInput` for what cannot be opened."""
        sight = await self.recogniser.see(content)
        return sight, await self._compared(sight)

    async def _compared(self, sight: Sight) -> Reading:
        reading = replace(sight.reading, readers=("ocr",))
        if self.second is None or reading.shows is not Shows.POSITIONS:
            return reading
        try:
            other = await self.second.read(sight.picture)
        except CoachError as error:
            _log.warning("screenshots.no_second_reader", reason=error.message)
            return reading
        rows, doubts = compare(reading.rows, other)
        readers = (*reading.readers, self.second.name)
        return replace(reading, rows=rows, doubts=(*reading.doubts, *doubts), readers=readers)

    async def close(self) -> None:
        await self.recogniser.close()
        if self.second is not None:
            await self.second.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A row as the member confirms it."""

    underlying: str
    quantity: Decimal
    kind: Kind = Kind.STOCK
    right: str | None = None
    strike: Decimal | None = None
    expiry: date | None = None
    price: Decimal | None = None
    group: str = ""


async def keep(
    session: AsyncSession, sight: Sight, reading: Reading, *, days: int, now: datetime
) -> Screenshot:
    """Store a picture and its reading for so many days; for none, until it is confirmed."""
    kept = Screenshot(
        id=new_id(),
        created_at=now,
        kept_until=now + _stay(days),
        confirmed_at=None,
        width=sight.width,
        height=sight.height,
        reading=reading,
    )
    document = documents.written(reading)
    await repository.insert_screenshot(session, kept, sight.picture, document)
    return kept


def _stay(days: int) -> timedelta:
    if not 0 <= days <= MOST_DAYS:
        raise InvalidInput(f"A picture can be kept for {MOST_DAYS} days at most.")
    return timedelta(days=days) or BRIEF


async def get(session: AsyncSession, key: UUID, *, now: datetime) -> Screenshot:
    """The member's screenshot of this id; `NotFound` for anybody else's and for one that is over."""
    found = await repository.find_screenshot(session, key, now=now)
    if found is None:
        raise NotFound(_GONE)
    return found


async def list_screenshots(
    session: AsyncSession, *, now: datetime, limit: int = MOST_LISTED
) -> tuple[Screenshot, ...]:
    """The member's pictures that are still there, the newest first."""
    return await repository.list_screenshots(session, now=now, limit=limit)


async def crop(
    session: AsyncSession, key: UUID, row: int, *, now: datetime
) -> tuple[bytes, tuple[int, int, int, int]]:
    """The picture, and the part of it that a row was read from."""
    rows = (await get(session, key, now=now)).reading.rows
    if not 0 <= row < len(rows):
        raise NotFound("The screenshot has no such row.")
    whole = await picture(session, key, now=now)
    box = rows[row].box
    around = (box.left - _MARGIN, box.top - _MARGIN, box.right + _MARGIN, box.bottom + _MARGIN)
    return whole, around


async def picture(session: AsyncSession, key: UUID, *, now: datetime) -> bytes:
    found = await repository.find_picture(session, key, now=now)
    if found is None:
        raise NotFound(_GONE)
    return found


async def keep_for(session: AsyncSession, key: UUID, *, days: int, now: datetime) -> Screenshot:
    """Keep a picture for so many days from its arrival, for none until it is confirmed."""
    found = await get(session, key, now=now)
    until = found.created_at + _stay(days)
    await repository.keep_until(session, key, until)
    return replace(found, kept_until=until)


async def confirm(
    session: AsyncSession,
    key: UUID,
    rows: Sequence[Confirmed],
    *,
    market: MarketData,
    now: datetime,
    days: int | None = None,
) -> Stored:
    """Make positions out of what the member confirms, and keep the picture for so many `days` if that
    was said. `Conflict` if it was confirmed differently."""
    if not rows:
        raise InvalidInput("Confirm at least one row.")
    found = await repository.find_term(session, key, now=now)
    if found is None:
        raise NotFound(_GONE)
    until = found.kept_until if days is None else found.created_at + _stay(days)
    stored = await open_positions(
        session,
        await _openings(session, rows, market, now),
        source=Source.SCREENSHOT,
        key=f"screenshot {key}",
        now=now,
        is_total=True,
    )
    if found.confirmed_at is None:
        await repository.mark_confirmed(session, key, now)
    if until - found.created_at <= BRIEF:
        await repository.erase(session, key)
    else:
        await repository.keep_until(session, key, until)
    return stored


async def delete(session: AsyncSession, key: UUID) -> None:
    """Delete a picture and its reading; positions made of it stay."""
    if not await repository.delete_one(session, key):
        raise NotFound(_GONE)


async def delete_expired(session: AsyncSession, *, now: datetime) -> int:
    """Delete what was to be kept until now; how many there were."""
    return await repository.delete_before(session, now)


async def _openings(
    session: AsyncSession, rows: Sequence[Confirmed], market: MarketData, now: datetime
) -> list[Opening]:
    """One opening per contract: a list may show the same one in several lots."""
    together: dict[str, Opening] = {}
    held = await list_positions(session, with_closed=True)
    for row in rows:
        if not row.quantity:
            raise InvalidInput(f"Of {row.underlying[:12]} the quantity is needed.")
        _check_numbers(row)
        asset, root = _asset(row)
        asset = await as_listed(asset, root, held, market=market, as_of=now)
        before = together.get(asset.key)
        opening = Opening(asset=asset, quantity=row.quantity, price=row.price, group=row.group)
        together[asset.key] = opening if before is None else _added(before, opening)
    return list(together.values())


def _check_numbers(row: Confirmed) -> None:
    """Before anything is worked out of them: an exponent in a number may be a million."""
    for number, name in (
        (row.quantity, "The quantity"),
        (row.strike, "The strike"),
        (row.price, "The price"),
    ):
        if number is not None:
            checked(number, name)


def _added(one: Opening, other: Opening) -> Opening:
    quantity = one.quantity + other.quantity
    price = None
    if one.price is not None and other.price is not None and quantity:
        price = (one.price * one.quantity + other.price * other.quantity) / quantity
        price = round(price, 6)
    return replace(one, quantity=quantity, price=price)


def _asset(row: Confirmed) -> tuple[Asset, str | None]:
    """What a row names, and the root it shows."""
    if row.kind is Kind.FUTURE:
        future = Symbol.parse(row.underlying.strip().removeprefix("/"))
        size = usual_multiplier(AssetKind.FUTURE, future)
        asset = Asset(kind=AssetKind.FUTURE, symbol=future, expiry=row.expiry, multiplier=size)
        return asset, None
    if row.kind is not Kind.OPTION:
        name = row.underlying.strip().upper()
        symbol = Symbol.parse(f"{name}/USD" if row.kind is Kind.CRYPTO and name.isalnum() else name)
        kind = AssetKind.CRYPTO if "/" in symbol else AssetKind.STOCK
        return Asset(kind=kind, symbol=symbol), None
    if row.right is None or row.strike is None or row.expiry is None:
        raise InvalidInput(
            f"Of the option on {row.underlying[:12]} right, strike and expiry are needed."
        )
    symbol, root = underlying_of(row.underlying)
    asset = Asset(
        kind=AssetKind.OPTION,
        symbol=symbol,
        right=OptionKind(row.right),
        strike=row.strike,
        expiry=row.expiry,
        multiplier=Decimal(100),
    )
    return asset, root


def cut(content: bytes, box: tuple[int, int, int, int]) -> bytes:
    """A crop's own picture; takes milliseconds, so not in an event loop."""
    return crop_clean(content, box)
