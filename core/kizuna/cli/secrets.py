"""``kizuna secrets``: secrets put in the vault, listed by name and place, moved to another master key. None is ever shown."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from kizuna.cli import given, shown
from kizuna.cli.commands import Nearest
from kizuna.errors import ConfigError

if TYPE_CHECKING:
    from kizuna.sdk import SecretStr


@click.group("secrets", cls=Nearest)
def secrets_command() -> None:
    """Secrets of connections, sealed in the database under a master key that is kept elsewhere.

    The master key is 32 bytes in base64 in KIZUNA_MASTER_KEY, or where the setting vault_key says.

    Example:
      export KIZUNA_MASTER_KEY=$(openssl rand -base64 32)
      kizuna secrets set billing api_key
    """


@secrets_command.command("set")
@click.argument("connection")
@click.argument("setting")
@given.database_option
def set_(connection: str, setting: str, database: str | None) -> None:
    """Put a secret of CONNECTION in the vault; it is read from standard input, or asked for.

    Example:
      kizuna secrets set billing api_key < key.txt
    """
    from kizuna.access import secrets
    from kizuna.storage import connections

    with given.opened(database) as parts:
        with parts.database.read() as sql:
            stored = connections.get(sql, connection)
        secrets.require_name(parts.plugins.connector(stored.plugin), setting)
        parts.vault.require_key()
        values = asked([setting])
        with parts.database.write() as sql:
            parts.vault.put(sql, connections.get(sql, connection), values)
            _note(sql, "secret.set", connection, {"secrets": [setting]})
    click.echo(f"The secret {setting} of {connection} is in the vault.")


@secrets_command.command("list")
@given.database_option
@given.json_option
def list_(database: str | None, as_json: bool) -> None:
    """List the secrets of all connections: name and place, never the value.

    Example:
      kizuna secrets list
    """
    from kizuna.storage import connections
    from kizuna.storage import secrets as kept
    from kizuna.storage.instants import maybe_moment

    with given.opened_database(database) as opened, opened.read() as sql:
        sealed_at, keys = kept.moments(sql), {key.connection_id: key.master_id for key in kept.data_keys(sql)}
        rows = [
            {
                "connection": one.name,
                "setting": setting,
                "place": "vault" if place.startswith("vault:") else place,
                "master_key": keys.get(one.id) if place.startswith("vault:") else None,
                "set_at": maybe_moment(sealed_at.get((one.id, setting))),
            }
            for one in connections.all_of(sql)
            for setting, place in sorted(one.secrets.items())
        ]
    if as_json:
        shown.as_json(rows)
    elif not rows:
        click.echo("No connection has a secret yet.")
    else:
        shown.as_table([key.replace("_", " ") for key in rows[0]], [list(row.values()) for row in rows])


@secrets_command.command("rotate")
@given.database_option
@given.json_option
def rotate(database: str | None, as_json: bool) -> int:
    """Move the vault to a new master key: KIZUNA_MASTER_KEY is the new one, KIZUNA_MASTER_KEY_OLD the one before.

    Secrets are not sealed anew, only the keys of the connections are. Interrupted, it goes on where it was when called
    again. It exits with 1 when a connection's key is under neither of the two.

    Example:
      KIZUNA_MASTER_KEY_OLD=$OLD KIZUNA_MASTER_KEY=$NEW kizuna secrets rotate
    """
    with given.opened(database) as parts:
        done = parts.vault.rotate()
        if done.rewrapped:
            with parts.database.write() as sql:
                _note(sql, "secrets.rotate", "vault", {"connections": list(done.rewrapped)})
    if as_json:
        shown.as_json({"rewrapped": done.rewrapped, "already": done.already, "strange": done.strange})
    else:
        click.echo(
            f"{len(done.rewrapped)} connections moved to the new master key, {len(done.already)} were there already."
        )
    if done.strange:
        raise ConfigError(
            f"The secrets of {', '.join(done.strange)} are sealed under a master key that was not given; call again with "
            "that key in KIZUNA_MASTER_KEY_OLD, or set those secrets anew after `kizuna secrets remove`."
        )
    return 0


@secrets_command.command("remove")
@click.argument("connection")
@click.option("--yes", is_flag=True, help="Do not ask.")
@given.database_option
def remove(connection: str, yes: bool, database: str | None) -> None:
    """Forget all secrets of CONNECTION that are in the vault, and the key they are sealed with.

    Example:
      kizuna secrets remove billing --yes
    """
    from kizuna import clock
    from kizuna.storage import connections
    from kizuna.storage import secrets as kept
    from kizuna.storage.instants import micros

    with given.opened_database(database) as opened:
        with opened.read() as sql:
            connections.get(sql, connection)
        if not yes:
            click.confirm(f"Forget the secrets of {connection}?", abort=True)
        with opened.write() as sql:
            stored = connections.get(sql, connection)
            count = kept.remove(sql, stored.id)
            left = {setting: place for setting, place in stored.secrets.items() if not place.startswith("vault:")}
            connections.configure(sql, stored.id, stored.settings, left, micros(clock.now()))
            _note(sql, "secret.remove", connection, {"secrets": sorted(set(stored.secrets) - set(left))})
    click.echo(f"{count} secrets of {connection} are forgotten.")


def asked(settings: Sequence[str]) -> dict[str, SecretStr]:
    """Setting → secret: the lines of standard input in this order, or typed unseen. Raises ConfigError for a missing one."""
    from kizuna.sdk import SecretStr

    if sys.stdin.isatty():
        texts = [str(click.prompt(setting, hide_input=True, err=True)) for setting in settings]
    elif len(settings) == 1:  # a key file may have several lines
        texts = [sys.stdin.read()]
    else:
        texts = [sys.stdin.readline() for _ in settings]
    for setting, text in zip(settings, texts, strict=True):
        if not text.strip():
            raise ConfigError(f"The secret {setting!r} is empty; give it on standard input, as in `… < file`.")
    return {setting: SecretStr(text.strip()) for setting, text in zip(settings, texts, strict=True)}


def _note(sql: Any, action: str, subject: str, detail: Mapping[str, Any]) -> None:
    from kizuna import clock
    from kizuna.storage import audit
    from kizuna.storage.instants import micros

    audit.record(sql, micros(clock.now()), "local", action, subject, detail)
