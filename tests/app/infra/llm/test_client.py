"""The client against a scripted endpoint over real HTTP."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from app.core.errors import ProviderUnavailable
from app.infra.llm.client import ChatClient, Completion, RequestedCall
from app.infra.llm.endpoint import Endpoint
from app.infra.llm.scripted import Reply, scripted_model

HELLO = [{"role": "user", "content": "hello"}]
TOOL = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]


async def asked(
    replies: Sequence[Reply],
    *,
    retries: int = 2,
    seconds: float = 10,
    refuses_usage_option: bool = False,
) -> tuple[list[Any], list[Mapping[str, Any]]]:
    async with scripted_model(replies, refuses_usage_option=refuses_usage_option) as server:
        endpoint = Endpoint(
            base_url=server.base_url,
            api_key="sk-secret",
            model="scripted",
            retries=retries,
            timeout_seconds=seconds,
        )
        client = ChatClient(endpoint)
        try:
            return [event async for event in client.stream(HELLO, TOOL)], server.requests
        finally:
            await client.close()


async def test_text_streams_and_usage_is_reported() -> None:
    events, requests = await asked([Reply(text=["Hel", "lo ", "there"])])
    assert events == ["Hel", "lo ", "there", Completion((), 10, 2)]
    assert requests[0]["stream"] is True
    assert requests[0]["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize("whole", [False, True])
async def test_tool_calls_arrive_in_fragments_or_whole(whole: bool) -> None:
    calls: tuple[tuple[str, dict[str, Any]], ...] = (
        ("f", {"symbol": "SPY", "names": ["PDH"]}),
        ("g", {}),
    )
    events, _ = await asked([Reply(calls=calls, has_whole_calls=whole)])
    assert events[-1].calls == (
        RequestedCall("call_0", "f", '{"symbol": "SPY", "names": ["PDH"]}'),
        RequestedCall("call_1", "g", "{}"),
    )


async def test_an_endpoint_that_does_not_stream_is_understood() -> None:
    events, _ = await asked([Reply(text="Hello.", calls=(("f", {"a": 1}),), is_streamed=False)])
    assert events[0] == "Hello."
    assert events[1].calls == (RequestedCall("call_0", "f", '{"a": 1}'),)
    assert events[1].prompt_tokens == 10


async def test_an_endpoint_without_usage_costs_zero() -> None:
    events, _ = await asked([Reply(text="Hi", has_usage=False)])
    assert events[-1] == Completion((), 0, 0)


async def test_an_endpoint_that_refuses_the_usage_option_is_asked_without_it() -> None:
    events, requests = await asked([Reply(text="Hi")], refuses_usage_option=True)
    assert events[0] == "Hi"
    assert ["stream_options" in request for request in requests] == [True, False]


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_busy_or_faulty_endpoint_is_asked_again(status: int) -> None:
    events, requests = await asked([Reply(status=status, retry_after="0.01"), Reply(text="Hi")])
    assert events[0] == "Hi"
    assert len(requests) == 2


async def test_retry_after_is_waited_for() -> None:
    start = time.monotonic()
    await asked([Reply(status=429, retry_after="1"), Reply(text="Hi")])
    assert time.monotonic() - start >= 1


async def test_after_its_retries_it_gives_up() -> None:
    with pytest.raises(ProviderUnavailable, match="fault of its own"):
        await asked([Reply(status=500, retry_after="0.01")], retries=2)


@pytest.mark.parametrize(
    ("status", "says"),
    [(401, "refuses the key"), (404, "knows no model `scripted`"), (422, "scripted refusal")],
)
async def test_a_refusal_is_not_tried_again_and_says_what_to_check(status: int, says: str) -> None:
    with pytest.raises(ProviderUnavailable, match=says) as caught:
        await asked([Reply(status=status), Reply(text="never")])
    assert "sk-secret" not in caught.value.message


async def test_silence_ends_at_the_timeout() -> None:
    start = time.monotonic()
    with pytest.raises(ProviderUnavailable, match=r"longer than 0\.4 seconds"):
        await asked([Reply(delay_seconds=10)], seconds=0.4)
    assert time.monotonic() - start < 5


async def test_a_cut_stream_is_not_tried_again() -> None:
    async with scripted_model([Reply(text="Half", is_cut=True)]) as server:
        client = ChatClient(Endpoint(base_url=server.base_url, model="scripted"))
        stream = client.stream(HELLO, ())
        assert await anext(stream) == "Half"
        with pytest.raises(ProviderUnavailable, match="broke off"):
            await anext(stream)
        await client.close()
    assert len(server.requests) == 1


async def test_nobody_listening_is_said() -> None:
    client = ChatClient(Endpoint(base_url="http://127.0.0.1:9/v1", model="scripted", retries=0))
    with pytest.raises(ProviderUnavailable, match=r"127\.0\.0\.1 does not answer"):
        [event async for event in client.stream(HELLO, ())]
    await client.close()


def test_an_endpoint_shows_no_key() -> None:
    endpoint = Endpoint(base_url="http://127.0.0.1:9/v1", api_key="sk-secret", model="scripted")
    assert "sk-secret" not in repr(endpoint)
