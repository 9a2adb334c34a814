"""Words of the calendar and of rates: who reports when, which numbers are due, what the Fed may do.

Decided: they are read off the plain words, since a week is a scale and ten years a timeframe elsewhere.
What is asked after an event ("why is it down after earnings", "did they beat") is news, which we do not
have; only its date is.
"""

import re

from app.agents.offline.clauses import Clause
from app.agents.offline.intents import Intent
from app.agents.offline.mentions import Kind
from app.macro.rotation import SECTOR_NAMES, sector_of

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
    r"\byield curve\b|\breal (?:yield|rate)s?\b|\btips yields?\b|\bcurve (?:is )?(?:invert\w*|steep\w*|flat\w*)\b|\b(?:is|are) the curve\b|\binverted curve\b|\b2s ?/?10s\b"
    r"|\btreasur(?:y|ies)(?: \w+)? (?:yields?|rates?|curve)\b|\b(?:bond|note) yields?\b|\btreasuries\b"
    r"|\b(?:2|two|3|three|5|five|10|ten|20|30|thirty)[- ]?(?:y|yr|yrs|year|month)(?:'s)?(?: (?:treasury|note|bond|us))? (?:yield|treasury|note|bond|bill|rate)s?\b"
    r"|\binterest rates?\b|\brates? (?:expectations?|outlook|path|going|heading|headed)\b|\bbreakevens?\b|\bexpected inflation\b|\binflation expectations?\b|\bfed funds\b"
)
_OF_THE_FED = re.compile(r"\b(?:fed|fomc|federal reserve|powell|rates?)\b")
_EXPECTED = re.compile(
    r"\b(?:expect\w*|pric(?:ed|ing)|odds|chances?|probabilit\w+|likel\w+|betting|lean\w*|implied|(?:will|is|gonna|going to|about to) .*(?:cut|hike|raise|lower|hold|do)|(?:cut|hike|raise|lower) (?:interest )?rates|rate (?:cut|hike)s?)\b"
)
_TENOR_ALONE = re.compile(
    r"^(?:so |and |ok )*(?:where(?:'s| is)|what(?:'s| is)|how(?:'s| is)|show me|give me)? ?(?:the )?(?:us )?(?:2|two|3|three|5|five|7|seven|10|ten|20|twenty|30|thirty)[- ]?(?:years?|yrs?|y)"
    r"(?:'s)?(?: (?:at|now|today|doing|trading|sitting|yielding|right|note|bond))*$"
)
_CUTS = re.compile(
    r"\b(?:how many|number of) (?:more |rate |fed |interest rate )*(?:cuts|hikes)\b|\b(?:odds|chances?|probability) of (?:a |another )?(?:\w+ )?(?:cut|hike)\b"
)
_WHEN = re.compile(r"\b(?:when|what (?:day|date|time))\b")
_POINTS_BACK = re.compile(r"\b(?:it|they|them|that|its|their)\b")


_SECTOR = re.compile(
    rf"\b({'|'.join(SECTOR_NAMES)})\b(?! (?:futures|earnings|prices?|bill|company)\b)"
)
_TO_MARKET = re.compile(
    r"\b(?:vs\.?|versus|against|relative to|compared (?:to|with)|than) (?:the )?(?:market|broad(?:er)? market|s&p|spy|spx|index|rest|other sectors)\b"
    r"|\b(?:money|capital|funds|flows?|investors) (?:\w+ )?(?:mov\w+|flow\w*|rotat\w+|go\w*|leav\w+|com\w+|runn\w+)\b|\b(?:in|out)flows?\b|\b(?:out|under)perform\w*\b|\b(?:lead|lagg?)\w*\b"
)


def named_sector(plain: str) -> str:
    """The sector that is named; empty if none is."""
    found = _SECTOR.search(plain)
    return found[1] if found else ""


def _asks_sector(clause: Clause, plain: str) -> bool:
    """ "How is energy doing vs the market", "is money moving out of tech"."""
    others = [symbol for symbol in clause.values(Kind.SYMBOL) if symbol not in _MARKETS]
    if others and sector_of(others[0]) is None:
        return False
    return bool(named_sector(plain) and _TO_MARKET.search(plain))


_MARKETS = ("SPX", "SPY")
_FED_DAY = re.compile(
    r"^(?:so |and |ok )*(?:when(?:'s| is| are| does| do)?|what (?:day|date|time) is|next|upcoming)\b(?!.*\b(?:cut|hike|raise|lower|speak\w*|talk\w*|testif\w*|speech)\b).*\b(?:fed|fomc|federal reserve|powell)\b"
)
_HALF_DAY = re.compile(
    r"\b(?:next|any|upcoming|when(?:'s| is| are)?)\b.*\b(?:half|short(?:ened)?|early close) days?\b|\b(?:next|upcoming) early close\b"
)
_AHEAD = re.compile(
    r"\b(?:what(?:'s| is| do we have)|anything|something|whats)\b.*\b(?:happening|going on|scheduled|on deck|coming up|on the (?:docket|agenda|schedule)|due)\b.*\b(?:tomorrow|this week|next week|monday|tuesday|wednesday|thursday|friday|this month)\b"
)


def _asks_schedule(clause: Clause, plain: str) -> bool:
    if clause.of(Kind.SYMBOL):
        return False
    if _HALF_DAY.search(plain):
        return not clause.of(Kind.DAY)
    return bool(_FED_DAY.search(plain) or _AHEAD.search(plain))


def macro_intent(clause: Clause) -> Intent:
    """CALENDAR, RATES or ROTATION where the words ask for a date, for rates or for a sector's
    standing, else NONE."""
    plain = clause.plain.strip(" ?!.,:")
    if _asks_sector(clause, plain):
        return Intent.ROTATION
    if _asks_schedule(clause, plain):
        return Intent.CALENDAR
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
    if _RATES.search(plain) or _CUTS.search(plain) or _TENOR_ALONE.match(plain):
        return True
    if _WHEN.search(plain):
        return False
    return bool(_OF_THE_FED.search(plain) and _EXPECTED.search(plain))


def _asks_release(plain: str) -> bool:
    is_other = _DEFINED.match(plain) or re.match(r"(?:so |but |and )?why\b", plain)
    return bool(RELEASES.search(plain)) and not is_other
