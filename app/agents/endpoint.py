"""A model behind an OpenAI-compatible endpoint, as the loop knows models."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from typing_extensions import override

from app.agents.model import (
    ChatModel,
    CoachMessage,
    MemberMessage,
    Message,
    ModelEvent,
    ModelRequest,
    RoundEnd,
    SystemMessage,
    TextDelta,
    ToolCall,
    Usage,
)
from app.infra.llm.client import ChatClient, RequestedCall
from app.infra.llm.endpoint import Endpoint


class OpenAIChatModel(ChatModel):
    """Chat completions of one model."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Nothing is connected before the first question."""
        self._client = ChatClient(endpoint)

    @property
    @override
    def name(self) -> str:
        return self._client.endpoint.model

    @override
    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        async with aclosing(self._client.stream(_wire(request.messages), request.tools)) as events:
            async for event in events:
                if isinstance(event, str):
                    yield TextDelta(event)
                else:
                    usage = Usage(event.prompt_tokens, event.completion_tokens)
                    yield RoundEnd(tuple(_call(call) for call in event.calls), usage)

    async def close(self) -> None:
        await self._client.close()


def _call(call: RequestedCall) -> ToolCall:
    """No arguments at all mean none are needed; what is no JSON object is None."""
    try:
        arguments = json.loads(call.arguments or "{}")
    except ValueError:
        arguments = None
    return ToolCall(
        call.id, call.name, arguments if isinstance(arguments, dict) else None, call.arguments
    )


def _wire(messages: Sequence[Message]) -> list[Mapping[str, Any]]:
    return [_message(message, is_first=not number) for number, message in enumerate(messages)]


def _message(message: Message, *, is_first: bool) -> Mapping[str, Any]:
    """Only the first message speaks as the system: many endpoints refuse another one later."""
    if isinstance(message, SystemMessage):
        return {"role": "system" if is_first else "user", "content": message.text}
    if isinstance(message, MemberMessage):
        return {"role": "user", "content": message.text}
    if isinstance(message, CoachMessage):
        calls = {"tool_calls": [_wire_call(call) for call in message.calls]}
        spoken = {"role": "assistant", "content": message.text or None}
        return {**spoken, **calls} if message.calls else spoken
    return {"role": "tool", "tool_call_id": message.call_id, "content": message.text}


def _wire_call(call: ToolCall) -> Mapping[str, Any]:
    """Arguments that were no JSON go back as an empty object: endpoints parse what they get."""
    arguments = "{}" if call.arguments is None else json.dumps(dict(call.arguments))
    function = {"name": call.name, "arguments": arguments}
    return {"id": call.id, "type": "function", "function": function}
