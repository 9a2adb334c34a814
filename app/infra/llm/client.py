"""Chat completions of any OpenAI-compatible endpoint: OpenAI, vLLM, Ollama, llama.cpp.

Decided: what goes wrong before the first token is tried again (429, 5xx, no connection), with the
server's `Retry-After` where it gives one, else back-off with jitter; after it, nothing is, because
what was shown cannot be taken back. `openai` is imported at the first question: it takes more than
a second.
"""

import asyncio
import json
import random
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from app.core.errors import ProviderUnavailable
from app.infra.llm.endpoint import Endpoint

_LONGEST_WAIT = 20.0
_FIRST_WAIT = 0.5
_TRY_AGAIN = frozenset({408, 409, 429})


@dataclass(frozen=True, slots=True)
class RequestedCall:
    """A tool call as the endpoint wrote it; `arguments` is text that should be a JSON object."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Completion:
    """The end of an answer: what it calls, and its tokens as reported, zero where they were not."""

    calls: tuple[RequestedCall, ...]
    prompt_tokens: int
    completion_tokens: int


class ChatClient:
    """One model of one endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._takes_usage_option = True
        self._client: Any = None

    async def stream(
        self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]]
    ) -> AsyncGenerator[str | Completion, None]:
        """Text as it comes, then one `Completion`; `ProviderUnavailable` says what happened."""
        openai = await self._connect()
        deadline = asyncio.get_running_loop().time() + self.endpoint.timeout_seconds
        draft = _Draft()
        try:
            async with asyncio.timeout_at(deadline):
                chunks = await self._open(messages, tools)
            while True:
                async with asyncio.timeout_at(deadline):
                    chunk = await anext(chunks, None)
                if chunk is None:
                    break
                text = draft.take(chunk)
                if text:
                    yield text
        except TimeoutError:
            raise self.endpoint.took_too_long() from None
        except openai.APIError as error:
            raise ProviderUnavailable("The model's answer broke off; ask again.") from error
        if not draft.is_finished:
            raise ProviderUnavailable("The model's answer broke off; ask again.")
        yield draft.completion()

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def _open(
        self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]]
    ) -> AsyncIterator[Mapping[str, Any]]:
        openai = await self._connect()
        host = urlsplit(self.endpoint.base_url).hostname
        attempt = 0
        while True:
            try:
                return await self._request(messages, tools)
            except openai.APIStatusError as error:
                if error.status_code == 400 and self._takes_usage_option:
                    self._takes_usage_option = False
                    continue
                if not _may_try_again(error.status_code) or attempt >= self.endpoint.retries:
                    raise self._refused(error.status_code, str(error.message)) from None
                wait = _wait(attempt, error.response.headers.get("retry-after"))
            except openai.APIConnectionError:
                if attempt >= self.endpoint.retries:
                    raise ProviderUnavailable(
                        f"The model's endpoint {host} does not answer."
                    ) from None
                wait = _wait(attempt, None)
            attempt += 1
            await asyncio.sleep(wait)

    async def _connect(self) -> Any:
        openai = await asyncio.to_thread(import_module, "openai")
        if self._client is None:
            self._client = self.endpoint.client(openai)
        return openai

    async def _request(
        self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]]
    ) -> AsyncIterator[Mapping[str, Any]]:
        options: dict[str, Any] = {"tools": list(tools)} if tools else {}
        if self._takes_usage_option:
            options["stream_options"] = {"include_usage": True}
        response = await self._client.chat.completions.with_raw_response.create(
            model=self.endpoint.model, messages=list(messages), stream=True, **options
        )
        if "application/json" in response.headers.get("content-type", ""):
            return _whole(json.loads(await response.http_response.aread()))
        return _chunks(response.parse())

    def _refused(self, status: int, message: str) -> ProviderUnavailable:
        if status in {401, 403}:
            return ProviderUnavailable(
                "The model's endpoint refuses the key; check COACH_LLM__API_KEY."
            )
        if status == 404:
            return ProviderUnavailable(
                f"The endpoint knows no model `{self.endpoint.model}`; check COACH_LLM__MODEL and __BASE_URL."
            )
        if status == 429:
            return ProviderUnavailable("The model is busy or its quota is used up; try again soon.")
        if status >= 500:
            return ProviderUnavailable(f"The model's endpoint has a fault of its own ({status}).")
        key = self.endpoint.api_key
        reason = message.replace(key, "…") if key else message
        return ProviderUnavailable(f"The model's endpoint refused ({status}): {reason[:200]}")


class _Draft:
    """An answer in the making: tool calls arrive in pieces, by index, by id, or whole."""

    def __init__(self) -> None:
        self.is_finished = False
        self._calls: dict[Any, dict[str, str]] = {}
        self._usage: Mapping[str, Any] = {}

    def take(self, chunk: Mapping[str, Any]) -> str:
        """Note what the chunk brings; its text."""
        self._usage = chunk.get("usage") or self._usage
        text = ""
        for choice in chunk.get("choices") or ():
            self.is_finished = self.is_finished or bool(choice.get("finish_reason"))
            delta = choice.get("delta") or choice.get("message") or {}
            text += delta.get("content") or ""
            for piece in delta.get("tool_calls") or ():
                self._take_call(piece)
        return text

    def _take_call(self, piece: Mapping[str, Any]) -> None:
        key = piece.get("index")
        if key is None:
            key = piece.get("id") or len(self._calls)
        call = self._calls.setdefault(key, {"id": "", "name": "", "arguments": ""})
        function = piece.get("function") or {}
        arguments = function.get("arguments") or ""
        call["id"] = piece.get("id") or call["id"]
        call["name"] = function.get("name") or call["name"]
        call["arguments"] += arguments if isinstance(arguments, str) else json.dumps(arguments)

    def completion(self) -> Completion:
        return Completion(
            tuple(
                RequestedCall(call["id"] or f"call-{number}", call["name"], call["arguments"])
                for number, call in enumerate(self._calls.values())
            ),
            int(self._usage.get("prompt_tokens") or 0),
            int(self._usage.get("completion_tokens") or 0),
        )


async def _chunks(stream: Any) -> AsyncGenerator[Mapping[str, Any], None]:
    try:
        async for chunk in stream:
            yield chunk.model_dump()
    finally:
        await stream.close()


async def _whole(answer: Mapping[str, Any]) -> AsyncGenerator[Mapping[str, Any], None]:
    """An endpoint that does not stream answers at once."""
    yield answer


def _may_try_again(status: int) -> bool:
    return status in _TRY_AGAIN or status >= 500


def _wait(attempt: int, retry_after: str | None) -> float:
    try:
        asked = float(retry_after or 0)
    except ValueError:
        asked = 0.0
    backoff = _FIRST_WAIT * 2**attempt * random.uniform(0.75, 1.25)  # noqa: S311 - jitter
    return min(asked or backoff, _LONGEST_WAIT)
