"""Which tool a clause wants, by cue words and by what it mentions.

Decided: every intent has weighted cues over the clause with its entities masked ("rsi on stock"),
and entities count themselves. The sum explains the decision; embeddings are asked only if no sum
reaches `ENOUGH`.
"""

import re

from app.agents.offline.chart_words import marked_prices
from app.agents.offline.clauses import Clause
from app.agents.offline.comparing import compares_over_time
from app.agents.offline.intents import Intent
from app.agents.offline.macro_words import macro_intent
from app.agents.offline.mentions import Kind
from app.agents.offline.profile_words import is_of_a_profile

ENOUGH = 1.0
MACRO = 7.0
"""What words of the calendar and of rates weigh: they say what is meant by themselves."""

_CUES: tuple[tuple[Intent, float, str], ...] = (
    (
        Intent.CALENDAR,
        7.0,
        r"\bopex\b|\b(?:triple|quad(?:ruple)?) witching\b|\b(?:monthly|quarterly) (?:options?|expir\w+)\b|\b(?:options?|monthly|monthlies) expir\w+\b|\b(?:fed|fomc) (?:meetings?|meets?|decisions?|dates?|days?|announcements?|schedule)\b|\b(?:fomc|rate decision)\b|\b(?:market|economic|events?) calendar\b|\bon the calendar\b|\b(?:market|scheduled) events?\b",
    ),
    (
        Intent.ROTATION,
        5.0,
        r"\bsectors?\b|\brotat(?:ion|ing|e|es)\b|\bsector etfs?\b",
    ),
    (Intent.CHART, 1.6, r"(?<!levels )(?<!map )\blooks? like\b"),
    (
        Intent.INDICATORS,
        3.5,
        r"\b(?:typically|usually|normally|on average) (?:\w+ )?(?:move|range|swing|travel)\b|\b(?:bands?|bbands?) .*squeez|\b(?:average|typical|normal|usual)(?: (?:day(?:'s)?|daily|scale))? (?:range|move|swing)s?\b",
    ),
    (
        Intent.STATUS,
        2.4,
        r"\bopen or closed\b|\bearly clos\w+|\b(?:minutes|hours|time) (?:left|remaining|to go)\b|\b(?:session|market|trading|premarket|bell) (?:start|end|begin|begun|started|ended|over|done|begin|finished)\b|\b(?:closing|close|closes|open|opens|opening|shut|shutting) (?:early|late)\b|\b(?:full|short|half|regular|normal) (?:trading )?day\b(?!'s)|\btrading or not\b|\b(?:we|are we|they) off\b|\bget (?:it|that|day) off\b|\b(?:after|post)[- ]?(?:hours|market) (?:still|over|done|going|open|end|start|begin)|\b(?:premarket|level) (?:open|started|still going) ?(?:yet|still)?$",
    ),
    (
        Intent.LEVELS,
        2.2,
        r"\b(?:coincide|confluence|correspond)\w*\b|\bline[sd]? in the sand\b|\b(?:areas?|spots?|zones?|prices?|places?|numbers?) (?:to (?:watch|lean)|of interest|that matter|worth watching)|\bwhere (?:are|would|might) (?:the )?stops\b|\b(?:sensible|logical|obvious) (?:spots?|places?|areas?)\b|\bgame ?plan\b|\bplan for\b|\bline[sd]? up with\b|\bstock(?:'s)? (?:key |main )?levels\b|\bwhere (?:would|will|might|do|are) (?:the )?(?:bulls|bears|buyers|sellers|demand|supply) (?:\w+ )?(?:defend|step in|show up)|\b(?:level|number) near (?:that|it)\b|\bimportant lines?\b|\blines? (?:to watch|that matter)\b",
    ),
    (Intent.CHART, 2.4, r"\b(?:timeframe|scale) view\b"),
    (
        Intent.QUOTE,
        1.6,
        r"\b(?:where|what)(?:'re| are|'s| is) (?:we|things) (?:at|now|sitting|trading)\b",
    ),
    (
        Intent.LEVELS,
        2.0,
        r"\b(?:levels?|supports?|resistances?|pivots?|key levels|zones?|ladder)\b",
    ),
    (
        Intent.LEVELS,
        1.6,
        r"\b(?:map|lines in the sand|overhead|ceiling|floor|supply|demand|buyers|sellers|s and r|areas? of interest|important prices?)\b",
    ),
    (
        Intent.LEVELS,
        1.8,
        r"\b(?:premarket|overnight|opening) (?:range|levels|extremes|high|low)\b|\bopening range\b",
    ),
    (
        Intent.LEVELS,
        1.5,
        r"\b(?:broken?|broke|break|test(?:ed|ing)?|hold(?:ing)?|held|reject(?:ed|ion)?|bounced?|tagged?|touched|swept|reclaim(?:ed)?) (?:\w+ )?(?:level|average)\b",
    ),
    (
        Intent.LEVELS,
        1.6,
        r"\b(?:mean anything|matter|significant|meaningful|important|relevant|anything (?:at|around|near|by)|something (?:at|around|near)|what about number|special about|any level|what(?:'s| is) at number|sitting at number|what sits) ?\w*|\bnumber (?:a )?(?:level|key|important|significant|support|resistance)\b",
    ),
    (
        Intent.LEVELS,
        1.4,
        r"\b(?:how (?:far|close|near)|distance|away from|how many (?:indicators?|atr'?s?)|nearest|closest)\b",
    ),
    (
        Intent.QUOTE,
        1.2,
        r"\b(?:price|quote|quotes|quoted|last|last price|prices|print|ticker|worth|cost|costs|bid|ask)\b",
    ),
    (
        Intent.QUOTE,
        1.3,
        r"\b(?:trading|trade|changing hands|going for) (?:at|for|right now|now|around|today)|\b(?:stock|it) trading|\btrading\??$",
    ),
    (
        Intent.QUOTE,
        1.3,
        r"\b(?:how(?:'s| is| are| did| has| was)|how) (?:the )?(?:stock|it|they|market|things)\b|\bhow(?:'s| is| are) .*\b(?:doing|looking|holding up|faring|performing|getting on)\b",
    ),
    (
        Intent.QUOTE,
        1.3,
        r"\b(?:up|down|green|red|higher|lower|gain(?:ed|ing)?|los(?:t|ing)|moved?|change|changed|percent|performance|stronger|weaker|strongest|weakest|outperform\w*|better|worse|ahead|leading|lagging|winning|beating|more)\b",
    ),
    (
        Intent.QUOTE,
        2.0,
        r"\b(?:off|under) (?:of )?(?:its|the|their|day(?:'s)?|todays?)?(?: day's| session| session's)? ?(?:highs?|lows?)\b",
    ),
    (Intent.QUOTE, 1.4, r"\b(?:gap|gaps|gapped|gapping)\b(?! fill)"),
    (
        Intent.QUOTE,
        1.4,
        r"\b(?:finish(?:ed)?|closed?|closing|close out|settled?|ended?|end|opened|opening price|open price|open at|opened at|wrap(?:ped)? up)\b",
    ),
    (
        Intent.QUOTE,
        1.4,
        r"\b(?:volume|(?:today's|day's|daily|session|day) (?:range|high|low|open)|(?:high|low|range)s? (?:of (?:the )?(?:day|session)|today|day|so far|on day|for day|and low|for the day)|(?:the|its?|stock|stock's|was|what|what's|day) (?:high|low|range)|open(?:,| and)? high)\b",
    ),
    (
        Intent.QUOTE,
        1.2,
        r"\b(?:where(?:'s| is| was| are| were| did)|what(?:'s| is| was)|how much(?:'s| is| are| does| was)?) (?:the )?(?:stock|it)(?: (?:at|now|right now|day|today|sitting|standing|trade|open|close|finish|end))*\b",
    ),
    (
        Intent.QUOTE,
        1.0,
        r"\bstock (?:last|now|at|today|day)\b|\bohlcv?\b|\bafter hours\b|\bafterhours\b|\bextended hours\b|\b(?:at|was|were) stock\b|\bin terms of\b|\bratio\b|\bstock in stock\b|\bwhat did stock do\b",
    ),
    (Intent.QUOTE, 0.9, r"\b(?:compare|vs|versus|against)\b"),
    (
        Intent.INDICATORS,
        1.5,
        r"\b(?:overbought|oversold|(?:up|down)?trend(?:s|ing)?|(?:typically|usually|normally|on average) (?:\w+ )?(?:move|range|swing|travel)|squeez(?:e|ing)|(?:average|typical|normal|usual)(?: (?:day(?:'s)?|daily|scale))? (?:range|move|swing)s?|technicals?|indicators|momentum|volatil\w*|moving averages?|indicator readings?)\b",
    ),
    (
        Intent.STATUS,
        2.0,
        r"\b(?:market|markets|exchange|nyse|wall street|stock exchange|we|trading|bell|stores?|session)\b.*\b(?:open|opens|opening|opened|close|closes|closed|closing|hours|shut|holiday|trading day|running|rings?)\b",
    ),
    (
        Intent.STATUS,
        2.0,
        r"\b(?:open|opens|close|closes|closed|shut|holiday|hours)\b.*\b(?:market|markets|exchange|nyse|wall street|bell|trading)\b",
    ),
    (
        Intent.STATUS,
        2.6,
        r"\bbells?\b|\b(?:market|trading) (?:hours|hrs|holidays?|times?|schedule|calendar|day|status)\b|\b(?:half|short(?:ened)?) (?:trading )?days?\b|\bearly close\b|\bholidays?\b|\btrading days?\b|\bmarket status\b",
    ),
    (
        Intent.STATUS,
        2.2,
        r"\b(?:when|what time|how long|how (?:much|many) (?:time|minutes|hours|longer)|time (?:left|until)|minutes? until|hours? until)\b.*\b(?:open|opens|opening|close|closes|closing|premarket|session|after hours|start|starts|end|ends|market|trade|trading)\b",
    ),
    (
        Intent.STATUS,
        2.0,
        r"\b(?:is|are|do|does|can|was|were|will) (?:it|we|i|they|you|anyone|one|people|crypto|stocks|the stock|stock|there|us|equities|futures|u\.?s\.?)? ?(?:be )?(?:any )?(?:open|trade|trading|closed)\b.*\b(?:day|weekends?|today|now|yet|tomorrow|overnight|24/7|nights?)\b|\bis it (?:open|closed|premarket|after hours|a holiday)|\bday (?:a )?(?:holiday|trading|half|off|open|closed)|\bopen (?:on )?day$|\bclosed (?:on |for )?day$|\bday off\b|\bwe (?:open|closed|trade|trading)\b|\bweekends?\b|\bwhich session\b|\bwhat session\b|\bis premarket\b|\bstill open\b|\bopen yet\b",
    ),
    (
        Intent.CHART,
        2.4,
        r"\b(?:charts?|graphs?|plots?|candles?|candlesticks?|visuali[sz]e|charted)\b",
    ),
    (
        Intent.CHART,
        2.2,
        r"\b(?:put|pull|throw|bring|load|fire|pop|stick|slap|flash)\b.*\b(?:up|on (?:the |my |a )?(?:screen|timeframe|scale|panel|side))\b|\b(?:put|pull|bring|load|fire|pop|throw) up\b|\b(?:draw|zoom|sketch)\b",
    ),
    (
        Intent.CHART,
        1.2,
        r"\b(?:see|look at|show|view|open|let me see|display|watch)\b.*\b(?:timeframe|scale)\b",
    ),
)
_CUE = [(intent, weight, re.compile(pattern)) for intent, weight, pattern in _CUES]

_ENTITY_WEIGHTS: dict[Kind, tuple[tuple[Intent, float], ...]] = {
    Kind.SUM: ((Intent.CALCULATE, 6.0),),
    Kind.LEVEL: ((Intent.LEVELS, 2.6),),
    Kind.PIVOT: ((Intent.LEVELS, 2.2),),
    Kind.AVERAGE: ((Intent.INDICATORS, 1.8), (Intent.LEVELS, 0.6)),
    Kind.INDICATOR: ((Intent.INDICATORS, 2.6),),
    Kind.TIMEFRAME: ((Intent.CHART, 0.5), (Intent.INDICATORS, 0.4)),
    Kind.SCALE: ((Intent.CHART, 0.3), (Intent.INDICATORS, 0.3), (Intent.LEVELS, 0.2)),
}


def scores(clause: Clause) -> dict[Intent, float]:
    """The sum of cues and entities for every intent that has any."""
    masked = clause.masked.strip(" ?!.,:")
    total: dict[Intent, float] = {}
    for intent, weight, pattern in _CUE:
        if pattern.search(masked):
            total[intent] = total.get(intent, 0) + weight
    for kind in {mention.kind for mention in clause.mentions}:
        for intent, weight in _ENTITY_WEIGHTS.get(kind, ()):
            total[intent] = total.get(intent, 0) + weight
    asked = macro_intent(clause)
    if asked is not Intent.NONE:
        total[asked] = total.get(asked, 0) + MACRO
    return _adjusted(total, clause, masked)


_DISTANCE = re.compile(
    r"\b(?:above|below|under|over|far|close to|closer|away|near|relative to|distance|from|atr'?s?|indicators? (?:above|below|from|away|over|under))\b"
)


_OF_THE_MARKET = re.compile(
    r"\b(?:market|markets|bells?|holidays?|trading hours|weekends?|24/7|open yet|at night|around the clock|24 hours)\b"
)
_ASKS_TIME = re.compile(r"(?:so |and )?(?:when|what time|how long|how many|is it|are we)\b")
_IS_CHART = re.compile(
    r"^(?:please |can you )?(?:chart|plot|graph|draw|mark|overlay)\b|^(?!.*\bon (?:the|a|my)\b).*\bcharts?$|\bcharts? with\b"
)
_ON_CHART = re.compile(
    r"\b(?:put|show|draw|plot|add|overlay|mark|see) .*\bon (?:the|a|my) charts?\b"
)
_MARKED = re.compile(
    r"^(?:please |can you |could you |and |now )*(?:mark|flag|highlight|(?:draw|put|add|place|drop)(?: me)? (?:a |some |two |horizontal )*lines?)\b|\bwith (?:a |some |two )?(?:horizontal )?(?:lines?|marks?)\b|\bcharts?\b"
)
_BARS_WITH = re.compile(
    r"^(?:the )?(?:stock (?:on |in |at )?(?:the |a )?(?:timeframe|scale)(?: chart)?|(?:timeframe|scale)(?: chart (?:of|for))? stock)(?: chart)?,? with\b"
)
_UP_WITH = re.compile(
    r"^(?:please |can you |could you |and |now |then )*(?:pull|put|bring|throw|load|pop)(?: me)? (?:up stock|stock up)\b.*\bwith\b.*\b(?:level|average|pivots?|profile|levels)\b"
)
_SHOWN_ON_BARS = re.compile(
    r"\b(?:show|see|pull up|put up|bring up|give me|open|display|look at)\b.*\bstock\b (?:(?:on|at|in) (?:the|a|its) )?(?:timeframe|scale)\b"
)
_COUNTS_ATRS = re.compile(
    r"\b(?:how many|how much) indicator|\b(?:far|away|distance)\b.* in indicator"
)


def _adjusted(total: dict[Intent, float], clause: Clause, masked: str) -> dict[Intent, float]:
    """What stands beside a cue changes its weight."""
    has_symbol = bool(clause.of(Kind.SYMBOL))
    apart = bool(_DISTANCE.search(masked))
    has_frame = bool(clause.of(Kind.TIMEFRAME, Kind.INDICATOR))
    rules = (
        (Intent.STATUS, -1.5, has_symbol and not _OF_THE_MARKET.search(masked)),
        (Intent.STATUS, 1.0, not has_symbol and bool(_ASKS_TIME.match(masked))),
        (Intent.LEVELS, 2.0, bool(clause.of(Kind.AVERAGE)) and not has_frame and apart),
        (Intent.ROTATION, -5.0, has_symbol and clause.values(Kind.SYMBOL) != ["SPY"]),
        (Intent.LEVELS, 3.0, bool(_COUNTS_ATRS.search(masked))),
        (Intent.CHART, 1.0, has_frame and bool(_IS_CHART.search(masked))),
        (Intent.CHART, 1.0, bool(clause.of(Kind.LEVEL)) and bool(_IS_CHART.search(masked))),
        (Intent.CHART, 3.0, bool(_ON_CHART.search(masked))),
        (Intent.CHART, 6.0, _is_chart_of_volume(clause, masked)),
        (Intent.CHART, 6.0, _is_shown_on_bars(clause, masked)),
        (Intent.CHART, 6.0, compares_over_time(clause)),
        (
            Intent.CHART,
            6.0,
            bool(_MARKED.search(masked)) and bool(marked_prices(clause.text.lower())),
        ),
        (Intent.INDICATORS, 1.0, bool(clause.of(Kind.LEVEL)) and has_frame and not apart),
    )
    for intent, weight, applies in rules:
        if applies and (intent not in (Intent.STATUS, Intent.ROTATION) or intent in total):
            total[intent] = total.get(intent, 0) + weight
    return total


def _is_shown_on_bars(clause: Clause, masked: str) -> bool:
    """ "Show me SPX on the 5 minute": its chart, unless levels or indicators are asked for."""
    if _UP_WITH.match(masked) and not clause.of(Kind.INDICATOR):
        return True
    if _BARS_WITH.match(masked) and not clause.of(Kind.INDICATOR):
        return True
    shown = _SHOWN_ON_BARS.search(masked)
    if shown is None:
        return False
    if re.search(r"\bwith\b", masked[shown.end() :]):
        return True
    return not (clause.of(Kind.INDICATOR, Kind.LEVEL) or re.search(r"\blevels?\b|\bmap\b", masked))


_ANY_CHART = re.compile(r"\b(?:charts?|candles?|graph|plot)\b")


def _is_chart_of_volume(clause: Clause, masked: str) -> bool:
    """ "Chart NVDA with the volume profile": drawn along the chart, not told as levels."""
    return is_of_a_profile(clause.values(Kind.LEVEL)) and bool(_ANY_CHART.search(masked))


def best(total: dict[Intent, float]) -> Intent:
    """The intent with the highest sum, NONE if none is enough."""
    if not total:
        return Intent.NONE
    intent = max(total, key=lambda each: total[each])
    return intent if total[intent] >= ENOUGH else Intent.NONE
