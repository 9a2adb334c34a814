"""An option find that is kept: as it was found, where it ends, and what it came to.

Decided: an opportunity on options lives twice. It stands as long as somebody could still take it, and
ends by itself, with a reason; and it is counted once its options have expired, at what they were worth
then, however it ended before. So the hit rate is one of structures held to the end, which is what the
computed chance speaks of, and can be laid beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.core.symbols import Symbol
from app.market.models import Provider
from app.options.legs import Leg, LegKind
from app.options.settlement import expires_at
from app.scanner.kept import Status
from app.scanner.option_bodies import fact_body, fact_of
from app.scanner.option_scan import OptionFind, OptionSearch
from app.scanner.option_setups import (
    REPORT_DAYS,
    SPREADS,
    Crush,
    Fact,
    OptionSetup,
    RichVolatility,
    Spread,
    Unusual,
)

KEPT_PART = Decimal("0.5")
"""Of the credit: bought back at this, a spread has reached its target."""
LOST_TIMES = Decimal(2)
"""The credit: bought back at this, a spread is stopped."""
RANK_MARGIN = 0.05
"""A rank has fallen once it is so far below what was looked for: at the border it would flicker."""
NEAR = timedelta(days=7)
RICH_DAYS = timedelta(days=30)
UNUSUAL_DAYS = timedelta(days=7)
MEASURED_AFTER = timedelta(days=35)
"""21 sessions are over by then."""


class Ending(StrEnum):
    """Why it stands no more."""

    HALF_KEPT = "half_kept"
    DOUBLED = "doubled"
    BROKEN = "level_broken"
    RANK_FELL = "rank_fell"
    NEAR = "expiry_near"
    OVER = "time_over"


STATUS_OF = {
    Ending.HALF_KEPT: Status.REACHED,
    Ending.DOUBLED: Status.STOPPED,
    Ending.BROKEN: Status.STOPPED,
    Ending.RANK_FELL: Status.EXPIRED,
    Ending.NEAR: Status.EXPIRED,
    Ending.OVER: Status.EXPIRED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOption:
    """`entry`, `stop` and `target` in the setup's own terms: of a spread the credit a share, and what
    buying it back costs; of a contract its price; of volatility a fraction. `variant` tells it from
    another of its setup and symbol. `lapses_at` is when it ends whatever happens, `settles_at` from
    when it can be counted. `result` is what it came to: dollars of one unit, or points of volatility
    as a fraction; None where it is not counted (yet).
    """

    id: UUID
    scan_id: UUID | None = None
    symbol: Symbol
    setup: OptionSetup
    variant: str
    found_on: date
    fact: Fact
    min_rank: float
    provider: str
    is_simulated: bool
    entry: Decimal | None
    stop: Decimal | None
    target: Decimal | None
    lapses_at: datetime
    settles_at: datetime
    status: Status = Status.LIVE
    ending: Ending | None = None
    liked: int | None = None
    found_at: datetime
    followed_to: datetime
    ended_at: datetime | None = None
    result: Decimal | None = None
    settled_at: datetime | None = None

    @property
    def key(self) -> tuple[Symbol, OptionSetup, str]:
        """What is the same opportunity while it stands."""
        return self.symbol, self.setup, self.variant

    @property
    def legs(self) -> tuple[Leg, ...]:
        return legs_of(self.fact)

    @property
    def probability(self) -> float | None:
        """Of profit at expiry, as it was computed; None of what has none."""
        return self.fact.probability if isinstance(self.fact, Spread) else None

    @property
    def provided_by(self) -> Provider:
        return Provider(name=self.provider, is_simulated=self.is_simulated)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionRecord:
    """What became of one setup's finds that could be counted. `chance` is the mean of those that were
    computed for them, None where none was."""

    cases: int = 0
    hits: int = 0
    chance: float | None = None


def kept_of(found: OptionFind, search: OptionSearch, *, key: UUID, now: datetime) -> KeptOption:
    """A find as it is kept when it is told."""
    entry, stop, target = _prices(found.fact)
    lapses_at, settles_at = _times(found.fact, now)
    return KeptOption(
        id=key,
        symbol=found.instrument.symbol,
        setup=found.setup,
        variant=_variant(found.fact, search),
        found_on=found.at.astimezone(UTC).date(),
        fact=found.fact,
        min_rank=search.min_rank,
        provider=found.provider.name,
        is_simulated=found.provider.is_simulated,
        entry=entry,
        stop=stop,
        target=target,
        lapses_at=lapses_at,
        settles_at=settles_at,
        found_at=now,
        followed_to=now,
    )


def kept_body(kept: KeptOption) -> dict[str, Any]:
    """What it rests on, JSON-ready."""
    return {
        "fact": fact_body(kept.fact),
        "min_rank": kept.min_rank,
        "provider": kept.provider,
        "is_simulated": kept.is_simulated,
    }


def shown_body(kept: KeptOption) -> dict[str, Any]:
    """All of a find, for a card to carry until a thumb keeps it."""
    return {
        **kept_body(kept),
        "symbol": str(kept.symbol),
        "setup": kept.setup.value,
        "variant": kept.variant,
        "found_on": kept.found_on.isoformat(),
        "entry": _text(kept.entry),
        "stop": _text(kept.stop),
        "target": _text(kept.target),
        "lapses_at": kept.lapses_at.isoformat(),
        "settles_at": kept.settles_at.isoformat(),
        "found_at": kept.found_at.isoformat(),
    }


def shown_of(body: Mapping[str, Any], *, key: UUID) -> KeptOption:
    setup = OptionSetup(body["setup"])
    found_at = datetime.fromisoformat(body["found_at"])
    return KeptOption(
        id=key,
        symbol=Symbol(body["symbol"]),
        setup=setup,
        variant=body["variant"],
        found_on=date.fromisoformat(body["found_on"]),
        fact=fact_of(setup, body["fact"]),
        min_rank=body["min_rank"],
        provider=body["provider"],
        is_simulated=body["is_simulated"],
        entry=_decimal(body["entry"]),
        stop=_decimal(body["stop"]),
        target=_decimal(body["target"]),
        lapses_at=datetime.fromisoformat(body["lapses_at"]),
        settles_at=datetime.fromisoformat(body["settles_at"]),
        found_at=found_at,
        followed_to=found_at,
    )


def legs_of(fact: Fact) -> tuple[Leg, ...]:
    """What is counted at expiry; none where a setup is no structure."""
    if isinstance(fact, Spread):
        return tuple(each.leg for each in fact.legs)
    if isinstance(fact, Unusual) and fact.price is not None:
        contract = fact.contract
        bought = Leg(
            kind=LegKind(contract.kind.value),
            quantity=Decimal(1),
            price=fact.price,
            strike=contract.strike,
            expires_at=expires_at(contract),
            multiplier=contract.multiplier,
        )
        return (bought,)
    return ()


def _prices(fact: Fact) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    if isinstance(fact, Spread):
        return fact.credit, LOST_TIMES * fact.credit, KEPT_PART * fact.credit
    if isinstance(fact, Unusual):
        return fact.price, None, None
    now = fact.volatility if isinstance(fact, RichVolatility) else fact.now
    return Decimal(repr(now)), None, None


def _times(fact: Fact, now: datetime) -> tuple[datetime, datetime]:
    """When it lapses, and from when it is counted."""
    if isinstance(fact, Spread):
        ends = fact.legs[0].leg.expires_at or now
        return _before(ends, now), ends
    if isinstance(fact, Unusual):
        ends = expires_at(fact.contract)
        return min(_before(ends, now), now + UNUSUAL_DAYS), ends
    if isinstance(fact, Crush):
        reported = datetime.combine(fact.on, time(), UTC)
        return reported + timedelta(days=REPORT_DAYS + 1), now + MEASURED_AFTER
    return now + RICH_DAYS, now + MEASURED_AFTER


def _before(ends: datetime, now: datetime) -> datetime:
    """A week before its end; of what ends sooner, half of its life."""
    return max(now, ends - min(NEAR, (ends - now) / 2))


def _variant(fact: Fact, search: OptionSearch) -> str:
    if isinstance(fact, Spread):
        terms = search.terms
        width = "" if terms.width is None else f" {terms.width:g} wide"
        return f"{fact.expiry} {terms.delta:g}{width}"
    if isinstance(fact, Unusual):
        return fact.contract.ticker
    return str(fact.on) if isinstance(fact, Crush) else ""


def is_spread(setup: OptionSetup) -> bool:
    return setup in SPREADS


def sold(legs: Sequence[Leg], kind: LegKind) -> Decimal | None:
    """The sold strike of that kind that the price reaches first."""
    strikes = [each.strike for each in legs if each.kind is kind and each.quantity < 0]
    known = [each for each in strikes if each is not None]
    if not known:
        return None
    return min(known) if kind is LegKind.CALL else max(known)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
