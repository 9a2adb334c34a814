"""What the coach adds to a model: time to the first word and to the card, CPU, memory a session.

A whole coach (`house`) with a model that answers at once (`scripted`), so that everything measured
is ours: sign-in, storing, two rounds over HTTP, the tool, levels from simulated bars, grounding,
events. Then the same with the offline coach, and a bare peer behind the same model.

Alone: one question after another. Together: members who all ask at the same moment, so the 95th
percentile is nearly the whole wave's time. CPU of the web process says more than either on a
machine that others use too.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.core.clock import WallClock
from app.infra.db.database import Database
from app.infra.embedded.postgres import EmbeddedPostgres
from app.users.service import ensure_member
from app.users.tokens import issue_token
from benchmarks.asking import Answered, ask
from benchmarks.house import (
    ROOT,
    SECRET,
    House,
    clean_environment,
    free_port,
    is_answering,
    running,
    temporary_home,
)
from benchmarks.machine import Row, percentile, print_table
from benchmarks.scripted import scripted
from benchmarks.tabs import close_tabs, open_tab

MEMBERS = 100
ALONE = 100
WAVES = 5
SESSIONS = 50
SYMBOLS = ("SPY", "QQQ", "AAPL", "MSFT", "NVDA", "AMZN", "TSLA", "IWM", "DIA", "META")

Check = Callable[[Answered, str], None]
_KILOBYTE, _MEGABYTE = 10**3, 10**6


@dataclass(frozen=True, slots=True)
class Measured:
    """Questions of one kind that were answered, and the CPU seconds the web process spent on one."""

    answered: Sequence[Answered]
    cpu: float
    per_second: float
    refused: int

    def row(self, name: str) -> Row:
        cards = [each.card * 1000 for each in self.answered]
        words = [each.first_token * 1000 for each in self.answered]
        return name, (
            percentile(cards, 50), percentile(cards, 95),
            percentile(words, 50), percentile(words, 95),
            self.cpu * 1000, self.per_second, self.refused,
        )  # fmt: skip


def run() -> None:
    """Ours with a model, ours without, the bare peers; then memory."""
    times: list[Row] = []
    memory: list[Row] = []
    with scripted() as model, temporary_home() as home:
        with running(home, {"COACH_LLM__BASE_URL": model, "COACH_LLM__MODEL": "scripted"}) as house:
            tokens = asyncio.run(_tokens(house))
            # before the rush: what it leaves free would hide what a chat takes
            memory.append(_memory("trading coach", house.port, house.web, tokens, cards=1))
            ours, card = _measure(house.port, house.web, tokens, _check_ours)
        with running(home) as house:
            offline, _ = _measure(house.port, house.web, tokens, _check_ours)
        card_file = home / "card.json"
        card_file.write_text(json.dumps(card), encoding="utf-8")
        with _bare_api(model, card_file) as (port, process):
            bare, _ = _measure(port, process, tokens, _check_bare)
        with _bare_chat(home.parent) as (port, process):
            memory.append(_memory("bare chainlit", port, process, tokens, cards=0))
    for index, crowd in enumerate(("1 member", f"{MEMBERS} members at once")):
        times += [
            ours[index].row(f"{crowd}: coach, scripted model"),
            bare[index].row(f"{crowd}: bare FastAPI + openai, same model"),
            offline[index].row(f"{crowd}: coach, offline"),
        ]
    _print(times, memory, ours[0].cpu / bare[0].cpu)


def _print(times: Sequence[Row], memory: Sequence[Row], ratio: float) -> None:
    print_table(
        "Coach without the model's time, milliseconds",
        ("card p50", "p95", "word p50", "p95", "CPU/turn", "turns/s", "refused"),
        times,
        note=f"coach: {ratio:.1f}× the CPU of the bare peer, for one member\n"
        "checked: every answer has its card, and no number without a source\n"
        "refused: told that the server is too busy (503); not in the other figures",
    )
    print_table(
        f"Memory of the web process with {SESSIONS} open chats",
        ("MB before", "kB/chat", "and a turn"),
        memory,
        note="kB/chat: an open tab over socket.io; and a turn: the same once each has asked",
    )


def _measure(
    port: int, process: psutil.Process, tokens: Sequence[str], check: Check
) -> tuple[tuple[Measured, Measured], Mapping[str, object]]:
    """Alone and together, and a card as it came; each symbol was asked for once before."""
    warm = asyncio.run(_alone(port, tokens, len(SYMBOLS)))
    found = []
    for ask_all in (_alone(port, tokens, ALONE), _together(port, tokens)):
        before, started = _cpu(process), time.perf_counter()
        asked = asyncio.run(ask_all)
        taken, spent = time.perf_counter() - started, _cpu(process) - before
        answered = [each for each in asked if not _is_refused(each)]
        for index, each in enumerate(asked):
            if not _is_refused(each):
                check(each, SYMBOLS[index % len(SYMBOLS)])
        count = len(answered)
        found.append(Measured(answered, spent / count, count / taken, len(asked) - count))
    return (found[0], found[1]), warm[0].body(b"card_shown")


async def _alone(port: int, tokens: Sequence[str], count: int) -> list[Answered]:
    return [
        await ask(port, _question(number), token=tokens[number % len(tokens)])
        for number in range(count)
    ]


async def _together(port: int, tokens: Sequence[str]) -> list[Answered]:
    found: list[Answered] = []
    for _ in range(WAVES):
        found += await asyncio.gather(
            *(ask(port, _question(at), token=token) for at, token in enumerate(tokens))
        )
    return found


def _question(number: int) -> str:
    return f"levels on {SYMBOLS[number % len(SYMBOLS)]}"


def _is_refused(answered: Answered) -> bool:
    """Turned away as busy, at the door or on the way."""
    at_the_door = answered.status.endswith(b"503 Service Unavailable")
    return at_the_door or answered.body(b"failed").get("status") == 503


def _check_ours(answered: Answered, symbol: str) -> None:
    done = answered.body(b"turn_done")
    shown = [card["props"].get("symbol") for card in done.get("cards", ())]
    grounding = done.get("grounding", {})
    is_right = (
        shown == [symbol]
        and answered.body(b"card_shown")["element"] == "LevelsCard"
        and symbol in done["answer"]
        and grounding["numbers"] > 0
        and not grounding["unbound"]
    )
    if not is_right:
        raise AssertionError(f"not an answer on {symbol}: {answered.status!r} {done}")


def _check_bare(answered: Answered, _symbol: str) -> None:
    done = answered.body(b"turn_done")
    if not (done.get("answer") and done.get("cards")):
        raise AssertionError(f"not an answer: {answered.status!r} {answered.lines[-5:]}")


def _memory(
    name: str, port: int, process: psutil.Process, tokens: Sequence[str], *, cards: int
) -> Row:
    """MB before, kB of an open chat, and of one that has asked once and drew `cards`."""
    before, opened, asked = asyncio.run(_sessions(port, process, tokens, cards))
    share = SESSIONS * _KILOBYTE
    return name, (before / _MEGABYTE, (opened - before) / share, (asked - before) / share)


async def _sessions(
    port: int, process: psutil.Process, tokens: Sequence[str], cards: int
) -> tuple[float, float, float]:
    few = [await open_tab(port, token) for token in tokens[-5:]]
    for number in range(len(SYMBOLS)):
        await few[number % len(few)].ask(_question(number))
    before = await _settled(process)
    tabs = [await open_tab(port, token) for token in tokens[:SESSIONS]]
    opened = await _settled(process)
    for number, tab in enumerate(tabs):
        await tab.ask(_question(number))
    asked = await _settled(process)
    await close_tabs([*few, *tabs])
    if any(tab.elements < cards for tab in tabs):
        raise AssertionError(f"cards drawn: {[tab.elements for tab in tabs]}")
    return before, opened, asked


async def _settled(process: psutil.Process) -> float:
    await asyncio.sleep(1)
    size: float = process.memory_info().rss
    return size


async def _tokens(house: House) -> list[str]:
    """Tokens of distinct members of the house."""
    urls = EmbeddedPostgres(house.home).attach()
    if urls is None:
        raise RuntimeError("the database is not running")
    database, now = Database(urls.application), WallClock().now()
    async with database.system() as session:
        members = [
            await ensure_member(session, f"member-{number}", name=f"Member {number}", now=now)
            for number in range(MEMBERS)
        ]
    await database.close()
    return [issue_token(member, secret=SECRET, now=now) for member in members]


@contextmanager
def _bare_api(model: str, card: Path) -> Iterator[tuple[int, psutil.Process]]:
    port = free_port()
    command = ["-m", "benchmarks.peers.bare_api", str(port), model, str(card)]
    with _peer(command, port, "/healthz", ROOT) as process:
        yield port, process


@contextmanager
def _bare_chat(folder: Path) -> Iterator[tuple[int, psutil.Process]]:
    port = free_port()
    script = str(ROOT / "benchmarks" / "peers" / "bare_chat.py")
    command = ["-m", "chainlit", "run", script, "--headless", "--port", str(port)]
    with _peer(command, port, "/", folder) as process:
        yield port, process


@contextmanager
def _peer(command: Sequence[str], port: int, path: str, folder: Path) -> Iterator[psutil.Process]:
    """A peer that answers, in this environment's Python; `folder` is where it may write."""
    process = subprocess.Popen(  # noqa: S603 - our own peers
        [sys.executable, *command],
        cwd=folder,
        env=clean_environment({"PYTHONPATH": str(ROOT), "CHAINLIT_APP_ROOT": str(folder)}),
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while not is_answering(port, path):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command} did not come up")
            time.sleep(0.1)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(10)


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    spent: float = times.user + times.system
    return spent
