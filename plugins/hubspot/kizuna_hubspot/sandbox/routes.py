"""The API's routes in both families of paths, behind the check of the token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kizuna.sandbox import SandboxState
from kizuna_hubspot.sandbox.asking import VERSIONS, parts
from kizuna_hubspot.sandbox.associating import Associations
from kizuna_hubspot.sandbox.definitions import kind_named
from kizuna_hubspot.sandbox.objects import Objects, Writes
from kizuna_hubspot.sandbox.reference import EXPIRES_S, Reference
from kizuna_hubspot.sandbox.refusals import Refusal

ACCESS_TOKEN = "pat-na1-sandbox"  # noqa: S105  a token of the simulated portal, no secret

Handler = Callable[[Request], Awaitable[Response]]


def application(state: SandboxState) -> Starlette:
    """HubSpot's API over a state."""
    routes = list(api(state))
    return Starlette(routes=routes, exception_handlers={Refusal: refused, 404: unknown})


def api(state: SandboxState) -> Iterator[Route]:
    objects, associations, reference = Objects(state), Associations(state), Reference(state)
    writes = Writes(objects)

    def route(path: str, handler: Handler, method: str = "GET") -> Route:
        return Route(path, guarded(state, handler), methods=[method])

    for base in ("/crm/v3/objects", *(f"/crm/objects/{version}" for version in VERSIONS)):
        yield route(f"{base}/{{kind}}/search", objects.search, "POST")
        yield route(f"{base}/{{kind}}/batch/read", objects.batch_read, "POST")
        yield route(f"{base}/{{kind}}/merge", writes.merge, "POST")
        yield route(f"{base}/{{kind}}/gdpr-delete", writes.erase, "POST")
        yield route(f"{base}/{{kind}}", objects.listing)
        yield route(f"{base}/{{kind}}", writes.create, "POST")
        yield route(f"{base}/{{kind}}/{{id}}", objects.get)
        yield route(f"{base}/{{kind}}/{{id}}", writes.update, "PATCH")
        yield route(f"{base}/{{kind}}/{{id}}", writes.archive, "DELETE")
    for base in ("/crm/v4/associations", "/crm/associations/v4", *(f"/crm/associations/{v}" for v in VERSIONS)):
        yield route(f"{base}/{{origin}}/{{to}}/batch/read", associations.batch_read, "POST")
        yield route(f"{base}/{{origin}}/{{to}}/labels", associations.labels)
    for base in ("/crm/v4/objects", *(f"/crm/objects/{version}" for version in VERSIONS)):
        yield route(f"{base}/{{kind}}/{{id}}/associations/{{to}}", associations.of_record)
    for base in ("/crm/v3/owners", *(f"/crm/owners/{version}" for version in VERSIONS)):
        yield route(base, reference.owners)
        yield route(f"{base}/", reference.owners)
        yield route(f"{base}/{{id}}", reference.owner)
    for base in ("/crm/v3/pipelines", *(f"/crm/pipelines/{version}" for version in VERSIONS)):
        yield route(f"{base}/{{kind}}", reference.pipelines)
        yield route(f"{base}/{{kind}}/{{id}}", reference.pipeline)
    for base in ("/crm/v3/properties", *(f"/crm/properties/{version}" for version in VERSIONS)):
        yield route(f"{base}/{{kind}}", reference.properties)
        yield route(f"{base}/{{kind}}/{{name}}", reference.property)
    for version in ("v3", *VERSIONS):
        yield route(f"/account-info/{version}/details", reference.account)
    for version in ("v1", "v3", *VERSIONS):
        yield Route(f"/oauth/{version}/token", reference.token, methods=["POST"])


def guarded(state: SandboxState, handler: Handler) -> Handler:
    """The handler, for those who bring a token that is valid."""

    async def answered(request: Request) -> Response:
        if not valid(state, request.headers.get("authorization", "")):
            raise Refusal(
                401,
                "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
                "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
                "INVALID_AUTHENTICATION",
            )
        lacking = scopes_lacking(state, request)
        if lacking:
            raise missing(*lacking)
        return await handler(request)

    return answered


def withhold(state: SandboxState, kind: str, scope: str) -> None:
    """From now on the token lacks the scope that a kind of object needs."""
    state.memory.setdefault("withheld", {})[kind] = scope


def scopes_lacking(state: SandboxState, request: Request) -> list[str]:
    """The scopes the token lacks for the kinds a request names: in its path, and of the associations of a list."""
    withheld: dict[str, str] = state.memory.get("withheld", {})
    words = [request.path_params.get(part, "") for part in ("kind", "origin", "to")]
    kinds = (kind_named(word) for word in (*words, *parts(request, "associations")))
    return list(dict.fromkeys(withheld[kind.name] for kind in kinds if kind and kind.name in withheld))


def missing(*scopes: str) -> Refusal:
    message = "One or more of the following scopes are required."
    return Refusal(403, message, "MISSING_SCOPES", context={"requiredGranularScopes": list(scopes)})


def valid(state: SandboxState, authorization: str) -> bool:
    """Whether a header holds the private app's token, or an access token younger than half an hour."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return False
    if token == ACCESS_TOKEN:
        return True
    given_at = state.memory.get("tokens", {}).get(token)
    return given_at is not None and state.now() - given_at < timedelta(seconds=EXPIRES_S)


async def refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return error.response()


async def unknown(_request: Request, _error: Exception) -> Response:
    return Refusal(404, "resource not found", None).response()
