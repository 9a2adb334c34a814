"""Which tool's examples a clause is most like, for clauses without a cue.

Decided: examples and clauses are compared with their entities masked ("where is stock trading"), so
that what is alike is the question and not the ticker. Foils, questions we must not call a tool for,
stand among the examples and win where they are nearer. A trade is read by its words or not at all.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from app.agents.offline.intents import Intent
from app.core.errors import ProviderUnavailable
from app.infra.embeddings import Vectors, load_minilm, remembered

ALIKE = 0.52
"""Cosine from which two masked questions count as alike; below it everything resembles everything."""

FOILS = (
    "write me a poem",
    "tell me a joke",
    "what is the weather like",
    "who is the president",
    "how do I cook pasta",
    "translate this sentence",
    "who won the game last night",
    "what is the meaning of life",
    "write some python code",
    "recommend me a movie",
    "I feel sad today",
    "what time is it",
    "how old are you",
    "do you love me",
    "I like trains",
    "book me a flight",
    "what is the capital of a country",
    "you are stupid",
    "lorem ipsum dolor sit amet",
    "my dog is sick",
)


class Likeness:
    """Nearest examples by embedding; says nothing if no embeddings are installed."""

    def __init__(
        self,
        examples: Mapping[str, Sequence[str]],
        mask: Callable[[str], str],
        folder: Path | None = None,
    ) -> None:
        self._folder = folder
        self._mask = mask
        self._examples = examples

    @cached_property
    def _rows(self) -> tuple[list[Intent], list[str]]:
        rows = [
            (Intent(name), self._mask(question))
            for name, questions in self._examples.items()
            if name in set(Intent) and name != Intent.DRAFT
            for question in questions
        ]
        rows += [(Intent.OFF_TOPIC, foil) for foil in FOILS]
        return [intent for intent, _ in rows], [text for _, text in rows]

    @cached_property
    def _vectors(self) -> Vectors:
        return remembered(self._rows[1], self._folder)

    def intent(self, masked: str) -> Intent:
        """The intent of the nearest examples: the best sum of the two nearest of each."""
        if not masked.strip():
            return Intent.NONE
        try:
            likeness = self._vectors @ load_minilm().embed([masked])[0]
        except ProviderUnavailable:
            return Intent.NONE
        sums: dict[Intent, float] = {}
        for intent in set(self._rows[0]):
            of_it = np.array([each is intent for each in self._rows[0]])
            sums[intent] = float(np.sort(likeness[of_it])[-2:].mean())
        best = max(sums, key=lambda each: sums[each])
        return best if sums[best] >= ALIKE else Intent.NONE
