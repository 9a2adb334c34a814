"""What a question about alerts comes to: a draft, a list, a change, or a look at the past.

Decided: "tell me if" asks for an alert only before something that can happen; "tell me if NVDA is
above VWAP" asks about now. What cannot be read is asked back, never guessed.
"""

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from app.agents.offline import replies
from app.agents.offline.alert_changing import changed
from app.agents.offline.alert_channels import without_channels
from app.agents.offline.alert_conditions import meant_by
from app.agents.offline.alert_doubts import is_unasked
from app.agents.offline.alert_holdings import Held, of_holdings, spoken
from app.agents.offline.alert_lengths import minutes_in
from app.agents.offline.alert_symbols import drafts_of, symbols_named
from app.agents.offline.alert_words import DAY, SYMBOL, written
from app.agents.offline.dates import calendar_of, today_of
from app.agents.offline.days import Look
from app.agents.offline.intents import Intent
from app.agents.offline.mentions import Kind
from app.agents.offline.option_ends import COUNTS
from app.agents.offline.plans import Asked, Call, Frame
from app.agents.offline.reading import Reading
from app.market import calendar

_EVENT = (
    r"(?:hits|cross(?:es)?|breaks?|goes|reach(?:es)?|gets?|drops?|falls?|rises?|touch(?:es)?|tags?|trades?"
    r"|loses?|reclaims?|moves?|spikes?|tests?|retests?|comes?|closes|clears?|dips?|pops?|rips?|dumps?|tanks?|fills?"
    r"|bounces?|gaps?|takes out|is down|is up|jumps?|rallies|runs?|climbs?|slips?)\b"
)
_WHEN = r"(?:when(?:ever)?|if|once|as soon as|in case|every time|each time|the (?:moment|second|minute|next time)(?! (?:test|touch|tag)))"
_BY = r"(?:(?:by|via|on|over|through|in) (?:my |the )?(?:e-?mail|telegram|slack|discord|web-?hook|push|browser) )?"
_ASKS = re.compile(
    r"\b(?:alert|notify|ping|text|e-?mail|warn|wake|buzz|message|remind|telegram|slack|discord|push) me\b"
    r"|\b(?:send|drop|shoot) me an? (?:e-?mail|telegram|slack|discord|push|message|text|notification|alert)\b"
    r"|\b(?:ping|notify|message|alert|text|tell) my (?:e-?mail|telegram|slack|discord|browser)\b"
    rf"|\blet me know {_BY}{_WHEN}\b|\b(?:tell|shout at|holler at) me {_BY}{_WHEN}\b.*?\b{_EVENT}"
    rf"|\b(?:tell|shout at|holler at) me {_BY}(?:when(?:ever)?|once|as soon as|(?:every|each) time|every week|before)\b.*\b(?:i (?:hold|own)|my)\b.*\b(?:reports?|earnings)\b"
    r"|\b(?:set|create|make|add|put|want|need|draft|give me|arm|new)\b(?: up)?(?: me)?(?: an?| another| the)? ?(?:\w+ ){0,2}alerts?\b"
    r"|^(?:an? )?(?:price )?alert\b(?! history| list)|\balert (?:at|when|if)\b|\bwatch (?:for|out for)\b.*\b(?:test|break|cross|spike)|\bshout (?:when|if)\b"
)
_BARE = re.compile(
    rf"^(?:ok |and |also |please )*(?:if|when|once) (?!you\b|do\b|does\b|did\b|is\b|are\b|will\b|was\b|the market\b|markets?\b|i\b|we\b)[^?]*\b{_EVENT}[^?]*$"
    r"|^(?:on )?(?:a |the )?(?:first|second|third|fourth|fifth|2nd|3rd|4th|5th) (?:test|touch|tag) of\b"
    r"|^(?:on )?(?:a )?volume spike (?:at|on|near|into)\b"
)
_SUPPOSES = re.compile(
    r"\b(?:what|how|where|which|who|why|should|would|will|could|can|do i|show|then)\b"
)
_LIST = re.compile(
    r"\bwhat (?:are|r) (?:you|u) (?:currently |still )?(?:watching|tracking|monitoring)\b|\bwatching for me\b"
    r"|\b(?:list|show|see|which|what|any|how many)\b[^.]*\balerts?\b(?!.*\b(?:would)\b)|^(?:all )?my (?:\w+ )?alerts?$|\balert (?:history|list)\b"
    r"|\bdo i have\b.*\balerts?\b|\b(?:did|have|has) (?:any|my|the) .*alerts? .*\b(?:fire|fired|gone off|go off|trigger(?:ed)?)"
)
_HISTORY = re.compile(r"\b(?:fired|fire|gone off|went off|go off|trigger(?:ed)?|history|told me)\b")
_ALL_ALERTS = re.compile(r"\b(?:delete|erase|wipe|kill) (?:all |every |of |my |the )*\w* ?alerts?$")
_REPLAY = re.compile(
    r"\bhow (?:often|many times|frequently)\b.*\b(?:would|could)\b.*\b(?:fired?|triggered?|gone off|hit|happened|alerted|pinged|told)\b"
)
_FRAME = re.compile(
    rf"\b(?:please |can you |could you |coach |just |hey )*(?:(?:alert|notify|ping|text|email|warn|wake|buzz|message|remind)(?: me)?(?: up)?(?: by email| by text)?|(?:let|tell|shout at|holler at) me(?: know)?|(?:i )?(?:want|need|set|create|make|add|put|draft|give me|arm|new)(?: up)?(?: me)?(?: to)?(?: an?| another| the)? ?(?:price |new |one |quick )?alerts?(?: for me| me)?|watch(?: out)?|shout|(?:an? )?(?:price )?alerts?)\b"
    rf"(?: (?:{_WHEN}|on|for|about|that|right away|to)\b)*"
)
_LEADS = re.compile(rf"^(?:and |ok |so |also |then |please |{_WHEN} |on |for |a |that )+")
_TAIL = re.compile(
    r"(?:[ ,.!?;:]|\b(?:please|thanks|thank you|coach|ok|and|but|only|again|too|alert me|let me know)\b)+$"
)
_CLOCK = r"(\d{1,2}:\d{2}|noon|the open|the close)(?: (?:et|est|edt|new york))?"
_ACTIVE = (
    (re.compile(rf",?\s*(?:but |and )?(?:only )?between {_CLOCK} (?:and|to) {_CLOCK}"), "between {0} and {1}"),
    (re.compile(rf",?\s*(?:but |and )?(?:only )?(?:before|until|till) {_CLOCK}"), "before {0}"),
    (re.compile(rf",?\s*(?:but |and )?(?:only )?(?:after|from) {_CLOCK}"), "after {0}"),
    (re.compile(r",?\s*(?:but |and )?(?:only )?(?:in|during) the first hour"), "between 9:30 and 10:30"),
    (re.compile(r",?\s*(?:but |and )?(?:only )?(?:in|during) (?:the )?power hour"), "between 15:00 and 16:00"),
    (re.compile(r",?\s*(?:but |and )?only (?:in|during) (?:the )?(?:regular|market|trading) hours"), "between 9:30 and 16:00"),
)  # fmt: skip
_CLOCKS = {"noon": "12:00", "the open": "9:30", "the close": "16:00"}
_EVERY = re.compile(
    r",?\s*\b(?:every (?:single )?time|every week|each time|whenever|repeatedly|repeating|keep (?:telling|alerting|pinging) me|not just once|more than once|every occurrence)\b"
)
_ONCE = re.compile(
    r",?\s*\b(?:just once|only once|one time(?: only)?|once only|only the first time|a single time)\b|,\s*once\b|\bonce(?=\s*(?:,|$))"
)
_NEXT = re.compile(
    r",?\s*\b(?:only )?(?:on )?(?:the )?next (?:cross|time|one|touch)(?: only)?\b|,?\s*\bnot if (?:it(?:'s| is) )?already(?: \w+)?\b"
)
_ENDS = re.compile(
    rf",?\s*(?:and |it )?(?:\b(?:expir(?:es?|ing)|ends?|ending|good|valid|until|till|through)\b ?)+(?:on |at |by |for |until |till |through |in )*(?P<end>{DAY}|end of (?:the )?(?:day|week)|eod|eow|\d{{1,3}} (?:days?|hours?|weeks?)|(?:a|an|one|two|three) (?:days?|hours?|weeks?))"
)
_NOTE = re.compile(
    r",?\s*\b(?:with (?:the |a )?note|note|saying)\b:? ?[\"“]?(?P<note>[^\"”]+)[\"”]?$"
)
_PLANS = frozenset({Intent.ORDER, Intent.ADVICE, Intent.FORECAST, Intent.DRAFT, Intent.VENTING})
_EARNINGS = re.compile(r"\bearnings?\b|\bnews\b|\bheadlines?\b|\bcpi\b|\bfomc\b|\bdividends?\b")


def asked_of_alerts(reading: Reading, frame: Frame, now: datetime) -> Asked:
    """Empty where the question is about something else."""
    low = reading.canvas.low.strip(" ?!.")
    is_refused = any(wish.intent is Intent.REFUSED for wish in reading.wishes)
    if reading.language or (is_refused and not _ALL_ALERTS.search(low)):
        return Asked()
    if _REPLAY.search(low):
        return _replayed(reading, frame)
    if is_unasked(low):
        return Asked(said=[replies.ASK_CHANGE])
    if change := changed(low, reading, frame, now):
        return change
    if _ASKS.search(low) is None and _LIST.search(low):
        return Asked([Call("list_alerts", _listed(low, reading))])
    if _ASKS.search(low) or _is_bare(low, reading):
        return _drafted(reading, frame, now)
    return _refined(reading, frame, now)


def _is_bare(low: str, reading: Reading) -> bool:
    """A condition alone, as one adds to what was asked before; no plan of one's own."""
    meant = {wish.intent for wish in reading.wishes}
    return bool(_BARE.search(low)) and not (_SUPPOSES.search(low) or meant & _PLANS)


def _listed(low: str, reading: Reading) -> dict[str, Any]:
    symbols = reading.whole.values(Kind.SYMBOL)
    asked: dict[str, Any] = {"symbol": symbols[0]} if symbols else {}
    return asked | ({"history": True} if _HISTORY.search(low) else {})


def _replayed(reading: Reading, frame: Frame) -> Asked:
    low = reading.canvas.low
    days = {"days": found} if (found := _days(low)) else {}
    text = re.sub(r"\b(\w+?)(?:s|ss)?ing\b", _finite, written(reading.canvas))
    middle = re.search(
        r"\b(?:would|could) (?:have )?(?:an? alert |it |we )?(?:on |at |for |when |if )?(.*?)\s*(?:\bhave\b|$)",
        text,
    )
    symbols = list(dict.fromkeys(reading.whole.values(Kind.SYMBOL)))
    if len(symbols) > 1:
        return Asked(said=[replies.ALERT_OF_TWO])
    meant = meant_by(_LEADS.sub("", middle[1])) if middle else None
    if meant and meant.said:
        return Asked(said=[meant.said])
    if meant and (symbols or frame.symbols):
        about = {"symbol": (symbols or frame.symbols)[0], "condition": meant.condition}
        return Asked([Call("replay_alert", {**about, **_of_replay(meant.arguments), **days})])
    last = frame.last("draft_alert", "replay_alert")
    if last is None or not last.symbol:
        return Asked(said=[replies.ASK_REPLAY])
    kept = {
        name: last.arguments[name]
        for name in ("symbol", "condition", "timeframe", "active")
        if name in last.arguments
    }
    return Asked([Call("replay_alert", {**kept, **days})])


def _of_replay(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in arguments.items() if name == "timeframe"}


_FINITE = {
    "cross": "crosses", "los": "loses", "hitt": "hits", "break": "breaks", "touch": "touches",
    "reach": "reaches", "mov": "moves", "fall": "falls", "dropp": "drops", "go": "goes", "gett": "gets",
    "reclaim": "reclaims", "test": "tests", "tagg": "tags", "ris": "rises",
}  # fmt: skip


def _finite(match: re.Match[str]) -> str:
    stem = match[0].removesuffix("ing")
    return _FINITE.get(stem, match[0])


def _days(low: str) -> int | None:
    if found := re.search(r"\b(?:last|past|previous) (\d+|\w+) (days?|weeks?|months?)\b", low):
        count = COUNTS.get(found[1]) or (int(found[1]) if found[1].isdigit() else 1)
        return min(60, count * {"d": 1, "w": 7, "m": 30}[found[2][0]])
    if re.search(r"\bweek\b", low):
        return 7
    if re.search(r"\btoday\b", low):
        return 1
    if re.search(r"\b(?:quarter|year|ytd)\b", low):
        return 60
    return 30 if re.search(r"\bmonth\b", low) else None


def _refined(reading: Reading, frame: Frame, now: datetime) -> Asked:
    """ "Only before 11am, once": the draft of the last answer, with nothing else said."""
    if not frame.calls or frame.calls[-1].name != "draft_alert":
        return Asked()
    last = frame.calls[-1]
    rest, asked = _qualified(written(reading.canvas), reading, last.symbol, now)
    words = re.sub(
        r"\b(?:and|but|make|it|that|please|ok|only|actually|the|be|should|let|tell|send|alert|me)\b",
        "",
        rest,
    )
    if asked and not words.strip(" ,.!?"):
        return Asked([last.having(**asked)])
    return Asked()


def _drafted(reading: Reading, frame: Frame, now: datetime) -> Asked:
    symbols = [symbol for each in symbols_named(reading) for symbol in each.values]
    about = symbols[0] if symbols else (frame.symbols or [""])[0]
    rest, asked = _qualified(written(reading.canvas), reading, about, now)
    of_mine, _ = _qualified(spoken(reading.canvas), reading, about, now)
    if held := of_holdings(_condition_text(of_mine)):
        return Asked(_held(held, asked), [held.said] if held.said else [])
    drafts = drafts_of(_condition_text(rest), reading, frame.symbols[:1], asked)
    if drafts is not None:
        return drafts
    is_other = _EARNINGS.search(reading.canvas.low)
    return Asked(said=[replies.ALERT_OF_NEWS if is_other else replies.ASK_ALERT])


def _held(held: Held, asked: dict[str, Any]) -> list[Call]:
    condition = held.condition
    return [Call("draft_alert", {"condition": condition, **asked})] if condition else []


def _condition_text(text: str) -> str:
    """A written text without the words that only ask for an alert."""
    framed = _FRAME.search(text)
    if framed is not None:
        before, after = text[: framed.start()], text[framed.end() :]
        text = f"{before} {after}" if re.search(rf"\b{_EVENT}|{SYMBOL}", before) else after
    text = _TAIL.sub("", text.strip())
    return _LEADS.sub("", text.strip(" ,.:;"))


def _qualified(
    text: str, reading: Reading, symbol: str, now: datetime
) -> tuple[str, dict[str, Any]]:
    """A written text without what only limits the alert, and those limits as arguments."""
    asked: dict[str, Any] = {}
    if note := _NOTE.search(text):
        asked["note"] = _as_said(note["note"].strip(), reading).strip(' "“”.,')
        text = text[: note.start()]
    if ends := _ENDS.search(text):
        moment = _end(ends["end"], reading, symbol, now)
        if moment is not None:
            asked["expires_at"] = moment.isoformat()
            text = text[: ends.start()] + text[ends.end() :]
    text, channels = without_channels(text)
    if channels is not None:
        asked["channels"] = channels
    text, active = _hours(text)
    asked |= active
    if _NEXT.search(text) and "next time it" not in text:
        asked["next_cross_only"] = True
        text = _NEXT.sub("", text)
    if _EVERY.search(text):
        asked["repeats"] = True
        text = _EVERY.sub(" ", text)
    elif _ONCE.search(text):
        asked["repeats"] = False
        text = _ONCE.sub("", text)
    return text, asked


def _as_said(words: str, reading: Reading) -> str:
    """Words of a written text in the member's own spelling, where they end the question."""
    first = re.split(f"[{SYMBOL}{DAY}]", words)[0][:12]
    start = reading.canvas.low.rfind(first) if first else -1
    return reading.canvas.text[start:] if start >= 0 else words


def _hours(text: str) -> tuple[str, dict[str, str]]:
    asked: dict[str, str] = {}
    for shape, form in _ACTIVE:
        if found := shape.search(text):
            asked["active"] = form.format(*(_CLOCKS.get(each, each) for each in found.groups()))
            text = text[: found.start()] + text[found.end() :]
    return text, asked


def _end(end: str, reading: Reading, symbol: str, now: datetime) -> datetime | None:
    """When an alert ends: with the close of the day that was named, or after a length of time."""
    exchange = calendar_of(symbol)
    day = today_of(now)
    if end == DAY:
        mentions = [each for each in reading.canvas.mentions if each.kind is Kind.DAY and each.day]
        named = mentions[-1].day if mentions else None
        found = named.on(day, Look.AHEAD) if named else None
        if found is None:
            return None
        day = found
    elif re.search(r"week$|eow", end) and not re.match(r"\d|an? |one|two|three", end):
        day += timedelta(days=(4 - day.weekday()) % 7)
    elif (length := minutes_in(end)) is not None:
        return now + timedelta(minutes=float(length))
    session = calendar.session_on(day, exchange)
    if session is not None:
        return session.close
    return datetime.combine(day, time(16), tzinfo=calendar.timezone_of(exchange))
