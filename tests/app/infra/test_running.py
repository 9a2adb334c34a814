"""What goes on for ever ends when it is told to, even where its first word was lost."""

import asyncio

import pytest

from app.infra import running
from app.infra.running import end, side_by_side


async def _deaf(times: int) -> None:
    """Loses as many cancellations, as a library may."""
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            if times == 0:
                raise
            times -= 1


async def _fails() -> None:
    raise ValueError("The street is closed.")


async def test_one_that_lost_its_cancellation_is_told_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "AGAIN_SECONDS", 0.01)
    tasks = [asyncio.create_task(_deaf(3)), asyncio.create_task(_deaf(0))]
    await asyncio.sleep(0)

    async with asyncio.timeout(10):
        await end(tasks)

    assert all(task.cancelled() for task in tasks)


async def test_the_failure_of_one_ends_the_others_and_is_raised() -> None:
    others: list[asyncio.Task[None]] = []

    async def other() -> None:
        task = asyncio.current_task()
        assert task is not None
        others.append(task)
        await _deaf(0)

    with pytest.raises(ValueError, match="street is closed"):
        async with asyncio.timeout(10):
            await side_by_side(other(), _fails())

    assert [task.cancelled() for task in others] == [True]


async def test_cancelled_it_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "AGAIN_SECONDS", 0.01)
    before = asyncio.all_tasks()
    work = asyncio.create_task(side_by_side(_deaf(2), _deaf(0)))
    await asyncio.sleep(0.01)

    async with asyncio.timeout(10):
        await end([work])

    assert work.cancelled()
    assert asyncio.all_tasks() == before


async def test_it_is_over_when_all_of_it_is_done() -> None:
    done: list[int] = []

    async def part(number: int) -> None:
        done.append(number)

    await side_by_side(part(1), part(2))

    assert sorted(done) == [1, 2]
