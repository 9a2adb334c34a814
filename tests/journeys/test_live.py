"""Live prices over the WebSocket, as the page's module speaks it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed


@asynccontextmanager
async def line(server: Any, token: str | None, **options: Any) -> AsyncIterator[ClientConnection]:
    headers = {"Origin": server.url} | ({"Cookie": f"access_token={token}"} if token else {})
    address = server.url.replace("http", "ws") + "/api/v1/live"
    async with connect(address, additional_headers=headers, **options) as socket:
        yield socket


async def hear(socket: ClientConnection, wanted: str) -> dict[str, Any]:
    """The next message that has the field `wanted`."""
    async with asyncio.timeout(10):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if wanted in message:
                return message


async def test_the_markets_present_comes_first(server: Any, ada_token: str) -> None:
    async with line(server, ada_token) as socket:
        assert isinstance(json.loads(await socket.recv())["now"], float)


async def test_a_symbol_ticks_at_once_and_then_about_every_second(
    server: Any, ada_token: str
) -> None:
    async with line(server, ada_token) as socket:
        await socket.send(json.dumps({"subscribe": ["BTC/USD"]}))
        first = await hear(socket, "price")
        second = await hear(socket, "price")
    assert first["symbol"] == second["symbol"] == "BTC/USD"
    assert second["time"] >= first["time"]
    bar = second["bar"]
    assert set(bar) == {"time", "open", "high", "low", "close", "volume"}
    assert bar["time"] % 60 == 0
    assert bar["time"] <= second["time"] < bar["time"] + 60
    assert bar["low"] <= bar["close"] <= bar["high"]


async def test_many_symbols_share_one_line_and_can_be_left(server: Any, ada_token: str) -> None:
    async with line(server, ada_token) as socket:
        await socket.send(json.dumps({"subscribe": ["BTC/USD", "ETH/USD"]}))
        heard = {(await hear(socket, "price"))["symbol"] for _ in range(6)}
        assert heard == {"BTC/USD", "ETH/USD"}
        await socket.send(json.dumps({"unsubscribe": ["ETH/USD"]}))
        await asyncio.sleep(0.3)
        later = [(await hear(socket, "price"))["symbol"] for _ in range(3)]
    assert later[1:] == ["BTC/USD", "BTC/USD"]


async def test_an_unknown_symbol_is_refused_and_the_line_stays_open(
    server: Any, ada_token: str
) -> None:
    async with line(server, ada_token) as socket:
        await socket.send(json.dumps({"subscribe": ["APPL", "BTC/USD"]}))
        refused = await hear(socket, "error")
        assert refused["symbol"] == "APPL"
        assert (await hear(socket, "price"))["symbol"] == "BTC/USD"


@pytest.mark.parametrize(
    "nonsense",
    ["", "not json", "[]", "{}", '{"subscribe": "SPX"}', '{"shout": ["SPX"]}', "x" * 10_000],
)
async def test_nonsense_is_answered_and_does_no_harm(
    server: Any, ada_token: str, nonsense: str
) -> None:
    async with line(server, ada_token) as socket:
        await socket.send(nonsense)
        assert (await hear(socket, "error"))["error"]
        await socket.send(json.dumps({"subscribe": ["BTC/USD"]}))
        assert (await hear(socket, "price"))["symbol"] == "BTC/USD"


async def test_bytes_are_nonsense_too(server: Any, ada_token: str) -> None:
    async with line(server, ada_token) as socket:
        await socket.send(b"\x00\xff")
        assert (await hear(socket, "error"))["error"]


async def test_endless_nonsense_ends_the_line(server: Any, ada_token: str) -> None:
    async with line(server, ada_token) as socket:
        for _ in range(20):
            await socket.send("nonsense")
        with pytest.raises(ConnectionClosed) as closed:
            await hear(socket, "what never comes")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400


async def test_one_line_watches_a_limited_number_of_symbols(server: Any, ada_token: str) -> None:
    async with line(server, ada_token) as socket:
        many = [f"X{number}" for number in range(60)]
        await socket.send(json.dumps({"subscribe": many}))
        await socket.send(json.dumps({"subscribe": ["BTC/USD"]}))
        async with asyncio.timeout(10):
            while True:
                message = json.loads(await socket.recv())
                if message.get("symbol") == "BTC/USD":
                    break
    assert "60 symbols" in message["error"]


@pytest.mark.parametrize("token", [None, "forged"])
async def test_without_a_valid_token_the_line_closes_for_good(
    server: Any, token: str | None
) -> None:
    with pytest.raises(ConnectionClosed) as closed:
        async with line(server, token) as socket:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


async def test_a_program_may_bring_its_token_as_a_subprotocol(server: Any, ada_token: str) -> None:
    address = server.url.replace("http", "ws") + "/api/v1/live"
    async with connect(address, subprotocols=[f"bearer.{ada_token}"]) as socket:  # type: ignore[list-item]
        assert "now" in json.loads(await socket.recv())


async def test_who_reads_slowly_gets_the_newest_and_not_a_backlog(
    server: Any, ada_token: str
) -> None:
    async with line(server, ada_token) as quick, line(server, ada_token, max_queue=1) as slow:
        for socket in (quick, slow):
            await socket.send(json.dumps({"subscribe": ["BTC/USD"]}))
        newest = [await hear(quick, "price") for _ in range(4)][-1]
        heard = [await hear(slow, "price") for _ in range(3)]
    times = [tick["time"] for tick in heard]
    assert times == sorted(times)
    assert max(times) >= newest["time"] - 3
