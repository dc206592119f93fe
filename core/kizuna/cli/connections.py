"""``kizuna connections``, ``enable``, ``disable``, ``check``: how connections stand, switched and tried."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

import click

from kizuna.cli import given, shown
from kizuna.cli.commands import Nearest


@click.group("connections", cls=Nearest, invoke_without_command=True)
@given.database_option
@given.json_option
@click.pass_context
def connections_command(context: click.Context, database: str | None, as_json: bool) -> None:
    """List the connections with their state, how far they lag and their last error.

    Example:
      kizuna connections
      kizuna connections check billing
    """
    if context.invoked_subcommand is None:
        _list(database, as_json)


@connections_command.command("list")
@given.database_option
@given.json_option
def list_(database: str | None, as_json: bool) -> None:
    """List the connections, as `kizuna connections` alone does.

    Example:
      kizuna connections list --json
    """
    _list(database, as_json)


@click.command("enable")
@click.argument("name")
@given.database_option
def enable_command(name: str, database: str | None) -> None:
    """Switch a connection on again.

    Example:
      kizuna enable billing
    """
    _switch(name, "active", database)
    click.echo(f"{name} is on.")


@click.command("disable")
@click.argument("name")
@given.database_option
def disable_command(name: str, database: str | None) -> None:
    """Switch a connection off: it is not synced, and what it brought stays.

    Example:
      kizuna disable billing
    """
    _switch(name, "disabled", database)
    click.echo(f"{name} is off; what it brought stays.")


@click.command("check")
@click.argument("name")
@given.database_option
@given.json_option
def check_command(name: str, database: str | None, as_json: bool) -> int:
    """Try the credentials, then ask each stream for its first page; exit with 1 when something is refused.

    The verdict is one of good, revoked (the credentials), missing scope, not in plan, no object, refused, and later (no
    answer now). What an optional stream lacks is told, and no failure.

    Example:
      kizuna check billing
    """
    from kizuna.sync.checking import checked

    with given.opened(database) as parts:
        place = checked(parts.database, parts.plugins, parts.outbound, parts.vault, name)
        verdicts = asyncio.run(place.tried(parts.settings.sync.answer_bytes))
    if as_json:
        shown.as_json([asdict(one) for one in verdicts])
    else:
        rows = [
            (one.stream, f"{one.verdict}{', optional' * one.optional}", one.records, one.reason or "")
            for one in verdicts
        ]
        shown.as_table(("stream", "verdict", "records", "why"), rows)
    return 0 if all(one.well for one in verdicts) else 1


@connections_command.command("schedule")
@click.argument("name")
@click.option("--every-minutes", type=float, metavar="N", help="How often to read what changed; 0 for never.")
@click.option("--full-every-days", type=float, metavar="N", help="How often to read everything again; 0 for never.")
@given.database_option
def schedule_command(
    name: str, every_minutes: float | None, full_every_days: float | None, database: str | None
) -> None:
    """Set how often a connection is read by itself; what is left out follows the settings again.

    Example:
      kizuna connections schedule billing --every-minutes 60 --full-every-days 0
    """
    from kizuna import clock
    from kizuna.storage import connections
    from kizuna.storage.instants import micros
    from kizuna.sync.rhythm import require_within_bounds

    require_within_bounds(every_minutes, full_every_days)
    with given.opened_database(database) as opened, opened.write() as sql:
        stored = connections.get(sql, name)
        connections.set_schedule(sql, stored.id, every_minutes, full_every_days, micros(clock.now()))
    changes = _said(every_minutes, "minutes", "sync.every_minutes")
    full = _said(full_every_days, "days", "sync.full_every_days")
    click.echo(f"{name} by itself: what changed {changes}, everything {full}.")


connections_command.add_command(enable_command)
connections_command.add_command(disable_command)
connections_command.add_command(check_command)


def _list(database: str | None, as_json: bool) -> None:
    with given.opened_database(database) as opened, opened.read() as sql:
        rows = _described(sql)
    if as_json:
        shown.as_json(rows)
    elif not rows:
        click.echo("There is no connection yet; add one with `kizuna connect VENDOR`.")
    else:
        keys = ("name", "vendor", "state", "records", "lag", "last_error")
        shown.as_table([key.replace("_", " ") for key in keys], [[row[key] for key in keys] for row in rows])
        for row in rows:
            for stream, reason in row["reasons"].items():
                why = shown.once(row["vendor"], reason)
                click.echo(f"{row['name']} {stream} is {row['streams'][stream]}: {why}")


def _described(sql: Any) -> list[dict[str, Any]]:
    from kizuna import clock
    from kizuna.storage import connections, portfolio
    from kizuna.storage.instants import moment

    living = portfolio.living(sql)
    rows = []
    for one in connections.all_of(sql):
        streams = connections.streams(sql, one.id)
        complete = [stream.last_complete_at for stream in streams.values() if stream.last_complete_at is not None]
        oldest = moment(min(complete)) if complete else None
        rows.append(
            {
                "name": one.name,
                "vendor": one.plugin,
                "state": "offline" if one.offline and one.state == "active" else one.state,
                "records": living.get(one.id, 0),
                "lag": shown.span(clock.now() - oldest) if oldest else None,
                "every_minutes": one.every_minutes,
                "full_every_days": one.full_every_days,
                "last_complete_at": oldest.isoformat(timespec="seconds") if oldest else None,
                "last_error": shown.once(one.name, one.last_error) if one.last_error else None,
                "streams": {name: stream.state for name, stream in sorted(streams.items())},
                "reasons": {name: stream.reason for name, stream in sorted(streams.items()) if stream.reason},
            }
        )
    return rows


def _said(every: float | None, unit: str, setting: str) -> str:
    if every is None:
        return f"as {setting} says"
    return f"every {every:g} {unit}" if every else "never"


def _switch(name: str, state: str, database: str | None) -> None:
    from kizuna import clock
    from kizuna.storage import connections
    from kizuna.storage.instants import micros

    with given.opened_database(database) as opened, opened.write() as sql:
        stored = connections.get(sql, name)
        connections.set_state(sql, stored.id, state, None, micros(clock.now()))
