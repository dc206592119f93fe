"""The progress of syncs: a bar a stream on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from kizuna.cli.shown import once
from kizuna.log import scrub

if TYPE_CHECKING:
    from kizuna.sync.stream import Progress as Heard

TRANSPORT = "kizuna.sdk.transport"
ENDED = ("complete", "degraded", "failed")


class Watcher(Protocol):
    """Hears of the progress of runs."""

    def heard(self, progress: Heard) -> None:
        """Something happened to a stream."""
        ...

    def finished(self, connection: str) -> None:
        """The run of a connection is over."""
        ...

    def said(self, sentence: str) -> None:
        """Something worth a line of its own."""
        ...


class Silent:
    """Shows nothing."""

    def heard(self, progress: Heard) -> None:
        """Looked away."""

    def finished(self, connection: str) -> None:
        """Looked away."""

    def said(self, sentence: str) -> None:
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
        because = f": {_reason(progress)}" if progress.reason else ""
        click.echo(
            f"{progress.connection} {progress.stream} {progress.state} read={self._read[key]}{because}", err=True
        )

    def said(self, sentence: str) -> None:
        click.echo(sentence, err=True)

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
            self.said(f"{progress.connection} {progress.stream} {progress.state}: {_reason(progress)}")

    def said(self, sentence: str) -> None:
        self._progress.console.print(sentence, markup=False)

    def finished(self, connection: str) -> None:
        self._progress.update(self._task(connection), total=1, completed=1, now="")

    def _task(self, connection: str) -> TaskID:
        if connection not in self._tasks:
            self._streams[connection] = {}
            self._read[connection] = 0
            self._tasks[connection] = self._progress.add_task(connection, total=None, now="", read=0)
        return self._tasks[connection]


class _Retries(logging.Handler):
    """Gives what the line to a vendor logs of repeated tries to whoever shows progress."""

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        """Says it, and what the user can do meanwhile."""
        self._say(f"{scrub(record.getMessage())} Ctrl-C stops; the next `kizuna sync` goes on.")


@contextmanager
def retries_said(say: Callable[[str], None]) -> Iterator[None]:
    """What vendors do not answer is said, instead of logged, for as long as the block lasts."""
    logger, handler = logging.getLogger(TRANSPORT), _Retries(say)
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.propagate = True
        logger.removeHandler(handler)


def _reason(progress: Heard) -> str:
    return once(progress.connection, progress.reason or "")


@contextmanager
def watcher(*, quiet: bool = False) -> Iterator[Watcher]:
    """Who shows progress here: nobody when quiet, bars on a terminal, lines elsewhere; always on stderr."""
    if quiet:
        yield Silent()
    elif sys.stderr.isatty():
        with bars(Console(stderr=True, highlight=False)) as shown, retries_said(shown.said):
            yield shown
    else:
        lines = Lines()
        with retries_said(lines.said):
            yield lines


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
