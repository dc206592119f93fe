"""The application behind a real server, and short ways to ask it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx

from kizuna import web
from kizuna.access import tokens
from kizuna.config import Settings
from kizuna.web.serving import server
from tests.graphql.house import House


def token(one: House, *scopes: str) -> str:
    """A new token's text."""
    with one.database.write() as sql:
        return tokens.create(sql, "test", scopes or ("read",)).get_secret_value()


@contextlib.contextmanager
def served(one: House, settings: Settings | None = None, **more: Any) -> Iterator[httpx.Client]:
    """A client of the application behind a real uvicorn on a free port of this machine."""
    chosen = replace(settings or Settings(), port=0)
    running = server(chosen, web.app(chosen, one.database, one.plugins, **more))
    thread = threading.Thread(target=running.run, name="uvicorn")
    thread.start()
    try:
        deadline = time.monotonic() + 30
        while not running.started:
            assert thread.is_alive(), "uvicorn ended at once"
            assert time.monotonic() < deadline
            time.sleep(0.01)
        port = running.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            yield client
    finally:
        running.should_exit = True
        thread.join(30)


def asked(client: httpx.Client, query: str, secret: str | None = None, **variables: Any) -> httpx.Response:
    """The response to a query."""
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    return client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
