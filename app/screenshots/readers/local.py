"""Recognition on this machine: one child process, started when it is needed and ended when it is not.

Pictures wait for each other, a few at most. A child that dies, says nothing for too long or is left
alone for a while is gone; the next picture starts another.
"""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override

from app.core.errors import InvalidInput, ProviderUnavailable, RateLimited
from app.infra.settings import ROOT
from app.infra.telemetry import get_logger
from app.screenshots import documents
from app.screenshots.pictures import kind_of
from app.screenshots.protocol import Recogniser, Sight

WAITING_AT_MOST = 8
LONGEST_SECONDS = 150.0
IDLE_SECONDS = 120.0
_LENGTH_BYTES = 4
_log = get_logger(__name__)


@dataclass(slots=True)
class LocalRecogniser(Recogniser):
    """What pictures say, one after the other."""

    longest_seconds: float = LONGEST_SECONDS
    idle_seconds: float = IDLE_SECONDS
    _child: asyncio.subprocess.Process | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _waiting: int = 0
    _farewell: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int | None:
        """Of the child, while there is one."""
        return None if self._child is None else self._child.pid

    @override
    async def see(self, content: bytes) -> Sight:
        kind_of(content)
        if self._waiting >= WAITING_AT_MOST:
            raise RateLimited(
                "Several pictures are being read already. Try again in half a minute.",
                retry_after_seconds=30,
            )
        self._waiting += 1
        try:
            async with self._turn:
                return await self._in_time(content)
        finally:
            self._waiting -= 1

    @override
    async def close(self) -> None:
        """End the child, whatever it is doing."""
        self._stay()
        child, self._child = self._child, None
        if child is not None and child.returncode is None:
            child.kill()
            await child.wait()

    async def _in_time(self, content: bytes) -> Sight:
        self._stay()
        is_done = False
        try:
            async with asyncio.timeout(self.longest_seconds):
                head, picture = await self._ask(content)
            is_done = True
        except TimeoutError as error:
            raise ProviderUnavailable(
                "Reading the picture took too long. Crop it to the positions and try again."
            ) from error
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            _log.warning("screenshots.reader_died", reason=type(error).__name__)
            raise ProviderUnavailable(
                "The picture could not be read: its reader ended. Try again."
            ) from error
        finally:
            if not is_done:
                await self.close()
        self._leave_later()
        if "refused" in head:
            raise InvalidInput(str(head["refused"]))
        return Sight(documents.read(head["reading"]), head["width"], head["height"], picture)

    async def _ask(self, content: bytes) -> tuple[dict[str, Any], bytes]:
        child = await self._running()
        if child.stdin is None or child.stdout is None:
            raise OSError("the reader has no pipes")
        child.stdin.write(len(content).to_bytes(_LENGTH_BYTES, "big") + content)
        await child.stdin.drain()
        head = await _frame(child.stdout)
        return json.loads(head), await _frame(child.stdout)

    async def _running(self) -> asyncio.subprocess.Process:
        if self._child is None or self._child.returncode is not None:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "app.screenshots.readers.child",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                cwd=ROOT,
            )
        return self._child

    def _leave_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._farewell = loop.call_later(self.idle_seconds, self._leave)

    def _leave(self) -> None:
        """End the idle child: it reads the end of its input."""
        child, self._child = self._child, None
        if child is not None and child.stdin is not None:
            child.stdin.close()

    def _stay(self) -> None:
        if self._farewell is not None:
            self._farewell.cancel()
            self._farewell = None


async def _frame(source: asyncio.StreamReader) -> bytes:
    length = int.from_bytes(await source.readexactly(_LENGTH_BYTES), "big")
    return await source.readexactly(length)
