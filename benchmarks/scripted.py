"""A model that answers at once, as a process: `python -m benchmarks.scripted`.

Asked a question, it calls `get_key_levels` for the question's last word; told what the tool found,
it repeats the tool's first line word by word, references included. Its address is its first line
of output; it ends when its input does.
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from app.infra.llm.scripted import Reply, scripted_model
from benchmarks.house import ROOT


@contextmanager
def scripted() -> Iterator[str]:
    """The base URL of a running one."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.scripted"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process.stdout.readline().strip() if process.stdout else ""
    finally:
        process.communicate()


def answer(request: Mapping[str, Any]) -> Reply:
    """The call, or the tool's sentence."""
    last = request["messages"][-1]
    if last["role"] == "tool":
        return Reply(text=re.findall(r"\S+\s*", last["content"].splitlines()[0]))
    return Reply(calls=(("get_key_levels", {"symbol": last["content"].split()[-1]}),))


async def _serve() -> None:
    async with scripted_model(answer) as server:
        print(server.base_url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
