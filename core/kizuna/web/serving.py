"""Serving the application with uvicorn, on the fastest loop and parser there are."""

from __future__ import annotations

import importlib.util

import uvicorn
from starlette.types import ASGIApp

from kizuna.config import Settings

GRACEFUL_S = 15


def server(settings: Settings, application: ASGIApp) -> uvicorn.Server:
    """A server for the application, not yet running: ``await server.serve()`` runs it inside a loop that is there."""
    config = uvicorn.Config(
        application,
        host=settings.host,
        port=settings.port,
        loop=_best("uvloop", "asyncio"),
        http=_best("httptools", "h11"),
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACEFUL_S,
    )
    return uvicorn.Server(config)


def serve(settings: Settings, application: ASGIApp) -> None:
    """Serves until it is told to stop."""
    server(settings, application).run()


def _best(wanted: str, otherwise: str) -> str:
    return wanted if importlib.util.find_spec(wanted) else otherwise
