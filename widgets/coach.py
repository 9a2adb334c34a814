"""What the coach can do, as a card of questions one can click."""

from pydantic import BaseModel, ConfigDict

from widgets.base import BaseCard


class Ability(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    description: str
    questions: tuple[str, ...]


class AbilitiesCard(BaseCard):
    """Abilities with example questions; a click asks one."""

    title: str
    abilities: tuple[Ability, ...]
    notes: tuple[str, ...]
