"""Values by schema out of a model's answer, of any OpenAI-compatible endpoint.

Decided: `instructor` asks for them as the arguments of a function and checks them; what does not fit
goes back to the model with what is wrong. It and `openai` are imported at the first question, because
they take more than a second. The answer appears in no message.
"""

import asyncio
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, TypeVar

from pydantic import BaseModel

from app.core.errors import ProviderUnavailable
from app.infra.llm.endpoint import Endpoint

Shape = TypeVar("Shape", bound=BaseModel)


class Extractor:
    """One model of one endpoint, asked for values."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._client: Any = None

    async def extract(self, messages: Sequence[Mapping[str, Any]], shape: type[Shape]) -> Shape:
        """A checked value of `shape`; `ProviderUnavailable` where none can be had."""
        failures = await self._connect()
        try:
            async with asyncio.timeout(self.endpoint.timeout_seconds):
                found: Shape = await self._client.create(
                    model=self.endpoint.model,
                    messages=list(messages),
                    response_model=shape,
                    max_retries=self.endpoint.retries,
                )
        except TimeoutError:
            raise self.endpoint.took_too_long() from None
        except failures:
            # Their messages hold the answer, which tells of the member's picture.
            raise ProviderUnavailable(
                f"The model `{self.endpoint.model}` gave no answer that makes sense."
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
                self.endpoint.client(openai), mode=instructor.Mode.TOOLS
            )
        core = await asyncio.to_thread(import_module, "instructor.core")
        return core.InstructorError, openai.APIError
