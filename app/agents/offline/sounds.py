"""What a name sounds like, for names that were dictated or spelled by ear.

Decided: a key, not a distance. Two spellings with one key are one name ("tesler" and "Tesla",
"micro soft" and "Microsoft"); anything less alike is left to `nearest`, or asked back.
"""

import re

_SOUNDS = (
    (r"ph", "f"),
    (r"wr", "r"),
    (r"^kn", "n"),
    (r"mac(?=[^aeiouy])", "mc"),
    (r"ck|q|c(?=[^eihy]|$)|ch(?=[rl])", "k"),
    (r"c(?=[eiy])|z", "s"),
    (r"x", "ks"),
    (r"dg", "j"),
    (r"gh", "g"),
    (r"(?:er|or|ar|ah|a|re)s?$", "a"),
    (r"(.)\1+", r"\1"),
    (r"[eiy]+", "i"),
    (r"(?:ou|oo|ow|au|aw)", "o"),
)
_SOUND = [(re.compile(pattern), sound) for pattern, sound in _SOUNDS]
SHORTEST = 5
"""Letters from which a name is told by its sound; shorter ones sound like too much."""


def sounds_of(name: str) -> tuple[str, ...]:
    """The keys of a name: word by word, and run together; none if it is too short."""
    words = [word for word in re.findall(r"[a-z]+", name.lower()) if word not in ("and", "an", "n")]
    if sum(map(len, words)) < SHORTEST:
        return ()
    return tuple({"".join(map(_sound, words)), _sound("".join(words))})


def _sound(word: str) -> str:
    for pattern, sound in _SOUND:
        word = pattern.sub(sound, word)
    return word
