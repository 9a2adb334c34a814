"""The chat as one ASGI application, ready to be the place where every other address ends.

Importing this imports Chainlit: `app.chat.surroundings.prepare` must have run.
"""

import logging

from chainlit import server
from chainlit.config import config

from app.chat import entry
from app.chat import room as rooms
from app.chat.door import ChatDoor, FindMember, own_page
from app.chat.endpoints import endpoints


def chat_door(room: rooms.Room, *, find_member: FindMember, is_https: bool) -> ChatDoor:
    """Furnish the chat with `room` and give its door.

    Chainlit is used without the middleware its own mounting helper adds, which logs a traceback
    whenever a browser goes away, and without its lifespan, which ends the process.
    """
    logging.getLogger("chainlit").setLevel(logging.WARNING)
    config.run.headless = True
    # the page knows "system"; only the type of the setting does not
    config.ui.default_theme = "system"
    rooms.furnish(room)
    entry.hang()
    return ChatDoor(
        chat=server.app,
        own=endpoints,
        page=own_page(server.get_html_template("")),
        find_member=find_member,
        is_https=is_https,
    )
