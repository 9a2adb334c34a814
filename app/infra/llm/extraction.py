"""Values by schema out of a model's answer, of any OpenAI-compatible endpoint.

Decided: `instructor` asks for them as the arguments of a function and checks them; what does not fit
goes back to the model with what is wrong, `retries` times. It and `openai` are imported at the first
question, because they take more than a second. Neither the key nor the answer appears in a message.
"""

import asyncio
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, TypeVar

from pydantic import BaseModel

from app.core.errors import ProviderUnavailable

Shape = TypeVar("Shape", bound=BaseModel)


class Extractor:
    """One model of one endpoint, asked for values."""

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str | None,
        model: str,
        timeout_seconds: float = 60,
        retries: int = 1,
    ) -> None:
        """`timeout_seconds` is for a whole extraction, repeated questions included."""
        self.model = model
        self._base_url = base_url
        self._key = api_key
        self._timeout = timeout_seconds
        self._retries = retries
        self._client: Any = None

    async def extract(self, messages: Sequence[Mapping[str, Any]], shape: type[Shape]) -> Shape:
        """A checked value of `shape`; `ProviderUnavailable` where none can be had."""
        failures = await self._connect()
        try:
            async with asyncio.timeout(self._timeout):
                found: Shape = await self._client.create(
                    model=self.model,
                    messages=list(messages),
                    response_model=shape,
                    max_retries=self._retries,
                )
        except TimeoutError:
            raise ProviderUnavailable(
                f"The model `{self.model}` took longer than {self._timeout:g} seconds."
            ) from None
        except failures:
            # Their messages hold the answer, which tells of the member's picture.
            raise ProviderUnavailable(
                f"The model `{self.model}` gave no answer that makes sense."
            ) from None
        return found

    async def close(self) -> None:
        if self._client is not None:
            await self._client.client.close()

    async def _connect(self) -> tuple[type[Exception], ...]:
        """What asking may end in."""
        instructor = await asyncio.to_thread(import_module, "instructor")
        openai = await asyncio.to_thread(import_module, "openai")
        if self._client is None:
            self._client = instructor.from_openai(
                openai.AsyncOpenAI(
                    base_url=self._base_url,
                    api_key=self._key or "none",
                    timeout=self._timeout,
                    max_retries=0,
                ),
                mode=instructor.Mode.TOOLS,
            )
        core = await asyncio.to_thread(import_module, "instructor.core")
        return core.InstructorError, openai.APIError
