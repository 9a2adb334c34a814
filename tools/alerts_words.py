"""Alerts in words whose numbers are figures, and rows of their cards."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from app.alerts.channels import channels_of, where_told
from app.alerts.models import Alert, Status
from app.alerts.triggers import Trigger
from app.core.figures import Figure, Unit
from app.grounding.claims import Kind, tokenize
from app.grounding.ledger import Book
from app.macro.source import plain
from app.market.models import Provider
from widgets.alerts import AlertRow
from widgets.base import CardNumber, Freshness

CHANGES: Mapping[str, str] = {
    "snooze": "snooze",
    "rearm": "arm again",
    "drop": "drop",
}
_LENGTHS = (Unit.DAYS, Unit.HOURS, Unit.MINUTES, Unit.SECONDS)
_BRACES = str.maketrans("", "", "{}")
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?|\.\d+")


def said(book: Book, path: str, words: str, as_of: datetime) -> str:
    """`words` with every number that claims something bound to a figure of what was asked for."""
    words = words.translate(_BRACES)
    parts: list[str] = []
    position = 0
    claims = [each for each in tokenize(words) if each.kind is Kind.CLAIM]
    for number, claim in enumerate(claims, 1):
        digits = _DIGITS.search(words, claim.start, claim.end)
        if digits is None or claim.start < position:
            continue
        # The word of a length of time agrees with its number and stays as it is.
        is_length = claim.unit in _LENGTHS
        start, end = digits.span() if is_length else (claim.start, claim.end)
        figure = book.record(
            f"{path}.{number}",
            -claim.value if claim.sign < 0 else claim.value,
            Unit.INDEX if is_length else claim.unit or Unit.INDEX,
            label="number of the condition",
            entity="alert",
            as_of=as_of,
            decimals=len(digits[0].partition(".")[2]),
        )
        parts += [words[position:start], figure.ref]
        position = end
    return "".join([*parts, words[position:]])


def counted(book: Book, path: str, number: int, label: str, as_of: datetime) -> Figure:
    return book.record(
        path, Decimal(number), Unit.INDEX, label=label, entity="alerts", as_of=as_of, decimals=0
    )


def title_of(alert: Alert) -> str:
    """`SPX: price hits 5,930`."""
    words = str(alert.terms.get("words") or alert.title)
    return f"{alert.symbol}: {words}" if alert.symbol else words


def note_of(terms: Mapping[str, Any], symbol: str) -> str:
    """What the member wrote beside it; empty where the title was made by the house."""
    words = str(terms.get("words", ""))
    title = str(terms["title"])
    made = f"{symbol}: {words}" if symbol else words
    return "" if title in made or not words else plain(title)


def told_of(terms: Mapping[str, Any]) -> str:
    return "every time" if Trigger.of(terms["trigger"]).repeats else "once"


def row_told(terms: Mapping[str, Any]) -> str:
    """`once`, and where, if the alert names its channels."""
    named = channels_of(terms) is not None
    return f"{told_of(terms)}, {where_told(terms)}" if named else told_of(terms)


def status_of(alert: Alert, now: datetime) -> Literal["armed", "snoozed", "fired", "expired"]:
    if alert.status is Status.ARMED:
        is_snoozed = alert.snoozed_until is not None and alert.snoozed_until > now
        return "snoozed" if is_snoozed else "armed"
    return "fired" if alert.status is Status.FIRED else "expired"


def row_of(book: Book, alert: Alert, now: datetime) -> AlertRow:
    status = status_of(alert, now)
    fired = counted(book, f"{alert.id}.fired", alert.fired, "times told", now)
    return AlertRow(
        id=str(alert.id),
        symbol=alert.symbol,
        words=str(alert.terms.get("words") or alert.title),
        note=note_of(alert.terms, alert.symbol),
        status=status,
        until=alert.snoozed_until if status == "snoozed" else alert.expires_at,
        told=row_told(alert.terms),
        fired=CardNumber.of(fired),
        fired_at=alert.fired_at,
    )


def kept_freshness(provider: Provider, now: datetime) -> Freshness:
    """Of what the house itself keeps: it is as of now."""
    return Freshness(provider=provider.name, as_of=now, is_simulated=provider.is_simulated)
