"""Long arrays in pieces that stay in a processor's cache while dozens of operations pass over them."""

from collections.abc import Iterator

BLOCK = 8192
"""Rows; 64 kB a column, so that some twenty columns fit a megabyte."""


def blocks(length: int) -> Iterator[slice]:
    return (slice(start, start + BLOCK) for start in range(0, length, BLOCK))
