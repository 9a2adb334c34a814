"""What has fired, for the coach to tell: the latest with times and prices, and how often in all.

Decided: what was told was told. A dropped alert's firings count and are shown like any others.
"""

from decimal import Decimal

from app.alerts.models import Alert, Told
from app.core.figures import Unit
from app.core.symbols import Symbol
from app.grounding.ledger import Book
from tools.alerts_words import counted, kept_freshness, said, title_of
from tools.base import ToolContext, ToolResult
from widgets.alerts import AlertFiring, AlertHistoryCard
from widgets.base import CardNumber

SHOWN = 50


async def fired_history(symbol: str | None, context: ToolContext) -> ToolResult:
    """Of the alerts on one symbol, or of all of the member's."""
    history = await context.alerts.history(Symbol(symbol) if symbol else None, limit=SHOWN)
    about = f" on {symbol}" if symbol else ""
    if not history.latest:
        return ToolResult(f"None of your alerts{about} has fired yet.")
    now, book = context.now, context.book
    rows = tuple(
        AlertFiring(
            at=told.at,
            words=title_of(alert),
            price=_fired_at(book, alert, told),
            is_late=told.is_late,
        )
        for told, alert in history.latest
    )
    count = counted(book, "firings", history.count, "firings", now)
    card = AlertHistoryCard(
        title=f"Fired alerts{about}",
        is_replayed=False,
        zone="America/New_York",
        count=CardNumber.of(count),
        rows=rows,
        notes=("Only the latest are shown.",) if history.count > len(rows) else (),
        freshness=kept_freshness(context.market.provider, now),
    )
    last = said(book, "last", title_of(history.latest[0][1]), now)
    times = "time" if history.count == 1 else "times"
    return ToolResult(
        f"Your alerts{about} fired {count.ref} {times}; the last was {last}.", (card,)
    )


def _fired_at(book: Book, alert: Alert, told: Told) -> CardNumber | None:
    price = told.body.get("price")
    if not price or not alert.symbol:
        return None
    made_of = alert.terms["instrument"]
    figure = book.record(
        f"{told.id}.price",
        Decimal(repr(price)),
        Unit(made_of["unit"]),
        label="price when it fired",
        entity=alert.symbol,
        as_of=told.at,
        decimals=int(made_of["decimals"]),
    )
    return CardNumber.of(figure)
