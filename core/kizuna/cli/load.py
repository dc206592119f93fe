"""``kizuna load``: a file of payloads through the same path as a fetched page."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kizuna.cli import given, shown

if TYPE_CHECKING:
    from kizuna.sync.files.load import Loaded

DONE, FAILED = 0, 1


@click.command("load")
@click.argument("name")
@click.argument("stream")
@click.argument("file", type=click.Path(path_type=Path))
@given.database_option
@given.json_option
def load_command(name: str, stream: str, file: Path, database: str | None, as_json: bool) -> int:
    """Take FILE into the connection NAME as records of STREAM.

    The file may hold a JSON array, one JSON object a line, or pages as the API answers them. Streams are named as the
    vendor's API names the collection, in any case. Loading a file twice changes nothing the second time.
    Records that are not understood are set aside; exits with 1 when that is all of them.

    Example:
      kizuna load billing customers customers.json
    """
    with given.opened(database) as parts:
        loaded = parts.loader().load(name, stream, file)
    wrote = loaded.wrote
    code = FAILED if wrote.read and wrote.quarantined == wrote.read else DONE
    if as_json:
        shown.as_json({"connection": name, "stream": loaded.stream, **asdict(wrote)})
        return code
    click.echo(
        f"{name} {loaded.stream}: {wrote.read:,} read, {wrote.written:,} written, {wrote.unchanged:,} unchanged, "
        f"{wrote.deleted:,} deleted, {wrote.quarantined:,} set aside."
    )
    for reason in wrote.reasons:
        click.echo(f"set aside: {reason}", err=True)
    if wrote.quarantined:
        click.echo(_set_aside(loaded, name, file), err=True)
    return code


def _set_aside(loaded: Loaded, name: str, file: Path) -> str:
    """How many records were not understood, and what to do about it."""
    wrote = loaded.wrote
    see = f"see `kizuna quarantine list --connection {name} --stream {loaded.stream}`"
    if wrote.quarantined < wrote.read:
        return f"Not understood and set aside: {wrote.quarantined:,} of {wrote.read:,} records; {see}."
    return (
        f"Nothing was loaded: none of the {wrote.read:,} records was understood. "
        f"Does {file} hold {loaded.stream} of this system? For the reasons {see}."
    )
