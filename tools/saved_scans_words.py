"""What a saved scan looks for and how often it runs, in words."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.macro.source import plain
from app.scanner.kept import SavedScan, search_body
from app.scanner.models import Search
from app.scanner.option_scan import OptionSearch
from app.scanner.sharing import SharedScan
from app.users.plans import Plan
from tools.option_scans import arguments_of
from tools.option_scans_card import TITLES as OPTION_TITLES
from tools.scanner_card import TITLES
from widgets.saved_scans import SavedScanRow, ScanTerm

NAME_LENGTH = 60
_NAMED = 12
_MOST_SYMBOLS = 500
"""What `scan_market` takes by name."""
_INTERVALS = {5: "every five minutes", 60: "every hour", 24 * 60: "every day"}


def minutes_of(every: timedelta | None) -> int | None:
    return None if every is None else int(every.total_seconds() // 60)


def schedule_said(every: timedelta | None) -> str:
    """ "every hour"; "only when asked"."""
    minutes = minutes_of(every)
    if minutes is None:
        return "only when asked"
    return _INTERVALS.get(minutes, f"every {minutes} minutes")


def plan_said(plan: Plan, running: int) -> str:
    if not plan.scans:
        return "Your plan runs no scan by itself."
    return (
        f"Your plan runs up to {plan.scans} scans by themselves, {schedule_said(plan.scan_every)} at "
        f"most; {running or 'none'} {'runs' if running < 2 else 'run'} now."
    )


def title_of_search(search: Search) -> str:
    """What is looked for, in a line; also the name of a scan that is given none."""
    if search.options is not None:
        kinds = [OPTION_TITLES[setup] for setup in search.options.setups]
        return ", ".join(kinds) or "all setups on options"
    kinds = [TITLES[setup] for setup in search.setups]
    title = ", ".join(kinds) or (search.where or "all setups")
    side = f", {search.direction.value} only" if search.direction else ""
    where = f" in {plain(search.sector)}" if search.sector else ""
    return f"{title}{side}{where}"


def made_name(search: Search) -> str:
    return title_of_search(search)[:NAME_LENGTH].strip(" ,")


def terms_of(search: Search) -> tuple[ScanTerm, ...]:
    """Universe, setups, filter."""
    pairs = _option_terms(search.options) if search.options else _market_terms(search)
    return tuple(ScanTerm(label=label, words=words) for label, words in pairs if words)


def _market_terms(search: Search) -> list[tuple[str, str]]:
    universe = f"stocks of the sector {plain(search.sector)}" if search.sector else ""
    return [
        ("Universe", _symbols(search) or universe or "every listed stock and fund"),
        ("Setups", ", ".join(TITLES[setup] for setup in search.setups) or "all"),
        ("Side", f"{search.direction.value} only" if search.direction else ""),
        ("Price", _between(search.min_price, search.max_price)),
        ("Filter", search.where),
        (
            "Reward to risk",
            f"at least {search.min_reward_to_risk:g}" if search.min_reward_to_risk else "",
        ),
    ]


def _option_terms(search: OptionSearch) -> list[tuple[str, str]]:
    terms = search.terms
    return [
        ("Universe", _names(search.symbols) or "the most traded stocks and funds"),
        ("Setups", ", ".join(OPTION_TITLES[setup] for setup in search.setups) or "all on options"),
        ("Spreads", f"short delta {terms.delta:g}, {terms.days} days to expiry"),
        ("Width", f"{terms.width:g} dollars" if terms.width else ""),
        ("Chance of profit", f"at least {100 * terms.min_probability:g} %"),
        ("IV rank", f"at least {100 * search.min_rank:g} %"),
        ("Earnings", "behind them" if search.is_after_earnings else ""),
    ]


def _symbols(search: Search) -> str:
    return _names(search.symbols)


def _names(symbols: tuple[Any, ...]) -> str:
    more = f" and {len(symbols) - _NAMED} others" if len(symbols) > _NAMED else ""
    return ", ".join(map(str, symbols[:_NAMED])) + more


def _between(low: Decimal | None, high: Decimal | None) -> str:
    if low is not None and high is not None:
        return f"{low:f} to {high:f}"
    if low is not None:
        return f"from {low:f}"
    return f"up to {high:f}" if high is not None else ""


def saved_row(scan: SavedScan) -> SavedScanRow:
    tool, arguments = call_of(scan.search)
    return SavedScanRow(
        id=str(scan.id),
        name=scan.name,
        words=title_of_search(scan.search),
        schedule=schedule_said(scan.every),
        every_minutes=minutes_of(scan.every),
        due_at=scan.due_at,
        version=scan.version,
        tool=tool,
        arguments=dict(arguments),
        has_list=bool(scan.search.symbols or (scan.search.options and scan.search.options.symbols)),
    )


def shared_row(shared: SharedScan) -> SavedScanRow:
    tool, arguments = call_of(shared.search)
    return SavedScanRow(
        id=str(shared.id),
        name=shared.name,
        words=title_of_search(shared.search),
        schedule="shared by you" if shared.is_mine else "shared on this server",
        every_minutes=None,
        due_at=None,
        version=shared.version,
        tool=tool,
        arguments=dict(arguments),
        has_list=shared.has_list,
        is_shared=True,
    )


def call_of(search: Search) -> tuple[str, Mapping[str, Any]]:
    """The call that looks for the same; no tool where it cannot be said as a call."""
    if search.options is not None:
        return "scan_options", arguments_of(search.options)
    if len(search.symbols) > _MOST_SYMBOLS:
        return "", {}
    return "scan_market", {name: value for name, value in search_body(search).items() if value}
