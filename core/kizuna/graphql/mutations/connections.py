"""Connecting systems and starting syncs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Annotated, Any, cast

import strawberry
from pydantic import SecretStr
from sqlalchemy import Connection as Sql

from kizuna import clock
from kizuna.access import secrets
from kizuna.errors import ConfigError
from kizuna.graphql.context import ADMIN, LOCAL, WRITE
from kizuna.graphql.errors import UserError
from kizuna.graphql.info import Info, changing
from kizuna.graphql.mutations.payload import Wrong, answered, load_result, noted
from kizuna.graphql.scalars import JSON
from kizuna.graphql.types.operations import SyncRun, SystemConnection
from kizuna.plugins import configured
from kizuna.sdk.outbound import destinations
from kizuna.storage import audit, connections
from kizuna.storage.connections import StoredConnection
from kizuna.storage.instants import micros
from kizuna.sync.offline import unchecked

SECRET_CHARACTERS_MOST = 20_000  # private keys are secrets, too


@strawberry.input(description="Where a secret is to be found; the secret itself is never sent.")
class SecretReference:
    name: str = strawberry.field(description="The connector's setting.")
    reference: str = strawberry.field(
        description="`env:VARIABLE` or `file:PATH`, on the machine where Kizuna runs; see `setSecret` for the vault."
    )


@strawberry.input(
    description="A secret for the vault. Send it in a variable, so that it does not stand in the document."
)
class SecretValue:
    name: str = strawberry.field(description="The connector's setting.")
    value: str = strawberry.field(description="The secret; it is never shown again.")


@strawberry.input(description="A system to connect.")
class CreateConnectionInput:
    name: str = strawberry.field(description="The connection's name; it can never be changed.")
    system: str = strawberry.field(description="The key of the connector.")
    settings: JSON | None = strawberry.field(default=None, description="The connector's settings, an object.")
    secrets: list[SecretReference] | None = strawberry.field(default=None, description="Where its secrets are.")
    secret_values: list[SecretValue] | None = strawberry.field(
        default=None, description="Its secrets themselves, which go to the vault."
    )
    offline: bool = strawberry.field(
        default=False, description="Whether it takes loaded files only, without credentials."
    )


@strawberry.input(description="Other settings for a connection.")
class UpdateConnectionInput:
    name: str = strawberry.field(description="The connection's name.")
    settings: JSON | None = strawberry.field(
        default=None, description="Settings that replace those of the same name; null takes one away."
    )
    secrets: list[SecretReference] | None = strawberry.field(
        default=None, description="Where secrets are; they replace those of the same name."
    )
    secret_values: list[SecretValue] | None = strawberry.field(
        default=None, description="Secrets themselves, which go to the vault in place of those of the same name."
    )


@strawberry.input(
    description="A secret for the vault. Send it in a variable, so that it does not stand in the document."
)
class SetSecretInput:
    connection: str = strawberry.field(description="The connection's name.")
    name: str = strawberry.field(description="The connector's setting.")
    value: str = strawberry.field(description="The secret; it is never shown again.")


@strawberry.input(description="Which connection.")
class ConnectionNameInput:
    name: str = strawberry.field(description="The connection's name.")


@strawberry.input(description="What to read.")
class StartSyncInput:
    connection: str = strawberry.field(description="The connection's name.")
    full: bool = strawberry.field(default=False, description="Whether to read everything again.")
    streams: list[str] | None = strawberry.field(default=None, description="Only these streams.")


@strawberry.type(description="What came of a change to a connection.")
class ConnectionPayload:
    result: SystemConnection | None = strawberry.field(description="The connection as it is now; null when it failed.")
    user_errors: list[Wrong] = strawberry.field(description="What was wrong with the wish.")


@strawberry.type(description="What came of starting a sync.")
class SyncRunPayload:
    result: SyncRun | None = strawberry.field(description="The run, queued; null when it failed.")
    user_errors: list[Wrong] = strawberry.field(description="What was wrong with the wish.")


@strawberry.type
class ConnectionMutations:
    @changing("Connects a system. Its settings are checked against what its connector declares.")
    def create_connection(
        self, info: Info, wish: Annotated[CreateConnectionInput, strawberry.argument(name="input", description="What.")]
    ) -> ConnectionPayload:
        info.context.require(ADMIN)

        def change() -> Any:
            settings, references = _settings(wish.settings), _references(info, wish.secrets)
            values = _values(info, wish.system, wish.secret_values, references)
            _check_name(wish.name)
            _check(info, wish.name, wish.system, settings, references, values, offline=wish.offline)
            now = micros(clock.now())
            with info.context.database.write() as sql:
                made = connections.add(sql, wish.name, wish.system, settings, references, wish.offline, now)
                _seal(sql, info, made, values)
                _note(sql, info, "connection.create", made, settings, {**references, **values})
            return load_result(info, ConnectionPayload, SystemConnection, made.id)

        return cast("ConnectionPayload", answered(change))

    @changing("Changes a connection's settings.")
    def update_connection(
        self, info: Info, wish: Annotated[UpdateConnectionInput, strawberry.argument(name="input", description="What.")]
    ) -> ConnectionPayload:
        info.context.require(ADMIN)

        def change() -> Any:
            given, references = _settings(wish.settings), _references(info, wish.secrets)
            with info.context.database.write() as sql:
                stored = connections.get(sql, wish.name)
                merged = {name: value for name, value in {**stored.settings, **given}.items() if value is not None}
                values = _values(info, stored.plugin, wish.secret_values, references)
                secret = {**stored.secrets, **references}
                _check(
                    info,
                    stored.name,
                    stored.plugin,
                    merged,
                    secret,
                    values,
                    offline=stored.offline,
                    connection_id=stored.id,
                )
                _require_secrets_stay_home(info, stored, merged, {*references, *values})
                connections.configure(sql, stored.id, merged, secret, micros(clock.now()))
                _seal(sql, info, stored, values)
                _note(sql, info, "connection.update", stored, given, {**references, **values})
            return load_result(info, ConnectionPayload, SystemConnection, stored.id)

        return cast("ConnectionPayload", answered(change))

    @changing("Seals a secret of a connection in the vault, where nothing reads it but the connection.")
    def set_secret(
        self, info: Info, wish: Annotated[SetSecretInput, strawberry.argument(name="input", description="What.")]
    ) -> ConnectionPayload:
        info.context.require(ADMIN)

        def change() -> Any:
            with info.context.database.write() as sql:
                stored = connections.get(sql, wish.connection)
                given = SecretValue(name=wish.name, value=wish.value)
                _seal(sql, info, stored, _values(info, stored.plugin, [given], {}))
                _note(sql, info, "secret.set", stored, {}, {wish.name: "vault"})
            return load_result(info, ConnectionPayload, SystemConnection, stored.id)

        return cast("ConnectionPayload", answered(change))

    @changing("Switches a connection on, and forgets its last error.")
    def enable_connection(
        self, info: Info, wish: Annotated[ConnectionNameInput, strawberry.argument(name="input", description="Which.")]
    ) -> ConnectionPayload:
        return _switched(info, wish.name, "active")

    @changing("Switches a connection off; what is known of it stays.")
    def disable_connection(
        self, info: Info, wish: Annotated[ConnectionNameInput, strawberry.argument(name="input", description="Which.")]
    ) -> ConnectionPayload:
        return _switched(info, wish.name, "disabled")

    @changing("Asks for a sync; it runs in the background.")
    def start_sync(
        self, info: Info, wish: Annotated[StartSyncInput, strawberry.argument(name="input", description="What.")]
    ) -> SyncRunPayload:
        info.context.require(WRITE)

        def change() -> Any:
            run_id = info.context.queue_sync(wish.connection, wish.full, tuple(wish.streams or ()))
            noted(info.context, "sync.start", wish.connection, run=run_id, full=wish.full)
            return load_result(info, SyncRunPayload, SyncRun, run_id)

        return cast("SyncRunPayload", answered(change))


def _switched(info: Info, name: str, state: str) -> ConnectionPayload:
    info.context.require(ADMIN)

    def change() -> Any:
        with info.context.database.write() as sql:
            stored = connections.get(sql, name)
            connections.set_state(sql, stored.id, state, None, micros(clock.now()))
            _note(sql, info, f"connection.{'enable' if state == 'active' else 'disable'}", stored, {}, {})
        return load_result(info, ConnectionPayload, SystemConnection, stored.id)

    return cast("ConnectionPayload", answered(change))


def _note(
    sql: Sql,
    info: Info,
    action: str,
    stored: StoredConnection,
    settings: Collection[str],
    given: Collection[str],
) -> None:
    """Names of what was set, not values: an address may hold a key."""
    detail = {"settings": sorted(settings), "secrets": sorted(given)}
    audit.record(sql, micros(clock.now()), info.context.caller.name, action, stored.name, detail)


def _settings(given: Any) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise UserError("`settings` must be an object of names and values.")
    return given


def _references(info: Info, given: list[SecretReference] | None) -> dict[str, str]:
    references = {one.name: secrets.checked(one.reference, one.name) for one in given or ()}
    if info.context.caller != LOCAL:
        for name, reference in references.items():
            info.context.namable.require(reference, name)
    return references


def _values(
    info: Info, system: str, given: list[SecretValue] | None, references: Collection[str]
) -> dict[str, SecretStr]:
    connector = info.context.plugins.connector(system)
    values: dict[str, SecretStr] = {}
    for one in given or ():
        secrets.require_name(connector, one.name)
        if one.name in values or one.name in references:
            raise UserError(f"The secret {one.name!r} is given twice; say where it is, or what it is, once.")
        values[one.name] = SecretStr(one.value.strip())
        if not 0 < len(values[one.name]) <= SECRET_CHARACTERS_MOST:
            raise UserError(f"A secret has 1 to {SECRET_CHARACTERS_MOST} characters.")
    return values


def _seal(sql: Sql, info: Info, stored: StoredConnection, values: Mapping[str, SecretStr]) -> None:
    if values:
        info.context.vault.put(sql, stored, values)


def _require_secrets_stay_home(
    info: Info, stored: StoredConnection, settings: Mapping[str, Any], given: Collection[str]
) -> None:
    """Secrets are written and never read: an address that changes must not take along those that were set before."""
    kept = sorted(stored.secrets.keys() - set(given))
    if info.context.caller == LOCAL or not kept:
        return
    connector = info.context.plugins.connector(stored.plugin)
    before = destinations(unchecked(connector, stored))
    after = destinations(unchecked(connector, replace(stored, settings=dict(settings))))
    if after - before:
        raise UserError(
            f"Requests of {stored.name} would go elsewhere, and {', '.join(kept)} with them; give the secrets "
            "again in the same change: their places in secrets, or their values in secretValues, which go to the vault."
        )


def _check_name(name: str) -> None:
    if not name or len(name) > 60 or not all(letter.isalnum() or letter in "-_" for letter in name):
        raise ConfigError(f"A connection cannot be named {name!r}; use up to 60 letters, digits, - and _.")


def _check(
    info: Info,
    name: str,
    system: str,
    settings: Mapping[str, Any],
    references: Mapping[str, str],
    values: Mapping[str, SecretStr],
    *,
    offline: bool,
    connection_id: int = 0,
) -> None:
    connector = info.context.plugins.connector(system)
    if not offline:
        elsewhere = {setting: where for setting, where in references.items() if setting not in values}
        known = secrets.resolved(elsewhere, name, info.context.vault.opener(connection_id, name))
        made = configured(connector, settings, {**known, **values}, name)
        info.context.outbound.require_connector(made)
