"""Recognises symbols: tickers in any case, companies by name and nickname, pairs, slips.

Decided: every candidate is `certain` or not. A ticker that is also a word (`IT`, `ALL`, `cost`) and
a name that is also a word (`target`, `gap`) is doubtful; it counts only if nothing certain stands
in the question, or beside a certain one in a list.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.agents.offline.gazetteer import GROUPS, Gazetteer
from app.agents.offline.mentions import Canvas, Kind, Mention
from app.agents.offline.spelling import english, nearest
from app.agents.offline.words import CUES, NEVER_LOWER, SURE, TERMS, TRADED_WORDS, VERBS
from app.market.directory import alias_key

_TOKEN = re.compile(
    r"[$^]?[A-Za-z][\w&]*(?:[.\-'][A-Za-z]+)*(?:/[A-Za-z]{3,4})?|(?<=mag )7\b|(?<=magnificent )7\b|\d{2,4}(?![\d.,%:/])"
)
_WORDS = re.compile(r"[a-z][a-z']*")
_LINK = re.compile(r"^ ?(?:,|and|&|/|or|vs\.?|versus|against|with|to|than|\+| ) ?$")


_BARE = re.compile(
    r"\b(?:levels?|lvls?|quotes?|price|last|chart|support|resistance|pivots?|map|rsi|macd|atr|vwap|volume|stock|shares?"
    r"|doing|trading|up|down|gap|close|open|high|low|range|key|today|yesterday|now|please|right|and|the|on|for|of|in|at"
    r"|is|was|what's|what|how's|how|where's|where|'s|show|me|give|get|did|does|do|a|an|by|with|to|its|it|about"
    r"|technicals|indicators|print|can|you|i|see|need|want|tell|check|look|much|looking|name|ticker|symbol|mean|so)\b|[^\w]"
)
_POINTED = re.compile(
    r"(?:levels?|quote|price|chart|rsi|macd|atr|vwap|support|resistance|pivots?|map|doing) (?:for|on|of|in|at) $"
)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int


def recognise_symbols(canvas: Canvas, gazetteer: Gazetteer) -> None:
    """Claim symbols; doubtful ones only where the sentence leaves no other reading."""
    tokens = [half for token in _tokens(canvas) for half in _halves(token, gazetteer)]
    found = _named(tokens, canvas, gazetteer)
    taken = {at for mention in found for at in range(mention.start, mention.end)}
    rest = [token for token in tokens if token.start not in taken]
    is_shouted = canvas.text.isupper() and len(canvas.text.split()) > 2
    for token in rest:
        mention = _ticker(token, canvas, gazetteer, is_shouted=is_shouted)
        if mention is not None:
            found.append(mention)
    if not any(mention.is_certain for mention in found):
        found += _misspelled(rest, found, canvas, gazetteer)
    for mention in _settled(sorted(found, key=lambda each: each.start), canvas):
        canvas.claim(mention)


def _tokens(canvas: Canvas) -> list[_Token]:
    return [
        _Token(match[0], *match.span())
        for match in _TOKEN.finditer(canvas.text)
        if canvas.is_free(*match.span())
    ]


def _halves(token: _Token, gazetteer: Gazetteer) -> list[_Token]:
    """`eth/btc` and `msft/aapl` taken apart, where the pair itself is not traded."""
    first, slash, second = token.text.partition("/")
    if not slash or token.text.upper() in gazetteer.tickers:
        return [token]
    if not all(gazetteer.knows(each.lower()) for each in (first, second)):
        return [token]
    middle = token.start + len(first)
    return [_Token(first, token.start, middle), _Token(second, middle + 1, token.end)]


def _named(tokens: Sequence[_Token], canvas: Canvas, gazetteer: Gazetteer) -> list[Mention]:
    """Company names, longest first."""
    found: list[Mention] = []
    position = 0
    while position < len(tokens):
        for length in range(min(gazetteer.longest, len(tokens) - position), 0, -1):
            words = tokens[position : position + length]
            mention = _name(words, canvas, gazetteer)
            if mention is not None:
                found.append(mention)
                position += length - 1
                break
        position += 1
    return found


def _name(words: Sequence[_Token], canvas: Canvas, gazetteer: Gazetteer) -> Mention | None:
    start, end = words[0].start, words[-1].end
    if not canvas.is_free(start, end):
        return None
    text = canvas.text[start:end]
    possessive = re.sub(r"'[sS]?$", "", text)
    keys = list(_spellings(alias_key(text), alias_key(possessive)))
    group = next((GROUPS[key] for key in keys if key in GROUPS), None)
    if group is not None:
        return Mention(Kind.SYMBOL, start, end, values=group)
    spelled = next((key for key in keys if key in gazetteer.names), None)
    if spelled is None:
        return _heard(words, canvas, gazetteer)
    symbol = gazetteer.names[spelled]
    if alias_key(text).endswith(" etf"):
        symbol = _FUNDS.get(symbol, symbol)
    if len(words) == 1 and _is_no_name(words[0], spelled, canvas, gazetteer):
        return None
    is_one_word = len(words) == 1
    doubtful = is_one_word and not words[0].text.isupper() and spelled in gazetteer.doubtful
    return Mention(Kind.SYMBOL, start, end, values=(symbol,), is_certain=not doubtful)


def _is_no_name(word: _Token, spelled: str, canvas: Canvas, gazetteer: Gazetteer) -> bool:
    """Whether a single word is a ticker, plain English, a price target, or a verb."""
    if _is_exact_ticker(word.text, gazetteer) or spelled in NEVER_LOWER:
        return True
    rest = canvas.low[: word.start] + canvas.low[word.end :]
    if spelled == "target" and re.search(r"price $|^ price", rest):
        return True
    if spelled == "zoom" and _ZOOMS.match(canvas.low, word.start):
        return True
    return spelled in VERBS and word.text.islower() and _is_done(canvas, word.start)


_ZOOMS = re.compile(
    r"zoom(?:ed|ing)?(?: (?:it|that|the chart)\b|[ ,]+(?:in|out|to|into|on|onto|back|closer|way|further|all|over|just|only|from|past|last|this"
    r"|today|yesterday|day|week|month|quarter|half|year|ytd|max|a bit|more|again|please|\d)\b)"
)
"""What a chart is told; a company of that name is asked about."""


_DOES = re.compile(
    r"\b(?:to|not|don't|dont|never|no|won't|wont|can't|cant|let's|lets|i|i'll|we|you|they|gonna|rather|always) $"
)


def _is_done(canvas: Canvas, start: int) -> bool:
    """Whether a word that is a name too is a verb there: "I never chase"."""
    return bool(_DOES.search(canvas.low[:start]))


_EDGES = NEVER_LOWER | {"and", "the", "an", "about", "for", "with", "on"}
"""No name begins or ends with these; without them too much would sound like one."""


def _heard(words: Sequence[_Token], canvas: Canvas, gazetteer: Gazetteer) -> Mention | None:
    """A name of several words that only sounds right: "proctor and gamble", "net flix"."""
    text = canvas.text[words[0].start : words[-1].end]
    if len(words) == 1 or not re.fullmatch(r"[A-Za-z' &-]+", text):
        return None
    if any(word.text.lower() in _EDGES for word in (words[0], words[-1])):
        return None
    symbol = gazetteer.heard(re.sub(r"'s?$", "", text))
    if symbol is None:
        return None
    canvas.notes.append(f"I read “{text}” as {symbol}.")
    return Mention(Kind.SYMBOL, words[0].start, words[-1].end, values=(symbol,))


_FUNDS = {"SPX": "SPY", "NDX": "QQQ", "RUT": "IWM", "DJI": "DIA", "COMP": "QQQ"}
"""The fund that is meant by "the Russell 2000 ETF"."""


def _spellings(*keys: str) -> Iterator[str]:
    for key in keys:
        yield key
        yield key.removeprefix("the ")
        yield key.removesuffix(" etf").removeprefix("the ")
        if key.endswith("s") and (key[:-1] in TRADED_WORDS or key not in english()):
            yield key[:-1]


def _is_exact_ticker(text: str, gazetteer: Gazetteer) -> bool:
    return text.isupper() and text in gazetteer.tickers


def _ticker(
    token: _Token, canvas: Canvas, gazetteer: Gazetteer, *, is_shouted: bool
) -> Mention | None:
    if token.text.isdigit():
        return None
    marked = token.text[0] in "$^"
    text = re.sub(r"'[sS]?$", "", token.text.lstrip("$^"))
    upper = text.upper().replace("-", ".")
    low = text.lower()
    pair = gazetteer.names.get(low, "") if marked else ""
    if marked and "/" in pair:
        return Mention(Kind.SYMBOL, token.start, token.end, values=(pair,))
    if upper not in gazetteer.tickers and upper not in gazetteer.renamed:
        return _unknown(token, text, canvas, marked=marked, is_shouted=is_shouted)
    symbol = gazetteer.renamed.get(upper, upper)
    if upper in gazetteer.renamed:
        canvas.notes.append(f"{upper} trades as {symbol} now.")
    mention = Mention(Kind.SYMBOL, token.start, token.end, values=(symbol,))
    doubtful = Mention(Kind.SYMBOL, token.start, token.end, values=(symbol,), is_certain=False)
    if marked:
        return mention
    if text.isupper() and not is_shouted:
        return _capital(text, low, canvas, mention, doubtful)
    if low in NEVER_LOWER or (len(low) == 1 and low not in "ftcv"):
        return doubtful if is_shouted and low not in ("a", "i") else None
    wordy = len(low) == 1 or low in TERMS or low in gazetteer.doubtful
    return doubtful if wordy else mention


def _capital(
    text: str, low: str, canvas: Canvas, mention: Mention, doubtful: Mention
) -> Mention | None:
    if text == "I" or (text == "A" and not _names_a(canvas, mention)):
        return None
    if low in NEVER_LOWER or low in TERMS:
        others_are_lower = (
            any(char.islower() for char in canvas.text) or canvas.text.strip(" ?!.") == text
        )
        return doubtful if not others_are_lower or _sits_oddly(canvas, mention) else mention
    return mention


_BEHIND_A = re.compile(
    r"(?:\W*$|last\b|levels\b|(?:quote|price|stock|chart)\W*$|(?:at|doing|trading(?: at)?|now|today)\W*$|'s\b|(?:pdh|pdl|rsi|macd|atr|vwap)\b)"
)


def _names_a(canvas: Canvas, mention: Mention) -> bool:
    """`A` is Agilent only where an article cannot stand: at the end, or before "last"."""
    after = canvas.text[mention.end :].strip().lower()
    return bool(_BEHIND_A.match(after))


def _sits_oddly(canvas: Canvas, mention: Mention) -> bool:
    """A capital word amid lower-case ones may be emphasis: doubtful if something follows it
    that a preposition would need ("levels ON spy")."""
    after = canvas.text[mention.end :].strip(" ?!.")
    return (
        mention.values[0] in ("ON", "OR", "FOR", "SO", "ALL", "NOW", "LOW", "KEY")
        and bool(re.match(r"(?:the |my )?[$A-Za-z]", after))
        and _BARE.sub("", after.lower()) != ""
    )


def _unknown(
    token: _Token, text: str, canvas: Canvas, *, marked: bool, is_shouted: bool
) -> Mention | None:
    low = text.lower()
    if marked:
        return Mention(Kind.SYMBOL, token.start, token.end, values=(text.upper(),))
    if low in NEVER_LOWER:
        return None
    looks_like_one = re.fullmatch(r"[A-Z]{2,6}(?:\.[A-Z])?|[A-Z]{2,6}/[A-Z]{3,4}", text)
    if looks_like_one and low not in TERMS and (not is_shouted or low not in english()):
        certain = low not in english() and low not in CUES
        if not certain and not any(char.islower() for char in canvas.text):
            return None
        return Mention(Kind.SYMBOL, token.start, token.end, values=(text,), is_certain=False)
    return None


_ARTICLE = re.compile(r"\b(?:a|an) $")
"""Behind it stands a thing ("a doji"), not a name."""


def _misspelled(
    rest: Sequence[_Token], found: Sequence[Mention], canvas: Canvas, gazetteer: Gazetteer
) -> list[Mention]:
    """Names one or two slips away, then words nobody knows, where a symbol would stand."""
    known = {mention.start for mention in found}
    result: list[Mention] = []
    for token in rest:
        low = re.sub(r"'s?$", "", token.text.lower())
        if token.start in known or not low.isalpha() or len(low) < 3 or low in CUES or low in TERMS:
            continue
        if low in english() or gazetteer.knows(low) or low in NEVER_LOWER:
            continue
        if _ARTICLE.search(canvas.low[: token.start]):
            continue
        result += _guess(token, low, canvas, gazetteer)
    return result


def _guess(token: _Token, low: str, canvas: Canvas, gazetteer: Gazetteer) -> list[Mention]:
    near = nearest(low, gazetteer.names) if len(low) >= 5 else None
    symbol = gazetteer.names[near] if near is not None else gazetteer.heard(low)
    if symbol is not None:
        canvas.notes.append(f"I read “{token.text}” as {symbol}.")
        return [Mention(Kind.SYMBOL, token.start, token.end, values=(symbol,))]
    if re.fullmatch(r"[a-z]{3,5}", low) and _stands_for_a_symbol(token, canvas):
        return [
            Mention(Kind.SYMBOL, token.start, token.end, values=(low.upper(),), is_certain=False)
        ]
    return []


def _stands_for_a_symbol(token: _Token, canvas: Canvas) -> bool:
    """Alone among words of the field, or right behind "levels on"."""
    around = canvas.masked().replace(canvas.low[token.start : token.end], " ", 1)
    return _BARE.sub("", around) == "" or bool(_POINTED.search(canvas.low[: token.start]))


def _settled(found: list[Mention], canvas: Canvas) -> list[Mention]:
    found = [mention for mention in found if not _is_preposition(mention, found, canvas)]
    certain = [mention for mention in found if mention.is_certain]
    if not certain:
        return [mention for mention in found if _is_alone(mention, found, canvas)]
    return [
        mention for mention in found if mention.is_certain or _is_listed(mention, certain, canvas)
    ]


def _is_preposition(mention: Mention, found: Sequence[Mention], canvas: Canvas) -> bool:
    """`ON` in "LEVELS ON NVDA": in capitals throughout, with its symbol behind it."""
    return (
        canvas.text.isupper()
        and mention.values[0] in ("ON", "FOR", "OF", "AT", "IN", "SO", "IS", "IT")
        and any(other.start - mention.end == 1 for other in found)
    )


def _is_listed(mention: Mention, certain: Sequence[Mention], canvas: Canvas) -> bool:
    spelled = canvas.text[mention.start : mention.end]
    if spelled.lower() in NEVER_LOWER and (spelled.islower() or canvas.text.isupper()):
        return False
    ends_a_row = len(certain) > 1 and not canvas.text[mention.end :].strip(" ?!.")
    for other in certain:
        first, second = sorted((mention, other), key=lambda each: each.start)
        between = canvas.low[first.end : second.start]
        if _LINK.match(between) and (between.strip() or spelled.isupper() or ends_a_row):
            return True
    return False


def _is_alone(mention: Mention, found: Sequence[Mention], canvas: Canvas) -> bool:
    """Whether everything around a doubtful symbol is words of the field."""
    spelled = canvas.text[mention.start : mention.end]
    if spelled.isupper() and not canvas.text.isupper():
        return True
    if spelled.lower() in NEVER_LOWER and not canvas.text.isupper():
        return False
    text = list(canvas.low)
    for each in (*canvas.mentions, *found):
        text[each.start : each.end] = " " * (each.end - each.start)
    rest = _BARE.sub(" ", "".join(text))
    return all(word in CUES or word in SURE for word in _WORDS.findall(rest))
