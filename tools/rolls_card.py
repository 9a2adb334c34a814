"""A roll as figures, sentences and a card."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from app.core.figures import Figure
from app.macro.short_rate import ShortRate
from app.market.calendar import market_date, session_on
from app.market.models import Provider
from app.options.roll_rules import Fade, Measure, Rule
from app.options.roll_targets import Held
from app.options.rolls import Priced, Rolled
from tools.assignment import Assignment
from tools.base import ToolContext, ToolResult
from tools.options_chain import chain_freshness, figures_for
from tools.options_figures import OptionFigures, contract_words, unit_of
from tools.options_words import rate_note
from tools.rolls_held import Wanted
from tools.wording import day_in_words, shown
from widgets.base import CardNumber
from widgets.rolls import FadeRow, RollCard, RollRow, RuleRow

RULE = Provider(name="rule of thumb")
UNMOVED = "The months ahead keep price and volatility as they are now; neither will stay."
RULES = "Rules of thumb are what traders go by, not advice; when to roll is yours to decide."
MIDDLE = (
    "Net is at the middle of both markets, a credit with a plus; crossed is what selling at the bid and "
    "buying at the ask would bring."
)
AMERICAN = "The right to exercise early is counted into volatility and Greeks."
DUE = "What is rolled has no volatility: it should be exercised."
BORROWED = "Where a price contains no volatility, that of the other side of its strike stands in its Greeks."
COUNTED = "Breakevens count what was paid or received for the option that is closed."
NOT_COUNTED = "What was paid for it is not known: breakevens are those of the options alone, at today's prices."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """One option, and all that is told of it."""

    asked: Wanted
    held: Held
    old: Priced
    breakeven: Decimal | None
    rolls: tuple[Rolled, ...]
    fades: tuple[Fade, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Now:
    """Figures of the option as it is."""

    quantity: Figure
    price: Figure
    paid: Figure | None
    spot: Figure
    days: Figure
    delta: Figure | None
    theta: Figure | None
    time_value: Figure
    breakeven: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """Figures of the way that is told first."""

    net: Figure
    dollars: Figure
    days: Figure
    theta: Figure | None
    breakeven: Figure | None


def tell(
    context: ToolContext,
    found: Found,
    at_risk: Assignment,
    rate: ShortRate,
    *,
    path: str,
    is_frozen: bool,
) -> ToolResult:
    listed = found.held.listed
    book = _Book(figures_for(context, listed), path, found)
    now = book.now()
    rows, first = book.rolls()
    fades = book.fades()
    by_rules, when = book.rules(context)
    card = RollCard(
        title=contract_words(found.old.quote.contract),
        held=_held_words(found.asked),
        quantity=CardNumber.of(now.quantity),
        price=CardNumber.of(now.price),
        paid=shown(now.paid),
        spot=CardNumber.of(now.spot),
        days=CardNumber.of(now.days, with_unit=True),
        delta=shown(now.delta),
        theta=shown(now.theta),
        time_value=CardNumber.of(now.time_value),
        breakeven=shown(now.breakeven),
        rolls=rows,
        fades=fades,
        rules=by_rules,
        assignments=at_risk.rows,
        notes=_notes(found, rate),
        freshness=chain_freshness(listed, is_frozen=is_frozen),
    )
    said = f"{_now_said(found, now)} {_roll_said(found, now, first)}{when}{at_risk.said}"
    return ToolResult(said, (card,))


class _Book:
    """Records the figures of one option; `path` is what its names begin with."""

    def __init__(self, figures: OptionFigures, path: str, found: Found) -> None:
        self._figures = figures
        self._path = f"{path}." if path else ""
        self._found = found
        self._shares = float(found.asked.shares)

    def now(self) -> _Now:
        found, old, figures = self._found, self._found.old, self._figures
        quantity = figures.count(self._named("quantity"), abs(found.asked.quantity), "contracts")
        price = figures.premium(self._named("price"), old.price, "price a share")
        spot = figures.price(self._named("spot"), found.held.listed.spot, "price of the underlying")
        left = figures.premium(self._named("time_value"), old.time_value, "time value a share")
        assert quantity and price and spot and left  # noqa: S101, PT018 - each has a value
        return _Now(
            quantity=quantity,
            price=price,
            paid=figures.premium(self._named("paid"), found.asked.paid, "paid or received a share"),
            spot=spot,
            days=figures.days(self._named("days"), old.quote.contract.expiry, "days to expiry"),
            delta=figures.greek(self._named("delta"), "delta", old.delta),
            theta=self._whole("theta", old.theta),
            time_value=left,
            breakeven=figures.price(self._named("breakeven"), found.breakeven, "breakeven"),
        )

    def rolls(self) -> tuple[tuple[RollRow, ...], _Way]:
        pairs = [
            self._roll(f"roll{place}", each) for place, each in enumerate(self._found.rolls, 1)
        ]
        return tuple(row for row, _ in pairs), pairs[0][1]

    def _roll(self, name: str, each: Rolled) -> tuple[RollRow, _Way]:
        figures, new = self._figures, each.new

        def named(part: str) -> str:
            return self._named(f"{name}.{part}")

        net = figures.premium(named("net"), each.net, "net a share, credit above zero", signed=True)
        price = figures.premium(named("price"), new.price, "price of the new option")
        left = figures.premium(named("time_value"), new.time_value, "time value of the new option")
        assert net and price and left  # noqa: S101, PT018 - each has a value
        way = _Way(
            net=net,
            dollars=figures.dollars(
                named("dollars"), float(each.roll.credit), "dollars for all, credit above zero"
            ),
            days=figures.span(named("days"), float(round(each.days)), "days more"),
            theta=self._whole(f"{name}.theta", new.theta),
            breakeven=figures.price(named("breakeven"), each.breakeven, "breakeven after the roll"),
        )
        row = RollRow(
            way=each.target.way.value,
            contract=contract_words(new.quote.contract),
            price=CardNumber.of(price),
            days=CardNumber.of(way.days, with_unit=True),
            net=CardNumber.of(net),
            dollars=CardNumber.of(way.dollars),
            crossed=shown(
                figures.premium(named("crossed"), each.crossed, "net, markets crossed", signed=True)
            ),
            delta=shown(figures.greek(named("delta"), "delta", new.delta)),
            theta=shown(way.theta),
            vega=shown(self._whole(f"{name}.vega", new.vega)),
            time_value=CardNumber.of(left),
            breakeven=shown(way.breakeven),
            no_breakeven="" if way.breakeven else "none is left: what was locked in decides",
        )
        return row, way

    def fades(self) -> tuple[FadeRow, ...]:
        """Signs of delta are the option's own; theta and vega are the position's."""
        figures, at = self._figures, self._found.held.listed.chain.as_of
        rows = []
        for each in self._found.fades:
            name = f"fade{each.days:g}"
            old = self._found.old
            worth, left = each.value, each.time_value
            if each.days == 0.0:
                worth, left = float(old.price), float(old.time_value)
            value = figures.premium(self._named(f"{name}.value"), worth, "value then")
            rest = figures.premium(self._named(f"{name}.time_value"), left, "time value then")
            delta = figures.greek(self._named(f"{name}.delta"), "delta", each.delta)
            theta = self._whole(f"{name}.theta", each.theta)
            vega = self._whole(f"{name}.vega", each.vega)
            assert value and rest and delta and theta and vega  # noqa: S101, PT018 - each has a value
            rows.append(
                FadeRow(
                    words="now" if each.days == 0.0 else _month(at + timedelta(days=each.days)),
                    days=CardNumber.of(
                        figures.span(self._named(f"{name}.days"), each.days, "days on"),
                        with_unit=True,
                    ),
                    value=CardNumber.of(value),
                    time_value=CardNumber.of(rest),
                    delta=CardNumber.of(delta),
                    theta=CardNumber.of(theta),
                    vega=CardNumber.of(vega),
                )
            )
        return tuple(rows)

    def rules(self, context: ToolContext) -> tuple[tuple[RuleRow, ...], str]:
        """Rows, and a sentence about the first that is reached. The rules' own figures come last: from
        there on the call's figures are a rule's."""
        listed = self._found.held.listed
        states = [self._state(place, each) for place, each in enumerate(self._found.rules, 1)]
        thumb = OptionFigures(
            context.book,
            str(listed.instrument.symbol),
            listed.chain.as_of,
            RULE,
            unit=unit_of(listed.instrument),
        )
        rows = []
        for place, (rule, now, when, days) in enumerate(states, 1):
            threshold = _measured(
                thumb, self._named(f"rule{place}.at"), rule.measure, rule.threshold, "its figure"
            )
            rows.append(
                RuleRow(
                    words=rule.name.value,
                    threshold=_card_number(threshold, rule),
                    now=_card_number(now, rule),
                    when=when,
                    days=shown(days, with_unit=True),
                )
            )
        return tuple(rows), _first_said(states)

    def _state(self, place: int, rule: Rule) -> "_State":
        now = _measured(
            self._figures,
            self._named(f"rule{place}.now"),
            rule.measure,
            rule.now,
            "where it stands",
        )
        if rule.reached_in is None:
            return rule, now, "not before its end", None
        if rule.reached_in == 0.0:
            return rule, now, "now", None
        today = market_date(self._found.held.listed.chain.as_of)
        day = _last_session(today + timedelta(days=round(rule.reached_in)))
        if day <= today:
            return rule, now, "today", None
        ahead = float((day - today).days)
        days = self._figures.span(self._named(f"rule{place}.days"), ahead, "days until then")
        return rule, now, day_in_words(day), days

    def _whole(self, path: str, share: float | None) -> Figure | None:
        """Of the whole position, in dollars."""
        if share is None:
            return None
        label = f"{path.rpartition('.')[2]} of the whole position, in dollars"
        return self._figures.money(self._named(path), share * self._shares, label, signed=True)

    def _named(self, path: str) -> str:
        return f"{self._path}{path}"


_State = tuple[Rule, Figure, str, Figure | None]


def _measured(
    figures: OptionFigures, path: str, measure: Measure, value: float, label: str
) -> Figure:
    words = f"{measure.value}, {label}"
    if measure is Measure.DAYS:
        return figures.span(path, float(round(value)), words)
    if measure is Measure.DELTA:
        found = figures.ratio(path, value, words)
    else:
        found = figures.premium(path, value, words)
    assert found is not None  # noqa: S101 - a rule has its numbers
    return found


def _card_number(figure: Figure, rule: Rule) -> CardNumber:
    return CardNumber.of(figure, with_unit=rule.measure is Measure.DAYS)


def _month(at: datetime) -> str:
    day = market_date(at)
    return f"{day.day} {day:%b %Y}"


def _last_session(day: date) -> date:
    """It or the last before it that is traded on: a rule is kept before a weekend, not on it."""
    return next(
        each for back in range(7) if session_on(each := day - timedelta(days=back)) is not None
    )


def _held_words(asked: Wanted) -> str:
    side = "bought" if asked.is_long else "sold"
    return f"held, {side}" if asked.is_held else f"as typed, {side}"


def _now_said(found: Found, now: _Now) -> str:
    name = contract_words(found.old.quote.contract)
    side = "long" if found.asked.is_long else "short"
    said = (
        f"You are {side} {now.quantity.ref} of the {name}" if found.asked.is_held else f"The {name}"
    )
    said += f", at {now.price.ref}" if found.asked.is_held else f" is at {now.price.ref}"
    said += f", {now.days.ref} from its end, with {now.time_value.ref} of time value"
    if now.delta is not None:
        said += f" and a delta of {now.delta.ref}"
    return f"{said}."


def _roll_said(found: Found, now: _Now, way: _Way) -> str:
    first = found.rolls[0]
    name = contract_words(first.new.quote.contract)
    said = f"Rolled into the {name} ({first.target.way.value}) it {_net_said(first.net, way)}"
    said += f" and wins {way.days.ref}"
    if now.theta is not None and way.theta is not None:
        said += f"; theta goes from {now.theta.ref} to {way.theta.ref} dollars a day"
    said += f"; it then breaks even at {way.breakeven.ref}." if way.breakeven else "."
    return said


def _net_said(net: Decimal, way: _Way) -> str:
    """Without a sign: the word says the side."""
    if net == 0:
        return "costs nothing"
    verb = "brings a credit of" if net > 0 else "costs a debit of"
    share, total = way.net.id, way.dollars.id
    return f"{verb} {{abs({share}) : USD, 2}} a share, {{abs({total}) : USD, 0}} dollars in all,"


def _first_said(states: list["_State"]) -> str:
    reached = [each for each in states if each[0].reached_in is not None]
    if not reached:
        return (
            " No rule of thumb is reached before its end if price and volatility stay."
            if states
            else ""
        )
    rule, _, when, days = min(reached, key=lambda each: each[0].reached_in or 0.0)
    name = rule.name.value
    if days is None:
        return f" Of the rules of thumb one is met {when}: {name}. It is a rule, not advice."
    return (
        f" If price and volatility stay, the first rule of thumb reached is {name}, on {when}, in "
        f"{days.ref}. It is a rule, not advice."
    )


def _notes(found: Found, rate: ShortRate) -> tuple[str, ...]:
    notes = [*found.asked.notes, MIDDLE, COUNTED if found.asked.paid is not None else NOT_COUNTED]
    if any(each.is_borrowed for each in (found.old, *(way.new for way in found.rolls))):
        notes.append(BORROWED)
    if found.old.is_due:
        notes.append(DUE)
    if found.old.is_american:
        notes.append(AMERICAN)
    notes += [UNMOVED, RULES] if found.fades else []
    return (*notes, rate_note(rate))
