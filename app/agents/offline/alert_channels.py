"""Where a member wants an alert to be told: "only by telegram", "email me when", "and no one else".

Decided: a channel that is named is the only one, beside the conversation; "no one else" with none named
is the conversation alone. "Text me" is how people say "tell me", and names no channel. "Not by email"
alone names none that is to be told, so it is left in the text, which then is asked back.
"""

import re

_NAME = r"(?:e-?mails?|telegram|slack|discord|web-?hooks?|(?:web |browser )?push(?: notifications?)?|browser)"
_AND = r"(?:,? and |,? or |, | & | \+ )(?:(?:by|via|on|over|to|in) )?(?:my |the )?"
_LIST = rf"(?:my |the |this )?{_NAME}(?:{_AND}{_NAME})*"
_START = r",?\s*\b(?:but |and )?(?:(?:send|deliver|tell|post) (?:it |that |this |me )?)?"
_NAMED = (
    re.compile(
        rf"{_START}(?:only |just )?(?:by|via|on|over|through|to|in|using) (?P<names>{_LIST})(?: (?:only|alone))?\b"
    ),
    re.compile(rf"{_START}(?:only|just) (?P<names>{_LIST})\b"),
    re.compile(rf"{_START}(?P<names>{_LIST}) (?:only|alone)\b"),
)
_VERB = re.compile(
    rf"\b(?:(?P<verb>e-?mail|telegram|slack|discord|push)|(?:send|drop|shoot)) me\b(?: an? (?P<sent>{_NAME}))?"
    r"(?: an?)?(?: message| notification| alert)?"
)
_PLACE = re.compile(rf"\b(?:ping|notify|message|alert|text|tell) my (?P<names>{_NAME})\b")
_NOT = re.compile(
    rf"{_START}(?:not|don'?t|do not|never|no|without)(?: (?:by|via|on|over|through|to|in|send(?: me)?|an?|any|the|my))*"
    rf" {_NAME}(?: me)?\b"
)
_ELSE = re.compile(
    r",?\s*\b(?:and |but )?(?:(?:text|tell|notify|alert|ping|message|e-?mail|send it to|to) )*(?:no ?one|nobody|nowhere) else\b"
)
_HERE = re.compile(
    r",?\s*\b(?:and |but )?(?:only|just) (?:(?:alert|tell|ping) me )?(?:here|in (?:the |this |our )?(?:chat|conversation|thread|app))\b"
    r"|,?\s*\b(?:and |but )?(?:with )?(?:no|without(?: any)?) notifications?\b"
)
_KINDS = (
    ("mail", "email"),
    ("tele", "telegram"),
    ("slack", "slack"),
    ("disc", "discord"),
    ("hook", "webhook"),
    ("push", "web_push"),
    ("browser", "web_push"),
)


def without_channels(text: str) -> tuple[str, list[str] | None]:
    """A text without what says where to tell, and the kinds it names; None where it says nothing."""
    asked = text
    text, is_denied = _NOT.sub("", text), _NOT.search(text) is not None
    named: list[str] = []
    if found := _PLACE.search(text):
        named.append(found["names"])
        text = f"{text[: found.start()]}alert me{text[found.end() :]}"
    if (verb := _VERB.search(text)) and (verb["verb"] or verb["sent"]):
        named += [verb["verb"] or verb["sent"]]
        text = f"{text[: verb.start()]}alert me{text[verb.end() :]}"
    for shape in _NAMED:
        while found := shape.search(text):
            named.append(found["names"])
            text = text[: found.start()] + text[found.end() :]
    is_here = False
    for shape in (_ELSE, _HERE):
        is_here = is_here or shape.search(text) is not None
        text = shape.sub("", text)
    if not named:
        return (asked, None) if is_denied and not is_here else (text, [] if is_here else None)
    words = " ".join(named)
    return text, list(dict.fromkeys(kind for word, kind in _KINDS if word in words))
