"""The sentences of what an option question turns on; figures are only pointed at."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from app.agents.model import ToolAnswer
from app.agents.offline.answered import value_of

_FLAT = Decimal("0.5")
"""Points of volatility that a term structure may differ by and still be called flat."""
_WORDS = {
    "delta": "delta {}",
    "gamma": "gamma {}",
    "theta": "theta {} a calendar day",
    "vega": "vega {} a point of volatility",
    "rho": "rho {} a point of the rate",
    "vanna": "vanna {} delta per point of volatility",
    "charm": "charm {} delta per calendar day",
    "vomma": "vomma {} vega per point of volatility",
}


def greeks_said(answers: Sequence[ToolAnswer], _: Sequence[str], paths: Sequence[str]) -> str:
    """Of one option per share, of a structure as a whole."""
    figures = answers[0].figures
    known = [
        _WORDS[path.removeprefix("whole.")].format(f"{{{figures[path]}}}")
        for path in paths
        if path in figures
    ]
    if not known:
        return ""
    is_whole = paths[0].startswith("whole.")
    said = f"{', '.join(known)}, {'of the whole position' if is_whole else 'per share'}."
    return said[0].upper() + said[1:]


def fact_said(answers: Sequence[ToolAnswer], names: Sequence[str], paths: Sequence[str]) -> str:
    return _FACTS[paths[0]](answers[0], names[0])


def _skew(answer: ToolAnswer, _: str) -> str:
    value, figure = value_of(answer, "skew"), answer.figures.get("skew")
    if value is None or figure is None:
        return "The skew cannot be told: there is no market at the deltas it is measured at."
    side = "puts cost more than calls" if value > 0 else "calls cost more than puts"
    verdict = f", so {side}" if value else ""
    return f"The skew, volatility of the quarter-delta put less that of the call, is {{{figure}}}{verdict}."


def _term(answer: ToolAnswer, _: str) -> str:
    points = [path for path in answer.figures if path.startswith("term.")]
    points.sort(key=lambda path: path.rsplit(".", 1)[-1])
    values = [value_of(answer, path) for path in points]
    if len(points) < 2 or values[0] is None or values[-1] is None:
        return "The term structure cannot be told: too few expiries have a market at the money."
    slope = values[-1] - values[0]
    way = "rises with time (contango)" if slope > 0 else "falls with time (backwardation)"
    near, far = (answer.figures[path] for path in (points[0], points[-1]))
    word = "is about flat" if abs(slope) < _FLAT else way
    return (
        f"The term structure {word}: {{{near}}} at the nearest expiry, {{{far}}} at the furthest."
    )


def _put_call(answer: ToolAnswer, _: str) -> str:
    figure = answer.figures.get("put_call")
    if figure is None:
        return "There is no put/call ratio: no open interest is known."
    return f"The put/call ratio of open interest is {{{figure}}}."


def _walls(answer: ToolAnswer, _: str) -> str:
    call, put = answer.figures.get("call_wall"), answer.figures.get("put_wall")
    known = [f"the call wall is {{{call}}}"] if call else []
    known += [f"the put wall is {{{put}}}"] if put else []
    if not known:
        return "There are no walls: no open interest is known."
    return f"Of open interest {' and '.join(known)}."


def _max_pain(answer: ToolAnswer, _: str) -> str:
    figure = answer.figures.get("max_pain")
    return f"Max pain is at {{{figure}}}." if figure else "There is no max pain: nothing is open."


def _deviation(answer: ToolAnswer, _: str) -> str:
    figure = answer.figures.get("deviation")
    return f"One standard deviation by then is {{{figure}}}." if figure else ""


def _margin(answer: ToolAnswer, _: str) -> str:
    figure = answer.figures.get("margin")
    if figure is None:
        return "The margin cannot be estimated without a price of the underlying."
    return f"Its margin, an estimate by the public rules, is {{{figure}}} dollars."


def _touch(answer: ToolAnswer, _: str) -> str:
    figure = answer.figures.get("touch")
    return f"Odds of touching the nearest breakeven: {{{figure}}}." if figure else ""


_FACTS: dict[str, Callable[[ToolAnswer, str], str]] = {
    "skew": _skew,
    "term": _term,
    "put_call": _put_call,
    "walls": _walls,
    "max_pain": _max_pain,
    "deviation": _deviation,
    "margin": _margin,
    "touch": _touch,
}

SAYINGS = {"option greeks": greeks_said, "option fact": fact_said}
