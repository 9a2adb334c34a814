"""Alerts as one would write them for a loop that asks each of them at every tick: peers of the index.

Four kinds, repeating, with the rules of the product and none of its hours, days, expiry, snoozing,
moving levels, refused ticks or storable states.
"""


def width_of(level: float) -> float:
    return level * 0.0005


def rearm_of(level: float) -> float:
    return level * 0.001


class Above:
    __slots__ = ("back", "is_armed", "level", "number", "rearm")

    def __init__(self, level: float, price: float) -> None:
        self.level, self.back, self.rearm = level, level, level - rearm_of(level)
        self.is_armed, self.number = price <= level, 0

    def check(self, price: float) -> bool:
        if self.is_armed:
            if price > self.level:
                self.is_armed = False
                self.back = self.rearm
                self.number += 1
                return True
        elif price <= self.back:
            self.is_armed = True
        return False


class Below:
    __slots__ = ("back", "is_armed", "level", "number", "rearm")

    def __init__(self, level: float, price: float) -> None:
        self.level, self.back, self.rearm = level, level, level + rearm_of(level)
        self.is_armed, self.number = price >= level, 0

    def check(self, price: float) -> bool:
        if self.is_armed:
            if price < self.level:
                self.is_armed = False
                self.back = self.rearm
                self.number += 1
                return True
        elif price >= self.back:
            self.is_armed = True
        return False


class Within:
    """`side` is where it is armed: 1 above, -1 below, 0 not yet, 2 not again."""

    __slots__ = ("far_high", "far_low", "high", "low", "number", "side")

    def __init__(self, level: float, price: float) -> None:
        width, rearm = width_of(level), rearm_of(level)
        self.low, self.high = level - width, level + width
        self.far_low, self.far_high = self.low - rearm, self.high + rearm
        self.side, self.number = (price > self.high) - (price < self.low), 0

    def check(self, price: float) -> bool:
        side = self.side
        if (side == -1 and price < self.low) or (side == 1 and price > self.high):
            return False
        if side == 0:
            self.side = (price > self.high) - (price < self.low)
            return False
        far = (price >= self.far_high) - (price <= self.far_low)
        self.side = far or 2
        if side == 2:
            return False
        self.number += 1
        return True


class ThreeTests:
    """`side` as above; `is_inside` while a test goes on."""

    __slots__ = ("far_high", "far_low", "high", "is_inside", "low", "number", "side")

    def __init__(self, level: float, price: float) -> None:
        width, rearm = width_of(level), rearm_of(level)
        self.low, self.high = level - width, level + width
        self.far_low, self.far_high = self.low - rearm, self.high + rearm
        self.side, self.number = (price > self.high) - (price < self.low), 0
        self.is_inside = False

    def check(self, price: float) -> bool:
        if self.side < 0:
            if price < self.low:
                return False
            self.is_inside, self.side = True, 0
        elif self.side > 0:
            if price > self.high:
                return False
            self.is_inside, self.side = True, 0
        if not self.is_inside:
            self.side = (price > self.high) - (price < self.low)
            return False
        if price >= self.far_high:
            self.side = 1
        elif price <= self.far_low:
            self.side = -1
        else:
            return False
        self.is_inside = False
        self.number += 1
        return self.number == 3


Plain = Above | Below | Within | ThreeTests
PLAIN: tuple[type[Plain], ...] = (Above, Below, Within, ThreeTests)
