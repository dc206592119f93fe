"""The application: routes, workers, what is opened at start and closed at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import text
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from kizuna import log
from kizuna.config import Settings
from kizuna.graphql.context import QueueSync
from kizuna.plugins import Plugins
from kizuna.storage import deliveries
from kizuna.storage.database import Database
from kizuna.web import explorer
from kizuna.web.buckets import Buckets
from kizuna.web.callers import Callers
from kizuna.web.endpoint import GraphQLEndpoint, Workers
from kizuna.web.group_commit import GroupCommit
from kizuna.web.metered import MeteredEngine
from kizuna.web.middleware import Traced
from kizuna.web.webhooks import Deliveries, WebhookEndpoint

WORKERS = 8
READY_WITHIN_S = 2.0
_log = log.named(__name__)


def app(
    settings: Settings,
    database: Database,
    plugins: Plugins,
    *,
    queue_sync: QueueSync | None = None,
    routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """The application over a database that is there already.

    ``queue_sync`` starts a sync (connection, full, streams) and gives the run's id; without one it is only queued.
    ``routes`` are served beside the API.
    """
    workers = Workers(WORKERS)
    buckets = Buckets(database, settings.graphql, workers.aside)
    engine = MeteredEngine(database, plugins, settings, queue_sync, buckets)
    endpoint = GraphQLEndpoint(engine, Callers(database, settings), workers, settings)

    hooks: list[WebhookEndpoint] = []  # one, while the application runs

    async def graphql(request: Request) -> Response:
        return await endpoint(request)

    async def alive(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_: Request) -> Response:
        try:
            await workers.run(lambda: _asked(database), READY_WITHIN_S)
        except Exception as error:  # noqa: BLE001 - a border: whatever keeps the database from answering, we are not ready
            _log.warning("not ready", error=type(error).__name__)
            return JSONResponse({"status": "unavailable", "database": "unreachable"}, 503)
        return JSONResponse({"status": "ready"})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with _inbox(database) as commits:
            hooks.append(WebhookEndpoint(settings, database, plugins, commits))
            yield
            hooks.clear()
        endpoint.close()

    served: list[BaseRoute] = [
        Route("/graphql", graphql, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        Route("/healthz", alive, methods=["GET"]),
        Route("/readyz", ready, methods=["GET"]),
        *routes,
    ]
    if settings.introspection:
        served.append(Route("/graphql/{file}", explorer.file, methods=["GET"]))
    return Starlette(
        routes=served,
        middleware=[Middleware(Deliveries, hooks), Middleware(Traced)],
        lifespan=lifespan,
        exception_handlers={HTTPException: _told, Exception: _masked},
    )


@asynccontextmanager
async def _inbox(database: Database) -> AsyncIterator[GroupCommit]:
    """What keeps deliveries, at work until the block ends."""
    opened = await asyncio.to_thread(deliveries.inbox, database)
    commits = GroupCommit(opened)
    committing = asyncio.create_task(commits.run())
    try:
        yield commits
    finally:
        committing.cancel()
        await asyncio.gather(committing, return_exceptions=True)
        commits.close()
        opened.close()


def _asked(database: Database) -> None:
    """Fails when the tables cannot be read."""
    with database.read() as sql:
        sql.execute(text("SELECT 1 FROM customer LIMIT 1"))


async def _told(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    body = {"errors": [{"message": error.detail, "extensions": {"code": "HTTP_ERROR"}}]}
    return JSONResponse(body, error.status_code, headers=dict(error.headers or {}))


async def _masked(request: Request, error: Exception) -> Response:
    request_id = request.scope.get("state", {}).get("request_id", "")
    _log.error("a request failed", error, request_id=request_id)
    message = f"Something went wrong here; tell your administrator this id: {request_id}."
    return JSONResponse({"errors": [{"message": message, "extensions": {"code": "INTERNAL_ERROR"}}]}, 500)
