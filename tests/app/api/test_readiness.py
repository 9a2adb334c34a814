"""What `/readyz` asks of the queue, against the real server."""

import asyncio
import signal
import time
from pathlib import Path

from app.api.readiness import check_queue
from app.infra.embedded.valkey import EmbeddedValkey


async def test_the_embedded_queue_is_ready_while_it_runs(tmp_path: Path) -> None:
    valkey = EmbeddedValkey(tmp_path)
    process = valkey.spawn()
    deadline = time.monotonic() + 10
    while not valkey.is_answering():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)

    found = await check_queue(valkey.url)()
    assert found.ok
    assert found.what.startswith("valkey ")

    process.send_signal(signal.SIGTERM)
    process.wait(10)
    gone = await check_queue(valkey.url)()
    assert not gone.ok
    assert gone.detail.startswith("no answer")
