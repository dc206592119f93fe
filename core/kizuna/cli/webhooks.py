"""``kizuna webhooks``: where vendors send what changed, what came of it, and the secrets that prove it genuine."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import click

from kizuna.cli import given, shown
from kizuna.cli.commands import Nearest
from kizuna.errors import UnknownName

if TYPE_CHECKING:
    from kizuna.sdk import SecretStr
    from kizuna.storage.connections import StoredConnection
    from kizuna.sync.service import Service

STATES = ("waiting", "reading", "done", "failed")
VAULT_PLACES = ("vault:webhook-1", "vault:webhook-2")
"""Where the vault keeps the newest secret and the one before, in turns."""


@click.group("webhooks", cls=Nearest)
def webhooks_command() -> None:
    """Deliveries that tell of changes: how to receive them, and what came of them.

    Example:
      kizuna webhooks show
    """


@webhooks_command.command("show")
@click.argument("connection", required=False)
@given.database_option
@given.json_option
def show(connection: str | None, database: str | None, as_json: bool) -> None:
    """Show what to enter at the vendor, and the deliveries counted by state.

    Example:
      kizuna webhooks show billing
    """
    from kizuna.storage import connections, deliveries

    with given.opened(database) as parts:
        with parts.database.read() as sql:
            stored = [connections.get(sql, connection)] if connection else connections.all_of(sql)
            secrets = deliveries.secrets(sql)
        inbox = deliveries.inbox(parts.database)
        try:
            with inbox.read() as sql:
                described = [
                    _described(parts, one, secrets.get(one.id, []))
                    | {"deliveries": deliveries.states(sql, one.id), "at_the_door": deliveries.counts(sql, one.id)}
                    for one in stored
                ]
                unknown = deliveries.counts(sql, deliveries.NOBODY).get("unknown", 0)
        finally:
            inbox.close()
    if as_json:
        shown.as_json({"connections": described, "unknown": unknown})
        return
    for one in described:
        _print(one)
    if not described:
        click.echo("There is no connection yet; `kizuna connect` adds one.")
    if unknown:
        click.echo(f"{unknown:,} deliveries named a connection that is not there.")


@webhooks_command.command("secret")
@click.argument("connection")
@click.argument("reference", metavar="env:VAR|file:PATH|vault:")
@click.option("--only", is_flag=True, help="Stop believing the one before at once.")
@given.database_option
def secret(connection: str, reference: str, only: bool, database: str | None) -> None:
    """Say where the secret is that proves deliveries of CONNECTION genuine; `vault:` reads it from standard input.

    The one before stays valid beside it, so that it can be replaced at the vendor without a gap.

    Example:
      kizuna webhooks secret billing env:BILLING_WEBHOOK_SECRET
      kizuna webhooks secret billing vault: < secret.txt
    """
    from kizuna.access import secrets
    from kizuna.cli.secrets import asked
    from kizuna.storage import connections

    sealed = reference == "vault:"
    if not sealed:
        secrets.checked(reference, "webhook")
    with given.opened(database) as parts:
        with parts.database.read() as sql:
            connections.get(sql, connection)  # before anybody is asked for anything
        if sealed:
            parts.vault.require_key()
        value = asked(["webhook"])["webhook"] if sealed else None
        references = _replaced(parts, connection, reference, value, only)
    beside = f", and by {references[1]} until you use --only" if references[1:] else ""
    click.echo(f"{connection}: deliveries are proved by {references[0]}{beside}.")


def _replaced(parts: Service, connection: str, reference: str, value: SecretStr | None, only: bool) -> list[str]:
    """The references from now on, the newest first; what the vault holds for none of them is forgotten."""
    from kizuna import clock
    from kizuna.storage import audit, connections, deliveries
    from kizuna.storage import secrets as kept
    from kizuna.storage.instants import micros

    with parts.database.write() as sql:
        stored, now = connections.get(sql, connection), micros(clock.now())
        standing = deliveries.secrets(sql).get(stored.id, [])
        if value is not None:  # into the place that the newest, which stays, does not have
            reference = next(place for place in VAULT_PLACES if place not in standing[:1])
            parts.vault.seal(sql, stored, {reference.removeprefix("vault:"): value})
        references = [reference, *([] if only else [one for one in standing if one != reference][:1])]
        deliveries.use_secrets(sql, stored.id, references, now)
        for place in VAULT_PLACES:
            if place not in references:
                kept.forget(sql, stored.id, place.removeprefix("vault:"))
        audit.record(sql, now, "local", "webhook.secret", connection, {"references": references})
    return references


@webhooks_command.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many at most.")
@given.database_option
@given.json_option
def list_(state: str | None, limit: int, database: str | None, as_json: bool) -> None:
    """List deliveries, the latest first.

    Example:
      kizuna webhooks list --state failed
    """
    from kizuna.storage import connections, deliveries

    with given.opened_database(database) as opened:
        with opened.read() as sql:
            names = {one.id: one.name for one in connections.all_of(sql)}
        inbox = deliveries.inbox(opened)
        try:
            with inbox.read() as sql:
                rows = [_row(row, names) for row in deliveries.latest(sql, limit, state)]
        finally:
            inbox.close()
    if as_json:
        shown.as_json(rows)
    elif not rows:
        click.echo("There are no such deliveries.")
    else:
        shown.as_table(list(rows[0]), [[str(value) for value in row.values()] for row in rows])


@webhooks_command.command("retry")
@click.argument("number", metavar="ID", type=int)
@given.database_option
def retry(number: int, database: str | None) -> None:
    """Read once more what a delivery speaks of, at the next look of `kizuna serve` or `kizuna worker`.

    Example:
      kizuna webhooks retry 12
    """
    from kizuna import clock
    from kizuna.storage import deliveries
    from kizuna.storage.instants import micros

    with given.opened_database(database) as opened:
        inbox = deliveries.inbox(opened)
        try:
            with inbox.write() as sql:
                again = deliveries.retry(sql, number, micros(clock.now()))
                known = [str(row.id) for row in deliveries.latest(sql, 20, "failed")]
        finally:
            inbox.close()
    if not again:
        raise UnknownName("delivery that has ended", str(number), known)
    click.echo(f"Delivery {number} waits to be read for again.")


def _described(parts: Service, stored: StoredConnection, references: list[str]) -> dict[str, Any]:
    """What to enter at the vendor for a connection. Raises ConfigError when its plugin is not there."""
    from kizuna.sdk import Explained, WebhookSetup
    from kizuna.sync.offline import unchecked

    webhooks: object = unchecked(parts.plugins.connector(stored.plugin), stored).webhooks
    setup = webhooks.setup() if isinstance(webhooks, Explained) else WebhookSetup(events=(), where="", proof="")
    settings = parts.settings
    base = settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"
    taken = webhooks is not None and not stored.offline
    return {
        "connection": stored.name,
        "url": f"{base}/webhooks/{stored.name}{setup.ending}" if taken else None,
        "public": bool(settings.public_url),
        "where": setup.where,
        "events": list(setup.events),
        "proof": setup.proof,
        "secrets": references,
    }


def _print(one: dict[str, Any]) -> None:
    name = one["connection"]
    if one["url"] is None:
        click.echo(f"{name}: takes no webhooks.")
        return
    click.echo(f"{name}: {one['url']}")
    if not one["public"]:
        click.echo("  The vendor must be able to reach it: set `public_url` to the address it is known by outside.")
    if one["where"]:
        click.echo(f"  Enter it in: {one['where']}.")
    if one["events"]:
        click.echo(f"  Subscribe to these {len(one['events'])} events:")
        click.echo(textwrap.fill(", ".join(one["events"]), 110, initial_indent="    ", subsequent_indent="    "))
    if one["proof"]:
        click.echo(f"  {one['proof']}")
    if one["secrets"]:
        click.echo(f"  Proved by the secret in {' and '.join(one['secrets'])}.")
    else:
        click.echo(f"  No secret yet, so nothing is believed: `kizuna webhooks secret {name} vault:`.")
    states = ", ".join(f"{count:,} {state}" for state, count in one["deliveries"].items())
    door = ", ".join(f"{count:,} {outcome.replace('_', ' ')}" for outcome, count in one["at_the_door"].items())
    click.echo(f"  Deliveries: {states}.")
    click.echo(f"  At the door: {door or 'nobody yet'}.")


def _row(row: Any, names: dict[int, str]) -> dict[str, Any]:
    from kizuna.storage import deliveries
    from kizuna.storage.instants import moment

    hints = deliveries.hints_of(row)
    return {
        "id": row.id,
        "connection": names.get(row.connection_id, "-"),
        "state": row.state,
        "records": ", ".join(f"{hint.stream} {hint.id}" for hint in hints[:3]) + (" …" if len(hints) > 3 else ""),
        "reason": row.reason or "-",
        "received": moment(row.received_at).isoformat(timespec="seconds"),
    }
