"""Rolling an option: what is held, what it may be rolled into, and how it fades meanwhile."""

from pydantic import BaseModel, ConfigDict

from widgets.base import BaseCard, CardNumber, Freshness
from widgets.options import AssignmentRow


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RollRow(_Part):
    """One way to roll. `net` is a share and `dollars` all of it, a credit above zero; `crossed` is `net`
    where both markets are crossed. Theta is the whole position's, in dollars a day. `breakeven` None
    says why in `no_breakeven`."""

    way: str
    contract: str
    price: CardNumber
    days: CardNumber
    net: CardNumber
    dollars: CardNumber
    crossed: CardNumber | None
    delta: CardNumber | None
    theta: CardNumber | None
    vega: CardNumber | None
    time_value: CardNumber
    breakeven: CardNumber | None
    no_breakeven: str


class FadeRow(_Part):
    """The option so many days on, per share, with nothing moved; theta is the whole position's."""

    words: str
    days: CardNumber
    value: CardNumber
    time_value: CardNumber
    delta: CardNumber
    theta: CardNumber
    vega: CardNumber


class RuleRow(_Part):
    """A rule of thumb: its figure, where that stands now, and when it is reached if nothing moves."""

    words: str
    threshold: CardNumber
    now: CardNumber
    when: str
    days: CardNumber | None


class RollCard(BaseCard):
    """An option, the ways to roll it side by side, its months ahead, and the rules that say when.

    `held` is in words whether it is held or was typed, bought or sold.
    """

    title: str
    held: str
    quantity: CardNumber
    price: CardNumber
    paid: CardNumber | None
    spot: CardNumber
    days: CardNumber
    delta: CardNumber | None
    theta: CardNumber | None
    time_value: CardNumber
    breakeven: CardNumber | None
    rolls: tuple[RollRow, ...]
    fades: tuple[FadeRow, ...]
    rules: tuple[RuleRow, ...]
    assignments: tuple[AssignmentRow, ...]
    notes: tuple[str, ...]
    freshness: Freshness
