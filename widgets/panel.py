"""The handle in the conversation of what was opened in the panel beside it."""

from widgets.base import BaseCard


class PanelLink(BaseCard):
    """A button that opens a card in the panel once more, after it was closed or on another day.

    `title` says what it opens, `opens` is that card's `card_id`.
    """

    title: str
    opens: str
