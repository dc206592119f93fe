"""The addresses of the simulated Support API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import isawaitable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kizuna.sandbox import SandboxState
from kizuna_zendesk.sandbox import asking, exports, history, lists, showing, writing

Handler = Callable[[Request, SandboxState], Response | Awaitable[Response]]


def desk(state: SandboxState) -> Starlette:
    """The API over a memory."""
    return Starlette(
        routes=[Route(path, _bound(handler, state), methods=[method]) for method, path, handler in addresses()],
        middleware=[Middleware(asking.EitherSpelling)],
        exception_handlers={asking.Refusal: asking.refuse, 404: asking.no_such_endpoint},
    )


def addresses() -> list[tuple[str, str, Handler]]:
    """Method, path and handler of everything that can be asked; the first that fits answers."""
    found: list[tuple[str, str, Handler]] = [
        ("POST", "/oauth/tokens", asking.granted),
        ("GET", "/api/v2/users/me", showing.me),
        ("GET", "/api/v2/deleted_tickets", lists.deleted_tickets),
        ("GET", "/api/v2/deleted_users", lists.deleted_users),
        ("DELETE", "/api/v2/deleted_users/{id:int}", writing.scrub_user),
        ("POST", "/api/v2/tickets", writing.create_ticket),
        ("GET", "/api/v2/tickets/{id:int}/comments", showing.comments),
        ("GET", "/api/v2/tickets/{id:int}/metrics", showing.metrics),
        ("GET", "/api/v2/tickets/{id:int}/audits", history.audits),
        ("PUT", "/api/v2/tickets/{id:int}/comments/{comment_id:int}/redact", history.redact),
        ("GET", "/api/v2/guide/survey_responses", history.survey_responses),
        ("GET", "/api/v2/slas/policies", _of("sla_policies", lists.listing)),
        ("POST", "/api/v2/tickets/{id:int}/merge", writing.merge_tickets),
        ("GET", "/api/v2/users/{id:int}/identities", showing.identities),
        ("PUT", "/api/v2/users/{id:int}/merge", writing.merge_users),
    ]
    found += [("GET", f"/api/v2/incremental/{name}/cursor", _of(name, exports.by_cursor)) for name in exports.BY_CURSOR]
    found += [("GET", f"/api/v2/incremental/{name}/sample", _of(name, exports.sample)) for name in exports.BY_TIME]
    found += [("GET", f"/api/v2/incremental/{name}", _of(name, exports.by_time)) for name in exports.BY_TIME]
    plain = (name for name in lists.LISTS if name != "sla_policies")
    found += [("GET", f"/api/v2/{name}", _of(name, lists.listing)) for name in plain]
    for name in showing.SHOWN:
        found += [
            ("GET", f"/api/v2/{name}/show_many", _of(name, showing.show_many)),
            ("GET", f"/api/v2/{name}/{{id:int}}", _of(name, showing.show)),
        ]
    for name in ("tickets", "users", "organizations"):
        found += [
            ("PUT", f"/api/v2/{name}/{{id:int}}", _of(name, writing.update)),
            ("DELETE", f"/api/v2/{name}/{{id:int}}", _of(name, writing.delete)),
        ]
    return found


def withhold(state: SandboxState, *collections: str) -> None:
    """From now on these are all that the owner of the token may not read."""
    state.memory["forbidden"] = frozenset(collections)


def _of(stream: str, handler: Handler) -> Handler:
    """The handler for one collection."""

    def of_stream(request: Request, state: SandboxState) -> Response | Awaitable[Response]:
        if stream in state.memory.get("forbidden", ()):
            raise asking.forbidden()
        request.path_params["stream"] = stream
        return handler(request, state)

    return of_stream


def _bound(handler: Handler, state: SandboxState) -> Callable[[Request], Awaitable[Response]]:
    """The handler for this memory, behind the check of credentials."""

    async def respond(request: Request) -> Response:
        if handler not in (showing.me, asking.granted):
            asking.require_caller(request, state)
        if "id" in request.path_params:
            request.path_params["id"] = str(request.path_params["id"])
        answered = handler(request, state)
        return await answered if isawaitable(answered) else answered

    return respond
