"""Which companies held are still to report, and when, in words whose numbers are figures of the source."""

from decimal import Decimal

from app.alerts.reporting import Week
from app.core.figures import Unit
from app.grounding.ledger import Book
from app.macro.source import Earnings
from app.market.calendar import market_date
from tools.wording import day_in_words, joined_provider, name_provider

NAMED = 8
"""Companies that are named."""
BETWEEN = "The week is over for reports; the coming one counts from Saturday morning on."


def reporting(book: Book, path: str, week: Week) -> str:
    """`In the week of Monday 23 November 2026, {a2} that you hold still report: NVDA, …`. The figures
    after it come from whoever gave those before."""
    if week.monday is None:
        return BETWEEN
    about = f"the week of {day_in_words(week.monday)}"
    if not week.reports:
        return f"Nothing that you hold is still to report in {about}."
    before = (book.provider, book.is_simulated, book.delay_minutes)
    provider = joined_provider(each.provider for each in week.reports)
    if provider is not None:
        name_provider(book, provider)
    count = book.record(
        path,
        Decimal(len(week.reports)),
        Unit.INDEX,
        label="companies held still to report",
        entity="calendar",
        as_of=week.as_of,
        decimals=0,
    )
    said = [
        f"{_dated(each)}{_wait(book, f'{path}.{place}', each, week)}"
        for place, each in enumerate(week.reports[:NAMED], 1)
    ]
    book.comes_from(before[0], is_simulated=before[1], delay_minutes=before[2])
    more = "; and others" if len(week.reports) > NAMED else ""
    return f"Of what you hold, {count.ref} still to report in {about}: {'; '.join(said)}{more}."


def listed(week: Week | None) -> tuple[str, ...]:
    """The same for a card, a line for each company; empty where it is not about reports."""
    return () if week is None else tuple(_dated(each) for each in week.reports[:NAMED])


def _dated(report: Earnings) -> str:
    """`NVDA on Wednesday 25 November 2026 after the close, expected but not confirmed`."""
    timing = f" {report.timing}" if report.timing else ", at a time that is not known"
    unsure = "" if report.is_confirmed else ", expected but not confirmed"
    return f"{report.symbol} on {day_in_words(report.on)}{timing}{unsure}"


def _wait(book: Book, path: str, report: Earnings, week: Week) -> str:
    days = (report.on - market_date(week.as_of)).days
    if days <= 1:
        return ", tomorrow" if days == 1 else ", today"
    figure = book.record(
        path,
        Decimal(days),
        Unit.DAYS,
        label=f"days to {report.symbol} earnings",
        entity="calendar",
        as_of=week.as_of,
        decimals=0,
    )
    return f", in {figure.ref}"
