"""Log lines are JSON and carry the ids of the request they belong to."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app.infra.telemetry import bound, bound_ids, configure_logging, get_logger, request_id


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Where the lines go, from `info` upwards; the way logging was before comes back."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging("info", stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def read(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_carries_the_ids_bound_around_it_and_loses_them_after(lines: io.StringIO) -> None:
    with bound(request_id="r-1", member_id="m-1"):
        get_logger("tests").info("turn done", ms=12)
    get_logger("tests").info("later")
    first, second = read(lines)
    assert first["event"] == "turn done"
    assert (first["request_id"], first["member_id"], first["ms"]) == ("r-1", "m-1", 12)
    assert first["level"] == "info"
    assert "request_id" not in second


def test_a_library_that_logs_the_standard_way_comes_out_in_the_same_shape(
    lines: io.StringIO,
) -> None:
    with bound(request_id="r-2"):
        logging.getLogger("some.library").warning("lost %s of %d", "one", 3)
    [line] = read(lines)
    assert line["event"] == "lost one of 3"
    assert line["request_id"] == "r-2"
    assert line["logger"] == "some.library"


def test_an_exception_is_one_line_of_json(lines: io.StringIO) -> None:
    question = "what the member wrote"
    try:
        raise ValueError("no such bar" if question else "")
    except ValueError:
        get_logger("tests").exception("failed")
    [line] = read(lines)
    assert "no such bar" in json.dumps(line["exception"])
    assert question not in json.dumps(line)


def test_debug_is_silent_at_info(lines: io.StringIO) -> None:
    get_logger("tests").debug("what the member wrote")
    assert lines.getvalue() == ""


@pytest.mark.parametrize("offered", ["abc", "9f1c-77.A_b", "x" * 64])
def test_a_plain_request_id_of_the_caller_is_kept(offered: str) -> None:
    assert request_id(offered) == offered


@pytest.mark.parametrize("offered", [None, "", "a b", "x" * 65, 'a"b', "a\nb", "-a", "ä"])
def test_any_other_is_replaced_by_a_fresh_one(offered: str | None) -> None:
    given = request_id(offered)
    assert given != offered
    assert given != request_id(offered)


def test_without_a_block_nothing_is_bound() -> None:
    assert "turn_id" not in bound_ids()
