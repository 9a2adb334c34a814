"""The call that "why this one?" means after a list of opportunities: the row by its place or symbol.

Decided: only right after such a list, and only where nothing else is asked: "why is amd down" is news.
"""

import re

from app.agents.offline.mentions import Kind
from app.agents.offline.plans import Call, Frame
from app.agents.offline.reading import Reading

_SHOWING = ("scan_options", "scan_market", "list_opportunities")
_PLACES = {
    word: place
    for place, words in enumerate(
        ("first|top|best|1st", "second|2nd", "third|3rd", "fourth|4th", "fifth|5th", "sixth|6th",
         "seventh|7th", "eighth|8th", "ninth|9th", "tenth|10th"),
        start=1,
    )
    for word in words.split("|")
}  # fmt: skip
_WHICH = (
    rf"(?:this|that|it|stock|(?:the )?(?P<place>{'|'.join(_PLACES)})"
    r"|(?:the )?(?:number|no\.?|#|row) ?(?P<row>\d\d?))"
)
_NOUN = r"(?: one| stock| name| setup| pick| row| trade| opportunity)?"
_WHERE = r"(?: here| first| on top| picked| there| in there| a setup| a pick| (?:on|in) (?:the|this|that|your) list)?"
_WHY = re.compile(
    rf"^(?:so |and |but |ok |okay )*(?:why(?: is| was| did you (?:pick|choose|show|list)(?: me)?)?|what (?:makes|made)|what speaks for|explain) {_WHICH}{_NOUN}{_WHERE}$"
)


def why_calls(reading: Reading, frame: Frame) -> list[Call]:
    """Empty where no row of a list is asked about."""
    if not frame.calls or frame.calls[-1].name not in _SHOWING:
        return []
    found = _WHY.match(_masked(reading))
    if found is None:
        return []
    if named := reading.whole.values(Kind.SYMBOL):
        return [Call("explain_opportunity", {"symbol": named[0]})]
    row = _PLACES[found["place"]] if found["place"] else int(found["row"] or 1)
    return [Call("explain_opportunity", {} if row == 1 else {"row": row})]


def _masked(reading: Reading) -> str:
    """With symbols as a word of their kind, and everything else as it was written."""
    low, parts, position = reading.canvas.low, [], 0
    for mention in reading.canvas.mentions:
        if mention.kind is Kind.SYMBOL:
            parts += [low[position : mention.start], "stock"]
            position = mention.end
    return re.sub(r"\s+", " ", "".join([*parts, low[position:]])).strip(" ?!.")
