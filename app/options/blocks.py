"""Long arrays in pieces that stay in a processor's cache while dozens of operations pass over them."""

from collections.abc import Iterator

import numpy as np

BLOCK = 10_000
"""Rows; 80 kB a column."""

# glibc gives freed memory back to the system beyond twice the largest piece ever freed, and faults it
# in again for the next block, which costs up to a third of all time. Freeing one large piece settles it.
np.empty(1 << 19)


def blocks(length: int) -> Iterator[slice]:
    return (slice(start, start + BLOCK) for start in range(0, length, BLOCK))
