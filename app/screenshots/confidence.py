"""How sure a field is: the share of fields with the same evidence that were right when measured.

Decided: a confidence is a measurement, not a feeling. `benchmarks/screenshots.py` counts how many
fields of each kind of evidence and of each band of the worst letter's score are right over rendered
pictures, clean and worn; these are the lower ends of the counts' 95 % intervals (Wilson), never more
for a lower score than for a higher one. A doubted field and an expiry whose year was derived were
seen too seldom to be measured and get an even chance; one that two readers agree on was not measured
and is as sure as its letters.
"""

from collections.abc import Mapping, Sequence

from app.screenshots.models import Evidence, Seen

BANDS = (0.9, 0.7, 0.5, 0.0)
"""The lowest score of each."""

_EVEN = 0.5
_READ = (0.999, 0.99, 0.95, 0.5)
_MEASURED: Mapping[Evidence, Sequence[float]] = {
    Evidence.CHECKED: (0.999, 0.99, 0.98, 0.9),
    Evidence.AGREED: _READ,
    Evidence.CLEAR: _READ,
    Evidence.FAINT: _READ,
}


def confidence(seen: Seen) -> float:
    """Between 0 and 1."""
    measured = _MEASURED.get(seen.evidence)
    return _EVEN if measured is None else measured[band(seen.score)]


def band(score: float) -> int:
    """Which of the bands a score falls into."""
    return next(place for place, lowest in enumerate(BANDS) if score >= lowest)
