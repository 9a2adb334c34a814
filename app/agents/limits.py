"""How much one turn may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`rounds` of asking the model, corrections included; seconds for the turn and for each tool.

    `corrections` is how often a model may put right numbers that have no source; 0 for one whose
    answers are bound by construction.
    """

    rounds: int = 8
    turn_seconds: float = 120
    tool_seconds: float = 20
    corrections: int = 2
