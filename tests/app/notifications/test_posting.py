"""Members' addresses may not lead into the house."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.responses import Response, StreamingResponse

from app.notifications import posting
from app.notifications.posting import NoAnswer, NotAllowed, Post, is_public
from tests.app.notifications.conftest import MovingClock
from tests.app.notifications.receivers import Receiver


@pytest.fixture
async def guarded(wall: MovingClock) -> AsyncIterator[Post]:
    post = Post(wall, is_guarded=True)
    yield post
    await post.close()


@pytest.fixture
async def open_(wall: MovingClock) -> AsyncIterator[Post]:
    post = Post(wall, is_guarded=False)
    yield post
    await post.close()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104 - an address that is refused
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.8",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
    ],
)
def test_an_address_of_this_or_another_private_network_is_none_of_the_internet(
    address: str,
) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "0"],
)
async def test_no_spelling_of_this_machine_gets_through(
    guarded: Post, receiver: Receiver, host: str
) -> None:
    port = receiver.url.rpartition(":")[2]
    with pytest.raises((NotAllowed, NoAnswer)):
        await guarded.send(f"http://{host}:{port}/", b"{}", {})
    assert receiver.heard == []


async def test_the_address_that_was_looked_at_is_the_one_connected_to(
    guarded: Post, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [["1.1.1.1", "127.0.0.1"], ["127.0.0.1"]]

    async def resolve(host: str, port: int) -> list[str]:
        return answers.pop(0)

    monkeypatch.setattr(posting, "_resolve", resolve)
    port = receiver.url.rpartition(":")[2]
    with pytest.raises(NotAllowed):
        await guarded.send(f"http://rebinding.example:{port}/", b"{}", {})
    assert receiver.heard == []
    assert len(answers) == 1, "a name is looked up once"


async def test_a_receiver_that_takes_too_long_is_no_answer(
    open_: Post, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "SECONDS", 0.2)
    receiver.may_answer.clear()
    with pytest.raises(NoAnswer, match="in time"):
        await open_.send(receiver.url, b"{}", {})


async def test_a_receiver_that_drips_for_ever_is_no_answer(
    open_: Post, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "SECONDS", 0.5)

    async def drip() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.05)

    receiver.replies = [StreamingResponse(drip())]
    with pytest.raises(NoAnswer, match="in time"):
        await open_.send(receiver.url, b"{}", {})


async def test_only_the_beginning_of_an_answer_is_read(open_: Post, receiver: Receiver) -> None:
    receiver.replies = [Response("x" * 1_000_000)]
    reply = await open_.send(receiver.url, b"{}", {})
    assert len(reply.text) == 4096


async def test_a_name_that_nobody_has_is_no_answer(guarded: Post) -> None:
    with pytest.raises(NoAnswer, match="name is not known"):
        await guarded.send("https://nobody.invalid/", b"{}", {})
