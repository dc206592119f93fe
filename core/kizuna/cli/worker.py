"""``kizuna worker``: a process that runs syncs over PostgreSQL."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import click

from kizuna.cli import given
from kizuna.errors import ConfigError

if TYPE_CHECKING:
    from kizuna.sync.service import Service


@click.command("worker")
@click.option("--name", help="Stable name of this worker; the first free one of this host when left out.")
@given.database_option
def worker_command(name: str | None, database: str | None) -> None:
    """Run syncs that `kizuna sync`, the API or a schedule asked for, until stopped; any number of workers may run.

    A worker that dies is replaced by another one within seconds, from the last committed batch.

    Example:
      kizuna worker --database postgresql://kizuna@localhost/kizuna
    """
    with given.opened(database) as parts:
        if parts.database.dialect != "postgresql":
            raise ConfigError("Workers need PostgreSQL; over SQLite `kizuna serve` runs syncs itself.")
        asyncio.run(_work(parts, name))


async def _work(parts: Service, name: str | None) -> None:
    from kizuna.sync.inbox import working_inbox
    from kizuna.sync.schedule import working_schedule
    from kizuna.sync.service import engine

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with (
        engine(parts, executor_id=name) as opened,
        working_inbox(parts, opened),
        working_schedule(parts, opened),
    ):
        click.echo(f"Working as {opened.executor_id}; stop with Ctrl-C.")
        await stop.wait()
