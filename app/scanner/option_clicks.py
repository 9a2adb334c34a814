"""A member's thumbs on a card of setups on options.

Decided: as on other cards, a click names the card and the row; what is kept is the find that the card
was drawn from, read from the conversation and never from the browser.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations import service as conversations
from app.core.errors import NotFound
from app.core.ids import new_id
from app.scanner import option_keeping
from app.scanner.clicks import OPTIONS
from app.scanner.option_kept import shown_of


async def rate_shown_option(
    session: AsyncSession, card: str, named: tuple[str, str, str], *, liked: bool | None
) -> None:
    """Thumbs for the row `named` by symbol, setup and variant."""
    found, _ = await conversations.find_drawn_card(session, OPTIONS, card)
    rows = [dict(row) for row in found.props["rows"]]
    row = next((row for row in rows if _name(row) == named and row.get("find")), None)
    if row is None:
        raise NotFound("There is no such opportunity on this card.")
    await option_keeping.keep_rated(session, shown_of(row["find"], key=new_id()), liked=liked)
    row["liked"] = liked
    await conversations.update_card(session, found.id, {**found.props, "rows": rows})


def _name(row: dict[str, str]) -> tuple[str, str, str]:
    return row["symbol"], row["kind"], row.get("variant", "")
