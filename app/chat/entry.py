"""Hangs our hooks into Chainlit, and takes down those of its doors that stay shut.

Decided: hooks are set on Chainlit's configuration directly. Its decorators would wrap each in a
step of its own, stored and shown in its own way.
"""

from chainlit import data_layer
from chainlit.config import config
from chainlit.server import sio

from app.chat import handlers
from app.chat.history import History

HEARD = frozenset(
    {"connect", "disconnect", "connection_successful", "clear_session", "client_message", "stop"}
)
"""Socket events that are answered; Chainlit would also edit messages, take audio, run window calls."""


def hang() -> None:
    """Connect the chat; call once, after Chainlit was imported."""
    config.code.on_message = handlers.on_message
    config.code.on_chat_start = handlers.on_chat_start
    config.code.on_chat_resume = handlers.on_chat_resume
    config.code.on_chat_end = handlers.on_chat_end
    config.code.set_starters = handlers.starters
    data_layer(History)
    sio.on("stop", handlers.stop)
    heard = sio.handlers["/"]
    for event in [*heard]:
        if event not in HEARD:
            del heard[event]
