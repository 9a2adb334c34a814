"""Words of the calendar and of rates: who reports when, which numbers are due, what the Fed may do.

Decided: they are read off the plain words, since a week is a scale and ten years a timeframe elsewhere.
What is asked after an event ("why is it down after earnings", "did they beat") is news, which we do not
have; only its date is.
"""

import re

from app.agents.offline.clauses import Clause
from app.agents.offline.intents import Intent
from app.agents.offline.mentions import Kind

_EARNINGS = re.compile(
    r"\bearnings?\b|\breport(?:s|ing|ed)?\b(?! card)|\b(?:quarterly|q[1-4]) (?:results|numbers)\b"
)
_DATED = re.compile(
    r"\b(?:when|what (?:day|date|time)|which day|dates?|calendar|schedule|season|next|upcoming|coming up|this (?:week|month)|today|tonight|tomorrow|who|anyone|anybody|any|which (?:companies|stocks|names)|what companies|after the (?:close|bell)|before the (?:open|bell))\b"
)
_BARE_EARNINGS = re.compile(r"^(?:the )?(?:[\w.$/']+ )?earnings(?: (?:date|day|for|of) ?[\w.$]*)?$")
_AFTERWARDS = re.compile(
    r"\b(?:why|beat|missed|news|how (?:were|was|did|is|are)|react\w*|should|buy|sell|p/?e|price to)\b|\b(?:after|post|since|through|into|before|ahead of) (?:\w+ )?earnings\b"
)
RELEASES = re.compile(
    r"\b(?:cpi|ppi|pce|nfp|non-?farm|payrolls?|gdp|jobs (?:report|numbers?|data)|jobless claims|retail sales|ism|pmi|unemployment (?:rate|report|numbers?)|inflation (?:report|data|print|numbers?|release)|economic (?:data|numbers?|releases?|reports?|news))\b"
)
_DEFINED = re.compile(
    r"^(?:what(?:'s| is| are| does)|explain|define|how is) (?:the |a )?\w+(?: mean\w*| stand for| calculated)?$"
)
_RATES = re.compile(
    r"\byield curve\b|\bcurve (?:is )?(?:invert\w*|steep\w*|flat\w*)\b|\b(?:is|are) the curve\b|\binverted curve\b|\b2s ?/?10s\b"
    r"|\btreasur(?:y|ies)(?: \w+)? (?:yields?|rates?|curve)\b|\b(?:bond|note) yields?\b|\btreasuries\b"
    r"|\b(?:2|two|3|three|5|five|10|ten|20|30|thirty)[- ]?(?:y|yr|yrs|year|month)(?:'s)?(?: (?:treasury|note|bond|us))? (?:yield|treasury|note|bond|bill|rate)s?\b"
    r"|\binterest rates?\b|\brates? (?:expectations?|outlook|path|going|heading|headed)\b|\bbreakevens?\b|\bexpected inflation\b|\binflation expectations?\b|\bfed funds\b"
)
_OF_THE_FED = re.compile(r"\b(?:fed|fomc|federal reserve|powell|rates?)\b")
_EXPECTED = re.compile(
    r"\b(?:expect\w*|pric(?:ed|ing)|odds|chances?|probabilit\w+|likel\w+|betting|lean\w*|implied|(?:will|is|gonna|going to|about to) .*(?:cut|hike|raise|lower|hold|do)|(?:cut|hike|raise|lower) (?:interest )?rates|rate (?:cut|hike)s?)\b"
)
_CUTS = re.compile(r"\b(?:odds|chances?|probability) of (?:a |another )?(?:\w+ )?(?:cut|hike)\b")
_WHEN = re.compile(r"\b(?:when|what (?:day|date|time))\b")
_POINTS_BACK = re.compile(r"\b(?:it|they|them|that|its|their)\b")


def macro_intent(clause: Clause) -> Intent:
    """CALENDAR or RATES where the words ask for a date or for rates, else NONE."""
    plain = clause.plain.strip(" ?!.,:")
    if _asks_rates(plain) and not clause.of(Kind.SYMBOL):
        return Intent.RATES
    if asks_earnings(clause) or (not clause.of(Kind.SYMBOL) and _asks_release(plain)):
        return Intent.CALENDAR
    return Intent.NONE


def asks_earnings(clause: Clause) -> bool:
    """Whether the day of a report is asked for, of a company or of all."""
    plain = clause.plain.strip(" ?!.,:")
    if not _EARNINGS.search(plain) or _AFTERWARDS.search(plain) or RELEASES.search(plain):
        return False
    return bool(_DATED.search(plain) or _BARE_EARNINGS.match(plain))


def points_at_a_company(clause: Clause) -> bool:
    """ "When does it report": a company that was named before."""
    return asks_earnings(clause) and bool(_POINTS_BACK.search(clause.plain))


def _asks_rates(plain: str) -> bool:
    if _RATES.search(plain) or _CUTS.search(plain):
        return True
    if _WHEN.search(plain):
        return False
    return bool(_OF_THE_FED.search(plain) and _EXPECTED.search(plain))


def _asks_release(plain: str) -> bool:
    is_other = _DEFINED.match(plain) or re.match(r"(?:so |but |and )?why\b", plain)
    return bool(RELEASES.search(plain)) and not is_other
