"""Wants that no tool may be called for, or that need care: told by a verb and its object.

Decided: guards are asked before cues, and never by a noun alone. "My stop is at 228" and "did it hit
the level" are about levels; "move my stop" and "tell me when it hits" are what we cannot do.
"""

import re

from app.agents.offline.clauses import Clause
from app.agents.offline.intents import Intent
from app.agents.offline.mentions import Kind

_GUARDS: tuple[tuple[Intent, str], ...] = (
    (
        Intent.REFUSED,
        r"(?:ignore|disregard|forget|override|bypass) (?:all |any |your |the |my |these |every)*(?:previous |prior |above |earlier |other )*(?:instructions?|rules?|prompts?|guidelines|training|guardrails?)"
        r"|system prompt|(?:your|the|reveal|print|show|repeat) (?:\w+ )?(?:hidden |initial |secret |system )?(?:prompts?|instructions)\b"
        r"|(?:api|secret|openai|access|private) ?[- ]?keys?\b|passwords?\b|credentials|env(?:ironment)? variables?"
        r"|\bjailbreak|developer mode|pretend (?:to be|you)|act as (?:a|an|if)|\byou are (?:now|\w+ now)\b|(?:repeat|print|output|show) (?:me )?(?:everything|all|the text|the words) above|source code|roleplay"
        r"|drop table|select \* from|<script|rm -rf|sudo |\bexec\(|other (?:members?|users?)'?s?\b"
        r"|(?:delete|wipe|erase|destroy) (?:all|my|every|everything|the (?:data|database|users?|account|server))|\bhack\b|insider (?:info|tip)|launder|pump and dump|manipulate",
    ),
    (
        Intent.REFUSED,
        r"\b(?:you(?:'re| are)? (?:suck|stupid|dumb|useless|an? idiot|trash|garbage|worthless|shit)|fuck|idiot|moron|piece of (?:shit|crap|junk)|^shut up|shut up (?:you|bot|coach)|go to hell|hate you|screw you|stupid (?:bot|coach))",
    ),
    (
        Intent.DESCRIBE,
        r"\bwhat (?:else )?(?:can|could|do) you (?:\w+ )?(?:do|help|answer|know|tell me|offer|support|cover)\b|\bwhat are (?:you|your) (?:good at|able to|capable|for|abilities|skills|features|capabilities|functions|limits|limitations)\b|\bwho are you\b|\bwhat are you\b|\bwho (?:made|built|created) you\b|\bhow (?:do|does|can|should) (?:i|you|this|it) (?:use|work|start|get started|talk|ask|operate)\b|\bhow (?:do|does) (?:you|this|it|that|all this|all that) (?:\w+ )?work\b|\bwho am i (?:talking|speaking|chatting) (?:to|with)\b|\b(?:kind|sort) of (?:things|stuff|questions) (?:do|can) you\b|\b(?:numbers|prices|data|quotes|figures) (?:\w+ )?(?:made up|fake|invented|fictional|real|genuine|live|delayed)\b|\b(?:real|live|delayed|fake|actual) (?:market )?(?:data|prices|quotes|numbers)$|\bwhat (?:can|should|could|do|kind of \w+ can|sort of \w+ can|questions can|stuff can) i (?:\w+ )?(?:ask|do|say|type)\b|\bwhat kind of \w+ (?:can|do)\b|\b(?:capabilities|abilities|features|commands|functions|your skills|instructions for use|manual|tutorial)\b|^(?:please )?(?:help|help me|menu|start|\?|/help|options|i need help|get started)(?: me| out| please)*$|\bare you (?:a |an )?(?:bot|ai|robot|human|real|person|chatgpt|gpt|llm|offline|machine|model)\b|\bwhat(?:'s| is) your (?:name|job|purpose|role)\b|\bhow can you help\b|\bcan you help(?: me)?(?: \w+){0,2}$|\bwhat (?:tools|data) do you\b|\bwhere (?:do|does|are) (?:your|the|you|these) .*(?:from|get|numbers|data)\b|\b(?:is|are) (?:this|these|those|your|the) (?:data|prices?|numbers?|quotes?) (?:real|live|delayed|simulated|accurate|fake)|\b(?:is|are) (?:this|these|those|they|it) (?:\w+ )?(?:real|live|fake|simulated)(?: (?:data|prices?|numbers?|quotes?|money))?$|\btell me about yourself\b|\bintroduce yourself\b|\bshow me (?:some )?examples\b|\bwhich (?:symbols|markets|indicators|tickers|stocks) (?:do|can) you\b|\bwhat (?:symbols|markets|indicators|tickers|stocks) (?:do|can|are) (?:you|available|supported)|\bgood for\?*$|\b(?:do|can|will|does) (?:you|it|anyone|this) (?:\w+ )?(?:see|store|keep|save|share|sell|read|remember|track|record|log) (?:my|our|what i|everything)\b|\bis my (?:data|account|information) (?:\w+ )?(?:safe|private|stored|shared|secure)|\bwhich brokers?\b|\bwhat brokers?\b|\bwho can see (?:my|this)\b|^(?:so |and |hey )?(?:do|can|could) (?:you|u) (?:also |even )?(?:have|support|do|offer|cover|know|handle|understand|speak) [\w ]+$|\bwhat(?:'s| is| does) (?:this|it|that) ?(?:thing|bot|app|tool|coach|page|site|chat)? (?:do|for|about)$|\bwhat does this do\b",
    ),
    (
        Intent.ALERT,
        r"\b(?:alert|notify|ping|remind|text|email|warn|wake|buzz|message) me\b.*\b(?:when|if|once|at|before|about|on)\b|\btell me (?:when|if|once|as soon as)\b.*\b(?:hits|cross(?:es)?|breaks?|goes|reach(?:es)?|gets|drops?|falls|rises|touch(?:es)?|tags?|trades?)\b|\balerts?\b|\bnotifications?\b|\blet me know (?:when|if|once)\b|\breminder\b|\bremind me\b",
    ),
    (
        Intent.BACKTEST,
        r"\bback-?test|\bhow (?:often|many times) (?:does|has|did|do)\b(?!.*\b(?:day|level|today|so far)\b)|\bstrategy tester\b|\bsimulate (?:a )?(?:trade|strategy)|\bexpectancy\b|\bhistorical(?:ly)? probability",
    ),
    (
        Intent.JOURNAL,
        r"\bjournal\b|\bmy win[- ]?rate\b|\bhow(?:'d| did|d) i do\b|\blog (?:this|a|my|that) (?:trade|entry|fill)|\bmy (?:last|recent|past|best|worst) (?:\w+ )?trades?\b|\btrade (?:log|history|review)\b|\breview my (?:trade|week|day)|\bimport (?:my )?(?:trades|csv|broker)|\brecord (?:this|my|a) trade",
    ),
    (
        Intent.POSITIONS,
        r"\bmy (?:open |current |net |whole |total |overall )*(?:positions?|portfolio|p ?& ?l|pnl|p/l|holdings?|account|balance|exposure|delta|buying power|cost basis|performance|risk|shares|stocks|watch ?lists?|profits?|loss(?:es)?)\b"
        r"|\bam i (?:up|down|long|short|green|red|in profit|making|losing)\b|\bhow am i doing\b|\bopen positions?\b|\bwhat do i (?:own|hold)\b|\bportfolio\b|\bp ?& ?l\b|\bpnl\b|\bposition siz|\bhow (?:many|much) (?:shares|contracts)? ?(?:should|can) i (?:buy|trade|risk)|\bwatch ?list\b|\bmargin call\b|\b(?:did|do) i (?:make|lose|earn)\b|\bi (?:made|make|earned) on\b",
    ),
    (
        Intent.OPTIONS,
        r"\bcontracts?\b|\boptions? (?:chain|flow|prices?|for|on|trades?|volume)\b|\boptions\b(?! (?:do i have|are there))|\b(?:calls|puts)\b|\b(?:a|an|the|buy|sell|covered|naked|long|short|weekly|atm|otm|itm|stock) call\b|\b(?:a|the|buy|sell|naked|long|short|protective|atm|otm|itm) put\b(?! (?:up|on))|\bput (?:options?|spreads?|wall|call)\b|\bcall (?:options?|spreads?|wall)\b|\bchain\b|\bgreeks?\b|\b(?:implied vol(?:atility)?|ivr?|iv rank|open interest|max pain|gamma|gex|theta|vega|delta|strikes?|spreads?|iron condors?|straddles?|strangles?|expir(?:y|ation|ies)|opex|0 ?dte|premiums?)\b",
    ),
    (
        Intent.SCAN,
        r"\bscan(?:s|ner)?\b|\bscreen(?:er|s|ing)?\b(?<!the screen)(?<!my screen)(?<!on screen)|\b(?:top|biggest|best|worst) (?:\w+ )?(?:gainers?|losers?|movers?|performers?|stocks?|setups?)\b|\b(?:which|what|find|list|show me|any|give me|recommend)(?: me)?(?: all)?(?: the)?(?: (?!of\b|can\b|do\b|are\b|happens?\b|to\b|will\b)\w+){0,2} (?:stocks|names|tickers|symbols|companies|etfs|coins|setups?)\b(?! can)|\bmovers\b|\bwhat(?:'s| is) (?:moving|hot|breaking out)\b|\b(?:what|which) (?:stock|coin|ticker)s? (?:should|to|is best)|^(?:show me |find |list |any |give me |are there any )*(?:stocks|names|tickers|symbols|companies|etfs|coins) (?:above|below|near|with|that|breaking|making|under|over|at|which|trading|crossing|hitting)\b|\b(?:which|what) (?:sectors?|industr\w+) \b|\b(?:best|worst|top)[- ]perform\w+\b(?!.*\bstock\b)|\b(?:best|worst|strongest|weakest|hottest|leading) (?:sectors?|industr\w+|stocks?)$|\bunusual (?:volume|activity)\b|\bmost active\b|\bgainers\b|\blosers\b",
    ),
    (
        Intent.NEWS,
        r"\bearnings?\b|\bnews\b|\bheadlines?\b|\breports? (?:earnings|results|next)\b|\bwhen (?:does|do|is|will) .* report(?:ing)?\b|\b(?:cpi|ppi|fomc|nfp|non-?farm|jobs report|payrolls|gdp|fed(?:eral reserve)?|powell|rate (?:cut|hike|decision)|economic calendar|jobless)\b|\bwhy (?:is|did|are|was|has) .*(?:up|down|drop|fall|fell|rally|dump|tank|moon|moving|crash|rip|red|green|jump|pump|spik)\w*|\bupgrades?\b|\bdowngrades?\b|\banalysts?\b|\bipos?\b|\bsplit\b",
    ),
    (
        Intent.FUNDAMENTALS,
        r"\bp/?e(?: ratio)?\b|\bprice to earnings\b|\bmarket ?cap(?:itali[sz]ation)?\b|\bdividends?\b|\brevenues?\b|\beps\b|\bbalance sheet\b|\bceo\b|\bfair value\b|\bfundamentals?\b|\bshort interest\b|\bfloat\b|\bwhat does .* (?:do|make|sell)$|\bsector is\b|\binsider (?:buying|selling)\b|\bebitda\b|\bfree cash flow\b|\bhow many employees\b|\bvaluation\b",
    ),
    (
        Intent.ADVICE,
        r"\b(?:should|shall|would|do|can) (?:i|we|you|u|one) (?:\w+ )?(?:buy|sell|short|hold|long|enter|exit|get (?:in|out|into)|take (?:profits?|the trade)|add|trim|dump|invest|go (?:long|short)|bail|cover|load up|dip|ape)\b"
        r"|\b(?:good|great|bad|right|safe|decent) (?:time|buy|entry|investment|price|trade|idea|spot|level)(?: to (?:buy|sell|get in|enter|short))?\b|\b(?:a|is it (?:a )?) ?(?:buy|sell|short|hold)(?: or (?:a )?(?:buy|sell|short|hold))?(?: here| now| right now| today| at this price)?$|\bbuy or sell\b|\blong or short\b|\bsell or hold\b|\bhold or sell\b|\bbuy the dip\b|\bworth (?:buying|selling|it|getting)\b|\b(?:recommend|your (?:opinion|take|view|advice|thoughts?)|what do you think)\b|\btoo late to (?:buy|get|short)|\b(?:any|your) (?:advice|tips?)\b|\b(?:stock|hot|trading|trade|investment) tips?\b|\b(?:over|under)valued\b|\btrade ideas?\b|\b(?:cheap|expensive)\b(?! (?:stocks|options))|\bdouble down\b|\baverage down\b|\bwhere (?:should|would|do|can) i (?:buy|sell|enter|put my stop|get in|exit|take profit|short)\b",
    ),
    (
        Intent.FORECAST,
        r"\b(?:will|gonna|going to|about to|likely to|is going|headed|heading|set to)\b.*\b(?:go|be|hit|reach|crash|rally|rise|fall|drop|moon|break(?: ?out)?|bounce|pump|dump|tank|recover|close|up|down|higher|lower|higher or lower|green|red|end|open (?:up|down|higher|lower|green|red)|squeeze|rip|double|hold|fill)\b"
        r"|\bwill (?:it|stock|they|the market) (?:crash|rally|rise|fall|drop|moon|bounce|pump|dump|tank|break|hold|hit|reach)|\b(?:predict(?:ion|ions)?|forecasts?|outlook|price targets?|target price|pt for|bullish or bearish|bearish or bullish|crystal ball|prognos\w+|projection)\b|\bwhere (?:will|do you see) .* (?:going|headed|heading|go|end up|end|close|be|finish|trade|settle|land)\b|\bwhere (?:is|are) .* (?:going|headed|heading)\b|\b(?:be|get) worth\b|\bto the moon\b|\bby (?:year end|end of (?:the )?(?:year|week|month|day)|christmas|eoy|eow|eom)\b|\b(?:is|are) .* (?:bullish|bearish)\b|\b(?:going to|gonna|will) (?:happen|do)\b|\bwhat happens (?:to|with|next)\b.*\b(?:next|tomorrow|stock|market)|\b(?:bull|bear) (?:or (?:bull|bear) )?market (?:next|in|this|coming)\b|\bwill .* \b(?:hold|hit|break|reach)\b|\b(?:chances?|odds|probability|likely)\b|\bwhat(?:'s| is) next for\b|\bnext (?:move|leg)\b|\bhow (?:high|low) (?:can|will|could|might) .*\bgo\b|\b(?:do )?(?:you|u|ya) (?:see|expect|think|reckon|guess)\b|\bexpect(?:ed)? move\b",
    ),
    (
        Intent.ORDER,
        r"^(?:please |can you |could you |just |go ahead and |i want to |i'd like to |want to |let's )*(?:buy|sell|short|long|cover|close|flatten|exit|liquidate|dump|scale (?:in|out|into)) (?:me )?(?:\d+|number|my|all|half|out|some|a|an|stock|everything|it|the position|the trade|into|positions?)\b(?! (?:price|quote|yesterday|on day|day))"
        r"|\b(?:place|submit|enter|send|cancel|modify|put in|execute|route) (?:an?|my|the|all)?(?: \w+)? ?(?:order|trade|limit|stop|bracket|buy|sell)s?\b|\b(?:stop[- ]loss|trailing stop|limit order|market order|bracket order|oco)\b|\bset (?:a |my )?(?:stop|limit|target|take profit)\b|\b(?:move|raise|lower|cancel|change|trail|adjust|tighten|remove) my (?:stop|order|limit|target)s?\b|\bmy orders?\b|\b(?:transfer|withdraw|deposit|send) \$?(?:number|money|\d+)|\b(?:buy|sell|short) (?:number|\d+)\b|\bi (?:want|wanna) (?:to )?(?:buy|sell|short)\b",
    ),
    (
        Intent.EXPLAIN,
        r"\bwhat (?:do|does|did) (?:the |a |an )?(?:level|indicator|average|method|pivots?|\w+) (?:mean|stand for|measure|tell|show)\b|\bwhat(?:'s| is| are) (?:an? |the meaning of |the difference between |the definition of |the formula )(?!stock)(?:level|indicator|average|method|pivots?|opening range|gap|support|resistance|half day|candle|premarket)|\b(?:explain|define|definition of|meaning of|teach me|learn about|difference between)\b|\bhow (?:is|are|do you) .*(?:calculated|computed|calculate|compute|worked out|defined|made)\b|\bwhat (?:is|are) (?:level|indicator|average|method|pivots?|pivot points?|fibonacci|support and resistance|opening range|half day|candlesticks?)s?$|^why (?:that|this|the|those) (?:level|one|number)|\bwhy (?:is )?(?:that|this) (?:level|one)\b|\bwhy (?:does|do|is|are) (?:it|that|this|they|level) (?:matter|important)|\bwhere does that (?:level|number) come from\b|\bhow do i (?:read|trade|interpret)\b",
    ),
)
_GUARD = [(intent, re.compile(pattern)) for intent, pattern in _GUARDS]

_SMALL_TALK = (
    (
        Intent.HELLO,
        re.compile(
            r"^(?:hi+|hello+|hey+|yo+|howdy|sup|what's up|whats up|wassup|hiya|good (?:morning|afternoon|evening|day)|gm|greetings|morning|morgen|how are you(?: doing)?(?: today)?|how's it going|you there|anyone there|test|testing|ping|salut|buongiorno)(?: there| coach| everyone| all| mate| buddy| bro| man| friend| again| to you| today)*$"
        ),
    ),
    (
        Intent.THANKS,
        re.compile(
            r"^(?:(?:ok(?:ay)?|k|great|cool|nice|perfect|awesome|thanks?(?: you)?|thank you|cheers|got it|gotcha|good|sweet|lol|haha+|bye|goodbye|see you|see ya|later|cya|good ?night|gn|nite|night|sleep well|hm+|oh|ah|i see|word|bet|roger|copy that|noted|ciao|no|yes|yep|yeah|nope|never ?mind|sure|right|fine|alright|understood|makes sense|much appreciated|appreciate it|(?:that |this |it )?(?:really )?help(?:ed|s)(?: me)?|you(?:'re| are) (?:great|the best|awesome)|well done|good job|good bot|love it|wow|amazing|that's all|that is all|so much|very much|a lot|a ton|mate|coach|man|bro|dude|buddy|very|you|for the help|for that|for now|one|it)\b[ ,.!]*)+$"
        ),
    ),
)

_OFF_TOPIC = re.compile(
    r"\b(?:poem|haiku|joke|song|story|recipe|weather|football|soccer|super ?bowl|movie|president|capital of|translate|essay|code|python|javascript|homework|girlfriend|boyfriend|bake|cook|lyrics|riddle|horoscope|god|meaning of life|religion|politic\w*|election|pizza|dinner|restaurant|travel|vacation|hotel|flight|doctor|medicine|sex|dating|cats?|dogs?|chess|game|sports?|nba|nfl|mortgage|tax(?:es)?|email to|write (?:me )?(?:a|an|some)|sing|birthday|world cup|who (?:won|is the|was)|how (?:tall|old)|limerick|rap)\b"
)


_VENTS = re.compile(
    r"\b(?:tilt(?:ed|ing)|frustrat\w+|stressed|burn(?:ed|t) out|heartbroken|devastated|discouraged|revenge trad\w+|blew (?:up|it)|blown up|down bad)\b"
    r"|\b(?:i|i've|ive|just|we) (?:just |really |have )?(?:lost|losing|dropped) (?:so much|too much|a lot|a ton|all|everything|money|my|half|big|again|\w+ (?:trades?|days?|dollars|bucks|grand)\b|number)"
    r"|\b(?:trading|this|day trading) is (?:so |really |too |just |fucking |very )*(?:hard|tough|brutal|exhausting|depressing|difficult)\b"
    r"|\bi (?:suck|quit|give up|hate (?:this|trading|my life|losing))\b|\b(?:bad|rough|awful|terrible|horrible|worst|tough) day\b"
    r"|\bi(?:'m| am|m) (?:so |really |very |just )*(?:sad|angry|mad|scared|tired|depressed|done|nervous|upset|crushed)\b"
)


def _vents(clause: Clause) -> bool:
    """Whether somebody tells how it feels, of no symbol and without a question."""
    return (
        not clause.of(Kind.SYMBOL) and "?" not in clause.text and bool(_VENTS.search(clause.plain))
    )


def guarded(clause: Clause) -> Intent:
    """An intent that no tool may be called for, or that needs care; NONE if there is none."""
    plain = clause.plain.strip(" ?!.,:")
    for intent, pattern in _SMALL_TALK:
        if not clause.mentions and pattern.search(plain):
            return intent
    if clause.of(Kind.CONTRACT):
        return Intent.OPTIONS
    if _vents(clause):
        return Intent.VENTING
    masked = clause.masked.strip(" ?!.,:")
    for intent, pattern in _GUARD:
        if clause.of(Kind.SUM) and intent not in _BEFORE_SUMS:
            continue
        if pattern.search(masked) or (intent is Intent.REFUSED and pattern.search(plain)):
            return intent
    return Intent.NONE


_BEFORE_SUMS = (Intent.REFUSED, Intent.ORDER, Intent.ALERT)
"""What is told apart from a sum by its verb; other guards only share words with one."""


def is_off_topic(clause: Clause) -> bool:
    """Whether words of another world stand there and no symbol does."""
    return not clause.of(Kind.SYMBOL) and bool(_OFF_TOPIC.search(clause.plain))
