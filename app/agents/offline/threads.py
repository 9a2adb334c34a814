"""The conversation as turns, and what the last of them leave for the next."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.agents.model import CoachMessage, MemberMessage, Message, ToolAnswer, ToolCall
from app.agents.offline.gazetteer import Gazetteer
from app.agents.offline.plans import Call, Frame
from app.agents.offline.reading import read
from app.agents.offline.thinking import Thinker
from app.agents.offline.wishes import Wish

REMEMBERED = 8
"""Turns looked back at; older ones cannot be meant by "it" any more."""

_PASSING = ("describe_coach", "calculate", "explain_opportunity")


@dataclass(slots=True)
class Turn:
    """A member's message with everything that followed it."""

    question: str
    calls: list[ToolCall] = field(default_factory=list)
    answers: dict[str, ToolAnswer] = field(default_factory=dict)
    text: str = ""


def turns(messages: Sequence[Message]) -> list[Turn]:
    """The turns so far, oldest first; an empty one if the member has said nothing."""
    result: list[Turn] = []
    for message in messages:
        if isinstance(message, MemberMessage):
            result.append(Turn(message.text))
        elif not result:
            continue
        elif isinstance(message, CoachMessage):
            result[-1].calls += message.calls
            result[-1].text += message.text
        elif isinstance(message, ToolAnswer):
            result[-1].answers[message.call_id] = message
    return result or [Turn("")]


def frame_before(
    conversation: Sequence[Turn], gazetteer: Gazetteer, thinker: Thinker, now: datetime
) -> Frame:
    """What the last message may refer to: the calls of the newest turn that made some, and what
    the turn before it was asked back, and the newest chart. Turns whose calls are not in the messages are planned again.
    """
    frame = Frame()
    for turn in conversation[-REMEMBERED - 1 : -1]:
        calls = tuple(Call(call.name, call.arguments or {}) for call in turn.calls)
        waiting: tuple[Wish, ...] = ()
        unsided: Call | None = None
        if not calls:
            plan = thinker.plan(read(turn.question, gazetteer), frame, now)
            calls, waiting, unsided = tuple(plan.calls), tuple(plan.waiting), plan.unsided
        charts = [call for call in calls if call.name == "show_chart"]
        frame = Frame(
            calls=_of_symbols(calls) or frame.calls,
            waiting=waiting,
            unsided=unsided,
            chart=charts[-1] if charts else frame.chart,
        )
    return frame


def _of_symbols(calls: tuple[Call, ...]) -> tuple[Call, ...]:
    """Calls without those that nobody refers back to: after why, the list is still what is meant."""
    return tuple(call for call in calls if call.name not in _PASSING)
