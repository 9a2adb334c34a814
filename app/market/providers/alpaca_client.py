"""alpaca-py's clients, made to ask once and within a time limit, and their failures in our words."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import requests
from alpaca.common.exceptions import APIError
from alpaca.common.rest import RESTClient
from alpaca.data.historical.corporate_actions import CorporateActionsClient
from alpaca.data.historical.crypto import CryptoHistoricalDataClient
from alpaca.data.historical.option import OptionHistoricalDataClient
from alpaca.data.historical.stock import StockHistoricalDataClient
from requests.adapters import HTTPAdapter
from typing_extensions import override

from app.core.errors import CoachError, NotFound, ProviderUnavailable
from app.market.vendor import NotCovered, Throttled, next_page

SECONDS = (5.0, 20.0)
"""To connect, and between two bytes of an answer."""

Rows = Sequence[Mapping[str, Any]]
T = TypeVar("T")


class _InTime(HTTPAdapter):
    """Requests without a limit of their own get one; the clients set none."""

    @override
    def send(self, request: Any, **options: Any) -> requests.Response:  # type: ignore[override]
        options["timeout"] = SECONDS
        return super().send(request, **options)


class _Once:
    """Switches a client's own retries off; they sleep in the thread, unseen by anyone."""

    _session: requests.Session
    _retry: int

    def tame(self) -> None:
        self._retry = 0
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _InTime())

    def close(self) -> None:
        self._session.close()


class _Stocks(_Once, StockHistoricalDataClient):
    pass


class _Crypto(_Once, CryptoHistoricalDataClient):
    pass


class _Options(_Once, OptionHistoricalDataClient):
    pass


class _Actions(_Once, CorporateActionsClient):
    pass


class Clients:
    """Questions to Alpaca as plain JSON; each may take several pages. The clients block, so they run
    in threads of their own."""

    def __init__(self, api_key: str, api_secret: str, base_url: str, *, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="alpaca")
        given: dict[str, Any] = {
            "api_key": api_key,
            "secret_key": api_secret,
            "raw_data": True,
            "url_override": base_url,
        }
        self._stocks, self._crypto = _Stocks(**given), _Crypto(**given)
        self._options, self._actions = _Options(**given), _Actions(**given)
        for client in (self._stocks, self._crypto, self._options, self._actions):
            client.tame()

    async def bars(
        self,
        symbol: str,
        timeframe: str,
        start: datetime,
        end: datetime,
        *,
        is_crypto: bool,
        feed: str,
    ) -> Rows:
        asked: dict[str, Any] = {
            "symbols": symbol,
            "timeframe": timeframe,
            "start": start.isoformat(),
            # Alpaca's end is inclusive, ours is not.
            "end": (end - timedelta(microseconds=1)).isoformat(),
            "limit": 10_000,
        }
        if is_crypto:
            return await self._rows(self._crypto, "/crypto/us/bars", asked, ("bars", symbol))
        asked |= {"adjustment": "split", "feed": _historical(feed)}
        return await self._rows(self._stocks, "/stocks/bars", asked, ("bars", symbol))

    async def snapshot(self, symbol: str, *, is_crypto: bool, feed: str) -> Mapping[str, Any]:
        """The snapshot of a symbol; empty if there is none."""
        if is_crypto:
            answer = await self._page(self._crypto, "/crypto/us/snapshots", {"symbols": symbol})
            return in_our_words(lambda: answer["snapshots"].get(symbol) or {})
        asked = {"symbols": symbol, "feed": feed}
        return (await self._page(self._stocks, "/stocks/snapshots", asked)).get(symbol) or {}

    async def splits(self, symbol: str, since: date, until: date) -> Rows:
        asked = {
            "symbols": symbol,
            "types": "forward_split,reverse_split",
            "start": since.isoformat(),
            "end": until.isoformat(),
            "limit": 1000,
        }
        kinds = ("forward_splits", "reverse_splits")
        return [
            row
            for kind in kinds
            for row in await self._rows(
                self._actions, "/corporate-actions", asked, ("corporate_actions", kind)
            )
        ]

    async def chain(self, symbol: str, expiry: date | None) -> Mapping[str, Mapping[str, Any]]:
        """Snapshots by contract."""
        asked: dict[str, Any] = {"feed": "indicative", "limit": 1000}
        if expiry is not None:
            asked["expiration_date"] = expiry.isoformat()
        found: dict[str, Mapping[str, Any]] = {}
        async for answer in self._pages(self._options, f"/options/snapshots/{symbol}", asked):
            found |= in_our_words(lambda: answer["snapshots"] or {})  # noqa: B023 - called at once
        return found

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for client in (self._stocks, self._crypto, self._options, self._actions):
            client.close()

    async def _rows(
        self, client: RESTClient, path: str, asked: Mapping[str, Any], inside: tuple[str, str]
    ) -> Rows:
        """The rows of all pages that stand under two keys."""
        answers = [answer async for answer in self._pages(client, path, asked)]
        outer, inner = inside
        return in_our_words(
            lambda: [row for answer in answers for row in (answer[outer] or {}).get(inner) or ()]
        )

    async def _pages(
        self, client: RESTClient, path: str, asked: Mapping[str, Any]
    ) -> AsyncIterator[Mapping[str, Any]]:
        """All pages of an answer. A page that names itself as the next one is a failure."""
        answer = await self._page(client, path, {**asked})
        yield answer
        while (token := answer.get("next_page_token")) is not None:
            await next_page()
            answer = await self._page(client, path, {**asked, "page_token": token})
            yield answer
            if answer.get("next_page_token") == token:
                raise ProviderUnavailable("Alpaca did not answer: its pages go round in circles.")

    async def _page(
        self, client: RESTClient, path: str, asked: dict[str, Any]
    ) -> Mapping[str, Any]:
        """One answer, an object."""

        def question() -> Mapping[str, Any]:
            answer = client.get(path, asked)
            if not isinstance(answer, Mapping):
                raise ValueError(f"{path} answered with {type(answer).__name__}")
            return answer

        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, in_our_words, question)


def in_our_words(question: Callable[[], T]) -> T:
    """The answer to a question put to `Clients`; its failures as the port wants them."""
    try:
        return question()
    except APIError as error:
        raise failure_of(error) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        # A broken connection, or an answer that is not what it should be.
        raise ProviderUnavailable(f"Alpaca did not answer: {type(error).__name__}.") from error


def _historical(feed: str) -> str:
    """Bars have no delayed feed: they are the whole market's, which the free plan gives up to 15
    minutes ago."""
    return "sip" if feed == "delayed_sip" else feed


def failure_of(error: APIError) -> CoachError:
    """What a refusal of Alpaca's means."""
    status, told = error.status_code, _told(error)
    if status == requests.codes.too_many_requests:
        return Throttled(
            "Alpaca wants fewer requests.", retry_after_seconds=_seconds_to_wait(error)
        )
    if "subscription" in told.lower():
        return NotCovered(f"The plan of the Alpaca key does not include this: {told}.")
    if status in (401, 403):
        return ProviderUnavailable(
            "Alpaca refuses the key: check COACH_ALPACA__API_KEY and COACH_ALPACA__API_SECRET."
        )
    if status in (400, 404, 422):
        return NotFound(f"Alpaca does not know that: {told}.")
    return ProviderUnavailable("Alpaca answered with an error.")


def _told(error: APIError) -> str:
    """The message of an answer, short; empty if it carries none."""
    response = error.response
    try:
        body = response.json() if response is not None else {}
    except ValueError:
        return ""
    message = body.get("message", "") if isinstance(body, dict) else ""
    return str(message)[:200].rstrip(".")


def _seconds_to_wait(error: APIError) -> float | None:
    response = error.response
    told = response.headers.get("Retry-After", "") if response is not None else ""
    return float(told) if told.isdigit() else None
