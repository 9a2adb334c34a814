"""What makes a change of alerts doubtful: "don't drop it", "all but SPY", "turn them off after 4pm".

Decided: a change is put on a card only where the sentence asks for that one change, now. A word that
turns it, limits it or asks about it is asked back, since half of a sentence is another wish.
"""

import re

from app.agents.offline import replies
from app.agents.offline.mentions import Kind
from app.agents.offline.reading import Reading

SNOOZE = re.compile(
    r"(?<!un-)\b(?:snooze|mute|silence)\b|\bquiet (?:it|that|this|them|all|everything|(?:the|my) .*|.*alerts?)(?!\w)"
)
REARM = re.compile(
    r"\bre-?arm\b|\barm (?:it|that|this|them|the .*|my .*) again\b|\b(?:turn|switch) (?:it|that|(?:the|my) (?:\w+ )?alerts?) back on\b|\breactivate\b"
    r"|\bun-?(?:snooze|mute|silence)\b"
)
DROP = re.compile(
    r"\b(?:drop|delete|remove|cancel|kill|clear|turn off|get rid of|forget|disable|stop)\b(?: watching)?"
)
_UNTIL = re.compile(r"\b(?:until|till?)\b.*$")
_MAKES = re.compile(
    r"(?<!\bi )(?<!\byou )\b(?:set|create|make|add|put|draft|replace|change|move|switch)\b(?! (?:it|that|this|them|(?:the|my) (?:\w+ )?alerts?) (?:back on|off))"
)
_NEGATED = re.compile(
    r"\b(?:don'?t|do not|never(?! ?mind)|not|cannot|can'?t|won'?t|didn'?t|instead of|rather than|without)\b"
)
_NOT_ALL = re.compile(
    r"\b(?:except|excluding|besides|other than|apart from|aside from|unless|save for|but|keep|leave)\b"
)
_LATER = re.compile(
    r"\b(?:after|before|between|during|while|when(?:ever)?|if(?! (?:you|possible))|once(?! more)|starting|overnight|at night|weekends?|outside)\b"
)
_SOME = re.compile(
    r"\b(?:alerts|all|every\w*|ones)\b.*\b(?:fired|expired|triggered|hit|gone off|went off|older|newer|snoozed|muted|armed)\b"
    r"|\b(?:fired|expired|triggered|old|older|snoozed|muted|armed)\b.*\balerts\b|\b(?:oldest|newest|first|second|third)\b"
)
_FOR = re.compile(r"\bfor (?:\d|an? |half|one|two|three|four|five|ten)")
_START = r"^(?:so |and |but |hey |ok |okay |coach |well |then )*"
_ASKS_BACK = re.compile(
    rf"{_START}(?:should|shall|how (?:do|can|would|should)|can i|could i|may i|must i|is there|is it|would it|do you think)\b"
)
_ASKS_OTHERS = re.compile(
    rf"{_START}(?:which|what|any|how (?:many|often|come)|why|who|where|when|did|does|do (?:i|you|we|my|the)|has|have|had|was|were|is|are|am)\b"
)
_UNASKED = re.compile(
    r"^(?:please |ok |and |hey |coach )*(?:don'?t|do not|never|no longer) (?:\w+ )?(?:alert|notify|ping|text|e-?mail|warn|wake|buzz|message|remind|tell)(?:ing)? me\b"
)


def is_other_question(low: str) -> bool:
    """Whether it only asks about what is, or was, done."""
    return not _ASKS_BACK.search(low) and bool(_ASKS_OTHERS.search(low))


def is_unasked(low: str) -> bool:
    """ "Don't alert me when …": no wish for an alert."""
    return bool(_UNASKED.search(low))


def makes_first(low: str) -> bool:
    """Whether an alert is to be made, and "drop" or "stop" only stands in what it waits for."""
    makes, drops = _MAKES.search(low), DROP.search(low)
    return makes is not None and (drops is None or makes.start() < drops.start())


def doubt_about(low: str, reading: Reading) -> str:
    """What to ask back about a change; empty where it is plain."""
    plain = _UNTIL.sub("", low)
    if _ASKS_BACK.search(low) or _NEGATED.search(plain):
        return replies.ASK_CHANGE
    if _NOT_ALL.search(low) or _SOME.search(plain):
        return replies.ASK_CHANGE_EXCEPT
    wishes = sum(bool(each.search(plain)) for each in (SNOOZE, REARM, DROP, _MAKES))
    if wishes > 1 or len(_FOR.findall(plain)) > 1:
        return replies.ASK_CHANGE
    return replies.ASK_CHANGE_NOW if _is_later(plain, reading) else ""


def _is_later(plain: str, reading: Reading) -> bool:
    moments = [
        each
        for each in reading.canvas.mentions
        if each.kind in (Kind.DAY, Kind.TIME) and each.end <= len(plain)
    ]
    return bool(moments or _LATER.search(plain))
