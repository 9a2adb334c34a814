"""What leads say: the values in the tools' answers decide the words, figures are only pointed at."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from app.agents.model import ToolAnswer
from app.agents.offline.answered import value_of
from app.agents.offline.option_sayings import SAYINGS as OF_OPTIONS
from app.agents.offline.plans import Lead

_Said = Callable[[Sequence[ToolAnswer], Sequence[str], Sequence[str]], str]
_SIGNIFICANT = 5
"""Digits that matter in the worth of one coin in another."""
_RUNGS = 3
"""Levels of a side that are named."""


def said_first(lead: Lead, answers: Sequence[ToolAnswer | None], symbols: Sequence[str]) -> str:
    """The sentence of a lead; empty if an answer or a figure it needs is missing."""
    wanted = [answers[place] if place < len(answers) else None for place in lead.places]
    present = [answer for answer in wanted if answer is not None and answer.ok]
    if len(present) != len(wanted):
        return ""
    return _SAYINGS[lead.kind](present, [symbols[place] for place in lead.places], lead.paths)


def _ratio(answers: Sequence[ToolAnswer], names: Sequence[str], _: Sequence[str]) -> str:
    first, second = (answer.figures.get("last") for answer in answers)
    values = [value_of(answer, "last") for answer in answers]
    if not first or not second or not values[0] or not values[1]:
        return ""
    places = max(2, _SIGNIFICANT - 1 - (values[0] / values[1]).adjusted())
    one, other = (name.split("/")[0] for name in names)
    return f"One {one} is worth {{{first}/{second} : ratio, {places}}} {other}."


def _ranked(
    answers: Sequence[ToolAnswer], names: Sequence[str], path: str
) -> list[tuple[Decimal, str, str]]:
    """Value, name and figure of each, in the order given; empty if one is missing."""
    rows = []
    for answer, name in zip(answers, names, strict=True):
        value, figure = value_of(answer, path), answer.figures.get(path)
        if value is None or figure is None:
            return []
        rows.append((value, name, figure))
    return rows


def _won(rows: Sequence[tuple[Decimal, str, str]], words: tuple[str, str], form: str) -> str:
    """ "MU is the stronger: +1.50% against AMD −2.82%.": of two, of more."""
    if not rows or rows[0][0] == rows[1][0]:
        return ""
    word = words[len(rows) > 2]
    others = ", ".join(f"{name} {form.format(figure)}" for _, name, figure in rows[1:])
    return f"{rows[0][1]} {word}: {form.format(rows[0][2])} against {others}."


def _contest(answers: Sequence[ToolAnswer], names: Sequence[str], paths: Sequence[str]) -> str:
    is_least = "least" in paths
    rows = sorted(_ranked(answers, names, "change_pct"), reverse=not is_least)
    words = (
        ("is the weaker", "is the weakest") if is_least else ("is the stronger", "is the strongest")
    )
    return _won(rows, words, "{{{}}}")


def _rank(answers: Sequence[ToolAnswer], names: Sequence[str], paths: Sequence[str]) -> str:
    """Gaps by their size in percent, volumes by their number."""
    if paths[0] == "gap":
        rows = sorted(_ranked(answers, names, "gap_pct"), key=lambda row: -abs(row[0]))
        return _won(rows, ("gapped more", "gapped the most"), "{{{}}}")
    is_least = "least" in paths
    rows = sorted(_ranked(answers, names, "volume"), reverse=not is_least)
    word = "low" if is_least else "high"
    return _won(rows, (f"has the {word}er volume", f"has the {word}est volume"), "{{{}}}")


def _distance(answers: Sequence[ToolAnswer], names: Sequence[str], paths: Sequence[str]) -> str:
    """Who is nearer to its level, in ATRs, which can be compared between symbols."""
    level, word = paths
    rows = _ranked(answers, names, f"{level}.distance_atr")
    rows = sorted(rows, key=lambda row: abs(row[0]), reverse=word == "far")
    near = (f"is closer to its {level}", f"is closest to its {level}")
    far = (f"is further from its {level}", f"is furthest from its {level}")
    return _won(rows, far if word == "far" else near, "{{abs({})}}")


def _gap(answers: Sequence[ToolAnswer], names: Sequence[str], paths: Sequence[str]) -> str:
    gap, figure = value_of(answers[0], "gap"), answers[0].figures.get("gap")
    if gap is None or figure is None:
        return ""
    if gap == 0:
        return f"{names[0]} opened without a gap."
    side = "up" if gap > 0 else "down"
    percent = answers[0].figures.get("gap_pct")
    size = f"{{{figure}}}" + (f" ({{{percent}}})" if percent else "")
    return f"{_yes(paths, side)}{names[0]} gapped {side} {size} at the open."


def _yes(paths: Sequence[str], side: str) -> str:
    """The verdict on a side that was asked about."""
    asked = next((path for path in paths if path in ("up", "down")), "")
    if not asked:
        return ""
    return "Yes: " if asked == side else "No: "


def _gap_filled(answers: Sequence[ToolAnswer], names: Sequence[str], _: Sequence[str]) -> str:
    answer = answers[0]
    gap, close = value_of(answer, "gap"), value_of(answer, "previous_close")
    if not gap or close is None:
        return _gap(answers, names, ())
    path = "low" if gap > 0 else "high"
    extreme = value_of(answer, path)
    if extreme is None:
        return ""
    size, before = answer.figures["gap"], answer.figures["previous_close"]
    is_filled = extreme <= close if gap > 0 else extreme >= close
    verdict = "is filled" if is_filled else "is not filled"
    return (
        f"{'Yes' if is_filled else 'No'}, the gap of {{{size}}} {verdict}: the previous close is"
        f" {{{before}}}, the {path} so far {{{answer.figures[path]}}}."
    )


def _off_extreme(answers: Sequence[ToolAnswer], names: Sequence[str], paths: Sequence[str]) -> str:
    last, extreme = answers[0].figures.get("last"), answers[0].figures.get(paths[0])
    if not last or not extreme:
        return ""
    side = "below" if paths[0] == "high" else "above"
    return f"{names[0]} is {{abs({last}-{extreme})}} {side} the day's {paths[0]} of {{{extreme}}}."


_FIELDS = {"open": "opened at", "high": "had its high at", "low": "had its low at"}


def _field(answers: Sequence[ToolAnswer], names: Sequence[str], paths: Sequence[str]) -> str:
    path, figures = paths[0], answers[0].figures
    figure = figures.get(path)
    if path == "volume":
        if figure is None:
            return f"{names[0]} has no volume."
        average = figures.get("average_volume")
        beside = f"; average volume: {{{average}}}" if average else ""
        return f"Volume of {names[0]}: {{{figure}}}{beside}."
    return f"{names[0]} {_FIELDS[path]} {{{figure}}}." if figure else ""


def _side(answers: Sequence[ToolAnswer], _: Sequence[str], paths: Sequence[str]) -> str:
    """A verdict only: the tool's sentence says the side itself."""
    distance = value_of(answers[0], f"{paths[0]}.distance")
    if not distance:
        return ""
    return _yes(paths, "down" if distance > 0 else "up").replace(": ", ".")


def _is_beyond(name: str, distance: Decimal) -> bool | None:
    """Whether price is past a level in the direction it breaks; None for one without a direction."""
    if re.match(r"(?:S|OR\d+L|[A-Z0-9o]+L)\d?$", name) and not name.startswith("SMA"):
        return distance > 0
    if re.match(r"(?:R|[A-Z0-9o]+H)\d?$", name):
        return distance < 0
    return None


def _break(answers: Sequence[ToolAnswer], names: Sequence[str], paths: Sequence[str]) -> str:
    distance = value_of(answers[0], f"{paths[0]}.distance")
    is_beyond = None if distance is None else _is_beyond(paths[0], distance)
    if is_beyond is None or distance is None:
        return ""
    if is_beyond:
        return "Yes."
    side = "below" if distance > 0 else "above"
    if value_of(answers[0], f"{paths[0]}.tested"):
        return f"It was tested, but {names[0]} is {side} it now."
    return "No."


def _touch(answers: Sequence[ToolAnswer], _: Sequence[str], paths: Sequence[str]) -> str:
    tested = value_of(answers[0], f"{paths[0]}.tested")
    if tested is None:
        return ""
    return "Yes." if tested else "No, not so far."


_CROSSED = {"golden": "up", "death": "down"}


def _cross(answers: Sequence[ToolAnswer], _: Sequence[str], paths: Sequence[str]) -> str:
    fast, slow, *asked = paths
    values = [value_of(answers[0], path) for path in (fast, slow)]
    figures = [answers[0].figures.get(path) for path in (fast, slow)]
    if values[0] is None or values[1] is None or None in figures:
        return ""
    side = "up" if values[0] > values[1] else "down"
    word = "above" if side == "up" else "below"
    order = f"{fast.upper()} {{{figures[0]}}} is {word} {slow.upper()} {{{figures[1]}}}."
    named = next((each for each in asked if each in _CROSSED), "")
    if named:
        return f"{'As after a' if _CROSSED[named] == side else 'No'} {named} cross: {order}"
    return _yes(asked, side) + order


_PIVOT = re.compile(r"PP|[RS][1-3]")
_CAMARILLA = re.compile(r"PP|[RS][1-4]")
"""Camarilla's fourth levels are those it trades by."""


def _pivots(answers: Sequence[ToolAnswer], names: Sequence[str], paths: Sequence[str]) -> str:
    """All pivots from the highest to the lowest, under the method's name."""
    shape = _CAMARILLA if paths[0].startswith("Camarilla") else _PIVOT
    found = [path for path in answers[0].figures if shape.fullmatch(path)]
    rows = [(value, path) for path in found if (value := value_of(answers[0], path)) is not None]
    listed = ", ".join(f"{path} {{{answers[0].figures[path]}}}" for _, path in sorted(rows)[::-1])
    return f"{paths[0]} pivots of {names[0]}: {listed}." if listed else ""


def _ladder(answers: Sequence[ToolAnswer], names: Sequence[str], paths: Sequence[str]) -> str:
    """The nearest levels of one side."""
    is_below = paths[0] == "below"
    rows = []
    for path in answers[0].figures:
        level, _, part = path.partition(".")
        distance = value_of(answers[0], path) if part == "distance" else None
        if distance and (distance < 0) is is_below:
            rows.append((abs(distance), level))
    listed = ", ".join(
        f"{level} {{{answers[0].figures[level]}}}" for _, level in sorted(rows)[:_RUNGS]
    )
    word = "Supports" if is_below else "Resistances"
    return f"{word} of {names[0]} from the nearest: {listed}." if listed else ""


def _from_past_day(
    answers: Sequence[ToolAnswer], names: Sequence[str], paths: Sequence[str]
) -> str:
    past, now = answers
    path = paths[0]
    level, last, atr = past.figures.get(path), now.figures.get("last"), now.figures.get("atr")
    was, is_now = value_of(past, path), value_of(now, "last")
    if not (level and last and atr) or was is None or is_now is None:
        return ""
    side = "above" if is_now >= was else "below"
    difference = f"({last}-{level})" if is_now >= was else f"({level}-{last})"
    return f"{names[0]} is {{{difference}/{atr} : ATR, 2}} {side} that {path}, {{{level}}}."


_SAYINGS: Mapping[str, _Said] = {
    "ratio": _ratio,
    "contest": _contest,
    "rank": _rank,
    "distance": _distance,
    "gap": _gap,
    "gap filled": _gap_filled,
    "off extreme": _off_extreme,
    "field": _field,
    "side": _side,
    "break": _break,
    "touch": _touch,
    "cross": _cross,
    "pivots": _pivots,
    "ladder": _ladder,
    "from a past day": _from_past_day,
    **OF_OPTIONS,
}
