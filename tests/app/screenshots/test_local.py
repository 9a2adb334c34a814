"""The child process that recognises: real models, real pictures drawn here."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest

from app.core.errors import InvalidInput, ProviderUnavailable, RateLimited
from app.screenshots.models import FieldName
from app.screenshots.readers.local import WAITING_AT_MOST, LocalRecogniser
from tests.app.screenshots.conftest import screen


@pytest.fixture
async def recogniser() -> AsyncIterator[LocalRecogniser]:
    local = LocalRecogniser()
    yield local
    await local.close()


async def test_a_picture_is_read_from_its_pixels(recogniser: LocalRecogniser) -> None:
    sight = await recogniser.see(screen())
    rows = sight.reading.rows
    assert [str(row.value(FieldName.UNDERLYING)) for row in rows] == ["SPY", "AAPL"]
    assert [row.value(FieldName.QUANTITY) for row in rows] == [-2, 10]
    assert (sight.width, sight.height) == (800, 160)
    assert sight.picture.startswith(b"RIFF")


async def test_a_picture_that_lies_on_its_side_is_read_upright(
    recogniser: LocalRecogniser,
) -> None:
    sight = await recogniser.see(screen(turned=90))
    assert [row.value(FieldName.QUANTITY) for row in sight.reading.rows] == [-2, 10]
    assert sight.width > sight.height


async def test_a_broken_file_is_refused_and_the_next_one_read(recogniser: LocalRecogniser) -> None:
    with pytest.raises(InvalidInput, match="damaged"):
        await recogniser.see(screen()[:200])
    before = recogniser.pid
    assert (await recogniser.see(screen())).reading.rows
    assert recogniser.pid == before


async def test_a_child_that_dies_fails_one_picture_only(recogniser: LocalRecogniser) -> None:
    await recogniser.see(screen())
    assert recogniser.pid is not None
    os.kill(recogniser.pid, signal.SIGKILL)
    with pytest.raises(ProviderUnavailable):
        await recogniser.see(screen())
    assert (await recogniser.see(screen())).reading.rows


async def test_a_reader_that_takes_too_long_is_ended() -> None:
    hurried = LocalRecogniser(longest_seconds=0.05)
    with pytest.raises(ProviderUnavailable, match="too long"):
        await hurried.see(screen())
    assert hurried.pid is None


async def test_who_finds_too_many_waiting_is_sent_away(recogniser: LocalRecogniser) -> None:
    crowd = [asyncio.create_task(recogniser.see(screen())) for _ in range(WAITING_AT_MOST)]
    await asyncio.sleep(0)
    with pytest.raises(RateLimited):
        await recogniser.see(screen())
    for each in crowd:
        each.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)


async def test_a_child_left_alone_ends() -> None:
    local = LocalRecogniser(idle_seconds=0.01)
    await local.see(screen())
    child = local._child
    assert child is not None
    await asyncio.wait_for(child.wait(), 20)
    assert local.pid is None
