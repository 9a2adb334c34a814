"""Stored messages as the page draws them: the same steps and cards as while their turns ran."""

from collections.abc import Mapping, Sequence

from app.agents.events import GroundingReport
from app.agents.history import restored_figure, restored_parts
from app.chat import render
from app.conversations.models import Role, StoredMessage
from app.core.figures import Figure


def drawn(messages: Sequence[StoredMessage]) -> tuple[list[render.Step], list[render.Element]]:
    """Every step and every card of these messages, in the order they were told."""
    steps: list[render.Step] = []
    elements: list[render.Element] = []
    figures: dict[str, Figure] = {}
    asked: str | None = None
    for message in messages:
        if message.role is Role.MEMBER:
            asked = str(message.id)
            steps.append(
                render.member_step(message.thread_id, asked, message.content, message.created_at)
            )
            continue
        turn = render.Turn(message.thread_id, message.id, asked)
        steps += _answer(turn, message)
        figures |= _figures(message)
        elements += _cards(turn, message, figures)
        asked = None
    return steps, elements


def _answer(turn: render.Turn, message: StoredMessage) -> list[render.Step]:
    """The run, its calls, and the answer itself; what was said unasked has no run."""
    text = render.markdown(restored_parts(message))
    step = render.answer_step(turn, text, message.created_at)
    if turn.asked is None:
        return [step]
    calls = [render.stored_call(turn, call) for call in message.calls]
    started = min((call.started_at for call in message.calls), default=message.created_at)
    run = render.run_step(turn, started, message.created_at)
    if message.feedback is not None:
        run["feedback"] = {
            "forId": run["id"],
            "id": str(message.id),
            "value": int(message.feedback.is_helpful),
            "comment": message.feedback.comment,
        }
    return [run, *calls, step]


def _cards(
    turn: render.Turn, message: StoredMessage, figures: Mapping[str, Figure]
) -> list[render.Element]:
    cards = [
        element
        for card in message.cards
        for element in render.card_elements(turn, card.element, card.props, card.display)
    ]
    sources = render.sources_element(turn, _report(message, figures))
    return [*cards, sources] if sources else cards


def _report(message: StoredMessage, figures: Mapping[str, Figure]) -> GroundingReport:
    kept = message.grounding or {}
    return GroundingReport(
        numbers=kept.get("numbers", 0),
        bound=kept.get("bound", 0),
        unbound=tuple(kept.get("unbound", ())),
        sources=tuple(figures[key] for key in kept.get("sources", ()) if key in figures),
    )


def _figures(message: StoredMessage) -> dict[str, Figure]:
    """What the calls of a message recorded, by id; later answers may point at it."""
    found = (
        restored_figure(values, call_id=str(call.id), tool=call.name)
        for call in message.calls
        for values in call.result.get("figures", ())
    )
    return {figure.id: figure for figure in found}
