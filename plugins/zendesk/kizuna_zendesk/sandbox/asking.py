"""What a request says and how Zendesk answers: bare and .json paths, credentials, query, links, refusals."""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kizuna.sandbox import SandboxState

EMAIL = "admin@sandbox.example"
API_TOKEN = "sandbox-token"  # noqa: S105  the simulated vendor's, of use to nobody
_BASIC = "Basic " + b64encode(f"{EMAIL}/token:{API_TOKEN}".encode()).decode()
_JSON = "application/json; charset=utf-8"
_ASKED = "zendesk.asked_path"
SUFFIX = ".json"


class Refusal(Exception):
    """The vendor's error answer."""

    def __init__(self, status: int, error: Any, description: str | None = None, **more: Any) -> None:
        super().__init__(str(error))
        self.status = status
        self.body = {"error": error, **({"description": description} if description else {}), **more}


class EitherSpelling:
    """Lets ``/tickets.json`` and ``/tickets`` reach one route, and remembers which was asked."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        scope = {**scope, _ASKED: path, "path": path.removesuffix(SUFFIX).rstrip("/") or "/"}
        await self._app(scope, receive, send)


def answer(body: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(body), status, media_type=_JSON)


async def refuse(_request: Request, error: Exception) -> Response:
    """The answer a refusal stands for."""
    assert isinstance(error, Refusal)
    return answer(error.body, error.status)


async def no_such_endpoint(_request: Request, _error: Exception) -> Response:
    """The answer to an address nobody knows."""
    return answer({"error": "InvalidEndpoint", "description": "Not found"}, 404)


def not_found() -> Refusal:
    """A record that is not there."""
    return Refusal(404, "RecordNotFound", "Not found")


def forbidden() -> Refusal:
    """What the owner of the credentials has no right to."""
    message = (
        "You do not have access to this page. Please contact the account owner of this help desk for further help."
    )
    return Refusal(403, {"title": "Forbidden", "message": message})


def known_caller(request: Request, state: SandboxState) -> bool:
    """Whether the request carries the API token or a living OAuth token."""
    given = request.headers.get("authorization", "")
    return given == _BASIC or given.removeprefix("Bearer ") in state.memory.get("tokens", {})


def require_caller(request: Request, state: SandboxState) -> None:
    """Refuses a request without credentials."""
    if known_caller(request, state):
        return
    if request.headers.get("authorization", "").startswith("Bearer "):
        raise Refusal(401, "invalid_token", None, error_description="The access token provided is expired or invalid.")
    raise Refusal(401, "Couldn't authenticate you")


async def granted(request: Request, state: SandboxState) -> Response:
    """The token endpoint: a new access token, and a new refresh token in place of the one used."""
    form = await body_of(request)
    refresh = state.memory.setdefault("refresh_tokens", set())
    if form.get("grant_type") == "refresh_token":
        if form.get("refresh_token") not in refresh:
            raise Refusal(400, "invalid_grant", None, error_description="The refresh token is used up or unknown.")
        refresh.discard(form["refresh_token"])
    access, renewal = secrets.token_hex(24), secrets.token_hex(24)
    state.memory.setdefault("tokens", {})[access] = True
    refresh.add(renewal)
    granted_now = {"access_token": access, "token_type": "bearer", "scope": "read", "expires_in": 1800}
    return answer({**granted_now, "refresh_token": renewal, "refresh_token_expires_in": 7_776_000})


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON or form body as a mapping; an empty one is none."""
    raw = await request.body()
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(raw.decode()))
    try:
        said = json.loads(raw or b"{}")
    except ValueError as error:
        raise Refusal(400, "Unprocessable Entity", "Server could not parse JSON") from error
    if not isinstance(said, dict):
        raise Refusal(400, "Unprocessable Entity", "Server could not parse JSON")
    return said


def number(request: Request, name: str, default: int | None = None) -> int:
    """A whole number of the query. Refuses what is none, and an absent one without default."""
    given = request.query_params.get(name)
    if given is None and default is not None:
        return default
    try:
        return int(float(given or ""))
    except ValueError as error:
        raise Refusal(400, "InvalidValue", f"Invalid attribute: {name}") from error


def included(request: Request) -> set[str]:
    """The side-loads asked for."""
    return {name for name in request.query_params.get("include", "").split(",") if name}


def link(request: Request, params: Mapping[str, Any]) -> str:
    """The address of another page of what was asked, with every other parameter as it was, brackets encoded."""
    kept = {name: value for name, value in request.query_params.items() if name not in params}
    query = {**params, **kept}
    joined = urlencode({name: value for name, value in query.items() if value is not None}, quote_via=quote)
    return f"{request.url.scheme}://{request.url.netloc}{request.scope[_ASKED]}?{joined}"


def ids_of(request: Request) -> Sequence[str]:
    """The ids of ``?ids=``. Refuses more than a hundred."""
    given = [own for own in request.query_params.get("ids", "").split(",") if own]
    if len(given) > 100:
        raise Refusal(400, "TooManyValues", "Parameter  cannot specify more than 100 values", max_count=100)
    return given
