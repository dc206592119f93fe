"""``kizuna init``: the file of settings and an empty database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kizuna import config
from kizuna.cli import given

if TYPE_CHECKING:
    from kizuna.storage.database import Database


@click.command("init")
@given.database_option
def init_command(database: str | None) -> None:
    """Write kizuna.toml with every setting in it, and create the database.

    What is there already stays as it is. A token for the local administrator is made with the database and shown once.

    Example:
      kizuna init
      kizuna init --database postgresql://kizuna@localhost/kizuna
    """
    from kizuna.storage import schema

    given.settings(database)  # a mistake is said before anything is written
    with given.opened_database(database, ready=False, create=True) as opened:
        version = schema.current(opened)
        _write_file(database)
        _fill(opened, version)
    click.echo("Next: `kizuna connect VENDOR`, then `kizuna sync`.")


def _write_file(database: str | None) -> None:
    path = Path(config.FILE_NAME)
    if path.exists():
        click.echo(f"{path} is there already and stays as it is.")
        return
    path.write_text(_template(database), encoding="utf-8")
    click.echo(f"Wrote {path}: every setting with its default, commented out.")


def _template(database: str | None) -> str:
    """The file; a database that was named stands in it unless its URL holds a password."""
    text = config.template()
    if database is None or config.without_password(database) != database:
        return text
    lines = [
        f"database = {config.toml(database)}" if line.startswith("# database = ") else line
        for line in text.splitlines()
    ]
    return "\n".join(lines) + "\n"


def _fill(opened: Database, version: str | None) -> None:
    """The tables and a first token in a database that has no version yet."""
    from kizuna.access import tokens
    from kizuna.storage import schema

    shown = opened.url.render_as_string(hide_password=True).replace("+psycopg", "")
    if version is not None:
        schema.require(opened)
        click.echo(f"The database {shown} is there already and stays as it is.")
        return
    schema.upgrade(opened)
    click.echo(f"Created the database {shown}.")
    with opened.write() as sql:
        token = tokens.create(sql, "local administrator", ("admin",))
    click.echo(f"Token of the local administrator, shown this once:\n  {token.get_secret_value()}")
