"""What workers say unasked, carried to the tabs that are open.

The message is stored before this hears of it; a tab that is away finds it in the thread.
"""

from app.chat import stored, tabs
from app.chat.room import room
from app.conversations import service
from app.conversations.models import Push
from app.conversations.outbox import OutboxFeed
from app.core.errors import CoachError, NotFound
from app.infra.telemetry import get_logger

log = get_logger(__name__)


async def listen(feed: OutboxFeed) -> None:
    """Deliver every push for as long as the web process runs; cancel to end."""
    async for push in feed:
        try:
            await deliver(push)
        except NotFound:
            log.info("push withdrawn", push=push.id)
        except CoachError as error:
            log.warning("push not shown", push=push.id, reason=error.message)
        except Exception:
            log.exception("push failed", push=push.id)


async def deliver(push: Push) -> None:
    """Draw the message where its thread is open; elsewhere say that there is one."""
    open_tabs = tabs.connected(push.member_id)
    if not open_tabs:
        return
    async with room().database.member(push.member_id) as session:
        message = await service.get_message(session, push.message_id)
        thread = await service.get_thread(session, push.thread_id)
    here = [tab for tab in open_tabs if tab.thread_id == str(push.thread_id)]
    steps, elements = stored.drawn([message])
    for step in steps:
        await tabs.tell(here, "new_message", step)
    for element in elements:
        await tabs.tell(here, "element", element)
    elsewhere = [tab for tab in open_tabs if tab not in here]
    await tabs.toast(elsewhere, f"New in \u201c{thread.title or 'a conversation'}\u201d")
    await tabs.alerts_changed(push.member_id)
