"""How sure a field is: the share of fields with the same evidence that were right when measured.

Decided: a confidence is a measurement, not a feeling. `benchmarks/screenshots.py` counts how many
fields of each kind of evidence and of each band of the worst letter's score are right over rendered
pictures, clean and worn; these are the lower ends of the counts' 95 % intervals (Wilson). A checked
field is never less sure than one that was only read. What was seen too seldom is measured together:
letters clear or faint, doubted fields of every lower score. An expiry that was derived was not measured
and gets an even chance; a field that two readers agree on is as sure as its letters.
"""

from collections.abc import Mapping, Sequence

from app.screenshots.models import Evidence, Seen

BANDS = (0.9, 0.7, 0.5, 0.0)
"""The lowest score of each."""

_EVEN = 0.5
_READ = (0.993, 0.983, 0.978, 0.75)
_MEASURED: Mapping[Evidence, Sequence[float]] = {
    Evidence.CHECKED: (0.999, 0.983, 0.978, 0.75),
    Evidence.AGREED: _READ,
    Evidence.CLEAR: _READ,
    Evidence.FAINT: _READ,
    Evidence.DOUBTED: (0.64, 0.24, 0.24, 0.24),
}


def confidence(seen: Seen) -> float:
    """Between 0 and 1."""
    measured = _MEASURED.get(seen.evidence)
    return _EVEN if measured is None else measured[band(seen.score)]


def band(score: float) -> int:
    """Which of the bands a score falls into."""
    return next(place for place, lowest in enumerate(BANDS) if score >= lowest)
