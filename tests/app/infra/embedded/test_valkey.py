"""The embedded Valkey: the real server behind the real client of the queue."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import kombu.connection
import pytest

from app.infra.embedded.valkey import EmbeddedValkey


@pytest.fixture
def valkey(tmp_path: Path) -> EmbeddedValkey:
    return EmbeddedValkey(tmp_path)


@pytest.fixture
def running(valkey: EmbeddedValkey) -> Iterator[EmbeddedValkey]:
    process = valkey.spawn()
    _await(valkey)
    yield valkey
    process.send_signal(signal.SIGTERM)
    process.wait(10)


@contextmanager
def _queue(valkey: EmbeddedValkey, name: str) -> Iterator[Any]:
    connect: Any = kombu.connection.Connection  # untyped
    with connect(valkey.url) as connection, connection.SimpleQueue(name) as queue:
        yield queue


def _await(valkey: EmbeddedValkey) -> None:
    deadline = time.monotonic() + 10
    while not valkey.is_answering():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_message_travels_through_its_url(running: EmbeddedValkey) -> None:
    with _queue(running, "greetings") as queue:
        queue.put({"say": "hello"})
        assert queue.get(timeout=5).payload == {"say": "hello"}


def test_a_queued_message_survives_a_kill(valkey: EmbeddedValkey) -> None:
    process = valkey.spawn()
    _await(valkey)
    with _queue(valkey, "kept") as queue:
        queue.put({"answer": 42})
    time.sleep(1.2)  # the log is synced every second
    process.kill()
    process.wait()
    assert not valkey.is_answering()

    process = valkey.spawn()
    _await(valkey)
    try:
        with _queue(valkey, "kept") as queue:
            assert queue.get(timeout=5).payload == {"answer": 42}
    finally:
        process.terminate()
        process.wait(10)


def test_it_listens_on_a_private_socket_only(running: EmbeddedValkey) -> None:
    assert running.socket.parent.stat().st_mode & 0o777 == 0o700
    assert running.socket.stat().st_mode & 0o077 == 0


def test_a_home_with_a_long_path_works_as_well(tmp_path: Path) -> None:
    valkey = EmbeddedValkey(tmp_path / ("d" * 100))
    process = valkey.spawn()
    try:
        _await(valkey)
    finally:
        process.terminate()
        process.wait(10)
        valkey.socket.parent.rmdir()
