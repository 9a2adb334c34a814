"""The grammar, as lark reads it.

Decided: one ladder of expressions for values and conditions alike, so that parentheses need no second
meaning; the checker tells which is which, with better words than a parser's. Keywords stand above
names by priority; synonyms that traders use are spellings of one token.
"""

import re
from functools import lru_cache

from lark import Lark

from app.formula.vocabulary import Vocabulary

_GRAMMAR = r"""
start: any

?any: all (_OR all)*
?all: not (_AND not)*
?not: _NOT not -> negation
    | held
?held: claim
     | held _FOR span -> held
?claim: sum
      | sum (RELATION sum)+ -> comparison
      | sum CROSSES sum -> crossing
      | sum _TOUCHES sum -> touch
      | sum _WITHIN sum _OF sum -> within
      | sum _BETWEEN sum _AND sum -> between
      | sum _TESTED sum _TIMES [_WITHIN sum] -> level_tested
      | sum _TESTED sum NUMBER _TIMES [_WITHIN sum] -> price_tested
      | _TESTED NUMBER _TIMES sum [_WITHIN sum] -> tested
      | ORDINAL _TEST _OF sum [_WITHIN sum] -> nth_test
      | sum MOVES sum _IN span -> moved
      | sum MOVES sum _WITHIN span -> moved
      | _BEFORE sum -> before
      | _AFTER sum -> after
      | _BETWEEN sum _AND sum -> day_time
      | _ON day ("," day)* -> on_days

day: WEEKDAY
span: SPAN | NUMBER _BARS

?sum: product
    | sum SIGN product -> arithmetic
?product: signed
        | product FACTOR signed -> arithmetic
?signed: SIGN signed -> signed
       | posted
?posted: atom
       | posted "[" NUMBER "]" -> past
       | posted PART -> part
       | posted _ON SPAN -> on_timeframe
?atom: NUMBER -> number
     | MONEY -> money
     | PERCENT -> percent
     | SHARES -> shares
     | MULTIPLE -> multiple
     | MULTIPLE posted -> times
     | SPAN -> span_value
     | (NUMBER | SPAN) (NAME | PHRASE) -> length_first
     | CLOCK -> clock
     | STRING -> quoted
     | (NAME | PHRASE) "(" [any ("," any)*] ")" -> call
     | (NAME | PHRASE) -> name
     | "(" any ")" -> bracketed

RELATION.5: />=|<=|==|!=|<>|=|≥|≤|≠|<|>/
          | /(?:(?:is|stays|trades|trading)\s+)?(?:above|over|greater\s+than|more\s+than)\b/i
          | /(?:(?:is|stays|trades|trading)\s+)?(?:below|under|less\s+than)\b/i
          | /(?:is\s+)?at\s+(?:least|most)\b/i
CROSSES.6: /(?:cross(?:es|ing)?|breaks?|moves|goes|gets|rises|climbs|closes|comes)\s+(?:back\s+)?(?:above|over)\b/i
         | /(?:cross(?:es|ing)?|breaks?|moves|goes|gets|drops|falls|dips|closes|comes)\s+(?:back\s+)?(?:below|under)\b/i
         | /(?:reclaims|loses|cross(?:es)?)\b/i
_TOUCHES.6: /(?:hits?|touch(?:es)?|reach(?:es)?|tags?)\b/i
_WITHIN.5: /(?:(?:is|gets|comes)\s+)?within\b/i
_BETWEEN.5: /(?:is\s+)?between\b/i
_TESTED.5: /(?:is\s+)?tested\b/i
_TEST.5: /tests?\b/i
_TIMES.5: /times?\b/i
MOVES.5: /(?:rises|falls|drops|moves)(?:\s+by)?\b/i
_BEFORE.5: /before\b/i
_AFTER.5: /after\b/i
_ON.5: /on\b/i
_IN.5: /(?:in|over)\b/i
_FOR.5: /for\b/i
_OF.5: /of\b/i
_OR.5: /or\b|\|\|/i
_AND.5: /(?:and|but)\b|&&/i
_NOT.5: /not\b/i
_BARS.5: /bars?\b|candles?\b/i
WEEKDAY.5: /(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun)(?:day)?s?\b|weekdays?\b|weekends?\b/i

ORDINAL.4: /\d{1,3}(?:st|nd|rd|th)\b/i
MONEY.4: /\$\s?(?:\d[\d_]*(?:\.\d+)?|\.\d+)(?:[KMB]\b)?/
SHARES.4: /(?:\d[\d_]*(?:\.\d+)?|\.\d+)[KMB]?\s*(?:shares?|volume)\b/
PERCENT.4: /(?:\d[\d_]*(?:\.\d+)?|\.\d+)\s*(?:%|percent\b|pct\b)/
MULTIPLE.4: /(?:\d[\d_]*(?:\.\d+)?|\.\d+)\s*(?:x\b|×)/i
CLOCK.4: /\d{1,2}:\d{2}(?:\s*[ap]m\b)?(?:\s*(?:%ZONES%)\b)?|\d{1,2}\s*[ap]m\b(?:\s*(?:%ZONES%)\b)?/i
SPAN.4: /\d+(?:\s*|-)(?:m|min|mins|minutes?|h|H|hrs?|hours?|d|D|days?|w|W|weeks?|mo|months?|bars?|candles?)\b/
NUMBER.3: /(?:\d[\d_]*(?:\.\d+)?|\.\d+)(?:[KMB]\b)?/
PHRASE.7: %PHRASES%
PART.2: /\.[A-Za-z_]\w*/
NAME.1: /[A-Za-z_]\w*/
STRING: /"[^"\n]*"|“[^”\n]*”/
SIGN: /[-+−–]/
FACTOR: /[*\/×÷]/

_FILLER.8: /(?:the|is\s+(?=(?:at|crossing)\b)|when|if)\b(?!\s*\()/i
%ignore _FILLER
%ignore /\s+/
"""

ZONES = {
    "et": "America/New_York",
    "est": "America/New_York",
    "edt": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
    "utc": "UTC",
    "gmt": "UTC",
    "london": "Europe/London",
}


@lru_cache(maxsize=16)
def parser_for(phrases: tuple[str, ...]) -> Lark:
    """The parser of a vocabulary with these spellings of several words."""
    spelled = "|".join(
        r"\s+".join(re.escape(word).replace("'", "['’]") for word in each.split())
        for each in phrases
    )
    grammar = _GRAMMAR.replace("%PHRASES%", rf"/(?:{spelled or '(?!)'})\b/i")
    grammar = grammar.replace("%ZONES%", "|".join(ZONES))
    return Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=True)


def parser_of(vocabulary: Vocabulary) -> Lark:
    return parser_for(vocabulary.phrases)
