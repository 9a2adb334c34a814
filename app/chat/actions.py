"""What a click on a card does.

Decided: a click is a turn whose model is the click. It names one tool and its arguments, the turn
checks, runs, grounds and stores it like any other, and a reload shows it again. A click that only
looks again at what is there (`open_card`) is no turn. Some clicks write: `confirm_position` stores a
draft, and the turn it begins only shows what came of it; `discard_position` ends one;
`rate_opportunity` and `save_scan` keep a thumb and a scan by its name; those of `alert_actions` arm and
change alerts, those of `scan_actions` change saved scans. Payloads come from the browser:
they are parsed by the tool's own arguments and authorised again by the member's session.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from chainlit.session import WebsocketSession
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import override

from app.agents.coach import Coach
from app.agents.model import (
    ChatModel,
    ModelEvent,
    ModelRequest,
    RoundEnd,
    TextDelta,
    ToolAnswer,
    ToolCall,
)
from app.agents.turns import take_turn
from app.chat import alert_actions, option_actions, render, scan_actions, stored, tabs
from app.chat.handlers import conclude
from app.chat.live import LiveTurn
from app.chat.payloads import parse
from app.chat.pictures import FOREIGN, Picture, Saying, saved_chart
from app.chat.room import room
from app.conversations import service
from app.core.errors import NotFound
from app.core.ids import new_id
from app.positions.confirming import confirm_draft, discard_draft
from app.scanner.clicks import Saving, rate_shown, save_shown
from app.scanner.option_clicks import rate_shown_option
from app.users.models import Member
from app.users.plans import plan_of


async def run(
    session: WebsocketSession, member: Member, name: str, payload: Mapping[str, Any]
) -> dict[str, Any]:
    """Do what the click asks for in the member's tab; says at once whether it has begun."""
    action = ACTIONS.get(name)
    if action is None:
        raise NotFound("There is no such action.", suggestions=sorted(ACTIONS))
    await action(session, member, payload)
    return {"ok": True}


async def show_chart(session: WebsocketSession, member: Member, payload: Mapping[str, Any]) -> None:
    """Open the chart a card offers: one call of the tool of this name."""
    tool = room().toolbox.get("show_chart")
    args = parse(tool.args, payload)
    room().turns.take(str(member.id))
    timeframe = getattr(args, "timeframe", "")
    question = f"Chart of {getattr(args, 'symbol', '')}, {timeframe}"
    chosen = args.model_dump(mode="json", exclude_unset=True)
    session.current_task = asyncio.create_task(
        take_click(session, member, question, Click(tool.name, chosen))
    )


class OpenCard(BaseModel):
    """Which card to look at again, by its `card_id`."""

    model_config = ConfigDict(extra="forbid")

    card_id: str


async def open_card(session: WebsocketSession, member: Member, payload: Mapping[str, Any]) -> None:
    """Put a stored card of this thread into the side panel once more."""
    wanted = parse(OpenCard, payload).card_id
    async with room().database.member(member.id) as transaction:
        messages = await service.list_messages(transaction, UUID(session.thread_id))
    _, elements = stored.drawn(messages)
    found = next((each for each in elements if each["props"].get("card_id") == wanted), None)
    if found is None:
        raise NotFound("This card is no longer in the conversation.")
    await tabs.open_large(session, found)


async def ask_tool(session: WebsocketSession, member: Member, payload: Mapping[str, Any]) -> None:
    """Ask what a button of a card asks; pressed in the panel, the newer card takes its place there."""
    asked = option_actions.asked(payload, room().toolbox)
    room().turns.take(str(member.id))
    session.current_task = asyncio.create_task(_ask(session, member, asked))


async def _ask(session: WebsocketSession, member: Member, asked: option_actions.Asked) -> None:
    await take_click(session, member, asked.question, Click(asked.tool, asked.arguments))
    if not asked.is_large:
        return
    async with room().database.member(member.id) as transaction:
        messages = await service.list_messages(transaction, UUID(session.thread_id), last=2)
    newer = option_actions.card_of(stored.drawn(messages)[1])
    if newer is not None:
        await tabs.open_large(session, newer)


async def open_picture(
    session: WebsocketSession, member: Member, payload: Mapping[str, Any]
) -> None:
    """Open the chart of a dropped picture as a live one; say so of a picture that is not ours."""
    found = saved_chart(parse(Picture, payload).chart)
    room().turns.take(str(member.id))
    if found is None:
        turn = take_click(session, member, "A picture", Saying(FOREIGN))
    else:
        chosen = found.chart.model_dump(mode="json", exclude_unset=True)
        turn = take_click(session, member, found.question, Click("show_chart", chosen))
    session.current_task = asyncio.create_task(turn)


async def confirm_position(
    session: WebsocketSession, member: Member, payload: Mapping[str, Any]
) -> None:
    """Store what a draft card shows: the only way from the chat to a position."""
    card = parse(OpenCard, payload).card_id
    room().turns.take(str(member.id))
    async with room().database.member(member.id) as transaction:
        confirmed = await confirm_draft(transaction, card, now=room().wall.now())
    if confirmed.stored.is_repeated:
        return
    shown = Click("list_positions", {"symbol": confirmed.symbol})
    session.current_task = asyncio.create_task(
        take_click(session, member, f"Confirmed: {confirmed.summary}", shown)
    )


async def discard_position(
    session: WebsocketSession, member: Member, payload: Mapping[str, Any]
) -> None:
    """End a draft. No turn: nothing was done, and its card says so."""
    card = parse(OpenCard, payload).card_id
    async with room().database.member(member.id) as transaction:
        await discard_draft(transaction, card, now=room().wall.now())


async def show_positions(
    session: WebsocketSession, member: Member, payload: Mapping[str, Any]
) -> None:
    """Show what is held, after rows of a screenshot were confirmed."""
    room().turns.take(str(member.id))
    turn = take_click(
        session, member, "Positions confirmed from my screenshot", Click("list_positions", {})
    )
    session.current_task = asyncio.create_task(turn)


class Thumb(BaseModel):
    """A thumb for a row of a card of opportunities; None takes it back. A row is known by its bar, on
    cards of options by its `variant`."""

    model_config = ConfigDict(extra="forbid")

    card_id: str
    symbol: str
    kind: str
    at: str = ""
    variant: str | None = None
    liked: bool | None


async def rate_opportunity(
    session: WebsocketSession, member: Member, payload: Mapping[str, Any]
) -> None:
    """Keep what the member thinks of a setup. No turn: nothing is said."""
    thumb = parse(Thumb, payload)
    now = room().wall.now()
    async with room().database.member(member.id) as transaction:
        if thumb.variant is not None:
            named = (thumb.symbol, thumb.kind, thumb.variant)
            await rate_shown_option(transaction, thumb.card_id, named, liked=thumb.liked)
            return
        named = (thumb.symbol, thumb.kind, thumb.at)
        await rate_shown(transaction, thumb.card_id, named, liked=thumb.liked, now=now)


class ScanName(BaseModel):
    """Under which name a card's scan is saved, and how often it runs by itself."""

    model_config = ConfigDict(extra="forbid")

    card_id: str
    name: str
    every_minutes: int | None = Field(default=None, ge=5, le=7 * 24 * 60)
    is_replacing: bool = False


async def save_scan(session: WebsocketSession, member: Member, payload: Mapping[str, Any]) -> None:
    """Save what a card's scan looked for. No turn: its card says so."""
    asked = parse(ScanName, payload)
    plan = plan_of(member)
    async with room().database.member(member.id) as transaction:
        await save_shown(
            transaction,
            asked.card_id,
            Saving(
                name=asked.name,
                every=timedelta(minutes=asked.every_minutes) if asked.every_minutes else None,
                thread_id=UUID(session.thread_id),
                is_replacing=asked.is_replacing,
            ),
            allowed=(plan.scans, plan.scan_every),
            now=room().wall.now(),
        )


Action = Callable[[WebsocketSession, Member, Mapping[str, Any]], Coroutine[Any, Any, None]]
ACTIONS: Mapping[str, Action] = {
    "show_chart": show_chart,
    "open_card": open_card,
    "ask_tool": ask_tool,
    "open_picture": open_picture,
    "confirm_position": confirm_position,
    "discard_position": discard_position,
    "show_positions": show_positions,
    "rate_opportunity": rate_opportunity,
    "save_scan": save_scan,
    **alert_actions.ACTIONS,
    **scan_actions.ACTIONS,
}


@dataclass(frozen=True, slots=True)
class Click(ChatModel):
    """A model that asks for exactly one call and then says the tool's own sentence."""

    tool: str
    arguments: Mapping[str, Any]

    @property
    @override
    def name(self) -> str:
        return "click"

    @override
    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        last = request.messages[-1]
        if isinstance(last, ToolAnswer):
            yield TextDelta(last.sentence)
            yield RoundEnd()
        else:
            yield RoundEnd((ToolCall(str(new_id()), self.tool, self.arguments),))


def _asked_by(click: ChatModel) -> Coach:
    """The coach with the click in the model's place."""
    coach = copy(room().coach)
    coach.model = click
    return coach


async def take_click(
    session: WebsocketSession, member: Member, question: str, click: ChatModel
) -> None:
    """Take the turn of a click, shown in every tab of the thread, the clicked one included."""
    asked = str(uuid4())
    turn = LiveTurn(member.id, UUID(session.thread_id), asked, wall=room().wall)
    here = tabs.in_thread(member.id, turn.thread_id)
    step = render.member_step(turn.thread_id, asked, question, turn.started)
    await tabs.tell([session], "task_start", {})
    await tabs.tell(here, "new_message", step)
    events = take_turn(
        room().database,
        _asked_by(click),
        member_id=member.id,
        thread_id=turn.thread_id,
        question=question,
        clock=room().wall,
    )
    try:
        await conclude(turn, events)
    finally:
        await tabs.tell([session], "task_end", {})
