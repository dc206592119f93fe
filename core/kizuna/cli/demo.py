"""``kizuna demo``: simulated vendors, a sync, one customer as all of them know it, the API."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from kizuna.cli import given
from kizuna.cli.progress import watcher
from kizuna.cli.serve import served
from kizuna.cli.sync import DONE, FAILED, run_all
from kizuna.errors import ConfigError

if TYPE_CHECKING:
    from kizuna.sync.service import Service

DATABASE = "kizuna-demo.db"
JOBS = "kizuna-demo.jobs.db"
COLUMNS = 80
MOST_COLUMNS = 100


@click.command("demo")
@click.option("--once", is_flag=True, help="Show and end, without serving the API.")
@click.option("--customers", default=2_000, show_default=True, type=click.IntRange(1), help="How many true companies.")
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same world.")
@click.option("--database", metavar="URL", help=f"An empty database; {DATABASE} made anew when left out.")
def demo_command(once: bool, customers: int, seed: int, database: str | None) -> int:
    """See it whole: simulated vendors on this machine, connected, synced, united and asked. Nothing leaves it.

    Example:
      kizuna demo --once
      kizuna demo --customers 200 --seed 11
    """
    from kizuna.demo import stage
    from kizuna.demo.show import show

    console = _console()
    with given.opened(database or _anew(), create=True) as parts:
        _refuse_used(parts)
        console.print(f"Making a world of {customers:,} companies and the systems that know them …")
        with stage.vendors(list(parts.plugins.sandboxes()), customers, seed) as played:
            for one in played:
                stage.connect(parts.database, one)
            outcomes = _synced(parts, [one.vendor for one in played])
            show(console, parts.database, parts.plugins, parts.settings, outcomes)
            if not once:
                served(parts)
    return FAILED if any(one["state"] == "failed" for one in outcomes.values()) else DONE


def _synced(parts: Service, names: list[str]) -> dict[str, dict[str, Any]]:
    with watcher() as watching:
        parts.syncer.observe = watching.heard
        return asyncio.run(run_all(parts, names, full=False, streams=(), watching=watching))


def _anew() -> str:
    """The URL of the demonstration's own file; what an earlier one left there is removed."""
    for name in (DATABASE, JOBS):
        for suffix in ("", "-wal", "-shm"):
            Path(name + suffix).unlink(missing_ok=True)
    return f"sqlite:///{DATABASE}"


def _refuse_used(parts: Service) -> None:
    from kizuna.storage import connections

    with parts.database.read() as sql:
        if connections.all_of(sql):
            raise ConfigError("The database holds connections already; give the demonstration an empty one.")


def _console() -> Console:
    """As wide as the terminal up to a width that reads well; never narrower than 80 columns where nobody looks."""
    width = shutil.get_terminal_size((COLUMNS, 24)).columns if sys.stdout.isatty() else COLUMNS
    return Console(width=min(width, MOST_COLUMNS), highlight=False)
