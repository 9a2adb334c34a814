"""Members: who talks to the coach."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person. `identifier` is unique and says who signed them in: `demo`, `google:1234`."""

    id: UUID
    identifier: str
    name: str
    created_at: datetime
    is_demo: bool = False
    preferences: Mapping[str, Any] = field(default_factory=dict)
