"""How commands show things: tables on a terminal and in a pipe, JSON for programs, instants, counts."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import IO, Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPE_COLUMNS = 160


def console(file: IO[str] | None = None) -> Console:
    """Where to print: as wide as the terminal, and wide enough for one line a row where there is none."""
    target = file or sys.stdout
    width = shutil.get_terminal_size((80, 24)).columns if target.isatty() else PIPE_COLUMNS
    return Console(file=target, width=width, highlight=False, soft_wrap=False)


def as_json(value: Any) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def as_table(headings: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str | None = None) -> None:
    """Rows under headings; numbers to the right. Values are printed as they are, never as markup."""
    console().print(table(headings, rows, title=title))


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str | None = None) -> Table:
    """The table itself, for whoever has a console of their own."""
    rows = [list(row) for row in rows]
    made = Table(box=None, pad_edge=False, title=title, title_justify="left", header_style="bold")
    for place, heading in enumerate(headings):
        right = bool(rows) and all(isinstance(row[place], int | float | None) for row in rows)
        made.add_column(heading, justify="right" if right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell(value)) for value in row))
    return made


def cell(value: Any) -> str:
    """A value as it stands in a table."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return " ".join(str(value).split())


def once(name: str, text: str) -> str:
    """The text of an error without the connection's name, where that stands before it already.

    Connectors begin their messages with their own key, which is what a connection is called unless it is named.
    """
    return re.sub(rf"(?:^|(?<=[:;] )){re.escape(name)}: ", "", text)


def span(lasted: timedelta) -> str:
    """A duration in its largest unit: ``40 s``, ``12 min``, ``3 h``, ``5 d``."""
    seconds = max(0, round(lasted.total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
