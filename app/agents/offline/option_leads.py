"""What an option question turns on, so that the answer says it first."""

import re
from collections.abc import Sequence

from app.agents.offline.plans import Call, Lead

_OF_VOLATILITY = (
    ("skew", re.compile(r"\bskew\w*\b|\bsmile\b")),
    ("term", re.compile(r"\bterm structure\b|\bcontango\b|\bbackwardation\b")),
    ("put_call", re.compile(r"\b(?:put|p)[ /-]?(?:to[ -])?(?:call|c)\b.*\bratio\b|\bpcr\b")),
    ("walls", re.compile(r"\bwalls?\b")),
    ("max_pain", re.compile(r"\bmax(?:imum)? pain\b")),
    ("deviation", re.compile(r"\b(?:standard deviations?|std|sd|one sigma)\b")),
)
_GREEKS = ("delta", "gamma", "theta", "vega", "rho", "vanna", "charm", "vomma")
_SAID_ANYWAY = ("delta", "theta", "vega")
_OF_STRUCTURES = (
    ("margin", re.compile(r"\bmargin\b|\bbuying power\b")),
    ("touch", re.compile(r"\btouch\w*\b")),
)


def option_leads(plain: str, calls: Sequence[Call]) -> list[Lead]:
    """One for each call and each thing that was asked for by name."""
    return [
        Lead(kind, (place,), paths)
        for place, call in enumerate(calls)
        for kind, paths in _turns_on(plain, call.name)
    ]


def _turns_on(plain: str, tool: str) -> list[tuple[str, tuple[str, ...]]]:
    greeks = tuple(name for name in _GREEKS if re.search(rf"(?<!\d[ -])\b{name}\b", plain))
    if tool == "get_volatility":
        return [("option fact", (name,)) for name, words in _OF_VOLATILITY if words.search(plain)]
    if tool == "get_greeks":
        unsaid = tuple(name for name in greeks if name not in _SAID_ANYWAY)
        return [("option greeks", unsaid)] if unsaid else []
    if tool == "analyze_structure":
        facts = [("option fact", (name,)) for name, words in _OF_STRUCTURES if words.search(plain)]
        wanted = _GREEKS[:5] if re.search(r"\bgreeks\b", plain) else greeks
        whole = tuple(f"whole.{name}" for name in wanted if name in _GREEKS[:5])
        return [*facts, *([("option greeks", whole)] if whole else [])]
    return []
