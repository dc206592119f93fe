"""``kizuna load``: a file of payloads through the same path as a fetched page."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from kizuna.cli import given, shown


@click.command("load")
@click.argument("name")
@click.argument("stream")
@click.argument("file", type=click.Path(path_type=Path))
@given.database_option
@given.json_option
def load_command(name: str, stream: str, file: Path, database: str | None, as_json: bool) -> None:
    """Take FILE into the connection NAME as records of STREAM.

    The file may hold a JSON array, one JSON object a line, or pages as the API answers them. Streams are named as the
    vendor's API names the collection, in any case. Loading a file twice changes nothing the second time.

    Example:
      kizuna load billing customers customers.json
    """
    with given.opened(database) as parts:
        loaded = parts.loader().load(name, stream, file)
    wrote = loaded.wrote
    if as_json:
        shown.as_json({"connection": name, "stream": loaded.stream, **asdict(wrote)})
        return
    click.echo(
        f"{name} {loaded.stream}: {wrote.read:,} read, {wrote.written:,} written, {wrote.unchanged:,} unchanged, "
        f"{wrote.deleted:,} deleted, {wrote.quarantined:,} set aside."
    )
    for reason in wrote.reasons:
        click.echo(f"set aside: {reason}", err=True)
    if wrote.quarantined:
        click.echo(f"See `kizuna quarantine list --connection {name}`.", err=True)
