"""A member who asks over HTTP and notes when what arrives: bare sockets, so that little of the time
is the client's own. Answers are read closely only after the clock has stopped.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_LONGEST_LINE = 4 * 1024 * 1024
_PATIENCE_SECONDS = 60.0
_WORDS = (b"event: text_part", b"event: number_part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One turn; times are seconds since the question was sent."""

    card: float
    first_token: float
    done: float
    status: bytes
    last_event: bytes
    lines: Sequence[bytes]

    def body(self, event: bytes) -> dict[str, Any]:
        """What came with the last event of this name."""
        found: dict[str, Any] = {}
        name = b""
        for line in self.lines:
            if line.startswith(b"event: "):
                name = line.removeprefix(b"event: ").strip()
            elif line.startswith(b"data: ") and name == event:
                found = json.loads(line.removeprefix(b"data: "))
        return found


async def ask(port: int, question: str, *, token: str = "") -> Answered:
    """Ask `POST /api/v1/chat` for events, to the end of the answer."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        started = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_LONGEST_LINE)
        writer.write(_request(port, question, token))
        first: dict[bytes, float] = {}
        lines = []
        async for line in reader:
            lines.append(line)
            if line.startswith(b"event: "):
                first.setdefault(line.strip(), time.perf_counter() - started)
        writer.close()
    never = float("nan")
    return Answered(
        card=first.get(b"event: card_shown", never),
        first_token=min((first[word] for word in _WORDS if word in first), default=never),
        done=first.get(b"event: turn_done", never),
        status=lines[0].strip() if lines else b"nothing",
        last_event=max(first, key=lambda event: first[event], default=b""),
        lines=lines,
    )


def _request(port: int, question: str, token: str) -> bytes:
    body = json.dumps({"message": question}).encode()
    head = (
        "POST /api/v1/chat HTTP/1.1",
        f"Host: localhost:{port}",
        f"Authorization: Bearer {token}",
        "Accept: text/event-stream",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body
