"""A scripted model behind real HTTP, for tests, demos and measurements.

It speaks `/v1/chat/completions`, streamed or not, and misbehaves on request: refusals, silence,
broken streams, tool calls in fragments, endpoints that do not know an option. What it was asked is
kept in `requests`.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

_FRAGMENT = 7
"""Characters of a tool call's arguments in one chunk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. `calls` are names with arguments, as an object or as raw text.

    `delay_seconds` passes before anything is sent; `is_cut` drops the connection after the text.
    """

    text: str | Iterable[str] = ""
    calls: tuple[tuple[str, Mapping[str, Any] | str], ...] = ()
    status: int = 200
    retry_after: str | None = None
    delay_seconds: float = 0
    is_cut: bool = False
    is_streamed: bool = True
    has_usage: bool = True
    has_whole_calls: bool = False


Script = Callable[[Mapping[str, Any]], Reply]


@dataclass(slots=True)
class ScriptedServer:
    """Where it listens, and what it was asked."""

    base_url: str
    requests: list[Mapping[str, Any]] = field(default_factory=list)


@asynccontextmanager
async def scripted_model(
    script: Iterable[Reply] | Script, *, refuses_usage_option: bool = False
) -> AsyncGenerator[ScriptedServer, None]:
    """Serve `script` on a free port of loopback: replies in order, the last one for ever, or a
    function of the request."""
    answer = script if callable(script) else _in_order(tuple(script))
    server = ScriptedServer("")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read(reader)
            server.requests.append(request)
            if refuses_usage_option and "stream_options" in request:
                await _refuse(writer, 400, "unknown field: stream_options", None)
            else:
                await _answer(writer, answer(request), bool(request.get("stream")))
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    server.base_url = f"http://127.0.0.1:{port}/v1"
    async with listener:
        yield server


def _in_order(replies: tuple[Reply, ...]) -> Script:
    asked = iter(replies)

    def next_reply(_request: Mapping[str, Any]) -> Reply:
        return next(asked, replies[-1])

    return next_reply


async def _read(reader: asyncio.StreamReader) -> Mapping[str, Any]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = head.partition("content-length:")[2].partition("\r\n")[0].strip()
    body: Mapping[str, Any] = json.loads(await reader.readexactly(int(length or 0)) or b"{}")
    return body


async def _answer(writer: asyncio.StreamWriter, reply: Reply, is_streamed: bool) -> None:  # noqa: FBT001 - wire detail
    await asyncio.sleep(reply.delay_seconds)
    if reply.status != 200:
        await _refuse(writer, reply.status, "scripted refusal", reply.retry_after)
    elif is_streamed and reply.is_streamed:
        await _stream(writer, reply)
    else:
        await _send(writer, 200, json.dumps(_whole(reply)))


async def _refuse(
    writer: asyncio.StreamWriter, status: int, message: str, retry_after: str | None
) -> None:
    extra = f"Retry-After: {retry_after}\r\n" if retry_after else ""
    await _send(writer, status, json.dumps({"error": {"message": message}}), extra)


async def _send(writer: asyncio.StreamWriter, status: int, body: str, extra: str = "") -> None:
    content = body.encode()
    writer.write(
        f"HTTP/1.1 {status} Scripted\r\nContent-Type: application/json\r\n{extra}"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n".encode()
        + content
    )
    await writer.drain()


async def _stream(writer: asyncio.StreamWriter, reply: Reply) -> None:
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
        b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    )
    for chunk in _chunks(reply):
        await _event(writer, json.dumps(chunk))
    if not reply.is_cut:
        await _event(writer, "[DONE]")
        writer.write(b"0\r\n\r\n")
        await writer.drain()


async def _event(writer: asyncio.StreamWriter, content: str) -> None:
    event = f"data: {content}\n\n".encode()
    writer.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
    await writer.drain()


def _chunks(reply: Reply) -> Iterable[Mapping[str, Any]]:
    for piece in _pieces(reply):
        yield _chunk([{"index": 0, "delta": {"role": "assistant", "content": piece}}])
    if reply.is_cut:
        return
    for delta in _call_deltas(reply):
        yield _chunk([{"index": 0, "delta": {"tool_calls": [delta]}}])
    reason = "tool_calls" if reply.calls else "stop"
    yield _chunk([{"index": 0, "delta": {}, "finish_reason": reason}])
    if reply.has_usage:
        yield {**_chunk([]), "usage": _usage(reply)}


def _pieces(reply: Reply) -> list[str]:
    return [reply.text] if isinstance(reply.text, str) else list(reply.text)


def _call_deltas(reply: Reply) -> Iterable[Mapping[str, Any]]:
    for call in _calls(reply):
        if reply.has_whole_calls:
            yield {key: value for key, value in call.items() if key != "index"}
            continue
        text = call["function"]["arguments"]
        yield {**call, "function": {**call["function"], "arguments": ""}}
        for start in range(0, len(text), _FRAGMENT):
            fragment = text[start : start + _FRAGMENT]
            yield {"index": call["index"], "function": {"arguments": fragment}}


def _calls(reply: Reply) -> list[dict[str, Any]]:
    return [
        {
            "index": number,
            "id": f"call_{number}",
            "type": "function",
            "function": {
                "name": name,
                "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments),
            },
        }
        for number, (name, arguments) in enumerate(reply.calls)
    ]


def _chunk(choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": "scripted",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "scripted",
        "choices": choices,
    }


def _usage(reply: Reply) -> Mapping[str, int]:
    words = len("".join(_pieces(reply)).split())
    return {"prompt_tokens": 10, "completion_tokens": words, "total_tokens": 10 + words}


def _whole(reply: Reply) -> Mapping[str, Any]:
    message = {"role": "assistant", "content": "".join(_pieces(reply)), "tool_calls": _calls(reply)}
    reason = "tool_calls" if reply.calls else "stop"
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return {
        "id": "scripted",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted",
        "choices": [choice],
        **({"usage": _usage(reply)} if reply.has_usage else {}),
    }
