"""The two plain pages that are neither chat nor data: signing in, and reading the interface.

Decided: both are written here, without scripts of foreign hosts. FastAPI's own documentation pages
load theirs from a public network, which the security policy refuses and a private machine has not.
"""

from html import escape
from importlib.resources import files
from string import Template
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.api.auth import clear_cookie, enter_as_demo, member_of, offers_demo, set_cookie
from app.api.state import Doors, doors

router = APIRouter(include_in_schema=False)

_DEMO = """
<form method="post" action="/sign-in/demo">
  <input type="hidden" name="next" value="$next">
  <button type="submit" autofocus>Enter as demo member</button>
</form>
<p class="quiet">No account, no password: this server listens on this machine only.$simulated</p>
"""
_CLOSED = """
<p>The demo member is switched off here, or you are not on the machine this server runs on.</p>
<p class="quiet">Whoever runs it can issue a token for you; put it in the
<code>access_token</code> cookie, or call the <a href="/docs">HTTP interface</a> with
<code>Authorization: Bearer</code>.</p>
"""


@router.get("/sign-in")
async def sign_in(
    request: Request,
    at: Annotated[Doors, Depends(doors)],
    next: str = "/",  # noqa: A002 - the parameter's name in the address
) -> Response:
    if await member_of(request) is not None:
        return RedirectResponse(_local(next), 303)
    body = _DEMO if offers_demo(request) else _CLOSED
    simulated = " Its prices are simulated." if at.market.provider.is_simulated else ""
    filled = Template(body).substitute(next=escape(_local(next)), simulated=simulated)
    return HTMLResponse(_page("sign_in.html", body=filled), headers={"Cache-Control": "no-store"})


@router.post("/sign-in/demo")
async def sign_in_demo(
    request: Request,
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    _, token = await enter_as_demo(request)
    response = RedirectResponse(_local(next), 303)
    set_cookie(request, response, token)
    return response


@router.post("/sign-out")
async def sign_out() -> Response:
    response = RedirectResponse("/sign-in", 303)
    clear_cookie(response)
    return response


@router.get("/docs")
async def docs(request: Request) -> Response:
    return HTMLResponse(_page("docs.html", body=_interface(request.app.openapi())))


def _local(target: str) -> str:
    """Where to go after signing in: a path of this site, never another site."""
    is_path = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if is_path and "\n" not in target and "\r" not in target else "/"


def _page(name: str, *, body: str) -> str:
    text = files(__name__.rpartition(".")[0]).joinpath("html", name).read_text(encoding="utf-8")
    return Template(text).substitute(body=body)


def _interface(document: dict[str, Any]) -> str:
    """Every route of the OpenAPI document as plain HTML."""
    return "\n".join(
        _route(method.upper(), path, route)
        for path, routes in document["paths"].items()
        for method, route in routes.items()
    )


def _route(method: str, path: str, route: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(each['name'])}</code></td><td>{escape(each['in'])}</td>"
        f"<td>{escape(each.get('description') or '')}</td></tr>"
        for each in route.get("parameters", ())
    )
    statuses = "".join(
        f"<li><code>{escape(status)}</code> {escape(each.get('description', ''))}</li>"
        for status, each in route.get("responses", {}).items()
    )
    return (
        f"<section><h2><span>{method}</span> {escape(path)}</h2>"
        f"<p>{escape(route.get('summary', ''))}</p>"
        f"<p class='quiet'>{escape(route.get('description', ''))}</p>"
        f"{f'<table>{rows}</table>' if rows else ''}<ul>{statuses}</ul></section>"
    )
