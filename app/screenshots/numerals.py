"""Numbers as brokers print them, to `Decimal`, or nothing: a number is never mended.

The one liberty taken is with the dollar sign, which recognition likes to see as an S.
"""

import re
from decimal import Decimal

_MINUS = str.maketrans({"−": "-", "–": "-", "—": "-", "﹣": "-", "－": "-"})
_PLAIN = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+")
_MOST_LETTERS = 20
"""No broker prints a longer number."""
_TWO = re.compile(r"[\d.,] +[\d.,]")
_SIGNS = re.compile(r"^[-+$S€£]{0,3}")


def parse_number(text: str) -> Decimal | None:
    """`-1,234.50`, `$-1,234.50`, `(1,234.50)`, `+2`; None for percentages, two numbers and all else."""
    if _TWO.search(text):
        return None
    spelled = text.translate(_MINUS).replace(" ", "")
    is_negative = spelled.startswith("(") and spelled.endswith(")")
    if is_negative:
        spelled = spelled[1:-1]
    signs = _SIGNS.match(spelled)
    lead = signs.group() if signs else ""
    body = spelled[len(lead) :]
    if (
        len(body) > _MOST_LETTERS
        or not _PLAIN.fullmatch(body)
        or lead.count("-") + lead.count("+") > 1
    ):
        return None
    number = Decimal(body.replace(",", ""))
    return -number if is_negative or "-" in lead else number


def parse_quantity(text: str) -> Decimal | None:
    """A number of shares or contracts, with what some brokers write behind it."""
    bare = re.sub(r"(?i)\s*(shares?|contracts?|shs|ctr?s?)\.?$", "", text.strip())
    number = parse_number(bare)
    return None if number is None or "$" in text or number == 0 else number


def unit(number: Decimal) -> Decimal:
    """The worth of a number's last printed digit."""
    exponent = number.as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
