"""Chance that is the same in every process, on every machine.

Decided: numbers come from Philox's raw stream, keyed by a stable hash of words. NumPy promises the
raw stream for ever, its distributions not, so uniforms and normals are made here.
"""

import hashlib

import numpy as np

from app.market.models import Floats


def uniforms(count: int, *words: object) -> Floats:
    """`count` numbers in (0, 1], always the same for the same words."""
    digest = hashlib.blake2b("\x1f".join(map(str, words)).encode(), digest_size=16).digest()
    key = np.frombuffer(digest, dtype="<u8")
    raw = np.random.Philox(key=key).random_raw(count)
    return ((raw >> np.uint64(11)).astype(np.float64) + 1.0) * 2.0**-53


def normals(count: int, *words: object) -> Floats:
    """`count` standard normal numbers (Box and Muller, 1958), always the same for the same words."""
    half = (count + 1) // 2
    chance = uniforms(2 * half, *words)
    radius = np.sqrt(-2.0 * np.log(chance[:half]))
    angle = 2.0 * np.pi * chance[half:]
    return np.concatenate((radius * np.cos(angle), radius * np.sin(angle)))[:count]
