"""Setups on options as figures, a card and what a sentence names of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.symbols import Symbol
from app.grounding.ledger import Book
from app.market import calendar
from app.market.protocol import MarketData
from app.scanner.option_kept import KeptOption, OptionRecord, shown_body
from app.scanner.option_scan import OptionFind, OptionScan
from app.scanner.option_setups import (
    Crush,
    Fact,
    OptionSetup,
    RichVolatility,
    Spread,
    SpreadLeg,
    Unusual,
)
from tools.option_scans_terms import ENDED, INVALID, Facts, draw_record, draw_terms
from tools.options_figures import OptionFigures, contract_words, unit_of
from tools.wording import day_in_words, freshness
from widgets.base import Freshness
from widgets.option_scans import OptionScanRow

TITLES = {
    OptionSetup.RANK: "high IV rank",
    OptionSetup.UNUSUAL: "unusual option activity",
    OptionSetup.CRUSH: "post-earnings crush",
    OptionSetup.CONDOR: "iron condor",
    OptionSetup.BULL_PUT: "bull put spread",
    OptionSetup.BEAR_CALL: "bear call spread",
}
METHOD = (
    "The chance of profit at expiry is computed: a lognormal price with the mean volatility of the legs, "
    "risk-neutral, so it is what option prices contain and no forecast. Credits are at the middle of each "
    "market, before fees."
)
NO_DIRECTION = (
    "Volume far above open interest says that positions may be new, not who bought and who sold; open "
    "interest is from the evening before."
)
CRUSH = "A crush compares volatility thirty days out, which is what is kept of past days."
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the card, and the same as a sentence says it."""

    setup: OptionSetup
    card: OptionScanRow
    said: str


def row_of(
    book: Book,
    found: OptionFind,
    kept: KeptOption,
    *,
    record: OptionRecord | None = None,
    moment: str | None = None,
) -> Row:
    """`kept` is the same find as it is kept, or would be; `record` what others of its setup came to;
    `moment` the past one that was asked about, for a click to ask about it too."""
    instrument = found.instrument
    symbol = instrument.symbol
    figures = OptionFigures(book, str(symbol), found.at, found.provider, unit=unit_of(instrument))
    facts = Facts(figures, f"{symbol}.{found.setup}.{kept.found_on}.{kept.variant}")
    fact = found.fact
    words, said = _told(facts, fact)
    draw_terms(facts, kept)
    draw_record(facts, kept, record)
    action, tool, arguments = _click(symbol, fact)
    frozen = {} if moment is None else {"as_of": moment}
    card = OptionScanRow(
        symbol=str(symbol),
        name=instrument.name,
        kind=found.setup.value,
        setup=TITLES[found.setup],
        words=words,
        facts=tuple(facts.drawn),
        action=action,
        tool=tool,
        arguments={**arguments, **frozen},
        variant=kept.variant,
        invalid="" if kept.ending else INVALID[found.setup],
        ended=ENDED[kept.ending] if kept.ending else "",
        liked=None if kept.liked is None else kept.liked > 0,
        find=None if moment else shown_body(kept),
    )
    return Row(found.setup, card, f"{symbol}: {said}")


def _told(facts: Facts, fact: Fact) -> tuple[str, str]:
    """What names it on the card, and its figures in a sentence."""
    if isinstance(fact, RichVolatility):
        return "", _of_rank(facts, fact)
    if isinstance(fact, Unusual):
        return _of_volume(facts, fact)
    if isinstance(fact, Crush):
        return f"reported on {day_in_words(fact.on)}", _of_crush(facts, fact)
    return _of_spread(facts, fact)


def _of_rank(facts: Facts, fact: RichVolatility) -> str:
    book, path = facts.book, facts.path
    rank = facts.draw(
        "IV rank", book.volatility(path("rank"), fact.rank, "IV rank"), with_unit=True
    )
    facts.draw(
        "IV percentile",
        book.volatility(path("percentile"), fact.percentile, "IV percentile"),
        with_unit=True,
    )
    now = facts.draw(
        "Implied, a month out",
        book.volatility(path("volatility"), fact.volatility, "volatility a month out"),
        with_unit=True,
    )
    realised = facts.draw(
        "Realised, a month",
        book.volatility(path("realised"), fact.realised, "realised volatility"),
        with_unit=True,
    )
    against = f" against {realised} realised" if realised else ""
    return f"IV rank {rank}, volatility a month out {now}{against}"


def _of_volume(facts: Facts, fact: Unusual) -> tuple[str, str]:
    book, path, contract = facts.book, facts.path, fact.contract
    strike = book.strike(path("strike"), contract.strike)
    volume = facts.draw("Volume", book.count(path("volume"), fact.volume, "contracts traded"))
    interest = facts.draw(
        "Open interest", book.count(path("open"), fact.open_interest, "contracts open")
    )
    ratio = facts.draw(
        "Volume to open interest",
        book.ratio(path("ratio"), fact.strength, "volume to open interest"),
    )
    if fact.others:
        facts.draw("Others like it", book.count(path("others"), fact.others, "contracts like it"))
    said = f"the {strike.ref} {contract.kind} of {day_in_words(contract.expiry)} traded {volume} contracts"
    return contract_words(contract), f"{said} on {interest} open, {ratio} times as many"


def _of_crush(facts: Facts, fact: Crush) -> str:
    book, path = facts.book, facts.path
    fall = facts.draw(
        "Fell by",
        book.volatility(path("fall"), fact.strength, "fall of volatility"),
        with_unit=True,
    )
    before = facts.draw(
        "Before the report",
        book.volatility(path("before"), fact.before, "volatility before the report"),
        with_unit=True,
    )
    now = facts.draw(
        "Now", book.volatility(path("now"), fact.now, "volatility now"), with_unit=True
    )
    said = f"volatility a month out fell by {fall} of itself, from {before} before its report of "
    return f"{said}{day_in_words(fact.on)} to {now}"


def _of_spread(facts: Facts, fact: Spread) -> tuple[str, str]:
    book, path = facts.book, facts.path
    strikes = []
    for place, each in enumerate(fact.legs, 1):
        figure = book.strike(path(f"leg{place}"), each.leg.strike or Decimal(0))
        strikes.append(f"{'sell' if each.leg.quantity < 0 else 'buy'} {figure.ref} {each.leg.kind}")
    odds = facts.draw(
        "Chance of profit",
        book.volatility(path("odds"), fact.probability, "chance of profit, risk-neutral"),
        with_unit=True,
    )
    credit = facts.draw("Credit", book.premium(path("credit"), fact.credit, "credit a share"))
    loss = facts.draw("Most it loses", book.money(path("max_loss"), fact.loss, "most it loses"))
    facts.draw("Most it makes", book.money(path("max_profit"), fact.profit, "most it makes"))
    reward = facts.draw(
        "Return on risk",
        book.volatility(path("return"), fact.strength, "return on risk"),
        with_unit=True,
    )
    facts.draw("Width", book.price(path("width"), fact.width, "width"))
    ends = [
        facts.draw(
            "Breakeven" if len(fact.breakevens) == 1 else f"Breakeven, {side}",
            book.price(path(f"breakeven{place}"), each, "breakeven"),
        )
        for place, (each, side) in enumerate(zip(fact.breakevens, ("low", "high"), strict=False), 1)
    ]
    for each in fact.sold:
        kind = each.leg.kind
        facts.draw(
            f"Delta of the short {kind}",
            book.greek(path(f"{kind}.delta"), "delta", each.delta, places=2),
        )
    facts.draw("Days", book.days(path("days"), fact.expiry, "days to expiry"))
    said = f"{', '.join(strikes)}, {day_in_words(fact.expiry)}: credit {credit} a share, at most {loss} "
    said += (
        f"lost, breakeven {' and '.join(ends)}, chance of profit {odds}, return on risk {reward}"
    )
    return _legs_in_words(fact.legs, fact.expiry), said


def _legs_in_words(legs: Sequence[SpreadLeg], expiry: date) -> str:
    each = [
        f"{'sell' if one.leg.quantity < 0 else 'buy'} "
        f"{(one.leg.strike or Decimal(0)).normalize():f} {one.leg.kind}"
        for one in legs
    ]
    return f"{', '.join(each)}, {expiry.day} {expiry:%B} {expiry.year}"


def _click(symbol: Symbol, fact: Fact) -> tuple[str, str, dict[str, Any]]:
    if isinstance(fact, Spread):
        legs = [
            {
                "kind": each.leg.kind.value,
                "side": "sell" if each.leg.quantity < 0 else "buy",
                "strike": f"{each.leg.strike:f}",
            }
            for each in fact.legs
        ]
        asked = {"symbol": str(symbol), "expiry": fact.expiry.isoformat(), "legs": legs}
        return "Analyze", "analyze_structure", asked
    if isinstance(fact, Unusual):
        day = fact.contract.expiry.isoformat()
        return "Chain", "get_option_chain", {"symbol": str(symbol), "expiry": day}
    return "Volatility", "get_volatility", {"symbol": str(symbol)}


def notes_of(found: OptionScan, wanted: Sequence[OptionSetup]) -> tuple[str, ...]:
    notes = []
    if any(isinstance(each.fact, Spread) for each in found.found):
        notes.append(METHOD)
    if any(isinstance(each.fact, Unusual) for each in found.found):
        notes.append(NO_DIRECTION)
    if OptionSetup.CRUSH in wanted:
        notes.append(CRUSH)
    if found.provider.is_simulated:
        notes.append("The market is simulated: these options do not exist.")
    notes += _unknown(found)
    if found.cut:
        notes.append(
            f"Not read this time, to spare the provider; their turn comes: {_listed(list(map(str, found.cut)))}"
        )
    if found.left_out:
        notes.append(
            f"Left out: {_listed([f'{symbol} ({why})' for symbol, why in found.left_out.items()])}"
        )
    return tuple(notes)


def _unknown(found: OptionScan) -> list[str]:
    """One note for each setup and reason."""
    by_reason: dict[tuple[OptionSetup, str], list[str]] = {}
    for (symbol, setup), why in found.unknown.items():
        by_reason.setdefault((setup, why), []).append(str(symbol))
    return [
        f"Not known, {TITLES[setup]}: {why.rstrip('.')}, for {_listed(symbols)}"
        for (setup, why), symbols in by_reason.items()
    ]


def _listed(names: Sequence[str]) -> str:
    more = " and others" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}."


async def freshness_of(market: MarketData, found: OptionScan, *, is_frozen: bool) -> Freshness:
    first = found.found[0] if found.found else None
    instrument = first.instrument if first else await market.instrument(Symbol("SPY"))
    at = first.at if first else found.as_of
    provider = first.provider if first else found.provider
    session = calendar.session_at(found.as_of, instrument.calendar)
    made = freshness(provider, instrument, at, session, asked_at=found.as_of)
    return made.model_copy(update={"is_frozen": is_frozen})


def best_said(rows: Sequence[Row]) -> str:
    """The first of each setup, by its figures."""
    firsts: Mapping[OptionSetup, Row] = {row.setup: row for row in reversed(rows)}
    named = [row for row in rows if firsts[row.setup] is row][:_NAMED]
    return " ".join(f"{_capital(TITLES[row.setup])}, {row.said}." for row in named)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
