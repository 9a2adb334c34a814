"""The open tabs of a member: who gets to see what happens in a thread.

Decided: everything is emitted to each tab that has the thread open, whoever asked. A tab that lost
its connection is skipped; it reads the thread again when it comes back.
"""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any, cast
from uuid import UUID

from chainlit.server import sio
from chainlit.session import WebsocketSession, ws_sessions_id

from app.chat import render
from app.infra.telemetry import get_logger

log = get_logger(__name__)

SETTLED_SECONDS = 0.3
"""By then the page has drawn what it was sent."""


Tab = WebsocketSession


def connected(member_id: UUID) -> list[Tab]:
    """The member's tabs that can be reached now; sessions outlive their sockets by minutes."""
    return [
        session
        for session in ws_sessions_id.values()
        if getattr(session.user, "id", None) == str(member_id)
        and sio.manager.is_connected(session.socket_id, "/")
    ]


def in_thread(member_id: UUID, thread_id: UUID) -> list[Tab]:
    return [tab for tab in connected(member_id) if tab.thread_id == str(thread_id)]


async def tell(tabs: Iterable[Tab], event: str, content: Any) -> None:
    """Emit to each of `tabs`; what one cannot take must not keep it from the others."""
    for tab in tabs:
        try:
            await cast("Awaitable[None]", tab.emit(event, content))
        except (OSError, KeyError) as error:
            log.info("tab gone", session=tab.id, reason=repr(error))


async def open_panel(tabs: Iterable[Tab], element: dict[str, Any]) -> None:
    """Show `element` in the side panel."""
    content = {"elements": [element], "key": element["id"]}
    audience = list(tabs)
    props = element["props"]
    title = props.get("symbol") or props.get("title") or "Chart"
    await tell(audience, "set_sidebar_title", title)
    await tell(audience, "set_sidebar_elements", content)


async def open_large(tab: Tab, card: dict[str, Any]) -> None:
    """Show a card of the conversation in the panel of the tab that asks for it.

    The page opens what is new of its own accord, with everything else that was in the panel, and does
    not say when it has; the second request changes nothing where the first one held.
    """
    shown = render.large(card)
    if shown is not card:
        await tell([tab], "element", shown)
    await open_panel([tab], shown)
    if shown is not card:
        await asyncio.sleep(SETTLED_SECONDS)
        await open_panel([tab], shown)


async def toast(tabs: Iterable[Tab], message: str, kind: str = "info") -> None:
    """A short notice; `kind` is info, success, warning or error."""
    await tell(tabs, "toast", {"message": message, "type": kind})


async def alerts_changed(member_id: UUID) -> None:
    """Let the page of alerts look again, wherever it is open."""
    await tell(connected(member_id), "window_message", {"coach": "alerts"})
