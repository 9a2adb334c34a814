"""Long arrays in pieces that stay in a processor's cache while dozens of operations pass over them."""

from collections.abc import Iterator

BLOCK = 10_000
"""Rows; 80 kB a column."""


def blocks(length: int) -> Iterator[slice]:
    return (slice(start, start + BLOCK) for start in range(0, length, BLOCK))
