"""First passages: when, from some moment on, a price first left the space between two others.

Decided: over the prices lie the lows and highs of every eight, of every sixty-four and so on. A search
climbs until eight such blocks hold what it looks for and then goes down into the first that does, so it
costs the logarithm of the wait; thousands of searches go side by side. Eight comparisons are eight bytes
and looked at as one integer, whose lowest byte set is the first that is true.
"""

import sys

import numpy as np
from numpy.typing import NDArray

from app.market.models import Floats, Ints

WIDTH = 8
_SHIFT = 3
_PART = 1 << 11
"""Blocks taken together at a time, so that they stay in the processor's cache."""
_FROM = np.array([(1 << 64) - (1 << 8 * byte) for byte in range(WIDTH)], dtype=np.uint64)
"""Bytes from this one on."""
Words = NDArray[np.uint64]

if sys.byteorder != "little":
    raise ImportError("the first of eight bytes has to be the lowest")


class Passages:
    """Prices in any number of rows, which can be searched. Their count is a multiple of eight."""

    def __init__(self, prices: Floats) -> None:
        self.count = len(prices)
        self._lows = [np.ascontiguousarray(prices).reshape(-1, WIDTH)]
        self._highs = [self._lows[0]]
        while len(self._lows[-1]) > 1:
            low, high = _blocks(self._lows[-1], self._highs[-1])
            self._lows.append(low)
            self._highs.append(high)

    def ranges(self, starts: Ints) -> tuple[Floats, Floats]:
        """The low and high from each start, a multiple of eight, to the next one."""
        if len(self._lows) == 1:
            return self._lows[0].min(axis=1), self._highs[0].max(axis=1)
        low, high = self._lows[1].reshape(-1), self._highs[1].reshape(-1)
        used, blocks = self.count // WIDTH, starts // WIDTH
        return np.minimum.reduceat(low[:used], blocks), np.maximum.reduceat(high[:used], blocks)

    def first(self, start: Ints, down: Floats, up: Floats) -> Ints:
        """The first position from `start` on whose price is at or below `down`, or at or above `up`;
        the number of prices where there is none."""
        found = np.full(len(start), self.count)
        who, at = np.arange(len(start)), start
        climbed: list[tuple[Ints, Ints]] = []
        for level, lows in enumerate(self._lows):
            block = at >> _SHIFT
            if len(block) and int(block.max()) >= len(lows):
                inside = np.flatnonzero(block < len(lows))
                who, at, block = who.take(inside), at.take(inside), block.take(inside)
            words = self._true(level, block, down.take(who), up.take(who))
            words &= _FROM.take(at & (WIDTH - 1))
            hit = np.flatnonzero(words)
            places = (block.take(hit) << _SHIFT) + _lowest(words.take(hit))
            climbed.append((who.take(hit), places))
            if len(hit) == len(who):
                break
            missed = np.flatnonzero(words == 0)
            who, at = who.take(missed), block.take(missed) + 1
        self._descend(climbed, found, down, up)
        return found

    def _descend(
        self, climbed: list[tuple[Ints, Ints]], found: Ints, down: Floats, up: Floats
    ) -> None:
        """From blocks that hold a passage down to the passages themselves."""
        who, at = climbed[-1]
        for level in range(len(climbed) - 2, -1, -1):
            at = (at << _SHIFT) + _lowest(self._true(level, at, down.take(who), up.take(who)))
            more, places = climbed[level]
            who, at = np.concatenate((who, more)), np.concatenate((at, places))
        found[who] = at

    def _true(self, level: int, block: Ints, down: Floats, up: Floats) -> Words:
        """Per block a word whose bytes say which of its eight parts have a passage."""
        lows = self._lows[level].take(block, axis=0)
        highs = lows if level == 0 else self._highs[level].take(block, axis=0)
        true = lows <= down[:, None]
        true |= highs >= up[:, None]
        return true.view(np.uint64).reshape(-1)


def _lowest(words: Words) -> Ints:
    """The lowest byte that is set: a power of two as a float is its exponent."""
    lowest = words & (~words + np.uint64(1))
    exponents = lowest.astype(np.float64).view(np.int64) >> 52
    places: Ints = (exponents - 1023) >> _SHIFT
    return places


def _blocks(lows: Floats, highs: Floats) -> tuple[Floats, Floats]:
    """Each row's lowest and highest, in rows of eight, the last ones filled up.

    Rows are laid on their side first: columns of eight are compared many times as fast.
    """
    count = len(lows)
    room = -(-count // WIDTH) * WIDTH
    low, high = np.full(room, np.inf), np.full(room, -np.inf)
    for first in range(0, count, _PART):
        stop = min(first + _PART, count)
        lying = np.ascontiguousarray(lows[first:stop].T)
        np.minimum.reduce(lying, axis=0, out=low[first:stop])
        if highs is not lows:
            lying = np.ascontiguousarray(highs[first:stop].T)
        np.maximum.reduce(lying, axis=0, out=high[first:stop])
    return low.reshape(-1, WIDTH), high.reshape(-1, WIDTH)
