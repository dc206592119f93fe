"""``kizuna identity``: who is who, why, and what people decided."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from kizuna.cli import given
from kizuna.cli.commands import Nearest

if TYPE_CHECKING:
    from kizuna.storage.roster import RosterRow


@click.group("identity", cls=Nearest)
def identity_command() -> None:
    """Who is who: export it, ask why, decide what the evidence leaves open.

    Example:
      kizuna identity export --format csv
    """


@identity_command.command("export")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@given.database_option
def export(form: str, database: str | None) -> None:
    """Print every living record that carries an account or a person, with the customer or person it belongs to.

    Columns: entity (customer or person), entity_id, system, connection, stream, source_id.

    Example:
      kizuna identity export > who-is-who.csv
    """
    from kizuna.storage.roster import roster

    with given.opened_database(database) as opened, opened.read() as sql:
        _write(roster(sql), form)


def _write(rows: Iterable[RosterRow], form: str) -> None:
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(("entity", "entity_id", "system", "connection", "stream", "source_id"))
        writer.writerows(rows)
        return
    separator = "["
    for row in rows:
        sys.stdout.write(f"{separator}\n{json.dumps(row._asdict(), ensure_ascii=False)}")
        separator = ","
    sys.stdout.write("[]\n" if separator == "[" else "\n]\n")
