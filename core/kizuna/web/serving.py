"""Serving the application with uvicorn, on the fastest loop and parser there are."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Coroutine
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from kizuna.config import Settings

GRACEFUL_S = 15
# Longer than the 60 s after which proxies drop an idle connection: who closes first must not be the one that is asked.
KEEP_ALIVE_S = 75


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
        timeout_keep_alive=KEEP_ALIVE_S,
    )
    return uvicorn.Server(config)


def run(work: Coroutine[Any, Any, None]) -> None:
    """The work done, in the fastest loop there is."""
    if importlib.util.find_spec("uvloop") is None:
        asyncio.run(work)
        return
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


def serve(settings: Settings, application: ASGIApp) -> None:
    """Serves until it is told to stop."""
    server(settings, application).run()


def _best(wanted: str, otherwise: str) -> str:
    return wanted if importlib.util.find_spec(wanted) else otherwise
