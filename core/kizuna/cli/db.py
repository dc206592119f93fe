"""``kizuna db``: the schema of the database."""

from __future__ import annotations

import click

from kizuna.cli import given
from kizuna.cli.commands import Nearest


@click.group("db", cls=Nearest)
def db_command() -> None:
    """Create, upgrade and check the database.

    Example:
      kizuna db upgrade
    """


@db_command.command("upgrade")
@given.database_option
def upgrade(database: str | None) -> None:
    """Bring the database to this program's version; an empty one gets its tables.

    Example:
      kizuna db upgrade --database postgresql://kizuna@localhost/kizuna
    """
    from kizuna.storage import schema

    with given.opened_database(database, ready=False, create=True) as opened:
        before = schema.current(opened)
        schema.upgrade(opened)
        after = schema.current(opened)
    click.echo(
        f"The database is at {after}." if before == after else f"Upgraded from {before or 'nothing'} to {after}."
    )


@db_command.command("current")
@given.database_option
def current(database: str | None) -> int:
    """Print the version of the database; exit with 1 when it has no tables yet.

    Example:
      kizuna db current
    """
    from kizuna.storage import schema

    with given.opened_database(database, ready=False) as opened:
        version = schema.current(opened)
    click.echo(version or "empty: run `kizuna db upgrade`")
    return 0 if version else 1


@db_command.command("check")
@given.database_option
def check(database: str | None) -> int:
    """Compare the tables with those this program works with; exit with 1 when they differ.

    Example:
      kizuna db check
    """
    from kizuna.storage import schema

    with given.opened_database(database) as opened:
        found = schema.check(opened)
    for difference in found:
        click.echo(str(difference))
    click.echo("The tables are not those of this program." if found else "The tables are those of this program.")
    return 1 if found else 0
