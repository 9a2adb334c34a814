"""What fired, as the member reads it: a sentence with its figures, and the chart of that moment."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from typing_extensions import override

from app.agents.history import figure_values, stored_message
from app.alerts.edges import day_of
from app.alerts.monitor_path import moment
from app.alerts.reporting import Week, asks_reports
from app.alerts.surroundings import Surroundings
from app.alerts.telling import Fired, Writer, Written
from app.alerts.triggers import (
    Already,
    Condition,
    Crosses,
    Firing,
    Moves,
    NthTest,
    Passes,
    Reaches,
    Side,
    Spikes,
    Trigger,
)
from app.conversations.unasked import Place
from app.core.figures import Figure, Unit
from app.core.ids import new_id
from app.grounding.ledger import Book
from app.grounding.parts import NumberPart, Part, TextPart
from app.grounding.references import named
from app.market.calendar import session_on
from app.market.models import Provider, decimal_of
from tools.alerts_words import kept_freshness, row_of, said
from tools.earnings_words import reporting
from tools.wording import freshness, time_in_words_of
from widgets.alerts import AlertsCard
from widgets.base import BaseCard
from widgets.charts import ChartMark, PriceChart
from workers.unasked import finished

TOOL = "list_alerts"
"""The tool whose answer the figures are kept under: asked again, it says what is watched now."""
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_TITLE_LENGTH = 120
_REFERENCE = re.compile(r"\{([a-z]+\d+)\}")


@dataclass(slots=True)
class _Text:
    """A sentence in the making; its numbers are figures of `book`."""

    book: Book
    parts: list[Part] = field(default_factory=list)

    def say(self, *pieces: str | Figure) -> None:
        for piece in pieces:
            if isinstance(piece, Figure):
                self.parts.append(NumberPart(piece.text(), (piece.id,), named(piece)))
            else:
                self.parts.append(TextPart(piece))


class Weeks(Protocol):
    """What members' alerts on reports were judged by."""

    def week_at(self, member_id: UUID, at: datetime) -> Week | None: ...


class MessageWriter(Writer):
    """Writes for the conversation. Which companies report is told out of `weeks`, which nobody waits
    for; without it the number alone is."""

    def __init__(self, weeks: Weeks | None = None) -> None:
        self._weeks = weeks

    @override
    def write(
        self, fired: Sequence[Fired], around: Surroundings | None, place: Place, now: datetime
    ) -> Written:
        book = Book(place.letter, str(new_id()), TOOL)
        if around is not None:
            provider = around.levels.provider
            book.comes_from(
                provider.name,
                is_simulated=provider.is_simulated,
                delay_minutes=provider.delay_minutes,
            )
        text, bodies = _Text(book), []
        for at, each in enumerate(fired):
            before = len(book.figures)
            text.say("" if at == 0 else "\n", "- " if len(fired) > 1 else "")
            path = f"{at}." if at else ""
            _say(text, path, each, around if at == len(fired) - 1 else None)
            if week := self._week(each):
                words = reporting(book, f"{path}reports", week)
                text.say(" ", *_with_figures(book, words))
            bodies.append(_body(each, book.figures[before:]))
        for words in fired[0].unreached:
            text.say("\n" if words == fired[0].unreached[0] else " ", words)
        done = finished(
            book,
            text.parts,
            _cards(book, fired, around, now),
            model="monitor",
            began=moment(fired[0].firing.at),
            ended=now,
        )
        message = stored_message(
            done, message_id=place.message_id, thread_id=place.thread_id, now=now
        )
        return Written(message=message, title=_title(fired), bodies=bodies)

    def _week(self, fired: Fired) -> Week | None:
        if self._weeks is None or not asks_reports(fired.alert.terms):
            return None
        return self._weeks.week_at(fired.alert.member_id, moment(fired.firing.at))


def _say(text: _Text, path: str, fired: Fired, around: Surroundings | None) -> None:
    """`SPX 5,930.20 crossed above PDH (5,930.00) for the third time today on 2.1× its usual volume,
    VWAP 12.00 below.`"""
    firing, record = fired.firing, _Recorder(text.book, path, fired)
    if fired.alert.symbol:
        text.say(f"**{fired.alert.symbol}** ", record.price("price", firing.price, "price"))
    else:
        text.say("**Your book**")
    text.say(*_what(fired, record))
    if firing.number > 1 and not isinstance(_condition(fired), NthTest):
        text.say(f" for the {_ordinal(firing.number)} time {_since(fired)}")
    if around is not None:
        _say_around(text, record, around, firing)
    text.say(".")
    if firing.is_late:
        at = time_in_words_of(moment(firing.at), fired.alert.terms["instrument"]["calendar"])
        text.say(f" Told late: it happened at {at}, and was learnt from the bars since.")


def _what(fired: Fired, record: "_Recorder") -> tuple[str | Figure, ...]:
    level = _level(fired, record)
    match _condition(fired):
        case Crosses(side, includes):
            verb = ("is at or" if includes else "is") if _lasts(fired) else "crossed"
            return (f" {verb} {'above' if side is Side.ABOVE else 'below'} ", *level)
        case Passes():
            is_above = fired.firing.price > (fired.firing.level or 0.0)
            return (f" crossed {'above' if is_above else 'below'} ", *level)
        case Reaches(within) if within.amount:
            return (" came near ", *level)
        case Reaches():
            return (" touched ", *level)
        case NthTest(times):
            return (" tested ", *level, f" for the {_ordinal(times)} time {_since(fired)}")
        case Spikes(times):
            multiple = record.figure("multiple", decimal_of(times), Unit.COUNT, "volume asked for")
            return (" is trading ", multiple, " its usual volume or more")
        case Moves(percent):
            moved = record.figure("move", decimal_of(percent), Unit.PERCENT, "move asked for")
            return (" has moved ", moved, " or more")
        case _:
            return (": ", *_in_words(fired, record.book))


def _since(fired: Fired) -> str:
    """Of the whole day, or of as much of it as was counted."""
    firing, zone = fired.firing, Trigger.of(fired.alert.terms["trigger"]).zone
    is_whole = day_of(zone, firing.counts_since) != day_of(zone, firing.at)
    return "today" if is_whole else "since it was armed"


def _in_words(fired: Fired, book: Book) -> list[str | Figure]:
    """A condition in its words, whose numbers are figures of what was asked for."""
    at = moment(fired.firing.at)
    words = said(book, f"{fired.firing.id}.asked", str(fired.alert.terms["words"]), at)
    return _with_figures(book, words)


def _with_figures(book: Book, words: str) -> list[str | Figure]:
    figures = {each.id: each for each in book.figures}
    return [figures.get(piece, piece) for piece in _REFERENCE.split(words)]


def _lasts(fired: Fired) -> bool:
    """Whether it was asked for as a state, which may have been there before."""
    return Trigger.of(fired.alert.terms["trigger"]).already is Already.FIRES


def _level(fired: Fired, record: "_Recorder") -> tuple[str | Figure, ...]:
    name, level = fired.alert.terms["level_name"], fired.firing.level
    if level is None:
        return (name or "the level",)
    figure = record.price("level", level, name or "level asked for")
    return (name, " (", figure, ")") if name else (figure,)


def _say_around(text: _Text, record: "_Recorder", around: Surroundings, firing: Firing) -> None:
    if around.volume is not None:
        multiple = record.figure("volume", around.volume, Unit.COUNT, "volume over its usual")
        text.say(" on ", multiple, " its usual volume")
    vwap = around.vwap
    if vwap is not None:
        away = float(vwap.price) - firing.price
        figure = record.price("vwap", abs(away), "distance to VWAP")
        text.say(", VWAP ", figure, " above" if away > 0 else " below")


@dataclass(frozen=True, slots=True)
class _Recorder:
    book: Book
    path: str
    fired: Fired

    def price(self, path: str, value: float, label: str) -> Figure:
        unit = Unit(self.fired.alert.terms["instrument"]["unit"])
        return self.figure(path, decimal_of(round(value, 8)), unit, label)

    def figure(self, path: str, value: Decimal, unit: Unit, label: str) -> Figure:
        decimals = self.fired.alert.terms["instrument"]["decimals"]
        return self.book.record(
            self.path + path,
            value,
            unit,
            label=label,
            entity=self.fired.alert.symbol,
            as_of=moment(self.fired.firing.at),
            decimals=1 if unit is Unit.COUNT else 2 if unit is Unit.PERCENT else decimals,
        )


def _cards(
    book: Book, fired: Sequence[Fired], around: Surroundings | None, now: datetime
) -> tuple[BaseCard, ...]:
    """What fired, to be snoozed, armed again or dropped; and the chart of that moment."""
    provider = around.levels.provider if around else Provider(name="alerts")
    card = AlertsCard(
        title="fired" if len(fired) == 1 else "fired together",
        rows=tuple(row_of(book, each.alert, now) for each in _each_once(fired)),
        notes=(),
        freshness=kept_freshness(provider, now),
    )
    return (card,) if around is None else (card, _chart(fired, around))


def _each_once(fired: Sequence[Fired]) -> list[Fired]:
    """One that fired several times stands there once, as it is now."""
    return list({each.alert.id: each for each in fired}.values())


def _chart(fired: Sequence[Fired], around: Surroundings) -> PriceChart:
    found, at = around.levels, moment(max(each.firing.at for each in fired))
    instrument = found.instrument
    marked = dict.fromkeys(
        decimal_of(each.firing.level) for each in fired if each.firing.level is not None
    )
    session = session_on(found.session.date, instrument.calendar)
    return PriceChart(
        display="side",
        symbol=str(instrument.symbol),
        name=instrument.name,
        timeframe="5m",
        extended=False,
        lines=(),
        averages=(),
        marks=tuple(
            ChartMark(text=f"{level:,.{instrument.decimals}f}", value=format(level, "f"))
            for level in marked
        ),
        as_of=at,
        decimals=instrument.decimals,
        freshness=freshness(found.provider, instrument, found.last_at, session),
    )


def _body(fired: Fired, figures: Sequence[Figure]) -> dict[str, Any]:
    return {
        "price": fired.firing.price,
        "level": fired.firing.level,
        "number": fired.firing.number,
        "figures": [figure_values(each) for each in figures],
    }


def _title(fired: Sequence[Fired]) -> str:
    first = fired[0].alert.title
    more = f" and {len(fired) - 1} more" if len(fired) > 1 else ""
    return f"{first[:_TITLE_LENGTH]}{more}"


def _condition(fired: Fired) -> Condition | None:
    """Of a threshold; a formula is told in its own words."""
    terms = fired.alert.terms
    return Trigger.of(terms["trigger"]).condition if terms["kind"] == "threshold" else None


def _ordinal(number: int) -> str:
    if number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    tail = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else tail}"
