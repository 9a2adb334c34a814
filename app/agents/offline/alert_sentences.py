"""One sentence that asks for an alert, read outside of a conversation.

Decided: it is the offline coach's own reading, whatever model answers the chat, so that the same
sentence always drafts the same alert. Here the wish is known: a condition alone is enough.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from app.agents.offline import replies
from app.agents.offline.alert_asking import asked_of_alerts
from app.agents.offline.gazetteer import Gazetteer, directory_gazetteer
from app.agents.offline.plans import Asked, Frame
from app.agents.offline.reading import Reading, read
from app.core.errors import InvalidInput


def draft_in(sentence: str, now: datetime) -> Mapping[str, Any]:
    """Arguments of `draft_alert` for the one alert that is asked for; `InvalidInput` says what to
    write where there is none, or more than one."""
    reading = read(sentence, _names())
    if reading.language:
        raise InvalidInput(replies.ALERT_IN_ENGLISH.format(language=reading.language))
    asked = _asked(reading, now) or _asked(read(f"alert me when {sentence}", _names()), now)
    drafts = [call.arguments for call in asked.calls if call.name == "draft_alert"]
    if len(drafts) > 1:
        raise InvalidInput(replies.ONE_ALERT)
    if not drafts:
        raise InvalidInput(asked.said[0] if asked.said else replies.ASK_ALERT)
    return drafts[0]


def _asked(reading: Reading, now: datetime) -> Asked:
    return asked_of_alerts(reading, Frame(), now)


@cache
def _names() -> Gazetteer:
    return directory_gazetteer()
