"""What a sentence talks about: levels and readings by their many names, and the symbols they are of.

Decided: names are looked up word by word in a table, so that a check costs little and a new tool's
labels are understood because they stand in the ledger. A figure answers to the keys of its label
and its path; a phrase stands for one or several keys (`the high` may be the day's or PDH).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain

from app.core.figures import Figure

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A name at `start:end`. A weak label (`now`, `price`) speaks only for a number beside it."""

    start: int
    end: int
    keys: frozenset[str]
    is_entity: bool
    is_weak: bool = False


_WORD = re.compile(r"[A-Za-zÀ-ÿ&]+\d*[A-Za-z]*|\d+[A-Za-z]*")
_BAND = re.compile(r"\s?([+\-−])\s?([12])(?:\s?(?:σ|sd\b|SD\b))?(?![\d.,]*\d|%)")
_PAIR_OF_AVERAGES = re.compile(r"(\d{1,3})\s?/\s?(\d{1,3})[ -]?(?:day |period )?(E|S)?MAs?\b")
_LONGEST = 6

_PHRASES: dict[str, str] = {
    "pdh": "pdh|prior day high|previous day high|previous day s high|prior day s high|yesterday s high"
    "|yesterdays high|prior session high|previous session high|previous session s high|gestriges hoch",
    "pdl": "pdl|prior day low|previous day low|previous day s low|prior day s low|yesterday s low"
    "|yesterdays low|prior session low|previous session low|previous session s low|gestriges tief",
    "pdc": "pdc|prior close|previous close|prior day close|previous day close|previous day s close"
    "|yesterday s close|yesterdays close|close before|prior session close",
    "pmh": "pmh|premarket high|pre market high|premkt high",
    "pml": "pml|premarket low|pre market low|premkt low",
    "onh": "onh|overnight high",
    "onl": "onl|overnight low",
    "or5h|or15h|or30h|or60h": "opening range high|or high|orh",
    "or5l|or15l|or30l|or60l": "opening range low|or low|orl",
    "pp": "pp|pivot|pivot point|central pivot",
    "poc": "poc|vpoc|point of control",
    "vah": "vah|value area high|high of the value area",
    "val": "value area low|low of the value area",
    "ema50w": "ema50w",
    "ema200w": "ema200w",
    "ema50w|ema50": "50 week ema|50 week exponential average|50w ema",
    "ema200w|ema200": "200 week ema|200 week exponential average|200w ema",
    "52wh": "52wh|52 week high|52w high|52 wk high|yearly high|one year high",
    "52wl": "52wl|52 week low|52w low|52 wk low|yearly low|one year low",
    "open": "day s open|opening price|opening print|opened at|opened|open",
    "volume": "volume|vol",
    "averagevolume": "average volume|avg volume",
    "atr": "atr|average true range|atr 14",
    "vwap": "vwap",
    **{name: name for name in ("rsi", "macd", "adx", "cci", "mfi", "obv", "willr", "roc")},
    "stoch": "stoch|stochastic|stochastics",
    "bb": "bb|bollinger|bollinger band|bollinger bands",
    "gap|gappct|gapattheopen": "gap|gapped",
    "untilnext": "time to the next bell|next bell",
}
_WEAK: dict[str, str] = {
    "last|close|price": "last|last price|price|trades|trading|traded|trade|now|currently|quoted|spot|quote"
    "|last print|prints|printing|current price",
    "close|pdc|last|price": "close|closed|closing price|settled|finished|closing",
    "change|changepct": "change|chg|day change|net change|change on the day",
    "*high": "high|day s high|session high|intraday high|hod|high of day|high of the day|today s high",
    "*low": "low|day s low|session low|intraday low|lod|low of day|low of the day|today s low",
}
PRICE_KEYS = frozenset({"last", "close", "price"})
UNNAMED = frozenset({"last", "price", "change", "changepct"})
"""What traders say without naming it: the price and its change."""

_HIGHS = frozenset({"high", "highoftheday"})
_LOWS = frozenset({"low", "lowoftheday"})


def key_of(name: str) -> str:
    """`high of the day` → `highoftheday`, `previous_close` → `pdc`: one spelling to compare by."""
    spelled = re.sub(r"[\s._'’-]+", "", name.casefold()).replace("−", "-")
    return "pdc" if spelled in {"previousclose", "priorclose"} else spelled


@cache
def _keys_of_names(path: str, label: str) -> frozenset[str]:
    base = path.partition(".")[0]
    keys = {key_of(path), key_of(base), key_of(label)}
    keys |= {key.partition("(")[0] for key in keys} | {key.partition(",")[0] for key in keys}
    if base[:3].lower() == "52w":
        keys.add(key_of(base))
    return frozenset(key for key in keys if key)


def keys_of(figure: Figure) -> frozenset[str]:
    """The names a figure answers to."""
    return _keys_of_names(figure.path, figure.label)


def answers(figure: Figure, keys: frozenset[str]) -> bool:
    """Whether `figure` is one of what `keys` stand for."""
    own = keys_of(figure)
    if own & keys:
        return True
    if "*high" in keys:
        return bool(own & _HIGHS) or any(key.endswith("h") for key in own)
    if "*low" in keys:
        return bool(own & _LOWS) or any(key.endswith("l") for key in own)
    return False


class Symbols:
    """Every symbol a sentence may mean, by ticker and by name; built once for a market."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        """`names` maps what is written (`Apple`, `AAPL`, `S&P 500`) to the symbol."""
        self.table: dict[str, list[tuple[Words, str]]] = {}
        for name, symbol in (names or {}).items():
            words = _words(name)
            if len(name) > 1 and words:
                self.table.setdefault(words[0], []).append((words, symbol))


class Names:
    """The table of names: the trade's own, those of a ledger's figures, and the symbols'."""

    def __init__(self, figures: Iterable[Figure], symbols: Symbols) -> None:
        self._labels: dict[str, list[tuple[Words, frozenset[str], bool]]] = {}
        self._own: dict[str, list[tuple[Words, str]]] = {}
        self._symbols = symbols.table
        self._paths = {figure.path.partition(".")[0] for figure in figures}
        for label, path in {(figure.label, figure.path) for figure in figures}:
            self._learn(label, path)
        for entity in {figure.entity for figure in figures if " / " not in figure.entity}:
            for name in {entity, entity.partition("/")[0]}:
                self._name(name, entity)

        self._known = {*_trade_names(), *self._labels, *self._own, *self._symbols}

    def find(self, text: str) -> list[Mention]:
        """Every mention in order; the longest phrase wins."""
        found = _paired_averages(text) if "MA" in text else []
        known = self._known
        if known.isdisjoint(_WORD.findall(text.casefold())):
            return found
        words = [(match.group(), *match.span()) for match in _WORD.finditer(text)]
        folded = [word.casefold() for word, _, _ in words]
        position = 0
        while position < len(words):
            if folded[position] not in known:
                position += 1
                continue
            mention, used = self._at(text, words, folded, position)
            if mention is not None:
                found.append(mention)
            position += used
        return sorted(found, key=lambda mention: mention.start)

    def _at(
        self, text: str, words: list[tuple[str, int, int]], folded: list[str], at: int
    ) -> tuple[Mention | None, int]:
        start = words[at][1]
        keys, used, is_weak = self._label(folded, at)
        entity, entity_words = self._entity(words, folded, at)
        if entity and entity_words >= used:
            end = words[at + entity_words - 1][2]
            return Mention(start, end, frozenset({entity}), is_entity=True), entity_words
        if not keys:
            return None, 1
        end = words[at + used - 1][2]
        band = _BAND.match(text, end) if keys == {"vwap"} else None
        if band:
            sign = "+" if band.group(1) == "+" else "-"
            keys, end = frozenset({f"vwap{sign}{band.group(2)}"}), band.end()
            used += 1
        return Mention(start, end, keys, is_entity=False, is_weak=is_weak), used

    def _label(self, folded: list[str], at: int) -> tuple[frozenset[str], int, bool]:
        best: tuple[frozenset[str], int, bool] = (frozenset(), 0, False)
        for table in (_trade_names(), self._labels):
            for words, keys, is_weak in table.get(folded[at], ()):
                size = len(words)
                if size >= best[1] and tuple(folded[at : at + size]) == words:
                    same = size == best[1]
                    best = (
                        keys | best[0] if same else keys,
                        size,
                        is_weak and (best[2] or not same),
                    )
        return best

    def _entity(
        self, words: list[tuple[str, int, int]], folded: list[str], at: int
    ) -> tuple[str, int]:
        best = ("", 0)
        if not words[at][0][0].isupper():
            return best
        # VAL is a level beside being Valaris; it is the company only where that is talked about.
        others = () if words[at][0] in self._paths else self._symbols.get(folded[at], ())
        known = self._own.get(folded[at], ()), others
        for phrase, entity in chain(*known):
            size = len(phrase)
            is_ticker = size == 1 and len(phrase[0]) <= 5 and phrase[0] == entity.casefold()
            if is_ticker and not words[at][0].isupper():
                continue
            if size > best[1] and tuple(folded[at : at + size]) == phrase:
                best = (entity, size)
        return best

    def _learn(self, label: str, path: str) -> None:
        keys = _keys_of_names(path, label)
        for name in {label, path.partition(".")[0]}:
            words = _words(name)
            if words and words[0] not in {"last", "high", "low", "close", "change"}:
                self._labels.setdefault(words[0], []).append((words, keys, False))

    def _name(self, name: str, entity: str) -> None:
        words = _words(name)
        if words:
            self._own.setdefault(words[0], []).append((words, entity))


@cache
def _words(name: str) -> Words:
    return tuple(word.casefold() for word in _WORD.findall(name))[:_LONGEST]


def _paired_averages(text: str) -> list[Mention]:
    """`9/21 EMA`: the first of the two, which no phrase names alone."""
    return [
        Mention(
            match.start(1),
            match.end(1),
            frozenset({f"{kind}ma{match.group(1)}" for kind in (match.group(3) or "es").lower()}),
            is_entity=False,
        )
        for match in _PAIR_OF_AVERAGES.finditer(text)
    ]


@cache
def _trade_names() -> dict[str, list[tuple[Words, frozenset[str], bool]]]:
    table: dict[str, list[tuple[Words, frozenset[str], bool]]] = {}
    for phrases, is_weak in ((_PHRASES, False), (_WEAK, True)):
        for keys, names in phrases.items():
            for name in names.split("|"):
                words = tuple(name.split())
                row = (words, frozenset(keys.split("|")), is_weak)
                table.setdefault(words[0], []).append(row)
    for name, keys in (*_pivot_names(), *_opening_range_names(), *_all_average_names()):
        words = tuple(name.split())
        table.setdefault(words[0], []).append((words, frozenset(keys.split("|")), False))
    return table


def _pivot_names() -> Iterable[tuple[str, str]]:
    for number in range(1, 7):
        for letter in "rshl":
            yield f"{letter}{number}", f"{letter}{number}"


def _opening_range_names() -> Iterable[tuple[str, str]]:
    for minutes in ("5", "15", "30", "60"):
        for side, word in (("h", "high"), ("l", "low")):
            key = f"or{minutes}{side}"
            yield key, key
            yield f"or{minutes} {word}", key
            for spelled in (f"{minutes} minute", f"{minutes} min", f"{minutes}m"):
                yield f"{spelled} opening range {word}", key
                yield f"{spelled} or {word}", key


def _all_average_names() -> Iterable[tuple[str, str]]:
    for days in ("5", "8", "9", "10", "13", "20", "21", "34", "50", "100", "150", "200"):
        yield from _average_names(days)


def _average_names(days: str) -> Iterable[tuple[str, str]]:
    either = f"sma{days}|ema{days}"
    for kind in ("sma", "ema"):
        for name in (f"{kind}{days}", f"{kind} {days}", f"{days} {kind}", f"{days}{kind}"):
            yield name, f"{kind}{days}"
        for unit in ("day", "d", "period"):
            yield f"{days} {unit} {kind}", f"{kind}{days}"
    for name in ("day", "day ma", "day moving average", "day average", "dma", "ma", "period ma"):
        yield f"{days} {name}", either
    yield f"{days}dma", either
    yield f"{days} day simple moving average", f"sma{days}"
    yield f"{days} day exponential moving average", f"ema{days}"
