"""Whether a question compares symbols over a time: two lines on a chart, not two quotes of today.

Decided: asked of the whole question before it is cut, since "compare spy and tlt over the last year"
falls apart at its "and"; and only where nothing else is asked for beside it.
"""

import re

from app.agents.offline.chart_words import without_zoom, zoom_of
from app.agents.offline.clauses import Clause, is_filler
from app.agents.offline.mentions import Kind

_COMPARES = re.compile(
    r"\b(?:compare[ds]?|comparison|versus|vs\.?|against|next to|alongside|overlay|overlaid|relative to|beside|side by side|stack(?:ed|s)? up|head to head"
    r"|beat(?:s|en|ing)?|(?:out|under)perform\w*|better|worse|best|worst|stronger|weaker|strongest|weakest|more|most|less|least|ahead|behind|leading|lagging|winning|winner|laggard|or"
    r"|perform\w*|returns?|returned|gain(?:ed|s)?|fared?|done|did)\b"
)
_MORE = re.compile(
    r"\b(?:chart|graph|plot|lay|put|draw|show|me|see|which|who|what|whats|one|of|them|has|have|had|been|is|are|was|were|the|how|how's|how did|do|does|doing|went|go|gone|it|its|on|off|up|down|higher|percent|percentage|and|to|with|from|for|both|each|other|together|please|in|a|gain|move[ds]?|over|same|chart of|stock|scale|timeframe|day|daily|period|time|results?|comparison|chart's|candles)\b|[^\w]"
)
_JOINED = re.compile(r"[;?!\n]+\s*\w|\bthen\b")
_KINDS = {Kind.SYMBOL, Kind.SCALE, Kind.TIMEFRAME, Kind.NUMBER}


def compares_over_time(clause: Clause) -> bool:
    """Two symbols or more, a stretch of time, and no word that asks for anything else."""
    low = clause.text.lower()
    if len(clause.values(Kind.SYMBOL)) < 2 or zoom_of(low) in ("", "today"):
        return False
    if {mention.kind for mention in clause.mentions} - _KINDS or _JOINED.search(low):
        return False
    masked = without_zoom(clause.masked)
    if not _COMPARES.search(masked):
        return False
    return is_filler(_MORE.sub(" ", _COMPARES.sub(" ", masked)))
