"""Answers: the coach's own sentences, what figures decide, then the tools' sentences."""

from collections.abc import Iterator

from app.agents.model import ToolAnswer
from app.agents.offline import replies
from app.agents.offline.plans import Plan
from app.agents.offline.sayings import said_first
from app.agents.offline.threads import Turn


def compose(plan: Plan, turn: Turn, *, introduce: bool) -> Iterator[str]:
    """The answer piece by piece. References of the sentences stay as they are."""
    answers = _answers(turn)
    symbols = [call.symbol for call in plan.calls]
    paragraphs = [" ".join(plan.said)] if plan.said else []
    leads = [said_first(lead, answers, symbols) for lead in plan.leads]
    first, rest = " ".join(sentence for sentence in leads if sentence), _sentences(answers)
    paragraphs += [f"{first} {rest[0]}"] if first and len(rest) == 1 else [first, *rest]
    if introduce and replies.INTRODUCTION not in plan.said:
        paragraphs.append(f"*{replies.INTRODUCTION}*")
    kept = [paragraph for paragraph in paragraphs if paragraph]
    for position, paragraph in enumerate(kept):
        yield paragraph if position == 0 else "\n\n" + paragraph


def _answers(turn: Turn) -> list[ToolAnswer | None]:
    """One for each call that was made, in the order of the calls."""
    return [turn.answers.get(call.id) for call in turn.calls]


def _sentences(answers: list[ToolAnswer | None]) -> list[str]:
    said = [answer.sentence.strip() for answer in answers if answer is not None]
    said = list(dict.fromkeys(sentence for sentence in said if sentence))
    if len(said) > 2:
        return ["\n".join(f"- {sentence}" for sentence in said)]
    return said
