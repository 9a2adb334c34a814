"""Text from outside without what nobody sees in it.

Decided: signs that show nothing (Unicode's format signs, its tags, fillers and variation selectors) are
dropped, for a reader of models sees them and a person does not; what ends or moves a line is a space.
"""

import unicodedata

_SPACES = frozenset({"Cc", "Zl", "Zp"})
_DROPPED = frozenset({"Cf", "Cs"})
_FILLERS = frozenset(
    chr(point)
    for first, last in (
        (0x034F, 0x034F),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x2065, 0x2065),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0),
        (0xE0000, 0xE0FFF),
    )
    for point in range(first, last + 1)
)
"""Unicode counts them as letters, marks or nothing, and they show nothing either."""


def visible(text: str) -> str:
    """`text` with its line ends, and nothing else that is not seen."""
    return "".join(map(_seen, text))


def one_line(text: str) -> str:
    """What is seen of `text`, with single spaces between its words."""
    return " ".join(visible(text).split())


def _seen(sign: str) -> str:
    if sign == "\n":
        return sign
    kind = unicodedata.category(sign)
    if kind in _SPACES:
        return " "
    return "" if kind in _DROPPED or sign in _FILLERS else sign
