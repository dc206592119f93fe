"""``kizuna sync``: the connected systems read now, by runs that a crash or Ctrl-C only interrupts."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from kizuna.cli import given, shown
from kizuna.cli.progress import Watcher, watcher
from kizuna.errors import ConfigError

if TYPE_CHECKING:
    from kizuna.jobs import Engine
    from kizuna.sync.service import Service
    from kizuna.sync.stream import Progress as Heard

DONE, FAILED, IN_PART = 0, 1, 3
COUNTS = ("pages", "read", "written", "unchanged", "deleted", "quarantined")


@click.command("sync")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--full", is_flag=True, help="Read everything again instead of what changed.")
@click.option("--stream", "streams", multiple=True, metavar="S", help="Only this stream; may be given several times.")
@given.database_option
@given.json_option
def sync_command(
    names: tuple[str, ...], full: bool, streams: tuple[str, ...], database: str | None, as_json: bool
) -> int:
    """Read the named connections, or all that are active, and derive what follows.

    Exits with 0 when all is complete, 3 when something was refused or set aside (the output says what), 1 when a
    connection failed. Interrupted, it goes on next time from the last committed batch.

    Example:
      kizuna sync
      kizuna sync billing --stream invoices --full
    """
    with watcher(quiet=as_json) as watching, given.opened(database) as parts:
        chosen = _chosen(parts, names)
        parts.syncer.observe = Others(watching, chosen).heard
        outcomes = asyncio.run(run_all(parts, chosen, full=full, streams=streams, watching=watching))
    if as_json:
        shown.as_json(list(outcomes.values()))
    else:
        _report(outcomes)
    return _exit_code(outcomes)


def _chosen(parts: Service, names: Sequence[str]) -> list[str]:
    from kizuna.storage import connections

    with parts.database.read() as sql:
        if names:
            return [connections.get(sql, name).name for name in dict.fromkeys(names)]
        active = [one.name for one in connections.all_of(sql) if not one.offline and one.state != "disabled"]
    if not active:
        raise ConfigError("There is no active connection to sync; add one with `kizuna connect VENDOR`.")
    return active


@dataclass(slots=True)
class Others:
    """Passes on what is heard, and says of each connection nobody named that an earlier run of it goes on as well.

    The job engine takes up every run that a worker left, whoever opens it.
    """

    watching: Watcher
    names: Collection[str]
    met: set[str] = field(default_factory=set)

    def heard(self, progress: Heard) -> None:
        """Something happened to a stream, of a connection that was named or of another."""
        name = progress.connection
        if name not in self.names and name not in self.met:
            self.met.add(name)
            self.watching.said(
                f"{name}: an earlier run that was not finished goes on as well, as long as this command runs."
            )
        self.watching.heard(progress)


async def run_all(
    parts: Service, names: Sequence[str], *, full: bool, streams: tuple[str, ...], watching: Watcher
) -> dict[str, dict[str, Any]]:
    """Connection → what its run came to; all of them at once."""
    from kizuna.sync.service import engine

    async with engine(parts) as opened:
        run_ids = {name: await _begun(opened, parts, name, full=full, streams=streams) for name in names}
        await asyncio.gather(*(_followed(opened, run_id, name, watching) for name, run_id in run_ids.items()))
    return {name: _outcome(parts, name, run_id) for name, run_id in run_ids.items()}


async def _begun(opened: Engine, parts: Service, name: str, *, full: bool, streams: tuple[str, ...]) -> str:
    """The id of the run: one that was interrupted goes on when nothing else was asked for, else a new one begins."""
    from kizuna.sync.service import submit

    if not full and not streams:
        unfinished = [run for run in await opened.runs(key=name, limit=5) if not run.state.final]
        if unfinished:
            click.echo(f"{name}: goes on with an earlier run that was not finished.", err=True)
            return unfinished[-1].run_id
    return await submit(opened, parts, name, full=full, streams=streams, trigger="command")


async def _followed(opened: Engine, run_id: str, name: str, watching: Watcher) -> None:
    await opened.wait(run_id)
    watching.finished(name)


def _outcome(parts: Service, name: str, run_id: str) -> dict[str, Any]:
    from kizuna.storage import runs

    with parts.database.read() as sql:
        row = runs.run(sql, run_id)
        reports = runs.stream_reports(sql, run_id)
    assert row is not None, "the run was queued in this database"
    counts = {count: sum(getattr(report, count) for report in reports) for count in COUNTS}
    rows = [
        {"stream": one.stream, "state": one.state, **{c: getattr(one, c) for c in COUNTS}, "reason": one.reason}
        for one in reports
    ]
    state = row.state if row.state in ("complete", "degraded") else "failed"
    return {"connection": name, "run": run_id, "state": state, "error": row.error, **counts, "streams": rows}


def _report(outcomes: Mapping[str, Mapping[str, Any]]) -> None:
    headings = ("connection", "state", "read", "written", "unchanged", "deleted", "set aside")
    shown.as_table(
        headings,
        [
            [
                one["connection"],
                one["state"],
                *(one[c] for c in ("read", "written", "unchanged", "deleted", "quarantined")),
            ]
            for one in outcomes.values()
        ],
    )
    for one in outcomes.values():
        if one["error"]:
            click.echo(f"{one['connection']}: {shown.once(one['connection'], one['error'])}", err=True)
        if one["quarantined"]:
            click.echo(f"{one['connection']}: see `kizuna quarantine list --connection {one['connection']}`.", err=True)


def _exit_code(outcomes: Mapping[str, Mapping[str, Any]]) -> int:
    states = {one["state"] for one in outcomes.values()}
    if "failed" in states:
        return FAILED
    return IN_PART if "degraded" in states else DONE
