"""The model's doors to scans that are kept under a name.

Decided: to save a scan, to let it run by itself, to stop or to delete it is proposed on a card and done
by a member's click. What is saved is given as the call that would run it, so a draft can be read without
the conversation before it. Which saved scan is meant is never guessed: where several fit, they are shown
with their own buttons.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from pydantic import Field

from app.core.errors import InvalidInput, NotEntitled, NotFound
from app.grounding.untrusted import untrusted
from app.macro.source import plain
from app.scanner.draft_clicks import VALID_FOR
from app.scanner.filtering import parse_filter
from app.scanner.keeping import check_schedule
from app.scanner.kept import SavedScan, search_body
from app.scanner.models import Search
from app.users.plans import Plan
from tools.alerts_words import kept_freshness, said
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.option_scans import OptionScanArgs, asked_option_search
from tools.saved_scans_words import (
    NAME_LENGTH,
    made_name,
    minutes_of,
    plan_said,
    saved_row,
    schedule_said,
    shared_row,
    terms_of,
    title_of_search,
)
from tools.scanner import ScanArgs, asked_search
from tools.scanner_card import count
from widgets.saved_scans import SavedScansCard, ScanDraftCard

Change = Literal["save", "schedule", "stop", "delete"]
Every = Literal["day", "hour", "5 minutes"]
_EVERY = {
    "day": timedelta(days=1),
    "hour": timedelta(hours=1),
    "5 minutes": timedelta(minutes=5),
}
_VERBS = {"save": "save", "schedule": "run", "stop": "stop running", "delete": "delete"}
_FILLERS = frozenset({"the", "my", "a", "scan", "scans", "screen", "one", "all", "of", "for"})


class SaveScanArgs(ToolArgs):
    change: Change = Field(
        "save",
        description="save: keep `scan` or `options` under a name; schedule: let a saved scan run "
        "`every` so often; stop: let it run no more; delete: forget it.",
    )
    name: str = Field(
        "",
        description="The name to save it under, as the member says it; made of what it looks for if "
        "empty.",
        max_length=NAME_LENGTH,
    )
    every: Every | None = Field(
        None, description="How often it runs by itself; only when asked if empty."
    )
    scan: ScanArgs | None = Field(
        None, description="What is saved: the arguments of the `scan_market` call that is meant."
    )
    options: OptionScanArgs | None = Field(
        None, description="The same for a call of `scan_options`."
    )
    saved: str = Field(
        "",
        description="Which saved scan is meant, by words of its name or of what it looks for.",
        max_length=100,
    )


@tool(
    SaveScanArgs,
    examples=[
        Example("save this scan as morning pullbacks and run it every hour", {"name": "morning pullbacks", "every": "hour"}),
        Example("run it every hour", {"change": "schedule", "every": "hour"}),
        Example("stop running the pullback scan", {"change": "stop", "saved": "pullback"}),
        Example("delete the breakout scan", {"change": "delete", "saved": "breakout"}),
        Example("save a scan for golden crosses as crosses", {"name": "crosses", "scan": {"setups": ["golden_cross"]}}),
        Example("scan for squeezes every day", {"every": "day", "scan": {"setups": ["squeeze_up", "squeeze_down"]}}),
        Example("run my pullback scan daily", {"change": "schedule", "saved": "pullback", "every": "day"}),
        Example("run the breakout scan every 5 minutes", {"change": "schedule", "saved": "breakout", "every": "5 minutes"}),
    ],
)  # fmt: skip
async def save_scan(args: SaveScanArgs, context: ToolContext) -> ToolResult:
    """Draft to save a scan under a name, to let it run by itself, to stop or to delete a saved one.

    It changes nothing: the member confirms on a card. To save the scan that was just run, repeat its
    arguments in `scan` or `options`.
    """
    scans, plan = await context.finds.scans(), await context.finds.plan()
    search = _asked(args)
    if args.change == "save" and search is not None:
        same = next((each for each in scans if each.search == search), None)
        return _drafted(args, context, (scans, plan), search, None if args.name else same)
    fitting = _fitting(args, scans, search)
    if len(fitting) > 1:
        card = _list(context, fitting, (scans, plan), "which fit")
        return ToolResult("Which one do you mean? Each has its own buttons on the card.", (card,))
    [meant] = fitting
    return _drafted(
        args, context, (scans, plan), meant.search, None if _is_copy(args, meant) else meant
    )


class ListScansArgs(ToolArgs):
    shared: bool = Field(
        default=False,
        description="Those that members of this server share, rather than the member's own.",
    )


@tool(
    ListScansArgs,
    examples=[
        Example("what scans do I have"),
        Example("list my scans"),
        Example("show my saved scans"),
        Example("which scans are running"),
        Example("how many scans do I have"),
        Example("show the shared scans", {"shared": True}),
        Example("what scans do others share", {"shared": True}),
    ],
)
async def list_scans(args: ListScansArgs, context: ToolContext) -> ToolResult:
    """Scans the member saved, how often each runs by itself; or those shared on this server."""
    if args.shared:
        return await _shared(context)
    scans, plan = await context.finds.scans(), await context.finds.plan()
    if not scans:
        return ToolResult("You have no saved scans. Ask for setups, then say save this scan.")
    now, book = context.now, context.book
    number = count(book, "saved", len(scans), "saved scans", now)
    running = sum(each.every is not None for each in scans)
    runs = count(book, "running", running, "scans that run by themselves", now)
    named = "; ".join(
        f"{said(book, f'name.{place}', plain(each.name), now)}, {schedule_said(each.every)}"
        for place, each in enumerate(scans[:5], 1)
    )
    more = " and others" if len(scans) > 5 else ""
    are = "scan is" if len(scans) == 1 else "scans are"
    sentence = f"{number.ref} {are} saved, {runs.ref} run by themselves: {named}{more}."
    return ToolResult(sentence, (_list(context, scans, (scans, plan), "saved"),))


async def _shared(context: ToolContext) -> ToolResult:
    """Names that others gave are on the card, and for a model no more than quotations."""
    shared = await context.finds.shared()
    if not shared:
        return ToolResult("No scan is shared on this server. One of yours is shared on its list.")
    now, book = context.now, context.book
    number = count(book, "shared", len(shared), "shared scans", now)
    card = SavedScansCard(
        title="shared on this server",
        rows=tuple(map(shared_row, shared)),
        plan="Using one makes a scan of your own, which runs only when you ask.",
        notes=(),
        freshness=kept_freshness(context.market.provider, now),
    )
    are = "scan is" if len(shared) == 1 else "scans are"
    names = untrusted("names that members gave", "\n".join(each.name for each in shared[:5]))
    return ToolResult(f"{number.ref} {are} shared on this server, see the card.", (card,), (names,))


Known = tuple[Sequence[SavedScan], Plan]
"""All of the member's scans, and the plan."""


def _asked(args: SaveScanArgs) -> Search | None:
    """What would be saved, where that is told."""
    if args.scan is not None and args.options is not None:
        raise InvalidInput("Give `scan` or `options`, not both: they are two scans.")
    if args.options is not None:
        return Search(options=asked_option_search(args.options))
    if args.scan is None:
        if args.change == "save" and not args.saved:
            raise InvalidInput(
                "Which scan? Ask for setups first, then say what to save, or say what it looks for."
            )
        return None
    search = asked_search(args.scan)
    if search.where.strip():
        parse_filter(search.where)
    return search


def _is_copy(args: SaveScanArgs, meant: SavedScan) -> bool:
    """To save one under another name leaves it as it is."""
    name = _one_line(args.name).lower()
    return args.change == "save" and name not in ("", meant.name.lower())


def _fitting(
    args: SaveScanArgs, scans: Sequence[SavedScan], search: Search | None
) -> Sequence[SavedScan]:
    """Those that may be meant: of that very name, or that look for the same, or by words."""
    if not scans:
        raise NotFound("You have no saved scans.")
    asked = _one_line(args.saved or ("" if args.change == "save" else args.name)).lower()
    exact = [each for each in scans if each.name.lower() == asked]
    fitting = (
        exact
        or [each for each in scans if each.search == search]
        or _worded(asked, scans if search is None or asked else ())
    )
    if args.change == "stop" and not exact:
        fitting = [each for each in fitting if each.every is not None]
    if not fitting:
        stops = args.change == "stop"
        raise NotFound(
            "No such scan runs by itself." if stops else "None of your saved scans is about that.",
            suggestions=[each.name for each in scans[:5]],
        )
    return fitting


def _worded(asked: str, scans: Sequence[SavedScan]) -> Sequence[SavedScan]:
    words = [word for word in asked.replace(",", " ").split() if word not in _FILLERS]
    return [each for each in scans if all(word in _text(each) for word in words)]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _text(scan: SavedScan) -> str:
    return f"{scan.name} {title_of_search(scan.search)} {scan.search.sector}".lower()


def _drafted(
    args: SaveScanArgs,
    context: ToolContext,
    known: Known,
    search: Search,
    saved: SavedScan | None,
) -> ToolResult:
    scans, plan = known
    change, every = args.change, _EVERY[args.every] if args.every else None
    if change == "schedule" and every is None:
        raise InvalidInput("How often? Every day, every hour or every five minutes.")
    name = saved.name if saved else _one_line(args.name) or made_name(search)
    same = saved or next((each for each in scans if each.name.lower() == name.lower()), None)
    if change == "save" and same is not None and every is None:
        every = same.every
    refused = _refused(scans, plan, same, every if change in ("save", "schedule") else None)
    card = ScanDraftCard(
        change=change,
        name=name,
        scan_id=str(saved.id) if saved else None,
        version=same.version if same else None,
        terms=terms_of(search),
        schedule=schedule_said(None if change in ("stop", "delete") else every),
        every_minutes=None if change in ("stop", "delete") else minutes_of(every),
        search=search_body(search),
        plan=plan_said(plan, sum(each.every is not None for each in scans)),
        refused=refused,
        outcome="",
        valid_minutes=int(VALID_FOR.total_seconds() // 60),
        notes=_notes(change, search, same),
        freshness=kept_freshness(context.market.provider, context.now),
    )
    spoken = said(context.book, "name", plain(name), context.now)
    what = said(context.book, "looks_for", title_of_search(search), context.now)
    runs = f", {schedule_said(every)}" if change in ("save", "schedule") else ""
    if refused:
        return ToolResult(f"This cannot be done: {refused} What was asked is on the card.", (card,))
    return ToolResult(
        f"Here is a draft: {_VERBS[change]} “{spoken}” ({what}){runs}. Nothing changes until you "
        "confirm it on the card.",
        (card,),
    )


def _refused(
    scans: Sequence[SavedScan], plan: Plan, same: SavedScan | None, every: timedelta | None
) -> str:
    if every is None:
        return ""
    others = sum(each.every is not None for each in scans if each is not same)
    try:
        check_schedule(every, (plan.scans, plan.scan_every), others=others)
    except NotEntitled as error:
        return error.message
    return ""


def _notes(change: Change, search: Search, same: SavedScan | None) -> tuple[str, ...]:
    if change == "delete":
        return ("What it found stays.",)
    if change == "save" and same is not None and same.search != search:
        return ("A scan of this name is there: it gets a new version, and the old one is kept.",)
    return ()


def _list(
    context: ToolContext, shown: Sequence[SavedScan], known: Known, title: str
) -> SavedScansCard:
    scans, plan = known
    return SavedScansCard(
        title=title,
        rows=tuple(map(saved_row, shown)),
        plan=plan_said(plan, sum(each.every is not None for each in scans)),
        notes=(),
        freshness=kept_freshness(context.market.provider, context.now),
    )
