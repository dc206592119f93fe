"""``kizuna serve``: the API over HTTP, and the syncs it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING

import click

from kizuna.cli import given

if TYPE_CHECKING:
    from kizuna.graphql.context import QueueSync
    from kizuna.jobs import Engine
    from kizuna.sync.service import Service


@click.command("serve")
@click.option("--host", metavar="ADDRESS", help="Where to listen. [KIZUNA_HOST; default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65_535), help="Where to listen. [KIZUNA_PORT; default: 8360]")
@given.database_option
def serve_command(host: str | None, port: int | None, database: str | None) -> None:
    """Serve the API at /graphql and take webhooks, with /healthz and /readyz beside them, until stopped.

    Connections are synced every quarter of an hour (sync.every_minutes), and whenever the API asks, in this process; over
    PostgreSQL `kizuna worker` processes take part.

    Example:
      kizuna serve
      KIZUNA_MODE=production kizuna serve --host 0.0.0.0 --port 80
    """
    with given.opened(database, create=True, host=host, port=port) as parts:
        served(parts)


def served(parts: Service) -> None:
    """Serves until the process is told to stop."""
    from kizuna.web.serving import run

    settings = parts.settings
    click.echo(f"Serving http://{settings.host}:{settings.port}/graphql in {settings.mode} mode; stop with Ctrl-C.")
    run(_serve(parts))


async def _serve(parts: Service) -> None:
    from kizuna.sync.inbox import working_inbox
    from kizuna.sync.schedule import working_schedule
    from kizuna.sync.service import engine
    from kizuna.web import app
    from kizuna.web.serving import server

    async with engine(parts) as opened, working_inbox(parts, opened), working_schedule(parts, opened):
        queue = _queue(parts, opened, asyncio.get_running_loop())
        application = app(parts.settings, parts.database, parts.plugins, queue_sync=queue)
        await server(parts.settings, application).serve()


def _queue(parts: Service, opened: Engine, loop: asyncio.AbstractEventLoop) -> QueueSync:
    """What starts a sync from any thread and gives the run's id."""
    from kizuna.sync.service import submit

    def queue(name: str, full: bool, streams: Collection[str], /) -> str:
        work = submit(opened, parts, name, full=full, streams=tuple(streams), trigger="api")
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    return queue
