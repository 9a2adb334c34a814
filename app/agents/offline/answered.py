"""Values read back from what a tool answered."""

import re
from decimal import Decimal, InvalidOperation

from app.agents.model import ToolAnswer


def value_of(answer: ToolAnswer, path: str) -> Decimal | None:
    """The value of a figure, read back from the lines that list them in the answer's text."""
    figure = answer.figures.get(path)
    if figure is None:
        return None
    match = re.search(rf"^\s*{re.escape(figure)}\b[^\n=]*= *([^\n]+)", answer.text, re.MULTILINE)
    if match is None:
        return None
    digits = re.match(r"[+\-−]?[\d,]*\.?\d+", match[1].strip())
    try:
        return Decimal(digits[0].replace(",", "").replace("−", "-")) if digits else None
    except InvalidOperation:
        return None
