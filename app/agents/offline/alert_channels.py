"""Where a member wants an alert to be told: "only by telegram", "email me when", "and no one else".

Decided: a channel that is named is the only one, beside the conversation; "no one else" with none named
is the conversation alone. "Text me" is how people say "tell me", and names no channel.
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
    r"(?: message| notification| alert)?"
)
_ELSE = re.compile(
    r",?\s*\b(?:and |but )?(?:(?:text|tell|notify|alert|ping|message|e-?mail|send it to|to) )*(?:no ?one|nobody|nowhere) else\b"
)
_HERE = re.compile(
    r",?\s*\b(?:and |but )?(?:only|just) (?:here|in (?:the |this |our )?(?:chat|conversation|thread|app))\b"
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
    named: list[str] = []
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
        return text, [] if is_here else None
    words = " ".join(named)
    return text, list(dict.fromkeys(kind for word, kind in _KINDS if word in words))
