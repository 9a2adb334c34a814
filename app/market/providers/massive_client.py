"""massive's client, made to ask once and within a time limit, and its refusals in our words."""

import asyncio
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import urllib3
from massive import RESTClient

from app.core.errors import CoachError, NotFound, ProviderUnavailable
from app.market.vendor import NotCovered, Throttled, next_page

T = TypeVar("T")
Answer = Mapping[str, Any]

CONNECT_SECONDS, READ_SECONDS = 5.0, 20.0
DELAY_MINUTES = 15
"""What Massive's delayed plans are late by."""

_PAGES_AT_MOST = 200


class Client:
    """Questions to Massive as plain JSON. The client blocks, so it runs in threads of its own."""

    def __init__(self, api_key: str, base_url: str, *, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="massive")
        self._rest = RESTClient(
            api_key,
            base=base_url.rstrip("/"),
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
        )

    async def page(self, path: str, asked: Mapping[str, str] | None = None) -> Answer:
        """One answer; refusals are raised."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._threads, in_our_words, lambda: self._page(path, asked or {})
        )

    async def pages(self, path: str, asked: Mapping[str, str]) -> list[Answer]:
        """All pages. The next one is looked for at our address, wherever the answer points to."""
        answers = [await self.page(path, asked)]
        seen = set()
        while (following := answers[-1].get("next_url")) and len(answers) < _PAGES_AT_MOST:
            if following in seen:
                raise ProviderUnavailable("Massive did not answer: its pages go round in circles.")
            seen.add(following)
            parts = urlsplit(str(following))
            await next_page()
            answers.append(await self.page(parts.path, dict(parse_qsl(parts.query))))
        return answers

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._rest.client.clear()

    def _page(self, path: str, asked: Mapping[str, str]) -> Answer:
        response = self._rest.client.request(
            "GET",
            self._rest.BASE + path,
            fields=dict(asked),
            headers=self._rest.headers,
            redirect=False,
            retries=False,  # or a 429 would come without its status
        )
        if response.status != HTTPStatus.OK:
            raise _refusal(response.status, response.data, response.headers.get("Retry-After"))
        answer = json.loads(response.data)
        if not isinstance(answer, dict):
            raise ValueError("the answer is not an object")
        if answer.get("status") in ("ERROR", "NOT_AUTHORIZED"):
            raise _refusal(HTTPStatus.FORBIDDEN, response.data, None)
        return answer


def in_our_words(question: Callable[[], T]) -> T:
    """The answer to a question put to `Client`; its failures as the port wants them."""
    try:
        return question()
    except urllib3.exceptions.HTTPError as error:
        # Its text names the address asked, and that is nobody's business.
        raise ProviderUnavailable(f"Massive did not answer: {type(error).__name__}.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProviderUnavailable(f"Massive did not answer: {type(error).__name__}.") from error


def is_delayed(answer: Answer) -> bool:
    """Whether an answer, or a part of one, says that it is late."""
    marks = [answer.get("status"), answer.get("timeframe")]
    marks += [
        part.get("timeframe")
        for name in ("last_quote", "last_trade", "underlying_asset")
        if isinstance(part := answer.get(name), dict)
    ]
    return "DELAYED" in marks


def _refusal(status: int, body: bytes, retry_after: str | None) -> CoachError:
    told = _told(body)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = float(retry_after) if retry_after and retry_after.isdigit() else None
        return Throttled("Massive wants fewer requests.", retry_after_seconds=seconds)
    if status == HTTPStatus.UNAUTHORIZED:
        return ProviderUnavailable("Massive refuses the key: check COACH_MASSIVE__API_KEY.")
    if status == HTTPStatus.FORBIDDEN:
        return NotCovered(f"The plan of the Massive key does not include this{told}.")
    if status == HTTPStatus.NOT_FOUND:
        return NotFound(f"Massive does not know that{told}.")
    return ProviderUnavailable("Massive answered with an error.")


def _told(body: bytes) -> str:
    """What an answer says about itself, short: `: Ticker not found`; empty if it says nothing."""
    try:
        answer = json.loads(body)
        message = str(answer.get("message") or answer.get("error") or "")
    except (ValueError, AttributeError):
        return ""
    return f": {message[:160].rstrip('.')}" if message else ""
