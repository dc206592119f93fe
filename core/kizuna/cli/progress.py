"""The progress of syncs: a bar a stream on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from kizuna.sync.stream import Progress as Heard

ENDED = ("complete", "degraded", "failed")


class Watcher(Protocol):
    """Hears of the progress of runs."""

    def heard(self, progress: Heard) -> None:
        """Something happened to a stream."""
        ...

    def finished(self, connection: str) -> None:
        """The run of a connection is over."""
        ...


class Silent:
    """Shows nothing."""

    def heard(self, progress: Heard) -> None:
        """Looked away."""

    def finished(self, connection: str) -> None:
        """Looked away."""


class Lines:
    """One line for each stream that ends, or waits."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, str], int] = {}

    def heard(self, progress: Heard) -> None:
        key = (progress.connection, progress.stream)
        self._read[key] = self._read.get(key, 0) + progress.wrote.read
        if progress.state == "reading":
            return
        because = f": {progress.reason}" if progress.reason else ""
        click.echo(
            f"{progress.connection} {progress.stream} {progress.state} read={self._read[key]}{because}", err=True
        )

    def finished(self, connection: str) -> None:
        """Said by the report."""


class Bars:
    """A line a connection that moves, with the streams being read and the records so far."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}
        self._streams: dict[str, dict[str, str]] = {}
        self._read: dict[str, int] = {}

    def heard(self, progress: Heard) -> None:
        task = self._task(progress.connection)
        streams = self._streams[progress.connection]
        streams[progress.stream] = progress.state
        now = [name for name, state in streams.items() if state not in ENDED]
        self._read[progress.connection] += progress.wrote.read
        self._progress.update(task, read=self._read[progress.connection], now=", ".join(now))
        if progress.state not in ("reading", "complete"):
            self._progress.console.print(
                f"{progress.connection} {progress.stream} {progress.state}: {progress.reason}", markup=False
            )

    def finished(self, connection: str) -> None:
        self._progress.update(self._task(connection), total=1, completed=1, now="")

    def _task(self, connection: str) -> TaskID:
        if connection not in self._tasks:
            self._streams[connection] = {}
            self._read[connection] = 0
            self._tasks[connection] = self._progress.add_task(connection, total=None, now="", read=0)
        return self._tasks[connection]


@contextmanager
def watcher(*, quiet: bool = False) -> Iterator[Watcher]:
    """Who shows progress here: nobody when quiet, bars on a terminal, lines elsewhere; always on stderr."""
    if quiet:
        yield Silent()
    elif sys.stderr.isatty():
        with bars(Console(stderr=True, highlight=False)) as shown:
            yield shown
    else:
        yield Lines()


@contextmanager
def bars(console: Console) -> Iterator[Bars]:
    """Bars on this console for as long as the block lasts; they stay to be read afterwards."""
    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=16),
        TextColumn("{task.fields[read]:,} records", justify="right"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}", style="dim", markup=False),
    )
    with Progress(*columns, console=console) as progress:
        yield Bars(progress)
