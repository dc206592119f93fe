"""``kizuna token``: tokens for the API, shown once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import click

from kizuna.access import roles
from kizuna.cli import given, shown
from kizuna.cli.commands import Nearest
from kizuna.errors import UnknownName
from kizuna.model.labels import Label


@click.group("token", cls=Nearest)
def token_command() -> None:
    """Tokens by which programs prove who they are to the API.

    A token's scopes say what it may do, its role whose figures and names it may read.

    Example:
      kizuna token create reporting --scope read --role support
    """


@token_command.command("create")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, help="read (the default), write or admin; each includes those before."
)
@click.option(
    "--role",
    default=roles.EVERYTHING,
    help=f"Whose data it may read: {', '.join(roles.ROLES)}. The default reads all.",
)
@click.option(
    "--may",
    "labels",
    multiple=True,
    help=f"A label it may read beyond its role: {', '.join(Label)}. Give it again for more.",
)
@click.option("--days", type=click.IntRange(1), help="Expires after so many days; never when left out.")
@given.database_option
@given.json_option
def create(
    name: str,
    scopes: tuple[str, ...],
    role: str,
    labels: tuple[str, ...],
    days: int | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Make a token for NAME and print it, this once.

    Example:
      kizuna token create helpdesk --scope read --role support --days 90
    """
    from kizuna import clock
    from kizuna.access import tokens

    expires_at = clock.now() + timedelta(days=days) if days else None
    with given.opened_database(database) as opened, opened.write() as sql:
        made = tokens.create(sql, name, scopes or ("read",), expires_at, role=role, labels=labels)
    if as_json:
        told = {"name": name, "token": made.get_secret_value(), "role": role, "may_read": _words(role, labels)}
        shown.as_json({**told, "expires_at": expires_at})
    else:
        click.echo(made.get_secret_value())


@token_command.command("list")
@given.database_option
@given.json_option
def list_(database: str | None, as_json: bool) -> None:
    """List the tokens: id, name, scopes, role, the labels it may read, when made, last used, and whether they still stand.

    Example:
      kizuna token list
    """
    from kizuna.storage import tokens
    from kizuna.storage.instants import maybe_moment

    with given.opened_database(database) as opened, opened.read() as sql:
        rows = [
            {
                "id": one.id,
                "name": one.name,
                "scopes": ", ".join(one.scopes),
                "role": one.role,
                "may_read": ", ".join(_words(one.role, one.labels)),
                "created_at": maybe_moment(one.created_at),
                "last_used_at": maybe_moment(one.last_used_at),
                "expires_at": maybe_moment(one.expires_at),
                "revoked_at": maybe_moment(one.revoked_at),
            }
            for one in tokens.all_of(sql)
        ]
    if as_json:
        shown.as_json(rows)
    elif not rows:
        click.echo("There is no token yet; make one with `kizuna token create NAME`.")
    else:
        shown.as_table([key.replace("_", " ") for key in rows[0]], [list(row.values()) for row in rows])


@token_command.command("revoke")
@click.argument("token_id", metavar="ID")
@given.database_option
def revoke(token_id: str, database: str | None) -> None:
    """Refuse a token from now on.

    Example:
      kizuna token revoke 3f9a1c2b4d5e
    """
    from kizuna import clock
    from kizuna.storage import tokens
    from kizuna.storage.instants import micros

    with given.opened_database(database) as opened, opened.write() as sql:
        if not tokens.revoke(sql, token_id, micros(clock.now())):
            raise UnknownName("token", token_id, [one.id for one in tokens.all_of(sql) if one.revoked_at is None])
    click.echo(f"{token_id} is refused from now on.")


def _words(role: str, labels: Collection[str]) -> list[str]:
    return sorted(roles.readable(role, labels))
