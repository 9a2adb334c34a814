"""A coach of an afternoon: FastAPI, openai, one tool with a fixed answer, server-sent events.

Two rounds of the model and the same events, of the same size, as ours; no members, no database, no
market, no grounding, no logs. `python -m benchmarks.peers.bare_api PORT BASE_URL CARD.json`.
"""

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from openai import AsyncOpenAI
from pydantic import BaseModel

_TOOL = {
    "type": "function",
    "function": {
        "name": "get_key_levels",
        "description": "Key levels of a symbol.",
        "parameters": {"type": "object", "properties": {"symbol": {"type": "string"}}},
    },
}
_SENTENCE = "SPY is at 236.52, between VWAP+2 at 237.22 and VWAP+1 at 235.46."


class Question(BaseModel):
    message: str


def build(base_url: str, card: dict[str, Any]) -> FastAPI:
    web = FastAPI()
    client = AsyncOpenAI(base_url=base_url, api_key="none")

    @web.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @web.post("/api/v1/chat")
    async def chat(question: Question) -> StreamingResponse:
        return StreamingResponse(_turn(client, question, card), media_type="text/event-stream")

    return web


async def _turn(
    client: AsyncOpenAI, question: Question, card: dict[str, Any]
) -> AsyncIterator[str]:
    messages: list[Any] = [{"role": "user", "content": question.message}]
    async for _ in await _round(client, messages):
        pass
    messages.append({"role": "tool", "tool_call_id": "call_0", "content": _SENTENCE})
    yield _event("card_shown", card)
    answer = ""
    async for chunk in await _round(client, messages):
        for choice in chunk.choices:
            if choice.delta.content:
                answer += choice.delta.content
                yield _event("text_part", {"text": choice.delta.content})
    yield _event("turn_done", {"answer": answer, "cards": [card]})


async def _round(client: AsyncOpenAI, messages: list[Any]) -> Any:
    tools: Any = [_TOOL]
    return await client.chat.completions.create(
        model="scripted", messages=messages, tools=tools, stream=True
    )


def _event(name: str, body: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(body)}\n\n"


if __name__ == "__main__":
    _, port, base_url, card_file = sys.argv
    card = json.loads(Path(card_file).read_text(encoding="utf-8"))
    uvicorn.run(build(base_url, card), port=int(port), log_level="warning")
