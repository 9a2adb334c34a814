"""Identifiers: UUID version 7, so that keys sort by the time they were made.

Layout by RFC 9562, section 5.7: 48 bits of Unix milliseconds, then version, variant and 74 random
bits. The standard library gains `uuid7` in Python 3.14, which Chainlit does not support yet.
"""

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """A fresh UUIDv7."""
    milliseconds = time.time_ns() // 1_000_000
    random_a = secrets.randbits(12)
    random_b = secrets.randbits(62)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (random_a << 64) | (0b10 << 62) | random_b)
