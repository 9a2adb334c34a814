"""What a question about keeping scans comes to: one saved, scheduled, stopped, deleted, or all listed.

Decided: "this scan" is the scan of the last answer, whose arguments are repeated; where the last answer
was none, the tool asks which. A name is taken as it was written.
"""

import re
from typing import Any

from app.agents.offline.intents import Intent
from app.agents.offline.option_scan_asking import asked_of_option_scans
from app.agents.offline.plans import Asked, Call, Frame
from app.agents.offline.reading import Reading
from app.agents.offline.scan_asking import scan_calls

_TOOL = "save_scan"
_SCANNED = {"scan_market": "scan", "scan_options": "options"}
_OTHERS = frozenset({Intent.REFUSED, Intent.ALERT, Intent.JOURNAL, Intent.BACKTEST, Intent.ORDER})
_MOMENTARY = ("limit", "as_of")
_EVERY = re.compile(
    r"\b(?:(?:every|each|once an?|per|once every)\s+(?P<each>day|morning|evening|hour|5 ?-?(?:minutes?|mins?|m)|five minutes)"
    r"|(?P<adverb>daily|hourly)(?! (?:bars?|charts?|candles?|timeframe)\b))\b",
    re.IGNORECASE,
)
_WORDS = {"d": "day", "m": "day", "e": "day", "h": "hour", "5": "5 minutes", "f": "5 minutes"}
_SCAN = r"(?:scans?|screens?|screeners?|search(?:es)?)"
_THIS = rf"(?:it|this|that|(?:this|that|the(?: last)?|my last)(?: \w+)? {_SCAN})"
_SAVE = re.compile(
    rf"^(?:please |ok |and |also |can you |could you |now )*(?:save|keep|store|bookmark) {_THIS}"
    r"(?:(?: as| under| called| named| under the name| as a scan called)(?: the name)? (?P<name>.+))?$",
    re.IGNORECASE,
)
_SAVE_NEW = re.compile(
    rf"^(?:please |can you |could you )*(?:save|create|make|set up|store|schedule) an? (?:new )?(?P<what>.*\b{_SCAN}\b.*?)"
    r"(?: (?:as|called|named|under) (?P<name>.+))?$",
    re.IGNORECASE,
)
_RUN_IT = re.compile(
    rf"^(?:please |ok |and |also |can you |could you |now )*(?:run|re-?run|repeat|schedule|do|refresh) {_THIS}(?: for me| by itself| again| automatically)*$",
    re.IGNORECASE,
)
_RUN_SAVED = re.compile(
    rf"^(?:please |and |can you |could you )*(?:run|re-?run|repeat|schedule|change|switch|set) (?:the|my) (?P<which>.+? {_SCAN})(?: to(?: run)?| running)?$",
    re.IGNORECASE,
)
_STOP = re.compile(
    rf"^(?:please |and |can you |could you )*(?:stop|pause|unschedule|turn off|switch off|cancel|halt)(?: running| doing)? (?:the |my |that |this )?(?P<which>.*?\b{_SCAN}|it)(?: from running| running)?$",
    re.IGNORECASE,
)
_DELETE = re.compile(
    rf"^(?:please |and |can you |could you )*(?:delete|remove|drop|forget|get rid of) (?:the |my |that |this )(?P<which>.*?\b{_SCAN})$",
    re.IGNORECASE,
)
_LIST = re.compile(
    rf"\b(?:what|which|list|show(?: me)?|how many|see|any)\b.*\b(?:{_SCAN}) (?:(?:do|have|did) )?i(?:'ve)? (?:have |had )?(?:have|saved?|got|set up|made|keep)\b"
    rf"|^(?:what are |list |show |show me |see |give me )?(?:all |of )*my (?:saved |running |scheduled )?{_SCAN}$"
    rf"|\b(?:which|what|how many) (?:of my )?(?:saved )?{_SCAN} (?:are |do i have )?(?:running|scheduled|saved|on|active)\b"
    rf"|^(?:list |show |show me )?(?:the )?(?:saved|running|scheduled) {_SCAN}$|\bdo i have (?:any )?(?:saved |running )?{_SCAN}\b",
    re.IGNORECASE,
)
_SHARED = re.compile(
    rf"\b(?:shared|public|community) {_SCAN}\b|\b{_SCAN} (?:\w+ ){{0,4}}(?:share|shared)\b"
    rf"|\bothers'? {_SCAN}\b",
    re.IGNORECASE,
)
_OF_SCAN = re.compile(rf"\s*\b{_SCAN}\b\s*$", re.IGNORECASE)
_AND = re.compile(r"[\s,]*(?:\b(?:and|then|to)\b[\s,]*)?(?:\b(?:run|re-?run|repeat|schedule)\b(?:\s+(?:it|this|that))?)?[\s,]*$", re.IGNORECASE)  # fmt: skip


def asked_of_saved_scans(reading: Reading, frame: Frame) -> Asked:
    """Empty where nothing is asked of saved scans."""
    text = reading.canvas.text.strip(" ?!.")
    if _SHARED.search(text):
        return Asked([Call("list_scans", {"shared": True})])
    if _LIST.search(text):
        return Asked([Call("list_scans", {})])
    for wanted, shape in (("delete", _DELETE), ("stop", _STOP)):
        if found := shape.match(text):
            return _of_saved(wanted, found["which"], frame)
    if any(wish.intent in _OTHERS for wish in reading.wishes):
        return Asked()
    return _kept(reading, frame, text)


def _kept(reading: Reading, frame: Frame, text: str) -> Asked:
    """A scan saved or scheduled."""
    every = _every(text)
    bare = _without(text)
    if found := _SAVE.match(bare):
        return _of_last(frame, {"name": found["name"] or ""} | every)
    if every and _RUN_IT.match(bare):
        return _of_last(frame, every, schedules=True)
    if every and (found := _RUN_SAVED.match(bare)):
        return _schedule(found["which"], every)
    found = _SAVE_NEW.match(bare)
    if found is None and not every:
        return Asked()
    return _new(reading, found, bare, every)


def _new(reading: Reading, found: re.Match[str] | None, bare: str, every: dict[str, Any]) -> Asked:
    what = found["what"] if found else bare
    calls = scan_calls(reading, what) or asked_of_option_scans(reading, Frame()).calls
    if len(calls) != 1 or calls[0].name not in _SCANNED:
        return Asked()
    name = {"name": found["name"]} if found and found["name"] else {}
    kept = {_SCANNED[calls[0].name]: dict(calls[0].arguments)}
    return Asked([Call(_TOOL, name | every | kept)])


def _every(text: str) -> dict[str, Any]:
    found = _EVERY.search(text)
    if found is None:
        return {}
    word = (found["each"] or found["adverb"]).lower()
    return {"every": _WORDS[word[0]]}


def _without(text: str) -> str:
    """The words without how often, and without "and run it" before that."""
    found = _EVERY.search(text)
    if found is None:
        return text
    before = text[: found.start()].rstrip()
    if not _RUN_IT.match(before):
        before = _AND.sub("", before)
    return f"{before} {text[found.end() :].strip(' ,')}".strip()


def _of_last(frame: Frame, terms: dict[str, Any], *, schedules: bool = False) -> Asked:
    """The scan of the last answer, or the draft that was made of it."""
    terms = {key: value for key, value in terms.items() if value}
    last = frame.calls[-1] if frame.calls else None
    if last is not None and last.name == _TOOL and last.arguments.get("change", "save") in ("save", "schedule"):  # fmt: skip
        return Asked([last.having(**terms)])
    if last is not None and last.name in _SCANNED:
        scan = {key: each for key, each in last.arguments.items() if key not in _MOMENTARY}
        return Asked([Call(_TOOL, terms | {_SCANNED[last.name]: scan})])
    return Asked([Call(_TOOL, ({"change": "schedule"} if schedules else {}) | terms)])


def _schedule(which: str, every: dict[str, Any]) -> Asked:
    return Asked([Call(_TOOL, {"change": "schedule", "saved": _named(which)} | every)])


def _of_saved(wanted: str, which: str, frame: Frame) -> Asked:
    saved = _named(which)
    if which.lower() == "it" and not (
        frame.calls and frame.calls[-1].name in (_TOOL, "list_scans")
    ):
        return Asked()
    return Asked([Call(_TOOL, {"change": wanted} | ({"saved": saved} if saved else {}))])


def _named(which: str) -> str:
    name = _OF_SCAN.sub("", which).strip(" \"'“”")
    name = re.sub(r"^(?:all |of |my |the )+", "", name, flags=re.IGNORECASE)
    return "" if name.lower() in ("it", "all", "my", "the") else name
