"""Files of the page: cards, their shared modules, and the chart library out of its wheel."""

from importlib.metadata import distribution
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from typing_extensions import override

from widgets import ELEMENTS

PAGE = ELEMENTS.parent / "page"
LIBRARY = "litecharts/js/lightweight-charts.js"
A_DAY = "public, max-age=86400"


class Fresh(StaticFiles):
    """Static files that are asked about each time and sent only when they changed."""

    @override
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def mount_files(web: FastAPI) -> None:
    """Before the chat, which would answer for `/public` and `/assets` as well."""
    web.mount("/public/elements", Fresh(directory=ELEMENTS), name="elements")
    web.mount("/assets/coach", Fresh(directory=PAGE), name="page")
    library = chart_library()

    async def charts() -> FileResponse:
        return FileResponse(library, media_type="text/javascript", headers={"Cache-Control": A_DAY})

    web.add_api_route("/assets/lightweight-charts.js", charts, include_in_schema=False)


def chart_library() -> Path:
    """The standalone build inside the `litecharts` wheel; the package itself is not imported."""
    return Path(str(distribution("litecharts").locate_file(LIBRARY)))
