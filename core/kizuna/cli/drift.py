"""``kizuna drift``: new fields, vanished fields, changed types and unknown words, as they were seen."""

from __future__ import annotations

from typing import Any

import click

from kizuna.cli import given, shown

CHANGES = ("new_field", "vanished_field", "type_change", "unmapped_value")


@click.command("drift")
@click.argument("connection", required=False)
@click.option("--stream", metavar="S", help="Only of this stream.")
@click.option("--change", type=click.Choice(CHANGES), help="Only changes of this sort.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many at most.")
@given.database_option
@given.json_option
def drift_command(
    connection: str | None, stream: str | None, change: str | None, limit: int, database: str | None, as_json: bool
) -> None:
    """List what changed in the form of the vendors' payloads, the latest first; no record is lost by it.

    Example:
      kizuna drift crm --stream Account
      kizuna drift --change new_field --json
    """
    from kizuna.storage import connections, drift
    from kizuna.sync.mapping.wishes import stream_of

    with given.opened(database) as parts, parts.database.read() as sql:
        stored = connections.get(sql, connection) if connection else None
        if stored is not None and stream is not None:
            stream = stream_of(parts.plugins, stored, stream).name
        wanted = drift.Wanted(stored.id if stored else None, stream, change)
        total = drift.count(sql, wanted)
        rows = [_described(row) for row in drift.latest(sql, wanted, limit)]
    if as_json:
        shown.as_json(rows)
    elif not rows:
        click.echo("Nothing has changed its form.")
    else:
        keys = ("at", "connection", "stream", "path", "change", "before", "after")
        shown.as_table(keys, [[row[key] for key in keys] for row in rows])
        if total > len(rows):
            click.echo(f"… and {total - len(rows):,} more; raise --limit to see them.")


def _described(row: Any) -> dict[str, Any]:
    from kizuna.storage.instants import moment

    names = ("connection", "stream", "path", "change", "before", "after")
    told = {name: getattr(row, name) or None for name in names}
    return {**told, "at": moment(row.at).isoformat(timespec="seconds")}
