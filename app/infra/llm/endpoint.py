"""Where a model is asked: any OpenAI-compatible endpoint, by address, key and the model's name.

Decided: one value, which whoever asks is given, so that time, tries and key mean the same to all. The
key appears in no message, no log and no `repr`.
"""

from dataclasses import dataclass, field
from typing import Any

from app.core.errors import ProviderUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`timeout_seconds` is for a whole answer, however often it takes to ask; `retries` is how often
    once more."""

    base_url: str
    model: str
    api_key: str | None = field(default=None, repr=False)
    timeout_seconds: float = 60
    retries: int = 2

    def client(self, openai: Any) -> Any:
        """Of the `openai` package, which takes more than a second to import: whoever asks does so at
        the first question. It tries nothing again by itself."""
        return openai.AsyncOpenAI(
            base_url=self.base_url,
            api_key=self.api_key or "none",
            timeout=self.timeout_seconds,
            max_retries=0,
        )

    def took_too_long(self) -> ProviderUnavailable:
        return ProviderUnavailable(
            f"The model `{self.model}` took longer than {self.timeout_seconds:g} seconds."
        )
