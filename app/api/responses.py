"""The failures every route shares, as OpenAPI shows them."""

from typing import Any

from fastapi import FastAPI

from app.api.problems import MEDIA_TYPE, Problem

_SAYS = {
    401: "Nobody is signed in, or the sign-in has expired.",
    402: "The plan does not include it.",
    403: "Not from here: a foreign page, or a door that is closed.",
    404: "There is no such thing; `suggestions` are near names.",
    409: "The thing is not in the state this needs.",
    413: "The body is too large.",
    422: "The request makes no sense; `errors` or `detail` says what to change.",
    429: "Too many requests; `Retry-After` says when to come back.",
    503: "A market, a model or the database does not answer; try again.",
}


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's `responses` for these statuses."""
    return {
        status: {
            "description": _SAYS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


FAILURES = failures(401, 404, 422, 503)


def describe_failures(web: FastAPI) -> None:
    """Add the problem's schema to the OpenAPI document, which names it only by reference."""
    original = web.openapi

    def document() -> dict[str, Any]:
        found = original()
        schemas = found["components"]["schemas"]
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(problem.pop("$defs", {}))
        schemas["Problem"] = problem
        return found

    web.openapi = document  # type: ignore[method-assign]
