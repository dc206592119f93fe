"""The routes of the org's REST API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from kizuna.sandbox import SandboxState
from kizuna_salesforce.sandbox import refusals
from kizuna_salesforce.sandbox.jobs import JobDesk
from kizuna_salesforce.sandbox.objects import ObjectDesk
from kizuna_salesforce.sandbox.queries import QueryDesk
from kizuna_salesforce.sandbox.refusals import Refused
from kizuna_salesforce.sandbox.sessions import TokenEndpoint, require
from kizuna_salesforce.sandbox.shelves import shelf

DAILY_CALLS = 100_000
OLDEST, RETIRED_BELOW, NEWEST = 21, 31, 67
Handler = Callable[[Request], Awaitable[Response]]


def app(state: SandboxState) -> Starlette:
    """The API over ``state``."""
    queries, objects, jobs, root = QueryDesk(state), ObjectDesk(state), JobDesk(state), _Root(state)
    paths: tuple[tuple[str, Handler, tuple[str, ...]], ...] = (
        ("", root.resources, ("GET",)),
        ("/limits", root.limits, ("GET",)),
        ("/limits/recordCount", root.record_count, ("GET",)),
        ("/query", queries.query, ("GET",)),
        ("/queryAll", queries.query_all, ("GET",)),
        ("/query/{locator}", queries.more, ("GET",)),
        ("/queryAll/{locator}", queries.more, ("GET",)),
        ("/jobs/query", jobs.jobs, ("GET", "POST")),
        ("/jobs/query/{id}", jobs.job, ("GET", "PATCH", "DELETE")),
        ("/jobs/query/{id}/results", jobs.results, ("GET",)),
        ("/sobjects", objects.every, ("GET",)),
        ("/sobjects/{sobject}", objects.about, ("GET", "POST")),
        ("/sobjects/{sobject}/describe", objects.describe, ("GET",)),
        ("/sobjects/{sobject}/updated", objects.updated, ("GET",)),
        ("/sobjects/{sobject}/deleted", objects.deleted, ("GET",)),
        ("/sobjects/{sobject}/{id}", objects.record, ("GET", "PATCH", "DELETE")),
    )
    routes: list[BaseRoute] = [
        Route("/services/oauth2/token", TokenEndpoint(state).__call__, methods=["POST"]),
        *_both("/services/data", _versions, ("GET",)),
    ]
    for path, handler, methods in paths:
        routes += _both(f"/services/data/{{version}}{path}", _guarded(handler, state), methods)
    return Starlette(routes=routes, exception_handlers={Refused: refusals.handler, 404: _missing, 405: _not_allowed})


def _both(path: str, handler: Handler, methods: tuple[str, ...]) -> Iterator[Route]:
    """The route with and without a slash at the end, as clients write either."""
    yield Route(path, handler, methods=list(methods))
    yield Route(f"{path}/", handler, methods=list(methods))


def _guarded(handler: Handler, state: SandboxState) -> Handler:
    """The handler behind the version check and the session."""

    async def guarded(request: Request) -> Response:
        version = request.path_params["version"]
        number = version.removeprefix("v").removesuffix(".0")
        if not version.startswith("v") or not number.isdigit() or not OLDEST <= int(number) <= NEWEST:
            raise refusals.not_found()
        if int(number) < RETIRED_BELOW:
            raise Refused(410, "UNSUPPORTED_API_VERSION", "This API version is retired; use a later one.")
        require(request, state)
        return await handler(request)

    return guarded


class _Root:
    """What belongs to the org as a whole."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state

    async def resources(self, request: Request) -> Response:
        root = f"/services/data/{request.path_params['version']}"
        names = ("sobjects", "query", "queryAll", "limits")
        return JSONResponse({name: f"{root}/{name}" for name in names})

    async def limits(self, _request: Request) -> Response:
        used = min(self._state.requests["requests"], DAILY_CALLS)
        return JSONResponse(
            {
                "DailyApiRequests": {"Max": DAILY_CALLS, "Remaining": DAILY_CALLS - used},
                "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": 10_000},
            }
        )

    async def record_count(self, request: Request) -> Response:
        names = [name for name in request.query_params.get("sObjects", "").split(",") if name]
        counted = ({"name": name, "count": self._living(name)} for name in names)
        return JSONResponse({"sObjects": list(counted)})

    def _living(self, sobject: str) -> int:
        return sum(1 for row in shelf(self._state, sobject).rows if not row.get("IsDeleted"))


async def _versions(_request: Request) -> Response:
    versions = range(RETIRED_BELOW, NEWEST + 1)
    return JSONResponse(
        [{"label": f"Release {v}", "url": f"/services/data/v{v}.0", "version": f"{v}.0"} for v in versions]
    )


async def _missing(_request: Request, _error: Exception) -> Response:
    return refusals.answer(refusals.not_found())


async def _not_allowed(_request: Request, _error: Exception) -> Response:
    return refusals.answer(Refused(405, "METHOD_NOT_ALLOWED", "HTTP Method is not allowed on this resource"))
