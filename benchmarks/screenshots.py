"""Screenshots by recognition alone: which fields are found, which are right, what that says of doubt.

200 pictures of six screens of five brokers, and of orders, chains, watch lists and letters, rendered
into a temporary folder by a seed and never kept. A field is right if it equals the truth; one that is
read where the screen shows none is invented. Rows of a screen are told apart by their underlyings.
Half of them are read again worn, as if they had been sent on too often: only there are letters misread
often enough to say what a low score is worth, so confidence is measured over both.
"""

import asyncio
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal
from math import sqrt
from pathlib import Path
from time import perf_counter

import psutil

from app.screenshots.confidence import BANDS, band
from app.screenshots.models import Evidence, FieldName, PositionRow, Value
from app.screenshots.readers.local import LocalRecogniser
from benchmarks.skins.book import Truth
from benchmarks.skins.gallery import Picture, render, worn

ON_REQUEST = True
COUNT = 200
SEED = 2026
_MEGABYTE = 2**20


class Tally:
    """Counts by field, by broker and by evidence."""

    def __init__(self) -> None:
        self.fields: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.brokers: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.evidence: defaultdict[tuple[Evidence, int], Counter[str]] = defaultdict(Counter)
        self.rows: Counter[str] = Counter()

    def add(self, picture: Picture, rows: Sequence[PositionRow]) -> None:
        """Count one picture."""
        left = list(rows)
        for truth in picture.truth:
            row = next((each for each in left if _names(each, truth)), None)
            self.rows["shown"] += 1
            if row is None:
                self.rows["missed"] += 1
            else:
                left.remove(row)
            for name in FieldName:
                self._add_field(picture.broker, name, truth[name.value], row)
        self.rows["invented"] += len(left)

    def _add_field(
        self, broker: str, name: FieldName, truth: str | None, row: PositionRow | None
    ) -> None:
        seen = row.fields.get(name) if row else None
        for counts in (self.fields[name.value], self.brokers[broker]):
            counts["shown"] += truth is not None
            counts["read"] += seen is not None
            counts["invented"] += seen is not None and truth is None
            counts["right"] += seen is not None and _same(truth, seen.value)
        if seen is not None:
            counts = self.evidence[(seen.evidence, band(seen.score))]
            counts["read"] += 1
            counts["right"] += _same(truth, seen.value)


def run() -> None:
    """Render, read and print."""
    with tempfile.TemporaryDirectory() as folder:
        pictures = render(Path(folder), COUNT, SEED)
        tally, seconds, memory = asyncio.run(_read(pictures))
        hard, _, _ = asyncio.run(_read(worn(pictures[: COUNT // 2], SEED)))
    _print_fields(tally, f"{COUNT} pictures, seed {SEED}")
    _print_fields(hard, f"{COUNT // 2} of them worn")
    _print_evidence(tally, hard)
    ordered = sorted(seconds)
    print(
        f"\na picture: median {ordered[len(ordered) // 2]:.1f} s, 95 % within "
        f"{ordered[int(len(ordered) * 0.95)]:.1f} s; the reader held {memory:.0f} MB at most"
    )


def _print_fields(tally: Tally, title: str) -> None:
    print(f"{title}; rows: {dict(tally.rows)}\n")
    for title, table in (("field", tally.fields), ("screen", tally.brokers)):
        print(
            f"| {title} | shown | found | right of those read | invented |\n| --- | --- | --- | --- | --- |"
        )
        for name, counts in table.items():
            if counts["shown"] or counts["read"]:
                print(f"| {name} | {_shares(counts)} | {counts['invented']} |")
        print()


def _print_evidence(*tallies: Tally) -> None:
    together: defaultdict[tuple[Evidence, int], Counter[str]] = defaultdict(Counter)
    for tally in tallies:
        for kind, counts in tally.evidence.items():
            together[kind].update(counts)
    print("| evidence | worst letter from | read | right | at least (95 %) |")
    print("| --- | --- | --- | --- | --- |")
    for (evidence, place), counts in sorted(together.items()):
        share = f"{counts['read']} | {counts['right']} | {_at_least(counts):.4f}"
        print(f"| {evidence.value} | {BANDS[place]} | {share} |")


async def _read(pictures: Sequence[Picture]) -> tuple[Tally, list[float], float]:
    tally, seconds, memory = Tally(), [], 0.0
    recogniser = LocalRecogniser()
    for picture in pictures:
        started = perf_counter()
        sight = await recogniser.see(picture.path.read_bytes())
        seconds.append(perf_counter() - started)
        tally.add(picture, sight.reading.rows)
        held = psutil.Process(recogniser.pid).memory_info().rss / _MEGABYTE
        memory = max(memory, held)
    await recogniser.close()
    return tally, seconds, memory


def _names(row: PositionRow, truth: Truth) -> bool:
    return row.value(FieldName.UNDERLYING) == truth["underlying"]


def _same(truth: str | None, value: Value) -> bool:
    if truth is None:
        return False
    return value == Decimal(truth) if isinstance(value, Decimal) else str(value) == truth


def _shares(counts: Counter[str]) -> str:
    found = counts["right"] / counts["shown"] if counts["shown"] else 0
    right = counts["right"] / counts["read"] if counts["read"] else 0
    return f"{counts['shown']} | {found:.2%} | {right:.2%}"


def _at_least(counts: Counter[str]) -> float:
    """The lower end of Wilson's interval of 95 %."""
    n, share, z = counts["read"], counts["right"] / counts["read"], 1.96
    middle = share + z * z / (2 * n)
    spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (middle - spread) / (1 + z * z / n)
