"""How sure a field is: the share of fields with the same evidence that were right when measured.

Decided: a confidence is a measurement, not a feeling. `benchmarks/screenshots.py` counts how many
fields of each kind of evidence are right over the rendered set; these are the lower ends of the
counts' 95 % intervals (Wilson), so more pictures can only raise them. A doubted field was seen too
seldom to be measured and gets an even chance; one that two readers agree on was not measured and is
counted as clearly read.
"""

from app.screenshots.models import Evidence, Seen

MEASURED = {
    Evidence.AGREED: 0.999,
    Evidence.CHECKED: 0.999,
    Evidence.CLEAR: 0.999,
    Evidence.FAINT: 0.996,
    Evidence.DERIVED: 0.5,
    Evidence.DOUBTED: 0.5,
}


def confidence(seen: Seen) -> float:
    """Between 0 and 1."""
    return MEASURED[seen.evidence]
