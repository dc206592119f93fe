"""``kizuna connect``: a connection added, its settings checked against what the connector wants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from kizuna.cli import given, shown
from kizuna.errors import ConfigError, UnknownName

if TYPE_CHECKING:
    from kizuna.plugins import Plugins
    from kizuna.sdk import AnyConnector, SecretStr
    from kizuna.sync.service import Service


class _Connect(click.Command):
    """Shows a connector's settings when help is asked for together with its name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words = [word for word in args if not word.startswith("-")]
        if words and any(word in ("--help", "-h") for word in args):
            _show_settings(words[0])
            ctx.exit()
        return super().parse_args(ctx, args)


@click.command("connect", cls=_Connect)
@click.argument("vendor")
@click.option("--name", help="What the connection is called; the vendor's name when left out.")
@click.option("--set", "assigned", multiple=True, metavar="KEY=VALUE", help="A setting of the connector.")
@click.option(
    "--secret",
    "referred",
    multiple=True,
    metavar="KEY=env:VAR|file:PATH|vault:",
    help="Where a secret is found; `vault:` asks for its value and seals it in the database.",
)
@click.option("--offline", is_flag=True, help="No credentials: the connection only takes loaded files.")
@given.database_option
@given.json_option
def connect_command(
    vendor: str,
    name: str | None,
    assigned: tuple[str, ...],
    referred: tuple[str, ...],
    offline: bool,
    database: str | None,
    as_json: bool,
) -> None:
    """Add a connection to VENDOR. `kizuna connect VENDOR --help` shows the settings of its connector.

    Example:
      kizuna connect VENDOR --name crm --set base_url=https://crm.example.com --secret token=env:CRM_TOKEN
      kizuna connect VENDOR --name crm-2024 --offline
    """
    from kizuna import clock
    from kizuna.access import secrets
    from kizuna.storage import connections
    from kizuna.storage.instants import micros

    name = name or vendor
    if not re.fullmatch(r"[\w][\w.-]{0,62}", name):
        raise click.UsageError(f"{name!r} is no good name; use letters, digits, - _ and . only.")
    settings = given.pairs(assigned, "--set")
    wanted = given.pairs(referred, "--secret")
    sealed = [key for key, where in wanted.items() if where == "vault:"]
    references = {key: secrets.checked(where, key) for key, where in wanted.items() if key not in sealed}
    with given.opened(database, create=True) as parts:
        connector = parts.plugins.connector(vendor)
        values = _asked(parts, connector, sealed)
        checked = _checked(parts, connector, settings, references, values, name, offline=offline)
        with parts.database.write() as sql:
            made = connections.add(sql, name, connector.key, checked, references, offline, micros(clock.now()))
            if values:
                parts.vault.put(sql, made, values)
    if as_json:
        shown.as_json({"name": name, "vendor": vendor, "offline": offline, "settings": checked})
        return
    follows = f"kizuna load {name} STREAM FILE" if offline else f"kizuna sync {name}"
    click.echo(f"Connected {name}. Next: `{follows}`.")


def _checked(
    parts: Service,
    connector: type[AnyConnector],
    settings: dict[str, str],
    references: dict[str, str],
    values: dict[str, SecretStr],
    name: str,
    *,
    offline: bool,
) -> dict[str, Any]:
    """The settings as they are stored. Raises ConfigError naming what is wrong."""
    from kizuna.access import secrets
    from kizuna.plugins import configured
    from kizuna.sdk import SecretStr

    fields = connector.settings_type().model_fields
    for key in (*settings, *references, *values):
        if key not in fields:
            raise UnknownName("setting", key, fields)
    for key in settings:
        if "SecretStr" in str(fields[key].annotation) or fields[key].annotation is SecretStr:
            raise ConfigError(f"The setting {key!r} is a secret; give it as --secret {key}=env:VARIABLE.")
    if offline:
        return dict(settings)
    made = configured(connector, settings, {**secrets.resolved(references, name), **values}, name)
    parts.outbound.require_connector(made)
    dumped = made.settings.model_dump(mode="json", include=set(settings))
    return {key: dumped[key] for key in settings}


def _asked(parts: Service, connector: type[AnyConnector], names: list[str]) -> dict[str, SecretStr]:
    """The values of secrets that go to the vault, the lines of standard input or typed. Raises ConfigError."""
    from kizuna.access import secrets
    from kizuna.cli.secrets import asked

    for key in names:
        secrets.require_name(connector, key)
    if names:
        parts.vault.require_key()
    return asked(names)


def _show_settings(vendor: str) -> None:
    from kizuna.plugins import load

    connector = _nearest(load(), vendor)
    rows = []
    for key, field in connector.settings_type().model_fields.items():
        secret = "SecretStr" in str(field.annotation)
        wanted = "yes" if field.is_required() else ""
        default = "" if secret or field.is_required() or field.default in (None, "") else str(field.default)
        rows.append((f"--secret {key}=" if secret else f"--set {key}=", wanted, default, field.description or ""))
    click.echo(
        f"Usage: kizuna connect {vendor} [--name NAME] [--set KEY=VALUE]… [--secret KEY=env:VAR|file:PATH|vault:]…\n"
    )
    notes = (connector.settings_type().__doc__ or "").strip()
    if notes:
        click.echo(f"{notes}\n")
    shown.as_table(("setting", "required", "default", "meaning"), rows)
    click.echo("\nStreams: " + ", ".join(_streams(connector)))


def _nearest(plugins: Plugins, vendor: str) -> type[AnyConnector]:
    return plugins.connector(vendor)


def _streams(connector: type[AnyConnector]) -> list[str]:
    from kizuna.storage.connections import StoredConnection
    from kizuna.sync.offline import unchecked

    nobody = StoredConnection(0, connector.key, connector.key, {}, {}, "active", True, None, 0)
    return [stream.name for stream in unchecked(connector, nobody).streams()]
