"""What a click sends along, checked: it comes from a browser."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from app.core.errors import InvalidInput

Shape = TypeVar("Shape", bound=BaseModel)


def parse(shape: type[Shape], payload: Mapping[str, object]) -> Shape:
    """`payload` as `shape`; `InvalidInput` says what is wrong with it."""
    try:
        return shape.model_validate(dict(payload))
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
            for fault in error.errors(include_url=False)
        )
        raise InvalidInput(f"This click makes no sense: {faults}") from error
