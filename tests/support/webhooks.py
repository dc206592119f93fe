"""Deliveries as a sandbox signs them, and Kizuna behind a real server that takes them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx

from kizuna.sandbox import Served, WebhookCall, WebhookEndpoint
from kizuna.storage import connections, deliveries
from kizuna.storage.database import Database
from kizuna.sync.inbox import working_inbox
from kizuna.sync.service import engine
from kizuna.web import app
from kizuna.web.serving import server
from tests.support.worlds import EXECUTOR, Kizuna

SECRET = "the-secret-of-the-endpoint"
VARIABLE = "KZ_WEBHOOK"
LIMIT_S = 120.0
_STEP_S = 0.05


@contextmanager
def receiving(one: Kizuna) -> Iterator[httpx.Client]:
    """A client of that Kizuna, served as `kizuna serve` does it: API, webhooks, runs and the inbox in one process."""
    settings = replace(one.parts.settings, port=0)
    running = server(settings, app(settings, one.parts.database, one.parts.plugins))

    async def serve() -> None:
        async with engine(one.parts, executor_id=EXECUTOR) as opened, working_inbox(one.parts, opened):
            await running.serve()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="kizuna")
    thread.start()
    try:
        until(lambda: running.started or not thread.is_alive())
        port = running.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            yield client
    finally:
        running.should_exit = True
        thread.join(30)


def trust(database: Database, name: str, *references: str) -> None:
    """The connection's deliveries are proved by these secrets, by the usual one when none is named."""
    with database.write() as sql:
        found = connections.get(sql, name)
        deliveries.use_secrets(sql, found.id, references or (f"env:{VARIABLE}",), 0)


def calls(served: Served, vendor: str, after: int = 0, url: str = "http://127.0.0.1/") -> list[WebhookCall]:
    """The calls that the changes of a sandbox cause, signed now."""
    state = served.state(vendor)
    endpoint = WebhookEndpoint("we_1", url, SECRET)
    gateway = next(one for one in served.gateways if one.state is state)
    return [call for change in state.changes[after:] for call in gateway.vendor.webhooks(change, endpoint, state)]


def sent(client: httpx.Client, name: str, call: WebhookCall) -> httpx.Response:
    """The answer to a delivery."""
    return client.post(f"/webhooks/{name}", content=call.body, headers=dict(call.headers))


def inbox_rows(database: Database, question: str) -> list[tuple[Any, ...]]:
    """The answer of the inbox to a SQL question."""
    opened = deliveries.inbox(database)
    try:
        with opened.read() as sql:
            return [tuple(row) for row in sql.exec_driver_sql(question)]
    finally:
        opened.close()


def until(true: Callable[[], object]) -> None:
    """Returns when it is so."""
    deadline = time.monotonic() + LIMIT_S
    while not true():
        assert time.monotonic() < deadline, "it did not come so far in time"
        time.sleep(_STEP_S)
