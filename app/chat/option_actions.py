"""Clicks on cards that ask a tool: a spread built in a chain, a newer look, a saved scan run now.

Decided: one action for all of them. The card names the tool and gives the arguments that words would
have given; only tools that read or draft are asked this way, and their own arguments judge what came
from the browser. What was asked from the panel is answered there too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from app.chat.payloads import parse
from app.chat.render import Element
from app.core.errors import InvalidInput
from tools.base import ToolArgs, Toolbox

BESIDE = {"Sources", "PanelLink"}
"""Elements of an answer that are no cards of their own."""


class ToolClick(BaseModel):
    """What a button asks; `is_large` where it was pressed in the panel."""

    model_config = ConfigDict(extra="forbid")

    tool: str
    arguments: dict[str, Any] = {}
    is_large: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One call of a tool, and the words that stand for it in the conversation."""

    question: str
    tool: str
    arguments: dict[str, Any]
    is_large: bool


def asked(payload: Mapping[str, Any], toolbox: Toolbox) -> Asked:
    """The call a click stands for; `InvalidInput` for what no card asks."""
    click = parse(ToolClick, payload)
    words = _QUESTIONS.get(click.tool)
    if words is None:
        raise InvalidInput("No card asks that.")
    tool = toolbox.get(click.tool)
    args = parse(tool.args, click.arguments)
    return Asked(
        question=words(args),
        tool=tool.name,
        arguments=args.model_dump(mode="json", exclude_unset=True),
        is_large=click.is_large,
    )


def card_of(elements: Sequence[Element]) -> Element | None:
    """The last card of an answer."""
    return next((each for each in reversed(elements) if each["name"] not in BESIDE), None)


def _analysis(args: ToolArgs) -> str:
    return f"Analyze{_where(args)}: {_legs(args)}"


def _draft(args: ToolArgs) -> str:
    return f"Draft{_where(args)}: {_legs(args) or _leg(args, getattr(args, 'action', ''))}"


def _chain(args: ToolArgs) -> str:
    return f"Options{_where(args)}"


def _volatility(args: ToolArgs) -> str:
    return f"Volatility{_where(args)}"


def _positions(args: ToolArgs) -> str:
    return f"My positions{_where(args)}, as they are now"


def _scan(_: ToolArgs) -> str:
    return "Run this scan"


def _alert(args: ToolArgs) -> str:
    return f"Draft an alert on {getattr(args, 'symbol', '')}: {getattr(args, 'condition', '')}"


def _where(args: ToolArgs) -> str:
    symbol, expiry = getattr(args, "symbol", None), getattr(args, "expiry", None)
    return f" in {symbol}{_day(expiry)}" if symbol else _day(expiry)


def _day(expiry: object) -> str:
    if isinstance(expiry, str):
        expiry = _date(expiry)
    return f", {expiry:%-d %B %Y}" if isinstance(expiry, date) else ""


def _date(spelled: str) -> date | None:
    try:
        return date.fromisoformat(spelled)
    except ValueError:
        return None


def _legs(args: ToolArgs) -> str:
    each = getattr(args, "legs", ())
    units = getattr(args, "quantity", None)
    times = f"{_plain(units)} times " if each and units is not None and units != 1 else ""
    return times + ", ".join(_leg(leg, leg.side) for leg in each)


def _leg(leg: object, side: str) -> str:
    kind = getattr(leg, "kind", None) or getattr(leg, "right", None) or "stock"
    said = [
        side,
        _plain(getattr(leg, "quantity", None)),
        _plain(getattr(leg, "strike", None)),
        kind,
    ]
    return " ".join(str(each) for each in said if each)


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


_QUESTIONS: Mapping[str, Callable[[Any], str]] = {
    "analyze_structure": _analysis,
    "draft_alert": _alert,
    "draft_position_change": _draft,
    "get_option_chain": _chain,
    "get_volatility": _volatility,
    "list_positions": _positions,
    "scan_market": _scan,
    "scan_options": _scan,
}
