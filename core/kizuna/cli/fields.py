"""``kizuna fields``: the vendors' own fields, which of them mean something, and what was said of them before."""

from __future__ import annotations

from typing import Any

import click

from kizuna.cli import given, shown
from kizuna.cli.commands import Nearest
from kizuna.cli.rules import apply, keep, map_, unmap


@click.group("fields", cls=Nearest)
def fields_command() -> None:
    """The vendors' own fields: fill an attribute with one, keep one under a name, or give it up again.

    A change is shown on stored records before it is made, and maps them again without fetching.

    Example:
      kizuna fields seen crm Account
      kizuna fields keep crm Account Tier__c --as tier --choice Gold --choice Silver
      kizuna fields map crm Account Line_of_Business__c industry
    """


for _command in (map_, keep, unmap, apply):
    fields_command.add_command(_command)


@fields_command.command("list")
@click.argument("connection", required=False)
@given.database_option
@given.json_option
def list_(connection: str | None, database: str | None, as_json: bool) -> None:
    """List the fields that fill an attribute or are kept, and whether stored records still wait to be mapped.

    Example:
      kizuna fields list crm
    """
    from kizuna.storage import connections, field_rules, remaps
    from kizuna.sync.mapping.wishes import described

    with given.opened_database(database) as opened, opened.read() as sql:
        chosen = connections.get(sql, connection).id if connection else None
        rows = [described(change) for change in field_rules.all_standing(sql, chosen)]
        waiting = remaps.listed(sql, waiting=True, connection_id=chosen)
    if as_json:
        shown.as_json([_timed(row) for row in rows])
        return
    if not rows:
        click.echo("No field of a vendor's own means anything yet; `kizuna fields seen` lists what there is.")
    else:
        headings = ("connection", "stream", "field", "fills", "type", "version")
        shown.as_table(headings, [_line(row, "connection", "stream", "path") for row in rows])
    for one in waiting:
        click.echo(
            f"{one.connection} {one.stream}: {one.done:,} of {one.total:,} stored records are mapped; "
            f"`kizuna fields apply {one.connection}` maps the rest."
        )


@fields_command.command("seen")
@click.argument("connection")
@click.argument("stream", required=False)
@given.database_option
@given.json_option
def seen(connection: str, stream: str | None, database: str | None, as_json: bool) -> None:
    """List the fields that payloads have shown, their types and what they fill.

    Example:
      kizuna fields seen crm Account
    """
    from kizuna.storage import connections, drift, field_rules
    from kizuna.sync.mapping.wishes import stream_of

    with given.opened(database) as parts, parts.database.read() as sql:
        stored = connections.get(sql, connection)
        names = (
            [stream_of(parts.plugins, stored, stream).name] if stream else sorted(connections.streams(sql, stored.id))
        )
        rows: list[dict[str, Any]] = []
        for name in names:
            rules = {rule.path: rule for rule in field_rules.standing(sql, stored.id, name).rules}
            for path, types in sorted(drift.fields(sql, stored.id, name).items()):
                rule = rules.get(path)
                fills = (rule.attribute or f"customFields.{rule.name}") if rule else None
                rows.append({"stream": name, "path": path, "types": types.split("|"), "fills": fills})
    if as_json:
        shown.as_json(rows)
    elif not rows:
        click.echo("No payload has been seen yet; run `kizuna sync` or `kizuna load` first.")
    else:
        cells = [(row["stream"], row["path"], " or ".join(row["types"]), row["fills"]) for row in rows]
        shown.as_table(("stream", "field", "types", "fills"), cells)


@fields_command.command("history")
@click.argument("connection", required=False)
@click.option("--stream", metavar="S", help="Only of this stream.")
@given.database_option
@given.json_option
def history(connection: str | None, stream: str | None, database: str | None, as_json: bool) -> None:
    """List every change of a rule, the latest first: who made it, when, and what it said.

    Example:
      kizuna fields history crm
    """
    from kizuna.storage import connections, field_rules
    from kizuna.sync.mapping.wishes import described, stream_of

    with given.opened(database) as parts, parts.database.read() as sql:
        stored = connections.get(sql, connection) if connection else None
        if stored is not None and stream is not None:
            stream = stream_of(parts.plugins, stored, stream).name
        changes = field_rules.history(sql, stored.id if stored else None, stream)
        rows = [_timed(described(change)) for change in changes]
    if as_json:
        shown.as_json(rows)
    elif not rows:
        click.echo("No rule has ever been made.")
    else:
        headings = ("at", "who", "change", "connection", "stream", "field", "fills", "type", "version")
        shown.as_table(headings, [_line(row, "at", "actor", "action", "connection", "stream", "path") for row in rows])


def _line(row: dict[str, Any], *names: str) -> list[Any]:
    fills = row.get("attribute") or (f"customFields.{row['name']}" if row.get("name") else None)
    return [*(row[name] for name in names), fills, row.get("type"), row["version"]]


def _timed(row: dict[str, Any]) -> dict[str, Any]:
    from kizuna.storage.instants import moment

    return {**row, "at": moment(row["at"]).isoformat(timespec="seconds")}
