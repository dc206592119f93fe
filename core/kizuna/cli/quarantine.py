"""``kizuna quarantine``: records that were not understood, kept until they are."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from kizuna.cli import given, shown
from kizuna.cli.commands import Nearest
from kizuna.errors import ConfigError, UnknownName

if TYPE_CHECKING:
    from kizuna.storage.aside import Group
    from kizuna.sync.service import Service

ACTOR = "local"
connection_option = click.option("--connection", metavar="N", help="Only of this connection.")
stream_option = click.option("--stream", metavar="S", help="Only of this stream.")


@click.group("quarantine", cls=Nearest)
def quarantine_command() -> None:
    """Records set aside because they were not understood.

    Example:
      kizuna quarantine list
    """


@quarantine_command.command("list")
@connection_option
@stream_option
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many at most.")
@given.database_option
@given.json_option
def list_(connection: str | None, stream: str | None, limit: int, database: str | None, as_json: bool) -> None:
    """List what is set aside, the latest first.

    Example:
      kizuna quarantine list --connection billing
    """
    from kizuna.storage import aside

    with given.opened(database) as parts, parts.database.read() as sql:
        stream = _narrowed(parts, sql, connection, stream)
        total = aside.count(sql, connection, stream)
        gone = aside.discarded(sql, connection, stream)
        rows = [_described(row) for row in aside.latest(sql, limit, connection, stream)]
    if as_json:
        shown.as_json(rows)
        return
    if not rows:
        click.echo("Nothing is set aside.")
    else:
        keys = ("id", "connection", "stream", "source_id", "reason", "at")
        shown.as_table([key.replace("_", " ") for key in keys], [[str(row[key]) for key in keys] for row in rows])
        if total > len(rows):
            click.echo(f"… and {total - len(rows):,} more; raise --limit to see them.")
    if gone:
        click.echo(f"{gone:,} discarded so far.")


@quarantine_command.command("show")
@click.argument("number", metavar="ID", type=int)
@given.database_option
@given.json_option
def show(number: int, database: str | None, as_json: bool) -> None:
    """Show one record set aside: why, and the payload as it came.

    Example:
      kizuna quarantine show 12
    """
    from kizuna.storage import aside

    with given.opened_database(database) as opened, opened.read() as sql:
        row = aside.one(sql, number)
        known = [str(other.id) for other in aside.latest(sql, 20)] if row is None else []
    if row is None:
        raise UnknownName("record set aside", str(number), known)
    described = {**_described(row), "payload": bytes(row.payload).decode("utf-8", "replace")}
    if as_json:
        shown.as_json(described)
        return
    for key, value in described.items():
        click.echo(f"{key.replace('_', ' ')}: {shown.cell(value) if key != 'payload' else value}")


@quarantine_command.command("replay")
@connection_option
@stream_option
@given.database_option
def replay(connection: str | None, stream: str | None, database: str | None) -> int:
    """Take what is set aside once more, with the mapping of today; exit with 1 when some is still not understood.

    Example:
      kizuna quarantine replay --connection billing
    """
    from kizuna.storage import aside
    from kizuna.sync.replay import replay as taken_again

    left = 0
    with given.opened(database) as parts:
        with parts.database.read() as sql:
            stream = _narrowed(parts, sql, connection, stream)
            held = aside.held(sql, connection, stream)
        if not held:
            click.echo("Nothing is set aside.")
        for name, of_stream in held:
            wrote = taken_again(parts.loader(), name, of_stream).wrote
            left += wrote.quarantined
            taken = wrote.read - wrote.quarantined
            click.echo(f"{name} {of_stream}: {taken:,} taken, {wrote.quarantined:,} still set aside.")
    return 1 if left else 0


@quarantine_command.command("discard")
@click.argument("numbers", metavar="[ID]...", type=int, nargs=-1)
@connection_option
@stream_option
@click.option("--reason", metavar="TEXT", help="Only those in whose reason this stands.")
@click.option("--dry-run", is_flag=True, help="Show what would be discarded and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@given.database_option
@given.json_option
def discard(
    numbers: tuple[int, ...],
    connection: str | None,
    stream: str | None,
    reason: str | None,
    dry_run: bool,
    yes: bool,
    database: str | None,
    as_json: bool,
) -> None:
    """Give up what is set aside and will never be understood; the count of it stays, and the audit log says who did it.

    What the vendor sends again is taken as ever: stored when it is understood, else set aside anew.

    Example:
      kizuna quarantine discard 12 13
      kizuna quarantine discard --connection billing --stream customers --reason created --dry-run
    """
    from kizuna.storage import aside
    from kizuna.sync import discarding

    with given.opened(database) as parts:
        with parts.database.read() as sql:
            stream = _narrowed(parts, sql, connection, stream)
            chosen = aside.Chosen(numbers, connection, stream, reason)
            discarding.require_choice(chosen)
            groups = aside.groups(sql, chosen)
        if not as_json:
            _show(groups)
        discarded = 0
        if groups and not dry_run:
            agreed(yes or as_json, "Discard them?")
            discarded = discarding.discard(parts.database, chosen, ACTOR)
            if not as_json:
                click.echo(f"{discarded:,} discarded.")
    if as_json:
        shown.as_json({"chosen": [asdict(one) for one in groups], "discarded": discarded})


def agreed(yes: bool, question: str) -> None:
    """Returns when the answer is yes, also where nobody can be asked and ``--yes`` says so."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigError("Nobody is there to be asked; repeat it with --yes.")
    click.confirm(question, abort=True)


def _show(groups: list[Group]) -> None:
    if not groups:
        click.echo("Nothing that is set aside fits.")
        return
    rows = [(one.connection, one.stream, one.reason, f"{one.records:,}") for one in groups]
    shown.as_table(("connection", "stream", "reason", "records"), rows)


def _narrowed(parts: Service, sql: Any, connection: str | None, stream: str | None) -> str | None:
    """The stream as it is stored. Raises UnknownName with the nearest name of a connection or stream that is not there."""
    from kizuna.storage import aside, connections
    from kizuna.sync.offline import unchecked

    chosen = [connections.get(sql, connection)] if connection else connections.all_of(sql)
    if stream is None:
        return None
    known = dict.fromkeys(aside.streams(sql, connection))
    also = {}
    for one in chosen:
        if one.plugin in parts.plugins.connectors:
            for readable in unchecked(parts.plugins.connector(one.plugin), one).streams():
                known[readable.name] = None
                also.update({other.casefold(): readable.name for other in readable.also})
    if stream.casefold() in map(str.casefold, known):
        return stream
    if stream.casefold() in also:
        return also[stream.casefold()]
    raise UnknownName("stream", stream, known)


def _described(row: Any) -> dict[str, Any]:
    from kizuna.storage.instants import moment

    return {
        "id": row.id,
        "connection": row.connection,
        "stream": row.stream,
        "source_id": row.source_id,
        "reason": row.reason,
        "field": row.field,
        "at": moment(row.at).isoformat(timespec="seconds"),
    }
