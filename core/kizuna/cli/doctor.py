"""``kizuna doctor``: whether everything is in place, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from kizuna import config
from kizuna.cli import given, shown
from kizuna.cli.shown import once
from kizuna.errors import KizunaError

if TYPE_CHECKING:
    from kizuna.storage.connections import StoredConnection
    from kizuna.sync.service import Service


class Finding(NamedTuple):
    """One thing looked at; ``problem`` is what to do about it, None when it is well."""

    what: str
    found: str
    problem: str | None = None


@click.command("doctor")
@given.database_option
@given.json_option
def doctor_command(database: str | None, as_json: bool) -> int:
    """Check configuration, database, plugins and credentials; exit with 1 and what to do when something is wrong.

    Example:
      kizuna doctor
    """
    findings = list(_findings(database))
    if as_json:
        shown.as_json([finding._asdict() for finding in findings])
    else:
        for one in findings:
            click.echo(f"{'WRONG' if one.problem else 'ok   '} {one.what}: {one.problem or one.found}")
    return 1 if any(one.problem for one in findings) else 0


def _findings(database: str | None) -> Iterator[Finding]:
    try:
        settings = given.settings(database)
    except KizunaError as error:
        yield Finding("configuration", "", str(error))
        return
    where = config.FILE_NAME if Path(config.FILE_NAME).exists() else "defaults and environment"
    yield Finding("configuration", where)
    yield from _plugins(settings)
    yield from _database(database)


def _plugins(settings: config.Settings) -> Iterator[Finding]:
    from kizuna.plugins import load

    host = load(None if "*" in settings.plugins else list(settings.plugins))
    for one in host.installed:
        yield Finding(f"plugin {one.name}", f"{one.distribution} {one.version}")
    for broken in host.broken:
        yield Finding(f"plugin {broken.name}", "", f"{broken.reason}; repair or remove {broken.distribution}.")


def _database(database: str | None) -> Iterator[Finding]:
    from sqlalchemy.exc import SQLAlchemyError

    from kizuna.storage import connections, schema

    try:
        with given.opened(database) as parts:
            yield Finding("database", f"version {schema.current(parts.database)}")
            yield _tables(schema.check(parts.database))
            with parts.database.read() as sql:
                known = connections.all_of(sql)
            for one in known:
                yield _connection(parts, one)
    except KizunaError as error:
        yield Finding("database", "", str(error))
    except SQLAlchemyError as error:
        yield Finding(
            "database", "", f"cannot be used ({type(error).__name__}); see that it runs and may be written to."
        )


def _tables(differences: list[str]) -> Finding:
    """Whether the tables are those of this program, as `kizuna db check` asks too."""
    if not differences:
        return Finding("tables", "as this program made them")
    more = f" and {len(differences) - 1} more differences" if len(differences) > 1 else ""
    return Finding(
        "tables",
        "",
        f"{differences[0]}{more}; `kizuna db check` lists them. Undo what was changed by hand, or restore a backup and "
        "run `kizuna db upgrade`.",
    )


def _connection(parts: Service, one: StoredConnection) -> Finding:
    from kizuna.access import secrets
    from kizuna.plugins import configured

    what = f"connection {one.name}"
    try:
        connector = parts.plugins.connector(one.plugin)
        if not one.offline:
            known = secrets.resolved(one.secrets, one.name, parts.vault.opener(one.id, one.name))
            made = configured(connector, one.settings, known, one.name)
            parts.outbound.require_connector(made)
    except KizunaError as error:
        return Finding(what, "", once(one.name, str(error).removeprefix(f"{what}: ")))
    if one.state == "needs_authorisation":
        return Finding(
            what, "", f"{once(one.name, one.last_error or 'credentials refused')} `kizuna sync {one.name}` tries again."
        )
    return Finding(what, "offline" if one.offline else one.state)
